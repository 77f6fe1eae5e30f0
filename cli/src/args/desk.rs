//! What people ask and order, and where.

use super::{BreakGlass, IncidentExport, Output, Reconcile};
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;
use understudy_engine::{Application, DbInstanceArn, IncidentId, Person, Verdict, VoterName};

/// Of which application, and who is asked.
#[derive(Debug, Args)]
pub(crate) struct Place {
    /// Name of the application.
    #[arg(long, value_name = "NAME", env = "UNDERSTUDY_APPLICATION", hide_env_values = true)]
    pub(crate) application: Application,
    /// Function URL of the runbook.
    #[arg(long, value_name = "URL", env = "UNDERSTUDY_RUNBOOK_URL", hide_env_values = true)]
    pub(crate) url: Option<String>,
    /// Ask a drill instead: the file that `drill begin` wrote.
    #[arg(long, value_name = "FILE", env = "UNDERSTUDY_DRILL", hide_env_values = true)]
    pub(crate) drill: Option<PathBuf>,
    /// Who speaks in the drill. Without it, its approver.
    #[arg(long, value_name = "PERSON", requires = "drill")]
    pub(crate) by: Option<Person>,
    /// How to print the answer.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) output: Output,
}

/// Something that changes the record.
#[derive(Debug, Args)]
pub(crate) struct Ordered {
    #[command(flatten)]
    pub(crate) place: Place,
    /// Do it. Without it, what it would come to is said.
    #[arg(long)]
    pub(crate) yes: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 shown, 2 could not tell.")]
pub(crate) struct Status {
    #[command(flatten)]
    pub(crate) place: Place,
    /// Ask again and again, and print what has changed, until Ctrl-C.
    #[arg(long)]
    pub(crate) watch: bool,
    /// How many seconds between two questions, with --watch.
    #[arg(long, value_name = "N", default_value_t = 10, requires = "watch")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=3600))]
    pub(crate) every: u32,
}

/// An answer to a question.
#[derive(Debug, Args)]
#[command(after_help = ORDER_CODES)]
pub(crate) struct Answered {
    /// The code of the question, as the page and `status` have it.
    #[arg(long)]
    pub(crate) code: String,
    #[command(flatten)]
    pub(crate) ordered: Ordered,
}

/// Something about an incident.
#[derive(Debug, Args)]
#[command(after_help = ORDER_CODES)]
pub(crate) struct About {
    /// The incident, as the page and `status` have it.
    #[arg(long, value_name = "ID", value_parser = incident)]
    pub(crate) incident: IncidentId,
    #[command(flatten)]
    pub(crate) ordered: Ordered,
}

#[derive(Debug, Args)]
#[command(after_help = ORDER_CODES)]
pub(crate) struct Plain {
    #[command(flatten)]
    pub(crate) ordered: Ordered,
}

#[derive(Debug, Subcommand)]
pub(crate) enum FailoverVerb {
    /// Say Down as a voter that is a person: one vote.
    #[command(override_usage = "understudy failover start --voter <NAME> [OPTIONS]")]
    Start(Said),
    /// Say yes to the question that is asked.
    Approve(Answered),
    /// Say no to the question that is asked.
    Decline(Answered),
    /// Stop it, as long as the promotion was not accepted.
    Abort(About),
    /// Promote by hand while the table is away.
    BreakGlass(BreakGlass),
}

/// A person's word.
#[derive(Debug, Args)]
#[command(after_help = ORDER_CODES)]
pub(crate) struct Said {
    /// The voter whose word it is: one with source = { operator = "REGION" }.
    #[arg(long, value_name = "NAME")]
    pub(crate) voter: VoterName,
    /// Say it again every 30 seconds until it is decided, or Ctrl-C.
    #[arg(long, requires = "yes")]
    pub(crate) keep: bool,
    #[command(flatten)]
    pub(crate) ordered: Ordered,
}

#[derive(Debug, Args)]
#[command(override_usage = "understudy vote --voter <NAME> --verdict <VERDICT> [OPTIONS]")]
pub(crate) struct Voted {
    /// What the voter says.
    #[arg(long, value_enum)]
    pub(crate) verdict: Word,
    #[command(flatten)]
    pub(crate) said: Said,
}

/// The engine's verdicts, in the words of the command line.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Word {
    Down,
    Up,
    Abstain,
}

impl From<Word> for Verdict {
    fn from(word: Word) -> Self {
        match word {
            Word::Down => Self::Down,
            Word::Up => Self::Up,
            Word::Abstain => Self::Abstain,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum FailbackVerb {
    /// Say how it would go home: the replica, and the switchover to it.
    #[command(override_usage = "understudy failback plan --incident <ID> --replica <ARN> [OPTIONS]")]
    Plan(HomePlan),
    /// Create a new replica in the Region that was left.
    #[command(override_usage = "understudy failback start --incident <ID> --replica <ARN> [OPTIONS]")]
    Start(Rebuild),
}

#[derive(Debug, Args)]
#[command(after_help = ORDER_CODES)]
pub(crate) struct Rebuild {
    /// ARN of the new replica: a name that no writer has had.
    #[arg(long, value_name = "ARN")]
    pub(crate) replica: DbInstanceArn,
    #[command(flatten)]
    pub(crate) about: About,
}

#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 it would go so, 1 refused, 2 could not tell.")]
pub(crate) struct HomePlan {
    /// The incident, as the page and `status` have it.
    #[arg(long, value_name = "ID", value_parser = incident)]
    pub(crate) incident: IncidentId,
    /// ARN of the new replica: a name that no writer has had.
    #[arg(long, value_name = "ARN")]
    pub(crate) replica: DbInstanceArn,
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SwitchoverVerb {
    /// Make the rebuilt replica the writer, without losing anything.
    #[command(override_usage = "understudy switchover start --incident <ID> [OPTIONS]")]
    Start(About),
}

#[derive(Debug, Subcommand)]
pub(crate) enum StormVerb {
    /// Let go on what waits at the storm breaker.
    Release(Answered),
}

#[derive(Debug, Subcommand)]
pub(crate) enum IncidentVerb {
    /// List the newest incidents, newest first.
    List(Listed),
    /// Print an incident's timeline.
    Show(Shown),
    /// Write its report: what happened, why, and what it cost.
    Export(IncidentExport),
    /// Take note of a failover, or of a problem dealt with by hand.
    #[command(override_usage = "understudy incident acknowledge --incident <ID> [OPTIONS]")]
    Acknowledge(About),
    /// Weigh the evidence from the start.
    #[command(override_usage = "understudy incident weigh-again --incident <ID> [OPTIONS]")]
    WeighAgain(About),
    /// Go on after somebody else has promoted the replica.
    Adopt(About),
    /// Enter what `failover break-glass` has done, and go on.
    #[command(override_usage = "understudy incident reconcile --incident <ID> --journal <FILE> [OPTIONS]")]
    Reconcile(Reconcile),
}

#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 shown, 2 could not tell.")]
pub(crate) struct Listed {
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 shown and the chain verifies, 1 broken or none, 2 could not tell.")]
pub(crate) struct Shown {
    /// The incident. Without it, the newest one.
    #[arg(long, value_name = "ID", value_parser = incident)]
    pub(crate) incident: Option<IncidentId>,
    #[command(flatten)]
    pub(crate) place: Place,
}

const ORDER_CODES: &str = "Exit codes: 0 entered or would be, 1 refused, 2 could not tell.";

pub(super) fn incident(text: &str) -> Result<IncidentId, String> {
    let is_meant = !text.is_empty() && text.len() <= 64 && text.chars().all(|one| one.is_ascii_graphic());
    if is_meant {
        Ok(IncidentId::from(text.to_owned()))
    } else {
        Err("an incident is named as `understudy status` shows it".to_owned())
    }
}
