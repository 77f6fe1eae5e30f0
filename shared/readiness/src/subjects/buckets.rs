//! Whether what is in the application's buckets is in both Regions.

use crate::check::Verdict::Blocks;
use crate::check::{Check, Ground, Judged, Wrongs};
use crate::seen::Unseen;
use crate::survey::{BucketAt, BucketState};
use std::collections::BTreeMap;
use understudy_engine::{Bucket, Region};

pub(super) const CHECKS: [Check; 2] = [
    Check {
        name: "buckets-versioned",
        wants: "each bucket of `dependencies.buckets` and of the Multi-Region Access Point exists, and has versions",
        why: "S3 copies nothing into a bucket without versions, nor out of it",
        at_worst: Blocks,
        judge: versioned,
    },
    Check {
        name: "buckets-replicated",
        wants: "in each such pair a rule without a filter copies to the other Region's bucket, in both directions",
        why: "what is not there when clients come is lost to them, and what they add then has to come home",
        at_worst: Blocks,
        judge: replicated,
    },
];

fn versioned<'a>(ground: &Ground<'a>) -> Judged<'a> {
    let buckets = &ground.survey.buckets;
    let mut wrongs = Wrongs::default();
    for (bucket, seen) in buckets {
        match seen.known() {
            Ok(state) if state.has_versions => {}
            Ok(_) => wrongs.blocks(format!("{bucket} has none")),
            Err(_) if seen.is_absent() => wrongs.blocks(format!("there is no {bucket}")),
            Err(unseen) => wrongs.cannot_tell(unseen),
        }
    }
    let mend =
        "create it, or correct its name; `aws s3api put-bucket-versioning --versioning-configuration Status=Enabled`";
    wrongs.judged(
        mend,
        if buckets.is_empty() { "the file names none".to_owned() } else { format!("{} have them", buckets.len()) },
    )
}

fn replicated<'a>(ground: &Ground<'a>) -> Judged<'a> {
    let regions = &ground.policy.regions;
    let mut wrongs = Wrongs::default();
    let mut count = 0;
    for pair in ground.policy.pairs_of_buckets() {
        count += 1;
        for (from, to) in [(&regions.primary, &regions.standby), (&regions.standby, &regions.primary)] {
            match copies(ground, pair, from, to) {
                Ok(None) => {}
                // Clients are sent to the standby; what they add there waits for the way home.
                Ok(Some(Lacks::All(problem))) if *from == regions.primary => wrongs.blocks(problem),
                Ok(Some(Lacks::All(problem) | Lacks::Part(problem))) => wrongs.warns(problem),
                Err(unseen) => wrongs.cannot_tell(unseen),
            }
        }
    }
    let mend = "add a rule of replication that is enabled, has no filter, and leads to that bucket";
    wrongs.judged(mend, if count == 0 { "the file names none".to_owned() } else { format!("pairs: {count}") })
}

/// Which objects are not copied.
enum Lacks {
    All(String),
    Part(String),
}

fn copies<'a>(
    ground: &Ground<'a>,
    pair: &BTreeMap<Region, Bucket>,
    from: &Region,
    to: &Region,
) -> Result<Option<Lacks>, &'a Unseen> {
    let at = |region: &Region| Some(BucketAt { region: region.clone(), name: pair.get(region)?.clone() });
    let (Some(from), Some(to)) = (at(from), at(to)) else { return Ok(None) };
    let Some(seen) = ground.survey.buckets.get(&from) else {
        return Ok(Some(Lacks::All(format!("{from} was not looked at"))));
    };
    let state = match seen.known() {
        Ok(state) => state,
        Err(_) if seen.is_absent() => return Ok(None),
        Err(unseen) => return Err(unseen),
    };
    Ok(lacks(state, &from, &to))
}

fn lacks(state: &BucketState, from: &BucketAt, to: &BucketAt) -> Option<Lacks> {
    let mut rules = state.rules.iter().filter(|rule| rule.to == to.name.as_str()).peekable();
    if rules.peek().is_none() {
        return Some(Lacks::All(format!("{from} copies nothing to {to}")));
    }
    let only: Vec<&str> = rules.map(|rule| rule.only.as_deref()).collect::<Option<_>>()?;
    Some(Lacks::Part(format!("{from} copies only {} to {to}", only.join(" and "))))
}
