//! One world for all that cannot be told apart. Each change here is one that no later step, by anybody
//! who may still come, can notice; `floor` is the earliest time at which any step can still be taken.

use crate::bounds::{LOOK, POLL, RUNS, SUSTAIN, Tick, VOTE_MAX_AGE, at, begin, tick};
use crate::conductor::{Conductor, Offer, Report};
use crate::fingerprint::fingerprint;
use crate::memo::Memo;
use crate::record::Record;
use crate::world::{Word, World};
use jiff::Timestamp;
use understudy_engine::{Call, Phase, State, Suspicion};

impl World {
    /// The world that stands for this one.
    pub(crate) fn canonical(mut self, aged: &Memo) -> Self {
        let floor = self.floor();
        // What a person has stopped is let go only once nobody's last word is Down, however old it is.
        let lasting = self.orders > 0 || self.record.is_stopped();
        for word in &mut self.votes {
            let stale = word.is_some_and(|word| word.at + VOTE_MAX_AGE < floor);
            *word = word
                .filter(|word| !stale || (lasting && word.down))
                .map(|word| Word { at: word.at.max(floor.saturating_sub(VOTE_MAX_AGE + 1)), ..word });
        }
        self.record = aged.get(&(&self.record, floor), || self.record.since(floor));
        for conductor in &mut self.conductors {
            if let Conductor::Offers { offer: Offer { next: Some(next), .. }, .. } = conductor {
                *next = aged.get(&(&*next, floor), || next.since(floor));
            }
        }
        if self.record.caller().is_none() && self.conductors[0] == self.conductors[1] {
            return self;
        }
        let mirrored = self.mirrored();
        if fingerprint(&mirrored) < fingerprint(&self) { mirrored } else { self }
    }

    fn floor(&self) -> Tick {
        let times = self.conductors.iter().filter_map(|conductor| match conductor {
            Conductor::Reports(report) | Conductor::Offers { report: Some(report), .. } => Report::at(*report),
            Conductor::Offers { report: None, stepped_at, offer } => offer.next.as_ref().map(|_| *stepped_at),
            Conductor::Ready | Conductor::Performs(_) => None,
        });
        times.min().unwrap_or(self.now).min(self.now)
    }

    /// The same world with the two conductors' names exchanged.
    fn mirrored(&self) -> Self {
        let mut world = self.clone();
        world.conductors.swap(0, 1);
        if let Some(record) = world.record.mirrored() {
            world.record = record;
        }
        for conductor in &mut world.conductors {
            if let Conductor::Offers { offer: Offer { next: Some(next), .. }, .. } = conductor
                && let Some(mirrored) = next.mirrored()
            {
                *next = mirrored;
            }
        }
        world
    }
}

impl Record {
    fn mirrored(&self) -> Option<Self> {
        let caller = self.caller()?.as_str();
        let index = RUNS.iter().position(|run| *run == caller)?;
        self.renamed(caller, RUNS[1 - index])
    }

    /// The record with every time that is long past at `floor` set to one that is just as past.
    fn since(&self, floor: Tick) -> Self {
        let mut state = self.state().clone();
        forget(&mut state, floor);
        Self::new(state).numbered(self.revision)
    }
}

/// Moves a time that is longer ago than `age` to just as long ago.
fn age(time: &mut Timestamp, age: Tick, floor: Tick) {
    *time = at(tick(*time).max(floor.saturating_sub(age)));
}

fn forget(state: &mut State, floor: Tick) {
    if let Some(looked_at) = &mut state.looked_at {
        age(looked_at, LOOK, floor);
    }
    if let Some(cooldown) = &mut state.cooldown
        && tick(cooldown.until) <= floor
    {
        cooldown.until = begin();
    }
    let polled_at = match &mut state.phase {
        Phase::Suspected(phase) => return doubt(&mut phase.suspicion, floor),
        Phase::AwaitingApproval(phase) => return doubt(&mut phase.suspicion, floor),
        Phase::AwaitingVeto(phase) => return doubt(&mut phase.suspicion, floor),
        Phase::Held(phase) => return doubt(&mut phase.suspicion, floor),
        Phase::Promoting(phase) => match &mut phase.call {
            Call::Intended { .. } => return,
            Call::ReadBack(read_back) => &mut read_back.polled_at,
        },
        Phase::Verifying(phase) => &mut phase.polled_at,
        Phase::Aborting(phase) => &mut phase.polled_at,
        Phase::Stuck(phase) => &mut phase.polled_at,
        Phase::Watching
        | Phase::Fencing(_)
        | Phase::Draining(_)
        | Phase::Shifting(_)
        | Phase::FailedOver(_)
        | Phase::Rebuilding(_)
        | Phase::Rebuilt(_) => return,
    };
    if let Some(polled_at) = polled_at {
        age(polled_at, POLL, floor);
    }
}

fn doubt(suspicion: &mut Suspicion, floor: Tick) {
    age(&mut suspicion.confirmed_at, VOTE_MAX_AGE + 1, floor);
    if let Some(since) = &mut suspicion.down_since {
        age(since, SUSTAIN, floor);
    }
    let seen = suspicion.candidate.take();
    suspicion.candidate = seen.filter(|seen| tick(seen.at) + VOTE_MAX_AGE >= floor);
}
