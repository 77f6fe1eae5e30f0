//! An application's names in Route 53: its records, and the health checks that they name.

use crate::account::{Account, Asked, GLOBAL_REGION};
use aws_config::SdkConfig;
use aws_sdk_route53::Client;
use aws_sdk_route53::error::ProvideErrorMetadata;
use aws_sdk_route53::types::{HealthCheckConfig, ResourceRecordSet, RrType};
use std::net::IpAddr;
use understudy_engine::{DnsName, Traffic};
use understudy_readiness::Seen;
use understudy_readiness::names::{Check, Observes, Record, Routing, Zone};

/// Checks of checks: calculated ones have endpoints for children, and are none's child in our shape.
const DEPTH_MAX: usize = 4;

/// Route 53, as whoever asks it. Every call reads, and each is bounded.
#[derive(Debug, Clone)]
pub struct Route53(Client);

impl Route53 {
    #[must_use]
    pub fn new(config: &SdkConfig) -> Self {
        Self(Account::new(config).route53())
    }

    /// An application's names, with everything that they lead to.
    pub async fn zone(&self, traffic: &Traffic) -> Seen<Zone> {
        let mut zone = Zone::default();
        for name in traffic.names() {
            let records = match self.records(traffic, name).await {
                Seen::Known(records) => records,
                Seen::Unseen(unseen) => return Seen::Unseen(unseen),
            };
            let mut open: Vec<String> = records.iter().filter_map(|record| record.check.clone()).collect();
            for _ in 0..DEPTH_MAX {
                open.retain(|id| !zone.checks.contains_key(id));
                for id in std::mem::take(&mut open) {
                    let check = match self.check(&id).await {
                        Seen::Known(check) => check,
                        Seen::Unseen(unseen) => return Seen::Unseen(unseen),
                    };
                    if let Some(Check { observes: Observes::Calculated { children, .. }, .. }) = &check {
                        open.extend(children.iter().cloned());
                    }
                    zone.checks.insert(id, check);
                }
            }
            zone.records.insert(name.to_string(), records);
        }
        Seen::Known(zone)
    }

    /// The records of one name: they follow each other in the zone.
    pub async fn records(&self, traffic: &Traffic, name: &DnsName) -> Seen<Vec<Record>> {
        let asked = asked("route53:ListResourceRecordSets");
        let own = |set: &ResourceRecordSet| plain(&set.name) == name.to_string();
        let zone = traffic.hosted_zone.to_string();
        let (mut found, mut from) = (Vec::new(), (Some(name.to_string()), None, None));
        loop {
            let page = self.0.list_resource_record_sets().hosted_zone_id(&zone);
            let page =
                page.set_start_record_name(from.0).set_start_record_type(from.1).set_start_record_identifier(from.2);
            let page = match page.send().await {
                Err(error) => return asked.failed(&error),
                Ok(page) => page,
            };
            found.extend(page.resource_record_sets.iter().filter(|set| own(set)).map(record));
            let past = page.resource_record_sets.last().is_none_or(|last| !own(last));
            if !page.is_truncated || past {
                return Seen::Known(found);
            }
            from = (page.next_record_name, page.next_record_type, page.next_record_identifier);
        }
    }

    /// What it says that it answers for a name to a client at this address.
    pub async fn answer(&self, traffic: &Traffic, name: &DnsName, kind: &str, client: IpAddr) -> Seen<Vec<String>> {
        let request = self.0.test_dns_answer().hosted_zone_id(traffic.hosted_zone.to_string());
        let request = request.record_name(name.to_string()).record_type(RrType::from(kind));
        let request = request.edns0_client_subnet_ip(client.to_string()).edns0_client_subnet_mask("24");
        match request.send().await {
            Err(error) => asked("route53:TestDNSAnswer").failed(&error),
            Ok(answer) => Seen::Known(answer.record_data.iter().map(|data| plain(data)).collect()),
        }
    }

    /// None where there is no such check.
    async fn check(&self, id: &str) -> Seen<Option<Check>> {
        match self.0.get_health_check().health_check_id(id).send().await {
            Ok(answer) => {
                let config = answer.health_check.and_then(|check| check.health_check_config);
                Seen::Known(config.map(|config| read_check(&config)))
            }
            Err(error) if error.code() == Some("NoSuchHealthCheck") => Seen::Known(None),
            Err(error) => asked("route53:GetHealthCheck").failed(&error),
        }
    }
}

fn asked(action: &'static str) -> Asked<'static> {
    Asked { action, region: GLOBAL_REGION }
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
