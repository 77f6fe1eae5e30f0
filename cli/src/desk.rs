//! What people ask and order, at the runbook of an account or in a drill: typed arguments, one request, one answer.

pub(crate) mod begun;
mod print;
#[cfg(feature = "aws")]
mod remote;
mod watch;

use crate::args::{
    About, Answered, FailbackVerb, FailoverVerb, IncidentVerb, Ordered, Output, Place, Plain, Said, Shown, Status,
    StormVerb, SwitchoverVerb,
};
use crate::failure::Failure;
use crate::{glass, incident};
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use understudy_driver::{Ask, DeskRequest, Outcome, Told};
use understudy_engine::{Application, Person, Verdict};

/// Who answers.
pub(crate) enum Door<'a> {
    Drill { file: &'a Path, by: Option<&'a Person> },
    Runbook { url: &'a str },
}

impl<'a> Door<'a> {
    pub(crate) fn of(place: &'a Place) -> Result<Self, Failure> {
        Self::found(place.drill.as_deref(), place.by.as_ref(), place.url.as_deref())
    }

    /// A drill before an account: whoever names both means to rehearse.
    pub(crate) fn found(
        drill: Option<&'a Path>,
        by: Option<&'a Person>,
        url: Option<&'a str>,
    ) -> Result<Self, Failure> {
        match (drill, url) {
            (Some(file), _) => Ok(Self::Drill { file, by }),
            (None, Some(url)) => Ok(Self::Runbook { url }),
            (None, None) => Err(Failure {
                problem: "it is not known whom to ask".to_owned(),
                mend: "name the runbook's Function URL with --url or UNDERSTUDY_RUNBOOK_URL, or a drill with --drill"
                    .to_owned(),
            }),
        }
    }

    pub(crate) fn ask(&self, application: &Application, ask: Ask, execute: bool) -> Result<Told, Failure> {
        let request = DeskRequest { application: application.clone(), ask, execute };
        match self {
            Self::Drill { file, by } => begun::ask(file, *by, &request),
            #[cfg(feature = "aws")]
            Self::Runbook { url } => remote::ask(url, &request),
            #[cfg(not(feature = "aws"))]
            Self::Runbook { url } => Err(Failure {
                problem: format!("this build asks no account, so not {url}"),
                mend: "build it with `cargo build --package understudy-cli --features aws`".to_owned(),
            }),
        }
    }
}

pub(crate) fn failover(verb: &FailoverVerb, out: &mut dyn Write, err: &mut dyn Write) -> Result<ExitCode, Failure> {
    match verb {
        FailoverVerb::Start(said) => vote(said, Verdict::Down, out),
        FailoverVerb::Approve(Answered { code, ordered }) => order(ordered, Ask::Approve { code: code.clone() }, out),
        FailoverVerb::Decline(Answered { code, ordered }) => order(ordered, Ask::Decline { code: code.clone() }, out),
        FailoverVerb::Abort(About { incident, ordered }) => {
            order(ordered, Ask::Abort { incident: incident.clone() }, out)
        }
        FailoverVerb::BreakGlass(args) => glass::shatter(args, out, err),
    }
}

/// Without a quorum it is one vote more, and never a promotion.
pub(crate) fn vote(said: &Said, verdict: Verdict, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let ask = Ask::Vote { voter: said.voter.clone(), verdict };
    if said.keep { watch::keep_saying(&said.ordered.place, &ask, out) } else { order(&said.ordered, ask, out) }
}

pub(crate) fn failback(verb: &FailbackVerb, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    match verb {
        FailbackVerb::Plan(home) => {
            let (incident, replica) = (home.incident.clone(), home.replica.clone());
            look(&home.place, Ask::FailbackPlan { incident, replica }, out)
        }
        FailbackVerb::Start(rebuild) => {
            let About { incident, ordered } = &rebuild.about;
            order(ordered, Ask::Rebuild { incident: incident.clone(), replica: rebuild.replica.clone() }, out)
        }
    }
}

pub(crate) fn switchover(verb: &SwitchoverVerb, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let SwitchoverVerb::Start(About { incident, ordered }) = verb;
    order(ordered, Ask::SwitchOver { incident: incident.clone() }, out)
}

pub(crate) fn storm(verb: &StormVerb, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let StormVerb::Release(Answered { code, ordered }) = verb;
    order(ordered, Ask::Release { code: code.clone() }, out)
}

pub(crate) fn pause(args: &Plain, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    order(&args.ordered, Ask::Pause {}, out)
}

pub(crate) fn unpause(args: &Plain, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    order(&args.ordered, Ask::Unpause {}, out)
}

pub(crate) fn incident(verb: &IncidentVerb, out: &mut dyn Write, err: &mut dyn Write) -> Result<ExitCode, Failure> {
    match verb {
        IncidentVerb::List(listed) => look(&listed.place, Ask::Incidents {}, out),
        IncidentVerb::Show(shown) => show(shown, out),
        IncidentVerb::Export(args) => incident::export(args, out),
        IncidentVerb::Acknowledge(About { incident, ordered }) => {
            order(ordered, Ask::Acknowledge { incident: incident.clone() }, out)
        }
        IncidentVerb::WeighAgain(About { incident, ordered }) => {
            order(ordered, Ask::WeighAgain { incident: incident.clone() }, out)
        }
        IncidentVerb::Adopt(About { incident, ordered }) => {
            order(ordered, Ask::Adopt { incident: incident.clone(), glass: None }, out)
        }
        IncidentVerb::Reconcile(args) => glass::reconcile(args, out, err),
    }
}

pub(crate) fn status(args: &Status, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    if args.watch { watch::run(args, out) } else { look(&args.place, Ask::Status {}, out) }
}

fn show(args: &Shown, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let Place { application, output, .. } = &args.place;
    let door = Door::of(&args.place)?;
    let told = match &args.incident {
        Some(incident) => door.ask(application, Ask::Incident { incident: incident.clone() }, false)?,
        None => newest(&door, application)?,
    };
    tell(&told, *output, out)?;
    let is_whole = told.incident.as_ref().is_some_and(|incident| understudy_driver::verify(&incident.items).is_ok());
    Ok(if is_whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The newest incident; the answer that there is none where there is none.
pub(crate) fn newest(door: &Door<'_>, application: &Application) -> Result<Told, Failure> {
    let told = door.ask(application, Ask::Incidents {}, false)?;
    match told.incidents.as_ref().and_then(|incidents| incidents.first()) {
        Some(incident) => door.ask(application, Ask::Incident { incident: incident.clone() }, false),
        None => Ok(told),
    }
}

fn look(place: &Place, ask: Ask, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let told = Door::of(place)?.ask(&place.application, ask, false)?;
    tell(&told, place.output, out)?;
    Ok(answer(&told))
}

pub(crate) fn order(ordered: &Ordered, ask: Ask, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let Ordered { place, yes } = ordered;
    let told = Door::of(place)?.ask(&place.application, ask, *yes)?;
    tell(&told, place.output, out)?;
    Ok(answer(&told))
}

fn tell(told: &Told, output: Output, out: &mut dyn Write) -> Result<(), Failure> {
    match output {
        Output::Text => print::told(out, told)?,
        Output::Json => writeln!(out, "{}", serde_json::to_string_pretty(told)?)?,
    }
    Ok(())
}

fn answer(told: &Told) -> ExitCode {
    match told.outcome {
        Outcome::Shown | Outcome::Would | Outcome::Entered => ExitCode::SUCCESS,
        Outcome::Refused => ExitCode::FAILURE,
    }
}
