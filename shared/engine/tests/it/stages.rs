//! Scripts that have come further than a decision, and the hand that cuts a writer off.

use crate::script::{REPLICA, Script, done, seen, with_fence};
use std::collections::BTreeSet;
use understudy_engine::{
    DbStatus, Effect, Event, Fence, FenceAct, FenceAnswer, Lag, Mode, Order, Phase, PhaseName, PromoteAnswer, Seconds,
    SecurityGroup, Sight, Sighting, Standing, StepVerdict, StuckReason, WriterSeen,
};

/// The groups that admit nobody, and those that the writers have of their own.
pub(crate) const EAST_GROUP: &str = "sg-0eeeeeeeeeeeeeeee";
pub(crate) const WEST_GROUP: &str = "sg-0aaaaaaaaaaaaaaaa";
pub(crate) const OWN_GROUP: &str = "sg-00000000000000001";

/// The replica that is created after a failover, in the old writer's Region.
pub(crate) const REBUILT: &str = "arn:aws:rds:us-east-1:111122223333:db:orders-2";

pub(crate) fn groups(ids: &[&str]) -> BTreeSet<SecurityGroup> {
    ids.iter().map(|id| id.parse().unwrap()).collect()
}

/// A writer as Describe shows it.
pub(crate) fn writer(ids: &[&str], status: &str, settled: bool) -> FenceAnswer {
    FenceAnswer::Seen(WriterSeen { status: DbStatus::parse(status), groups: groups(ids), settled })
}

pub(crate) fn isolate(group: &str) -> FenceAct {
    FenceAct::Isolate { group: group.parse().unwrap() }
}

pub(crate) fn restore() -> FenceAct {
    FenceAct::Restore { groups: groups(&[OWN_GROUP]) }
}

impl Script {
    /// Decided, with something to fence with: nothing has been done to the writer yet.
    pub(crate) fn fencing() -> Self {
        let mut script = Self::sustained_under(with_fence(Mode::Auto));
        script.tick();
        assert_eq!(script.phase(), PhaseName::Fencing);
        script
    }

    /// The writer is cut off and proven to be, and the intent to promote is recorded.
    pub(crate) fn promoting_fenced() -> Self {
        let mut script = Self::fencing();
        script.cut_off(EAST_GROUP).tick();
        assert_eq!(script.phase(), PhaseName::Promoting);
        script
    }

    /// Failed over at 280 s; nothing could be done to the old writer.
    pub(crate) fn failed_over(mut self) -> Self {
        self.answer(PromoteAnswer::Accepted);
        self.read_back(done());
        self.read_back(done());
        assert_eq!(self.phase(), PhaseName::Shifting);
        let until = self.seconds() + 100;
        self.at(until).tick();
        assert_eq!(self.phase(), PhaseName::FailedOver);
        self
    }

    pub(crate) fn rebuilding(mut self) -> Self {
        let replica = REBUILT.parse().unwrap();
        self.say("ann", |incident| Order::Rebuild { incident, replica });
        assert_eq!(self.phase(), PhaseName::Rebuilding);
        self
    }

    pub(crate) fn rebuilt(self) -> Self {
        let mut script = self.rebuilding();
        script.look_at(REBUILT, seen(DbStatus::Available, Some(REPLICA), Some(1)));
        assert_eq!(script.phase(), PhaseName::Rebuilt);
        script
    }

    /// A switchover home is ordered, from a failover whose old writer is proven fenced.
    pub(crate) fn switching() -> Self {
        let mut script = Self::promoting_fenced().failed_over().rebuilt();
        script.say("ann", Order::SwitchOver);
        assert_eq!(script.phase(), PhaseName::Fencing);
        script
    }

    /// The writer that a switchover gives up is proven to take no writes.
    pub(crate) fn draining() -> Self {
        let mut script = Self::switching();
        script.cut_off(WEST_GROUP).tick();
        assert_eq!(script.phase(), PhaseName::Draining);
        script
    }

    /// The replica of a switchover has replayed something of after the cut.
    pub(crate) fn drained() -> Self {
        let mut script = Self::draining();
        let second = script.seconds() + 60;
        script.at(second);
        script.look_at(REBUILT, replayed_until(&lag_of_now(&script, 0)));
        script
    }

    /// The writer is gone through every station of being cut off, at this very second.
    pub(crate) fn cut_off(&mut self, group: &str) -> &mut Self {
        self.fenced_by(FenceAct::Describe, writer(&[OWN_GROUP], "available", true));
        self.fenced_by(isolate(group), FenceAnswer::Accepted);
        self.fenced_by(FenceAct::Describe, writer(&[group], "available", true));
        self.fenced_by(FenceAct::Restart, FenceAnswer::Accepted);
        self.fenced_by(FenceAct::Describe, writer(&[group], "rebooting", true));
        self.fenced_by(FenceAct::Describe, writer(&[group], "available", true));
        assert!(self.fence().proven_at().is_some());
        self
    }

    pub(crate) fn fenced_by(&mut self, act: FenceAct, answer: FenceAnswer) -> StepVerdict {
        self.send(&Event::FenceAnswered { epoch: self.state.epoch, act, answer }).verdict
    }

    pub(crate) fn fence(&self) -> &Fence {
        &self.state.phase.decision().unwrap().fence
    }

    pub(crate) fn standing(&self) -> &Standing {
        &self.fence().standing
    }

    /// What is to be done to the old writer now.
    pub(crate) fn fence_act(&self) -> Option<FenceAct> {
        match self.outstanding("run-9") {
            Some(Effect::Fence(call)) => Some(call.act),
            _ => None,
        }
    }

    pub(crate) fn stuck_reason(&self) -> StuckReason {
        let Phase::Stuck(phase) = &self.state.phase else { panic!("not stuck, but {}", self.phase()) };
        phase.reason
    }

    /// The application has failed over, unproven, and everybody is told.
    pub(crate) fn split() -> Self {
        Self::promoting(Mode::Auto).failed_over()
    }
}

/// A measurement of now, of a replica that is so far behind.
pub(crate) fn lag_of_now(script: &Script, seconds: u32) -> Lag {
    Lag { seconds: Seconds(seconds), at: script.now }
}

/// The new replica, available and following, with this one measurement of its lag.
pub(crate) fn replayed_until(lag: &Lag) -> Sight {
    let source = Some(REPLICA.parse().unwrap());
    Sight::Seen(Sighting { status: DbStatus::Available, source, lags: vec![*lag] })
}
