//! How long it took and what it lost, as far as the record has it. Nothing is estimated: a bound is called a bound.

use super::decided::{Course, Kind, moved_to};
use jiff::Timestamp;
use serde::Serialize;
use understudy_engine::{Lag, PhaseName, Seconds, What, Why};

/// Recovery time, in seconds: `detection + decision + promotion + traffic`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rto {
    pub detection: Detection,
    /// From the first suspicion, or a person's order, to the intent to promote: weighing, asking and cutting off.
    pub decision_seconds: Option<f64>,
    /// From the intent to a promoted database that was verified.
    pub promotion_seconds: Option<f64>,
    /// From then until clients had had the time to follow.
    pub traffic_seconds: Option<f64>,
    /// The last three together: from the suspicion or the order on, measured.
    pub measured_seconds: Option<f64>,
    /// With the bound of the detection, where there is one.
    pub at_most_seconds: Option<f64>,
}

/// From the fault to the first suspicion. No entry tells when a fault began, so it is bounded and never known.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Detection {
    pub seconds: Option<f64>,
    pub at_most_seconds: Option<f64>,
    pub how: String,
}

/// What was lost, in seconds of commits.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rpo {
    pub seconds: Option<Seconds>,
    /// When the lag behind it was measured.
    pub measured_at: Option<Timestamp>,
    pub how: How,
    pub says: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// The replication lag at last contact.
    Bound,
    /// The replica was seen to have everything before it was promoted.
    Nothing,
    Unknown,
}

pub(super) fn rto(course: &Course<'_>) -> Rto {
    let began = began_at(course);
    let intended = match course.kind {
        Kind::Failover | Kind::Switchover => course.came_to(PhaseName::Promoting),
        // The promotion was somebody else's: when it was intended nobody here knows.
        Kind::Adoption => None,
    };
    let verified = course.came_to(PhaseName::Shifting);
    let followed = course.came_to(PhaseName::FailedOver);
    let between = |from: Option<Timestamp>, to: Option<Timestamp>| Some(seconds(from?, to?));
    let detection = detection(course, began);
    let measured = between(began, followed);
    let at_most = measured.zip(detection.at_most_seconds).map(|(measured, detection)| rounded(measured + detection));
    Rto {
        detection,
        decision_seconds: between(began, intended),
        promotion_seconds: between(intended, verified),
        traffic_seconds: between(verified, followed),
        measured_seconds: measured,
        at_most_seconds: at_most,
    }
}

/// The suspicion that the decision goes back to: the first one since nobody was suspected.
fn began_at(course: &Course<'_>) -> Option<Timestamp> {
    match course.kind {
        Kind::Switchover => course.decision().map(|entry| entry.at),
        Kind::Failover | Kind::Adoption => {
            let closed = course.before.iter().rposition(|entry| moved_to(entry) == Some(PhaseName::Watching));
            let since = course.before.get(closed.map_or(0, |closed| closed + 1)..).unwrap_or_default();
            since.iter().find(|entry| moved_to(entry) == Some(PhaseName::Suspected)).map(|entry| entry.at)
        }
    }
}

fn detection(course: &Course<'_>, suspected: Option<Timestamp>) -> Detection {
    let unknown = |how: &str| Detection { seconds: None, at_most_seconds: None, how: how.to_owned() };
    if course.kind == Kind::Switchover {
        return unknown("planned: there was nothing to detect");
    }
    let Some((suspected, lag)) = suspected.zip(last_contact(course)) else {
        return unknown("unknown: no entry tells when the fault began, nor when the replica was last in contact");
    };
    let received = lag.seconds.before(lag.at);
    if received > suspected {
        return unknown("unknown: the replica was in contact after the first suspicion, so that bounds nothing");
    }
    Detection {
        seconds: None,
        at_most_seconds: Some(seconds(received, suspected)),
        how: format!(
            "bound: no entry tells when the fault began. The replica had received what was committed until {received:.0}, so it lost its writer after that"
        ),
    }
}

fn last_contact(course: &Course<'_>) -> Option<Lag> {
    course.decision()?.assessment.as_ref()?.candidate.as_ref()?.sight.lag()
}

pub(super) fn rpo(course: &Course<'_>) -> Option<Rpo> {
    course.came_to(PhaseName::Verifying)?;
    let unknown = |says: &str| Rpo { seconds: None, measured_at: None, how: How::Unknown, says: says.to_owned() };
    Some(match course.kind {
        Kind::Switchover if drained(course) => Rpo {
            seconds: Some(Seconds(0)),
            measured_at: course.came_to(PhaseName::Promoting),
            how: How::Nothing,
            says: Why::Drained.sentence().to_owned(),
        },
        Kind::Switchover => unknown("no entry shows that the replica had everything"),
        Kind::Adoption => unknown("somebody else promoted the replica, and nobody here saw its lag before"),
        Kind::Failover => match last_contact(course) {
            None => unknown("no entry tells the replication lag at last contact"),
            Some(lag) => Rpo {
                seconds: Some(lag.seconds),
                measured_at: Some(lag.at),
                how: How::Bound,
                says: format!(
                    "the replication lag at last contact was {}, measured at {:.0}. What the old writer took after its last contact, if it took any, is lost beyond that",
                    lag.seconds, lag.at
                ),
            },
        },
    })
}

fn drained(course: &Course<'_>) -> bool {
    course.own.iter().any(|entry| matches!(entry.what, What::Moved { why: Why::Drained, .. }))
}

/// To the millisecond, which is what entries are written to.
pub(super) fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    rounded(to.duration_since(from).as_secs_f64())
}

fn rounded(seconds: f64) -> f64 {
    (seconds * 1000.0).round() / 1000.0
}
