//! What must hold in every world, and what must happen in some.

use crate::bounds::{Bounds, GONE, Tick, run};
use crate::cloud::Replica;
use crate::conductor::{Conductor, Duty, Report};
use crate::protocol::Protocol;
use crate::world::World;
use stateright::Property;
use understudy_engine::{Call, HeldReason, Known, Phase, PhaseName, PromotedBy, ReadBack};

pub(crate) fn properties(bounds: &Bounds) -> Vec<Property<Protocol>> {
    let mut properties = invariants();
    properties.extend(reached());
    if bounds.orders > 0 {
        properties.extend(reached_by_order());
    }
    if bounds.turns > 0 {
        properties.push(Property::sometimes("somebody recovers after a failover", |_, world: &World| {
            is(world, PhaseName::FailedOver) && world.sources.iter().any(|word| !word.down && word.at > 0)
        }));
    }
    if bounds.meddling {
        properties.extend(reached_by_meddling());
    }
    properties
}

/// The invariants, each by its number in the design.
fn invariants() -> Vec<Property<Protocol>> {
    vec![
        Property::always("I1: at most one promote call is taken in each epoch", |_, world: &World| {
            world.facts.taken.iter().all(|taken| *taken <= 1)
        }),
        Property::always("I1: no promote call leaves before its intent is durable", |_, world: &World| {
            !world.facts.unintended
        }),
        Property::always("I2: no intent without a fresh quorum of all voters", |_, world: &World| {
            !world.facts.unfounded
        }),
        Property::always("I7: no intent against a fresh Up", |_, world: &World| !world.facts.overruled),
        Property::always("I13: neither epoch nor revision ever decreases", |_, world: &World| !world.facts.regressed),
        Property::always("I14: no step from intent to done is left out", |_, world: &World| {
            !world.facts.skipped && promoted_is_promoted(world)
        }),
        Property::always("I17: the latch is never opened by recovery", |_, world: &World| !world.facts.reopened),
        Property::always("I18: traffic moves only to a replica that takes writes", |_, world: &World| {
            world.record.state().latch.is_empty() || world.replica == Replica::Writable
        }),
    ]
}

/// What the record says of the replica is so.
fn promoted_is_promoted(world: &World) -> bool {
    match world.record.state().phase.name() {
        PhaseName::Verifying => world.replica == Replica::Alone || world.replica == Replica::Writable,
        PhaseName::Shifting | PhaseName::FailedOver | PhaseName::Rebuilding | PhaseName::Rebuilt => {
            world.replica == Replica::Writable
        }
        PhaseName::Watching
        | PhaseName::Suspected
        | PhaseName::AwaitingApproval
        | PhaseName::AwaitingVeto
        | PhaseName::Held
        | PhaseName::Fencing
        | PhaseName::Draining
        | PhaseName::Promoting
        | PhaseName::Aborting
        | PhaseName::Stuck => true,
    }
}

/// Without these the invariants could hold because nothing ever happens.
fn reached() -> Vec<Property<Protocol>> {
    vec![
        Property::sometimes("it fails over", |_, world: &World| is(world, PhaseName::FailedOver)),
        Property::sometimes("it fails over at the second attempt", |_, world: &World| {
            is(world, PhaseName::FailedOver) && world.facts.intended.1 > 1
        }),
        Property::sometimes("it is dismissed", |_, world: &World| {
            is(world, PhaseName::Watching) && world.conductors.iter().any(has_looked)
        }),
        Property::sometimes("it is held for a person", |_, world: &World| held(world) == Some(HeldReason::Undecided)),
        Property::sometimes("it is stuck", |_, world: &World| is(world, PhaseName::Stuck)),
        Property::sometimes("an ambiguous call is read back", |_, world: &World| {
            read_back(world).is_some_and(|call| call.known == Known::Unknown && call.polled_at.is_some())
        }),
        Property::sometimes("a call arrives that nobody has a reply to", |_, world: &World| {
            read_back(world).is_some_and(|call| call.known == Known::Unknown) && has_taken_a_call(world)
        }),
        Property::sometimes("a second conductor takes over from one that is gone", |_, world: &World| {
            world.record.caller() == Some(&run(GONE)) && world.conductors.iter().any(takes_over)
        }),
        Property::sometimes("a stale writer is about to be turned away", |_, world: &World| {
            world.conductors.iter().any(is_stale)
        }),
        Property::sometimes("a run is about to call too late", |_, world: &World| {
            world.conductors.iter().any(|conductor| is_late(conductor, world.now))
        }),
    ]
}

/// What only a person's word leads to.
fn reached_by_order() -> Vec<Property<Protocol>> {
    vec![
        Property::sometimes("it is aborted in time", |_, world: &World| {
            held(world) == Some(HeldReason::Aborted) && world.facts.intended.0 > 0
        }),
        Property::sometimes("it is aborted, and the call had arrived", |_, world: &World| {
            is(world, PhaseName::Aborting) && has_taken_a_call(world)
        }),
        Property::sometimes("a second epoch is opened", |_, world: &World| world.record.state().epoch.0 > 1),
    ]
}

/// What only somebody else's doing leads to.
fn reached_by_meddling() -> Vec<Property<Protocol>> {
    vec![
        Property::sometimes("somebody else's promotion holds it", |_, world: &World| {
            held(world) == Some(HeldReason::PromotedElsewhere)
        }),
        Property::sometimes(
            "somebody else's promotion is adopted",
            |_, world: &World| matches!(&world.record.state().phase, Phase::FailedOver(phase) if phase.promoted_by == PromotedBy::SomebodyElse),
        ),
    ]
}

fn is(world: &World, phase: PhaseName) -> bool {
    world.record.state().phase.name() == phase
}

fn held(world: &World) -> Option<HeldReason> {
    if let Phase::Held(held) = &world.record.state().phase { Some(held.reason) } else { None }
}

fn read_back(world: &World) -> Option<&ReadBack> {
    if let Phase::Promoting(promoting) = &world.record.state().phase
        && let Call::ReadBack(read_back) = &promoting.call
    {
        return Some(read_back);
    }
    None
}

fn has_taken_a_call(world: &World) -> bool {
    world.facts.taken.iter().any(|taken| *taken > 0)
}

/// While watching nobody looks: this one has begun under a suspicion.
fn has_looked(conductor: &Conductor) -> bool {
    matches!(conductor, Conductor::Performs(Duty::Look) | Conductor::Reports(Report::Looked { .. }))
}

/// Whether it is about to read back what another run intended.
fn takes_over(conductor: &Conductor) -> bool {
    let Conductor::Offers { offer, .. } = conductor else { return false };
    offer
        .next
        .as_ref()
        .is_some_and(|next| offer.fresh && next.state().phase.name() == PhaseName::Promoting && next.caller().is_none())
}

fn is_stale(conductor: &Conductor) -> bool {
    matches!(conductor, Conductor::Offers { offer, .. } if !offer.fresh)
}

fn is_late(conductor: &Conductor, now: Tick) -> bool {
    matches!(conductor, Conductor::Performs(Duty::Promote { not_after, .. }) if now >= *not_after)
}
