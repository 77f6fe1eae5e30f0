//! What the application needs besides its database: who is admitted to it, secrets, buckets, distributions.

use crate::account::{Account, Asked, GLOBAL_REGION};
use crate::databases::Found;
use aws_sdk_cloudfront::types::{AllowedMethods, DistributionConfig, Method, OriginGroup};
use aws_sdk_ec2::types::IpPermission;
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::types::{BucketVersioningStatus, ReplicationRule, ReplicationRuleStatus};
use aws_sdk_secretsmanager::operation::describe_secret::DescribeSecretOutput;
use std::collections::BTreeMap;
use tokio::task::JoinSet;
use understudy_engine::{DistributionId, Policy, Region};
use understudy_readiness::{
    Admits, Behaviour, BucketAt, BucketState, Copied, CopyRule, Distribution, Origin, Secret, SecretAt, Seen, Why,
};

/// How S3 says that a bucket is in another Region than the one that was asked.
const ELSEWHERE: [&str; 3] =
    ["PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException"];

/// Every port, where a rule is for all of them.
const PORTS: std::ops::RangeInclusive<u32> = 0..=65535;

/// What the security groups of a database admit. Of one that was not seen, for the reason that it was not.
pub(crate) async fn admits(account: &Account, found: &Seen<Found>) -> Seen<Vec<Admits>> {
    let Found { database, region, .. } = match found {
        Seen::Known(found) => found,
        Seen::Unseen(unseen) => return Seen::Unseen(unseen.clone()),
    };
    // Without a group in the request, EC2 tells of all that there are.
    if database.security_groups.is_empty() {
        return Seen::Known(Vec::new());
    }
    let asked = Asked { action: "ec2:DescribeSecurityGroups", region: region.as_str() };
    let request = account.ec2(region).describe_security_groups();
    let groups = request.set_group_ids(Some(database.security_groups.iter().cloned().collect()));
    match groups.into_paginator().items().send().try_collect().await {
        Err(error) => asked.failed(&error),
        Ok(groups) => Seen::Known(groups.iter().flat_map(|group| group.ip_permissions()).flat_map(admitted).collect()),
    }
}

fn admitted(rule: &IpPermission) -> Vec<Admits> {
    let ports = match (rule.ip_protocol(), rule.from_port(), rule.to_port()) {
        (Some("-1"), _, _) => PORTS,
        (Some("tcp" | "6"), Some(from), Some(to)) => {
            u32::try_from(from).unwrap_or(0)..=u32::try_from(to).unwrap_or(*PORTS.end())
        }
        (Some("tcp" | "6"), None, None) => PORTS,
        _ => return Vec::new(),
    };
    // A peering that is gone leaves its rules behind.
    let groups =
        rule.user_id_group_pairs().iter().filter(|pair| matches!(pair.peering_status(), None | Some("active")));
    let groups = groups.filter_map(|pair| pair.group_id());
    let addresses = rule.ip_ranges().iter().filter_map(|range| range.cidr_ip());
    let addresses = addresses.chain(rule.ipv6_ranges().iter().filter_map(|range| range.cidr_ipv6()));
    let lists = rule.prefix_list_ids().iter().filter_map(|list| list.prefix_list_id());
    groups.chain(addresses).chain(lists).map(|from| Admits { ports: ports.clone(), from: from.to_owned() }).collect()
}

/// Each secret, in both of the Regions that a writer may be in.
pub(crate) async fn secrets(account: &Account, policy: &Policy) -> BTreeMap<SecretAt, Seen<Secret>> {
    let mut reads = JoinSet::new();
    for name in policy.dependencies.iter().flat_map(|dependencies| &dependencies.secrets) {
        for region in [&policy.regions.primary, &policy.regions.standby] {
            let (client, at) = (account.secrets(region), SecretAt { region: region.clone(), name: name.clone() });
            reads.spawn(async move {
                let asked = Asked { action: "secretsmanager:DescribeSecret", region: at.region.as_str() };
                let seen = match client.describe_secret().secret_id(at.name.as_str()).send().await {
                    Err(error) => asked.failed(&error),
                    Ok(answer) => Seen::Known(secret(&answer, &at.region)),
                };
                (at, seen)
            });
        }
    }
    reads.join_all().await.into_iter().collect()
}

fn secret(answer: &DescribeSecretOutput, region: &Region) -> Secret {
    let copies = answer.replication_status().iter().filter_map(|copy| {
        let status = copy.status().map(|status| status.as_str()).unwrap_or_default().to_owned();
        let message = copy.status_message().unwrap_or_default().to_owned();
        Some((copy.region()?.to_owned(), Copied { status, message }))
    });
    Secret {
        copied_from: answer.primary_region().filter(|from| *from != region.as_str()).map(str::to_owned),
        copies: copies.collect(),
        is_deleted: answer.deleted_date().is_some(),
    }
}

pub(crate) async fn buckets(account: &Account, policy: &Policy) -> BTreeMap<BucketAt, Seen<BucketState>> {
    let mut reads = JoinSet::new();
    for (region, name) in policy.pairs_of_buckets().flatten() {
        let (client, at) = (account.s3(region), BucketAt { region: region.clone(), name: name.clone() });
        reads.spawn(async move { (at.clone(), bucket(&client, &at).await) });
    }
    reads.join_all().await.into_iter().collect()
}

async fn bucket(client: &aws_sdk_s3::Client, at: &BucketAt) -> Seen<BucketState> {
    let name = at.name.as_str();
    let (versioning, replication) = tokio::join!(
        client.get_bucket_versioning().bucket(name).send(),
        client.get_bucket_replication().bucket(name).send(),
    );
    let asked = Asked { action: "s3:GetBucketVersioning", region: at.region.as_str() };
    let has_versions = match versioning {
        Err(error) if error.code().is_some_and(|code| ELSEWHERE.contains(&code)) => {
            return asked.unseen(Why::Absent, "it is in another Region");
        }
        Err(error) => return asked.failed(&error),
        Ok(answer) => answer.status() == Some(&BucketVersioningStatus::Enabled),
    };
    let asked = Asked { action: "s3:GetReplicationConfiguration", region: at.region.as_str() };
    let rules = match replication {
        // A bucket that copies nothing has no configuration for it.
        Err(error) if error.code() == Some("ReplicationConfigurationNotFoundError") => Vec::new(),
        Err(error) => return asked.failed(&error),
        Ok(answer) => answer.replication_configuration.map(|all| all.rules).unwrap_or_default(),
    };
    Seen::Known(BucketState { has_versions, rules: rules.iter().filter_map(copy_rule).collect() })
}

fn copy_rule(rule: &ReplicationRule) -> Option<CopyRule> {
    if rule.status() != &ReplicationRuleStatus::Enabled {
        return None;
    }
    // The field of the rule itself is that of the configuration's first form.
    let (mut prefixes, mut tags) = (vec![deprecated_prefix(rule)], 0);
    if let Some(filter) = rule.filter() {
        prefixes.push(filter.prefix());
        tags += usize::from(filter.tag().is_some());
        if let Some(and) = filter.and() {
            prefixes.push(and.prefix());
            tags += and.tags().len();
        }
    }
    let prefix = prefixes.into_iter().flatten().find(|prefix| !prefix.is_empty());
    let only = match (prefix, tags) {
        (None, 0) => None,
        (Some(prefix), 0) => Some(format!("what begins with {prefix}")),
        (None, _) => Some("what has some tag".to_owned()),
        (Some(prefix), _) => Some(format!("what begins with {prefix} and has some tag")),
    };
    let (_, to) = rule.destination()?.bucket().rsplit_once(':')?;
    Some(CopyRule { to: to.to_owned(), only })
}

#[expect(deprecated, reason = "configurations of the first form have it nowhere else")]
fn deprecated_prefix(rule: &ReplicationRule) -> Option<&str> {
    rule.prefix()
}

pub(crate) async fn distributions(account: &Account, policy: &Policy) -> BTreeMap<DistributionId, Seen<Distribution>> {
    let mut reads = JoinSet::new();
    for id in policy.dependencies.iter().flat_map(|dependencies| &dependencies.distributions) {
        let (client, id) = (account.cloudfront(), id.clone());
        reads.spawn(async move {
            let asked = Asked { action: "cloudfront:GetDistributionConfig", region: GLOBAL_REGION };
            let seen = match client.get_distribution_config().id(id.as_str()).send().await {
                Err(error) => asked.failed(&error),
                Ok(answer) => answer
                    .distribution_config()
                    .map_or_else(|| asked.absent(), |config| Seen::Known(distribution(config))),
            };
            (id, seen)
        });
    }
    reads.join_all().await.into_iter().collect()
}

fn distribution(config: &DistributionConfig) -> Distribution {
    let behaviour = |path: &str, target: &str, methods: Option<&AllowedMethods>| Behaviour {
        path: path.to_owned(),
        target: target.to_owned(),
        writes: methods.is_some_and(|methods| methods.items().iter().any(|method| !only_reads(method))),
    };
    let others = config.cache_behaviors().into_iter().flat_map(|all| all.items());
    let others = others.map(|one| behaviour(one.path_pattern(), one.target_origin_id(), one.allowed_methods()));
    let default = config.default_cache_behavior();
    let default = default.map(|one| behaviour("*", one.target_origin_id(), one.allowed_methods()));
    let origins = config.origins().into_iter().flat_map(|all| all.items());
    Distribution {
        is_enabled: config.enabled(),
        behaviours: others.chain(default).collect(),
        origins: origins.map(origin).collect(),
        groups: config.origin_groups().into_iter().flat_map(|all| all.items()).map(group).collect(),
    }
}

fn only_reads(method: &Method) -> bool {
    matches!(method, Method::Get | Method::Head | Method::Options)
}

fn origin(found: &aws_sdk_cloudfront::types::Origin) -> (String, Origin) {
    let is_private = found.vpc_origin_config().is_some();
    (found.id().to_owned(), Origin { domain: found.domain_name().to_ascii_lowercase(), is_private })
}

fn group(group: &OriginGroup) -> (String, Vec<String>) {
    let members = group.members().into_iter().flat_map(|members| members.items());
    (group.id().to_owned(), members.map(|member| member.origin_id().to_owned()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_ec2::types::{IpRange, Ipv6Range, PrefixListId, UserIdGroupPair};
    use aws_sdk_s3::types::{Destination, ReplicationRuleAndOperator, ReplicationRuleFilter, Tag};

    fn told(rule: &IpPermission) -> Vec<String> {
        let line = |one: &Admits| format!("{} {}-{}", one.from, one.ports.start(), one.ports.end());
        admitted(rule).iter().map(line).collect()
    }

    #[test]
    fn a_rule_admits_whoever_it_names_on_its_ports_and_all_protocols_are_all_ports() {
        let sources = IpPermission::builder()
            .user_id_group_pairs(UserIdGroupPair::builder().group_id("sg-1").build())
            .user_id_group_pairs(UserIdGroupPair::builder().group_id("sg-2").peering_status("active").build())
            .user_id_group_pairs(UserIdGroupPair::builder().group_id("sg-3").peering_status("deleted").build())
            .ip_ranges(IpRange::builder().cidr_ip("10.1.0.0/16").build())
            .ipv6_ranges(Ipv6Range::builder().cidr_ipv6("2001:db8::/32").build())
            .prefix_list_ids(PrefixListId::builder().prefix_list_id("pl-1").build());
        let tcp = sources.clone().ip_protocol("tcp").from_port(5432).to_port(5433).build();
        let names = ["sg-1", "sg-2", "10.1.0.0/16", "2001:db8::/32", "pl-1"];
        assert_eq!(told(&tcp), names.map(|name| format!("{name} 5432-5433")));
        let everything = sources.clone().ip_protocol("-1").build();
        assert_eq!(told(&everything), names.map(|name| format!("{name} 0-65535")));
        let udp = sources.ip_protocol("udp").from_port(5432).to_port(5433).build();
        assert_eq!(told(&udp), [""; 0]);
    }

    /// What a rule copies to `files-west`, if it is enabled.
    fn copied(status: &str, change: impl FnOnce(RuleBuilder) -> RuleBuilder) -> Option<Option<String>> {
        let to = Destination::builder().bucket("arn:aws:s3:::files-west").build().unwrap();
        let rule = ReplicationRule::builder().status(ReplicationRuleStatus::from(status)).destination(to);
        let rule = copy_rule(&change(rule).build().unwrap())?;
        assert_eq!(rule.to, "files-west");
        Some(rule.only)
    }

    type RuleBuilder = aws_sdk_s3::types::builders::ReplicationRuleBuilder;

    #[test]
    #[expect(deprecated, reason = "configurations of the first form have it nowhere else")]
    fn a_rule_of_any_form_tells_what_it_is_for() {
        let filter = || ReplicationRuleFilter::builder();
        let tag = || Tag::builder().key("copy").value("yes").build().unwrap();
        assert_eq!(copied("Disabled", |rule| rule), None);
        assert_eq!(copied("Enabled", |rule| rule), Some(None));
        assert_eq!(copied("Enabled", |rule| rule.filter(filter().prefix("").build())), Some(None));
        let some = |only: &str| Some(Some(only.to_owned()));
        assert_eq!(copied("Enabled", |rule| rule.prefix("a/")), some("what begins with a/"));
        assert_eq!(copied("Enabled", |rule| rule.filter(filter().prefix("a/").build())), some("what begins with a/"));
        assert_eq!(copied("Enabled", |rule| rule.filter(filter().tag(tag()).build())), some("what has some tag"));
        let and = ReplicationRuleAndOperator::builder().prefix("a/").tags(tag()).build();
        let both = some("what begins with a/ and has some tag");
        assert_eq!(copied("Enabled", |rule| rule.filter(filter().and(and).build())), both);
    }

    #[test]
    fn who_leads_a_secret_is_nobodys_copy_and_a_deleted_one_is_no_secret() {
        let here: Region = "us-east-1".parse().unwrap();
        let leads = DescribeSecretOutput::builder().primary_region("us-east-1").build();
        assert_eq!(secret(&leads, &here).copied_from, None);
        let follows = DescribeSecretOutput::builder().primary_region("us-west-2").build();
        assert_eq!(secret(&follows, &here).copied_from.as_deref(), Some("us-west-2"));
        let deleted =
            DescribeSecretOutput::builder().deleted_date(aws_sdk_s3::primitives::DateTime::from_secs(1)).build();
        assert!(secret(&deleted, &here).is_deleted && !secret(&leads, &here).is_deleted);
    }

    #[test]
    fn only_get_head_and_options_read() {
        assert!([Method::Get, Method::Head, Method::Options].iter().all(only_reads));
        assert!(![Method::Put, Method::Post, Method::Patch, Method::Delete].iter().any(only_reads));
    }
}
