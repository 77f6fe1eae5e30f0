//! Why an event cannot be used: a closed set, so that it can be counted by reason.

/// What is wrong with an event that no retry can mend.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    #[error("the event is of no shape that is read here")]
    UnknownShape,
    #[error("{0} is missing, or is not text")]
    Missing(&'static str),
    #[error("{field} is not a time: {value:?}")]
    NotATime { field: &'static str, value: String },
    #[error("{field} is not the ARN of an alarm: {value:?}")]
    NotAnAlarm { field: &'static str, value: String },
    #[error("{field} is not JSON")]
    NotJson { field: &'static str },
    /// An envelope that says another account or Region than the alarm's own ARN.
    #[error("{field} is {value:?}, and the ARN says otherwise")]
    Contradiction { field: &'static str, value: String },
    /// What an archive plays back happened at another time.
    #[error("the event is a replay from an archive")]
    Replayed,
    #[error("{0:?} is not the name of an application")]
    NotAnApplication(String),
}

impl Unusable {
    /// The reason's name, for counting.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownShape => "unknown_shape",
            Self::Missing(_) => "missing_field",
            Self::NotATime { .. } => "not_a_time",
            Self::NotAnAlarm { .. } => "not_an_alarm",
            Self::NotJson { .. } => "not_json",
            Self::Contradiction { .. } => "contradiction",
            Self::Replayed => "replayed",
            Self::NotAnApplication(_) => "not_an_application",
        }
    }
}
