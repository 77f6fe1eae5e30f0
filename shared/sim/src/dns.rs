//! A model of Route 53 in virtual time: what its health checkers conclude, what it answers, and what resolvers make of
//! the answers. Each rule, and where Route 53 documents it, is in `docs/reference/dns-model.md`.
//!
//! Time is milliseconds since any beginning, and is an argument. The model knows nothing of the world that it
//! observes: whoever drives it says what each checker was answered.

mod answer;
mod application;
mod check;
mod resolver;
mod watch;
mod zone;

pub use answer::{Answer, Because};
pub use application::{Target, application_zone};
pub use check::{CHECKERS, Check, CheckId, Checks, Observes};
pub use resolver::Resolver;
pub use watch::{Round, Watch};
pub use zone::{Failover, Record, Routing, Value, Zone, ZoneFault};

/// Milliseconds since a beginning.
pub type Milliseconds = i64;
