//! Where the timelines come from.

use std::sync::LazyLock;
use understudy_driver::{IncidentItem, genesis};
use understudy_engine::{Entry, Mode, Policy, Seq};
use understudy_sim::{Breadth, DrillOptions, DrillReport, Rehearsal, SHIPPED, Scenario, Script, replay};

/// An incident's items, and what was decided by.
#[derive(Debug, Clone)]
pub(crate) struct Recorded {
    pub(crate) name: String,
    pub(crate) items: Vec<IncidentItem>,
    pub(crate) policy: Policy,
}

pub(crate) fn drill(script: Script, mode: Mode) -> DrillReport {
    let rehearsal = Rehearsal::new(DrillOptions { script, mode, breadth: Breadth::Two }).unwrap();
    rehearsal.play(&mut |_, _| {}).unwrap()
}

impl Recorded {
    pub(crate) fn of_drill(script: Script, mode: Mode) -> Self {
        let DrillReport { incident, policy, .. } = drill(script, mode);
        Self { name: script.name().to_owned(), items: incident, policy }
    }

    /// Each incident of each application of a scenario.
    pub(crate) fn of_scenario(name: &str) -> Vec<Self> {
        Self::of_text(name, SHIPPED.iter().find(|shipped| shipped.name == name).unwrap().text)
    }

    /// A failover whose fence had the time that it takes: none of the shipped ones has.
    pub(crate) fn fenced_in_time() -> Self {
        Self::of_text("fenced-in-time", include_str!("../fenced-in-time.toml")).remove(0)
    }

    /// The record as it would be with other entries in it, numbered and chained anew.
    pub(crate) fn rewritten(&self, change: impl FnOnce(&mut Vec<Entry>)) -> Self {
        let mut entries: Vec<Entry> =
            self.items.iter().map(|item| serde_json::from_str(&item.entry).unwrap()).collect();
        change(&mut entries);
        let (mut previous, mut items) = (genesis(), Vec::new());
        for (mut entry, number) in entries.into_iter().zip(1..) {
            entry.id.seq = Seq(number);
            let item = IncidentItem::new(&self.policy.application, &entry, &previous).unwrap();
            previous = item.hash.clone();
            items.push(item);
        }
        Self { items, ..self.clone() }
    }

    fn of_text(name: &str, text: &str) -> Vec<Self> {
        let scenario = Scenario::read(text, &|_| Err("no file".to_owned())).unwrap();
        let replay = replay(name, &scenario).unwrap();
        let of_one = |one: &[IncidentItem]| {
            let policy = scenario.policies().iter().find(|policy| policy.application == one[0].application).unwrap();
            Self { name: name.to_owned(), items: one.to_vec(), policy: policy.clone() }
        };
        let same =
            |a: &IncidentItem, b: &IncidentItem| a.application == b.application && a.id.incident == b.id.incident;
        replay.incidents.chunk_by(same).map(of_one).collect()
    }
}

/// Every incident of every shipped scenario, played once.
pub(crate) static ALL: LazyLock<Vec<Recorded>> =
    LazyLock::new(|| SHIPPED.iter().flat_map(|shipped| Recorded::of_scenario(shipped.name)).collect());
