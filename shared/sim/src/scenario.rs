//! Scenarios: a file says what happens to an application's world and what the right answer is; it is
//! played on the simulated cloud, and what the engine came to is held against it.

mod answer;
mod application;
mod check;
mod faults;
mod file;
mod moment;
mod operator;
mod play;
mod ports;
mod replay;
mod script;
mod shipped;
mod spells;
mod weather;

pub use file::{Answer, FenceWord};
pub use play::replay;
pub use replay::{Difference, Replay};
pub use shipped::{SHIPPED, Shipped};

use application::is_warning;
use faults::{Faults, read};
use file::{DatabaseSpell, Expect, FencingSpell, File, FunctionsSpell, PromoteWords, ReplicationSpell, VoterSpell};
use moment::Act;
use serde_json::{Value, json};
use spells::{Control, TableHere};
use std::collections::{BTreeMap, BTreeSet};
use understudy_engine::{Fault, Policy, Region, VoterName};

/// How long the world is well before the first offset.
pub(crate) const QUIET_SECONDS: i64 = 600;

/// How long a scenario is played after the last thing that happens in it, if it does not say.
const AFTERWARDS_SECONDS: i64 = 3600;

/// A scenario that can be played: everything in it has been understood, and nothing contradicts.
#[derive(Debug, Clone)]
pub struct Scenario {
    pub title: String,
    pub source: String,
    pub description: String,
    /// What is likely not what the author wants, and no reason to refuse.
    pub warnings: Vec<Fault>,
    policies: Vec<Policy>,
    stagger_seconds: i64,
    voters: BTreeMap<VoterName, Vec<VoterSpell>>,
    replication: Vec<ReplicationSpell>,
    control_plane: BTreeMap<Region, Vec<Control>>,
    table: Vec<TableHere>,
    functions: Vec<FunctionsSpell>,
    candidate: Vec<DatabaseSpell>,
    writer: Vec<DatabaseSpell>,
    fencing: Vec<FencingSpell>,
    promote: PromoteWords,
    acts: Vec<Act>,
    expect: Expect,
    runs_seconds: i64,
}

impl Scenario {
    /// Reads a scenario file. `load` reads the application file that it may name.
    ///
    /// # Errors
    /// When anything in it is wrong: all of it, each with its field, its value and its mend.
    pub fn read(text: &str, load: &dyn Fn(&str) -> Result<String, String>) -> Result<Self, Vec<Fault>> {
        let mut faults = Faults::default();
        let scenario = read_all(text, load, &mut faults);
        let refused = faults.is_refused();
        match scenario {
            Some(scenario) if !refused => {
                let warnings = faults.0.into_iter().filter(|fault| is_warning(fault.severity)).collect();
                Ok(Self { warnings, ..scenario })
            }
            Some(_) | None => Err(faults.0),
        }
    }

    /// The application, and its copies where several fail together.
    #[must_use]
    pub fn policies(&self) -> &[Policy] {
        &self.policies
    }

    /// The answers that are right, as they are shown.
    #[must_use]
    pub fn expected(&self) -> String {
        self.expect.answer.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ")
    }
}

fn read_all(text: &str, load: &dyn Fn(&str) -> Result<String, String>, faults: &mut Faults) -> Option<Scenario> {
    let document = syntax(text, faults)?;
    let spare = json!({"title": "A scenario", "expect": {"answer": "promote"}});
    let file = read::<File>(document, &spare, "", faults);
    let (file, replaced, said) = (file.value?, file.replaced, faults.0.len());
    let policy = application::policy(&file, load, faults);
    check::shape(&file, faults);
    let scenario = policy.map(|policy| understood(&file, &policy, faults));
    faults.drop_echoes(said, &replaced);
    scenario
}

/// The number and the text of the line that a place in a file is in.
fn line_at(text: &str, start: usize) -> (usize, &str) {
    let line = text.get(..start.min(text.len())).map_or(1, |before| before.matches('\n').count() + 1);
    (line, text.lines().nth(line - 1).unwrap_or_default().trim())
}

/// The document, or each line that is no TOML.
fn syntax(text: &str, faults: &mut Faults) -> Option<Value> {
    let (_, errors) = toml::de::DeTable::parse_recoverable(text);
    let mut lines = BTreeSet::new();
    for error in &errors {
        let (line, shown) = line_at(text, error.span().map_or(0, |span| span.start));
        if lines.insert(line) {
            let problem = format!("this is no TOML: {}", error.message());
            faults.add(&format!("line {line}"), shown, &problem, "write name = value, with texts in quotes");
        }
    }
    if !errors.is_empty() {
        return None;
    }
    // What is written well may still be no value: a number, say, that nothing here can hold.
    match toml::from_str(text) {
        Ok(document) => Some(document),
        Err(error) => {
            let (line, shown) = line_at(text, error.span().map_or(0, |span| span.start));
            faults.add(
                &format!("line {line}"),
                shown,
                error.message(),
                "write a value that fits, such as a whole number below 2^63",
            );
            None
        }
    }
}

/// The file in terms of its application.
fn understood(file: &File, policy: &Policy, faults: &mut Faults) -> Scenario {
    let policies = application::copies(file, policy, faults);
    let scenario = Scenario {
        title: file.title.clone(),
        source: file.source.clone(),
        description: file.description.clone(),
        warnings: Vec::new(),
        stagger_seconds: i64::from(file.storm.stagger_seconds),
        voters: check::voters(file, policy, faults),
        replication: spells::sorted(&file.replication),
        control_plane: check::control_plane(file, policy, faults),
        table: check::table(file, policy, faults),
        functions: spells::sorted(&file.functions),
        candidate: spells::sorted(&file.candidate),
        writer: spells::sorted(&file.writer),
        fencing: spells::sorted(&file.fencing),
        promote: file.promote.clone(),
        acts: moment::acts(file, &policies, faults),
        runs_seconds: check::runs(file, faults),
        expect: file.expect.clone(),
        policies,
    };
    check::expectations(&scenario, faults);
    scenario
}
