//! One invocation: what is to be asked is read once, and each interval keeps its own rounds.

use crate::ask::{Asker, Passwords};
use crate::duty::{Duty, roster};
use crate::judge::{Memory, Outlook, Streak, latest};
use crate::observation::Observation;
use crate::round::{ASKS_MAX, Desk, observe};
use crate::rounds::Rounds;
use jiff::Timestamp;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};
use understudy_driver::{Cast, Gauge, Ledger, LedgerError, Route};
use understudy_engine::{HttpUrl, Interval, Region, Verdict, Vote};

/// How many votes are written at once.
const CASTS_MAX: usize = 64;

/// What a probe is given.
#[derive(Debug)]
pub struct Config {
    /// The Region that it observes from.
    pub region: Region,
    pub canaries: Vec<HttpUrl>,
    pub passwords: Passwords,
}

/// One process's probe. It remembers what its last rounds have come to.
#[derive(Debug)]
pub struct Prober {
    region: Region,
    desk: Desk,
    memory: Mutex<Memory>,
}

/// What an invocation came to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Report {
    pub rounds: u32,
    pub up: u32,
    pub down: u32,
    pub abstain: u32,
    /// Bad observations that an isolated probe did not believe.
    pub isolated: u32,
    /// Voters that were not asked at all: their first round would not have ended in time.
    pub left_out: u32,
    /// Votes that a later one had overtaken.
    pub superseded: u32,
    /// Votes that were not written, and records that were not read.
    pub failed: Vec<LedgerError>,
}

impl Prober {
    #[must_use]
    pub fn new(config: Config) -> Self {
        let Config { region, canaries, passwords } = config;
        let asker = Arc::new(Asker::new(passwords));
        let desk = Desk { asker, turns: Arc::new(Semaphore::new(ASKS_MAX)), canaries };
        Self { region, desk, memory: Mutex::new(Memory::new()) }
    }

    /// All rounds of one invocation that has so long.
    ///
    /// # Errors
    /// When the table does not say what there is to ask.
    pub async fn attend<L, G>(
        &self,
        ledger: &Arc<L>,
        gauge: &Arc<G>,
        left: Duration,
        clock: impl Fn() -> Timestamp + Sync,
    ) -> Result<Report, LedgerError>
    where
        L: Ledger + Send + 'static,
        G: Gauge + Send + 'static,
    {
        let began = Instant::now();
        let roster = roster(ledger, &self.region).await?;
        self.recall(&roster.duties);
        let duties: Vec<Arc<Duty>> = roster.duties.into_iter().map(Arc::new).collect();
        let kept = |interval| {
            let own = duties.iter().filter(|duty| duty.probe.interval_seconds == interval).cloned().collect();
            let keeper = Keeper { prober: self, ledger, gauge, clock: &clock, began };
            keeper.keep(own, Rounds::within(interval, left))
        };
        let (ten, twenty, thirty, sixty) =
            tokio::join!(kept(Interval::Ten), kept(Interval::Twenty), kept(Interval::Thirty), kept(Interval::Sixty));
        let mut report = Report { failed: roster.unread, ..Report::default() };
        for one in [ten, twenty, thirty, sixty] {
            report.add(one);
        }
        Ok(report)
    }

    /// Goes on from the record where it knows more than this process, and forgets who is no voter any more.
    fn recall(&self, duties: &[Duty]) {
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        let mut next = Memory::new();
        for duty in duties {
            let standing = duty.standing.as_ref().map(|vote| Streak::of_standing(duty, vote));
            if let Some(streak) = latest(memory.get(&duty.route), standing.as_ref()) {
                next.insert(duty.route.clone(), streak.clone());
            }
        }
        *memory = next;
    }

    /// The votes of a round that ended at `at`, remembered.
    fn judge(&self, observed: Vec<(Arc<Duty>, Observation)>, outlook: &Outlook, at: Timestamp) -> Vec<(Route, Vote)> {
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        let mut votes = Vec::new();
        for (duty, observation) in observed {
            let before = memory.get(&duty.route);
            let (streak, vote) = Streak::judge(before, &duty, &observation, outlook, at);
            if before.is_none_or(|before| before.said() != vote.verdict) {
                let Route { application, voter } = &duty.route;
                tracing::info!(%application, %voter, verdict = %vote.verdict, "{}", vote.reason);
            }
            memory.insert(duty.route.clone(), streak);
            votes.push((duty.route.clone(), vote));
        }
        votes
    }
}

/// The rounds of one interval.
struct Keeper<'a, L, G, C> {
    prober: &'a Prober,
    ledger: &'a Arc<L>,
    gauge: &'a Arc<G>,
    clock: &'a C,
    began: Instant,
}

impl<L, G, C> Keeper<'_, L, G, C>
where
    L: Ledger + Send + 'static,
    G: Gauge + Send + 'static,
    C: Fn() -> Timestamp + Sync,
{
    async fn keep(self, duties: Vec<Arc<Duty>>, rounds: Rounds) -> Report {
        let mut report = Report::default();
        let mut last = None;
        while let Some(at) = rounds.next(last, self.began.elapsed()).filter(|_| !duties.is_empty()) {
            sleep_until(self.began + at).await;
            let is_first = last.replace(at).is_none();
            let now = self.began.elapsed();
            let (fit, late): (Vec<_>, Vec<_>) =
                duties.iter().cloned().partition(|duty| rounds.fits(duty.probe.timeout_seconds, now));
            if is_first {
                report.left_out = count(late.len());
            }
            if !fit.is_empty() {
                self.round(fit, self.began + rounds.asks_end(now), &mut report).await;
            }
        }
        report
    }

    async fn round(&self, duties: Vec<Arc<Duty>>, ends: Instant, report: &mut Report) {
        let (observed, outlook) = observe(&self.prober.desk, self.gauge, duties, (self.clock)(), ends).await;
        let bad = observed.iter().filter(|(_, observation)| matches!(observation, Observation::Bad(_))).count();
        if outlook != Outlook::Clear && bad > 0 {
            report.isolated = report.isolated.saturating_add(count(bad));
            tracing::warn!(?outlook, bad, "nothing bad of this round is believed");
        }
        let votes = self.prober.judge(observed, &outlook, (self.clock)());
        for (_, vote) in &votes {
            let verdicts = match vote.verdict {
                Verdict::Up => &mut report.up,
                Verdict::Down => &mut report.down,
                Verdict::Abstain => &mut report.abstain,
            };
            *verdicts = verdicts.saturating_add(1);
        }
        self.cast(votes, report).await;
        report.rounds = report.rounds.saturating_add(1);
    }

    async fn cast(&self, votes: Vec<(Route, Vote)>, report: &mut Report) {
        let turns = Arc::new(Semaphore::new(CASTS_MAX));
        let mut casts = JoinSet::new();
        for (Route { application, voter }, vote) in votes {
            let (ledger, turns) = (Arc::clone(self.ledger), Arc::clone(&turns));
            casts.spawn(async move {
                let _turn = turns.acquire_owned().await;
                ledger.cast(&application, &voter, &vote).await
            });
        }
        while let Some(cast) = casts.join_next().await {
            match cast {
                Ok(Ok(Cast::Counted)) => {}
                Ok(Ok(Cast::Superseded)) => report.superseded = report.superseded.saturating_add(1),
                Ok(Err(error)) => report.failed.push(error),
                Err(error) => report.failed.push(LedgerError::Unavailable { detail: error.to_string() }),
            }
        }
    }
}

impl Report {
    fn add(&mut self, other: Self) {
        self.rounds += other.rounds;
        self.up += other.up;
        self.down += other.down;
        self.abstain += other.abstain;
        self.isolated += other.isolated;
        self.left_out += other.left_out;
        self.superseded += other.superseded;
        self.failed.extend(other.failed);
    }

    /// The votes that were judged.
    #[must_use]
    pub fn votes(&self) -> u32 {
        self.up + self.down + self.abstain
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
