//! A drill with real databases: what it came to, counted in them.

use super::{json, keep_as, story};
use crate::args::{DrillRun, Output, Scenario};
use crate::failure::Failure;
use std::io::{Result as Written, Write};
use std::path::Path;
use std::process::ExitCode;
use understudy_postgres::{Account, DrillFault, Options, PostgresFault, play};

pub(super) fn run(args: &DrillRun, out: &mut dyn Write, err: &mut dyn Write) -> Result<ExitCode, Failure> {
    if args.scenario != Scenario::RegionLoss {
        return Err(Failure {
            problem: "--postgres kills a primary, which is the drill region-loss".to_owned(),
            mend: "understudy drill run region-loss --postgres".to_owned(),
        });
    }
    let options = Options { sustain_seconds: args.sustain };
    // Nobody may be reading any more; the drill goes on for its report.
    let account =
        play(options, &mut |seconds, what| drop(writeln!(err, "{seconds:>8.1} s  {what}"))).map_err(failure)?;
    let incident = account.incident.first().map_or("no-incident", |item| item.id.incident.as_str());
    let path = keep_as(args, &format!("region-loss-postgres-{incident}.json"), &json(&account)?)?;
    match args.output {
        Output::Text => write(out, &account, &path)?,
        Output::Json => writeln!(out, "{}", json(&account)?)?,
    }
    Ok(if account.as_expected { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn write(out: &mut dyn Write, account: &Account, path: &Path) -> Written<()> {
    let Account { server, sustain_seconds, rows, seconds, .. } = account;
    writeln!(
        out,
        "Drill region-loss: PostgreSQL {server} on loopback, in real time, Down sustained for {sustain_seconds} s"
    )?;
    writeln!(out, "Offsets are seconds since the primary was killed.\n")?;
    story::timeline(out, &account.timeline)?;
    if let Some(decision) = &account.decision {
        story::evidence(out, decision)?;
    }
    let after = |seconds: Option<f64>| seconds.map_or("never".to_owned(), |seconds| format!("{seconds:.1} s"));
    writeln!(out, "Ended     {}", account.ended)?;
    writeln!(
        out,
        "RTO       {}, of which Down after {}, pg_promote after {}",
        after(seconds.to_first_write),
        after(seconds.to_down),
        after(seconds.to_promote)
    )?;
    writeln!(
        out,
        "RPO       {:.2} s: {} of {} acknowledged rows were lost",
        rows.rpo_seconds, rows.lost, rows.acknowledged
    )?;
    let agree = if rows.agree() { "as counted" } else { "NOT AS COUNTED" };
    writeln!(
        out,
        "Rows      {} replicated, {} unanswered, {} written since",
        rows.replicated, rows.unanswered, rows.written_after
    )?;
    writeln!(
        out,
        "          {} of the lost ones are in the old primary, looked into afterwards: {agree}",
        rows.left_behind
    )?;
    for failure in &account.failures {
        writeln!(out, "A function failed: {failure}")?;
    }
    let chain = if account.chain_verifies { "hash chain verifies" } else { "HASH CHAIN BROKEN" };
    writeln!(out, "Incident  {} ({} entries, {chain})", path.display(), account.incident.len())
}

fn failure(fault: DrillFault) -> Failure {
    let mend = match &fault {
        DrillFault::Postgres(PostgresFault::NotInstalled(_)) => {
            "install PostgreSQL (Debian: postgresql, macOS: brew install postgresql), or drill without --postgres"
        }
        DrillFault::Postgres(PostgresFault::NoUser(_)) => "run it as somebody else than root",
        DrillFault::Postgres(PostgresFault::Failed { .. } | PostgresFault::NotUp { .. }) => {
            "see what PostgreSQL says above; it needs a free port, and some 200 MB in the folder for temporary files"
        }
        DrillFault::Stopped => "both servers are gone, and nothing is left behind",
        DrillFault::Postgres(PostgresFault::Io(_) | PostgresFault::Query(_))
        | DrillFault::Application(_)
        | DrillFault::Ledger(_) => "this is a fault of the drill itself: report it",
    };
    Failure { problem: fault.to_string(), mend: mend.to_owned() }
}
