//! Route 53's checkers: each asks on its own schedule, and says what it saw to the zone that is answered from.

use crate::fetch::{Patience, fetch};
use crate::scene::Scene;
use hyper::Method;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use understudy_engine::Application;
use understudy_sim::dns::{Round, Target, Watch};

/// What a checker of Route 53 waits for.
const CONNECT: Duration = Duration::from_secs(4);
const ANSWER: Duration = Duration::from_secs(2);

/// Checks until it is dropped.
pub(crate) fn check(scene: &Arc<Scene>, application: &Application) -> JoinSet<()> {
    let watch = Watch::new(&scene.zone());
    let mut tasks = JoinSet::new();
    for (target, round) in watch.rounds() {
        let (address, path) = match &target {
            Target::Endpoint { region } => (scene.addresses.endpoints.get(region), "/health".to_owned()),
            Target::Latch { gate, guarded } => {
                (scene.addresses.gates.get(gate), format!("/latch/{application}/{guarded}"))
            }
        };
        if let Some(address) = address {
            tasks.spawn(go_round(scene.clone(), round, *address, path));
        }
    }
    tasks
}

async fn go_round(scene: Arc<Scene>, round: Round, address: std::net::SocketAddr, path: String) {
    let patience = Patience { connect: scene.pace.here(CONNECT), answer: scene.pace.here(ANSWER) };
    let mut at = round.phase;
    loop {
        tokio::time::sleep_until(scene.pace.instant(at).into()).await;
        let answer = fetch(address, Method::GET, &path, patience).await;
        let healthy = answer.is_some_and(|answer| (200..400).contains(&answer.status().as_u16()));
        scene.zone().checks.observe(round.id, round.checker, healthy);
        at += round.interval;
    }
}
