//! Further levers of traffic: how far each has followed the latch, and what has shown it. Like a fence, a lever
//! counts as moved only once it was read, never because a call was accepted.

use crate::name::{AccessPointArn, Bucket, ClusterEndpoint, Epoch, Region, RoutingControlArn};
use crate::policy::Windows;
use crate::time::Seconds;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// The Regions that the endpoints of both levers are in.
pub const LEVER_ENDPOINTS: [&str; 5] = ["us-east-1", "us-west-2", "eu-west-1", "ap-northeast-1", "ap-southeast-2"];

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/MrapFailover.html>
const ROUTES_APPLY: Seconds = Seconds(120);

/// What moves traffic besides DNS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lever {
    /// The routes of an S3 Multi-Region Access Point.
    MultiRegionAccessPoint,
    /// Routing controls of Application Recovery Controller.
    RoutingControls,
}

/// How far one lever has followed one move of the latch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pull {
    /// Of the decision whose latch it follows.
    pub epoch: Epoch,
    /// Where traffic is to go, and which Region it leaves.
    pub on: Region,
    pub off: Region,
    pub standing: Pulled,
    pub since: Timestamp,
    /// What it is, as the policy named it then: another one is another pull.
    #[serde(default)]
    pub named: Option<String>,
    /// How often it was to be set: each time another endpoint is asked first.
    #[serde(default, alias = "in_vain")]
    pub sets: u32,
    pub tried_at: Option<Timestamp>,
    /// When people were last told that it has not moved.
    pub told_at: Option<Timestamp>,
    /// Whatever does not pass by itself, and people know of.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub told_of: BTreeSet<LeverTrouble>,
    /// The last answer that was not what had been hoped for.
    pub trouble: Option<LeverTrouble>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pulled {
    /// To be called: nothing was, or whatever was has had no effect.
    Wanted,
    /// Called, or possibly called: only reading tells.
    Called {
        at: Timestamp,
        #[serde(default)]
        accepted: bool,
    },
    /// It was read as it should be.
    Moved { at: Timestamp },
}

/// One thing to do to a lever, or to ask of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeverAct {
    Read,
    /// Opens the one Region and closes the other in one call, so that never both are closed. It says how the lever
    /// is to stand and not what to change, so that a second call changes nothing.
    Set,
}

/// How a lever is to stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Aim {
    Routes { point: AccessPointArn, on: (Region, Bucket), off: (Region, Bucket) },
    Controls { endpoints: BTreeMap<Region, ClusterEndpoint>, on: RoutingControlArn, off: RoutingControlArn },
}

/// Do one thing to a lever. What changes it does not leave once it is later than `not_after`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeverCall {
    pub epoch: Epoch,
    pub lever: Lever,
    pub act: LeverAct,
    pub aim: Aim,
    /// The Regions whose endpoints are asked, one after the other, until one answers.
    pub endpoints: Vec<Region>,
    pub not_after: Timestamp,
}

/// What one act came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeverAnswer {
    /// Whether traffic may go to the Region where it should, and still to the one that it leaves.
    Seen {
        on: bool,
        off: bool,
    },
    Accepted,
    Trouble(LeverTrouble),
}

/// Why a lever has not moved yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeverTrouble {
    /// No endpoint took the request: it certainly did not arrive.
    Unreachable,
    /// It may or may not have arrived.
    Unanswered,
    Throttled,
    /// It is being changed by somebody else, another run of ours perhaps.
    Conflicting,
    Denied,
    /// A safety rule forbids it. Rules are people's word, so automation never overrides one.
    SafetyRule,
    Missing,
    Refused,
}

/// What people are told of a lever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeverNews {
    pub lever: Lever,
    /// Where traffic is to go.
    pub on: Region,
    pub came_to: CameTo,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CameTo {
    /// It was read as it should be.
    Moved,
    /// It has not followed the latch in time, and is tried on.
    Left { trouble: Option<LeverTrouble> },
    /// The incident is closed, and nothing more is done to it.
    GivenUp,
}

impl LeverNews {
    #[must_use]
    pub(crate) fn why(&self) -> String {
        let on = &self.on;
        match self.came_to {
            CameTo::Moved => match self.lever {
                Lever::MultiRegionAccessPoint => {
                    format!("read back: its routes are set to {on} alone, which S3 applies within two minutes")
                }
                Lever::RoutingControls => {
                    format!("read back: the control of {on} is on, and that of the Region that is left is off")
                }
            },
            CameTo::Left { trouble: Some(trouble) } => {
                format!("traffic may still go elsewhere than to {on}, and it is tried on: {trouble}")
            }
            CameTo::Left { trouble: None } => {
                format!("traffic may still go elsewhere than to {on}, and it is tried on")
            }
            CameTo::GivenUp => {
                format!("the incident is closed, and nothing has shown that it sends traffic to {on}: set it by hand")
            }
        }
    }
}

impl Lever {
    pub const ALL: [Self; 2] = [Self::MultiRegionAccessPoint, Self::RoutingControls];

    /// How long a call that was accepted may take to show. S3 says that changed routes may take two minutes.
    #[must_use]
    pub fn settles_within(self, windows: &Windows) -> Seconds {
        match self {
            Self::MultiRegionAccessPoint => windows.settle_seconds.max(ROUTES_APPLY),
            Self::RoutingControls => windows.settle_seconds,
        }
    }
}

impl Aim {
    /// What is to be moved, without how it is reached.
    #[must_use]
    fn name(&self) -> String {
        match self {
            Self::Routes { point, on, off } => format!("{point} {} {}", on.1, off.1),
            Self::Controls { on, off, .. } => format!("{on} {off}"),
        }
    }
}

impl LeverTrouble {
    /// Whether the lever may be as it should all the same, by this call or by whichever is in its way: only reading
    /// tells.
    #[must_use]
    fn may_have_moved(self) -> bool {
        match self {
            Self::Unanswered | Self::Conflicting => true,
            Self::Unreachable | Self::Throttled | Self::Denied | Self::SafetyRule | Self::Missing | Self::Refused => {
                false
            }
        }
    }

    /// Whether time alone mends it.
    #[must_use]
    pub fn passes(self) -> bool {
        match self {
            Self::Unreachable | Self::Unanswered | Self::Throttled | Self::Conflicting => true,
            Self::Denied | Self::SafetyRule | Self::Missing | Self::Refused => false,
        }
    }
}

impl Pull {
    /// The latch has moved: the lever is to follow.
    #[must_use]
    pub(crate) fn wanted(epoch: Epoch, on: Region, off: Region, aim: Option<&Aim>, since: Timestamp) -> Self {
        let named = aim.map(Aim::name);
        let standing = Pulled::Wanted;
        let told_of = BTreeSet::new();
        Self { epoch, on, off, standing, since, named, sets: 0, tried_at: None, told_at: None, told_of, trouble: None }
    }

    /// Whether it is of this lever as the policy names it now.
    #[must_use]
    pub(crate) fn is_of(&self, aim: &Aim) -> bool {
        self.named.as_ref().is_none_or(|named| *named == aim.name())
    }

    #[must_use]
    pub fn moved_at(&self) -> Option<Timestamp> {
        match self.standing {
            Pulled::Moved { at } => Some(at),
            Pulled::Wanted | Pulled::Called { .. } => None,
        }
    }

    #[must_use]
    pub fn act(&self) -> Option<LeverAct> {
        match self.standing {
            Pulled::Wanted => Some(LeverAct::Set),
            Pulled::Called { .. } => Some(LeverAct::Read),
            Pulled::Moved { .. } => None,
        }
    }

    /// The endpoints in the order in which they are asked. One that takes a request and does not answer ends the try,
    /// so each of the five is asked first once in five: those of other Regions before the one that is left, which may be
    /// lost.
    #[must_use]
    pub fn endpoints(&self) -> Vec<Region> {
        let all: Vec<Region> = LEVER_ENDPOINTS.iter().filter_map(|code| code.parse().ok()).collect();
        let turn = usize::try_from(self.sets).unwrap_or(0) % all.len().max(1);
        let (left, mut others): (Vec<Region>, Vec<Region>) = all.into_iter().partition(|region| *region == self.off);
        if turn == others.len() {
            return left.into_iter().chain(others).collect();
        }
        others.rotate_left(turn);
        others.into_iter().chain(left).collect()
    }

    /// When this act is due. A first call, and one that follows on a reading, is due at once; whatever waits for
    /// somebody else is asked for ever more seldom once people know of it.
    #[must_use]
    pub(crate) fn due(&self, act: LeverAct, windows: &Windows) -> Timestamp {
        let Some(tried_at) = self.tried_at else { return Timestamp::MIN };
        if act == LeverAct::Set && self.trouble.is_none() {
            return Timestamp::MIN;
        }
        let every = if self.told_at.is_some() { windows.look_seconds } else { windows.poll_seconds };
        every.after(tried_at)
    }

    /// Whether something stands in the way that time does not mend, and that people do not know of yet.
    #[must_use]
    pub fn is_news(&self) -> bool {
        self.trouble.is_some_and(|trouble| !trouble.passes() && !self.told_of.contains(&trouble))
    }

    /// When people are to be told that it has not moved, whoever has taken note of what.
    #[must_use]
    pub(crate) fn told_next(&self, lever: Lever, windows: &Windows, is_noted: bool) -> Option<Timestamp> {
        if self.moved_at().is_some() {
            return None;
        }
        match self.told_at {
            _ if self.is_news() => Some(self.since),
            None => {
                let settles = lever.settles_within(windows);
                Some(Seconds(windows.shift_seconds.0.saturating_add(settles.0)).after(self.since))
            }
            Some(_) if is_noted => None,
            Some(told_at) => Some(windows.remind_seconds.after(told_at)),
        }
    }

    /// People have been told of it as it is.
    pub(crate) fn tell(&mut self, now: Timestamp) {
        self.told_at = Some(now);
        self.told_of.extend(self.trouble.filter(|trouble| !trouble.passes()));
    }

    /// What is known after an act.
    #[must_use]
    pub(crate) fn after(
        &self,
        act: LeverAct,
        answer: LeverAnswer,
        (lever, windows): (Lever, &Windows),
        now: Timestamp,
    ) -> Self {
        let mut next = Self { tried_at: Some(now), ..self.clone() };
        if act == LeverAct::Set {
            next.sets = self.sets.saturating_add(1);
        }
        match answer {
            LeverAnswer::Seen { on: true, off: false } => {
                next.standing = Pulled::Moved { at: now };
                next.trouble = None;
            }
            LeverAnswer::Seen { .. } => {
                next.trouble = None;
                if let Pulled::Called { at, accepted } = self.standing
                    && now >= if accepted { lever.settles_within(windows) } else { windows.settle_seconds }.after(at)
                {
                    next.standing = Pulled::Wanted;
                }
            }
            LeverAnswer::Accepted => {
                next.standing = Pulled::Called { at: now, accepted: true };
                next.trouble = None;
                // What refused it is mended, so neither that nor a lever that moves all the same not is known any more.
                if !next.told_of.is_empty() {
                    next.told_of.clear();
                    next.told_at = None;
                }
            }
            LeverAnswer::Trouble(trouble) => {
                next.trouble = Some(trouble);
                if act == LeverAct::Set && trouble.may_have_moved() {
                    next.standing = Pulled::Called { at: now, accepted: false };
                }
            }
        }
        next
    }
}

impl fmt::Display for Lever {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MultiRegionAccessPoint => "the Multi-Region Access Point",
            Self::RoutingControls => "the routing controls",
        })
    }
}

impl fmt::Display for LeverNews {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { lever, on, .. } = self;
        match self.came_to {
            CameTo::Moved => write!(f, "{lever} set to {on}"),
            CameTo::Left { .. } => write!(f, "{lever} not set to {on}"),
            CameTo::GivenUp => write!(f, "{lever} not set to {on}, and given up"),
        }
    }
}

impl fmt::Display for LeverTrouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unreachable => "none of the five endpoints took the request",
            Self::Unanswered => "no reply tells whether the call arrived",
            Self::Throttled => "it is throttled",
            Self::Conflicting => "it is being changed by somebody else",
            Self::Denied => {
                "it is denied: allow s3:SubmitMultiRegionAccessPointRoutes and s3:GetMultiRegionAccessPointRoutes, or \
                 route53-recovery-cluster:UpdateRoutingControlStates and GetRoutingControlState"
            }
            Self::SafetyRule => {
                "a safety rule forbids it, and automation never overrides one: change the rule, or move it by hand"
            }
            Self::Missing => "it does not exist: correct its name in the policy",
            Self::Refused => "the request was refused as it is: correct the lever in the policy, or move it by hand",
        })
    }
}

#[cfg(test)]
mod tests;
