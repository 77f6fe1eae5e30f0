//! Whether the voters could decide: alive, fresh, and different enough.

use crate::check::Verdict::{Blocks, Warns};
use crate::check::{Check, Ground, Judged, blocks, ok, warns};
use std::collections::BTreeSet;
use understudy_engine::{
    Assessment, Counts, EvidenceClass, Heard, NotCounted, Region, Subject, Tally, Verdict as Said, tally,
};

/// Two may argue; the third decides.
const REGIONS_MIN: usize = 3;

pub(super) const CHECKS: [Check; 6] = [
    Check {
        name: "voters-heard",
        wants: "every voter has voted, from the source that the file gives it",
        why: "a voter that was never heard abstains for ever, and the quorum counts it all the same",
        at_worst: Warns,
        judge: heard,
    },
    Check {
        name: "voters-fresh",
        wants: "no vote is older than `windows.vote_max_age_seconds`",
        why: "a stale vote counts as none",
        at_worst: Warns,
        judge: fresh,
    },
    Check {
        name: "voters-clocks",
        wants: "no vote is dated further ahead than `windows.skew_seconds`",
        why: "a vote from the future counts as none: the clock of its observer is wrong",
        at_worst: Warns,
        judge: clocks,
    },
    Check {
        name: "voters-up",
        wants: "every voter says Up",
        why: "nothing is decided while the standby or the canary looks down, and who abstains now may go on to",
        at_worst: Blocks,
        judge: up,
    },
    Check {
        name: "evidence-diverse",
        wants: "the voters observe from three Regions",
        why: "voters in one place are wrong together",
        at_worst: Warns,
        judge: diverse,
    },
    Check {
        name: "quorum-without-primary",
        wants: "the voters that count now, without those in the primary Region, are enough: in number, of two classes, \
                and one outside primary and standby",
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
    if unfit.is_empty() { ok(format!("{} {well}", heard.len())) } else { warns(unfit.join(", "), mend) }
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
    let down = |one: &&Heard| one.watches != Subject::Primary && one.counts == Counts::As(Said::Down);
    let doubts: Vec<String> = heard.iter().filter(down).map(|one| format!("{} ({})", one.voter, one.counts)).collect();
    let mend = "ask `understudy explain`: mend what is down, or the alarm that has no data";
    if !doubts.is_empty() {
        return blocks(format!("{}, which forbids every decision", doubts.join(", ")), mend);
    }
    let not_up = those(&heard, |counts| matches!(counts, Counts::As(Said::Down | Said::Abstain)));
    if not_up.is_empty() { ok("nobody says Down or abstains") } else { warns(not_up.join(", "), mend) }
}

/// Where a person sits nobody knows.
fn diverse<'a>(ground: &Ground<'a>) -> Judged<'a> {
    let observers = ground.policy.electorate().filter(|voter| voter.class != EvidenceClass::Operator);
    let places: BTreeSet<Region> = observers.map(|voter| voter.source.region()).collect();
    let seen = places.iter().map(Region::as_str).collect::<Vec<_>>().join(", ");
    if places.len() < REGIONS_MIN {
        return warns(seen, "spread the voters over three Regions");
    }
    ok(seen)
}

/// The primary Region is lost, and everybody who can still be heard says so.
fn without_primary<'a>(ground: &Ground<'a>) -> Judged<'a> {
    let said = tally(ground.policy, &ground.survey.record.known()?.votes, ground.now);
    let primary = &ground.policy.regions.primary;
    let is_person = |one: &Heard| one.class == EvidenceClass::Operator;
    let is_heard = |one: &Heard| {
        !is_person(one) && one.region != *primary && matches!(one.counts, Counts::As(Said::Up | Said::Down))
    };
    let alone = lacking(ground, &said, is_heard);
    let left = said.heard.iter().filter(|one| one.watches == Subject::Primary && is_heard(one)).count();
    let seen = format!("{left} can be heard without {primary}, and {} are needed", said.needed);
    if alone.is_empty() {
        return ok(seen);
    }
    let mend = "mend the voters that do not count, or add some in the standby and the witness Region";
    if lacking(ground, &said, |one| is_heard(one) || is_person(one)).is_empty() {
        return warns(format!("{seen}: nothing is decided before a person votes"), mend);
    }
    blocks(format!("{seen}: {alone}"), mend)
}

/// What is in the way where these alone say Down.
fn lacking(ground: &Ground<'_>, said: &Tally, speaks: impl Fn(&Heard) -> bool) -> String {
    let heard = said.heard.iter().map(|one| {
        let counts = if speaks(one) { Counts::As(Said::Down) } else { Counts::Not(NotCounted::NeverVoted) };
        Heard { counts, ..one.clone() }
    });
    let heard = Tally { needed: said.needed, heard: heard.collect() };
    let blockers = Assessment::of_evidence(ground.policy, heard).blockers;
    blockers.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
