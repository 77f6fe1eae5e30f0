//! The closed set of error types that functions answer with.

use lambda_runtime::Diagnostic;
use std::fmt;
use understudy_aws::OpenError;
use understudy_driver::{ConductError, LedgerError, NotifyError, Undelivered};

/// What a function's failure is called, in its answer and in alarms on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorType {
    Misconfigured,
    TableMissing,
    TableNotStronglyConsistent,
    TableKeyMismatch,
    Denied,
    Unavailable,
    UnknownApplication,
    UnusableRecord,
    Refused,
    Contended,
    Restless,
    TopicMissing,
    UnusableEvent,
}

/// A failure that is answered, so that the event is delivered again or lands where people look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub error_type: ErrorType,
    pub message: String,
}

impl Fault {
    #[must_use]
    pub fn new(error_type: ErrorType, message: impl fmt::Display) -> Self {
        Self { error_type, message: message.to_string() }
    }

    /// Whether the same event may succeed when it is delivered again soon. Only then is it worth a
    /// stream's shard, which waits for it with everybody's records; the schedule tries the rest again.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        match self.error_type {
            ErrorType::Unavailable | ErrorType::Contended => true,
            ErrorType::Misconfigured
            | ErrorType::TableMissing
            | ErrorType::TableNotStronglyConsistent
            | ErrorType::TableKeyMismatch
            | ErrorType::Denied
            | ErrorType::UnknownApplication
            | ErrorType::UnusableRecord
            | ErrorType::Refused
            | ErrorType::Restless
            | ErrorType::TopicMissing
            | ErrorType::UnusableEvent => false,
        }
    }
}

impl From<LedgerError> for Fault {
    fn from(error: LedgerError) -> Self {
        let error_type = match &error {
            LedgerError::UnknownApplication { .. } => ErrorType::UnknownApplication,
            LedgerError::UnusableRecord { .. } | LedgerError::UnusableBreaker { .. } => ErrorType::UnusableRecord,
            LedgerError::Unavailable { .. } => ErrorType::Unavailable,
            LedgerError::Denied { .. } => ErrorType::Denied,
            LedgerError::TableMissing { .. } => ErrorType::TableMissing,
            LedgerError::Refused { .. } => ErrorType::Refused,
        };
        Self::new(error_type, error)
    }
}

impl From<ConductError> for Fault {
    fn from(error: ConductError) -> Self {
        match error {
            ConductError::Ledger(error) => error.into(),
            error @ ConductError::Contended { .. } => Self::new(ErrorType::Contended, error),
            error @ ConductError::Restless { .. } => Self::new(ErrorType::Restless, error),
        }
    }
}

impl From<NotifyError> for Fault {
    fn from(error: NotifyError) -> Self {
        match error {
            NotifyError::Conduct(error) => error.into(),
            NotifyError::Undelivered(error) => error.into(),
            error @ NotifyError::Unwritable(_) => Self::new(ErrorType::UnusableRecord, error),
        }
    }
}

impl From<Undelivered> for Fault {
    fn from(error: Undelivered) -> Self {
        let error_type = match &error {
            Undelivered::Denied { .. } => ErrorType::Denied,
            Undelivered::TopicMissing { .. } => ErrorType::TopicMissing,
            Undelivered::Refused { .. } => ErrorType::Refused,
            Undelivered::Unavailable { .. } => ErrorType::Unavailable,
        };
        Self::new(error_type, error)
    }
}

impl From<OpenError> for Fault {
    fn from(error: OpenError) -> Self {
        let error_type = match &error {
            OpenError::NoRegion => ErrorType::Misconfigured,
            OpenError::TableMissing { .. } => ErrorType::TableMissing,
            OpenError::EventuallyConsistent { .. } => ErrorType::TableNotStronglyConsistent,
            OpenError::OtherKey { .. } => ErrorType::TableKeyMismatch,
            OpenError::Denied { .. } => ErrorType::Denied,
            OpenError::Unavailable { .. } => ErrorType::Unavailable,
        };
        Self::new(error_type, error)
    }
}

impl From<Fault> for Diagnostic {
    fn from(fault: Fault) -> Self {
        Self { error_type: format!("{:?}", fault.error_type), error_message: fault.message }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.error_type, self.message)
    }
}
