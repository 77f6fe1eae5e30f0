//! Terraform, with the local cloud in place of AWS.

use crate::{LocalCloud, away_from_aws, binaries, root, venv};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// What is skipped elsewhere for want of a tool is a failure where this is set.
const SKIPS_NOTHING: &str = "UNDERSTUDY_SKIPS_NOTHING";

/// Prints where a configuration is that uses the providers of this machine, as `make infra` finds them.
const CONFIGURATION: &str = "
import os, sys
from pathlib import Path
sys.path.insert(0, 'infra')
import check
found = check.configuration(os.environ, Path(sys.argv[1]), [Path(folder) for folder in check.SHARED])
print(found.get('TF_CLI_CONFIG_FILE', ''))
";

/// One root module, with data and state of its own that go with it.
pub struct Terraform {
    folder: PathBuf,
    own: TempDir,
    configuration: String,
    endpoint: String,
}

impl Terraform {
    /// A root module of the fixtures, initialised. None where there is no Terraform, which is said.
    ///
    /// # Panics
    /// When it cannot be initialised, or nothing may be skipped.
    #[must_use]
    #[expect(clippy::print_stderr, reason = "what is skipped is said")]
    pub fn of(fixture: &str, cloud: &LocalCloud) -> Option<Self> {
        if Command::new("terraform").arg("version").output().is_err() {
            eprintln!("SKIPPED: Terraform is not on the PATH: install Terraform 1.11 or later");
            assert!(std::env::var_os(SKIPS_NOTHING).is_none(), "Terraform is missing, and {SKIPS_NOTHING} is set");
            return None;
        }
        let own = TempDir::new().expect("a folder of its own");
        let mut found = Command::new(venv("python"));
        let found =
            found.current_dir(root()).args(["-c", CONFIGURATION]).arg(own.path()).output().expect("Python runs");
        let configuration = String::from_utf8_lossy(&found.stdout).trim().to_owned();
        let folder = root().join("tests/fixtures/terraform").join(fixture);
        let terraform = Self { folder, own, configuration, endpoint: cloud.endpoint.clone() };
        // Without a mirror on the machine the provider comes from the registry, so this one may go out.
        let state = format!("-backend-config=path={}", terraform.own.path().join("state").display());
        let output =
            terraform.command(&["init", "-input=false", "-no-color", &state]).output().expect("Terraform runs");
        assert!(output.status.success(), "{}", said(&output));
        Some(terraform)
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new("terraform");
        command.current_dir(&self.folder).args(words);
        command.env("TF_DATA_DIR", self.own.path().join("data")).env("CHECKPOINT_DISABLE", "1");
        command.env("AWS_ENDPOINT_URL", &self.endpoint);
        if !self.configuration.is_empty() {
            command.env("TF_CLI_CONFIG_FILE", &self.configuration);
        }
        command
    }

    fn run(&self, words: &[&str], variables: &[(&str, &str)]) -> Result<String, String> {
        let mut command = self.command(words);
        command.args(["-input=false", "-no-color"]);
        command.args(variables.iter().map(|(name, value)| format!("-var={name}={value}")));
        let output = away_from_aws(&mut command).output().expect("Terraform runs");
        if output.status.success() { Ok(said(&output)) } else { Err(said(&output)) }
    }

    /// Applies, and returns what was said.
    ///
    /// # Errors
    /// What was said, where it was refused.
    pub fn apply(&self, variables: &[(&str, &str)]) -> Result<String, String> {
        self.run(&["apply", "-auto-approve"], variables)
    }

    /// What an output would be after an apply.
    ///
    /// # Panics
    /// When it cannot be planned, or is not known before.
    #[must_use]
    pub fn planned_output(&self, name: &str, variables: &[(&str, &str)]) -> Value {
        let plan = self.own.path().join("plan").display().to_string();
        self.run(&["plan", &format!("-out={plan}")], variables).unwrap_or_else(|said| panic!("{said}"));
        let shown = self.command(&["show", "-json", &plan]).output().expect("Terraform runs");
        let shown: Value = serde_json::from_slice(&shown.stdout).expect("a plan is JSON");
        let value = shown["planned_values"]["outputs"][name]["value"].clone();
        assert!(!value.is_null(), "{name} is not known in the plan");
        value
    }

    /// Whether an apply would change nothing.
    #[must_use]
    pub fn is_settled(&self, variables: &[(&str, &str)]) -> bool {
        self.run(&["plan", "-detailed-exitcode"], variables).is_ok()
    }

    /// Destroys, and returns what was said.
    ///
    /// # Errors
    /// What was said, where it was refused.
    pub fn destroy(&self, variables: &[(&str, &str)]) -> Result<String, String> {
        self.run(&["destroy", "-auto-approve"], variables)
    }

    /// Runs a command that an output holds, as a person would paste it into a shell.
    ///
    /// # Panics
    /// When there is none, or it fails.
    pub fn run_output(&self, name: &str) {
        let output = self.command(&["output", "-raw", name]).output().expect("Terraform runs");
        let words = String::from_utf8_lossy(&output.stdout).into_owned();
        let programs = venv("aws").parent().map(Path::to_path_buf).expect("it is in a folder");
        let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap_or_default());
        let mut shell = Command::new("sh");
        shell.args(["-c", &words]).env("PATH", path).env("AWS_ENDPOINT_URL", &self.endpoint);
        let output = away_from_aws(&mut shell).output().expect("a shell runs");
        assert!(output.status.success(), "{words}\n{}", said(&output));
    }
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Writes what the modules read beside an application file, as its reader is told to.
///
/// # Panics
/// When the file is not valid.
pub fn write_document(file: &Path) {
    let mut command = Command::new(binaries().join("understudy"));
    let output = command.args(["app", "show", "--format", "terraform"]).arg(file).output().expect("understudy runs");
    assert!(output.status.success(), "{}", said(&output));
    std::fs::write(file.with_extension("json"), output.stdout).expect("the document is written");
}
