//! Whether people would hear of it.

use crate::check::Verdict::{Blocks, Warns};
use crate::check::{Check, Ground, Judged, blocks, ok, warns};

pub(super) const CHECKS: [Check; 2] = [
    Check {
        name: "topic-subscribed",
        wants: "`notification.topic` exists, and has a confirmed subscriber",
        why: "a question that nobody hears is never answered, and a failover that nobody hears of is a surprise",
        at_worst: Blocks,
        judge: subscribed,
    },
    Check {
        name: "topic-confirmed",
        wants: "no subscription waits to be confirmed",
        why: "somebody believes that they are told, and is not",
        at_worst: Warns,
        judge: confirmed,
    },
];

fn subscribed<'a>(ground: &Ground<'a>) -> Judged<'a> {
    let name = &ground.policy.notification.topic;
    if ground.survey.topic.is_absent() {
        return blocks(format!("there is no topic {name}"), "create it, or correct notification.topic");
    }
    match ground.survey.topic.known()?.confirmed {
        0 => blocks("nobody", "subscribe whoever is on call, and confirm the subscription"),
        count => ok(format!("{count} confirmed")),
    }
}

fn confirmed<'a>(ground: &Ground<'a>) -> Judged<'a> {
    match ground.survey.topic.known()?.pending {
        0 => ok("none waits"),
        count => warns(format!("{count} wait"), "confirm them by what was sent to them, or remove them"),
    }
}
