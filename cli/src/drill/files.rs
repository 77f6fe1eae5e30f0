//! Scenario files: by path, or by name from those that are shipped.

use crate::failure::Failure;
use std::fs;
use std::path::Path;
use understudy_engine::{Fault, Severity};
use understudy_sim::{SHIPPED, Scenario, Shipped};

/// A file that can be played, or everything that is wrong with it.
pub(super) struct Read {
    pub(super) name: String,
    pub(super) scenario: Result<Scenario, Vec<Fault>>,
}

pub(super) fn read(name: &str) -> Result<Read, Failure> {
    let path = Path::new(name);
    if !path.exists()
        && let Some(shipped) = SHIPPED.iter().find(|shipped| shipped.name == name.trim_end_matches(".toml"))
    {
        return Ok(Read { name: shipped.name.to_owned(), scenario: Ok(self::shipped(shipped)?) });
    }
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => return Ok(Read { name: name.to_owned(), scenario: Err(vec![unreadable(name, &error)]) }),
    };
    let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
    let load = |named: &str| {
        let path = folder.join(named);
        fs::read_to_string(&path).map_err(|error| format!("{} cannot be read: {error}", path.display()))
    };
    let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or(name);
    Ok(Read { name: stem.to_owned(), scenario: Scenario::read(&text, &load) })
}

fn unreadable(name: &str, error: &std::io::Error) -> Fault {
    Fault {
        severity: Severity::Error,
        field: "file".to_owned(),
        value: name.to_owned(),
        problem: format!("cannot be read: {error}"),
        mend: "name a file, or a scenario that `understudy drill list` shows".to_owned(),
        involves: Vec::new(),
    }
}

pub(super) fn shipped(shipped: &Shipped) -> Result<Scenario, Failure> {
    let load = |named: &str| Err(format!("{named} is not in this program"));
    Scenario::read(shipped.text, &load).map_err(|faults| Failure {
        problem: format!(
            "the shipped scenario {} is bad: {}",
            shipped.name,
            faults.iter().map(line).collect::<String>()
        ),
        mend: "this is a fault of this release: report it".to_owned(),
    })
}

/// A fault, in one line.
pub(super) fn line(fault: &Fault) -> String {
    format!("{} = {}: {}", fault.field, fault.value, fault.problem)
}
