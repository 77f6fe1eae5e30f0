//! Codes: a person gives back the hash of exactly what was asked.

use crate::scene::{Scene, run};
use understudy_driver::{Answer, ApprovalCode, answer, code_of_batch, code_of_question};
use understudy_engine::{
    Action, ApprovalRule, Epoch, Ignored, IncidentId, Mode, PhaseName, Question, Revision, Seconds, StepVerdict, Why,
};

async fn asked() -> Scene {
    let mut scene = Scene::new();
    let approvers = vec!["ann".parse().unwrap(), "ben".parse().unwrap()];
    scene.policy.approval = Some(ApprovalRule { needed: 1, approvers, expires_seconds: Seconds(900) });
    scene.policy.mode = Mode::Approve;
    scene.table.inner.apply(&scene.policy).unwrap();
    scene.almost_sustained().await;
    scene.turn(&mut run("run-1")).await.unwrap();
    assert_eq!(scene.phase().await, PhaseName::AwaitingApproval);
    scene
}

async fn question(scene: &Scene) -> Question {
    scene.record().await.state.phase.question().unwrap().clone()
}

async fn say(scene: &Scene, by: &str, said: Answer, code: &ApprovalCode) -> StepVerdict {
    let by = by.parse().unwrap();
    let now = scene.world.now();
    answer(&scene.table, scene.application(), &mut run("person-1"), &by, (said, code), now).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn the_message_that_asks_carries_the_code_that_answers() {
    let scene = asked().await;
    scene.deliver(&mut run("notify-1")).await.unwrap();
    let code = code_of_question(scene.application(), &question(&scene).await);
    let told = scene.world.messages();
    assert!(told.last().unwrap().text.contains(&format!("Code of this question: {code}")));
    assert_eq!(say(&scene, "ann", Answer::Yes, &code).await, StepVerdict::Noted);
    let taken = scene.turn(&mut run("run-2")).await.unwrap();
    assert!(taken.verdicts.contains(&StepVerdict::Advanced(Why::Approved)));
    assert_eq!(scene.world.promote_calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_no_holds_it() {
    let scene = asked().await;
    let code = code_of_question(scene.application(), &question(&scene).await);
    assert_eq!(say(&scene, "mallory", Answer::No, &code).await, StepVerdict::Advanced(Why::Vetoed));
}

#[tokio::test(start_paused = true)]
async fn a_code_of_anything_else_answers_nothing() {
    let scene = asked().await;
    let asked = question(&scene).await;
    let other = |change: fn(&mut Question)| {
        let mut question = asked.clone();
        change(&mut question);
        code_of_question(scene.application(), &question)
    };
    let others = [
        code_of_question(&"billing".parse().unwrap(), &asked),
        other(|question| question.epoch = Epoch(7)),
        other(|question| question.asked_at = Seconds(1).after(question.asked_at)),
        other(|question| question.incident = IncidentId::opened(question.asked_at, Revision(99))),
        other(|question| {
            let Action::Promote { writer, replica } = &mut question.action;
            std::mem::swap(writer, replica);
        }),
    ];
    for code in others {
        assert_eq!(say(&scene, "ann", Answer::Yes, &code).await, StepVerdict::Ignored(Ignored::Stale));
    }
    assert_eq!(scene.phase().await, PhaseName::AwaitingApproval);
}

#[test]
fn a_code_is_short_enough_to_be_typed_and_another_for_another_batch() {
    let at = "2026-03-01T03:00:00Z".parse().unwrap();
    let batch = |revision| [("orders".parse().unwrap(), IncidentId::opened(at, Revision(revision)))].into();
    assert_ne!(code_of_batch(&batch(1)), code_of_batch(&batch(2)));
    assert_eq!(code_of_batch(&batch(1)).0.len(), 16);
}
