//! Whether a failover would work if it were needed now.

#[cfg(feature = "aws")]
mod live;

use crate::args::{Output, ReadinessCheck, ReadinessLast, ReadinessList, ReadinessVerb};
use crate::failure::Failure;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use std::io::{self, Write};
use std::process::ExitCode;
use understudy_engine::Policy;
use understudy_readiness::{Answer, Finding, Readiness, Verdict, checks};

/// The schedule looks each hour: one that was left out is not the end of it, and two are.
const LOOK_AGE_MAX: SignedDuration = SignedDuration::from_hours(2);

/// What stands first is what has to be mended first.
const WORST_FIRST: [Verdict; 3] = [Verdict::Blocks, Verdict::CannotTell, Verdict::Warns];

pub(crate) fn run(verb: &ReadinessVerb, out: &mut dyn Write, err: &mut dyn Write) -> Result<ExitCode, Failure> {
    match verb {
        ReadinessVerb::Check(args) => check(args, out, err),
        ReadinessVerb::Last(args) => last(args, out, err),
        ReadinessVerb::List(args) => list(args, out),
    }
}

fn check(args: &ReadinessCheck, out: &mut dyn Write, err: &mut dyn Write) -> Result<ExitCode, Failure> {
    let Some(policy) = crate::app::sound(&args.file, err)? else { return Ok(ExitCode::FAILURE) };
    answer(&judged(&policy, args)?, args.output, args.all, out)
}

fn last(args: &ReadinessLast, out: &mut dyn Write, err: &mut dyn Write) -> Result<ExitCode, Failure> {
    let Some(policy) = crate::app::sound(&args.file, err)? else { return Ok(ExitCode::FAILURE) };
    let (readiness, now) = kept(&policy, args)?;
    let code = answer(&readiness, args.output, args.all, out)?;
    let age = now.duration_since(readiness.at);
    if age <= LOOK_AGE_MAX {
        return Ok(code);
    }
    writeln!(err, "error: the last look was at {}, {} minutes ago", readiness.at, age.as_mins())?;
    writeln!(err, "  hint: see the schedule and the log of the function `readiness`, or ask now: `readiness check`")?;
    Ok(ExitCode::from(2))
}

fn answer(readiness: &Readiness, output: Output, all: bool, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    match output {
        Output::Text => tell(readiness, all, out)?,
        Output::Json => writeln!(out, "{}", serde_json::to_string_pretty(readiness)?)?,
    }
    Ok(match readiness.answer {
        Answer::Ready => ExitCode::SUCCESS,
        Answer::NotReady => ExitCode::FAILURE,
        Answer::CannotTell => ExitCode::from(2),
    })
}

#[cfg(feature = "aws")]
fn kept(policy: &Policy, args: &ReadinessLast) -> Result<(Readiness, Timestamp), Failure> {
    live::kept(policy, args)
}

#[cfg(not(feature = "aws"))]
fn kept(_: &Policy, _: &ReadinessLast) -> Result<(Readiness, Timestamp), Failure> {
    Err(Failure::without_aws())
}

#[cfg(feature = "aws")]
fn judged(policy: &Policy, args: &ReadinessCheck) -> Result<Readiness, Failure> {
    live::judged(policy, args)
}

#[cfg(not(feature = "aws"))]
fn judged(_: &Policy, _: &ReadinessCheck) -> Result<Readiness, Failure> {
    Err(Failure::without_aws())
}

fn tell(readiness: &Readiness, all: bool, out: &mut dyn Write) -> io::Result<()> {
    let [blocks, unseen, warns, ok] =
        [Verdict::Blocks, Verdict::CannotTell, Verdict::Warns, Verdict::Ok].map(|verdict| readiness.count(verdict));
    writeln!(out, "{}: {}", readiness.application, readiness.answer.sentence())?;
    writeln!(out, "  {blocks} block, {unseen} could not be told, {warns} warn, {ok} are ok")?;
    for verdict in WORST_FIRST {
        let found = readiness.findings.iter().filter(|finding| finding.verdict == verdict);
        found.into_iter().try_for_each(|finding| told(finding, out))?;
    }
    if all {
        let well = readiness.findings.iter().filter(|finding| finding.verdict == Verdict::Ok);
        well.into_iter().try_for_each(|finding| writeln!(out, "\n{:<11} {}: {}", "ok", finding.name, finding.seen))?;
    }
    Ok(())
}

fn told(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let Finding { name, verdict, seen, why, mend } = finding;
    writeln!(out, "\n{verdict:<11} {name}: {seen}")?;
    writeln!(out, "  why         {why}")?;
    mend.iter().try_for_each(|mend| writeln!(out, "  mend        {mend}"))
}

fn list(args: &ReadinessList, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    match args.output {
        Output::Text => {
            for check in checks() {
                writeln!(out, "{} ({} at worst): {}", check.name, check.at_worst, check.wants)?;
                writeln!(out, "  why         {}", check.why)?;
            }
        }
        Output::Json => {
            let all = checks().map(|check| {
                json!({ "name": check.name, "wants": check.wants, "why": check.why, "at_worst": check.at_worst })
            });
            let all: Vec<_> = all.collect();
            writeln!(out, "{}", serde_json::to_string_pretty(&json!({ "checks": all }))?)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
