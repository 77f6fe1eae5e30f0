//! The desk: what people ask is answered in words, and what they order is entered only where they say so.

use crate::scene::{Scene, run};
use understudy_driver::{Caller, DeskRequest, Outcome, Told, serve};
use understudy_engine::{ApprovalRule, EvidenceClass, Mode, PhaseName, Seconds, Source, Subject, Verdict, Voter};
use understudy_sim::AlarmValue;

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

#[tokio::test(start_paused = true)]
async fn a_journal_is_named_by_its_whole_hash_or_not_at_all() {
    let glass = |hash: &str| {
        let at = "2026-03-01T12:00:00Z";
        format!(r#""incident":"20260301T120000Z-r1","glass":{{"by":"bob","called_at":"{at}","journal":"{hash}"}},"#)
    };
    let whole = "0a".repeat(32);
    assert!(DeskRequest::read(&order("adopt", &glass(&whole))).is_ok());
    for hash in ["", "0a", &"0A".repeat(32), &"zz".repeat(32), &"0a".repeat(33)] {
        let error = DeskRequest::read(&order("adopt", &glass(hash))).unwrap_err().to_string();
        assert!(error.contains("the hash of a journal"), "{hash:?}: {error}");
    }
}

const WORD: &str = r#"{"application":"orders","action":"vote","voter":"on-call","verdict":"down","execute":true}"#;

/// The word of a person is needed beside one alarm.
async fn spoken() -> Scene {
    let mut scene = Scene::new();
    let approvers = vec![ROLE.parse().unwrap()];
    scene.policy.approval = Some(ApprovalRule { needed: 1, approvers, expires_seconds: Seconds(900) });
    scene.policy.voters.push(Voter {
        name: "on-call".parse().unwrap(),
        class: EvidenceClass::Operator,
        watches: Subject::Primary,
        source: Source::Operator("us-west-2".parse().unwrap()),
    });
    assert!(scene.policy.is_sound(), "{:?}", scene.policy.faults());
    scene.table.inner.apply(&scene.policy).unwrap();
    scene
}

#[tokio::test(start_paused = true)]
async fn a_persons_word_is_one_vote_of_the_quorum_and_only_an_approver_gives_it() {
    let scene = spoken().await;
    let told = ask(&scene, "arn:aws:iam::111122223333:user/stranger", WORD).await;
    assert_eq!((told.outcome, told.says.contains("approvers")), (Outcome::Refused, true), "{told:?}");
    let told = ask(&scene, ANN, &WORD.replace("on-call", "witness")).await;
    assert_eq!((told.outcome, told.hint.unwrap().contains("on-call")), (Outcome::Refused, true));
    let told = ask(&scene, ANN, &WORD.replace(r#","execute":true"#, "")).await;
    assert_eq!(
        (told.outcome, scene.record().await.votes.contains_key(&"on-call".parse().unwrap())),
        (Outcome::Would, false)
    );

    let told = ask(&scene, ANN, WORD).await;
    assert_eq!(told.outcome, Outcome::Entered, "{told:?}");
    let said = scene.record().await.votes[&"on-call".parse().unwrap()].clone();
    assert_eq!((said.verdict, said.since), (Verdict::Down, None));
    assert!(said.reason.contains("assumed-role/orders-oncall/ann"), "{}", said.reason);
    scene.turn(&mut run("run-1")).await.unwrap();
    assert_eq!(scene.phase().await, PhaseName::Suspected, "one vote of two");

    // Alone it decides nothing, however often it is said.
    for second in (31..=248).step_by(31) {
        scene.at(second).await;
        ask(&scene, ANN, WORD).await;
        scene.turn(&mut run("alone")).await.unwrap();
        assert_eq!(scene.phase().await, PhaseName::Suspected);
    }
    scene.set("witness", AlarmValue::Alarm);
    scene.set("standby", AlarmValue::InsufficientData);
    for second in (260..=520).step_by(31) {
        scene.at(second).await;
        ask(&scene, ANN, WORD).await;
        scene.turn(&mut run("both")).await.unwrap();
    }
    assert_eq!(scene.world.promote_calls(), 1, "with an alarm beside it: {:?}", scene.phase().await);
}
