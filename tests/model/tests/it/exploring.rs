//! Every invariant in every world, and how many worlds there are. A count that changes is to be explained:
//! the engine's protocol has become another one, or the model has.

use stateright::{Checker, Model};
use std::collections::{BTreeSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::thread::available_parallelism;
use understudy_model::{BOUNDED, Bounds, Protocol, TURNING, WIDE, World};

/// Explores all of it, and asserts that every invariant holds and everything that should is reached.
fn worlds(bounds: Bounds) -> usize {
    let threads = available_parallelism().map_or(1, usize::from);
    let checker = Protocol::new(bounds).checker().threads(threads).spawn_bfs().join();
    checker.assert_properties();
    checker.unique_state_count()
}

#[test]
fn every_invariant_holds_whatever_the_voters_say_and_whoever_stops_it() {
    assert_eq!(worlds(BOUNDED), 389_098);
}

#[test]
fn every_invariant_holds_when_a_voter_changes_its_mind() {
    assert_eq!(worlds(TURNING), 1_109_698);
}

#[test]
fn every_invariant_holds_whatever_people_order_and_whoever_promotes() {
    assert_eq!(worlds(WIDE), 1_070_502);
}

fn digest(world: &World) -> u64 {
    let mut hasher = DefaultHasher::new();
    world.hash(&mut hasher);
    hasher.finish()
}

/// What is reached, as far as it is kept.
fn reached(bounds: Bounds, keep: impl Fn(&Protocol, World) -> Option<World>) -> BTreeSet<u64> {
    let protocol = Protocol::new(bounds);
    let mut ahead: VecDeque<World> = protocol.init_states().into();
    let mut seen: BTreeSet<u64> = ahead.iter().map(digest).collect();
    let mut kept = BTreeSet::new();
    while let Some(world) = ahead.pop_front() {
        ahead.extend(protocol.next_states(&world).into_iter().filter(|next| seen.insert(digest(next))));
        kept.extend(keep(&protocol, world).as_ref().map(digest));
    }
    kept
}

#[test]
fn the_reductions_lose_no_world_and_invent_none() {
    for bounds in [Bounds { horizon: 2, ..BOUNDED }, Bounds { horizon: 1, ..WIDE }] {
        let reduced = reached(bounds, |_, world| Some(world));
        let whole = Bounds { reduced: false, ..bounds };
        let whole = reached(whole, |protocol, world| (!world.is_between()).then(|| protocol.canonical(world)));
        assert!(!reduced.is_empty());
        assert!(reduced == whole, "lost: {}, invented: {}", (&whole - &reduced).len(), (&reduced - &whole).len());
    }
}
