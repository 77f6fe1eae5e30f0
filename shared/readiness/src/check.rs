//! Checks, and what comes of them.

use crate::seen::{Seen, Unseen};
use crate::subjects;
use crate::survey::Survey;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt::{self, Display};
use understudy_engine::{Application, Policy};

/// The schema that findings are written in.
pub const CHECKS_SCHEMA: u32 = 1;

/// One question about the ground, by a name that stays.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    pub name: &'static str,
    /// What has to be so.
    pub wants: &'static str,
    pub why: &'static str,
    /// What it comes to at worst: it warns, or it blocks.
    pub at_worst: Verdict,
    pub(crate) judge: Judge,
}

/// What comes of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Ok,
    /// A failover would work, and leave something worse than need be.
    Warns,
    /// It could not be told, so it is not ok.
    CannotTell,
    /// A failover would not happen, or would not help.
    Blocks,
}

/// What a check has found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub name: Cow<'static, str>,
    pub verdict: Verdict,
    pub seen: String,
    pub why: Cow<'static, str>,
    /// None where nothing has to be mended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mend: Option<String>,
}

/// Everything that was found, and what it comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Readiness {
    pub schema: u32,
    pub application: Application,
    pub at: Timestamp,
    pub answer: Answer,
    pub findings: Vec<Finding>,
}

/// Whether a failover would work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    Ready,
    NotReady,
    CannotTell,
}

/// What the judge of one check looks at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ground<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) survey: &'a Survey,
    pub(crate) now: Timestamp,
}

pub(crate) type Judge = for<'a> fn(&Ground<'a>) -> Judged<'a>;

/// What was told, or what could not be.
pub(crate) type Judged<'a> = Result<Told, &'a Unseen>;

#[derive(Debug)]
pub(crate) struct Told {
    verdict: Verdict,
    seen: String,
    mend: Option<String>,
}

pub(crate) fn ok<'a>(seen: impl Into<String>) -> Judged<'a> {
    Ok(Told { verdict: Verdict::Ok, seen: seen.into(), mend: None })
}

pub(crate) fn warns<'a>(seen: impl Into<String>, mend: impl Into<String>) -> Judged<'a> {
    Ok(Told { verdict: Verdict::Warns, seen: seen.into(), mend: Some(mend.into()) })
}

pub(crate) fn blocks<'a>(seen: impl Into<String>, mend: impl Into<String>) -> Judged<'a> {
    Ok(Told { verdict: Verdict::Blocks, seen: seen.into(), mend: Some(mend.into()) })
}

/// What is wrong with several, each in its own way.
#[derive(Debug, Default)]
pub(crate) struct Wrongs<'a> {
    blocking: Vec<String>,
    warning: Vec<String>,
    unseen: Option<&'a Unseen>,
}

impl<'a> Wrongs<'a> {
    pub(crate) fn blocks(&mut self, problem: String) {
        self.blocking.push(problem);
    }

    pub(crate) fn warns(&mut self, problem: String) {
        self.warning.push(problem);
    }

    pub(crate) fn cannot_tell(&mut self, unseen: &'a Unseen) {
        self.unseen = self.unseen.or(Some(unseen));
    }

    /// What blocks counts for more than what could not be told, and that for more than what warns.
    pub(crate) fn judged(self, mend: impl Into<String>, well: impl Into<String>) -> Judged<'a> {
        match self.unseen {
            _ if !self.blocking.is_empty() => blocks([self.blocking, self.warning].concat().join("; "), mend),
            Some(unseen) => Err(unseen),
            None if !self.warning.is_empty() => warns(self.warning.join("; "), mend),
            None => ok(well),
        }
    }
}

/// What is wrong with any of several alike. That counts for more than what could not be told of another. What is
/// absent is passed over: another check says so.
pub(crate) fn wrong_with<'a, K: Display, T: 'a>(
    all: impl IntoIterator<Item = (K, &'a Seen<T>)>,
    problem: impl Fn(&T) -> Option<String>,
) -> Result<Vec<String>, &'a Unseen> {
    let (mut wrong, mut unseen) = (Vec::new(), None);
    for (name, seen) in all {
        match seen.known() {
            Ok(known) => wrong.extend(problem(known).map(|problem| format!("{name}: {problem}"))),
            Err(_) if seen.is_absent() => {}
            Err(why) => unseen = unseen.or(Some(why)),
        }
    }
    match unseen {
        Some(unseen) if wrong.is_empty() => Err(unseen),
        Some(_) | None => Ok(wrong),
    }
}

/// Those of several that are known not to be there.
pub(crate) fn missing<'a, K: Display, T: 'a>(
    all: impl IntoIterator<Item = (K, &'a Seen<T>)>,
) -> Result<Vec<String>, &'a Unseen> {
    let (mut missing, mut unseen) = (Vec::new(), None);
    for (name, seen) in all {
        match seen.known() {
            Ok(_) => {}
            Err(_) if seen.is_absent() => missing.push(name.to_string()),
            Err(why) => unseen = unseen.or(Some(why)),
        }
    }
    match unseen {
        Some(unseen) if missing.is_empty() => Err(unseen),
        Some(_) | None => Ok(missing),
    }
}

impl Check {
    fn find(&self, ground: &Ground<'_>) -> Finding {
        let told = (self.judge)(ground).unwrap_or_else(|unseen| Told {
            verdict: Verdict::CannotTell,
            seen: unseen.to_string(),
            mend: Some(unseen.mend()),
        });
        Finding {
            name: self.name.into(),
            verdict: told.verdict,
            seen: told.seen,
            why: self.why.into(),
            mend: told.mend,
        }
    }
}

/// All checks, in the order in which they are told.
pub fn checks() -> impl Iterator<Item = &'static Check> {
    subjects::ALL.iter().flat_map(|group| group.iter())
}

/// Holds what was seen against the policy.
#[must_use]
pub fn check(policy: &Policy, survey: &Survey, now: Timestamp) -> Vec<Finding> {
    let ground = Ground { policy, survey, now };
    checks().map(|check| check.find(&ground)).collect()
}

impl Readiness {
    #[must_use]
    pub fn of(policy: &Policy, survey: &Survey, now: Timestamp) -> Self {
        let findings = check(policy, survey, now);
        let answer = match findings.iter().map(|finding| finding.verdict).max() {
            Some(Verdict::Blocks) => Answer::NotReady,
            Some(Verdict::CannotTell) => Answer::CannotTell,
            Some(Verdict::Ok | Verdict::Warns) | None => Answer::Ready,
        };
        Self { schema: CHECKS_SCHEMA, application: policy.application.clone(), at: now, answer, findings }
    }

    /// How many findings have this verdict.
    #[must_use]
    pub fn count(&self, verdict: Verdict) -> usize {
        self.findings.iter().filter(|finding| finding.verdict == verdict).count()
    }
}

impl Answer {
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Ready => "a failover would work now",
            Self::NotReady => "a failover would not work now",
            Self::CannotTell => "nobody can tell whether a failover would work now",
        }
    }
}

impl Verdict {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warns => "warns",
            Self::CannotTell => "cannot tell",
            Self::Blocks => "blocks",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
