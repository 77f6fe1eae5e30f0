//! Split risk: promoted, and the old writer not proven fenced.

use super::decided::{Course, moved_to};
use jiff::Timestamp;
use serde::Serialize;
use understudy_engine::{Entry, FenceTrouble, PhaseName, What};

/// Since when there was split risk, and what ended it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SplitRisk {
    pub standing: SplitStanding,
    /// When the replica was seen promoted and the old writer was not proven fenced.
    pub since: Option<Timestamp>,
    /// When people were told, each time.
    pub told_at: Vec<Timestamp>,
    /// What was last in the way of proof.
    pub trouble: Option<String>,
    /// When the old writer was proven to take no writes.
    pub fenced_at: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SplitStanding {
    /// Nothing was seen promoted.
    NothingPromoted,
    /// The old writer was proven fenced before anything was promoted.
    Never,
    Open,
    Resolved,
}

pub(super) fn of(course: &Course<'_>) -> SplitRisk {
    let promoted_at = course.came_to(PhaseName::Verifying);
    let fenced = course.own.iter().position(|entry| entry.what == What::Fenced);
    let promoted = course.own.iter().position(|entry| moved_to(entry) == Some(PhaseName::Verifying));
    let standing = match (promoted, fenced) {
        (None, _) => SplitStanding::NothingPromoted,
        (Some(promoted), Some(fenced)) if fenced < promoted => SplitStanding::Never,
        (Some(_), Some(_)) => SplitStanding::Resolved,
        (Some(_), None) => SplitStanding::Open,
    };
    let risk = standing == SplitStanding::Open || standing == SplitStanding::Resolved;
    let told = course.own.iter().filter_map(told);
    let (told_at, troubles): (Vec<Timestamp>, Vec<Option<FenceTrouble>>) = told.unzip();
    SplitRisk {
        standing,
        since: promoted_at.filter(|_| risk),
        told_at,
        trouble: troubles.last().copied().flatten().map(|trouble| trouble.to_string()),
        fenced_at: fenced.and_then(|index| course.own.get(index)).map(|entry| entry.at),
    }
}

fn told(entry: &Entry) -> Option<(Timestamp, Option<FenceTrouble>)> {
    if let What::SplitRisk { trouble } = &entry.what { Some((entry.at, *trouble)) } else { None }
}
