//! Times and spans as people read them, the same in every format.

use crate::report::{Decided, How, Kind, LagPoint, NamedBy, Report, Rto, Side, SplitRisk, SplitStanding};
use jiff::Timestamp;
use understudy_engine::{Heard, Subject, Verdict};

/// Writes times of one incident: the day only where it is another than the one it began on.
pub(crate) struct Clock {
    day: String,
}

impl Clock {
    pub(crate) fn of(report: &Report) -> Self {
        Self { day: report.began_at.map(day).unwrap_or_default() }
    }

    pub(crate) fn time(&self, at: Timestamp) -> String {
        let time = at.strftime("%H:%M:%SZ").to_string();
        if day(at) == self.day { time } else { format!("{} {time}", day(at)) }
    }
}

fn day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}

pub(crate) fn whole(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

/// A span of seconds.
pub(crate) fn span(seconds: f64) -> String {
    if seconds < 60.0 {
        return format!("{seconds:.1} s");
    }
    // Not negative, and far below 2^53.
    let whole = seconds.round() as u64;
    let (hours, minutes, seconds) = (whole / 3600, whole / 60 % 60, whole % 60);
    if hours > 0 { format!("{hours} h {minutes} min") } else { format!("{minutes} min {seconds} s") }
}

pub(crate) fn span_or(seconds: Option<f64>, otherwise: &str) -> String {
    seconds.map_or_else(|| otherwise.to_owned(), span)
}

pub(crate) const NOT_KNOWN: &str = "not known";
const NOTHING_PROMOTED: &str = "nothing was seen promoted";

/// The parts of a recovery time: name, length, and how it is known.
pub(crate) fn recovery(decision: &Decided) -> Vec<[String; 3]> {
    let Rto { detection, decision_seconds, promotion_seconds, traffic_seconds, .. } = &decision.rto;
    let row = |part: &str, took: String, how: &str| [part.to_owned(), took, how.to_owned()];
    let detected = match (decision.kind, detection.at_most_seconds) {
        (Kind::Switchover, _) => "none".to_owned(),
        (Kind::Failover | Kind::Adoption, Some(bound)) => format!("at most {}", span(bound)),
        (Kind::Failover | Kind::Adoption, None) => NOT_KNOWN.to_owned(),
    };
    let measured = |known: &Option<f64>, how: &'static str| if known.is_some() { how } else { "not in the record" };
    let (from, total) = match decision.kind {
        Kind::Switchover => ("from the order to the intent to promote", "from the order on"),
        Kind::Failover | Kind::Adoption => {
            ("from the first suspicion to the intent to promote", "from the first suspicion on")
        }
    };
    let mut rows = vec![
        row("Detection", detected, &detection.how),
        row("Decision", span_or(*decision_seconds, NOT_KNOWN), measured(decision_seconds, from)),
        row(
            "Promotion",
            span_or(*promotion_seconds, NOT_KNOWN),
            measured(promotion_seconds, "from the intent to a promoted database that was verified"),
        ),
        row(
            "Traffic",
            span_or(*traffic_seconds, NOT_KNOWN),
            measured(traffic_seconds, "from then until clients had had the time to follow"),
        ),
        row("Together", span_or(decision.rto.measured_seconds, NOT_KNOWN), total),
    ];
    if let Some(bound) = decision.rto.at_most_seconds {
        rows.push(row("RTO", format!("at most {}", span(bound)), "with the bound of the detection"));
    }
    rows
}

/// The recovery time in one line.
pub(crate) fn rto(decision: &Decided) -> String {
    match (decision.rto.at_most_seconds, decision.rto.measured_seconds) {
        (Some(bound), _) => format!("at most {}", span(bound)),
        (None, Some(measured)) => format!("{}, measured", span(measured)),
        (None, None) if decision.promoted_at.is_none() => NOTHING_PROMOTED.to_owned(),
        (None, None) => NOT_KNOWN.to_owned(),
    }
}

/// The data loss in one line.
pub(crate) fn rpo(decision: &Decided) -> String {
    match &decision.rpo {
        None => NOTHING_PROMOTED.to_owned(),
        Some(rpo) => match (rpo.how, rpo.seconds) {
            (How::Bound, Some(seconds)) => format!("at most {seconds} (bound)"),
            (How::Nothing, _) => "0 s: nothing was lost".to_owned(),
            (How::Unknown | How::Bound, _) => "unknown".to_owned(),
        },
    }
}

pub(crate) fn split_risk(risk: &SplitRisk, clock: &Clock) -> String {
    let at = |at: Option<Timestamp>| at.map_or_else(|| NOT_KNOWN.to_owned(), |at| clock.time(at));
    match risk.standing {
        SplitStanding::NothingPromoted => "none seen: nothing was seen promoted".to_owned(),
        SplitStanding::Never => format!("none: the old writer was proven fenced at {}", at(risk.fenced_at)),
        SplitStanding::Open => format!("OPEN since {}", at(risk.since)),
        SplitStanding::Resolved => format!("resolved: from {} until {}", at(risk.since), at(risk.fenced_at)),
    }
}

pub(crate) fn kind(decision: &Decided) -> &'static str {
    match decision.kind {
        Kind::Failover => "Failover",
        Kind::Adoption => "Adopted promotion",
        Kind::Switchover => "Switchover",
    }
}

pub(crate) fn side(side: Option<&Side>) -> String {
    match side {
        None => NOT_KNOWN.to_owned(),
        Some(Side { region, instance: Some(instance) }) => format!("{region} ({instance})"),
        Some(Side { region, instance: None }) => format!("{region} (no entry names the instance)"),
    }
}

pub(crate) fn named_by(by: NamedBy) -> &'static str {
    match by {
        NamedBy::Evidence => "as the look at the candidate showed them",
        NamedBy::Question => "as people were asked",
        NamedBy::Failover => "as the failover before left them",
        NamedBy::Policy => "as the given policy names them, which may be a later one",
    }
}

/// The voters of a reading that say one thing.
pub(crate) fn said(heard: &[Heard], verdict: Verdict) -> String {
    let names: Vec<&str> = heard.iter().filter(|one| counted(one) == verdict).map(|one| one.voter.as_str()).collect();
    if names.is_empty() { "–".to_owned() } else { names.join(", ") }
}

/// What a voter counts as: whatever does not count abstains.
pub(crate) fn counted(heard: &Heard) -> Verdict {
    match heard.counts {
        understudy_engine::Counts::As(verdict) => verdict,
        understudy_engine::Counts::Not(_) => Verdict::Abstain,
    }
}

pub(crate) fn watched(heard: &Heard) -> String {
    match heard.watches {
        Subject::Primary => format!("{}, {}", heard.class, heard.region),
        Subject::Standby | Subject::Canary => {
            format!("{}, {}, watches the {}", heard.class, heard.region, heard.watches)
        }
    }
}

pub(crate) fn age(heard: &Heard) -> String {
    heard.age_seconds.map_or_else(|| "–".to_owned(), |age| format!("{age} s"))
}

/// The replication lag, measurement by measurement; those of one value after each other are one row.
pub(crate) fn lag(report: &Report, clock: &Clock) -> Vec<[String; 2]> {
    let runs = report.lag.chunk_by(|one, next| one.seconds == next.seconds);
    let row = |run: &[LagPoint]| {
        let (first, last) = (run.first()?, run.last()?);
        let from = clock.time(first.at);
        let when =
            if run.len() == 1 { from } else { format!("{from} to {}, {} times", clock.time(last.at), run.len()) };
        Some([when, first.seconds.to_string()])
    };
    runs.filter_map(row).collect()
}

/// What the entries leave out, in sentences.
pub(crate) fn left_out(report: &Report) -> Vec<String> {
    let mut sentences = Vec::new();
    if report.entries.withheld > 0 {
        sentences.push(format!(
            "{} lesser entries were only counted, because too many waited to be delivered: what they would have told is not here.",
            report.entries.withheld
        ));
    }
    if !report.entries.unreadable.is_empty() {
        let numbers: Vec<String> = report.entries.unreadable.iter().map(|seq| seq.0.to_string()).collect();
        sentences.push(format!(
            "Entries that this release cannot read, and of which nothing is here: {}.",
            numbers.join(", ")
        ));
    }
    sentences
}
