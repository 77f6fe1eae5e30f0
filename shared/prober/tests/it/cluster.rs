//! PostgreSQL of this machine: a writer and its replica on free ports, gone with their test.

use crate::tls::{Authority, Signed};
use std::fs;
use std::io::Write as _;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where Debian and PGDG put them, newest first.
const HOMES: [&str; 4] =
    ["/usr/lib/postgresql/17/bin", "/usr/lib/postgresql/16/bin", "/usr/lib/postgresql/15/bin", "/usr/local/pgsql/bin"];

pub(crate) const PASSWORD: &str = "a secret of tests";

pub(crate) struct Cluster {
    bin: PathBuf,
    home: tempfile::TempDir,
    pub(crate) writer: u16,
    pub(crate) replica: Option<u16>,
    pub(crate) authority: Authority,
}

impl Cluster {
    /// A writer with a user that may read one table. None where there is no PostgreSQL, and this says so.
    pub(crate) fn start(test: &str) -> Option<Self> {
        let bin = HOMES.iter().map(PathBuf::from).find(|bin| bin.join("initdb").exists());
        let Some(bin) = bin else {
            assert!(std::env::var_os("UNDERSTUDY_SKIPS_NOTHING").is_none(), "no PostgreSQL in any of {HOMES:?}");
            let _ = writeln!(std::io::stderr(), "SKIPPED {test}: no PostgreSQL in any of {HOMES:?}");
            return None;
        };
        let home = tempfile::Builder::new().prefix("pg").tempdir().unwrap();
        let authority = Authority::new();
        let cluster = Self { bin, home, writer: free_port(), replica: None, authority };
        cluster.own(cluster.home.path());
        cluster.run("initdb", &["-D", &cluster.data("writer"), "-U", "postgres", "-A", "trust", "--no-sync"]);
        cluster.configure("writer");
        cluster.up("writer", cluster.writer);
        cluster.sql(&format!(
            "CREATE USER watcher PASSWORD '{PASSWORD}'; CREATE SCHEMA ops; CREATE TABLE ops.beat (at timestamptz); \
             GRANT USAGE ON SCHEMA ops TO watcher; GRANT SELECT ON ops.beat TO watcher; CREATE TABLE secrets (at timestamptz)"
        ));
        Some(cluster)
    }

    /// A streaming replica of the writer.
    pub(crate) fn replicate(&mut self) {
        let (data, port) = (self.data("replica"), free_port());
        let writer = self.writer.to_string();
        let from = ["-D", &data, "-h", self.home.path().to_str().unwrap(), "-p", &writer, "-U", "postgres", "-R"];
        self.run("pg_basebackup", &[&from[..], &["-c", "fast", "--no-sync"]].concat());
        self.up("replica", port);
        self.replica = Some(port);
    }

    /// Starts the replica again as one that lets nobody in while it recovers.
    pub(crate) fn close_replica(&self) {
        let settings = PathBuf::from(self.data("replica")).join("postgresql.auto.conf");
        let mut text = fs::read_to_string(&settings).unwrap();
        text.push_str("hot_standby = off\n");
        fs::write(&settings, text).unwrap();
        self.up("replica", self.replica.unwrap());
    }

    fn data(&self, name: &str) -> String {
        self.home.path().join(name).to_str().unwrap().to_owned()
    }

    fn configure(&self, name: &str) {
        let data = PathBuf::from(self.data(name));
        let Signed { certificate, key, .. } = self.authority.sign("localhost");
        fs::write(data.join("server.crt"), certificate).unwrap();
        fs::write(data.join("server.key"), key.serialize_pem()).unwrap();
        fs::set_permissions(data.join("server.key"), fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(
            data.join("pg_hba.conf"),
            "local all all trust\nlocal replication all trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n",
        )
        .unwrap();
        let socket = self.home.path().display();
        let settings = format!(
            "ssl = on\nfsync = off\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = '{socket}'\n\
             password_encryption = 'scram-sha-256'\nmax_connections = 20\n"
        );
        fs::write(data.join("postgresql.conf"), settings).unwrap();
        for file in ["server.crt", "server.key", "pg_hba.conf", "postgresql.conf"] {
            self.own(&data.join(file));
        }
    }

    pub(crate) fn up(&self, name: &str, port: u16) {
        let (data, log) = (self.data(name), self.data(&format!("{name}.log")));
        self.run("pg_ctl", &["-D", &data, "-l", &log, "-w", "-o", &format!("-p {port}"), "start"]);
    }

    pub(crate) fn stop(&self, name: &str) {
        self.run("pg_ctl", &["-D", &self.data(name), "-m", "immediate", "-w", "stop"]);
    }

    /// As the owner, on the writer.
    pub(crate) fn sql(&self, text: &str) {
        let (socket, port) = (self.home.path().to_str().unwrap(), self.writer.to_string());
        self.run("psql", &["-q", "-h", socket, "-p", &port, "-U", "postgres", "-v", "ON_ERROR_STOP=1", "-c", text]);
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let program = self.bin.join(program);
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid", OTHER, "--regid", OTHER, "--clear-groups"]).arg(&program);
            command
        } else {
            Command::new(&program)
        };
        command.args(arguments).current_dir(self.home.path()).stdin(Stdio::null()).stdout(Stdio::null());
        let errors = self.home.path().join("errors.txt");
        let status = command.stderr(fs::File::create(&errors).unwrap()).status().unwrap();
        let said = fs::read_to_string(&errors).unwrap_or_default();
        assert!(status.success(), "{} {arguments:?}: {said}", program.display());
    }

    /// PostgreSQL does not run as root, and wants its files to be its own.
    fn own(&self, path: &Path) {
        if is_root() {
            let owner = format!("{OTHER}:{OTHER}");
            assert!(Command::new("chown").arg(owner).arg(path).status().unwrap().success());
        }
    }
}

/// A user that is nobody's on most machines.
const OTHER: &str = "65534";

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

impl Drop for Cluster {
    fn drop(&mut self) {
        for name in ["replica", "writer"] {
            if Path::new(&self.data(name)).join("postmaster.pid").exists() && !std::thread::panicking() {
                self.stop(name);
            } else if let Ok(text) = fs::read_to_string(Path::new(&self.data(name)).join("postmaster.pid")) {
                let pid = text.lines().next().unwrap_or_default().to_owned();
                let _ = Command::new("kill").args(["-QUIT", &pid]).status();
            }
        }
    }
}
