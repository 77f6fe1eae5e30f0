//! Health checks: what each checker has come to think, and what Route 53 makes of all of them.

use super::Milliseconds;
use super::application::Target;
use std::collections::BTreeSet;

/// The Regions that Route 53 checks from. How many checkers it has in each is not documented: here it is one.
pub const CHECKERS: [&str; 8] = [
    "us-east-1",
    "us-west-1",
    "us-west-2",
    "eu-west-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-northeast-1",
    "sa-east-1",
];

/// An endpoint is healthy while more than this share of the checkers say so, in percent.
const HEALTHY_SHARE: usize = 18;

/// A check, by its place among the checks of its zone.
pub type CheckId = usize;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    pub observes: Observes,
    pub inverted: bool,
    /// A disabled check is healthy, and a disabled inverted one unhealthy.
    pub disabled: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Observes {
    Endpoint {
        target: Target,
        /// 10 or 30 seconds.
        interval: Milliseconds,
        /// How many answers of one kind in a row change a checker's mind.
        threshold: u32,
    },
    /// Healthy while at least so many of its children are.
    Calculated { children: BTreeSet<CheckId>, healthy_min: usize },
}

/// Checks, and what their checkers have come to think.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checks {
    all: Vec<Check>,
    minds: Vec<[Mind; CHECKERS.len()]>,
}

/// One checker's mind about one endpoint.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Mind {
    /// None until it has seen enough of one kind.
    healthy: Option<bool>,
    last: bool,
    in_a_row: u32,
}

impl Mind {
    fn observe(&mut self, healthy: bool, threshold: u32) {
        // Counted no further than it matters, so that what stays as it is stays the same.
        self.in_a_row = if self.last == healthy { (self.in_a_row + 1).min(threshold) } else { 1 };
        self.last = healthy;
        if self.in_a_row >= threshold {
            self.healthy = Some(healthy);
        }
    }
}

impl Checks {
    #[must_use]
    pub fn new(all: Vec<Check>) -> Self {
        let minds = vec![<[Mind; CHECKERS.len()]>::default(); all.len()];
        Self { all, minds }
    }

    pub fn iter(&self) -> impl Iterator<Item = (CheckId, &Check)> {
        self.all.iter().enumerate()
    }

    #[must_use]
    pub fn contains(&self, id: CheckId) -> bool {
        id < self.all.len()
    }

    /// One checker's observation of an endpoint: whether it was answered in time with a status of 2xx or 3xx.
    /// Of a calculated check, or one that does not exist, nothing is observed.
    pub fn observe(&mut self, id: CheckId, checker: usize, healthy: bool) {
        let Some(Check { observes: Observes::Endpoint { threshold, .. }, .. }) = self.all.get(id) else { return };
        if let Some(mind) = self.minds.get_mut(id).and_then(|minds| minds.get_mut(checker)) {
            mind.observe(healthy, *threshold);
        }
    }

    /// What Route 53 takes the check for. One that does not exist is healthy, as a record without a check is.
    #[must_use]
    pub fn is_healthy(&self, id: CheckId) -> bool {
        let Some(check) = self.all.get(id) else { return true };
        if check.disabled {
            return !check.inverted;
        }
        let seen = match &check.observes {
            Observes::Endpoint { .. } => self.endpoint(id),
            // A check is never among its own descendants: a zone refuses that.
            Observes::Calculated { children, healthy_min } => {
                Some(children.iter().filter(|child| self.is_healthy(**child)).count() >= *healthy_min)
            }
        };
        // Before there is enough data a check is healthy, and an inverted one unhealthy.
        seen.unwrap_or(true) != check.inverted
    }

    /// None until every checker has made up its mind.
    fn endpoint(&self, id: CheckId) -> Option<bool> {
        let minds = self.minds.get(id)?;
        let mut healthy = 0;
        for mind in minds {
            healthy += usize::from(mind.healthy?);
        }
        Some(healthy * 100 > minds.len() * HEALTHY_SHARE)
    }

    /// The statuses of all, in their order.
    #[must_use]
    pub fn statuses(&self) -> Vec<bool> {
        (0..self.all.len()).map(|id| self.is_healthy(id)).collect()
    }

    /// Whether a check is among its own descendants.
    pub(super) fn is_circular(&self, id: CheckId) -> bool {
        let mut seen = BTreeSet::new();
        let mut open: Vec<CheckId> = self.children(id).collect();
        while let Some(next) = open.pop() {
            if next == id {
                return true;
            }
            if seen.insert(next) {
                open.extend(self.children(next));
            }
        }
        false
    }

    pub(super) fn children(&self, id: CheckId) -> impl Iterator<Item = CheckId> + '_ {
        let children = match self.all.get(id).map(|check| &check.observes) {
            Some(Observes::Calculated { children, .. }) => Some(children),
            Some(Observes::Endpoint { .. }) | None => None,
        };
        children.into_iter().flatten().copied()
    }
}
