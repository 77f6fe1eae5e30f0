//! Why a command could not answer.

use std::fmt;
use std::io;

/// What kept a command from answering, and what to do about it. It ends with exit code 2.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) problem: String,
    pub(crate) mend: String,
}

impl Failure {
    /// Of a command that reads an account.
    #[cfg(not(feature = "aws"))]
    pub(crate) fn without_aws() -> Self {
        Self {
            problem: "this understudy was built without the AWS SDK, so that drills build quickly".to_owned(),
            mend: "build it with `cargo install --path cli --features aws`".to_owned(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}\n  hint: {}", self.problem, self.mend)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self {
            problem: format!("the output cannot be written: {error}"),
            mend: "check the disk or the terminal that it goes to".to_owned(),
        }
    }
}

/// What is encoded was decoded before, so only the device behind the writer can fail.
impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::from(io::Error::from(error))
    }
}
