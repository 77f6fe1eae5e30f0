//! What every function does around its handler: start once, count what it saw, and answer errors from a
//! closed set of types.

mod count;
mod fault;
mod shell;

pub use count::count;
pub use fault::{ErrorType, Fault};
pub use shell::Shell;
