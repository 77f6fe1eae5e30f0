//! The local cloud, as the tests drive it: one process each, on a free port, gone with its test.

#![expect(clippy::expect_used, reason = "a test that cannot go on says why and ends")]

mod cloud;
mod command_line;
mod story;
mod terraform;

pub use cloud::{Fault, LocalCloud, Options, await_until};
pub use command_line::{away_from_aws, aws};
pub use story::{Story, policy};
pub use terraform::{Terraform, write_document};

use std::path::PathBuf;

/// The repository's root.
///
/// # Panics
/// Never: this package stands in it.
#[must_use]
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A program of the virtual environment that `make test` sets up.
///
/// # Panics
/// When it is not there, with the command that makes it.
#[must_use]
pub fn venv(program: &str) -> PathBuf {
    let path = root().join(".venv/bin").join(program);
    assert!(path.exists(), "{} is missing: run `make test`, or `make venv` once", path.display());
    path
}

/// Where cargo puts the function binaries.
///
/// # Panics
/// When they are not built, with the command that builds them.
#[must_use]
pub fn binaries() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own path");
    let profile = test.parent().and_then(std::path::Path::parent).expect("tests run from target/<profile>/deps");
    let conductor = profile.join("conductor");
    assert!(conductor.exists(), "{} is missing: run `cargo build --workspace`", conductor.display());
    profile.to_owned()
}
