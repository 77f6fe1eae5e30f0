//! The state machine for reading, drawn from the engine's own table.

use crate::args::{FsmFormat, FsmShow, FsmVerb, Output};
use crate::failure::Failure;
use serde_json::json;
use std::io::{Result, Write};
use std::process::ExitCode;
use understudy_engine::{EDGES, Edge, PhaseName};

/// Where every application begins.
const FIRST: PhaseName = PhaseName::Watching;

/// The schema of what programs are told.
const SCHEMA: u32 = 1;

pub(crate) fn run(verb: &FsmVerb, out: &mut dyn Write) -> std::result::Result<ExitCode, Failure> {
    let FsmVerb::Show(FsmShow { format, output }) = verb;
    match (output, format) {
        (Output::Json, _) => json(out)?,
        (Output::Text, FsmFormat::Mermaid) => mermaid(out)?,
        (Output::Text, FsmFormat::Dot) => dot(out)?,
        (Output::Text, FsmFormat::Text) => table(out)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn mermaid(out: &mut dyn Write) -> Result<()> {
    writeln!(out, "stateDiagram-v2\n    [*] --> {FIRST}")?;
    for Edge { from, to, why } in EDGES {
        writeln!(out, "    {from} --> {to}: {why:?}")?;
    }
    Ok(())
}

/// Moves between the same two phases share an arrow.
fn dot(out: &mut dyn Write) -> Result<()> {
    writeln!(out, "digraph understudy {{\n    rankdir = LR;\n    node [shape = box];")?;
    writeln!(out, "    begin [shape = point];\n    begin -> {FIRST};")?;
    for from in PhaseName::ALL {
        for to in PhaseName::ALL {
            let between = EDGES.iter().filter(|edge| edge.from == from && edge.to == to);
            let whys: Vec<String> = between.map(|edge| format!("{:?}", edge.why)).collect();
            if !whys.is_empty() {
                writeln!(out, "    {from} -> {to} [label = \"{}\"];", whys.join("\\n"))?;
            }
        }
    }
    writeln!(out, "}}")
}

fn table(out: &mut dyn Write) -> Result<()> {
    let width = PhaseName::ALL.iter().map(|phase| phase.as_str().len()).max().unwrap_or(0);
    writeln!(out, "| {:width$} | {:width$} | why |", "from", "to")?;
    writeln!(out, "|{0}|{0}|---|", "-".repeat(width + 2))?;
    for Edge { from, to, why } in EDGES {
        writeln!(out, "| {from:width$} | {to:width$} | {} |", why.sentence())?;
    }
    Ok(())
}

fn json(out: &mut dyn Write) -> std::result::Result<(), Failure> {
    let edges: Vec<_> = EDGES
        .iter()
        .map(|Edge { from, to, why }| json!({"from": from, "to": to, "why": why, "sentence": why.sentence()}))
        .collect();
    let machine = json!({"schema": SCHEMA, "first": FIRST, "phases": PhaseName::ALL, "edges": edges});
    writeln!(out, "{}", serde_json::to_string_pretty(&machine)?)?;
    Ok(())
}
