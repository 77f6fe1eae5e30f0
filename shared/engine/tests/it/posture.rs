//! Who takes writes, as the gate may say it: never two Regions, and nobody while it is being changed.

use crate::script::{Script, done};
use std::collections::BTreeSet;
use understudy_engine::{Mode, Order, PhaseName, Posture, PromoteAnswer, Region, Verdict};

fn seen(script: &Script) -> (Option<String>, Vec<String>) {
    let posture = Posture::of(&script.state, Some(&script.policy));
    let latched = posture.latched.iter().map(ToString::to_string).collect();
    (posture.writer.map(|region| region.to_string()), latched)
}

fn is(region: Option<&str>, latched: &[&str]) -> (Option<String>, Vec<String>) {
    (region.map(str::to_owned), latched.iter().map(|region| (*region).to_owned()).collect())
}

#[test]
fn nobody_is_the_writer_from_the_decision_to_the_proof() {
    let mut script = Script::sustained(Mode::Auto);
    assert_eq!((script.phase(), seen(&script)), (PhaseName::Suspected, is(Some("us-east-1"), &[])));
    script.tick();
    assert_eq!((script.phase(), seen(&script)), (PhaseName::Fencing, is(None, &[])));
    script.tick();
    assert_eq!((script.phase(), seen(&script)), (PhaseName::Promoting, is(None, &[])));
    script.answer(PromoteAnswer::Accepted);
    script.read_back(done());
    assert_eq!((script.phase(), seen(&script)), (PhaseName::Verifying, is(None, &[])));
    script.read_back(done());
    assert_eq!((script.phase(), seen(&script)), (PhaseName::Shifting, is(Some("us-west-2"), &["us-east-1"])));
    let script = Script::promoting_fenced().failed_over();
    assert_eq!(seen(&script), is(Some("us-west-2"), &["us-east-1"]));
}

#[test]
fn a_decision_that_is_taken_back_leaves_the_writer_where_it_was_under_a_higher_epoch() {
    let mut script = Script::fencing();
    let before = Posture::of(&script.state, Some(&script.policy)).epoch;
    script.say("ann", Order::Abort);
    assert_eq!((script.phase(), seen(&script)), (PhaseName::Aborting, is(None, &[])));
    let after = Posture::of(&script.state, Some(&script.policy)).epoch;
    assert_eq!(before, after, "an epoch is never given back");
}

#[test]
fn the_regions_are_those_of_the_roles_the_endpoints_and_the_latch() {
    let script = Script::promoting_fenced().failed_over();
    let regions = |names: &[&str]| names.iter().map(|name| name.parse().unwrap()).collect::<BTreeSet<Region>>();
    let posture = Posture::of(&script.state, Some(&script.policy));
    assert_eq!(posture.regions, Some(regions(&["us-east-1", "us-west-2"])));
    let unread = Posture::of(&script.state, None);
    assert_eq!(unread.latched, regions(&["us-east-1"]), "the latch needs no policy");
    assert!(unread.has(&"eu-west-1".parse().unwrap()), "nobody knows that it has not");
}

#[test]
fn before_the_first_failover_the_policy_says_who_writes() {
    let mut script = Script::sustained(Mode::Approve);
    script.vote("witness", Verdict::Up);
    assert_eq!(seen(&script), is(Some("us-east-1"), &[]));
    assert_eq!(Posture::of(&script.state, None).writer, None);
}
