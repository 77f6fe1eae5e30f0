//! The desk: what people ask is answered in words, and what they order is entered only where they say so.

use crate::scene::{Scene, run};
use understudy_driver::{Caller, DeskRequest, Outcome, Told, serve};
use understudy_engine::{ApprovalRule, Mode, PhaseName, Seconds};

const ROLE: &str = "arn:aws:iam::111122223333:role/orders-oncall";
const ANN: &str = "arn:aws:sts::111122223333:assumed-role/orders-oncall/ann";
const BEN: &str = "arn:aws:sts::111122223333:assumed-role/orders-oncall/ben";
const LEAD: &str = "arn:aws:iam::111122223333:user/lead";

/// People are asked, two of whom have to say yes.
async fn asked() -> Scene {
    let mut scene = Scene::new();
    let approvers = vec![ROLE.parse().unwrap(), LEAD.parse().unwrap()];
    scene.policy.approval = Some(ApprovalRule { needed: 2, approvers, expires_seconds: Seconds(900) });
    scene.policy.mode = Mode::Approve;
    scene.table.inner.apply(&scene.policy).unwrap();
    scene.almost_sustained().await;
    scene.turn(&mut run("run-1")).await.unwrap();
    assert_eq!(scene.phase().await, PhaseName::AwaitingApproval);
    scene
}

async fn ask_as(scene: &Scene, caller: Caller, request: &str) -> Told {
    let (request, _by) = DeskRequest::read(request).unwrap();
    serve(&scene.table, &mut run("desk-1"), &caller.person(), &request, scene.world.now()).await.unwrap()
}

async fn ask(scene: &Scene, by: &str, request: &str) -> Told {
    ask_as(scene, Caller::Verified(by.parse().unwrap()), request).await
}

fn order(action: &str, more: &str) -> String {
    format!(r#"{{"application":"orders","action":"{action}",{more}"execute":true}}"#)
}

async fn code(scene: &Scene) -> String {
    let told = ask(scene, ANN, r#"{"application":"orders","action":"status"}"#).await;
    assert_eq!(told.outcome, Outcome::Shown);
    told.status.question.unwrap().code
}

#[tokio::test(start_paused = true)]
async fn status_says_what_is_asked_and_how_to_answer() {
    let scene = asked().await;
    let told = ask(&scene, ANN, r#"{"application":"orders","action":"status"}"#).await;
    assert_eq!((told.status.phase, told.status.mode), (PhaseName::AwaitingApproval, Mode::Approve));
    assert!(told.hint.unwrap().contains(&format!("code {}", code(&scene).await)));
    let told = ask(&scene, ANN, r#"{"application":"orders","action":"explain"}"#).await;
    assert_eq!(told.explanation.unwrap().phase, PhaseName::AwaitingApproval);
}

#[tokio::test(start_paused = true)]
async fn an_order_is_not_entered_unless_the_request_says_so() {
    let scene = asked().await;
    let before = scene.record().await.state;
    let told = ask(&scene, ANN, r#"{"application":"orders","action":"pause"}"#).await;
    assert_eq!(told.outcome, Outcome::Would);
    assert_eq!(scene.record().await.state, before);
    let told = ask(&scene, ANN, &order("pause", "")).await;
    assert_eq!((told.outcome, told.status.paused_by), (Outcome::Entered, Some(ANN.parse().unwrap())));
    let told = ask(&scene, ANN, &order("pause", "")).await;
    assert_eq!(told.outcome, Outcome::Refused, "pausing twice");
}

#[tokio::test(start_paused = true)]
async fn two_sessions_of_one_role_are_one_approver() {
    let scene = asked().await;
    let answer = order("approve", &format!(r#""code":"{}","#, code(&scene).await));
    assert_eq!(ask(&scene, ANN, &answer).await.outcome, Outcome::Entered);
    let told = ask(&scene, BEN, &answer).await;
    assert_eq!(told.outcome, Outcome::Refused, "{}", told.says);
    scene.turn(&mut run("run-2")).await.unwrap();
    assert_eq!(scene.phase().await, PhaseName::AwaitingApproval);
    assert_eq!(ask(&scene, LEAD, &answer).await.outcome, Outcome::Entered);
    scene.turn(&mut run("run-3")).await.unwrap();
    assert_eq!(scene.world.promote_calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn whoever_nobody_has_checked_is_no_approver_and_may_say_no() {
    let scene = asked().await;
    let unchecked = || Caller::Unverified(ANN.parse().unwrap());
    let code = code(&scene).await;
    let told = ask_as(&scene, unchecked(), &order("approve", &format!(r#""code":"{code}","#))).await;
    assert_eq!(told.outcome, Outcome::Refused);
    assert!(told.says.contains("none of the approvers"), "{}", told.says);
    let told = ask_as(&scene, unchecked(), &order("decline", &format!(r#""code":"{code}","#))).await;
    assert_eq!((told.outcome, told.status.phase), (Outcome::Entered, PhaseName::Held));
}

#[tokio::test(start_paused = true)]
async fn a_code_of_no_question_is_refused_and_the_present_one_is_named() {
    let scene = asked().await;
    let told = ask(&scene, ANN, &order("approve", r#""code":"0000000000000000","#)).await;
    assert_eq!(told.outcome, Outcome::Refused);
    assert!(told.hint.unwrap().contains(&code(&scene).await));
}

#[tokio::test(start_paused = true)]
async fn an_order_about_another_incident_changes_nothing_and_says_so() {
    let scene = asked().await;
    let before = scene.record().await.state;
    for action in ["abort", "acknowledge", "weigh_again", "adopt", "switch_over"] {
        let told = ask(&scene, ANN, &order(action, r#""incident":"20260101T000000Z-r1","#)).await;
        assert_eq!(told.outcome, Outcome::Refused, "{action}: {}", told.says);
        assert!(told.hint.is_some(), "{action}");
    }
    assert_eq!(scene.record().await.state, before);
    let told = ask(&scene, ANN, &order("release", r#""code":"0000000000000000","#)).await;
    assert_eq!(told.outcome, Outcome::Refused, "no batch waits");
}
