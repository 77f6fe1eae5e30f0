//! The message as Amazon Q Developer in chat applications takes it: a custom notification, in the incident's thread.
//! <https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html>

use super::forms::escaped;
use super::wording::{Told, cut, does};
use serde_json::json;

/// Where a client cuts is written nowhere: what a person needs first stands within these.
const TITLE_BYTES_MAX: usize = 200;
const DESCRIPTION_BYTES_MAX: usize = 2000;
const STEPS_MAX: usize = 5;

pub(super) fn notification(told: &Told<'_>) -> String {
    let steps = told.offers.iter().take(STEPS_MAX);
    let steps = steps.map(|offer| escaped(&format!("{}: `{}`", does(offer), told.line(offer))));
    let steps: Vec<String> = steps.chain([format!("see where it stands: `{}`", told.status_line())]).collect();
    let description = format!("{} {}\nWhy: {}", told.happened(), told.did(), told.entry.why());
    json!({
        "version": "1.0",
        "source": "custom",
        "id": told.entry_key(),
        "content": {
            "textType": "client-markdown",
            "title": cut(&escaped(&told.subject()), TITLE_BYTES_MAX),
            "description": cut(&escaped(&description), DESCRIPTION_BYTES_MAX),
            "nextSteps": steps,
            "keywords": [told.policy().application.as_str(), told.urgency().as_str(), told.topic_of()],
        },
        "metadata": {
            "threadId": told.thread(),
            "summary": cut(&escaped(&told.subject()), TITLE_BYTES_MAX),
            "eventType": format!("understudy.{}", told.topic_of()),
            "relatedResources": [told.policy().database.writer.as_str(), told.policy().database.replica.as_str()],
            "additionalContext": told.attributes(),
        },
    })
    .to_string()
}
