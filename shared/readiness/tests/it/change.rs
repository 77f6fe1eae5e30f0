//! What is told of a look that differs from the one before.

use crate::ground::{blind, now, policy, survey, unseen};
use crate::rows::ROWS;
use serde_json::Value;
use understudy_engine::Urgency;
use understudy_readiness::{Change, Readiness, Seen, Survey, Verdict, Why};

type Breakage = fn(&mut Survey);

fn look(breakages: &[Breakage]) -> Readiness {
    let policy = policy();
    let mut survey = survey(&policy);
    breakages.iter().for_each(|broken| broken(&mut survey));
    Readiness::of(&policy, &survey, now())
}

/// It blocks.
fn nobody_subscribed(survey: &mut Survey) {
    let Seen::Known(topic) = &mut survey.topic else { panic!("the topic is there") };
    topic.confirmed = 0;
}

/// It warns.
fn dead_letters(survey: &mut Survey) {
    *survey.dead_letters.values_mut().next().unwrap() = Seen::Known(3);
}

fn topic_unheard(survey: &mut Survey) {
    survey.topic = unseen(Why::Unreachable);
}

fn incident_open(survey: &mut Survey) {
    let rows = ROWS.iter().copied().flatten();
    let row = rows.into_iter().find(|(name, ..)| *name == "phase-watching").unwrap();
    row.2(&mut policy(), survey);
}

fn told(before: Option<&Readiness>, now: &Readiness) -> Option<(Vec<String>, Vec<String>, Urgency)> {
    let names = |findings: &[&understudy_readiness::Finding]| findings.iter().map(|one| one.name.to_string()).collect();
    Change::between(before, now).map(|change| (names(&change.worse), names(&change.better), change.urgency()))
}

#[test]
fn what_was_told_is_not_told_again() {
    let broken = look(&[nobody_subscribed, dead_letters]);
    assert_eq!(told(Some(&broken), &broken), None);
    assert_eq!(told(None, &look(&[])), None, "all is well, and nobody has asked");
}

#[test]
fn what_begins_to_block_pages_and_what_warns_or_is_mended_is_a_notice() {
    let (well, warns, blocks) = (look(&[]), look(&[dead_letters]), look(&[nobody_subscribed, dead_letters]));
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let (letters, topic) = ("dead-letters-empty", "topic-subscribed");
    for (before, now, worse, better, urgency) in [
        (None, &blocks, names(&[topic, letters]), names(&[]), Urgency::Page),
        (Some(&well), &warns, names(&[letters]), names(&[]), Urgency::Notice),
        (Some(&warns), &blocks, names(&[topic]), names(&[]), Urgency::Page),
        (Some(&blocks), &warns, names(&[]), names(&[topic]), Urgency::Notice),
        (Some(&blocks), &well, names(&[]), names(&[topic, letters]), Urgency::Notice),
    ] {
        assert_eq!(told(before, now), Some((worse, better, urgency)));
    }
}

#[test]
fn what_blocked_and_cannot_be_told_now_is_not_called_better() {
    let (blocks, unheard) = (look(&[nobody_subscribed]), look(&[topic_unheard]));
    let (worse, better, urgency) = told(Some(&blocks), &unheard).unwrap();
    assert!(worse.contains(&"topic-subscribed".to_owned()) && better.is_empty(), "{worse:?} {better:?}");
    assert_eq!(urgency, Urgency::Notice, "nobody is woken by what cannot be told");
}

#[test]
fn an_open_incident_has_paged_by_itself() {
    let (well, incident) = (look(&[]), look(&[incident_open, nobody_subscribed]));
    let (worse, _, urgency) = told(Some(&well), &incident).unwrap();
    assert!(worse.contains(&"phase-watching".to_owned()) && worse.contains(&"topic-subscribed".to_owned()));
    assert_eq!(urgency, Urgency::Notice);
}

#[test]
fn a_look_is_kept_as_text_and_read_again() {
    let look = look(&[nobody_subscribed]);
    let text = serde_json::to_string(&look).unwrap();
    assert_eq!(serde_json::from_str::<Readiness>(&text).unwrap(), look);
}

#[test]
fn a_message_says_what_is_worse_with_its_mend_and_fits_sns() {
    let policy = policy();
    let blocks = look(&[nobody_subscribed]);
    let change = Change::between(None, &blocks).unwrap();
    let message = change.announcement(&policy);
    assert_eq!(message.subject, "[PAGE] orders: a failover would not work now");
    let finding = blocks.findings.iter().find(|one| one.verdict == Verdict::Blocks).unwrap();
    assert!(message.text.contains("topic-subscribed blocks: nobody"), "{}", message.text);
    assert!(message.text.contains(finding.mend.as_deref().unwrap()), "{}", message.text);
    assert!(message.text.contains("understudy readiness last orders.toml"), "{}", message.text);
    let json: Value = serde_json::from_str(&message.json).unwrap();
    assert_eq!((&json["about"], &json["answer"]), (&"readiness".into(), &"not_ready".into()));
    assert_eq!(json["worse"][0]["name"], "topic-subscribed");
    let schema = include_str!("../../../../docs/reference/readiness-notice.schema.json");
    let schema = jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap();
    assert!(schema.is_valid(&json), "{json:#}");
    let well = look(&[]);
    let better = Change::between(Some(&blocks), &well).unwrap().announcement(&policy).json;
    assert!(schema.is_valid(&serde_json::from_str(&better).unwrap()), "{better}");
    assert!(!schema.is_valid(&serde_json::json!({"about": "readiness"})));

    // The longest: everything is unseen, in words without end.
    let mut blind = Readiness::of(&policy, &blind(&policy, Why::Denied), now());
    for finding in &mut blind.findings {
        (finding.seen, finding.mend) = ("<!channel>\u{7}".repeat(1000), Some("é".repeat(5000)));
    }
    let change = Change::between(None, &blind).unwrap();
    let (message, more) = (change.announcement(&policy), change.worse.len() - 8);
    assert!(message.subject.len() < 100 && message.subject.is_ascii());
    for (form, bytes_max) in [(&message.text, 16_000), (&message.json, 18_000), (&message.chat, 12_000)] {
        assert!(form.len() <= bytes_max, "{} of {bytes_max}: {form}", form.len());
    }
    assert!(
        !message.chat.contains("<!channel>") && message.text.contains(&format!("and {more} more")),
        "{}",
        message.text
    );
}
