//! What a well-formed policy can still get wrong: every fault at once, each with its mend.

mod ranges;

use super::{EvidenceClass, Mode, Policy};
use crate::name::Region;
use std::collections::{BTreeMap, BTreeSet};

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
        self.quorum_faults(&mut faults);
        self.voter_faults(&mut faults);
        self.window_faults(&mut faults);
        self.storm_faults(&mut faults);
        self.approval_faults(&mut faults);
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
        let regions: BTreeSet<Region> = self.electorate().map(|voter| voter.source.region()).collect();
        if self.mode == Mode::Auto && regions.len() < 3 {
            faults.error(
                &["mode", "voters"],
                self.mode,
                "auto needs voters in at least three Regions",
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

    fn quorum_faults(&self, faults: &mut Faults) {
        let configured = u32::try_from(self.electorate().count()).unwrap_or(u32::MAX);
        let needed = self.quorum.needed;
        let involves = ["quorum.needed", "voters"];
        if needed > configured {
            faults.error(
                &involves,
                needed,
                &format!("only {configured} voters that watch the primary Region are configured, so the quorum can never be reached"),
                "lower the quorum, or add voters",
            );
        } else if u64::from(needed) * 2 <= u64::from(configured) {
            faults.warning(
                &involves,
                needed,
                &format!("{needed} of {configured} voters is no majority"),
                &format!("write at least {}", configured / 2 + 1),
            );
        }
    }

    fn voter_faults(&self, faults: &mut Faults) {
        if self.voters.len() > super::VOTERS_MAX {
            let mend = format!("keep the best {}", super::VOTERS_MAX);
            faults.error(&["voters"], self.voters.len(), "there are too many voters for one record", &mend);
        }
        self.identity_faults(faults);
        self.diversity_faults(faults);
    }

    fn identity_faults(&self, faults: &mut Faults) {
        let mut names = BTreeMap::new();
        let mut sources = BTreeMap::new();
        for (index, voter) in self.voters.iter().enumerate() {
            let name_path = format!("voters[{index}].name");
            if let Some(first) = names.insert(&voter.name, index) {
                let problem = format!("voters[{first}] has this name too");
                let other = format!("voters[{first}].name");
                faults.error(&[&name_path, &other], &voter.name, &problem, "give each voter a name of its own");
            }
            let source_path = format!("voters[{index}].source");
            let super::Source::Alarm(arn) = &voter.source;
            if arn.account() != self.database.writer.account() {
                faults.error(
                    &[&source_path, "database.writer"],
                    arn,
                    "the alarm is in another account than the writer, where it can not be read again",
                    "name an alarm of the writer's account; one there can watch a metric of another account",
                );
            }
            if let Some(first) = sources.insert(&voter.source, index) {
                let problem = format!("voters[{first}] has this source too: one source has one vote");
                let other = format!("voters[{first}].source");
                faults.error(&[&source_path, &other], arn, &problem, "remove one of the two voters");
            }
        }
    }

    fn diversity_faults(&self, faults: &mut Faults) {
        let classes: BTreeSet<EvidenceClass> = self.electorate().map(|voter| voter.class).collect();
        if classes.len() < 2 {
            let value = classes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            faults.error(
                &["voters"],
                value,
                "all voters have one evidence class, and a decision needs two",
                "add a voter of another class",
            );
        }
        let outside = |voter: &super::Voter| {
            let region = voter.source.region();
            region != self.regions.primary && region != self.regions.standby
        };
        if !self.electorate().any(outside) {
            faults.error(
                &["voters", "regions.primary", "regions.standby"],
                format!("{} voters", self.electorate().count()),
                "no voter is outside both the primary and the standby Region, and a decision needs one",
                "add a voter in a third Region",
            );
        }
    }

    fn window_faults(&self, faults: &mut Faults) {
        let windows = &self.windows;
        // A vote may be dated ahead by the skew, and then counts for that much longer.
        let unrenewed = windows.vote_max_age_seconds.0.saturating_add(windows.skew_seconds.0);
        if windows.sustain_seconds.0 < unrenewed {
            faults.error(
                &["windows.sustain_seconds", "windows.vote_max_age_seconds", "windows.skew_seconds"],
                windows.sustain_seconds.0,
                "Down would count as sustained on votes that were never renewed",
                &format!("write at least windows.vote_max_age_seconds + windows.skew_seconds ({unrenewed})"),
            );
        }
        if windows.look_seconds >= windows.vote_max_age_seconds {
            faults.error(
                &["windows.look_seconds", "windows.vote_max_age_seconds"],
                windows.look_seconds.0,
                "votes would go stale before they are read again",
                &format!(
                    "write less than windows.vote_max_age_seconds ({}), best a third of it",
                    windows.vote_max_age_seconds.0
                ),
            );
        }
        if windows.undecided_seconds <= windows.sustain_seconds {
            faults.error(
                &["windows.undecided_seconds", "windows.sustain_seconds"],
                windows.undecided_seconds.0,
                "a person would be called before Down can be sustained",
                &format!("write more than windows.sustain_seconds ({})", windows.sustain_seconds.0),
            );
        }
        if windows.settle_seconds.0 < windows.skew_seconds.0.saturating_add(10) {
            faults.warning(
                &["windows.settle_seconds", "windows.skew_seconds"],
                windows.settle_seconds.0,
                "a promote call may be in flight for 10 s, by clocks that differ by the skew, and look as if it never arrived",
                &format!("write at least windows.skew_seconds + 10 ({})", windows.skew_seconds.0.saturating_add(10)),
            );
        }
        if windows.sustain_seconds.0 < 120 {
            faults.warning(
                &["windows.sustain_seconds"],
                windows.sustain_seconds.0,
                "a Multi-AZ failover inside the Region takes 60 to 120 s and would be mistaken for the loss of the Region",
                "write 180 unless the writer is not Multi-AZ",
            );
        }
    }

    fn storm_faults(&self, faults: &mut Faults) {
        for (index, name) in self.storm.region_voters.iter().enumerate() {
            if !self.electorate().any(|voter| voter.name == *name) {
                faults.error(
                    &[&format!("storm.region_voters[{index}]"), "voters"],
                    name,
                    "no voter of this name watches the primary Region, so they can never all say Down",
                    "name a configured voter that watches the primary Region",
                );
            }
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
