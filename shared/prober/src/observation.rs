//! What one ask came to: the target is well, it is not, or the observer cannot tell. What tells the last two apart is
//! whether the target has shown that it is not well. Whatever may be the observer's own fault has not.

use std::fmt;
use std::time::Duration;
use understudy_engine::Seconds;

/// What one ask came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Observation {
    Good(Good),
    Bad(Bad),
    Unsure(Unsure),
    /// How far a replica has replayed, which says something beside the round before.
    Replayed {
        position: u64,
    },
}

/// What showed that the target is well.
#[derive(Debug, Clone, PartialEq)]
pub enum Good {
    Answered { status: u16 },
    Connected,
    TakesWrites,
    Beats { age_seconds: f64 },
    Replays,
    Follows { lag: Seconds },
}

/// What showed that it is not.
#[derive(Debug, Clone, PartialEq)]
pub enum Bad {
    TimedOut {
        stage: Stage,
        after: Duration,
    },
    Refused,
    /// The connection was closed before there was a whole answer.
    Closed,
    NotHttp,
    Answered {
        status: u16,
    },
    /// Never followed: what answers elsewhere is another target.
    Redirected {
        status: u16,
        to: String,
    },
    Lacks {
        text: String,
    },
    InRecovery,
    /// It starts, stops or recovers from a crash, by its own word.
    NotServing {
        code: String,
    },
    HeartbeatOld {
        age_seconds: f64,
        max: Seconds,
    },
    Lags {
        lag: Seconds,
        max: Seconds,
    },
}

/// What a target was doing when its time was up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    Connecting,
    Securing,
    Answering,
}

/// Why the observer cannot tell.
#[derive(Debug, Clone, PartialEq)]
pub enum Unsure {
    /// A name that does not resolve is no more the target's fault than the resolver's.
    NoName {
        problem: String,
    },
    NoRoute {
        problem: String,
    },
    /// The observer is out of sockets, ports or memory.
    Exhausted {
        problem: String,
    },
    /// Whoever answered has not shown that it is the target.
    Untrusted {
        problem: String,
    },
    NoTls {
        problem: String,
    },
    BadAuthorities,
    NoPassword {
        variable: String,
    },
    /// A server that answers with an error is there: what is wrong may be the observer's rights, or its query.
    ServerError {
        code: String,
        message: String,
    },
    NotUnderstood {
        problem: String,
    },
    /// It is nobody's replica any more.
    NotAReplica,
    NoHeartbeat,
    /// An idle writer's replica stands still, and so does that of a dead one.
    StandsStill {
        position: u64,
    },
    FirstPosition {
        position: u64,
    },
    NoMeasurement,
    MetricUnread {
        problem: String,
    },
    /// Its turn did not come before the round's end.
    NoTurn,
    /// The time that was left was shorter than the target may take.
    DeadlineNear,
}

impl fmt::Display for Good {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answered { status } => write!(f, "answered {status}"),
            Self::Connected => f.write_str("took the connection"),
            Self::TakesWrites => f.write_str("is not in recovery"),
            Self::Beats { age_seconds } => write!(f, "the newest heartbeat is {age_seconds:.1} s old"),
            Self::Replays => f.write_str("its replay position has moved"),
            Self::Follows { lag } => write!(f, "is {lag} behind"),
        }
    }
}

impl fmt::Display for Bad {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TimedOut { stage, after } => write!(f, "no {stage} within {:.1} s", after.as_secs_f64()),
            Self::Refused => f.write_str("refused the connection"),
            Self::Closed => f.write_str("closed the connection before it had answered"),
            Self::NotHttp => f.write_str("answered what is not HTTP"),
            Self::Answered { status } => write!(f, "answered {status}"),
            Self::Redirected { status, to } => write!(f, "answered {status}, a redirect to {to:?}"),
            Self::Lacks { text } => write!(f, "the first 5,120 bytes of the body lack {text:?}"),
            Self::InRecovery => f.write_str("is in recovery, and takes no writes"),
            Self::NotServing { code } => write!(f, "is starting, stopping or recovering (SQLSTATE {code})"),
            Self::HeartbeatOld { age_seconds, max } => {
                write!(f, "the newest heartbeat is {age_seconds:.1} s old, and may be {max}")
            }
            Self::Lags { lag, max } => write!(f, "is {lag} behind, and may be {max}"),
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connecting => "connection",
            Self::Securing => "TLS session",
            Self::Answering => "answer",
        })
    }
}

impl fmt::Display for Unsure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoName { problem } => write!(f, "its name does not resolve here: {problem}"),
            Self::NoRoute { problem } => write!(f, "there is no way to it from here: {problem}"),
            Self::Exhausted { problem } => write!(f, "the probe has no means left: {problem}"),
            Self::Untrusted { problem } => write!(f, "whoever answers is not proven to be it: {problem}"),
            Self::NoTls { problem } => write!(f, "TLS failed: {problem}"),
            Self::BadAuthorities => f.write_str("probes.authorities holds a certificate that cannot be read"),
            Self::NoPassword { variable } => write!(f, "{variable} is not set in the probe's environment"),
            Self::ServerError { code, message } => write!(f, "it answers with SQLSTATE {code}: {message}"),
            Self::NotUnderstood { problem } => write!(f, "its answer is not understood: {problem}"),
            Self::NotAReplica => f.write_str("it is not in recovery, and so no replica"),
            Self::NoHeartbeat => f.write_str("there is no heartbeat of the past"),
            Self::StandsStill { position } => write!(f, "its replay position stands still at {position}"),
            Self::FirstPosition { position } => {
                write!(f, "its replay position is {position}, and none is known before")
            }
            Self::NoMeasurement => f.write_str("there is no measurement of the lag, or it is −1"),
            Self::MetricUnread { problem } => write!(f, "the metric could not be read: {problem}"),
            Self::NoTurn => f.write_str("the probe did not come to it in this round"),
            Self::DeadlineNear => f.write_str("the round ended before its time was up"),
        }
    }
}
