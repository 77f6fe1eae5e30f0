//! The authoritative server: answers as the zone does now, for whoever the client subnet says is asking.

use crate::address::LoopbackError;
use crate::place::places;
use crate::scene::Scene;
use async_trait::async_trait;
use hickory_proto::op::{Edns, Metadata, ResponseCode};
use hickory_proto::rr::rdata::opt::{ClientSubnet, EdnsCode, EdnsOption};
use hickory_proto::rr::rdata::{A, SOA, TXT};
use hickory_proto::rr::{LowerName, Name, RData, Record, RecordType};
use hickory_server::net::runtime::Time;
use hickory_server::server::{Request, RequestHandler, ResponseHandler, ResponseInfo};
use hickory_server::zone_handler::MessageResponseBuilder;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use understudy_engine::{DnsName, Region};

/// How long a name that is not there may be remembered not to be, in seconds.
const NEGATIVE: u32 = 1;

pub(crate) struct Authority {
    scene: Arc<Scene>,
    apex: LowerName,
    names: BTreeMap<LowerName, Leads>,
}

/// Where a name of the zone leads.
enum Leads {
    /// By the records and their checks.
    Routed(DnsName),
    Endpoint(Region),
}

impl Authority {
    pub(crate) fn new(scene: Arc<Scene>, endpoints: &BTreeMap<Region, DnsName>) -> Result<Self, LoopbackError> {
        let mut names = BTreeMap::new();
        for (_, name) in &scene.names {
            names.insert(lower(name)?, Leads::Routed(name.clone()));
        }
        for (region, name) in endpoints {
            names.insert(lower(name)?, Leads::Endpoint(region.clone()));
        }
        let first = scene.names.first().ok_or(LoopbackError::NoTraffic)?;
        let apex = LowerName::new(&Name::from(lower(&first.1)?).base_name());
        Ok(Self { scene, apex, names })
    }

    /// The records of a name, and whether it is there at all.
    fn answers(&self, name: &LowerName, kind: RecordType, near: &Region) -> (bool, Vec<Record>) {
        let Some(leads) = self.names.get(name) else { return (*name == self.apex, Vec::new()) };
        let (region, ttl, why) = match leads {
            Leads::Endpoint(region) => (region.clone(), 60, "endpoint".to_owned()),
            Leads::Routed(name) => match self.scene.zone().answer(name, near) {
                Some(answer) => (answer.region, answer.ttl_seconds, format!("{:?}", answer.because)),
                None => return (true, Vec::new()),
            },
        };
        let data = match (kind, self.scene.addresses.endpoints.get(&region).map(std::net::SocketAddr::ip)) {
            (RecordType::A, Some(IpAddr::V4(address))) => RData::A(A(address)),
            (RecordType::TXT, _) => RData::TXT(TXT::new(vec![format!("region={region}"), format!("because={why}")])),
            _ => return (true, Vec::new()),
        };
        (true, vec![Record::from_rdata(Name::from(name.clone()), self.here(ttl), data)])
    }

    /// A TTL of the drill in our seconds, rounded up.
    fn here(&self, ttl_seconds: u32) -> u32 {
        let here = self.scene.pace.here(Duration::from_secs(ttl_seconds.into()));
        u32::try_from(here.as_millis().div_ceil(1000)).unwrap_or(u32::MAX)
    }

    fn start_of_authority(&self) -> Record {
        let apex = Name::from(self.apex.clone());
        let soa = SOA::new(apex.clone(), apex.clone(), 1, 3600, 600, 86_400, NEGATIVE);
        Record::from_rdata(apex, NEGATIVE, RData::SOA(soa))
    }
}

fn lower(name: &DnsName) -> Result<LowerName, LoopbackError> {
    let parsed = Name::from_ascii(format!("{name}."));
    let bad = |error| LoopbackError::Name { name: name.to_string(), problem: format!("{error}") };
    Ok(LowerName::new(&parsed.map_err(bad)?))
}

/// The subnet that a question is asked for.
fn subnet(request: &Request) -> Option<ClientSubnet> {
    let EdnsOption::Subnet(subnet) = request.edns.as_ref()?.option(EdnsCode::Subnet)? else { return None };
    Some(*subnet)
}

fn near(subnet: Option<ClientSubnet>) -> Option<Region> {
    let IpAddr::V4(address) = subnet?.addr() else { return None };
    places(address).next()?.region.parse().ok()
}

#[async_trait]
impl RequestHandler for Authority {
    async fn handle_request<R: ResponseHandler, T: Time>(&self, request: &Request, mut handle: R) -> ResponseInfo {
        let mut metadata = Metadata::response_from_request(&request.metadata);
        let subnet = subnet(request);
        let near = near(subnet).unwrap_or_else(|| self.scene.unknown_near.clone());
        let (mut answers, mut authority) = (Vec::new(), Vec::new());
        match request.queries.queries() {
            [query] if self.apex.zone_of(query.name()) => {
                metadata.authoritative = true;
                let (exists, records) = self.answers(query.name(), query.query_type(), &near);
                answers = records;
                if answers.is_empty() {
                    authority.push(self.start_of_authority());
                }
                if !exists {
                    metadata.response_code = ResponseCode::NXDomain;
                }
            }
            _ => metadata.response_code = ResponseCode::Refused,
        }
        let mut edns = Edns::new();
        edns.set_max_payload(1232);
        if let Some(subnet) = subnet {
            // The answer holds for the whole subnet that was told.
            let scope = ClientSubnet::new(subnet.addr(), subnet.source_prefix(), subnet.source_prefix());
            edns.options_mut().insert(EdnsOption::Subnet(scope));
        }
        let mut builder = MessageResponseBuilder::from_message_request(request);
        if request.edns.is_some() {
            builder.edns(&edns);
        }
        let response = builder.build(metadata, &answers, [], &authority, []);
        match handle.send_response(response).await {
            Ok(info) => info,
            // Whoever asked has gone.
            Err(_) => ResponseInfo::from(hickory_proto::op::Header { metadata, counts: Default::default() }),
        }
    }
}
