//! A drill that was begun, in its file.

use crate::args::{Apply, DrillApplication, DrillBegin, DrillForward, Output};
use crate::drill::story;
use crate::failure::Failure;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::process::ExitCode;
use understudy_driver::{ConductError, DeskRequest, Told};
use understudy_engine::{Mode, Person, PhaseName};
use understudy_sim::{Session, SessionError, Standing, Until};

pub(crate) fn begin(args: &DrillBegin, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    if args.drill.exists() && !args.again {
        return Err(Failure {
            problem: format!("{} is there already", args.drill.display()),
            mend: "name another file with --drill, or begin anew with --again".to_owned(),
        });
    }
    let mode = Mode::from(args.mode);
    let session = Session::begin(args.scenario.into(), mode);
    keep(&args.drill, &session)?;
    writeln!(out, "A drill of application orders in mode {mode} begins, kept in {}.", args.drill.display())?;
    writeln!(out, "The fault comes after 300 s: let time pass with `understudy drill forward`.")?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn forward(args: &DrillForward, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let mut session = read(&args.drill)?;
    let until = match (args.until, args.seconds) {
        (Some(phase), _) => Until::Phase(phase),
        (None, seconds) => Until::Seconds(seconds.unwrap_or_default()),
    };
    let standing = match session.forward(until) {
        Ok(standing) => standing,
        Err(SessionError::NeverCame { phase }) => return never_came(phase, out),
        Err(error) => return Err(failed(&args.drill, &error)),
    };
    keep(&args.drill, &session)?;
    match args.output {
        Output::Text => {
            story::timeline(out, &standing.timeline)?;
            let Standing { at, seconds_after_fault, phase, .. } = standing;
            writeln!(out, "It is {at:.0}, {seconds_after_fault:+} s from the fault; orders is {phase}.")?;
        }
        Output::Json => writeln!(out, "{}", serde_json::to_string_pretty(&standing)?)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn never_came(phase: PhaseName, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    writeln!(out, "It does not come to {phase} within a day of the drill, as things stand: nothing was played.")?;
    Ok(ExitCode::FAILURE)
}

pub(crate) fn application(args: &DrillApplication, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let policy = read(&args.drill)?.policy().map_err(|error| failed(&args.drill, &error))?;
    let text = toml::to_string(&policy).map_err(|error| Failure {
        problem: format!("the application cannot be written as TOML: {error}"),
        mend: "this is a fault of the drill itself: report it".to_owned(),
    })?;
    write!(out, "{text}")?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn apply(args: &Apply, out: &mut dyn Write, err: &mut dyn Write) -> Result<ExitCode, Failure> {
    let Some(policy) = crate::app::sound(&args.file, err)? else { return Ok(ExitCode::FAILURE) };
    let mut session = read(&args.drill)?;
    let own = session.policy().map_err(|error| failed(&args.drill, &error))?.application;
    if policy.application != own {
        writeln!(err, "error: {}: application: the drill is of {own}", args.file.display())?;
        writeln!(err, "  hint: print the drill's own file with `understudy drill application`, and change that")?;
        return Ok(ExitCode::FAILURE);
    }
    if args.yes {
        session.apply(&policy);
        keep(&args.drill, &session)?;
        writeln!(out, "{} is in force in the drill.", args.file.display())?;
    } else {
        writeln!(out, "{} is valid. Nothing was applied: say --yes.", args.file.display())?;
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn ask(file: &Path, by: Option<&Person>, request: &DeskRequest) -> Result<Told, Failure> {
    let mut session = read(file)?;
    let by = match by {
        Some(by) => by.clone(),
        None => session.on_call().map_err(|error| failed(file, &error))?,
    };
    let told = session.ask(&by, request).map_err(|error| failed(file, &error))?;
    if request.execute {
        keep(file, &session)?;
    }
    Ok(told)
}

fn read(file: &Path) -> Result<Session, Failure> {
    let unusable = |problem: String| Failure {
        problem: format!("{} is no drill that was begun: {problem}", file.display()),
        mend: "begin one with `understudy drill begin SCENARIO --drill FILE`".to_owned(),
    };
    let text = fs::read_to_string(file).map_err(|error| {
        let is_missing = error.kind() == ErrorKind::NotFound;
        unusable(if is_missing { "there is no such file".to_owned() } else { error.to_string() })
    })?;
    serde_json::from_str(&text).map_err(|error| unusable(error.to_string()))
}

/// The file is whole at any moment, the old one or the new one.
fn keep(file: &Path, session: &Session) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(session)?;
    let beside = file.with_extension("new");
    fs::write(&beside, text).and_then(|()| fs::rename(&beside, file)).map_err(|error| Failure {
        problem: format!("{} cannot be written: {error}", file.display()),
        mend: "name a file in a folder that can be written".to_owned(),
    })
}

fn failed(file: &Path, error: &SessionError) -> Failure {
    let mend = match error {
        SessionError::Asked(ConductError::Ledger(_)) => "the drill's application is orders".to_owned(),
        SessionError::Asked(_)
        | SessionError::OtherSchema { .. }
        | SessionError::UnknownScenario { .. }
        | SessionError::Unusable { .. }
        | SessionError::NeverCame { .. }
        | SessionError::TooLong
        | SessionError::Drill(_) => "begin a new drill with `understudy drill begin`".to_owned(),
    };
    Failure { problem: format!("{}: {error}", file.display()), mend }
}
