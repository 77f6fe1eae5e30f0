//! Promoting by hand while the table cannot be asked, and entering it into the record afterwards.

mod journal;
#[cfg(feature = "aws")]
mod live;
#[cfg(feature = "aws")]
mod permit;

use crate::args::{About, BreakGlass, Reconcile};
use crate::failure::Failure;
use journal::Journal;
use std::io::Write;
use std::process::ExitCode;
use understudy_driver::Ask;
use understudy_engine::Policy;

pub(crate) fn shatter(args: &BreakGlass, out: &mut dyn Write, err: &mut dyn Write) -> Result<ExitCode, Failure> {
    let Some(policy) = crate::app::sound(&args.file, err)? else { return Ok(ExitCode::FAILURE) };
    promoted(&policy, args, out)
}

#[cfg(feature = "aws")]
fn promoted(policy: &Policy, args: &BreakGlass, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    live::promoted(policy, args, out)
}

#[cfg(not(feature = "aws"))]
fn promoted(_: &Policy, _: &BreakGlass, _: &mut dyn Write) -> Result<ExitCode, Failure> {
    Err(Failure::without_aws())
}

/// The journal as it was kept, with the order to go on from what it tells.
pub(crate) fn reconcile(args: &Reconcile, out: &mut dyn Write, err: &mut dyn Write) -> Result<ExitCode, Failure> {
    let About { incident, ordered } = &args.about;
    let journal = Journal::read(&args.journal)?;
    if let Some(torn) = &journal.torn {
        writeln!(err, "warning: {}: the last line was cut off, and is left out: {torn:?}", args.journal.display())?;
    }
    let glass = journal.glass(&ordered.place.application)?;
    crate::desk::order(ordered, Ask::Adopt { incident: incident.clone(), glass: Some(glass) }, out)
}
