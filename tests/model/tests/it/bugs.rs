//! The model can fail: each bug in what surrounds the engine breaks the invariant that forbids it.

use stateright::{Checker, Expectation, HasDiscoveries, Model};
use std::thread::available_parallelism;
use understudy_model::{BOUNDED, Bug, Protocol};

/// Asserts that the bug breaks the invariant whose name begins so.
fn breaks(bug: Bug, invariant: &'static str) {
    let protocol = Protocol::new(BOUNDED).with(bug);
    let name = protocol
        .properties()
        .into_iter()
        .find(|property| property.expectation == Expectation::Always && property.name.starts_with(invariant))
        .expect("an invariant by this name")
        .name;
    let threads = available_parallelism().map_or(1, usize::from);
    let sought = HasDiscoveries::AnyOf([name].into());
    let checker = protocol.checker().threads(threads).finish_when(sought).spawn_bfs().join();
    checker.assert_any_discovery(name);
}

#[test]
fn a_ledger_without_compare_and_swap_lets_the_record_go_back() {
    breaks(Bug::NoCompareAndSwap, "I13");
}

#[test]
fn a_call_before_the_commit_has_no_durable_intent() {
    breaks(Bug::CallsBeforeTheCommit, "I1: no promote call leaves");
}

#[test]
fn a_call_repeated_before_it_is_read_back_is_taken_twice() {
    breaks(Bug::CallsAgainUnread, "I1: at most one");
}

#[test]
fn a_call_that_leaves_however_late_is_taken_beside_another() {
    breaks(Bug::IgnoresNotAfter, "I1: at most one");
}

#[test]
fn a_vote_dated_by_its_loading_makes_a_quorum_of_stale_ones() {
    breaks(Bug::DatesVotesAnew, "I2");
}

#[test]
fn a_believed_reply_skips_the_reading_back() {
    breaks(Bug::BelievesTheReply, "I14");
}

#[test]
fn a_latch_that_recovery_opens_is_opened() {
    breaks(Bug::OpensOnRecovery, "I17");
}

#[test]
fn a_latch_before_the_verification_moves_traffic_to_a_replica_that_takes_no_writes() {
    breaks(Bug::LatchesUnverified, "I18");
}
