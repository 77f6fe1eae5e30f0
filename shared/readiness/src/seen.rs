//! What is known, and what could not be told, and why not.

use std::fmt;

/// One part of a survey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen<T> {
    Known(T),
    Unseen(Unseen),
}

/// What was asked for in vain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unseen {
    pub why: Why,
    /// What was asked and where, such as `rds:DescribeDBInstances in us-west-2`.
    pub asked: String,
    /// The words of whoever refused.
    pub detail: String,
}

/// Why it could not be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Whoever runs the check may not ask.
    Denied,
    /// No answer in time, or none that says anything: the Region may be lost.
    Unreachable,
    /// The service answers that there is no such thing.
    Absent,
    /// The service understood and refused, for another reason.
    Refused,
    /// Nobody said where to look.
    NotAsked,
}

impl<T> Seen<T> {
    /// # Errors
    /// Why it could not be told.
    pub fn known(&self) -> Result<&T, &Unseen> {
        match self {
            Self::Known(known) => Ok(known),
            Self::Unseen(unseen) => Err(unseen),
        }
    }

    /// The same for a part of it.
    #[must_use]
    pub fn map<U>(self, part: impl FnOnce(T) -> U) -> Seen<U> {
        match self {
            Self::Known(known) => Seen::Known(part(known)),
            Self::Unseen(unseen) => Seen::Unseen(unseen),
        }
    }

    /// Whether it is known that there is no such thing.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        self.known().is_err_and(|unseen| unseen.why == Why::Absent)
    }
}

impl Unseen {
    /// What to do so that it can be told.
    #[must_use]
    pub fn mend(&self) -> String {
        match self.why {
            Why::Denied => format!("allow {} to whoever runs this", self.asked),
            Why::Unreachable => {
                "ask again; if it stays so, look at the network, the credentials and the Region".to_owned()
            }
            Why::Absent => "create it, or correct its name".to_owned(),
            Why::Refused => format!("read what was said, and ask by hand: {}", self.asked),
            Why::NotAsked => "say where to look: see `understudy readiness check --help`".to_owned(),
        }
    }
}

impl fmt::Display for Unseen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { asked, detail, .. } = self;
        match self.why {
            Why::Denied => write!(f, "{asked} was denied: {detail}"),
            Why::Unreachable => write!(f, "{asked} had no usable answer: {detail}"),
            Why::Absent => write!(f, "{asked}: there is no such thing: {detail}"),
            Why::Refused => write!(f, "{asked} was refused: {detail}"),
            Why::NotAsked => write!(f, "{asked} was not asked for: {detail}"),
        }
    }
}
