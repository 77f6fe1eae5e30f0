//! What a well-formed policy can still get wrong: every fault at once, each with its mend.

mod dependencies;
mod fence;
mod levers;
mod probes;
mod ranges;
mod traffic;
mod voters;
mod windows;

use super::{Mode, Policy};
use std::collections::BTreeSet;

/// Whether a policy with this fault may decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The policy is refused.
    Error,
    /// The policy works, and is likely not what its author wants.
    Warning,
}

/// One thing wrong with a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub severity: Severity,
    /// Path of the field to change, such as `windows.sustain_seconds`.
    pub field: String,
    /// What stands there now.
    pub value: String,
    pub problem: String,
    pub mend: String,
    /// Paths of the fields that contradict each other, `field` among them.
    pub involves: Vec<String>,
}

struct Faults(Vec<Fault>);

impl Faults {
    fn add(&mut self, severity: Severity, involves: &[&str], value: impl ToString, problem: &str, mend: &str) {
        self.0.push(Fault {
            severity,
            field: involves.first().copied().unwrap_or_default().to_owned(),
            value: value.to_string(),
            problem: problem.to_owned(),
            mend: mend.to_owned(),
            involves: involves.iter().map(|&path| path.to_owned()).collect(),
        });
    }

    fn error(&mut self, involves: &[&str], value: impl ToString, problem: &str, mend: &str) {
        self.add(Severity::Error, involves, value, problem, mend);
    }

    fn warning(&mut self, involves: &[&str], value: impl ToString, problem: &str, mend: &str) {
        self.add(Severity::Warning, involves, value, problem, mend);
    }
}

impl Policy {
    /// Everything wrong with this policy, in the order of the file.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Faults(Vec::new());
        self.mode_faults(&mut faults);
        ranges::check(self, &mut faults);
        self.region_faults(&mut faults);
        self.database_faults(&mut faults);
        voters::check(self, &mut faults);
        probes::check(self, &mut faults);
        windows::check(self, &mut faults);
        self.approval_faults(&mut faults);
        fence::check(self, &mut faults);
        traffic::check(self, &mut faults);
        levers::check(self, &mut faults);
        dependencies::check(self, &mut faults);
        voters::check_storm(self, &mut faults);
        self.notification_faults(&mut faults);
        faults.0
    }

    /// Whether a policy may decide at all.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.faults().iter().all(|fault| fault.severity == Severity::Warning)
    }

    fn mode_faults(&self, faults: &mut Faults) {
        if self.schema != super::POLICY_SCHEMA {
            faults.error(&["schema"], self.schema, "this release reads schema 1 only", "write schema = 1");
        }
        let regions = voters::observed_from(self);
        if self.mode == Mode::Auto && regions.len() < 3 {
            faults.error(
                &["mode", "voters"],
                self.mode,
                "auto needs voters of the primary Region in at least three Regions",
                "add a voter in a third Region, or use mode approve",
            );
        }
    }

    fn region_faults(&self, faults: &mut Faults) {
        let regions = &self.regions;
        if regions.primary == regions.standby {
            faults.error(
                &["regions.standby", "regions.primary"],
                &regions.standby,
                "the standby Region is the primary Region",
                "name the Region that holds the replica",
            );
        }
        if let Some(witness) = &regions.witness
            && (*witness == regions.primary || *witness == regions.standby)
        {
            faults.error(
                &["regions.witness", "regions.primary", "regions.standby"],
                witness,
                "the witness Region is the primary or the standby Region",
                "name a third Region, or leave the witness out",
            );
        }
    }

    fn database_faults(&self, faults: &mut Faults) {
        let database = &self.database;
        if database.writer.region() != self.regions.primary {
            faults.error(
                &["database.writer", "regions.primary"],
                &database.writer,
                "the writer is not in the primary Region",
                "name the writer's own Region as regions.primary, or the right instance here",
            );
        }
        if database.replica.region() != self.regions.standby {
            faults.error(
                &["database.replica", "regions.standby"],
                &database.replica,
                "the replica is not in the standby Region",
                "name the replica's own Region as regions.standby, or the right instance here",
            );
        }
        if database.replica.account() != database.writer.account() {
            faults.error(
                &["database.replica", "database.writer"],
                &database.replica,
                "the replica is in another account than the writer",
                "name a replica in the writer's account",
            );
        }
    }

    fn approval_faults(&self, faults: &mut Faults) {
        let Some(rule) = &self.approval else {
            if self.mode == Mode::Approve {
                faults.error(
                    &["approval", "mode"],
                    "nothing",
                    "mode approve has nobody to ask",
                    "add [approval] with needed and approvers, or use another mode",
                );
            }
            return;
        };
        let people: BTreeSet<_> = rule.approvers.iter().collect();
        if people.len() < rule.approvers.len() {
            faults.error(
                &["approval.approvers"],
                format!("{} identities", rule.approvers.len()),
                "an approver is named twice",
                "name each approver once",
            );
        }
        if usize::try_from(rule.needed).unwrap_or(usize::MAX) > people.len() {
            faults.error(
                &["approval.needed", "approval.approvers"],
                rule.needed,
                &format!("only {} approvers are named, so it can never be approved", people.len()),
                "lower needed, or name more approvers",
            );
        }
    }

    fn notification_faults(&self, faults: &mut Faults) {
        if self.notification.topic.region() == self.regions.primary {
            faults.error(
                &["notification.topic", "regions.primary"],
                &self.notification.topic,
                "the topic is in the primary Region and would be lost with it",
                "use a topic in the standby or the witness Region",
            );
        }
    }
}
