//! Explores the model by hand and prints what it counted: `explore [bounded|turning|wide] [name=number]…`.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "what it counted is for people to read")]

use stateright::{Checker, Expectation, Model};
use std::process::ExitCode;
use std::thread::available_parallelism;
use std::time::Instant;
use understudy_model::{BOUNDED, Bounds, Protocol, TURNING, WIDE};

/// The bounds that the arguments name, one after the other.
fn bounds() -> Result<Bounds, String> {
    let mut bounds = BOUNDED;
    for argument in std::env::args().skip(1) {
        let (name, number) = argument.split_once('=').unwrap_or((&argument, "0"));
        let number: u8 = number.parse().map_err(|_| format!("{argument}: not a number up to 255"))?;
        match name {
            "bounded" => bounds = BOUNDED,
            "turning" => bounds = TURNING,
            "wide" => bounds = WIDE,
            "horizon" => bounds.horizon = number,
            "turns" => bounds.turns = number,
            "orders" => bounds.orders = number,
            "settle" => bounds.settle = number,
            "blind" => bounds.blind = number > 0,
            "meddling" => bounds.meddling = number > 0,
            "reduced" => bounds.reduced = number > 0,
            other => return Err(format!("{other}: no such bound")),
        }
    }
    Ok(bounds)
}

fn main() -> ExitCode {
    let bounds = match bounds() {
        Ok(bounds) => bounds,
        Err(problem) => {
            eprintln!("{problem}");
            return ExitCode::from(2);
        }
    };
    let begun = Instant::now();
    let threads = available_parallelism().map_or(1, usize::from);
    let checker = Protocol::new(bounds).checker().threads(threads).spawn_bfs().join();
    println!("{bounds:?}");
    println!(
        "{} worlds, {} moves, at most {} deep, {} s on {threads} threads",
        checker.unique_state_count(),
        checker.state_count(),
        checker.max_depth(),
        begun.elapsed().as_secs()
    );
    let mut holds = true;
    for property in checker.model().properties() {
        let path = checker.discovery(property.name).map(|path| path.into_actions());
        holds &= path.is_some() == (property.expectation == Expectation::Sometimes);
        match (&property.expectation, path) {
            (Expectation::Always, Some(path)) => println!("BROKEN   {}: {path:?}", property.name),
            (Expectation::Sometimes, Some(path)) => println!("reached  {} ({} moves)", property.name, path.len()),
            (Expectation::Sometimes, None) => println!("MISSED   {}", property.name),
            (Expectation::Always | Expectation::Eventually, _) => println!("holds    {}", property.name),
        }
    }
    if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
