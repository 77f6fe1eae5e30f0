//! An incident's report: what its record tells, for people and for programs.
//!
//! [`Report::new`] reads the items of one incident and says only what they say: a phase that is not in them did not
//! happen, and a time that is not in them is `null`. [`export`] writes it as JSON, as Markdown, or as one page of HTML
//! that needs nothing else. The crate knows nothing of AWS, of async and of the clock.

mod chart;
mod html;
mod markdown;
mod report;
mod words;

pub use report::{
    AwsCall, Chain, Change, Decided, Deed, Detection, Entries, How, Kind, LagPoint, Line, NamedBy, Point,
    REPORT_SCHEMA, Reading, Refused, Report, Rpo, Rto, Side, Span, SplitRisk, SplitStanding, Unusable,
};

use understudy_driver::IncidentItem;
use understudy_engine::Policy;

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Markdown,
    Json,
    Html,
}

/// Writes the report of one incident.
///
/// # Errors
/// When the items are not those of one incident of the policy's application.
pub fn export(items: &[IncidentItem], policy: &Policy, format: Format) -> Result<String, Unusable> {
    let report = Report::new(items, policy)?;
    Ok(match format {
        Format::Markdown => markdown::write(&report),
        Format::Json => report.to_json(),
        Format::Html => html::write(&report),
    })
}
