//! A cloud in which everything goes as one hopes.

use jiff::Timestamp;
use std::collections::BTreeSet;
use understudy_engine::{
    Admission, CreateAnswer, DbInstanceArn, DbStatus, Effect, Event, FenceAct, FenceAnswer, FenceCall, Ground, Lag,
    LeverAct, LeverAnswer, Phase, Policy, PromoteAnswer, Seconds, SecurityGroup, Sight, Sighting, Standing, State,
    WriterSeen,
};

pub(super) struct Hope {
    /// What the writer that is given up has attached.
    groups: BTreeSet<SecurityGroup>,
    /// Whether it was restarted, and not seen since.
    restarting: bool,
    /// Replicas that are asked for in the plan, and were not there before.
    missing: BTreeSet<DbInstanceArn>,
}

impl Hope {
    pub(super) fn of(state: &State, policy: &Policy) -> Self {
        let fence = state.phase.decision().map(|decision| (&decision.fence.standing, decision.writer.region()));
        let groups = match fence {
            Some((Standing::Cutting { .. } | Standing::Fenced { .. } | Standing::Restoring { .. }, region)) => {
                policy.fence_group(&region).into_iter().cloned().collect()
            }
            Some((Standing::Open | Standing::Isolating { .. } | Standing::Gone { .. }, _)) | None => BTreeSet::new(),
        };
        let mut missing = BTreeSet::new();
        if let Phase::Rebuilding(phase) = &state.phase {
            missing.insert(phase.replica.clone());
        }
        Self { groups, restarting: false, missing }
    }

    pub(super) fn answer(&mut self, effect: Effect, (state, policy): (&State, &Policy), now: Timestamp) -> Event {
        // What every replica follows.
        let writer = || state.writer.clone().unwrap_or_else(|| policy.database.writer.clone());
        match effect {
            Effect::Look(look) => {
                let candidate = if self.missing.contains(&look.candidate) {
                    Sight::Missing
                } else {
                    let lags = vec![Lag { seconds: Seconds(0), at: now }];
                    seen(Some(writer()), lags)
                };
                Event::Looked { instance: look.candidate, candidate }
            }
            Effect::Admit(ask) => {
                let answer = Admission::Admitted { ground: Ground::BelowLimit, at: now };
                Event::AdmissionAnswered { incident: ask.incident, answer }
            }
            Effect::Fence(FenceCall { epoch, act, .. }) => {
                let answer = self.fenced(&act);
                Event::FenceAnswered { epoch, act, answer }
            }
            Effect::Promote(call) => {
                Event::PromoteAnswered { epoch: call.epoch, attempt: call.attempt, answer: PromoteAnswer::Accepted }
            }
            Effect::ReadBack { epoch, .. } => {
                // Whoever stops hopes that nothing was promoted; everybody else, that it was.
                let source = matches!(state.phase, Phase::Aborting(_)).then(writer);
                Event::ReadBack { epoch, sight: seen(source, Vec::new()) }
            }
            Effect::Create(create) => {
                self.missing.remove(&create.replica);
                Event::CreateAnswered { epoch: create.epoch, answer: CreateAnswer::Accepted }
            }
            Effect::Lever(call) => {
                let answer = match call.act {
                    LeverAct::Set => LeverAnswer::Accepted,
                    LeverAct::Read => LeverAnswer::Seen { on: true, off: false },
                };
                Event::LeverAnswered { epoch: call.epoch, lever: call.lever, act: call.act, answer }
            }
        }
    }

    fn fenced(&mut self, act: &FenceAct) -> FenceAnswer {
        match act {
            FenceAct::Describe => {
                let restarting = std::mem::take(&mut self.restarting);
                let status = if restarting { DbStatus::parse("rebooting") } else { DbStatus::Available };
                FenceAnswer::Seen(WriterSeen { status, groups: self.groups.clone(), settled: true })
            }
            FenceAct::Isolate { group } => {
                self.groups = BTreeSet::from([group.clone()]);
                FenceAnswer::Accepted
            }
            FenceAct::Restart => {
                self.restarting = true;
                FenceAnswer::Accepted
            }
            FenceAct::Restore { groups } => {
                self.groups.clone_from(groups);
                FenceAnswer::Accepted
            }
        }
    }
}

fn seen(source: Option<DbInstanceArn>, lags: Vec<Lag>) -> Sight {
    Sight::Seen(Sighting { status: DbStatus::Available, source, lags })
}
