//! What Terraform has to be told now. A failover changes what Terraform has made, and an apply must not change it back.

use super::decided::{Decided, Kind, Side};
use serde::Serialize;
use understudy_engine::{PhaseName, Policy};

/// One thing to do, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    pub when: &'static str,
    pub what: String,
    pub why: String,
}

pub(super) fn changes(standing: Option<PhaseName>, decisions: &[Decided], policy: &Policy) -> Vec<Change> {
    if standing.is_some_and(is_under_way) {
        return vec![Change {
            when: "now",
            what: "Apply nothing.".to_owned(),
            why: "A decision is being carried out: databases and their security groups are in motion.".to_owned(),
        }];
    }
    // One that was taken back has changed nothing; what stands then is the one before it.
    let Some(last) = decisions.iter().rev().find(|decision| decision.verified_at.is_some()) else {
        return Vec::new();
    };
    match last.kind {
        Kind::Failover | Kind::Adoption => swapped(last, policy, standing),
        Kind::Switchover => switched(last),
    }
}

fn is_under_way(standing: PhaseName) -> bool {
    match standing {
        PhaseName::Fencing
        | PhaseName::Draining
        | PhaseName::Promoting
        | PhaseName::Verifying
        | PhaseName::Shifting
        | PhaseName::Aborting
        | PhaseName::Stuck => true,
        PhaseName::Watching
        | PhaseName::Suspected
        | PhaseName::AwaitingApproval
        | PhaseName::AwaitingVeto
        | PhaseName::Held
        | PhaseName::FailedOver
        | PhaseName::Rebuilding
        | PhaseName::Rebuilt => false,
    }
}

fn region(side: Option<&Side>, otherwise: &str) -> String {
    side.map_or_else(|| otherwise.to_owned(), |side| side.region.to_string())
}

fn instance(side: Option<&Side>, otherwise: &str) -> String {
    let named = side.and_then(|side| side.instance.as_ref());
    named.map_or_else(|| otherwise.to_owned(), |instance| instance.as_str().to_owned())
}

/// The roles are swapped, and the old writer is left as it is.
fn swapped(last: &Decided, policy: &Policy, standing: Option<PhaseName>) -> Vec<Change> {
    let old = instance(last.from.as_ref(), "the old writer");
    let new = instance(last.to.as_ref(), "the new writer");
    let left = region(last.from.as_ref(), "the old Region");
    let mut changes = vec![
        Change {
            when: "before the next apply",
            what: format!(
                "Have `ignore_changes = [vpc_security_group_ids, replicate_source_db]` on both databases, {old} and {new}, and read the plan."
            ),
            why: "An apply must neither give a writer that was cut off its security groups back, nor name a source for what was promoted. The example does so.".to_owned(),
        },
        Change {
            when: "before the next apply",
            what: format!("If {old} was deleted, take it out of the state: `terraform state rm`."),
            why: "It would be made anew, and empty.".to_owned(),
        },
    ];
    if standing == Some(PhaseName::FailedOver) {
        changes.push(Change {
            when: "before a replica is rebuilt",
            what: format!(
                "List the new replica's ARN in {left} under `rebuild.replicas` of module `application`, with its parameter group, subnet group and key, and apply."
            ),
            why: "The conductor may create no other, and it never takes the old writer's name.".to_owned(),
        });
    }
    if standing != Some(PhaseName::Watching) {
        changes.push(Change {
            when: "before the switchover home",
            what: format!(
                "Put the rebuilt replica's endpoint in the place of the old writer's, under `database.endpoints` of module `traffic` for {left}, and apply."
            ),
            why: format!(
                "It has another name than {old}. While {left} is latched that record leads nobody anywhere; from the switchover on it leads to the writer."
            ),
        });
    }
    changes.extend(named_otherwise(last, policy).then(|| renamed(last)));
    changes
}

fn renamed(last: &Decided) -> Change {
    let new = instance(last.to.as_ref(), "the new writer");
    let here = region(last.to.as_ref(), "the new Region");
    Change {
        when: "to stay, instead of switching home",
        what: format!(
            "Once a replica is rebuilt, name the present pair in the application file (`regions.primary = \"{here}\"`, `database.writer = \"{new}\"`, the rebuilt one as `database.replica`, and the voters that watch it), validate and show it again, apply, and run `policy_command`."
        ),
        why: ROLES.to_owned(),
    }
}

const ROLES: &str =
    "Until the stored policy names the present writer no failover is decided: the rule is called roles.";

/// Home again, but by a writer of another name.
fn switched(last: &Decided) -> Vec<Change> {
    let (here, left) = (region(last.to.as_ref(), "its Region"), region(last.from.as_ref(), "the other Region"));
    vec![
        Change {
            when: "before the next apply",
            what: format!("Read the plan: the writer in {here} is the rebuilt replica, which the conductor has made."),
            why: "What Terraform made there first is not what clients use.".to_owned(),
        },
        Change {
            when: "once a replica is rebuilt",
            what: format!(
                "Name the present pair in the application file (`database.writer` in {here}, `database.replica` in {left}), validate and show it again, apply, and run `policy_command`."
            ),
            why: ROLES.to_owned(),
        },
    ]
}

fn named_otherwise(last: &Decided, policy: &Policy) -> bool {
    last.to.as_ref().and_then(|to| to.instance.as_ref()) != Some(&policy.database.writer)
}
