//! The storm breaker: one record for all applications of a table. Many that fail together are either
//! one lost Region or one lying source, and nobody can tell which from one application's evidence.

use crate::name::{Application, IncidentId, Person, Revision};
use crate::time::Seconds;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The schema that this release writes.
pub const BREAKER_SCHEMA: u32 = 1;

/// The span over which automatic promotions are counted.
const HOUR: Seconds = Seconds(3600);

/// How long a turn is good for: within the hour over which it is counted.
pub(crate) const ADMISSION_MAX_AGE: Seconds = Seconds(3000);

/// How long one that waits keeps its place without asking again.
pub(crate) const WAIT_MAX_AGE: Seconds = Seconds(180);

/// How often one that waits has its asking written down again.
const RENEW_AFTER: Seconds = Seconds(60);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breaker {
    pub schema: u32,
    pub revision: Revision,
    /// Who was let through within the last hour, in order.
    pub admitted: Vec<Admitted>,
    pub waiting: BTreeMap<Application, Waiting>,
    pub released: Option<Released>,
}

/// One automatic promotion that was let through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Admitted {
    pub application: Application,
    pub incident: IncidentId,
    pub at: Timestamp,
    pub ground: Ground,
}

/// Why one was let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ground {
    /// Fewer than the limit began within the hour.
    BelowLimit,
    /// The voters that speak for its Region all say Down.
    RegionDown,
    /// A person released the batch that it is in.
    Released,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    pub incident: IncidentId,
    pub priority: u32,
    pub since: Timestamp,
    pub asked_at: Timestamp,
    pub region_down: bool,
}

/// A batch that a person released: these incidents, and none that comes later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Released {
    pub by: Person,
    pub at: Timestamp,
    pub batch: BTreeMap<Application, IncidentId>,
}

/// One application asks to begin an automatic promotion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admit {
    pub application: Application,
    pub incident: IncidentId,
    pub priority: u32,
    pub promotes_per_hour: u32,
    pub region_down: bool,
}

/// What the breaker answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Admission {
    /// When it was let through: the turn is good for as long as the breaker counts it, whoever asks again.
    Admitted { ground: Ground, at: Timestamp },
    /// It has to wait for a person, or for the hour to pass.
    Waits { waiting: u32 },
    /// The breaker's record could not be read or written.
    Unanswered,
}

impl Default for Breaker {
    fn default() -> Self {
        Self {
            schema: BREAKER_SCHEMA,
            revision: Revision::default(),
            admitted: Vec::new(),
            waiting: BTreeMap::new(),
            released: None,
        }
    }
}

impl Breaker {
    /// Answers one that asks. Asking twice for one incident is asking once, until its turn is used up.
    #[must_use]
    pub fn admit(&self, admit: &Admit, now: Timestamp) -> (Self, Admission) {
        let mut next = self.clone();
        next.forget(now);
        let asks = |one: &Admitted| one.application == admit.application && one.incident == admit.incident;
        let known = next.admitted.iter().find(|one| asks(one)).map(|one| (one.ground, one.at));
        if let Some((ground, at)) = known.filter(|(_, at)| *at > ADMISSION_MAX_AGE.before(now)) {
            return (next.numbered_after(self), Admission::Admitted { ground, at });
        }
        next.admitted.retain(|one| !asks(one));
        next.queue(admit, now);
        let first = next.ground(&admit.application, admit.promotes_per_hour).filter(|_| next.is_first(admit));
        let answer = match first {
            Some(ground) => {
                next.waiting.remove(&admit.application);
                let Admit { application, incident, .. } = admit.clone();
                next.admitted.push(Admitted { application, incident, at: now, ground });
                Admission::Admitted { ground, at: now }
            }
            None => Admission::Waits { waiting: u32::try_from(next.waiting.len()).unwrap_or(u32::MAX) },
        };
        (next.numbered_after(self), answer)
    }

    /// Releases those that wait now, if they are the ones that the person saw.
    #[must_use]
    pub fn release(&self, by: &Person, batch: &BTreeMap<Application, IncidentId>, now: Timestamp) -> Option<Self> {
        let mut next = self.clone();
        next.forget(now);
        if batch.is_empty() || *batch != next.batch() {
            return None;
        }
        next.released = Some(Released { by: by.clone(), at: now, batch: batch.clone() });
        Some(next.numbered_after(self))
    }

    /// The incidents that wait.
    #[must_use]
    pub fn batch(&self) -> BTreeMap<Application, IncidentId> {
        self.waiting.iter().map(|(application, one)| (application.clone(), one.incident.clone())).collect()
    }

    fn queue(&mut self, admit: &Admit, now: Timestamp) {
        let stands = self.waiting.get(&admit.application).filter(|one| one.incident == admit.incident);
        let since = stands.map_or(now, |one| one.since);
        let asked_at = stands.map(|one| one.asked_at).filter(|at| *at > RENEW_AFTER.before(now)).unwrap_or(now);
        let Admit { incident, priority, region_down, .. } = admit.clone();
        self.waiting.insert(admit.application.clone(), Waiting { incident, priority, since, asked_at, region_down });
    }

    fn ground(&self, application: &Application, promotes_per_hour: u32) -> Option<Ground> {
        let waiting = self.waiting.get(application)?;
        if self.released.as_ref().is_some_and(|released| released.batch.get(application) == Some(&waiting.incident)) {
            return Some(Ground::Released);
        }
        if waiting.region_down {
            return Some(Ground::RegionDown);
        }
        let begun = self.admitted.iter().filter(|one| one.ground == Ground::BelowLimit).count();
        (u32::try_from(begun).unwrap_or(u32::MAX) < promotes_per_hour).then_some(Ground::BelowLimit)
    }

    /// Whether nobody who could go now is to go before it.
    fn is_first(&self, admit: &Admit) -> bool {
        let rank = |application: &Application, priority: u32| (priority, application.clone());
        let own = rank(&admit.application, admit.priority);
        self.waiting.iter().all(|(application, one)| {
            *application == admit.application
                || rank(application, one.priority) > own
                || self.ground(application, admit.promotes_per_hour).is_none()
        })
    }

    fn forget(&mut self, now: Timestamp) {
        self.admitted.retain(|one| one.at > HOUR.before(now));
        self.waiting.retain(|_, one| one.asked_at > WAIT_MAX_AGE.before(now));
        if self.released.as_ref().is_some_and(|released| released.at <= HOUR.before(now)) {
            self.released = None;
        }
    }

    fn numbered_after(mut self, before: &Self) -> Self {
        if self != *before {
            self.revision = before.revision.next();
        }
        self
    }
}
