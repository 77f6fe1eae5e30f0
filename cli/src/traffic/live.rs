//! Route 53 itself, and a resolver: read only.

use super::places::Place;
use super::table::Asked;
use crate::failure::Failure;
use aws_config::BehaviorVersion;
use hickory_resolver::config::{NameServerConfig, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::{Resolver, TokioResolver};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::timeout;
use understudy_engine::{DnsName, Traffic};
use understudy_readiness::names::Zone;
use understudy_readiness::{Seen, Unseen, Why};
use understudy_survey::Route53;

/// How long the resolver may take.
const RESOLVER_PATIENCE: Duration = Duration::from_secs(3);

pub(super) fn read(traffic: &Traffic) -> Result<Zone, Failure> {
    block_on(async { told(route53().await.zone(traffic).await, traffic) })
}

pub(super) fn ask(traffic: &Traffic, places: &[Place], resolver: Option<IpAddr>) -> Result<Vec<Asked>, Failure> {
    block_on(async {
        let (route53, resolver) = (route53().await, resolver_of(resolver)?);
        let resolved = resolve(&resolver, traffic.names().chain(traffic.endpoints.values())).await;
        let of = |name: &DnsName| resolved.get(name).cloned().unwrap_or_default();
        let endpoints: BTreeMap<_, _> =
            traffic.endpoints.iter().map(|(region, name)| (region.clone(), of(name))).collect();
        let mut asked = Vec::new();
        for name in traffic.names() {
            let records = told(route53.records(traffic, name).await, traffic)?;
            let kind = &records.first().ok_or_else(|| no_record(name, traffic))?.kind;
            for place in places {
                let answer = route53.answer(traffic, name, kind, place.address().into()).await;
                let (answered, resolved, endpoints) = (told(answer, traffic)?, of(name), endpoints.clone());
                asked.push(Asked { place: place.region, name: name.clone(), answered, resolved, endpoints });
            }
        }
        Ok(asked)
    })
}

fn block_on<T>(future: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(future)
}

async fn route53() -> Route53 {
    Route53::new(&aws_config::defaults(BehaviorVersion::latest()).load().await)
}

fn no_record(name: &DnsName, traffic: &Traffic) -> Failure {
    Failure {
        problem: format!("{name}: the zone {} has no record of this name", traffic.hosted_zone),
        mend: "see `understudy traffic show`".to_owned(),
    }
}

fn told<T>(seen: Seen<T>, traffic: &Traffic) -> Result<T, Failure> {
    let unseen = match seen {
        Seen::Known(known) => return Ok(known),
        Seen::Unseen(unseen) => unseen,
    };
    Err(match unseen {
        Unseen { why: Why::Absent, .. } => Failure {
            problem: format!("traffic.hosted_zone: there is no hosted zone {} in this account", traffic.hosted_zone),
            mend: "correct traffic.hosted_zone, or use the credentials of the account that has it".to_owned(),
        },
        unseen => Failure { problem: unseen.to_string(), mend: unseen.mend() },
    })
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
