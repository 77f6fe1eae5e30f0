//! The weather: what of the cloud works now, by the scenario's spells, and a log of what was seen.

use super::file::{ControlWord, FencingWord, PromoteWord, ReplicationWord, TableWord};
use super::spells;
use super::{QUIET_SECONDS, Scenario};
use crate::world::World;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use understudy_engine::{AlarmArn, Application, DbInstanceArn, Lag, PhaseName, Region, Seconds, State};

/// The lag of a replica that follows, if the file does not say.
const LAG_SECONDS: u32 = 1;

/// When in a minute the lag is measured, and how often that of a replica that was created later.
const MEASURED_AT: i64 = 20;
const MEASURED_EVERY: i64 = 60;

#[derive(Debug, Clone)]
pub(super) struct Weather {
    pub(super) world: World,
    pub(super) scenario: Arc<Scenario>,
    pub(super) begun_at: Timestamp,
    log: Arc<Mutex<Log>>,
}

/// What was seen of the engine, in order.
#[derive(Debug, Default, Clone)]
pub(super) struct Log {
    pub(super) moves: Vec<Move>,
    pub(super) calls: Vec<PromoteCall>,
    pub(super) pages: Vec<(f64, Application)>,
    /// Voters of which nothing is heard, nor anything read.
    silent: BTreeSet<AlarmArn>,
    promote_calls: BTreeMap<DbInstanceArn, usize>,
}

/// The record after a commit that changed its phase or its latch.
#[derive(Debug, Clone)]
pub(super) struct Move {
    pub(super) offset: f64,
    pub(super) application: Application,
    pub(super) phase: PhaseName,
    pub(super) latched: BTreeSet<Region>,
}

/// One promote call, and whether it was carried out.
#[derive(Debug, Clone)]
pub(super) struct PromoteCall {
    pub(super) offset: f64,
    pub(super) replica: DbInstanceArn,
    pub(super) carried_out: bool,
}

/// What a control plane does with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plane {
    Answers { after: Duration },
    Throttles,
    Silent,
}

impl Weather {
    pub(super) fn new(world: &World, scenario: &Arc<Scenario>) -> Self {
        let begun_at = SignedDuration::from_secs(QUIET_SECONDS);
        Self {
            world: world.clone(),
            scenario: scenario.clone(),
            begun_at: world.now().checked_add(begun_at).unwrap_or(Timestamp::MAX),
            log: Arc::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn log(&self) -> Log {
        self.lock().clone()
    }

    /// Seconds since t0.
    pub(super) fn offset_of(&self, at: Timestamp) -> f64 {
        at.duration_since(self.begun_at).as_secs_f64()
    }

    pub(super) fn offset(&self) -> f64 {
        self.offset_of(self.world.now())
    }

    fn at(&self, offset: i64) -> Timestamp {
        self.begun_at.checked_add(SignedDuration::from_secs(offset)).unwrap_or(Timestamp::MAX)
    }

    pub(super) async fn sleep_until(&self, offset: i64) {
        let wait = self.at(offset).duration_since(self.world.now()).max(SignedDuration::ZERO);
        tokio::time::sleep(wait.unsigned_abs()).await;
    }

    pub(super) fn plane(&self, region: &Region) -> Plane {
        let answers = Plane::Answers { after: Duration::ZERO };
        let Some(spells) = self.scenario.control_plane.get(region) else { return answers };
        match spells::at(spells, self.offset()).map(|(_, spell)| (spell.state, spell.takes)) {
            None | Some((ControlWord::Up, _)) => answers,
            Some((ControlWord::Slow, takes)) => Plane::Answers { after: takes },
            Some((ControlWord::Throttled, _)) => Plane::Throttles,
            Some((ControlWord::Down | ControlWord::Lost, _)) => Plane::Silent,
        }
    }

    /// Whether the Region is gone with all that is in it.
    pub(super) fn is_lost(&self, region: &Region) -> bool {
        let spells = self.scenario.control_plane.get(region).map_or(&[][..], Vec::as_slice);
        spells::at(spells, self.offset()).is_some_and(|(_, spell)| spell.state == ControlWord::Lost)
    }

    /// What the table does where the functions are.
    pub(super) fn table(&self) -> TableWord {
        let felt: Vec<_> = self.scenario.table.iter().filter(|spell| spell.is_felt).cloned().collect();
        let home = self.scenario.policies.first().map(|policy| &policy.regions.standby);
        if home.is_some_and(|home| self.is_lost(home)) {
            return TableWord::Down;
        }
        spells::at(&felt, self.offset()).map_or(TableWord::Up, |(_, spell)| spell.state)
    }

    pub(super) fn fencing(&self) -> FencingWord {
        let spells = &self.scenario.fencing;
        spells::at(spells, self.offset()).map_or(FencingWord::Possible, |(_, spell)| spell.state)
    }

    pub(super) fn set_silent(&self, alarm: &AlarmArn, silent: bool) {
        let mut log = self.lock();
        if silent {
            log.silent.insert(alarm.clone());
        } else {
            log.silent.remove(alarm);
        }
    }

    pub(super) fn is_readable(&self, alarm: &AlarmArn) -> bool {
        let answers = match self.plane(&alarm.region()) {
            Plane::Answers { .. } => true,
            Plane::Throttles | Plane::Silent => false,
        };
        answers && !self.lock().silent.contains(alarm)
    }

    /// How RDS answers the next promote call on a replica.
    pub(super) fn next_answer(&self, replica: &DbInstanceArn) -> PromoteWord {
        let answers = &self.scenario.promote.answers;
        let mut log = self.lock();
        let calls = log.promote_calls.entry(replica.clone()).or_default();
        let index = if answers.is_list { *calls } else { 0 };
        *calls += 1;
        answers.get(index).copied().unwrap_or(PromoteWord::Accepted)
    }

    pub(super) fn promote_called(&self, replica: &DbInstanceArn, carried_out: bool) {
        let offset = self.offset();
        self.lock().calls.push(PromoteCall { offset, replica: replica.clone(), carried_out });
    }

    pub(super) fn paged(&self, application: Application, subject: &str) {
        let offset = self.offset();
        self.world.tell("notify", "paged people", subject);
        self.lock().pages.push((offset, application));
    }

    /// Writes down what a commit changed that scenarios ask about.
    pub(super) fn committed(&self, state: &State) {
        let latched: BTreeSet<Region> = state.latch.keys().cloned().collect();
        let (offset, phase) = (self.offset(), state.phase.name());
        let mut log = self.lock();
        let last = log.moves.iter().rev().find(|one| one.application == state.application);
        if last.is_none_or(|last| last.phase != phase || last.latched != latched) {
            log.moves.push(Move { offset, application: state.application.clone(), phase, latched });
        }
    }

    /// The measurements of a replica's lag in a span, as PostgreSQL would make them: the age of the last
    /// replayed commit, which grows while nothing is received.
    pub(super) fn lags(&self, replica: &DbInstanceArn, (after, until): (Timestamp, Timestamp)) -> Vec<Lag> {
        let own = self.scenario.policies.iter().any(|policy| policy.database.replica == *replica);
        let first = (self.offset_of(after) as i64).div_euclid(MEASURED_EVERY) * MEASURED_EVERY + MEASURED_AT;
        let last = self.offset_of(until) as i64;
        (first..=last)
            .step_by(usize::try_from(MEASURED_EVERY).unwrap_or(1))
            .filter_map(|offset| {
                let seconds = if own { self.lag(offset)? } else { LAG_SECONDS };
                Some(Lag { seconds: Seconds(seconds), at: self.at(offset) })
            })
            .filter(|lag| lag.at >= after && lag.at <= until)
            .collect()
    }

    /// The lag at an offset; none where it is not measured.
    fn lag(&self, offset: i64) -> Option<u32> {
        let spells = &self.scenario.replication;
        let stated = |own: Option<i64>| match own {
            Some(seconds) => u32::try_from(seconds).ok(),
            None => Some(LAG_SECONDS),
        };
        // The lag at last contact is what was measured while there was contact.
        let until_frozen = || {
            let next = spells.iter().find(|spell| spell.at > offset)?;
            (next.state == ReplicationWord::Frozen).then_some(next.lag_seconds).flatten()
        };
        let Some((index, spell)) = spells::at(spells, offset as f64) else { return stated(until_frozen()) };
        match spell.state {
            ReplicationWord::Following => stated(spell.lag_seconds.or_else(until_frozen)),
            ReplicationWord::Frozen => {
                let before = || index.checked_sub(1).and_then(|index| spells.get(index)?.lag_seconds);
                let at_last_contact = stated(spell.lag_seconds.or_else(before))?;
                Some(at_last_contact.saturating_add(u32::try_from(offset - spell.at).unwrap_or(u32::MAX)))
            }
            ReplicationWord::Broken | ReplicationWord::Promoted => None,
        }
    }
}

/// Longer than any scenario.
const NEVER: SignedDuration = SignedDuration::from_secs(10 * 365 * 86_400);

impl Weather {
    /// How long a promotion takes here.
    pub(super) fn life(&self) -> crate::database::Life {
        let promote = &self.scenario.promote;
        let mut life = crate::database::Life::lasting(promote.takes_seconds);
        if !promote.finishes {
            life.modifying = NEVER;
        }
        life
    }
}
