//! Route 53 itself, and a resolver: read only. Its API is in us-east-1, wherever the application is.

use super::places::Place;
use super::seen::{Check, Observes, Record, Routing, Seen};
use super::table::Asked;
use crate::failure::Failure;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region};
use aws_sdk_route53::Client;
use aws_sdk_route53::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_route53::types::{HealthCheckConfig, ResourceRecordSet, RrType};
use hickory_resolver::config::{NameServerConfig, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::{Resolver, TokioResolver};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::timeout;
use understudy_engine::{DnsName, Traffic};

const API_REGION: &str = "us-east-1";

/// How long one call may take, with its repetitions.
const PATIENCE: Duration = Duration::from_secs(15);

/// How long the resolver may take.
const RESOLVER_PATIENCE: Duration = Duration::from_secs(3);

/// Checks of checks: calculated ones have endpoints for children, and are none's child in our shape.
const DEPTH_MAX: usize = 4;

pub(super) fn read(traffic: &Traffic) -> Result<Seen, Failure> {
    block_on(async {
        let client = client().await;
        let mut seen = Seen::default();
        for name in traffic.names() {
            let records = records(&client, traffic, name).await?;
            let mut open: Vec<String> = records.iter().filter_map(|record| record.check.clone()).collect();
            for _ in 0..DEPTH_MAX {
                open.retain(|id| !seen.checks.contains_key(id));
                for id in std::mem::take(&mut open) {
                    let check = check(&client, &id).await?;
                    if let Some(Check { observes: Observes::Calculated { children, .. }, .. }) = &check {
                        open.extend(children.iter().cloned());
                    }
                    seen.checks.insert(id, check);
                }
            }
            seen.records.insert(name.to_string(), records);
        }
        Ok(seen)
    })
}

pub(super) fn ask(traffic: &Traffic, places: &[Place], resolver: Option<IpAddr>) -> Result<Vec<Asked>, Failure> {
    block_on(async {
        let (client, resolver) = (client().await, resolver_of(resolver)?);
        let resolved = resolve(&resolver, traffic.names().chain(traffic.endpoints.values())).await;
        let of = |name: &DnsName| resolved.get(name).cloned().unwrap_or_default();
        let endpoints: BTreeMap<_, _> =
            traffic.endpoints.iter().map(|(region, name)| (region.clone(), of(name))).collect();
        let mut asked = Vec::new();
        for name in traffic.names() {
            let kind = records(&client, traffic, name).await?.first().map(|record| record.kind.clone());
            let kind = kind.ok_or_else(|| Failure {
                problem: format!("{name}: the zone {} has no record of this name", traffic.hosted_zone),
                mend: "see `understudy traffic show`".to_owned(),
            })?;
            for place in places {
                let answered = answer(&client, traffic, name, &kind, *place).await?;
                let (resolved, endpoints) = (of(name), endpoints.clone());
                asked.push(Asked { place: place.region, name: name.clone(), answered, resolved, endpoints });
            }
        }
        Ok(asked)
    })
}

fn block_on<T>(future: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(future)
}

async fn client() -> Client {
    let bounded = TimeoutConfig::builder().operation_timeout(PATIENCE).build();
    let config =
        aws_config::defaults(BehaviorVersion::latest()).region(Region::new(API_REGION)).timeout_config(bounded);
    Client::new(&config.load().await)
}

/// The records of one name: they follow each other in the zone.
async fn records(client: &Client, traffic: &Traffic, name: &DnsName) -> Result<Vec<Record>, Failure> {
    let own = |set: &ResourceRecordSet| plain(&set.name) == name.to_string();
    let zone = traffic.hosted_zone.to_string();
    let (mut found, mut from) = (Vec::new(), (Some(name.to_string()), None, None));
    loop {
        let page = client.list_resource_record_sets().hosted_zone_id(&zone);
        let page = page.set_start_record_name(from.0).set_start_record_type(from.1).set_start_record_identifier(from.2);
        let page = page.send().await.map_err(|error| refused(&error, "route53:ListResourceRecordSets", &zone))?;
        found.extend(page.resource_record_sets.iter().filter(|set| own(set)).map(record));
        let past = page.resource_record_sets.last().is_none_or(|last| !own(last));
        if !page.is_truncated || past {
            return Ok(found);
        }
        from = (page.next_record_name, page.next_record_type, page.next_record_identifier);
    }
}

fn record(set: &ResourceRecordSet) -> Record {
    let routing = match (&set.failover, &set.region) {
        (Some(role), _) if role.as_str() == "PRIMARY" => Routing::Primary,
        (Some(_), _) => Routing::Secondary,
        (None, Some(region)) => Routing::Latency(region.as_str().to_owned()),
        (None, None) if set.weight.is_some() => Routing::Other("weighted"),
        (None, None) if set.geo_location.is_some() => Routing::Other("geolocation"),
        (None, None) if set.multi_value_answer.is_some() => Routing::Other("multivalue"),
        (None, None) if set.set_identifier.is_some() => Routing::Other("some other"),
        (None, None) => Routing::Simple,
    };
    let alias = set.alias_target.iter().map(|target| plain(&target.dns_name));
    let values = set.resource_records.iter().flatten().map(|record| plain(&record.value));
    Record {
        kind: set.r#type.as_str().to_owned(),
        routing,
        leads_to: alias.chain(values).collect(),
        ttl_seconds: set.ttl.filter(|_| set.alias_target.is_none()),
        check: set.health_check_id.clone(),
    }
}

/// A name as people write it: without the dot at the end, which is all that Route 53 adds to ours.
fn plain(name: &str) -> String {
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase()
}

async fn check(client: &Client, id: &str) -> Result<Option<Check>, Failure> {
    let answer = client.get_health_check().health_check_id(id).send().await;
    match answer {
        Ok(answer) => {
            Ok(answer.health_check.and_then(|check| check.health_check_config).map(|config| read_check(&config)))
        }
        Err(error) if error.code() == Some("NoSuchHealthCheck") => Ok(None),
        Err(error) => Err(refused(&error, "route53:GetHealthCheck", id)),
    }
}

fn read_check(config: &HealthCheckConfig) -> Check {
    let observes = match config.r#type.as_str() {
        "CALCULATED" => Observes::Calculated {
            children: config.child_health_checks.clone().unwrap_or_default(),
            healthy_min: config.health_threshold.unwrap_or_default(),
        },
        "HTTP" | "HTTP_STR_MATCH" => endpoint("http", 80, config),
        "HTTPS" | "HTTPS_STR_MATCH" => endpoint("https", 443, config),
        other => Observes::Other(other.to_owned()),
    };
    let is = |flag: Option<bool>| flag.unwrap_or_default();
    Check { observes, inverted: is(config.inverted), disabled: is(config.disabled) }
}

fn endpoint(scheme: &str, usual_port: i32, config: &HealthCheckConfig) -> Observes {
    let host = config.fully_qualified_domain_name.as_ref().or(config.ip_address.as_ref()).map(|host| plain(host));
    let port = config.port.filter(|port| *port != usual_port).map(|port| format!(":{port}")).unwrap_or_default();
    let path = config.resource_path.as_deref().unwrap_or_default();
    Observes::Endpoint {
        url: format!("{scheme}://{}{port}{path}", host.unwrap_or_default()),
        interval_seconds: config.request_interval.unwrap_or(30),
        threshold: config.failure_threshold.unwrap_or(3),
    }
}

async fn answer(
    client: &Client,
    traffic: &Traffic,
    name: &DnsName,
    kind: &str,
    place: Place,
) -> Result<Vec<String>, Failure> {
    let zone = traffic.hosted_zone.to_string();
    let asked = client.test_dns_answer().hosted_zone_id(&zone).record_name(name.to_string());
    let asked = asked.record_type(RrType::from(kind)).edns0_client_subnet_ip(place.address().to_string());
    let answer = asked.edns0_client_subnet_mask("24").send().await;
    let answer = answer.map_err(|error| refused(&error, "route53:TestDNSAnswer", &zone))?;
    Ok(answer.record_data.iter().map(|data| plain(data)).collect())
}

fn refused<E>(error: &SdkError<E>, action: &str, what: &str) -> Failure
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let (problem, mend) = match error.code() {
        Some("NoSuchHostedZone") => (
            format!("traffic.hosted_zone: there is no hosted zone {what} in this account"),
            "correct traffic.hosted_zone, or use the credentials of the account that has it".to_owned(),
        ),
        Some("AccessDenied" | "AccessDeniedException") => {
            (format!("{action} was denied for {what}"), format!("allow {action} to whoever runs this"))
        }
        Some(code) => (format!("Route 53 answered {code}: {}", causes(error)), "see its message".to_owned()),
        None => (
            format!("Route 53 could not be asked: {}", causes(error)),
            "check credentials and network; a failover needs none of this".to_owned(),
        ),
    };
    Failure { problem, mend }
}

/// An error with what lies behind it, the outermost first.
fn causes(error: &dyn std::error::Error) -> String {
    let all = std::iter::successors(Some(error), |error| error.source());
    all.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

fn resolver_of(address: Option<IpAddr>) -> Result<TokioResolver, Failure> {
    let builder = match address {
        None => Resolver::builder_tokio(),
        Some(address) => {
            let servers = vec![NameServerConfig::udp_and_tcp(address)];
            let config = ResolverConfig::from_parts(None, Vec::new(), servers);
            Ok(Resolver::builder_with_config(config, TokioRuntimeProvider::default()))
        }
    };
    builder.and_then(|builder| builder.build()).map_err(|error| Failure {
        problem: format!("this machine's resolver cannot be used: {error}"),
        mend: "name one with --resolver".to_owned(),
    })
}

/// The addresses of all of these, asked for at once. None where it does not answer: what Route 53 says is what counts.
async fn resolve<'a>(
    resolver: &TokioResolver,
    names: impl Iterator<Item = &'a DnsName>,
) -> BTreeMap<DnsName, Vec<String>> {
    let mut lookups = JoinSet::new();
    for name in names {
        let (resolver, name) = (resolver.clone(), name.clone());
        lookups.spawn(async move {
            let found = timeout(RESOLVER_PATIENCE, resolver.lookup_ip(format!("{name}."))).await;
            let found = found.ok().and_then(Result::ok);
            (name, found.map(|found| found.iter().map(|ip| ip.to_string()).collect()).unwrap_or_default())
        });
    }
    lookups.join_all().await.into_iter().collect()
}
