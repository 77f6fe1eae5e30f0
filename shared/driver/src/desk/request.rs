//! A request, as JSON: `{"application":"orders","action":"approve","code":"1f0c…","execute":true}`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use understudy_engine::{Application, BrokenGlass, DbInstanceArn, IncidentId, NameError, Person, Verdict, VoterName};

/// The longest request that is read.
const BYTES_MAX: usize = 4096;

/// Who asks, and how that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// AWS has checked it.
    Verified(Person),
    /// By their own word alone.
    Unverified(Person),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskRequest {
    pub application: Application,
    pub ask: Ask,
    /// Whether an order is to be entered. Without it the answer is what it would come to.
    pub execute: bool,
}

/// Those without fields have braces, or serde would let unknown fields pass in them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
pub enum Ask {
    Status {},
    Explain {},
    Incidents {},
    Incident {
        incident: IncidentId,
    },
    FailbackPlan {
        incident: IncidentId,
        replica: DbInstanceArn,
    },
    Vote {
        voter: VoterName,
        verdict: Verdict,
    },
    Approve {
        code: String,
    },
    Decline {
        code: String,
    },
    Abort {
        incident: IncidentId,
    },
    Acknowledge {
        incident: IncidentId,
    },
    WeighAgain {
        incident: IncidentId,
    },
    Adopt {
        incident: IncidentId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        glass: Option<BrokenGlass>,
    },
    Rebuild {
        incident: IncidentId,
        replica: DbInstanceArn,
    },
    SwitchOver {
        incident: IncidentId,
    },
    Release {
        code: String,
    },
    Pause {},
    Unpause {},
}

/// Why a request cannot be read. Nothing was looked at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    #[error("the request has {found} bytes: send at most {BYTES_MAX}")]
    TooLong { found: usize },
    #[error(
        "the request is no JSON object ({problem}): send one like {{\"application\":\"orders\",\"action\":\"status\"}}"
    )]
    NoObject { problem: String },
    #[error("application: {problem}")]
    Application { problem: String },
    #[error("execute: it is neither true nor false: leave it out to see what an order would come to")]
    Execute,
    #[error("by: {problem}")]
    By { problem: String },
    #[error("{problem}: the actions are {ACTIONS}")]
    Action { problem: String },
}

const ACTIONS: &str = "status, explain, incidents, pause, unpause; vote with voter and verdict; approve and decline with the question's code; release with the \
                       batch's code; incident, abort, acknowledge, weigh_again, adopt and switch_over with the incident; \
                       rebuild and failback_plan with incident and replica";

impl DeskRequest {
    /// Reads a request. Who asks is said apart from it by whoever has checked; `by` in it is a word.
    ///
    /// # Errors
    /// When it cannot be read: the field, and the mend.
    pub fn read(text: &str) -> Result<(Self, Option<Person>), RequestError> {
        if text.len() > BYTES_MAX {
            return Err(RequestError::TooLong { found: text.len() });
        }
        let read = serde_json::from_str::<Map<String, Value>>(text);
        Self::of(read.map_err(|error| RequestError::NoObject { problem: error.to_string() })?)
    }

    /// The same, of an object that was read already.
    ///
    /// # Errors
    /// As [`DeskRequest::read`].
    pub fn of(mut fields: Map<String, Value>) -> Result<(Self, Option<Person>), RequestError> {
        let application = match fields.remove("application") {
            Some(Value::String(name)) => {
                name.parse().map_err(|error: NameError| RequestError::Application { problem: error.to_string() })?
            }
            Some(_) | None => {
                let problem = "it is missing, or no text: name the application".to_owned();
                return Err(RequestError::Application { problem });
            }
        };
        let execute = match fields.remove("execute") {
            None => false,
            Some(Value::Bool(execute)) => execute,
            Some(_) => return Err(RequestError::Execute),
        };
        let by = match fields.remove("by") {
            None => None,
            Some(Value::String(name)) => Some(
                name.parse::<Person>().map_err(|error: NameError| RequestError::By { problem: error.to_string() })?,
            ),
            Some(_) => return Err(RequestError::By { problem: "it is no text: say who you are".to_owned() }),
        };
        let ask = serde_json::from_value(Value::Object(fields))
            .map_err(|error| RequestError::Action { problem: error.to_string() })?;
        Ok((Self { application, ask, execute }, by))
    }

    /// The request as it is read.
    ///
    /// # Errors
    /// When it cannot be written as JSON, which nothing that can be asked causes.
    pub fn to_json(&self) -> Result<Value, serde_json::Error> {
        let mut request = serde_json::to_value(&self.ask)?;
        if let Some(fields) = request.as_object_mut() {
            fields.insert("application".to_owned(), self.application.to_string().into());
            fields.insert("execute".to_owned(), self.execute.into());
        }
        Ok(request)
    }
}

impl Caller {
    /// The name under which the timeline has it. What nobody has checked says so, and is nobody's role.
    #[must_use]
    pub fn person(&self) -> Person {
        match self {
            Self::Verified(person) => person.clone(),
            Self::Unverified(person) => {
                let marked = format!("unverified:{person}").chars().take(256).collect::<String>();
                marked.parse().unwrap_or_else(|_| person.clone())
            }
        }
    }
}

impl Ask {
    /// Whether it brings the journal of a promotion by hand.
    #[must_use]
    pub(super) fn tells_of_glass(&self) -> bool {
        matches!(self, Self::Adopt { glass: Some(_), .. })
    }

    /// Whether it is an order, and no question.
    #[must_use]
    pub fn may_enter(&self) -> bool {
        match self {
            Self::Status {}
            | Self::Explain {}
            | Self::Incidents {}
            | Self::Incident { .. }
            | Self::FailbackPlan { .. } => false,
            Self::Vote { .. }
            | Self::Approve { .. }
            | Self::Decline { .. }
            | Self::Abort { .. }
            | Self::Acknowledge { .. }
            | Self::WeighAgain { .. }
            | Self::Adopt { .. }
            | Self::Rebuild { .. }
            | Self::SwitchOver { .. }
            | Self::Release { .. }
            | Self::Pause {}
            | Self::Unpause {} => true,
        }
    }

    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Status {} => "status",
            Self::Explain {} => "explain",
            Self::Incidents {} => "incidents",
            Self::Incident { .. } => "incident",
            Self::FailbackPlan { .. } => "failback_plan",
            Self::Vote { .. } => "vote",
            Self::Approve { .. } => "approve",
            Self::Decline { .. } => "decline",
            Self::Abort { .. } => "abort",
            Self::Acknowledge { .. } => "acknowledge",
            Self::WeighAgain { .. } => "weigh_again",
            Self::Adopt { .. } => "adopt",
            Self::Rebuild { .. } => "rebuild",
            Self::SwitchOver { .. } => "switch_over",
            Self::Release { .. } => "release",
            Self::Pause {} => "pause",
            Self::Unpause {} => "unpause",
        }
    }
}
