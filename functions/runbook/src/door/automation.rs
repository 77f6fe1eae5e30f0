//! The door of automations: a step of an ARC Region switch plan, and a run of the SSM document. Neither tells who is
//! behind it in a way that AWS vouches for, so both are written down as unverified.

use super::{Refusal, refusal};
use serde_json::{Map, Value};
use understudy_driver::{Caller, DeskRequest};
use understudy_engine::{NameError, Person, PhaseName};

/// What Region switch adds to a step's fixed payload, beside the plan's ARN.
const REGION_SWITCH_ADDS: [&str; 3] = ["InvokedBy", "ExecutionId", "StepName"];

/// What an automation asks.
#[derive(Debug, PartialEq)]
pub(crate) struct Automated {
    pub(crate) request: DeskRequest,
    pub(crate) caller: Caller,
    /// The phase that it waits for: in any other the invocation fails, and is made again.
    pub(crate) expects: Option<PhaseName>,
}

pub(super) fn knocks(fields: &Map<String, Value>) -> bool {
    fields.contains_key("PlanArn") || fields.contains_key("automation")
}

pub(super) fn read(mut fields: Map<String, Value>) -> Result<Automated, Refusal> {
    // A document of SSM has text alone, and cannot leave a field out.
    fields.retain(|_, value| *value != "");
    if let Some(execute) = fields.get_mut("execute") {
        *execute = match execute.as_str() {
            Some("true") => true.into(),
            Some("false") => false.into(),
            Some(_) | None => execute.take(),
        };
    }
    let expects = fields.remove("expect").map(phase).transpose()?;
    let by = match fields.remove("PlanArn") {
        Some(plan) => {
            for added in REGION_SWITCH_ADDS {
                fields.remove(added);
            }
            if fields.contains_key("by") {
                return Err(refusal(400, "by: leave it out of the step's payload: the plan is who asks".to_owned()));
            }
            Some(person("PlanArn", &plan)?)
        }
        None => {
            fields.remove("automation");
            None
        }
    };
    let (request, said) = DeskRequest::of(fields)?;
    let by = by.or(said).ok_or_else(|| refusal(400, "by: it is missing: say who runs the automation".to_owned()))?;
    Ok(Automated { request, caller: Caller::Unverified(by), expects })
}

fn phase(named: Value) -> Result<PhaseName, Refusal> {
    let problem = format!("expect: {named} is no phase: write one of docs/concepts/phases.md, such as FailedOver");
    serde_json::from_value(named).map_err(|_| refusal(400, problem))
}

fn person(field: &str, named: &Value) -> Result<Person, Refusal> {
    let text = named.as_str().unwrap_or_default();
    text.parse().map_err(|error: NameError| refusal(400, format!("{field}: {error}")))
}
