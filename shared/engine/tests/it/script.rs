//! A script: seconds from a beginning, votes, looks and ticks, and what the engine makes of them.

use jiff::{SignedDuration, Timestamp};
use understudy_engine::{
    Admission, AlarmArn, Blocker, Call, DbStatus, EDGES, Edge, Effect, Event, Ground, IncidentId, Lag, Mode, Order,
    Phase, PhaseName, Policy, PromoteAnswer, Rule, RunId, Seconds, Sight, Sighting, Source, State, Step, StepVerdict,
    Verdict, Vote, VoterName, Votes, step,
};

pub(crate) const WRITER: &str = "arn:aws:rds:us-east-1:111122223333:db:orders";
pub(crate) const REPLICA: &str = "arn:aws:rds:us-west-2:111122223333:db:orders-replica";

/// Three voters, two needed, one in each Region: `primary` (infrastructure), `standby`
/// (replication), `witness` (data path). Nothing to fence with: see [`with_fence`].
pub(crate) fn policy(mode: Mode) -> Policy {
    serde_json::from_value(serde_json::json!({
        "schema": 1,
        "application": "orders",
        "mode": mode,
        "regions": {"primary": "us-east-1", "standby": "us-west-2", "witness": "us-east-2"},
        "database": {"writer": WRITER, "replica": REPLICA, "lag_max_seconds": 60},
        "quorum": {"needed": 2},
        "voters": [
            {"name": "primary", "class": "infrastructure", "source": {"alarm": alarm("primary")}},
            {"name": "standby", "class": "replication", "source": {"alarm": alarm("standby")}},
            {"name": "witness", "class": "data_path", "source": {"alarm": alarm("witness")}},
        ],
        "approval": {"needed": 2, "approvers": ["ann", "ben", "cy"]},
        "notification": {"topic": "arn:aws:sns:us-west-2:111122223333:orders"},
    }))
    .unwrap()
}

/// The policy with a security group that admits nobody in both Regions.
pub(crate) fn with_fence(mode: Mode) -> Policy {
    let groups = [("us-east-1", crate::stages::EAST_GROUP), ("us-west-2", crate::stages::WEST_GROUP)];
    let security_groups = groups.map(|(region, group)| (region.parse().unwrap(), group.parse().unwrap())).into();
    Policy { fence: Some(understudy_engine::FenceRule { security_groups }), ..policy(mode) }
}

pub(crate) fn alarm(voter: &str) -> AlarmArn {
    let region = match voter {
        "standby" => "us-west-2",
        "witness" | "mirror" | "canary" => "us-east-2",
        _ => "us-east-1",
    };
    format!("arn:aws:cloudwatch:{region}:111122223333:alarm:{voter}").parse().unwrap()
}

pub(crate) fn run(name: &str) -> RunId {
    name.parse().unwrap()
}

#[derive(Clone)]
pub(crate) struct Script {
    pub(crate) policy: Policy,
    pub(crate) state: State,
    pub(crate) votes: Votes,
    pub(crate) now: Timestamp,
    /// What the storm breaker answers.
    pub(crate) admission: Admission,
    begun: Timestamp,
}

impl Script {
    pub(crate) fn new(mode: Mode) -> Self {
        Self::of(policy(mode))
    }

    pub(crate) fn of(policy: Policy) -> Self {
        let begun = "2026-03-01T03:00:00Z".parse().unwrap();
        let state = State::new(policy.application.clone());
        let admission = Admission::Admitted { ground: Ground::BelowLimit, at: begun };
        Self { policy, state, votes: Votes::new(), now: begun, admission, begun }
    }

    /// A script in which standby and witness have said Down, looked at every 30 s, for the sustain window.
    pub(crate) fn sustained(mode: Mode) -> Self {
        Self::sustained_under(policy(mode))
    }

    pub(crate) fn sustained_under(policy: Policy) -> Self {
        let mut script = Self::of(policy);
        script.vote("standby", Verdict::Down).vote("witness", Verdict::Down).tick();
        script.hold_down_until(180);
        script
    }

    /// Renews Down of standby and witness every 30 s, with a healthy candidate, short of `second`.
    pub(crate) fn hold_down_until(&mut self, second: i64) -> &mut Self {
        while self.seconds() + 30 < second {
            let next = self.seconds() + 30;
            self.down_at(next).tick();
        }
        self.down_at(second)
    }

    /// Standby and witness say Down, and the candidate is seen healthy.
    pub(crate) fn down_at(&mut self, second: i64) -> &mut Self {
        self.at(second).vote("standby", Verdict::Down).vote("witness", Verdict::Down).look(candidate())
    }

    /// Decided, with nothing to fence with, and the intent to promote recorded by `run-1`.
    pub(crate) fn promoting(mode: Mode) -> Self {
        let mut script = Self::sustained(mode);
        script.tick();
        assert_eq!(script.phase(), PhaseName::Fencing);
        script.tick();
        assert_eq!(script.phase(), PhaseName::Promoting);
        script
    }

    pub(crate) fn seconds(&self) -> i64 {
        self.now.duration_since(self.begun).as_secs()
    }

    pub(crate) fn time(&self, second: i64) -> Timestamp {
        self.begun.checked_add(SignedDuration::from_secs(second)).unwrap()
    }

    pub(crate) fn at(&mut self, second: i64) -> &mut Self {
        self.now = self.time(second);
        self
    }

    pub(crate) fn vote(&mut self, voter: &str, verdict: Verdict) -> &mut Self {
        self.vote_seen_at(voter, verdict, self.seconds())
    }

    pub(crate) fn vote_seen_at(&mut self, voter: &str, verdict: Verdict, second: i64) -> &mut Self {
        let source = Source::Alarm(alarm(voter));
        let vote = Vote { verdict, observed_at: self.time(second), since: None, source, reason: String::new() };
        self.votes.insert(name(voter), vote);
        self
    }

    /// One event, with what must hold of every step.
    pub(crate) fn send(&mut self, event: &Event) -> Step {
        let stepped = step(&self.state, &self.policy, &self.votes, event, self.now);
        let changed = stepped.next != self.state;
        assert_eq!(changed, stepped.next.revision > self.state.revision, "a change and only a change has a revision");
        assert!(stepped.next.epoch >= self.state.epoch, "the epoch never decreases");
        let (from, to) = (self.state.phase.name(), stepped.next.phase.name());
        let (journal, before) = (&stepped.next.journal, &self.state.journal);
        let told = journal.last != before.last || journal.withheld > before.withheld;
        assert!(from == to || told, "a transition has its entry");
        match &stepped.verdict {
            StepVerdict::Advanced(why) => {
                assert!(EDGES.contains(&Edge { from, to, why: *why }), "{from} → {to} {why:?}")
            }
            verdict => assert_eq!(from, to, "moved without an edge, by {verdict:?}"),
        }
        self.state = stepped.next.clone();
        stepped
    }

    /// One wake of a conductor: a tick, and one more where the storm breaker had to be asked in between.
    pub(crate) fn tick(&mut self) -> StepVerdict {
        let verdict = self.tick_as("run-1");
        let Some(Effect::Admit(ask)) = self.outstanding("run-1") else { return verdict };
        if verdict != StepVerdict::Noted {
            return verdict;
        }
        let answer = match self.admission {
            Admission::Admitted { ground, .. } => Admission::Admitted { ground, at: self.now },
            other @ (Admission::Waits { .. } | Admission::Unanswered) => other,
        };
        self.send(&Event::AdmissionAnswered { incident: ask.incident, answer });
        self.tick_as("run-1")
    }

    pub(crate) fn tick_as(&mut self, name: &str) -> StepVerdict {
        self.send(&Event::Tick { run: run(name) }).verdict
    }

    pub(crate) fn look(&mut self, candidate: Sight) -> &mut Self {
        self.look_at(REPLICA, candidate);
        self
    }

    pub(crate) fn look_at(&mut self, instance: &str, candidate: Sight) -> StepVerdict {
        self.send(&Event::Looked { instance: instance.parse().unwrap(), candidate }).verdict
    }

    /// The replica is read back as if no call had arrived, while everybody still says Down.
    pub(crate) fn untouched_at(&mut self, second: i64) -> StepVerdict {
        self.down_at(second);
        self.read_back(candidate())
    }

    pub(crate) fn answer(&mut self, answer: PromoteAnswer) -> StepVerdict {
        let Phase::Promoting(phase) = &self.state.phase else { panic!("nothing is being promoted") };
        let event = Event::PromoteAnswered { epoch: phase.decision.epoch, attempt: phase.attempt, answer };
        self.send(&event).verdict
    }

    pub(crate) fn read_back(&mut self, sight: Sight) -> StepVerdict {
        self.send(&Event::ReadBack { epoch: self.state.epoch, sight }).verdict
    }

    pub(crate) fn order(&mut self, by: &str, order: Order) -> StepVerdict {
        self.send(&Event::Ordered { by: by.parse().unwrap(), order }).verdict
    }

    /// An order that names the present incident.
    pub(crate) fn say(&mut self, by: &str, order: impl FnOnce(IncidentId) -> Order) -> StepVerdict {
        let order = order(self.incident());
        self.order(by, order)
    }

    /// A yes to the present question.
    pub(crate) fn yes(&mut self, by: &str) -> StepVerdict {
        let question = self.state.phase.question().unwrap().clone();
        self.order(by, Order::Approve(question))
    }

    /// A no to the present question.
    pub(crate) fn no(&mut self, by: &str) -> StepVerdict {
        let question = self.state.phase.question().unwrap().clone();
        self.order(by, Order::Veto(question))
    }

    pub(crate) fn incident(&self) -> IncidentId {
        self.state.phase.incident().unwrap().clone()
    }

    pub(crate) fn phase(&self) -> PhaseName {
        self.state.phase.name()
    }

    pub(crate) fn outstanding(&self, name: &str) -> Option<Effect> {
        self.state.outstanding(&self.policy, &run(name), self.now)
    }

    pub(crate) fn promotes(&self, name: &str) -> bool {
        matches!(self.outstanding(name), Some(Effect::Promote(_)))
    }

    pub(crate) fn looks(&self) -> bool {
        matches!(self.outstanding("run-9"), Some(Effect::Look(_)))
    }

    pub(crate) fn reads_back(&self) -> bool {
        matches!(self.outstanding("run-9"), Some(Effect::ReadBack { .. }))
    }

    /// The second at which something is due next.
    pub(crate) fn due(&self) -> Option<i64> {
        let due = self.state.next_due(&self.policy, self.now)?;
        Some(due.duration_since(self.begun).as_secs())
    }

    pub(crate) fn call(&self) -> &Call {
        let Phase::Promoting(phase) = &self.state.phase else { panic!("not promoting, but {}", self.phase()) };
        &phase.call
    }
}

pub(crate) fn name(voter: &str) -> VoterName {
    voter.parse().unwrap()
}

/// A replica that may be promoted.
pub(crate) fn candidate() -> Sight {
    seen(DbStatus::Available, Some(WRITER), Some(1))
}

/// A replica whose promotion has ended.
pub(crate) fn done() -> Sight {
    seen(DbStatus::Available, None, None)
}

/// A replica in the middle of a promotion.
pub(crate) fn rebooting() -> Sight {
    seen(DbStatus::parse("rebooting"), Some(WRITER), None)
}

pub(crate) fn seen(status: DbStatus, source: Option<&str>, lag_seconds: Option<u32>) -> Sight {
    let at = "2026-03-01T02:59:30Z".parse().unwrap();
    Sight::Seen(Sighting {
        status,
        source: source.map(|arn| arn.parse().unwrap()),
        lags: lag_seconds.map(|seconds| Lag { seconds: Seconds(seconds), at }).into_iter().collect(),
    })
}

/// The rules that a verdict names.
pub(crate) fn rules(verdict: &StepVerdict) -> Vec<Rule> {
    let StepVerdict::Refused(blockers) = verdict else { panic!("not refused, but {verdict:?}") };
    blockers.iter().map(Blocker::rule).collect()
}
