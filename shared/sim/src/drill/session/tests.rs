use super::*;
use serde_json::json;
use understudy_driver::{Outcome, Plan, PlannedCall, PlannedStep, PlannedWhat};

fn asked(session: &mut Session, mut request: Value) -> Told {
    request["application"] = "orders".into();
    let (request, _) = DeskRequest::read(&request.to_string()).unwrap();
    let by = session.on_call().unwrap();
    session.ask(&by, &request).unwrap()
}

fn kept(session: &Session) -> Session {
    serde_json::from_str(&serde_json::to_string(session).unwrap()).unwrap()
}

#[test]
fn a_person_is_asked_approves_and_sends_it_home() {
    let mut session = Session::begin(Script::OldPrimaryReturns, Mode::Approve);
    session.forward(Until::Phase(PhaseName::AwaitingApproval)).unwrap();
    let code = asked(&mut session, json!({"action": "status"})).status.question.unwrap().code;
    let would = asked(&mut session, json!({"action": "approve", "code": code}));
    assert_eq!(would.outcome, Outcome::Would);
    assert_eq!(asked(&mut kept(&session), json!({"action": "status"})).status.question.unwrap().code, code);

    let approved = asked(&mut session, json!({"action": "approve", "code": code, "execute": true}));
    assert_eq!(approved.outcome, Outcome::Entered);
    let again = asked(&mut session, json!({"action": "approve", "code": code, "execute": true}));
    assert_eq!(again.outcome, Outcome::Refused);
    let mut session = kept(&session);
    let standing = session.forward(Until::Phase(PhaseName::FailedOver)).unwrap();
    assert!(standing.timeline.iter().any(|line| line.what == "PromoteReadReplica accepted"));

    session.forward(Until::Seconds(1200)).unwrap();
    let incident = asked(&mut session, json!({"action": "status"})).status.incident.unwrap();
    let replica = "arn:aws:rds:us-east-1:111122223333:db:orders-home";
    let home = json!({"action": "failback_plan", "incident": incident, "replica": replica, "execute": true});
    let plan = asked(&mut session, home).plan.unwrap();
    let changing = ["CreateDBInstanceReadReplica", "ModifyDBInstance", "RebootDBInstance", "PromoteReadReplica"];
    assert_eq!(changing_calls(&plan), changing);
    let rebuild = json!({"action": "rebuild", "incident": incident, "replica": replica, "execute": true});
    assert_eq!(asked(&mut session, rebuild).outcome, Outcome::Entered);
    session.forward(Until::Phase(PhaseName::Rebuilt)).unwrap();
    let home = json!({"action": "switch_over", "incident": incident, "execute": true});
    let told = asked(&mut session, home);
    assert_eq!(told.outcome, Outcome::Entered, "{told:?}");
    session.forward(Until::Phase(PhaseName::FailedOver)).unwrap();
    let status = asked(&mut session, json!({"action": "status"})).status;
    assert_eq!(status.writer.to_string(), replica);
    let phases = moves(&mut session);
    assert!(phases.ends_with(&planned_phases(&plan)), "what was planned is what happened: {phases:?}, {plan:?}");
}

#[test]
fn a_plan_of_an_order_says_what_is_called_and_enters_nothing() {
    let mut session = Session::begin(Script::OldPrimaryReturns, Mode::Approve);
    session.forward(Until::Phase(PhaseName::AwaitingApproval)).unwrap();
    let status = asked(&mut session, json!({"action": "status"})).status;
    let approve = json!({"action": "approve", "code": status.question.unwrap().code});
    let plan = asked(&mut session, approve).plan.unwrap();
    assert_eq!(changing_calls(&plan), ["ModifyDBInstance", "RebootDBInstance", "PromoteReadReplica"]);
    let regions = plan.steps.iter().filter_map(call).filter(|call| call.changes).map(|call| call.region.to_string());
    assert_eq!(regions.collect::<Vec<_>>(), ["us-east-1", "us-east-1", "us-west-2"]);
    let phases = [PhaseName::Fencing, PhaseName::Promoting, PhaseName::Verifying, PhaseName::Shifting];
    assert_eq!(planned_phases(&plan), [&phases[..], &[PhaseName::FailedOver]].concat());
    assert_eq!(plan.ends, PhaseName::FailedOver);

    let abort = json!({"action": "abort", "incident": status.incident});
    let plan = asked(&mut session, abort).plan.unwrap();
    assert_eq!((changing_calls(&plan), plan.ends), (Vec::<String>::new(), PhaseName::Held));
    let stranger: Person = "ann".parse().unwrap();
    let code = asked(&mut session, json!({"action": "status"})).status.question.unwrap().code;
    let request = json!({"application": "orders", "action": "approve", "code": code});
    let (request, _) = DeskRequest::read(&request.to_string()).unwrap();
    assert_eq!(session.ask(&stranger, &request).unwrap().plan, None, "what is refused leads to nothing");
    assert_eq!(asked(&mut session, json!({"action": "status"})).status.revision, status.revision);
}

fn call(step: &PlannedStep) -> Option<&PlannedCall> {
    if let PlannedWhat::Call(call) = &step.what { Some(call) } else { None }
}

fn changing_calls(plan: &Plan) -> Vec<String> {
    let calls = plan.steps.iter().filter_map(call);
    calls.filter(|call| call.changes).map(|call| call.operation.clone()).collect()
}

fn planned_phases(plan: &Plan) -> Vec<PhaseName> {
    let phase = |step: &PlannedStep| {
        if let PlannedWhat::Phase { to } = step.what { Some(to) } else { None }
    };
    plan.steps.iter().filter_map(phase).collect()
}

/// Every move of the incident that it stands in.
fn moves(session: &mut Session) -> Vec<PhaseName> {
    let incidents = asked(session, json!({"action": "incidents"})).incidents.unwrap();
    let mut phases = Vec::new();
    for incident in incidents.iter().rev() {
        let told = asked(session, json!({"action": "incident", "incident": incident})).incident.unwrap();
        for item in told.items {
            let entry: Entry = serde_json::from_str(&item.entry).unwrap();
            if let understudy_engine::What::Moved { to, .. } = entry.what {
                phases.push(to);
            }
        }
    }
    phases
}

#[test]
fn what_a_file_says_that_cannot_be_is_named() {
    let mut session = Session::begin(Script::RegionLoss, Mode::Auto);
    session.scenario = "flood".to_owned();
    assert!(session.on_call().unwrap_err().to_string().contains("flood"));
    let mut session = Session { schema: 9, ..Session::begin(Script::RegionLoss, Mode::Auto) };
    assert!(session.forward(Until::Seconds(1)).unwrap_err().to_string().contains("schema 9"));
    let mut session = Session::begin(Script::RegionLoss, Mode::Auto);
    assert!(matches!(session.forward(Until::Seconds(90_000)), Err(SessionError::TooLong)));
    assert_eq!(session.seconds, 0);
}
