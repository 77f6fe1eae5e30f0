//! Publishing to SNS: people get the text, chat its own form and programs the JSON, in one message.

use crate::classify::Failure;
use crate::clients::Clients;
use aws_sdk_sns::types::MessageAttributeValue;
use serde_json::{Value, json};
use understudy_driver::{Announcement, Undelivered};

pub(crate) async fn publish(clients: &Clients, announcement: &Announcement) -> Result<(), Undelivered> {
    let topic = announcement.topic.clone();
    let client = clients.sns(&topic.region());
    let mut request = client
        .publish()
        .topic_arn(topic.as_str())
        .subject(&announcement.subject)
        .message_structure("json")
        .message(forms(announcement).to_string());
    for (name, value) in &announcement.attributes {
        let value = MessageAttributeValue::builder().data_type("String").string_value(value).build();
        let Ok(value) = value else { continue };
        request = request.message_attributes(*name, value);
    }
    let error = match request.send().await {
        Ok(_) => return Ok(()),
        Err(error) => error,
    };
    Err(match Failure::of(&error) {
        Failure::Denied { .. } => Undelivered::Denied { topic },
        Failure::Answered { code, .. } if code.starts_with("NotFound") => Undelivered::TopicMissing { topic },
        Failure::Answered { code, .. } if code == "KMSAccessDenied" => Undelivered::Denied { topic },
        Failure::Answered { detail, .. } => Undelivered::Refused { topic, detail },
        failure @ (Failure::Throttled | Failure::Ambiguous { .. }) => {
            Undelivered::Unavailable { topic, detail: failure.detail() }
        }
    })
}

/// One form for each way of subscribing. Chat applications subscribe by https, and drop what is no notification of theirs.
fn forms(announcement: &Announcement) -> Value {
    json!({
        "default": announcement.text,
        "sms": announcement.short,
        "https": announcement.chat,
        "email-json": announcement.json,
        "http": announcement.json,
        "lambda": announcement.json,
        "sqs": announcement.json,
        "firehose": announcement.json,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// The longest forms that the driver makes, of nothing but characters that double when quoted.
    #[test]
    fn the_longest_message_is_one_that_sns_takes() {
        let announcement = Announcement {
            topic: "arn:aws:sns:us-west-2:111122223333:orders".parse().unwrap(),
            subject: "s".repeat(99),
            text: "\n".repeat(16_000),
            short: "\"".repeat(400),
            json: "\"".repeat(18_000),
            chat: "\"".repeat(12_000),
            attributes: BTreeMap::new(),
        };
        let bytes = forms(&announcement).to_string().len();
        assert!(bytes < 262_144 - 4096, "{bytes} bytes, beside the attributes");
    }

    #[test]
    fn mail_gets_the_text_and_chat_its_own_form() {
        let announcement = Announcement {
            topic: "arn:aws:sns:us-west-2:111122223333:orders".parse().unwrap(),
            subject: "subject".to_owned(),
            text: "text".to_owned(),
            short: "short".to_owned(),
            json: "json".to_owned(),
            chat: "chat".to_owned(),
            attributes: BTreeMap::new(),
        };
        let forms = forms(&announcement);
        let form = |protocol: &str| forms[protocol].as_str().unwrap_or_else(|| forms["default"].as_str().unwrap());
        assert_eq!(["email", "sms", "https", "sqs"].map(form), ["text", "short", "chat", "json"]);
    }
}
