//! What a record tells of an incident, as types. Times are UTC; what the record does not have is `null`.

mod calls;
mod chain;
mod decided;
mod phases;
mod recovery;
mod split;
mod standing;
mod terraform;

pub use calls::AwsCall;
pub use chain::{Chain, Entries};
pub use decided::{Decided, Kind, NamedBy, Side};
pub use phases::Span;
pub use recovery::{Detection, How, Rpo, Rto};
pub use split::{SplitRisk, SplitStanding};
pub use terraform::Change;

use jiff::Timestamp;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use understudy_driver::IncidentItem;
use understudy_engine::{
    Application, Entry, Epoch, Heard, IncidentId, LeverNews, Mode, Person, PhaseName, Policy, Revision, Rule, Seconds,
    Seq, Urgency, What, Who, Why,
};

/// The schema of a report. Fields are added within it, and none is taken away or changes its meaning.
pub const REPORT_SCHEMA: u32 = 1;

/// An incident, told from its record alone.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    pub schema: u32,
    pub application: Application,
    pub incident: IncidentId,
    /// What became of it, in one sentence.
    pub headline: String,
    /// The mode of the policy that was given with the items.
    pub mode: Mode,
    /// When the first and the last readable entry were written.
    pub began_at: Option<Timestamp>,
    pub told_until: Option<Timestamp>,
    /// The phase that the last entry leaves it in.
    pub standing: Option<PhaseName>,
    pub chain: Chain,
    pub entries: Entries,
    pub phases: Vec<Span>,
    /// Each decision, a switchover too, in their order.
    pub decisions: Vec<Decided>,
    /// What was not done, and why.
    pub refused: Vec<Refused>,
    /// What people said and ordered.
    pub people: Vec<Deed>,
    pub aws_calls: Vec<AwsCall>,
    pub levers: Vec<Point<LeverNews>>,
    /// Every voter, each time that an entry tells the evidence.
    pub readings: Vec<Reading>,
    /// Replication lag, as the looks at the candidate measured it.
    pub lag: Vec<LagPoint>,
    /// What Terraform has to be told now.
    pub terraform: Vec<Change>,
    pub timeline: Vec<Line>,
}

/// Why items make no report.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}: {mend}")]
pub struct Unusable {
    pub field: &'static str,
    pub problem: String,
    pub mend: &'static str,
}

/// Something that an entry tells.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Point<T> {
    pub seq: Seq,
    pub at: Timestamp,
    #[serde(flatten)]
    pub told: T,
}

/// Something that was not done.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Refused {
    pub seq: Seq,
    pub at: Timestamp,
    pub what: String,
    /// Each rule that stood in the way with its data, or the sentence of the move.
    pub why: Vec<String>,
    pub rules: BTreeSet<Rule>,
}

/// Something that a person did.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Deed {
    pub seq: Seq,
    pub at: Timestamp,
    pub who: Person,
    pub what: String,
    pub why: String,
}

/// How every voter counted when an entry was written.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reading {
    pub seq: Seq,
    pub at: Timestamp,
    pub heard: Vec<Heard>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct LagPoint {
    pub at: Timestamp,
    pub seconds: Seconds,
}

/// One entry, in words.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    pub seq: Seq,
    pub at: Timestamp,
    pub revision: Revision,
    pub epoch: Epoch,
    pub who: String,
    pub what: String,
    pub why: String,
    pub urgency: Urgency,
    /// Lesser entries that were only counted just before this one.
    pub withheld: u32,
}

impl Report {
    /// Reads the items of one incident, in the order of the record.
    ///
    /// # Errors
    /// When there are none, or they are not all of one incident of the policy's application. A broken chain is no
    /// error: it is what the report then says first.
    pub fn new(items: &[IncidentItem], policy: &Policy) -> Result<Self, Unusable> {
        let (application, incident) = whose(items, policy)?;
        let read: Vec<(Seq, Option<Entry>)> =
            items.iter().map(|item| (item.id.seq, serde_json::from_str(&item.entry).ok())).collect();
        let entries: Vec<Entry> = read.iter().filter_map(|(_, entry)| entry.clone()).collect();
        let phases = phases::of(&entries);
        let decisions = decided::of(&entries, policy);
        let standing = phases.last().map(|span| span.phase);
        Ok(Self {
            schema: REPORT_SCHEMA,
            headline: standing::headline(&phases, &decisions),
            mode: policy.mode,
            began_at: entries.first().map(|entry| entry.at),
            told_until: entries.last().map(|entry| entry.at),
            chain: chain::of(items, &read),
            entries: Entries::of(&read),
            refused: entries.iter().filter_map(refused).collect(),
            people: entries.iter().filter_map(deed).collect(),
            aws_calls: entries.iter().filter_map(calls::of).collect(),
            levers: entries.iter().filter_map(lever).collect(),
            readings: entries.iter().filter_map(reading).collect(),
            lag: lag(&entries),
            terraform: terraform::changes(standing, &decisions, policy),
            timeline: entries.iter().map(line).collect(),
            application,
            incident,
            standing,
            phases,
            decisions,
        })
    }

    pub(crate) fn to_json(&self) -> String {
        // Every key is a text and no number is infinite, so there is nothing here that JSON cannot hold.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

fn whose(items: &[IncidentItem], policy: &Policy) -> Result<(Application, IncidentId), Unusable> {
    let Some(first) = items.first() else {
        let mend = "export the items of an incident that `incident list` shows";
        return Err(Unusable { field: "items", problem: "there are none".to_owned(), mend });
    };
    let (application, incident) = (&first.application, &first.id.incident);
    if let Some(other) = items.iter().find(|item| item.application != *application || item.id.incident != *incident) {
        let problem = format!(
            "they are of {application} {incident} and of {} {}, which are two incidents",
            other.application, other.id.incident
        );
        return Err(Unusable { field: "items", problem, mend: "export one incident at a time" });
    }
    if *application != policy.application {
        let problem = format!("it is of {}, and the items are of {application}", policy.application);
        return Err(Unusable { field: "policy", problem, mend: "name the policy that the incident was decided by" });
    }
    Ok((application.clone(), incident.clone()))
}

fn refused(entry: &Entry) -> Option<Refused> {
    let declined = match &entry.what {
        What::Refused => true,
        What::Moved { to, why, .. } => matches!(to, PhaseName::Held | PhaseName::Aborting) || *why == Why::QuestionFell,
        What::Answered { .. }
        | What::Unheard { .. }
        | What::CalledAgain { .. }
        | What::Approved { .. }
        | What::Isolating { .. }
        | What::SplitRisk { .. }
        | What::Lever(_)
        | What::Fenced
        | What::LeftCutOff { .. }
        | What::Acknowledged
        | What::BrokeGlass(_)
        | What::CreateAnswered { .. }
        | What::Reminded { .. }
        | What::Paused
        | What::Unpaused => false,
    };
    if !declined {
        return None;
    }
    let blockers = || entry.assessment.iter().flat_map(|assessment| &assessment.blockers);
    let mut why: Vec<String> = blockers().map(ToString::to_string).collect();
    if let What::Moved { why: sentence, .. } = &entry.what {
        why.insert(0, sentence.sentence().to_owned());
    }
    Some(Refused {
        seq: entry.id.seq,
        at: entry.at,
        what: entry.what.to_string(),
        why,
        rules: entry.assessment.as_ref().map(understudy_engine::Assessment::rules).unwrap_or_default(),
    })
}

fn deed(entry: &Entry) -> Option<Deed> {
    match &entry.who {
        Who::Conductor => None,
        Who::Person(person) => Some(Deed {
            seq: entry.id.seq,
            at: entry.at,
            who: person.clone(),
            what: entry.what.to_string(),
            why: entry.why(),
        }),
    }
}

fn lever(entry: &Entry) -> Option<Point<LeverNews>> {
    if let What::Lever(news) = &entry.what {
        Some(Point { seq: entry.id.seq, at: entry.at, told: news.clone() })
    } else {
        None
    }
}

fn reading(entry: &Entry) -> Option<Reading> {
    let heard = entry.assessment.as_ref()?.tally.heard.clone();
    Some(Reading { seq: entry.id.seq, at: entry.at, heard })
}

/// One look's measurements overlap with those of the look before.
fn lag(entries: &[Entry]) -> Vec<LagPoint> {
    let seen = entries.iter().filter_map(|entry| entry.assessment.as_ref()?.candidate.as_ref());
    let mut points = BTreeMap::new();
    for candidate in seen {
        if let understudy_engine::Sight::Seen(sighting) = &candidate.sight {
            points.extend(sighting.lags.iter().map(|lag| (lag.at, lag.seconds)));
        }
    }
    points.into_iter().map(|(at, seconds)| LagPoint { at, seconds }).collect()
}

fn line(entry: &Entry) -> Line {
    Line {
        seq: entry.id.seq,
        at: entry.at,
        revision: entry.revision,
        epoch: entry.epoch,
        who: entry.who.to_string(),
        what: entry.what.to_string(),
        why: entry.why(),
        urgency: entry.what.urgency(),
        withheld: entry.withheld,
    }
}
