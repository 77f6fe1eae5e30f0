//! What is told of a look that differs from the one before.

use crate::ground::{blind, now, policy, survey, unseen};
use crate::rows::ROWS;
use serde_json::Value;
use understudy_engine::Urgency;
use understudy_readiness::{Finding, Look, Readiness, Seen, Survey, Verdict, Why};

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
    as_in_row("phase-watching", survey);
}

fn paused(survey: &mut Survey) {
    as_in_row("unpaused", survey);
}

fn as_in_row(name: &str, survey: &mut Survey) {
    let row = ROWS.iter().copied().flatten().find(|row| row.0 == name).unwrap();
    row.2(&mut policy(), survey);
}

fn after(before: Option<&Look>, breakages: &[Breakage]) -> (Look, Option<Told>) {
    let now = look(breakages);
    let (kept, change) = Look::after(before, &now);
    let names = |findings: &[&Finding]| findings.iter().map(|one| one.name.to_string()).collect();
    let told = change.map(|change| Told {
        worse: names(&change.worse),
        better: names(&change.better),
        pages: change.pages.iter().cloned().collect(),
    });
    (kept, told)
}

#[derive(Debug, PartialEq)]
struct Told {
    worse: Vec<String>,
    better: Vec<String>,
    pages: Vec<String>,
}

fn told(worse: &[&str], better: &[&str], pages: &[&str]) -> Option<Told> {
    let [worse, better, pages] = [worse, better, pages].map(|all| all.iter().map(|one| (*one).to_owned()).collect());
    Some(Told { worse, better, pages })
}

/// Looks one after the other, each with what is broken in it and what is told of it.
fn looks(each: &[(&[Breakage], Option<Told>)]) {
    let mut before = None;
    for (index, (breakages, expected)) in each.iter().enumerate() {
        let (kept, told) = after(before.as_ref(), breakages);
        assert_eq!(told, *expected, "look {index}");
        let text = serde_json::to_string(&kept).unwrap();
        assert_eq!(serde_json::from_str::<Look>(&text).unwrap(), kept, "kept as text");
        before = Some(kept);
    }
}

const TOPIC: &str = "topic-subscribed";
const LETTERS: &str = "dead-letters-empty";

#[test]
fn what_blocks_in_two_looks_running_pages_once_and_until_it_is_mended() {
    looks(&[
        (&[], None),
        (&[nobody_subscribed, dead_letters], told(&[TOPIC, LETTERS], &[], &[])),
        (&[nobody_subscribed, dead_letters], told(&[TOPIC], &[], &[TOPIC])),
        (&[nobody_subscribed, dead_letters], None),
        (&[dead_letters], told(&[], &[TOPIC], &[])),
        (&[nobody_subscribed, dead_letters], told(&[TOPIC], &[], &[])),
        (&[nobody_subscribed, dead_letters], told(&[TOPIC], &[], &[TOPIC])),
        (&[], told(&[], &[TOPIC, LETTERS], &[])),
    ]);
}

#[test]
fn what_blocks_in_one_look_wakes_nobody() {
    looks(&[
        (&[nobody_subscribed], told(&[TOPIC], &[], &[])),
        (&[], told(&[], &[TOPIC], &[])),
        (&[nobody_subscribed], told(&[TOPIC], &[], &[])),
    ]);
}

#[test]
fn what_people_want_so_is_told_and_wakes_nobody() {
    looks(&[
        (&[paused], told(&["unpaused"], &[], &[])),
        (&[paused], None),
        (&[paused, nobody_subscribed], told(&[TOPIC], &[], &[])),
        (&[paused, nobody_subscribed], told(&[TOPIC], &[], &[TOPIC])),
    ]);
}

#[test]
fn what_blocked_and_cannot_be_told_now_is_not_called_better() {
    let (before, _) = after(None, &[nobody_subscribed]);
    let unheard = look(&[topic_unheard]);
    let (_, change) = Look::after(Some(&before), &unheard);
    let change = change.unwrap();
    assert!(change.worse.iter().any(|one| one.name == TOPIC) && change.better.is_empty(), "{change:#?}");
    assert_eq!(change.urgency(), Urgency::Notice, "nobody is woken by what cannot be told");
}

#[test]
fn an_open_incident_has_paged_by_itself_and_what_still_blocks_after_it_pages() {
    let phase = "phase-watching";
    looks(&[
        (&[incident_open, nobody_subscribed], told(&[phase, TOPIC], &[], &[])),
        (&[incident_open, nobody_subscribed], None),
        (&[nobody_subscribed], told(&[TOPIC], &[phase], &[TOPIC])),
    ]);
}

#[test]
fn a_message_says_what_is_worse_with_its_mend_and_fits_sns() {
    let policy = policy();
    let blocks = look(&[nobody_subscribed]);
    let before = Look::after(None, &blocks).0;
    let (after, change) = Look::after(Some(&before), &blocks);
    let change = change.unwrap();
    assert_eq!(change.urgency(), Urgency::Page);
    let message = change.announcement(&policy);
    assert_eq!(message.subject, "[PAGE] orders: a failover would not work now");
    assert_eq!(message.attributes["deduplication"], "orders/readiness/topic-subscribed");
    let finding = blocks.findings.iter().find(|one| one.verdict == Verdict::Blocks).unwrap();
    assert!(message.text.contains("topic-subscribed blocks, in two looks running: nobody"), "{}", message.text);
    assert!(message.text.contains(finding.mend.as_deref().unwrap()), "{}", message.text);
    assert!(message.text.contains("understudy readiness last orders.toml"), "{}", message.text);
    let json: Value = serde_json::from_str(&message.json).unwrap();
    assert_eq!((&json["about"], &json["answer"]), (&"readiness".into(), &"not_ready".into()));
    assert_eq!(json["worse"][0]["name"], "topic-subscribed");
    let schema = include_str!("../../../../docs/reference/readiness-notice.schema.json");
    let schema = jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap();
    assert!(schema.is_valid(&json), "{json:#}");
    let well = look(&[]);
    let better = Look::after(Some(&after), &well).1.unwrap().announcement(&policy).json;
    assert!(schema.is_valid(&serde_json::from_str(&better).unwrap()), "{better}");
    assert!(!schema.is_valid(&serde_json::json!({"about": "readiness"})));

    // The longest: everything is unseen, in words without end.
    let mut blind = Readiness::of(&policy, &blind(&policy, Why::Denied), now());
    for finding in &mut blind.findings {
        (finding.seen, finding.mend) = ("<!channel>\u{7}".repeat(1000), Some("é".repeat(5000)));
    }
    let change = Look::after(None, &blind).1.unwrap();
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
