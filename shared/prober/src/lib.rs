//! What a Region's probe asks, and what it makes of the answers.
//!
//! [`judge`](Streak::judge) turns an observation into a vote and [`Rounds`] say when to ask: both are pure. The rest asks
//! over sockets, for many voters at once and each within its time. Nothing here knows the SDK.

mod ask;
mod canary;
mod connect;
mod duty;
mod http;
mod judge;
mod observation;
mod postgres;
mod prober;
mod round;
mod rounds;
mod tls;

pub use ask::{Asker, Passwords};
pub use duty::{Duty, Roster, roster};
pub use judge::{FOLLOWS, Outlook, Streak};
pub use observation::{Bad, Good, Observation, Unsure};
pub use prober::{Config, Prober, Report};
pub use rounds::{AWAKE, MARGIN, Rounds};
