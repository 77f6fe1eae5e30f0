//! Whether the voters could decide: alive, fresh, and different enough.

use crate::check::Verdict::{Blocks, Warns};
use crate::check::{Check, Ground, Judged, blocks, ok, warns};
use std::collections::BTreeSet;
use understudy_engine::{Counts, EvidenceClass, Heard, NotCounted, Region, Subject, Verdict as Said, tally};

/// Two may argue; the third decides.
const REGIONS_MIN: usize = 3;

pub(super) const CHECKS: [Check; 6] = [
    Check {
        name: "voters-heard",
        wants: "every voter has voted, from the source that the file gives it",
        why: "a voter that was never heard abstains for ever, and the quorum counts it all the same",
        at_worst: Blocks,
        judge: heard,
    },
    Check {
        name: "voters-fresh",
        wants: "no vote is older than `windows.vote_max_age_seconds`",
        why: "a stale vote counts as none",
        at_worst: Blocks,
        judge: fresh,
    },
    Check {
        name: "voters-clocks",
        wants: "no vote is dated further ahead than `windows.skew_seconds`",
        why: "a vote from the future counts as none: the clock of its observer is wrong",
        at_worst: Blocks,
        judge: clocks,
    },
    Check {
        name: "voters-up",
        wants: "every voter says Up",
        why: "one that says Down now, or abstains, has lost a part of its worth before the outage",
        at_worst: Warns,
        judge: up,
    },
    Check {
        name: "evidence-diverse",
        wants: "two classes of evidence, three Regions, and one voter outside primary and standby",
        why: "voters of one kind or in one place are wrong together",
        at_worst: Blocks,
        judge: diverse,
    },
    Check {
        name: "quorum-without-primary",
        wants: "as many voters as are needed observe from outside the primary Region",
        why: "with the Region its voters fall silent, and silence is never a Down",
        at_worst: Blocks,
        judge: without_primary,
    },
];

/// The voters of which this holds. A person is not heard until there is something to say.
fn those(heard: &[Heard], holds: impl Fn(Counts) -> bool) -> Vec<String> {
    let votes = heard.iter().filter(|one| one.class != EvidenceClass::Operator && holds(one.counts));
    votes.map(|one| format!("{} ({})", one.voter, one.counts)).collect()
}

fn unfit<'a>(ground: &Ground<'a>, holds: impl Fn(Counts) -> bool, well: &str, mend: &str) -> Judged<'a> {
    let heard = tally(ground.policy, &ground.survey.record.known()?.votes, ground.now).heard;
    let unfit = those(&heard, &holds);
    if unfit.is_empty() {
        return ok(format!("{} {well}", heard.len()));
    }
    let fit = heard.iter().filter(|one| one.watches == Subject::Primary && !holds(one.counts)).count();
    let needed = usize::try_from(ground.policy.quorum.needed).unwrap_or(usize::MAX);
    let seen = unfit.join(", ");
    if fit < needed {
        return blocks(format!("{seen}; {fit} are left, and {needed} are needed"), mend);
    }
    warns(seen, mend)
}

fn heard<'a>(ground: &Ground<'a>) -> Judged<'a> {
    let mend =
        "see the log of intake, conductor or probe for it, and the route that the record's items have of its source";
    unfit(
        ground,
        |counts| matches!(counts, Counts::Not(NotCounted::NeverVoted | NotCounted::OtherSource)),
        "have voted",
        mend,
    )
}

fn fresh<'a>(ground: &Ground<'a>) -> Judged<'a> {
    let mend = "see whether conductor and probe are woken each minute, and whether they may read the alarm";
    unfit(ground, |counts| matches!(counts, Counts::Not(NotCounted::Stale { .. })), "are fresh", mend)
}

fn clocks<'a>(ground: &Ground<'a>) -> Judged<'a> {
    let mend = "set the clock of the observer, or of the machine that runs this";
    unfit(ground, |counts| matches!(counts, Counts::Not(NotCounted::FromTheFuture { .. })), "are of the past", mend)
}

fn up<'a>(ground: &Ground<'a>) -> Judged<'a> {
    let heard = tally(ground.policy, &ground.survey.record.known()?.votes, ground.now).heard;
    let not_up = those(&heard, |counts| matches!(counts, Counts::As(Said::Down | Said::Abstain)));
    if not_up.is_empty() {
        return ok("nobody says Down or abstains");
    }
    warns(not_up.join(", "), "ask `understudy explain`: mend what is down, or the alarm that has no data")
}

fn diverse<'a>(ground: &Ground<'a>) -> Judged<'a> {
    let (policy, regions) = (ground.policy, &ground.policy.regions);
    let classes: BTreeSet<EvidenceClass> = policy.electorate().map(|voter| voter.class).collect();
    let places: BTreeSet<Region> = policy.electorate().map(|voter| voter.source.region()).collect();
    let named = classes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let seen = format!("{named} from {}", places.iter().map(Region::as_str).collect::<Vec<_>>().join(", "));
    if classes.len() < 2 {
        return blocks(seen, "add a voter of another class: one is never enough for a decision");
    }
    if places.iter().all(|place| *place == regions.primary || *place == regions.standby) {
        return blocks(seen, "add a voter in a third Region: without one nothing is decided");
    }
    if places.len() < REGIONS_MIN {
        return warns(seen, "spread the voters over three Regions");
    }
    ok(seen)
}

fn without_primary<'a>(ground: &Ground<'a>) -> Judged<'a> {
    let policy = ground.policy;
    let outside = policy.electorate().filter(|voter| voter.source.region() != policy.regions.primary).count();
    let needed = usize::try_from(policy.quorum.needed).unwrap_or(usize::MAX);
    let seen = format!("{outside} observe from outside {}, and {needed} are needed", policy.regions.primary);
    if outside < needed {
        return blocks(seen, "add voters that observe from the standby or the witness Region");
    }
    ok(seen)
}
