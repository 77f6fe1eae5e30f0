//! A script: seconds from a beginning, votes, looks and ticks, and what the engine makes of them.

use jiff::{SignedDuration, Timestamp};
use understudy_engine::{
    AlarmArn, Blocker, Call, DbStatus, Effect, Event, Lag, Mode, Phase, PhaseName, Policy, PromoteAnswer, Rule, RunId,
    Seconds, Sight, Sighting, Source, State, Step, StepVerdict, Verdict, Vote, VoterName, Votes, step,
};

pub(crate) const WRITER: &str = "arn:aws:rds:us-east-1:111122223333:db:orders";
pub(crate) const REPLICA: &str = "arn:aws:rds:us-west-2:111122223333:db:orders-replica";

/// Three voters, two needed, one in each Region: `primary` (infrastructure), `standby`
/// (replication), `witness` (data path).
pub(crate) fn policy(mode: Mode) -> Policy {
    serde_json::from_value(serde_json::json!({
        "schema": 1,
        "application": "orders",
        "mode": mode,
        "regions": {"primary": "us-east-1", "standby": "us-west-2", "witness": "us-east-2"},
        "database": {"writer": WRITER, "replica": REPLICA, "lag_max_seconds": 60},
        "quorum": {"needed": 2},
        "voters": [
            {"name": "primary", "class": "infrastructure", "source": {"alarm": arn("us-east-1", "primary")}},
            {"name": "standby", "class": "replication", "source": {"alarm": arn("us-west-2", "standby")}},
            {"name": "witness", "class": "data_path", "source": {"alarm": arn("us-east-2", "witness")}},
        ],
        "approval": {"needed": 2, "approvers": ["ann", "ben", "cy"]},
        "notification": {"topic": "arn:aws:sns:us-west-2:111122223333:orders"},
    }))
    .unwrap()
}

fn arn(region: &str, name: &str) -> String {
    format!("arn:aws:cloudwatch:{region}:111122223333:alarm:{name}")
}

pub(crate) fn alarm(voter: &str) -> AlarmArn {
    let region = match voter {
        "standby" => "us-west-2",
        "witness" => "us-east-2",
        _ => "us-east-1",
    };
    arn(region, voter).parse().unwrap()
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
    begun: Timestamp,
}

impl Script {
    pub(crate) fn new(mode: Mode) -> Self {
        let begun = "2026-03-01T03:00:00Z".parse().unwrap();
        let policy = policy(mode);
        let state = State::new(policy.application.clone());
        Self { policy, state, votes: Votes::new(), now: begun, begun }
    }

    /// A script in which the given voters have said Down, looked at every 30 s, for the sustain window.
    pub(crate) fn sustained(mode: Mode) -> Self {
        let mut script = Self::new(mode);
        script.vote("standby", Verdict::Down).vote("witness", Verdict::Down).tick();
        script.hold_down_until(180);
        script
    }

    /// Renews Down of standby and witness every 30 s, with a healthy candidate, short of `second`.
    pub(crate) fn hold_down_until(&mut self, second: i64) -> &mut Self {
        while self.seconds() + 30 < second {
            let next = self.seconds() + 30;
            self.at(next).vote("standby", Verdict::Down).vote("witness", Verdict::Down).look(candidate()).tick();
        }
        self.at(second).vote("standby", Verdict::Down).vote("witness", Verdict::Down).look(candidate())
    }

    pub(crate) fn promoting(mode: Mode) -> Self {
        let mut script = Self::sustained(mode);
        script.tick();
        assert_eq!(script.phase(), PhaseName::Promoting);
        script
    }

    pub(crate) fn seconds(&self) -> i64 {
        self.now.duration_since(self.begun).as_secs()
    }

    pub(crate) fn at(&mut self, second: i64) -> &mut Self {
        self.now = self.begun.checked_add(SignedDuration::from_secs(second)).unwrap();
        self
    }

    pub(crate) fn vote(&mut self, voter: &str, verdict: Verdict) -> &mut Self {
        self.vote_seen_at(voter, verdict, self.seconds())
    }

    pub(crate) fn vote_seen_at(&mut self, voter: &str, verdict: Verdict, second: i64) -> &mut Self {
        let observed_at = self.begun.checked_add(SignedDuration::from_secs(second)).unwrap();
        let source = Source::Alarm(alarm(voter));
        let vote = Vote { verdict, observed_at, since: None, source, reason: String::new() };
        self.votes.insert(name(voter), vote);
        self
    }

    pub(crate) fn send(&mut self, event: &Event) -> Step {
        let stepped = step(&self.state, &self.policy, &self.votes, event, self.now);
        let changed = stepped.next != self.state;
        assert_eq!(changed, stepped.next.revision > self.state.revision, "a change and only a change has a revision");
        assert!(stepped.next.epoch >= self.state.epoch, "the epoch never decreases");
        let moved = stepped.next.phase.name() != self.state.phase.name();
        let told = stepped.next.journal.last != self.state.journal.last;
        assert!(!moved || told, "a transition has its entry");
        self.state = stepped.next.clone();
        stepped
    }

    pub(crate) fn tick(&mut self) -> StepVerdict {
        self.tick_as("run-1")
    }

    pub(crate) fn tick_as(&mut self, name: &str) -> StepVerdict {
        self.send(&Event::Tick { run: run(name) }).verdict
    }

    pub(crate) fn look(&mut self, candidate: Sight) -> &mut Self {
        self.send(&Event::Looked { candidate });
        self
    }

    /// The replica is read back as if no call had arrived, while everybody still says Down.
    pub(crate) fn untouched_at(&mut self, second: i64) -> StepVerdict {
        self.at(second).vote("standby", Verdict::Down).vote("witness", Verdict::Down).look(candidate());
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

    pub(crate) fn phase(&self) -> PhaseName {
        self.state.phase.name()
    }

    pub(crate) fn outstanding(&self, name: &str) -> Option<Effect> {
        self.state.outstanding(&self.policy, &run(name), self.now)
    }

    pub(crate) fn promotes(&self, name: &str) -> bool {
        matches!(self.outstanding(name), Some(Effect::Promote(_)))
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
