//! The command line of what is asked: written here, and nowhere else, for messages, hints and explanations.

use super::Ask;
use understudy_engine::{Application, IncidentId, Verdict};

impl Ask {
    /// What to type. An order is entered by it; without its `--yes` it only says what it would come to.
    #[must_use]
    pub fn command_line(&self, application: &Application) -> String {
        let incident = |incident: &IncidentId| format!(" --incident {}", quoted(incident.as_str()));
        let code = |code: &str| format!(" --code {}", quoted(code));
        let (verbs, about) = match self {
            Self::Status {} => ("status", String::new()),
            Self::Explain {} => ("explain", String::new()),
            Self::Incidents {} => ("incident list", String::new()),
            Self::Incident { incident: of } => ("incident show", incident(of)),
            Self::FailbackPlan { incident: of, replica } => {
                ("failback plan", format!("{} --replica {replica}", incident(of)))
            }
            Self::Vote { voter, verdict } => ("vote", format!(" --voter {voter} --verdict {}", word(*verdict))),
            Self::Approve { code: of } => ("failover approve", code(of)),
            Self::Decline { code: of } => ("failover decline", code(of)),
            Self::Abort { incident: of } => ("failover abort", incident(of)),
            Self::Acknowledge { incident: of } => ("incident acknowledge", incident(of)),
            Self::WeighAgain { incident: of } => ("incident weigh-again", incident(of)),
            Self::Adopt { incident: of, glass: None } => ("incident adopt", incident(of)),
            Self::Adopt { incident: of, glass: Some(_) } => {
                ("incident reconcile", format!("{} --journal FILE", incident(of)))
            }
            Self::Rebuild { incident: of, replica } => {
                ("failback start", format!("{} --replica {replica}", incident(of)))
            }
            Self::SwitchOver { incident: of } => ("switchover start", incident(of)),
            Self::Release { code: of } => ("storm release", code(of)),
            Self::Pause {} => ("pause", String::new()),
            Self::Unpause {} => ("unpause", String::new()),
        };
        let yes = if self.may_enter() { " --yes" } else { "" };
        format!("understudy {verbs} --application {application}{about}{yes}")
    }
}

/// What writes an incident's report.
#[must_use]
pub fn export_line(application: &Application, incident: &IncidentId) -> String {
    let incident = quoted(incident.as_str());
    format!("understudy incident export --application {application} --incident {incident} --format html")
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Down => "down",
        Verdict::Up => "up",
        Verdict::Abstain => "abstain",
    }
}

/// A code or an incident may be whatever a caller sent: pasted into a shell it is one word all the same.
fn quoted(text: &str) -> String {
    shlex::try_quote(text).map(String::from).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_caller_sent_stays_one_word_of_a_shell() {
        let application = "orders".parse().unwrap();
        let hostile = Ask::Approve { code: "1; reboot 'now'".to_owned() };
        let words = shlex::split(&hostile.command_line(&application)).unwrap();
        let expected =
            ["understudy", "failover", "approve", "--application", "orders", "--code", "1; reboot 'now'", "--yes"];
        assert_eq!(words, expected);
    }

    #[test]
    fn what_only_looks_is_not_told_to_go_ahead() {
        let application = "orders".parse().unwrap();
        assert_eq!(Ask::Explain {}.command_line(&application), "understudy explain --application orders");
        assert_eq!(Ask::Pause {}.command_line(&application), "understudy pause --application orders --yes");
    }
}
