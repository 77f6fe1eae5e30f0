//! The small protocol, explored exhaustively: two conductors, three voters and one replica, every order
//! in which they can act, every loss and repetition, and a crash between any two of their moves.
//!
//! The conductors run the real engine. What is modelled is what surrounds it: the compare-and-swap of the
//! ledger, the delivery of votes, the call that may or may not arrive, and time. The properties are
//! recounted from that, and ask the engine nothing.

#![expect(clippy::expect_used, reason = "a model that cannot be built says why and ends")]

mod act;
mod bounds;
mod bug;
mod canonical;
mod cloud;
mod conductor;
mod facts;
mod fingerprint;
mod memo;
mod protocol;
mod record;
mod rules;
mod world;

pub use act::{Act, Fate, Said};
pub use bounds::{BOUNDED, Bounds, TURNING, WIDE};
pub use bug::Bug;
pub use protocol::Protocol;
pub use world::World;
