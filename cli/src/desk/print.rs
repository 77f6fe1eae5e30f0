//! An answer, told to people.

use std::io::{Result, Write};
use understudy_driver::{Outcome, Plan, PlannedWhat, Status, Told};
use understudy_engine::{Application, Entry, Region};

pub(super) fn told(out: &mut dyn Write, told: &Told) -> Result<()> {
    let first = match told.outcome {
        Outcome::Shown => format!("{}: {}", told.application, told.says),
        Outcome::Would => format!("{}: would do: {}", told.application, told.says),
        Outcome::Entered => format!("{}: entered: {}", told.application, told.says),
        Outcome::Refused => format!("{}: refused: {}", told.application, told.says),
    };
    writeln!(out, "{first}")?;
    if let Some(incidents) = &told.incidents {
        incidents.iter().try_for_each(|incident| writeln!(out, "  {incident}"))?;
        return hint(out, told);
    }
    if let Some(incident) = &told.incident {
        for item in &incident.items {
            match serde_json::from_str::<Entry>(&item.entry) {
                Ok(entry) => line(out, &entry)?,
                Err(_) => writeln!(out, "  entry {} was written by another release", item.id.seq.0)?,
            }
        }
        return Ok(());
    }
    status(out, &told.status)?;
    if let Some(storm) = &told.storm {
        let waiting: Vec<&str> = storm.waiting.keys().map(Application::as_str).collect();
        writeln!(out, "  Storm     {} wait, code {}", waiting.join(", "), storm.code)?;
    }
    told.plan.iter().try_for_each(|planned| plan(out, planned))?;
    if let Some(explanation) = &told.explanation {
        writeln!(out, "  Because   {}", explanation.because)?;
    }
    hint(out, told)
}

fn plan(out: &mut dyn Write, plan: &Plan) -> Result<()> {
    writeln!(out, "  Plan, if every call is answered as one hopes and the evidence stays as it is:")?;
    for step in &plan.steps {
        match &step.what {
            PlannedWhat::Phase { to } => writeln!(out, "  {:>+7} s  {to}", step.after_seconds)?,
            PlannedWhat::Call(call) => {
                let mark = if call.changes { "calls" } else { "reads" };
                let (service, operation, region) = (&call.service, &call.operation, &call.region);
                writeln!(out, "  {:>+7} s    {mark} {service} {operation} in {region}", step.after_seconds)?;
                let detail = if call.detail.is_empty() { String::new() } else { format!(": {}", call.detail) };
                writeln!(out, "               {}{detail}", call.resource)?;
            }
        }
    }
    writeln!(out, "  It ends in {}. What AWS itself needs comes on top: minutes to hours.", plan.ends)
}

/// One line, for whoever looks on.
pub(super) fn changed(out: &mut dyn Write, told: &Told) -> Result<()> {
    writeln!(out, "revision {}: {}", told.status.revision.0, told.says)?;
    hint(out, told)
}

fn hint(out: &mut dyn Write, told: &Told) -> Result<()> {
    match (told.outcome, &told.hint) {
        (Outcome::Would, _) => writeln!(out, "  hint: nothing was entered: say --yes"),
        (Outcome::Shown | Outcome::Entered | Outcome::Refused, Some(hint)) => writeln!(out, "  hint: {hint}"),
        (Outcome::Shown | Outcome::Entered | Outcome::Refused, None) => Ok(()),
    }
}

fn status(out: &mut dyn Write, status: &Status) -> Result<()> {
    let Status { phase, mode, revision, epoch, .. } = status;
    writeln!(out, "  Phase     {phase}, mode {mode}, epoch {}, revision {}", epoch.0, revision.0)?;
    if let Some(incident) = &status.incident {
        writeln!(out, "  Incident  {incident}")?;
    }
    writeln!(out, "  Writer    {}", status.writer)?;
    if !status.latched.is_empty() {
        let latched: Vec<&str> = status.latched.iter().map(Region::as_str).collect();
        writeln!(out, "  Latched   {}", latched.join(", "))?;
    }
    if status.split_risk {
        writeln!(out, "  Split     risk: nothing has shown that the old writer takes no writes")?;
    }
    if let Some(by) = &status.paused_by {
        writeln!(out, "  Paused    by {by}")?;
    }
    if let Some(asked) = &status.question {
        writeln!(out, "  Asked     {}?", asked.asks)?;
        writeln!(out, "  Code      {}", asked.code)?;
    }
    if let Some(due) = status.next_due {
        writeln!(out, "  Next due  {due:.0}")?;
    }
    Ok(())
}

fn line(out: &mut dyn Write, entry: &Entry) -> Result<()> {
    writeln!(out, "  {:>3}  {:.0}  {}  {}", entry.id.seq.0, entry.at, entry.who, entry.what)?;
    let why = entry.why();
    if why.is_empty() { Ok(()) } else { writeln!(out, "       {why}") }
}
