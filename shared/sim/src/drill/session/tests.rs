use super::*;
use serde_json::json;
use understudy_driver::Outcome;

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
    let rebuild = json!({"action": "rebuild", "incident": incident, "replica": replica, "execute": true});
    assert_eq!(asked(&mut session, rebuild).outcome, Outcome::Entered);
    session.forward(Until::Phase(PhaseName::Rebuilt)).unwrap();
    let home = json!({"action": "switch_over", "incident": incident, "execute": true});
    let told = asked(&mut session, home);
    assert_eq!(told.outcome, Outcome::Entered, "{told:?}");
    session.forward(Until::Phase(PhaseName::FailedOver)).unwrap();
    let status = asked(&mut session, json!({"action": "status"})).status;
    assert_eq!(status.writer.to_string(), replica);
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
