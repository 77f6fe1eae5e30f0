//! Whether a failover would work if it were needed now.

#[cfg(feature = "aws")]
mod gates;
#[cfg(feature = "aws")]
mod live;

use crate::args::{Output, ReadinessCheck, ReadinessList, ReadinessVerb};
use crate::failure::Failure;
use serde_json::json;
use std::io::{self, Write};
use std::process::ExitCode;
use understudy_engine::Policy;
use understudy_readiness::{Answer, Finding, Readiness, Verdict, checks};

/// What stands first is what has to be mended first.
const WORST_FIRST: [Verdict; 3] = [Verdict::Blocks, Verdict::CannotTell, Verdict::Warns];

pub(crate) fn run(verb: &ReadinessVerb, out: &mut dyn Write, err: &mut dyn Write) -> Result<ExitCode, Failure> {
    match verb {
        ReadinessVerb::Check(args) => check(args, out, err),
        ReadinessVerb::List(args) => list(args, out),
    }
}

fn check(args: &ReadinessCheck, out: &mut dyn Write, err: &mut dyn Write) -> Result<ExitCode, Failure> {
    let Some(policy) = crate::app::sound(&args.file, err)? else { return Ok(ExitCode::FAILURE) };
    let readiness = judged(&policy, args)?;
    match args.output {
        Output::Text => tell(&readiness, args.all, out)?,
        Output::Json => writeln!(out, "{}", serde_json::to_string_pretty(&readiness)?)?,
    }
    Ok(match readiness.answer {
        Answer::Ready => ExitCode::SUCCESS,
        Answer::NotReady => ExitCode::FAILURE,
        Answer::CannotTell => ExitCode::from(2),
    })
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
    let answer = match readiness.answer {
        Answer::Ready => "a failover would work now",
        Answer::NotReady => "a failover would not work now",
        Answer::CannotTell => "nobody can tell whether a failover would work now",
    };
    let [blocks, unseen, warns, ok] =
        [Verdict::Blocks, Verdict::CannotTell, Verdict::Warns, Verdict::Ok].map(|verdict| readiness.count(verdict));
    writeln!(out, "{}: {answer}", readiness.application)?;
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
