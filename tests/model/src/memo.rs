//! What the engine has already answered. It is pure, and the same few thousand records are met in
//! millions of worlds.

use crate::act::Said;
use crate::bounds::Tick;
use crate::conductor::Report;
use crate::fingerprint::fingerprint;
use crate::record::Record;
use crate::world::Word;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::RwLock;

/// Answers by what was asked.
#[derive(Debug)]
pub(crate) struct Memo {
    known: RwLock<HashMap<u64, Record>>,
}

/// A step, as far as it depends on anything.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Asked {
    pub(crate) record: u64,
    pub(crate) votes: [Option<Word>; 3],
    pub(crate) cause: Cause,
    pub(crate) now: Tick,
}

/// What makes a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Cause {
    Tick { conductor: usize },
    Report(Report),
    Said(Said),
}

impl Memo {
    pub(crate) fn new() -> Self {
        Self { known: RwLock::new(HashMap::new()) }
    }

    pub(crate) fn get(&self, asked: &impl Hash, answer: impl FnOnce() -> Record) -> Record {
        let key = fingerprint(asked);
        let known = self.known.read().expect("no thread has panicked").get(&key).cloned();
        known.unwrap_or_else(|| {
            let answer = answer();
            self.known.write().expect("no thread has panicked").insert(key, answer.clone());
            answer
        })
    }
}
