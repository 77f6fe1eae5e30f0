//! Clients by Region, and what it means when one has no answer.

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_rds::config::Region as SdkRegion;
use aws_sdk_rds::config::http::HttpResponse;
use aws_sdk_rds::error::{ProvideErrorMetadata, SdkError};
use std::error::Error;
use std::time::Duration;
use understudy_aws::Failure;
use understudy_engine::Region;
use understudy_readiness::{Seen, Unseen, Why};

/// The words by which services say that there is no such thing.
const ABSENT: [&str; 6] =
    ["NotFound", "NonExistentQueue", "QueueDoesNotExist", "NoSuchHostedZone", "NoSuchBucket", "NoSuchDistribution"];

/// Where the APIs of Route 53 and CloudFront are, wherever the application is.
pub(crate) const GLOBAL_REGION: &str = "us-east-1";

pub(crate) struct Account(SdkConfig);

impl Account {
    /// However the configuration came about, every call is bounded.
    pub(crate) fn new(config: &SdkConfig) -> Self {
        let bounds = TimeoutConfig::builder()
            .connect_timeout(Duration::from_millis(1500))
            .operation_attempt_timeout(Duration::from_secs(4))
            .operation_timeout(Duration::from_secs(10))
            .build();
        let config = config.to_builder();
        Self(config.retry_config(RetryConfig::standard().with_max_attempts(3)).timeout_config(bounds).build())
    }

    pub(crate) fn rds(&self, region: &Region) -> aws_sdk_rds::Client {
        aws_sdk_rds::Client::new(&self.of(region))
    }

    pub(crate) fn cloudwatch(&self, region: &Region) -> aws_sdk_cloudwatch::Client {
        aws_sdk_cloudwatch::Client::new(&self.of(region))
    }

    pub(crate) fn sns(&self, region: &Region) -> aws_sdk_sns::Client {
        aws_sdk_sns::Client::new(&self.of(region))
    }

    pub(crate) fn dynamodb(&self, region: &Region) -> aws_sdk_dynamodb::Client {
        aws_sdk_dynamodb::Client::new(&self.of(region))
    }

    pub(crate) fn lambda(&self, region: &Region) -> aws_sdk_lambda::Client {
        aws_sdk_lambda::Client::new(&self.of(region))
    }

    pub(crate) fn sqs(&self, region: &Region) -> aws_sdk_sqs::Client {
        aws_sdk_sqs::Client::new(&self.of(region))
    }

    pub(crate) fn ec2(&self, region: &Region) -> aws_sdk_ec2::Client {
        aws_sdk_ec2::Client::new(&self.of(region))
    }

    pub(crate) fn secrets(&self, region: &Region) -> aws_sdk_secretsmanager::Client {
        aws_sdk_secretsmanager::Client::new(&self.of(region))
    }

    pub(crate) fn s3(&self, region: &Region) -> aws_sdk_s3::Client {
        aws_sdk_s3::Client::new(&self.of(region))
    }

    pub(crate) fn cloudfront(&self) -> aws_sdk_cloudfront::Client {
        aws_sdk_cloudfront::Client::new(&self.0.to_builder().region(SdkRegion::new(GLOBAL_REGION)).build())
    }

    pub(crate) fn route53(&self) -> aws_sdk_route53::Client {
        aws_sdk_route53::Client::new(&self.0.to_builder().region(SdkRegion::new(GLOBAL_REGION)).build())
    }

    fn of(&self, region: &Region) -> SdkConfig {
        self.0.to_builder().region(SdkRegion::new(region.as_str().to_owned())).build()
    }
}

/// What was asked for, where.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) action: &'static str,
    pub(crate) region: &'a str,
}

impl Asked<'_> {
    /// Nothing was seen, for the reason in this error.
    pub(crate) fn failed<T, E>(self, error: &SdkError<E, HttpResponse>) -> Seen<T>
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        let failure = Failure::of(error);
        let why = match &failure {
            Failure::Denied { .. } => Why::Denied,
            Failure::Answered { code, .. } if ABSENT.iter().any(|absent| code.contains(absent)) => Why::Absent,
            Failure::Answered { .. } => Why::Refused,
            Failure::Throttled | Failure::Ambiguous { .. } => Why::Unreachable,
        };
        self.unseen(why, failure.detail())
    }

    pub(crate) fn unseen<T>(self, why: Why, detail: impl Into<String>) -> Seen<T> {
        let asked = format!("{} in {}", self.action, self.region);
        Seen::Unseen(Unseen { why, asked, detail: detail.into() })
    }

    pub(crate) fn absent<T>(self) -> Seen<T> {
        self.unseen(Why::Absent, "the answer is empty")
    }
}
