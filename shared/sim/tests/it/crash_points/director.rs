//! The director: counts the driver's calls, says at which one what goes wrong, and writes down what
//! came of them.

use super::invocation::Invocation;
use super::port::{Fault, Port};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};
use understudy_engine::{Application, Epoch, IncidentId};

/// One call of the driver: its place in the story, whose it was, and where it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) by: &'static str,
    pub(super) port: Port,
}

#[derive(Debug, Default)]
pub(super) struct Notes {
    pub(super) calls: Vec<Call>,
    /// How often a promote call was accepted.
    pub(super) accepted: BTreeMap<(Application, Epoch), u32>,
    pub(super) incidents: BTreeSet<(Application, IncidentId)>,
    /// What must never be.
    pub(super) harm: Vec<String>,
}

#[derive(Debug, Clone)]
pub(super) struct Director {
    fault: Option<(usize, Fault)>,
    notes: Arc<Mutex<Notes>>,
}

impl Director {
    pub(super) fn new(fault: Option<(usize, Fault)>) -> Self {
        Self { fault, notes: Arc::default() }
    }

    pub(super) fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap()
    }

    /// Takes note of a call, and says what goes wrong at it.
    pub(super) fn cue(&self, by: &Invocation, port: Port) -> Option<Fault> {
        let mut notes = self.notes();
        let index = notes.calls.len();
        notes.calls.push(Call { by: by.name(), port });
        self.fault.filter(|(at, _)| *at == index).map(|(_, fault)| fault)
    }

    /// Whether nothing has gone wrong yet.
    pub(super) fn is_undisturbed(&self) -> bool {
        let made = self.notes().calls.len();
        self.fault.is_none_or(|(at, _)| made <= at)
    }

    pub(super) fn harm(&self, what: String) {
        self.notes().harm.push(what);
    }
}
