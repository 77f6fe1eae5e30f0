//! What goes wrong in each drill, and when.

use understudy_engine::{Mode, PhaseName, Region, Regions, Seconds};

/// What goes wrong in a drill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Script {
    /// The primary Region is lost.
    RegionLoss,
    /// The primary Region is cut off for 43 seconds.
    Partition,
    /// The primary Region goes and comes, for longer than alarms need to notice.
    Flapping,
    /// The primary Region is lost, and comes back when everybody has left.
    OldPrimaryReturns,
    /// The standby Region is lost.
    StandbyLoss,
    /// All gates but the primary Region's own are lost and come back; then the primary Region is lost with one of them.
    GateLoss,
    /// Every endpoint fails its health check, and serves.
    EverythingUnhealthy,
}

/// One thing that happens to the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    Lose(Place),
    Return(Place),
    LoseGate(Place),
    ReturnGate(Place),
    Sicken,
    Mend,
}

/// A Region, by its part at the beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Primary,
    Standby,
    Witness,
}

impl Place {
    /// None where the application has no such Region.
    pub(super) fn of(self, regions: &Regions) -> Option<Region> {
        match self {
            Self::Primary => Some(regions.primary.clone()),
            Self::Standby => Some(regions.standby.clone()),
            Self::Witness => regions.witness.clone(),
        }
    }
}

/// What a drill should come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Expected {
    pub(super) ended: PhaseName,
    pub(super) writes_at: Place,
}

impl Expected {
    pub(super) fn is_met(self, ended: PhaseName, writes_at: Option<&Region>, regions: &Regions) -> bool {
        ended == self.ended && writes_at == self.writes_at.of(regions).as_ref()
    }
}

impl Script {
    pub const ALL: [Self; 7] = [
        Self::RegionLoss,
        Self::Partition,
        Self::Flapping,
        Self::OldPrimaryReturns,
        Self::StandbyLoss,
        Self::GateLoss,
        Self::EverythingUnhealthy,
    ];

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::RegionLoss => "region-loss",
            Self::Partition => "partition",
            Self::Flapping => "flapping",
            Self::OldPrimaryReturns => "old-primary-returns",
            Self::StandbyLoss => "standby-loss",
            Self::GateLoss => "gate-loss",
            Self::EverythingUnhealthy => "everything-unhealthy",
        }
    }

    /// Each act with its seconds since the fault that the drill is about.
    pub(super) fn acts(self) -> Vec<(i64, Act)> {
        use Act::{Lose, LoseGate, Mend, Return, ReturnGate, Sicken};
        use Place::{Primary, Standby, Witness};
        match self {
            Self::RegionLoss => vec![(0, Lose(Primary))],
            Self::Partition => vec![(0, Lose(Primary)), (43, Return(Primary))],
            Self::Flapping => {
                let times = [0, 210, 420];
                times.iter().flat_map(|at| [(*at, Lose(Primary)), (at + 150, Return(Primary))]).collect()
            }
            Self::OldPrimaryReturns => vec![(0, Lose(Primary)), (1200, Return(Primary))],
            Self::StandbyLoss => vec![(0, Lose(Standby))],
            Self::GateLoss => vec![
                (-240, LoseGate(Standby)),
                (-240, LoseGate(Witness)),
                (-120, ReturnGate(Standby)),
                (-120, ReturnGate(Witness)),
                (0, Lose(Primary)),
                (0, LoseGate(Standby)),
            ],
            Self::EverythingUnhealthy => vec![(0, Sicken), (600, Mend)],
        }
    }

    /// How long a drill lasts at least, from the fault on.
    pub(super) fn lasts(self) -> Seconds {
        match self {
            Self::RegionLoss | Self::GateLoss => Seconds(0),
            Self::Partition => Seconds(300),
            Self::Flapping | Self::EverythingUnhealthy => Seconds(900),
            Self::OldPrimaryReturns => Seconds(1500),
            Self::StandbyLoss => Seconds(600),
        }
    }

    pub(super) fn expected(self, mode: Mode) -> Expected {
        let (ended, writes_at) = match (self, mode) {
            (Self::RegionLoss | Self::OldPrimaryReturns | Self::GateLoss, Mode::Auto | Mode::Approve) => {
                (PhaseName::FailedOver, Place::Standby)
            }
            (Self::RegionLoss | Self::GateLoss, Mode::Observe) => (PhaseName::Held, Place::Primary),
            (Self::OldPrimaryReturns, Mode::Observe)
            | (Self::Partition | Self::Flapping | Self::StandbyLoss | Self::EverythingUnhealthy, _) => {
                (PhaseName::Watching, Place::Primary)
            }
        };
        Expected { ended, writes_at }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drill_whose_writes_are_led_elsewhere_did_not_end_as_it_should() {
        let region = |code: &str| code.parse::<Region>().unwrap();
        let regions = Regions { primary: region("us-east-1"), standby: region("us-west-2"), witness: None };
        let expected = Script::RegionLoss.expected(Mode::Auto);
        assert!(expected.is_met(PhaseName::FailedOver, Some(&regions.standby), &regions));
        assert!(!expected.is_met(PhaseName::FailedOver, Some(&regions.primary), &regions));
        assert!(!expected.is_met(PhaseName::FailedOver, None, &regions));
        assert!(!expected.is_met(PhaseName::Held, Some(&regions.standby), &regions));
    }
}
