//! An application's names as they are in Route 53, and what is wrong with them. The same for whoever read them.

mod checks;
mod judge;
mod zone;

pub use judge::faults;
pub use zone::{Check, Fault, Observes, Record, Routing, Zone};
