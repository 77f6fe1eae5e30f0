//! Manual pages and completions, made from the arguments themselves.

use crate::args::Arguments;
use crate::failure::Failure;
use clap::CommandFactory;
use clap_complete::Shell;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

pub(crate) fn completions(shell: Shell, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    // Into memory first: the generator takes no error of a writer, and a reader may leave early.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "understudy", &mut script);
    out.write_all(&script)?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn pages(folder: &Path, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let written = std::fs::create_dir_all(folder).and_then(|()| clap_mangen::generate_to(Arguments::command(), folder));
    written.map_err(|error| Failure {
        problem: format!("{} cannot be written: {error}", folder.display()),
        mend: "name a folder that can be written".to_owned(),
    })?;
    writeln!(out, "The pages are in {}: man -M takes its parent, or copy them to a man1.", folder.display())?;
    Ok(ExitCode::SUCCESS)
}
