//! Publishing to SNS: people get the text, programs get the JSON, in one message.

use crate::classify::Failure;
use crate::clients::Clients;
use aws_sdk_sns::types::MessageAttributeValue;
use serde_json::json;
use understudy_driver::{Announcement, Undelivered};

pub(crate) async fn publish(clients: &Clients, announcement: &Announcement) -> Result<(), Undelivered> {
    let topic = announcement.topic.clone();
    let client = clients.sns(&topic.region());
    let message = json!({
        "default": announcement.text,
        "email-json": announcement.json,
        "http": announcement.json,
        "https": announcement.json,
        "lambda": announcement.json,
        "sqs": announcement.json,
        "firehose": announcement.json,
    });
    let mut request = client
        .publish()
        .topic_arn(topic.as_str())
        .subject(&announcement.subject)
        .message_structure("json")
        .message(message.to_string());
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
