use super::*;
use crate::drill::{Breadth, DrillOptions, Script};
use jiff::SignedDuration;
use understudy_engine::{DbInstanceArn, Mode};

const EAST: &str = "us-east-1";
const WEST: &str = "us-west-2";

struct Scene {
    world: World,
    orders: Application,
}

impl Scene {
    fn new() -> Self {
        let options = DrillOptions { script: Script::RegionLoss, mode: Mode::Auto, breadth: Breadth::Two };
        let orders = Application::new(&options).unwrap();
        let world = World::new("2026-03-01T03:00:00Z".parse().unwrap());
        orders.set_up(&world).unwrap();
        Self { world, orders }
    }

    fn ground(&self) -> Ground {
        Ground::of(&self.world, &self.orders).unwrap()
    }

    fn serves(&self, code: &str) -> (Outcome, Outcome) {
        let (ground, region) = (self.ground(), region(code));
        (ground.serves(&region, Use::Read), ground.serves(&region, Use::Write))
    }

    fn seconds_ago(&self, seconds: i64) -> Option<Timestamp> {
        Some(self.world.now() - SignedDuration::from_secs(seconds))
    }

    fn change(&self, arn: &DbInstanceArn, change: impl FnOnce(&mut crate::database::SimDatabase)) {
        change(self.world.lock().databases.get_mut(arn).unwrap());
    }

    fn writer(&self) -> &DbInstanceArn {
        &self.orders.policy.database.writer
    }
}

fn region(code: &str) -> Region {
    code.parse().unwrap()
}

#[tokio::test(start_paused = true)]
async fn the_writer_takes_writes_and_the_replica_is_read() {
    let scene = Scene::new();
    assert_eq!(scene.serves(EAST), (Outcome::Served, Outcome::Served));
    assert_eq!(scene.serves(WEST), (Outcome::Served, Outcome::Refused));
}

#[tokio::test(start_paused = true)]
async fn a_lost_region_answers_nobody() {
    let scene = Scene::new();
    scene.world.kill_region(&region(EAST));
    assert_eq!(scene.serves(EAST), (Outcome::NoAnswer, Outcome::NoAnswer));
    assert!(!scene.ground().gates.contains(&region(EAST)), "nor does its gate");
}

#[tokio::test(start_paused = true)]
async fn a_lost_gate_takes_nothing_else_with_it() {
    let scene = Scene::new();
    scene.world.lock().lost_gates.insert(region(WEST));
    let ground = scene.ground();
    assert_eq!(ground.gates, ["us-east-1", "us-east-2"].map(region).into());
    assert!(ground.alive.contains(&region(WEST)));
}

#[tokio::test(start_paused = true)]
async fn a_database_that_restarts_refuses_reads_and_writes() {
    let scene = Scene::new();
    let restarted_at = scene.seconds_ago(10);
    scene.change(scene.writer(), |writer| writer.restarted_at = restarted_at);
    assert_eq!(scene.serves(EAST), (Outcome::Refused, Outcome::Refused));
}

#[tokio::test(start_paused = true)]
async fn a_database_that_is_cut_off_refuses_reads_and_writes() {
    let scene = Scene::new();
    let group = scene.orders.policy.fence_group(&region(EAST)).unwrap().clone();
    let regrouped_at = scene.seconds_ago(60);
    scene.change(scene.writer(), |writer| {
        (writer.groups, writer.regrouped_at) = (BTreeSet::from([group]), regrouped_at);
    });
    assert_eq!(scene.serves(EAST), (Outcome::Refused, Outcome::Refused));
}

#[tokio::test(start_paused = true)]
async fn what_is_written_to_the_old_writer_after_a_promotion_goes_astray() {
    let scene = Scene::new();
    let promoted_at = scene.seconds_ago(900);
    scene.change(&scene.orders.policy.database.replica, |replica| replica.promoted_at = promoted_at);
    assert_eq!(scene.serves(WEST), (Outcome::Served, Outcome::Served));
    assert_eq!(scene.serves(EAST), (Outcome::Served, Outcome::Stray));
}
