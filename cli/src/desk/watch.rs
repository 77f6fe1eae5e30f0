//! Looking on: the same question again and again, and a line for each change.

use super::{Door, print};
use crate::args::{Output, Status};
use crate::failure::Failure;
use std::io::Write;
use std::process::ExitCode;
use std::thread::sleep;
use std::time::Duration;
use understudy_driver::Ask;

/// After how many failures in a row nobody looks on any more.
const FAILURES_MAX: u32 = 5;

#[expect(clippy::disallowed_methods, reason = "nothing tells of a change: the record is asked again after a while")]
fn pass(seconds: u32) {
    sleep(Duration::from_secs(seconds.into()));
}

pub(super) fn run(args: &Status, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let door = Door::of(&args.place)?;
    if let Door::Drill { .. } = door {
        return Err(Failure {
            problem: "nothing changes in a drill while it is looked at".to_owned(),
            mend: "let time pass in it with `understudy drill forward`, which prints what happens".to_owned(),
        });
    }
    let (mut last, mut failures) = (None, 0);
    loop {
        match door.ask(&args.place.application, Ask::Status {}, false) {
            Ok(told) => {
                failures = 0;
                if last.as_ref() != Some(&told.status) {
                    match args.place.output {
                        Output::Text => print::changed(out, &told)?,
                        Output::Json => writeln!(out, "{}", serde_json::to_string(&told)?)?,
                    }
                    out.flush()?;
                    last = Some(told.status);
                }
            }
            Err(failure) => {
                failures += 1;
                if failures == FAILURES_MAX {
                    return Err(failure);
                }
            }
        }
        pass(args.every);
    }
}
