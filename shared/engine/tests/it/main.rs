//! The rules of deciding, one claim a test, played as scripts in virtual time.

mod approving;
mod matrix;
mod policies;
mod promoting;
mod rules;
mod script;
