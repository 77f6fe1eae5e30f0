//! A drill with sockets around it: where to ask, and what changes while it plays.

use crate::failure::Failure;
use std::io::Write;
use understudy_loopback::{Addresses, Happened, LoopbackError, PLACES, Speed, Stand, play};
use understudy_sim::Rehearsal;

pub(super) fn play_aloud(rehearsal: &Rehearsal, speed: u32, err: &mut dyn Write) -> Result<Stand, Failure> {
    let pace = Speed::new(speed).ok_or_else(|| Failure {
        problem: format!("--speed {speed} is not within 1 to {}", Speed::FASTEST),
        mend: "name a number within it".to_owned(),
    })?;
    let names = rehearsal.policy().traffic.as_ref().map(|traffic| traffic.write_name.to_string());
    let names = names.unwrap_or_default();
    // Nobody may be listening any more; the drill goes on for its report.
    play(rehearsal, pace, &mut |happened| drop(tell(&happened, &names, speed, err))).map_err(failure)
}

fn tell(happened: &Happened, write_name: &str, speed: u32, err: &mut dyn Write) -> std::io::Result<()> {
    match happened {
        Happened::Listening(addresses) => invite(addresses, write_name, speed, err),
        Happened::Changed { seconds, what } => writeln!(err, "{seconds:>8.1} s  {what}"),
    }
}

/// The commands for another terminal.
fn invite(addresses: &Addresses, write_name: &str, speed: u32, err: &mut dyn Write) -> std::io::Result<()> {
    let Some(far) = PLACES.last() else { return Ok(()) };
    writeln!(err, "{speed} s of the drill pass in one of yours. In another terminal:")?;
    let dns = addresses.dns;
    writeln!(err, "  dig @{} -p {} +short {write_name}", dns.ip(), dns.port())?;
    writeln!(err, "  dig @{} -p {} +subnet={}/24 {write_name} TXT", dns.ip(), dns.port(), far.address())?;
    for (region, address) in &addresses.endpoints {
        writeln!(err, "  curl -X POST http://{address}/write    # {region}")?;
    }
    for (region, address) in &addresses.gates {
        writeln!(err, "  curl http://{address}/writer/orders    # the gate in {region}")?;
    }
    writeln!(err)
}

fn failure(error: LoopbackError) -> Failure {
    let mend = match &error {
        LoopbackError::Drill(_) | LoopbackError::NoTraffic | LoopbackError::Name { .. } => {
            "this is a fault of the drill itself: report it".to_owned()
        }
        LoopbackError::Setup(_) => "allow more open files, or end what holds them".to_owned(),
        LoopbackError::Listen { address, .. } => format!(
            "give loopback that address: on macOS `sudo ifconfig lo0 alias {}`; Linux has all of 127.0.0.0/8",
            address.ip()
        ),
    };
    Failure { problem: error.to_string(), mend }
}
