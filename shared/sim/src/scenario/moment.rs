//! When a person does something: at an offset, or some time after the application has come to a phase.

use super::QUIET_SECONDS;
use super::faults::Faults;
use super::file::{File, OperatorWord, OperatorWords};
use understudy_engine::{Application, DbInstanceArn, Person, PhaseName, Policy};

/// How long people take to react, if the file does not say.
const REACTION_SECONDS: u32 = 60;

#[derive(Debug, Clone)]
pub(crate) struct Act {
    pub(crate) moment: Moment,
    pub(crate) word: OperatorWord,
    pub(crate) by: Person,
    pub(crate) application: Application,
    /// Whether it is done as soon as any application has come that far: a batch is nobody's own.
    pub(crate) anywhere: bool,
    /// The name of the replica that a rebuild creates.
    pub(crate) replica: Option<DbInstanceArn>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Moment {
    At(i64),
    /// So long after one of these phases was first entered.
    After {
        phases: Vec<PhaseName>,
        seconds: u32,
    },
}

pub(crate) fn phase(text: &str) -> Option<PhaseName> {
    let plain = |text: &str| text.to_lowercase().replace(['-', '_', ' '], "");
    PhaseName::ALL.into_iter().find(|phase| plain(phase.as_str()) == plain(text))
}

pub(crate) fn phase_words() -> String {
    PhaseName::ALL.map(kebab).join(", ")
}

fn kebab(phase: PhaseName) -> String {
    let mut text = String::new();
    for letter in phase.as_str().chars() {
        if letter.is_ascii_uppercase() && !text.is_empty() {
            text.push('-');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}

pub(crate) fn acts(file: &File, policies: &[Policy], faults: &mut Faults) -> Vec<Act> {
    let mut approvals = 0;
    file.operator
        .iter()
        .enumerate()
        .filter_map(|(index, words)| {
            let field = if file.operator.is_list { format!("operator[{index}]") } else { "operator".to_owned() };
            if words.by.is_none() && words.action == OperatorWord::Approve {
                approvals += 1;
            }
            act(words, &field, policies, approvals, faults)
        })
        .collect()
}

fn act(words: &OperatorWords, field: &str, policies: &[Policy], approvals: usize, faults: &mut Faults) -> Option<Act> {
    let moment = moment(words, field, faults);
    let policy = match &words.application {
        None => policies.first(),
        Some(name) => policies.iter().find(|policy| policy.application.as_str() == name),
    };
    let Some(policy) = policy else {
        let names: Vec<&str> = policies.iter().map(|policy| policy.application.as_str()).collect();
        let value = words.application.clone().unwrap_or_default();
        let mend = format!("write one of {}", names.join(", "));
        faults.add(&format!("{field}.application"), value, "is no application of this scenario", &mend);
        return None;
    };
    let Some(by) = person(policy, words.by.as_deref(), approvals) else {
        let mend = "write a name without blanks, such as oncall";
        faults.add(&format!("{field}.by"), words.by.clone().unwrap_or_default(), "is not a person", mend);
        return None;
    };
    let replica = replica(words, field, policy, faults);
    let anywhere = words.action == OperatorWord::Release && words.application.is_none();
    let application = policy.application.clone();
    Some(Act { moment: moment?, word: words.action, by, application, anywhere, replica })
}

fn moment(words: &OperatorWords, field: &str, faults: &mut Faults) -> Option<Moment> {
    let after = |phases: Vec<PhaseName>| {
        Some(Moment::After { phases, seconds: words.after_seconds.unwrap_or(REACTION_SECONDS) })
    };
    match (words.at, words.on.as_deref()) {
        (Some(at), Some(on)) => {
            faults.add(&format!("{field}.at"), at, &format!("and on = {on:?} both say when"), "keep one of the two");
            None
        }
        (Some(at), None) if at < -QUIET_SECONDS => {
            let mend = format!("write at least -{QUIET_SECONDS}");
            faults.add(&format!("{field}.at"), at, "is before the beginning", &mend);
            None
        }
        (Some(at), None) => Some(Moment::At(at + i64::from(words.after_seconds.unwrap_or(0)))),
        (None, Some("asked")) => after(vec![PhaseName::AwaitingApproval, PhaseName::AwaitingVeto]),
        (None, Some(on)) => match phase(on) {
            Some(phase) => after(vec![phase]),
            None => {
                let mend = format!("write asked, or one of {}", phase_words());
                faults.add(&format!("{field}.on"), on, "is no phase", &mend);
                None
            }
        },
        (None, None) => match usual(words.action) {
            Some(phases) => after(phases),
            None => {
                faults.add(field, "nothing", "does not say when", "add at = <seconds>, or on = \"<phase>\"");
                None
            }
        },
    }
}

/// When each thing is done by people who only react.
fn usual(word: OperatorWord) -> Option<Vec<PhaseName>> {
    match word {
        OperatorWord::Approve | OperatorWord::Veto => Some(vec![PhaseName::AwaitingApproval, PhaseName::AwaitingVeto]),
        OperatorWord::WeighAgain | OperatorWord::Adopt | OperatorWord::Release => Some(vec![PhaseName::Held]),
        OperatorWord::Acknowledge | OperatorWord::Rebuild => Some(vec![PhaseName::FailedOver]),
        OperatorWord::SwitchOver => Some(vec![PhaseName::Rebuilt]),
        OperatorWord::Abort | OperatorWord::Pause | OperatorWord::Unpause => None,
    }
}

/// A person by full name, by the last word of an approver's, or by the order of the approvals.
fn person(policy: &Policy, by: Option<&str>, approvals: usize) -> Option<Person> {
    let approvers = policy.approval.as_ref().map_or(&[][..], |rule| rule.approvers.as_slice());
    let Some(by) = by else {
        let turn = approvals.saturating_sub(1) % approvers.len().max(1);
        return approvers.get(turn).cloned().or_else(|| person(policy, Some("oncall"), 0));
    };
    let short = |person: &&Person| person.as_str().rsplit('/').next() == Some(by);
    let known = approvers.iter().find(short).cloned();
    let account = policy.database.writer.account();
    known.or_else(|| {
        if by.contains(':') { by.parse().ok() } else { format!("arn:aws:iam::{account}:role/{by}").parse().ok() }
    })
}

fn replica(words: &OperatorWords, field: &str, policy: &Policy, faults: &mut Faults) -> Option<DbInstanceArn> {
    let writer = &policy.database.writer;
    let name = words.replica.clone().unwrap_or_else(|| format!("{writer}-rebuilt"));
    let prefix = writer.as_str().rsplit_once(':').map_or("", |(prefix, _)| prefix);
    let full = if name.contains(':') { name.clone() } else { format!("{prefix}:{name}") };
    let parsed = full.parse().ok();
    if parsed.is_none() {
        faults.add(&format!("{field}.replica"), name, "is not an RDS instance", "write its name or its ARN");
    }
    parsed
}
