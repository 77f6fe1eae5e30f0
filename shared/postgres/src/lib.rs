//! Two real PostgreSQL servers on loopback as the databases of a drill: a primary, and a standby that streams from it
//! through a relay which is as slow as two Regions are far apart.
//!
//! The drill around them knows the rules no better than any other: it watches what the engine makes of them. Servers end
//! with the process that started them, however that ends.

mod cloud;
mod drill;
mod fault;
mod identity;
mod install;
mod load;
mod pair;
mod relay;
mod server;

pub use drill::{Account, DrillFault, Options, Rows, Seconds, play};
pub use fault::PostgresFault;
pub use install::Install;
pub use load::{Load, Written};
pub use pair::{Pair, Side, rows};
pub use server::Server;
