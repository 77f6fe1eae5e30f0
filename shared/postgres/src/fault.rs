//! Why a server could not be had.

use std::io;
use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum PostgresFault {
    #[error("PostgreSQL is not installed: {0} is nowhere to be found")]
    NotInstalled(&'static str),
    #[error("{program} failed: {said}")]
    Failed { program: &'static str, said: String },
    #[error("PostgreSQL in {} did not come up: {said}", folder.display())]
    NotUp { folder: PathBuf, said: String },
    #[error("PostgreSQL refuses to run as root, and there is no user {0} to run it as")]
    NoUser(&'static str),
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    Query(#[from] tokio_postgres::Error),
}
