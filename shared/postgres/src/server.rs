//! One server: a folder, a port, and processes that end with ours.

use crate::fault::PostgresFault;
use crate::identity::Identity;
use crate::install::Install;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::process::{Child, ChildStdin, Command};
use tokio_postgres::{Client, Config, NoTls};

/// Everybody's name and database in a drill.
pub(crate) const NAME: &str = "understudy";

/// How long a server may take to come up, and how often it is tried.
const COMES_UP_WITHIN: Duration = Duration::from_secs(30);
const TRIED_EVERY: Duration = Duration::from_millis(50);

/// How long a connection may take to come about.
const CONNECTS_WITHIN: Duration = Duration::from_secs(2);

/// Runs a server in a process group of its own, and kills the group when its own input ends: closed by us, or by the
/// kernel when we are no more.
const UNTIL_INPUT_ENDS: &str = r#""$@" & cat > /dev/null; kill -9 0"#;

#[derive(Debug)]
pub struct Server {
    install: Install,
    folder: PathBuf,
    port: u16,
    password: String,
    identity: Identity,
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    group: Child,
    lifeline: ChildStdin,
}

impl Server {
    /// An empty database in a folder of its own.
    pub(crate) async fn create(
        install: &Install,
        folder: &Path,
        password: &str,
        identity: &Identity,
    ) -> Result<Self, PostgresFault> {
        let kept = folder.with_extension("password");
        tokio::fs::write(&kept, password).await?;
        install.own(&kept)?;
        let mut initdb = install.command("initdb");
        initdb.arg("--pgdata").arg(folder).arg("--pwfile").arg(&kept);
        initdb.args([
            "--username",
            NAME,
            "--auth",
            "scram-sha-256",
            "--encoding",
            "UTF8",
            "--locale",
            "C",
            "--no-sync",
        ]);
        succeeded("initdb", initdb).await?;
        Self::in_folder(install, folder, password, identity)
    }

    /// A copy of another server that follows it, reached through `upstream`.
    pub(crate) async fn follow(
        install: &Install,
        folder: &Path,
        password: &str,
        identity: &Identity,
        upstream: SocketAddr,
    ) -> Result<Self, PostgresFault> {
        let mut backup = install.command("pg_basebackup");
        backup.arg("--pgdata").arg(folder).env("PGPASSWORD", password);
        backup.args(["--host", &upstream.ip().to_string(), "--port", &upstream.port().to_string(), "--username", NAME]);
        backup.args(["--write-recovery-conf", "--wal-method", "stream", "--checkpoint", "fast", "--no-sync"]);
        backup.args(["--create-slot", "--slot", "standby"]);
        succeeded("pg_basebackup", backup).await?;
        Self::in_folder(install, folder, password, identity)
    }

    fn in_folder(install: &Install, folder: &Path, password: &str, identity: &Identity) -> Result<Self, PostgresFault> {
        // Free until it is taken: whoever is quicker makes the server fail to come up, and says so.
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let (install, folder, password) = (install.clone(), folder.to_path_buf(), password.to_owned());
        Ok(Self { install, folder, port, password, identity: identity.clone(), running: None })
    }

    /// Starts it, and waits until it answers.
    pub(crate) async fn start(&mut self) -> Result<(), PostgresFault> {
        let log = std::fs::File::create(self.log())?;
        let mut command = self.install.as_owner(Command::new("sh"));
        command.args(["-c", UNTIL_INPUT_ENDS, "sh"]).arg(self.install.program("postgres"));
        command.arg("-D").arg(&self.folder).arg("-p").arg(self.port.to_string());
        command.args(["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "ssl=on"]);
        command.arg("-c").arg(format!("ssl_cert_file={}", self.identity.certificate.display()));
        command.arg("-c").arg(format!("ssl_key_file={}", self.identity.key.display()));
        command.stdin(Stdio::piped()).stdout(log.try_clone()?).stderr(log).process_group(0);
        let mut group = command.spawn()?;
        let lifeline = group.stdin.take().ok_or_else(|| self.not_up("it has no input"))?;
        self.running = Some(Running { group, lifeline });
        let comes_up = async {
            while self.connect().await.is_err() {
                tokio::time::sleep(TRIED_EVERY).await;
            }
        };
        tokio::time::timeout(COMES_UP_WITHIN, comes_up).await.map_err(|_| {
            let said = std::fs::read_to_string(self.log()).unwrap_or_else(|error| error.to_string());
            self.not_up(said.lines().last().unwrap_or("it said nothing"))
        })
    }

    /// All of its processes at once, with `kill -9`: they finish nothing.
    pub(crate) async fn kill(&mut self) -> Result<(), PostgresFault> {
        if let Some(mut running) = self.running.take() {
            drop(running.lifeline);
            running.group.wait().await?;
            // A killed process stays in the table until whoever inherited it has noticed, and would be taken for one
            // that still writes here.
            tokio::fs::remove_file(self.folder.join("postmaster.pid")).await?;
        }
        Ok(())
    }

    pub(crate) fn is_running(&self) -> bool {
        self.running.is_some()
    }

    #[must_use]
    pub fn address(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.port))
    }

    /// How to reach it.
    #[must_use]
    pub fn config(&self) -> Config {
        let mut config = Config::new();
        config.host("127.0.0.1").port(self.port).user(NAME).dbname("postgres").password(&self.password);
        config.connect_timeout(CONNECTS_WITHIN);
        config
    }

    /// # Errors
    /// When it does not take the connection.
    pub async fn connect(&self) -> Result<Client, PostgresFault> {
        connect(&self.config()).await
    }

    fn log(&self) -> PathBuf {
        self.folder.with_extension("log")
    }

    fn not_up(&self, said: &str) -> PostgresFault {
        PostgresFault::NotUp { folder: self.folder.clone(), said: said.to_owned() }
    }
}

pub(crate) async fn connect(config: &Config) -> Result<Client, PostgresFault> {
    let (client, connection) = config.connect(NoTls).await?;
    // Whatever ends the connection ends what is asked over it, and is told there.
    tokio::spawn(async move { drop(connection.await) });
    Ok(client)
}

async fn succeeded(program: &'static str, mut command: Command) -> Result<(), PostgresFault> {
    let output = command.stdin(Stdio::null()).kill_on_drop(true).output().await?;
    if output.status.success() {
        return Ok(());
    }
    Err(PostgresFault::Failed { program, said: String::from_utf8_lossy(&output.stderr).trim().to_owned() })
}
