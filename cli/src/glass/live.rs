//! The hammer: one call to promote, between a question to a person and readings until it is done.

use super::journal::{Deed, Kept};
use super::permit::{No, promotable, table_away};
use crate::args::BreakGlass;
use crate::failure::Failure;
use jiff::Timestamp;
use std::io::{self, BufRead, Write};
use std::process::ExitCode;
use std::time::Duration;
use understudy_aws::{AwsCloud, Clients, reach};
use understudy_driver::{Cloud, Gauge};
use understudy_engine::{
    DbStatus, Epoch, Lag, Policy, Promote, PromoteAnswer, Region, Seconds, Sight, Sighting, Unseen,
};

/// A call that has not left by then is not made.
const LEAVES_WITHIN: Seconds = Seconds(30);

/// A call that was taken shows in the replica's status by then.
const SHOWS_WITHIN: Seconds = Seconds(60);

const LOOK_EVERY: Duration = Duration::from_secs(5);

/// What was found before anybody is asked.
struct Found {
    table: String,
    lag: Result<Option<Lag>, Unseen>,
}

pub(super) fn promoted(policy: &Policy, args: &BreakGlass, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let region = args.table.region(policy);
    if !is_of_the_file(policy, region) {
        return Err(Failure {
            problem: format!("--table-region {region}: it is no Region of {}", args.file.display()),
            mend: "name the Region that the table is in, so that nobody's silence is taken for the table's".to_owned(),
        });
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let cloud = AwsCloud::new(runtime.block_on(Clients::from_env()));
    let found = match runtime.block_on(look(&cloud, policy, args))? {
        Ok(found) => found,
        Err(no) => return refused(policy, &no, out),
    };
    tell(policy, args, &found, out)?;
    let standby = &policy.regions.standby;
    if !is_typed(standby, out)? {
        let problem = format!("{standby} was not typed, and nothing was done");
        return refused(policy, &No { problem, mend: "run it again to see the question again".to_owned() }, out);
    }
    // A person takes their time, and the table may be back.
    let found = match runtime.block_on(look(&cloud, policy, args))? {
        Ok(found) => found,
        Err(no) => return refused(policy, &no, out),
    };
    let mut journal = Kept::begin(&args.journal, args.by.clone())?;
    journal.write(Deed::Confirmed {
        application: policy.application.clone(),
        replica: policy.database.replica.clone(),
        table: found.table,
        lag: found.lag.ok().flatten(),
        lag_unseen: found.lag.err(),
        typed: standby.clone(),
    })?;
    runtime.block_on(promote(&cloud, policy, args, &mut journal, out))
}

fn refused(policy: &Policy, no: &No, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    writeln!(out, "{}: refused: {}\n  hint: {}", policy.application, no.problem, no.mend)?;
    Ok(ExitCode::FAILURE)
}

/// The table is in a Region of the file, or it is none of this application: nobody answers in a Region that is not there.
fn is_of_the_file(policy: &Policy, region: &Region) -> bool {
    let regions = &policy.regions;
    [Some(&regions.primary), Some(&regions.standby), regions.witness.as_ref()].contains(&Some(region))
}

async fn look(cloud: &AwsCloud, policy: &Policy, args: &BreakGlass) -> Result<Result<Found, No>, Failure> {
    let reached = reach(cloud.clients(), &args.table.name, args.table.region(policy), &policy.application).await;
    let table = match table_away(policy, reached)? {
        Ok(table) => table,
        Err(no) => return Ok(Err(no)),
    };
    let replica = &policy.database.replica;
    if let Err(no) = promotable(policy, cloud.read_back(replica).await.outcome)? {
        return Ok(Err(no));
    }
    Ok(Ok(Found { table, lag: cloud.newest_lag(replica, Timestamp::now()).await }))
}

fn tell(policy: &Policy, args: &BreakGlass, found: &Found, out: &mut dyn Write) -> io::Result<()> {
    let (writer, replica) = (&policy.database.writer, &policy.database.replica);
    let lag = match found.lag {
        Ok(Some(lag)) => format!("{} at {:.0}: what was written since then and within it is lost", lag.seconds, lag.at),
        Ok(None) => "not measured in the last minutes: nobody can tell how much is lost".to_owned(),
        Err(unseen) => format!("{unseen}: nobody can tell how much is lost"),
    };
    writeln!(out, "{}: the glass would be broken", policy.application)?;
    writeln!(
        out,
        "  Table     {} in {}, asked from this machine: {}",
        args.table.name,
        args.table.region(policy),
        found.table
    )?;
    writeln!(out, "  Replica   {replica}: available, replicates from {writer}")?;
    writeln!(out, "  Lag       {lag}")?;
    writeln!(out, "Nobody has weighed evidence, and somebody else may be doing the same: say aloud that you do it.")?;
    writeln!(out, "It would do this, and nothing else:")?;
    writeln!(out, "  1. write {}", args.journal.display())?;
    writeln!(out, "  2. rds PromoteReadReplica in {}, once, of {replica}", replica.region())?;
    writeln!(out, "  3. rds DescribeDBInstances there until it stands alone, for {} s at most", args.wait)?;
    writeln!(out, "It cuts nothing off and moves no traffic. If {} answers, first by hand:", writer.region())?;
    if let Some(group) = policy.fence_group(&writer.region()) {
        let of = format!("--region {} --db-instance-identifier {}", writer.region(), writer.instance());
        writeln!(out, "  aws rds modify-db-instance {of} --vpc-security-group-ids {group}")?;
        writeln!(out, "  aws rds reboot-db-instance {of}")
    } else {
        writeln!(out, "  cut {writer} off from its clients: the file names no [fence] for it")
    }
}

fn is_typed(standby: &Region, out: &mut dyn Write) -> Result<bool, Failure> {
    write!(out, "To go on, type the Region whose replica is promoted: ")?;
    out.flush()?;
    let mut typed = String::new();
    io::stdin().lock().read_line(&mut typed).map_err(|error| Failure {
        problem: format!("nothing can be typed here: {error}"),
        mend: "run it in a terminal; nothing was done".to_owned(),
    })?;
    writeln!(out)?;
    Ok(typed.trim() == standby.as_str())
}

async fn promote(
    cloud: &AwsCloud,
    policy: &Policy,
    args: &BreakGlass,
    journal: &mut Kept,
    out: &mut dyn Write,
) -> Result<ExitCode, Failure> {
    let replica = policy.database.replica.clone();
    journal.write(Deed::Calling)?;
    let call = Promote { epoch: Epoch(0), attempt: 1, replica, not_after: LEAVES_WITHIN.after(Timestamp::now()) };
    let answer = cloud.promote(&call).await.outcome;
    journal.write(Deed::Answered { answer })?;
    writeln!(out, "{answer}")?;
    match answer {
        PromoteAnswer::Accepted | PromoteAnswer::Ambiguous => {}
        PromoteAnswer::NotArrived | PromoteAnswer::Denied | PromoteAnswer::Invalid | PromoteAnswer::NoSuchInstance => {
            return Ok(ExitCode::FAILURE);
        }
    }
    let replica = call.replica;
    let mut last = String::new();
    let mut shows_by = Some(SHOWS_WITHIN.after(Timestamp::now()));
    let until = Seconds(args.wait).after(Timestamp::now());
    while Timestamp::now() < until {
        let sight = cloud.read_back(&replica).await.outcome;
        let told = told(&sight);
        if told != last {
            journal.write(Deed::Seen { told: told.clone() })?;
            writeln!(out, "{:.0}  {told}", Timestamp::now())?;
            last = told;
        }
        if matches!(sight, Sight::Seen(Sighting { status: DbStatus::Available, source: None, .. })) {
            journal.write(Deed::Promoted)?;
            writeln!(out, "{}: {replica} is promoted. Move clients by their own configuration:", policy.application)?;
            writeln!(out, "the latch is in the table, and the gates tell what they last knew.")?;
            writeln!(out, "Once the table answers, with the incident that `status` tells:")?;
            writeln!(out, "  {}", reconcile_line(policy, args))?;
            return Ok(ExitCode::SUCCESS);
        }
        let follows = matches!(sight, Sight::Seen(Sighting { status: DbStatus::Available, source: Some(_), .. }));
        if follows && shows_by.is_some_and(|by| by < Timestamp::now()) {
            shows_by = None;
            writeln!(out, "{SHOWS_WITHIN} after the call it still replicates: the call seems not to have arrived.")?;
            writeln!(out, "Waiting may be ended, and the command begun again with another journal.")?;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Err(Failure {
        problem: format!("{replica} was not seen promoted within {} s: {last}", args.wait),
        mend: format!("the call may have arrived: describe {} before anything else", replica.instance()),
    })
}

fn reconcile_line(policy: &Policy, args: &BreakGlass) -> String {
    let (application, journal) = (&policy.application, args.journal.display());
    format!("understudy incident reconcile --application {application} --incident INCIDENT --journal {journal} --yes")
}

fn told(sight: &Sight) -> String {
    match sight {
        Sight::Seen(Sighting { status, source: None, .. }) => format!("{status}, and stands alone"),
        Sight::Seen(Sighting { status, source: Some(source), .. }) => format!("{status}, replicates from {source}"),
        Sight::Missing => "there is no such instance".to_owned(),
        Sight::Unseen(unseen) => format!("not seen: {unseen}"),
    }
}
