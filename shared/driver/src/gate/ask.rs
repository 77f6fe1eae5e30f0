//! What is asked for, by method and path, and why a request is refused.

use super::Request;
use super::reply::{Reply, Source};
use jiff::Timestamp;
use understudy_engine::{Application, Posture, Region};

/// The longest path, in bytes: two names of at most 63 and the words before them.
const PATH_MAX: usize = 160;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ask {
    /// Whether a Region is latched off for writes.
    Latch { application: Application, region: Region },
    /// Who takes writes, and with which epoch.
    Writer { application: Application },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    Method,
    TooLong,
    NoSuchPath,
    /// A query or a body, which nothing here takes.
    Surplus,
}

impl Ask {
    pub(super) fn read(request: &Request<'_>) -> Result<Self, Refusal> {
        if request.method != "GET" && request.method != "HEAD" {
            return Err(Refusal::Method);
        }
        if request.path.len() > PATH_MAX {
            return Err(Refusal::TooLong);
        }
        if request.has_body || !request.query.is_empty() {
            return Err(Refusal::Surplus);
        }
        // Names have no character that would be sent encoded, so an encoded path names nothing.
        let mut parts = request.path.split('/');
        match (parts.next(), parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(""), Some("latch"), Some(application), Some(region), None) => {
                Ok(Self::Latch { application: named(application)?, region: named(region)? })
            }
            (Some(""), Some("writer"), Some(application), None, None) => {
                Ok(Self::Writer { application: named(application)? })
            }
            _ => Err(Refusal::NoSuchPath),
        }
    }

    pub(super) fn application(&self) -> &Application {
        match self {
            Self::Latch { application, .. } | Self::Writer { application } => application,
        }
    }

    pub(super) fn answer(&self, posture: &Posture, at: Timestamp, source: Source) -> Reply {
        match self {
            Self::Latch { region, .. } if !posture.has(region) => Reply::unknown_region(),
            Self::Latch { region, .. } => Reply::latch(posture.latched.contains(region), at, source),
            Self::Writer { .. } if posture.regions.is_none() => Reply::cannot_tell(),
            Self::Writer { .. } => match source {
                Source::Table => Reply::writer(posture, at),
                Source::Memory => Reply::cannot_tell(),
            },
        }
    }
}

fn named<N: std::str::FromStr>(text: &str) -> Result<N, Refusal> {
    text.parse().map_err(|_| Refusal::NoSuchPath)
}

impl Refusal {
    pub(super) fn reply(self) -> Reply {
        match self {
            Self::Method => Reply::refused(405, "method", "use GET or HEAD"),
            Self::TooLong => Reply::refused(414, "path", "it is longer than any name here"),
            Self::NoSuchPath => Reply::refused(
                404,
                "path",
                "ask for /latch/<application>/<region> or /writer/<application>, with plain lower-case names",
            ),
            Self::Surplus => Reply::refused(400, "request", "send neither a query nor a body"),
        }
    }
}
