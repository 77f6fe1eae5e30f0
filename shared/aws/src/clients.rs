//! Clients, one per service and Region, made once. All share one HTTP client and its connections.

use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_dynamodb::config::Region as SdkRegion;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_s3control::config::endpoint::{Endpoint, EndpointFuture, Params, ResolveEndpoint};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use understudy_engine::{ClusterEndpoint, Region};

#[derive(Debug)]
pub struct Clients {
    base: SdkConfig,
    rds: PerRegion<aws_sdk_rds::Client>,
    rds_once: PerRegion<aws_sdk_rds::Client>,
    cloudwatch: PerRegion<aws_sdk_cloudwatch::Client>,
    sns: PerRegion<aws_sdk_sns::Client>,
}

#[derive(Debug)]
struct PerRegion<C>(Mutex<BTreeMap<Region, C>>);

impl<C: Clone> PerRegion<C> {
    fn new() -> Self {
        Self(Mutex::new(BTreeMap::new()))
    }

    fn get(&self, region: &Region, make: impl FnOnce() -> C) -> C {
        let mut clients = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        clients.entry(region.clone()).or_insert_with(make).clone()
    }
}

/// A read that is not answered within this is treated as not answered: the Region may be lost.
fn bounded(attempt: Duration, whole: Duration) -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_millis(1500))
        .operation_attempt_timeout(attempt)
        .operation_timeout(whole)
        .build()
}

impl Clients {
    /// Clients by the environment: credentials, Region and endpoints.
    pub async fn from_env() -> Self {
        Self::new(&aws_config::defaults(BehaviorVersion::latest()).load().await)
    }

    /// Clients by a given configuration. However it came about, every call is bounded.
    #[must_use]
    pub fn new(config: &SdkConfig) -> Self {
        let base = config
            .to_builder()
            .retry_config(RetryConfig::standard().with_max_attempts(2))
            .timeout_config(bounded(Duration::from_millis(2500), Duration::from_secs(5)));
        Self {
            base: base.build(),
            rds: PerRegion::new(),
            rds_once: PerRegion::new(),
            cloudwatch: PerRegion::new(),
            sns: PerRegion::new(),
        }
    }

    /// What they are made from: credentials, Region and endpoint.
    #[must_use]
    pub fn config(&self) -> &SdkConfig {
        &self.base
    }

    /// The Region that we run in.
    #[must_use]
    pub fn home(&self) -> Option<String> {
        self.base.region().map(ToString::to_string)
    }

    /// DynamoDB, in the Region that we run in.
    #[must_use]
    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        self.dynamodb_in(None)
    }

    /// DynamoDB, where the only copy of the table may be in another Region. None is the one that we run in.
    pub(crate) fn dynamodb_in(&self, region: Option<&Region>) -> aws_sdk_dynamodb::Client {
        let mut config = aws_sdk_dynamodb::config::Builder::from(&self.base)
            .retry_config(RetryConfig::standard().with_max_attempts(4))
            .timeout_config(bounded(Duration::from_millis(2000), Duration::from_secs(8)));
        if let Some(region) = region {
            config = config.region(there(region));
        }
        aws_sdk_dynamodb::Client::from_conf(config.build())
    }

    /// DynamoDB, for whoever has to answer a health checker within two seconds. None is the Region that we run in.
    pub(crate) fn dynamodb_brief(&self, region: Option<&Region>) -> aws_sdk_dynamodb::Client {
        let mut config = aws_sdk_dynamodb::config::Builder::from(&self.base)
            .retry_config(RetryConfig::standard().with_max_attempts(2))
            .timeout_config(bounded(Duration::from_millis(600), Duration::from_millis(1200)));
        if let Some(region) = region {
            config = config.region(there(region));
        }
        aws_sdk_dynamodb::Client::from_conf(config.build())
    }

    pub(crate) fn rds(&self, region: &Region) -> aws_sdk_rds::Client {
        self.rds.get(region, || {
            let config = aws_sdk_rds::config::Builder::from(&self.base).region(there(region));
            aws_sdk_rds::Client::from_conf(config.build())
        })
    }

    /// RDS for calls that must leave at most once.
    pub(crate) fn rds_once(&self, region: &Region) -> aws_sdk_rds::Client {
        self.rds_once.get(region, || {
            let config = aws_sdk_rds::config::Builder::from(&self.base)
                .region(there(region))
                .retry_config(RetryConfig::disabled())
                .timeout_config(bounded(Duration::from_secs(10), Duration::from_secs(10)));
            aws_sdk_rds::Client::from_conf(config.build())
        })
    }

    pub(crate) fn cloudwatch(&self, region: &Region) -> aws_sdk_cloudwatch::Client {
        self.cloudwatch.get(region, || {
            let config = aws_sdk_cloudwatch::config::Builder::from(&self.base).region(there(region));
            aws_sdk_cloudwatch::Client::from_conf(config.build())
        })
    }

    /// One endpoint of a cluster of routing controls, as the policy pins it; the one that is configured for every
    /// service, where one is. A request leaves it at most once.
    pub(crate) fn cluster(
        &self,
        region: &Region,
        endpoint: &ClusterEndpoint,
    ) -> aws_sdk_route53recoverycluster::Client {
        let mut config = aws_sdk_route53recoverycluster::config::Builder::from(&self.base)
            .region(there(region))
            .retry_config(RetryConfig::disabled())
            .timeout_config(one_of_five());
        if self.base.endpoint_url().is_none() {
            config = config.endpoint_url(endpoint.as_str());
        }
        aws_sdk_route53recoverycluster::Client::from_conf(config.build())
    }

    /// S3 Control, where the routes of Multi-Region Access Points are. A request leaves it at most once.
    pub(crate) fn s3control(&self, region: &Region) -> aws_sdk_s3control::Client {
        let mut config = aws_sdk_s3control::config::Builder::from(&self.base)
            .region(there(region))
            .retry_config(RetryConfig::disabled())
            .timeout_config(one_of_five());
        if let Some(url) = self.base.endpoint_url() {
            config = config.endpoint_resolver(AsConfigured(url.to_owned()));
        }
        aws_sdk_s3control::Client::from_conf(config.build())
    }

    pub(crate) fn sns(&self, region: &Region) -> aws_sdk_sns::Client {
        self.sns.get(region, || {
            let config = aws_sdk_sns::config::Builder::from(&self.base)
                .region(there(region))
                .retry_config(RetryConfig::standard().with_max_attempts(3));
            aws_sdk_sns::Client::from_conf(config.build())
        })
    }
}

/// Five of these fit into the time that a reading may take.
fn one_of_five() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_millis(1000))
        .operation_attempt_timeout(Duration::from_millis(2500))
        .operation_timeout(Duration::from_millis(2500))
        .build()
}

/// The endpoint that is configured, as it is. S3 Control would put the account before its host, and there may be no
/// name like that for a local one.
#[derive(Debug)]
struct AsConfigured(String);

impl ResolveEndpoint for AsConfigured {
    fn resolve_endpoint<'a>(&'a self, _params: &'a Params) -> EndpointFuture<'a> {
        EndpointFuture::ready(Ok(Endpoint::builder().url(self.0.clone()).build()))
    }
}

fn there(region: &Region) -> SdkRegion {
    SdkRegion::new(region.as_str().to_owned())
}
