//! The policies of a world: sound ones, with small windows so that little time shows much.

use crate::swarm::draw::Draw;
use crate::swarm::plan::{PRIMARY, STANDBY, WITNESS};
use std::collections::BTreeMap;
use std::str::FromStr;
use understudy_engine::{
    AlarmArn, Application, ApprovalRule, Database, DbInstanceArn, EvidenceClass, FenceRule, Mode, Notification, Person,
    Policy, Quorum, Region, Regions, Seconds, SecurityGroup, Source, Storm, Subject, TopicArn, Voter, VoterName,
    Windows,
};

const ACCOUNT: &str = "111122223333";
const APPLICATIONS: [&str; 4] = ["orders", "billing", "search", "users"];
const REGIONS: [&str; 3] = ["us-east-1", "us-west-2", "us-east-2"];

/// The names of one application's things.
#[derive(Debug, Clone)]
pub(in crate::swarm) struct Names {
    pub(in crate::swarm) application: Application,
    pub(in crate::swarm) writer: DbInstanceArn,
    pub(in crate::swarm) replica: DbInstanceArn,
    topic: TopicArn,
}

/// A name that is written in this file, and therefore is one.
#[expect(clippy::panic, reason = "the text is a constant of this module or made of such constants")]
fn named<T: FromStr>(text: &str) -> T {
    match text.parse() {
        Ok(name) => name,
        Err(_) => panic!("{text} is no name"),
    }
}

impl Names {
    pub(super) fn new(index: usize, regions: &[Region; 3]) -> Self {
        let name = APPLICATIONS[index % APPLICATIONS.len()];
        let topic = format!("arn:aws:sns:{}:{ACCOUNT}:{name}", regions[WITNESS]);
        Self {
            application: named(name),
            writer: Self::database(name, 0, &regions[PRIMARY]),
            replica: Self::database(name, 1, &regions[STANDBY]),
            topic: named(&topic),
        }
    }

    /// The application's database of this number.
    fn database(name: &str, number: usize, region: &Region) -> DbInstanceArn {
        named(&format!("arn:aws:rds:{region}:{ACCOUNT}:db:{name}-{number}"))
    }

    /// A name for another replica.
    pub(in crate::swarm) fn another(&self, number: usize, region: &Region) -> DbInstanceArn {
        Self::database(self.application.as_str(), number, region)
    }
}

pub(in crate::swarm) fn person(number: usize) -> Person {
    named(["ada", "ben", "cleo", "dan"][number % 4])
}

pub(in crate::swarm) fn stranger() -> Person {
    named("mallory")
}

pub(super) fn regions(draw: &mut Draw) -> [Region; 3] {
    let first = draw.below(3);
    let second = (first + 1 + draw.below(2)) % 3;
    let third = 3 - first - second;
    [first, second, third].map(|index| named(REGIONS[index]))
}

pub(super) fn draw(draw: &mut Draw, names: &Names, regions: &[Region; 3]) -> Policy {
    let voters = voters(draw, names, regions);
    let electorate = voters.iter().filter(|voter| voter.watches == Subject::Primary).count();
    let majority = u32::try_from(electorate / 2 + 1).unwrap_or(2).max(2);
    let region_voters =
        if draw.chance(250) { voters.iter().take(2).map(|voter| voter.name.clone()).collect() } else { Vec::new() };
    Policy {
        schema: 1,
        application: names.application.clone(),
        mode: draw.one_of([
            Mode::Observe,
            Mode::Approve,
            Mode::Approve,
            Mode::Auto,
            Mode::Auto,
            Mode::Auto,
            Mode::Auto,
        ]),
        regions: Regions {
            primary: regions[PRIMARY].clone(),
            standby: regions[STANDBY].clone(),
            witness: Some(regions[WITNESS].clone()),
        },
        database: Database {
            writer: names.writer.clone(),
            replica: names.replica.clone(),
            lag_max_seconds: Seconds(draw.seconds(5, 60)),
        },
        quorum: Quorum { needed: majority, flaps_max: draw.seconds(1, 4) },
        voters,
        probes: None,
        windows: windows(draw),
        approval: Some(ApprovalRule {
            needed: draw.seconds(1, 2),
            approvers: (0..draw.below(2) + 2).map(person).collect(),
            expires_seconds: Seconds(draw.seconds(60, 400)),
        }),
        fence: draw.chance(700).then(|| fence(regions)),
        traffic: None,
        dependencies: None,
        storm: Storm { promotes_per_hour: draw.seconds(1, 2), priority: draw.seconds(1, 3), region_voters },
        notification: Notification { topic: names.topic.clone() },
    }
}

fn fence(regions: &[Region; 3]) -> FenceRule {
    let group = |index: usize| -> SecurityGroup { named(["sg-0000000a", "sg-0000000b", "sg-0000000c"][index]) };
    FenceRule {
        security_groups: BTreeMap::from([PRIMARY, STANDBY].map(|place| (regions[place].clone(), group(place)))),
    }
}

/// The group that a database has of its own.
pub(in crate::swarm) fn own_group() -> SecurityGroup {
    named("sg-000000aa")
}

/// Three voters see to it that a decision is possible at all; the others are as they come.
fn voters(draw: &mut Draw, names: &Names, regions: &[Region; 3]) -> Vec<Voter> {
    use EvidenceClass::{DataPath, Infrastructure, Replication};
    let mut described = vec![
        (DataPath, Subject::Primary, WITNESS),
        (Replication, Subject::Primary, STANDBY),
        (draw.one_of([DataPath, Infrastructure]), Subject::Primary, draw.one_of([PRIMARY, STANDBY, WITNESS])),
    ];
    for _ in 0..draw.one_of([0, 0, 1, 1, 2, 3]) {
        let class = draw.one_of([DataPath, Infrastructure, Infrastructure, Replication]);
        described.push((class, Subject::Primary, draw.one_of([PRIMARY, STANDBY, WITNESS])));
    }
    if described.iter().all(|(_, _, place)| *place != PRIMARY) {
        described.push((Infrastructure, Subject::Primary, PRIMARY));
    }
    if draw.chance(300) {
        described.push((DataPath, Subject::Standby, WITNESS));
    }
    if draw.chance(200) {
        described.push((DataPath, Subject::Canary, draw.one_of([STANDBY, WITNESS])));
    }
    let voter = |(index, (class, watches, place)): (usize, (EvidenceClass, Subject, usize))| {
        let application = &names.application;
        let arn = format!("arn:aws:cloudwatch:{}:{ACCOUNT}:alarm:{application}-v{index}", regions[place]);
        let name: VoterName = named(&format!("v{index}"));
        Voter { name, class, watches, source: Source::Alarm(named::<AlarmArn>(&arn)) }
    };
    described.into_iter().enumerate().map(voter).collect()
}

fn windows(draw: &mut Draw) -> Windows {
    let look = draw.seconds(15, 50);
    let age = look + draw.seconds(10, 70);
    let skew = draw.one_of([5, 15, 30]);
    let sustain = age + skew + draw.seconds(0, 90);
    let settle = if draw.chance(900) { skew + 10 + draw.seconds(0, 30) } else { draw.seconds(5, 20) };
    Windows {
        sustain_seconds: Seconds(sustain),
        vote_max_age_seconds: Seconds(age),
        skew_seconds: Seconds(skew),
        patrol_seconds: Seconds(draw.seconds(60, 150)),
        look_seconds: Seconds(look),
        undecided_seconds: Seconds(sustain + draw.seconds(60, 400)),
        call_seconds: Seconds(draw.seconds(5, 30)),
        settle_seconds: Seconds(settle),
        poll_seconds: Seconds(draw.seconds(8, 25)),
        promote_seconds: Seconds(draw.seconds(150, 700)),
        verify_seconds: Seconds(draw.seconds(100, 700)),
        shift_seconds: Seconds(draw.seconds(0, 100)),
        veto_seconds: Seconds(draw.one_of([0, 0, 0, 30, 90, 200])),
        fence_seconds: Seconds(draw.one_of([0, 10, 30, 90, 150])),
        flap_seconds: Seconds(draw.seconds(200, 1200)),
        remind_seconds: Seconds(draw.seconds(60, 900)),
        rebuild_seconds: Seconds(draw.seconds(120, 900)),
        drain_seconds: Seconds(draw.seconds(60, 500)),
        cooldown_seconds: Seconds(draw.seconds(60, 1500)),
    }
}

/// Another policy of the same application: what a person may change in the middle of things. `another` is a
/// second replica of the writer.
pub(in crate::swarm) fn changed(draw: &mut Draw, policy: &Policy, another: &DbInstanceArn) -> Policy {
    let mut next = policy.clone();
    match draw.below(8) {
        0 => next.mode = draw.one_of([Mode::Observe, Mode::Approve, Mode::Auto]),
        1 => next.windows = windows(draw),
        2 => next.quorum.needed = (next.quorum.needed + 1).min(u32::try_from(next.electorate().count()).unwrap_or(2)),
        3 => next.windows.veto_seconds = Seconds(draw.one_of([0, 60])),
        4 => next.fence = None,
        5 => next.storm.promotes_per_hour = draw.seconds(1, 3),
        6 if another.region() == next.regions.standby => next.database.replica = another.clone(),
        _ => {
            if let Some(rule) = &mut next.approval {
                rule.approvers.rotate_left(1);
                rule.approvers.truncate(2);
            }
        }
    }
    next
}

/// The policy with the roles of after a failover.
pub(in crate::swarm) fn swapped(policy: &Policy, writer: &DbInstanceArn, replica: &DbInstanceArn) -> Policy {
    let mut next = policy.clone();
    next.regions.primary = writer.region();
    next.regions.standby = replica.region();
    next.database.writer = writer.clone();
    next.database.replica = replica.clone();
    next
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::swarm::plan::Plan;

    #[test]
    fn every_drawn_policy_is_sound_and_so_is_every_change_of_it() {
        for seed in 0..300 {
            for application in Plan::new(seed).applications {
                let policy = &application.policy;
                let faults = |policy: &Policy| policy.is_sound().then_some(()).ok_or_else(|| policy.faults());
                assert_eq!(faults(policy), Ok(()), "seed {seed}");
                let swapped = swapped(policy, &application.names.replica, &application.names.writer);
                let mut draw = Draw::new(seed);
                assert_eq!(faults(&swapped), Ok(()), "seed {seed}");
                assert_eq!(faults(&changed(&mut draw, policy, &application.names.replica)), Ok(()), "seed {seed}");
            }
        }
    }
}
