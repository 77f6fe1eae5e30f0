//! A simulated cloud behind the driver's two ports, in virtual time.
//!
//! It keeps what it stores as the real table does, as text, and its databases live as RDS documents
//! it; one contract suite holds it and the real ports to the same words. It knows nothing of the AWS
//! SDK. Time is tokio's paused clock: whoever waits is woken in order, and hours pass in no time.

mod alarm;
mod clock;
mod cloud;
mod database;
pub mod dns;
mod drill;
mod ledger;
mod levers;
mod scenario;
mod stage;
mod swarm;
mod world;

pub use alarm::AlarmValue;
pub use clock::Clock;
pub use cloud::SimCloud;
pub use database::{Life, SimDatabase};
pub use drill::{
    Breadth, Client, Diary, DrillError, DrillOptions, DrillReport, EVERY_MILLISECONDS, Ground, Happening, Loss, Moment,
    Outcome, Rehearsal, Script, Seen, Session, SessionError, Standing, TrafficSeen, Until, Use, explain_drill,
};
pub use ledger::SimLedger;
pub use levers::SafetyRule;
pub use scenario::{Answer, Difference, FenceWord, Replay, SHIPPED, Scenario, Shipped, replay};
pub use stage::Stage;
pub use swarm::{
    Counters, Fault, Invariant, Recovery, SeedReport, Summary, Violation, run_seed, run_seeds, seed_being_played,
    trace_seed,
};
pub use world::{PromoteFault, World};
