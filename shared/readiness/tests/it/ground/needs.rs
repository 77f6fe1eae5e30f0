//! What the example's application needs besides its database, as it should be.

use super::region;
use std::collections::BTreeMap;
use understudy_engine::{DistributionId, Policy, Region};
use understudy_readiness::{
    Admits, Behaviour, BucketAt, BucketState, Copied, CopyRule, Distribution, Origin, Secret, SecretAt, Seen,
};

/// Each database admits the application of its own Region.
pub(super) fn admits() -> BTreeMap<Region, Seen<Vec<Admits>>> {
    [("us-east-1", "sg-0aaaaaaaaaaaaaaa1"), ("us-west-2", "sg-0bbbbbbbbbbbbbbb2")]
        .map(|(at, group)| (region(at), Seen::Known(vec![Admits { ports: 5432..=5439, from: group.to_owned() }])))
        .into()
}

/// Each is the primary Region's, and copied to the standby.
pub(super) fn secrets(policy: &Policy) -> BTreeMap<SecretAt, Seen<Secret>> {
    let names = policy.dependencies.iter().flat_map(|all| &all.secrets);
    let copy = Copied { status: "InSync".to_owned(), message: String::new() };
    names
        .flat_map(|name| {
            let at = |at: &str| SecretAt { region: region(at), name: name.clone() };
            let copies = BTreeMap::from([("us-west-2".to_owned(), copy.clone())]);
            let leading = Secret { copied_from: None, copies, is_deleted: false };
            let copied =
                Secret { copied_from: Some("us-east-1".to_owned()), copies: BTreeMap::new(), is_deleted: false };
            [(at("us-east-1"), Seen::Known(leading)), (at("us-west-2"), Seen::Known(copied))]
        })
        .collect()
}

/// Those of a pair copy everything to each other.
pub(super) fn buckets(policy: &Policy) -> BTreeMap<BucketAt, Seen<BucketState>> {
    let pairs = policy.pairs_of_buckets();
    pairs
        .flat_map(|pair| {
            pair.iter().map(move |(region, name)| {
                let others = pair.values().filter(|other| *other != name);
                let rules = others.map(|other| CopyRule { to: other.to_string(), only: None }).collect();
                let at = BucketAt { region: region.clone(), name: name.clone() };
                (at, Seen::Known(BucketState { has_versions: true, rules }))
            })
        })
        .collect()
}

/// What may write goes to the write name, what reads to the read name, and files to both buckets.
pub(super) fn distributions(policy: &Policy) -> BTreeMap<DistributionId, Seen<Distribution>> {
    let behaviour =
        |path: &str, target: &str, writes| Behaviour { path: path.to_owned(), target: target.to_owned(), writes };
    let origins = [
        ("writes", "orders.example.com"),
        ("reads", "read.orders.example.com"),
        ("east", "orders-files-east.s3.us-east-1.amazonaws.com"),
        ("west", "orders-files-west.s3.us-west-2.amazonaws.com"),
    ];
    let whole = Distribution {
        is_enabled: true,
        behaviours: vec![
            behaviour("/files/*", "files", false),
            behaviour("/read/*", "reads", false),
            behaviour("*", "writes", true),
        ],
        origins: origins.map(|(id, domain)| (id.to_owned(), public(domain))).into(),
        groups: BTreeMap::from([("files".to_owned(), vec!["east".to_owned(), "west".to_owned()])]),
    };
    let ids = policy.dependencies.iter().flat_map(|all| &all.distributions);
    ids.map(|id| (id.clone(), Seen::Known(whole.clone()))).collect()
}

pub(crate) fn public(domain: &str) -> Origin {
    Origin { domain: domain.to_owned(), is_private: false }
}
