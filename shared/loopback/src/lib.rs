//! The traffic of a drill over real sockets, on loopback: an authoritative DNS server that answers as Route 53 would,
//! checkers that ask endpoints and gates over HTTP, and clients that resolve, connect, read and write.
//!
//! The world is the simulated one, played at a stated speed; the gate is the real one. What a client sees here is what
//! sockets showed it, and not what the model of Route 53 says: `understudy-sim` has that, of the same drill.

mod address;
mod checkers;
mod dns;
mod endpoint;
mod fetch;
mod load;
mod pace;
mod place;
mod play;
mod scene;
mod serve;

pub use address::{Addresses, LoopbackError};
pub use place::{PLACES, Place, place_of, places};
pub use play::{Happened, Speed, Stand, play};
