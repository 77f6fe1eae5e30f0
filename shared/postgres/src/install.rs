//! Where PostgreSQL's programs are, and as whom they run.

use crate::fault::PostgresFault;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::process::Command;

/// Where packages put them that leave them off the PATH: Debian, Red Hat, Homebrew on either processor.
const FOLDERS: [&str; 4] = ["/usr/lib/postgresql", "/usr/pgsql", "/opt/homebrew/opt", "/usr/local/opt"];

/// What is run instead of root, which PostgreSQL refuses.
const UNPRIVILEGED: &str = "nobody";

#[derive(Debug, Clone)]
pub struct Install {
    folder: PathBuf,
    owner: Option<(u32, u32)>,
}

impl Install {
    /// # Errors
    /// When PostgreSQL is not installed, or there is nobody to run it as.
    pub async fn find() -> Result<Self, PostgresFault> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let packaged = FOLDERS.iter().flat_map(|folder| versions(Path::new(folder)));
        let folder = std::env::split_paths(&path)
            .filter_map(|folder| folder.join("initdb").canonicalize().ok())
            .filter_map(|initdb| Some(initdb.parent()?.to_path_buf()))
            .chain(packaged)
            .find(|folder| ["initdb", "postgres", "pg_basebackup"].iter().all(|program| folder.join(program).exists()))
            .ok_or(PostgresFault::NotInstalled("initdb"))?;
        let owner = if id("-u", None).await? == 0 {
            Some((id("-u", Some(UNPRIVILEGED)).await?, id("-g", Some(UNPRIVILEGED)).await?))
        } else {
            None
        };
        Ok(Self { folder, owner })
    }

    /// One of its programs, to be run as whoever may.
    pub(crate) fn command(&self, program: &str) -> Command {
        self.as_owner(Command::new(self.program(program)))
    }

    pub(crate) fn program(&self, program: &str) -> PathBuf {
        self.folder.join(program)
    }

    pub(crate) fn as_owner(&self, mut command: Command) -> Command {
        if let Some((user, group)) = self.owner {
            command.uid(user).gid(group);
        }
        command
    }

    /// Gives a file or a folder to whoever the programs run as.
    pub(crate) fn own(&self, path: &Path) -> Result<(), PostgresFault> {
        match self.owner {
            Some((user, group)) => Ok(chown(path, Some(user), Some(group))?),
            None => Ok(()),
        }
    }
}

/// The newest first.
fn versions(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.path().join("bin")).filter(|bin| bin.is_dir()).collect();
    found.sort();
    found.reverse();
    found
}

async fn id(what: &str, user: Option<&str>) -> Result<u32, PostgresFault> {
    let output = Command::new("id").arg(what).args(user).stderr(Stdio::null()).output().await?;
    let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    said.parse().map_err(|_| PostgresFault::NoUser(UNPRIVILEGED))
}
