//! What an SDK error means for whoever made the call.

use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use std::error::Error;

/// The classes that callers tell apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// Turned away before anything was carried out.
    Throttled,
    /// Turned away for who we are.
    Denied { detail: String },
    /// The service understood the request and said no, by this code.
    Answered { code: String, detail: String },
    /// Carried out or not: nobody can tell.
    Ambiguous { detail: String },
}

const THROTTLED: [&str; 11] = [
    "KMSThrottling",
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "Throttled",
    "RequestLimitExceeded",
    "RequestThrottled",
    "TooManyRequestsException",
    "ProvisionedThroughputExceededException",
    "LimitExceededException",
    "SlowDown",
];

const DENIED: [&str; 12] = [
    "AccessDenied",
    "AccessDeniedException",
    "AuthorizationError",
    "AuthorizationErrorException",
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "NotAuthorized",
    "OptInRequired",
    "SignatureDoesNotMatch",
    "UnauthorizedOperation",
    "UnrecognizedClientException",
];

impl Failure {
    pub fn of<E>(error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        let detail = DisplayErrorContext(error).to_string();
        let SdkError::ServiceError(answer) = error else {
            return Self::Ambiguous { detail };
        };
        let status = answer.raw().status().as_u16();
        let code = answer.err().code().unwrap_or_default();
        if THROTTLED.contains(&code) || status == 429 {
            return Self::Throttled;
        }
        if status >= 500 {
            return Self::Ambiguous { detail };
        }
        let detail = format!("{code}: {}", answer.err().message().unwrap_or("no message"));
        if DENIED.contains(&code) || status == 401 || status == 403 {
            return Self::Denied { detail };
        }
        Self::Answered { code: code.to_owned(), detail }
    }

    /// The failure in words.
    #[must_use]
    pub fn detail(self) -> String {
        match self {
            Self::Throttled => "throttled".to_owned(),
            Self::Denied { detail } | Self::Answered { detail, .. } | Self::Ambiguous { detail } => detail,
        }
    }
}
