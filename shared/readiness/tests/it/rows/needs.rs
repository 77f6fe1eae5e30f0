//! Dependencies that the standby does not have as it should.

use super::{Row, known};
use crate::ground::{public, region, unseen};
use understudy_engine::{AccessPoint, Policy};
use understudy_readiness::Verdict::{Blocks, Warns};
use understudy_readiness::{Admits, BucketState, Copied, CopyRule, Distribution, Secret, Seen, Survey, Why};

fn rules<'a>(survey: &'a mut Survey, at: &str) -> &'a mut Vec<Admits> {
    known(survey.admits.get_mut(&region(at)).unwrap())
}

fn secret<'a>(survey: &'a mut Survey, at: &str) -> &'a mut Seen<Secret> {
    survey.secrets.iter_mut().find(|(secret, _)| secret.region == region(at)).unwrap().1
}

fn copy(survey: &mut Survey) -> &mut Copied {
    known(secret(survey, "us-east-1")).copies.get_mut("us-west-2").unwrap()
}

fn bucket<'a>(survey: &'a mut Survey, at: &str) -> &'a mut Seen<BucketState> {
    survey.buckets.iter_mut().find(|(bucket, _)| bucket.region == region(at)).unwrap().1
}

fn copies<'a>(survey: &'a mut Survey, at: &str) -> &'a mut Vec<CopyRule> {
    &mut known(bucket(survey, at)).rules
}

fn distribution(survey: &mut Survey) -> &mut Distribution {
    known(survey.distributions.values_mut().next().unwrap())
}

fn lead(survey: &mut Survey, origin: &str, domain: &str) {
    distribution(survey).origins.insert(origin.to_owned(), public(domain));
}

/// Clients of the standby are admitted by address.
fn by_address(policy: &mut Policy, survey: &mut Survey, client: &str, admitted: &str) {
    let clients = &mut policy.dependencies.as_mut().unwrap().clients;
    clients.insert(region("us-west-2"), vec![client.parse().unwrap()]);
    rules(survey, "us-west-2")[0].from = admitted.to_owned();
}

/// The access point has buckets of its own.
fn with_access_point(policy: &mut Policy) {
    policy.traffic.as_mut().unwrap().multi_region_access_point = Some(AccessPoint {
        arn: "arn:aws:s3::111122223333:accesspoint/mfzwi23gnjvgw.mrap".parse().unwrap(),
        buckets: [("us-east-1", "sales-east"), ("us-west-2", "sales-west")]
            .map(|(at, name)| (region(at), name.parse().unwrap()))
            .into(),
    });
}

pub(super) const ROWS: &[Row] = &[
    ("dependencies-named", Warns, |policy, survey| {
        policy.dependencies = None;
        survey.admits.clear();
        survey.secrets.clear();
        survey.buckets.clear();
        survey.distributions.clear();
    }),
    ("clients-admitted", Blocks, |_, survey| rules(survey, "us-west-2").clear()),
    ("clients-admitted", Blocks, |_, survey| rules(survey, "us-west-2")[0].ports = 5433..=6000),
    ("clients-admitted", Blocks, |_, survey| rules(survey, "us-west-2")[0].from = "sg-0aaaaaaaaaaaaaaa1".to_owned()),
    ("clients-admitted", Blocks, |_, survey| rules(survey, "us-west-2")[0].from = "0.0.0.0/0".to_owned()),
    ("clients-admitted", Warns, |_, survey| rules(survey, "us-east-1").clear()),
    ("clients-admitted", Blocks, |policy, survey| by_address(policy, survey, "10.2.0.0/15", "10.2.0.0/16")),
    ("clients-admitted", Blocks, |policy, survey| by_address(policy, survey, "::ffff:a02:0/112", "10.2.0.0/16")),
    ("clients-admitted", Blocks, |_, survey| survey.admits.clear()),
    ("secrets-replicated", Blocks, |_, survey| *secret(survey, "us-west-2") = unseen(Why::Absent)),
    ("secrets-replicated", Warns, |_, survey| *secret(survey, "us-east-1") = unseen(Why::Absent)),
    ("secrets-replicated", Blocks, |_, survey| survey.secrets.clear()),
    ("secrets-replicated", Blocks, |_, survey| known(secret(survey, "us-west-2")).is_deleted = true),
    ("secrets-replicated", Blocks, |_, survey| copy(survey).status = "Failed".to_owned()),
    ("secrets-replicated", Warns, |_, survey| copy(survey).status = "InProgress".to_owned()),
    ("secrets-replicated", Warns, |_, survey| {
        known(secret(survey, "us-east-1")).copies.clear();
        known(secret(survey, "us-west-2")).copied_from = None;
    }),
    ("secrets-replicated", Warns, |_, survey| {
        known(secret(survey, "us-east-1")).copies.clear();
        known(secret(survey, "us-west-2")).copied_from = Some("eu-west-1".to_owned());
    }),
    ("buckets-versioned", Blocks, |_, survey| known(bucket(survey, "us-west-2")).has_versions = false),
    ("buckets-versioned", Blocks, |_, survey| *bucket(survey, "us-west-2") = unseen(Why::Absent)),
    ("buckets-replicated", Blocks, |_, survey| copies(survey, "us-east-1").clear()),
    ("buckets-replicated", Blocks, |_, survey| copies(survey, "us-east-1")[0].to = "orders-files-elsewhere".to_owned()),
    ("buckets-replicated", Warns, |_, survey| {
        copies(survey, "us-east-1")[0].only = Some("what begins with invoices/".to_owned());
    }),
    ("buckets-replicated", Warns, |_, survey| copies(survey, "us-west-2").clear()),
    ("buckets-replicated", Blocks, |_, survey| survey.buckets.clear()),
    ("buckets-replicated", Blocks, |policy, survey| {
        with_access_point(policy);
        survey.buckets = crate::ground::survey(policy).buckets;
        let (_, sales) = survey.buckets.iter_mut().find(|(at, _)| at.name.as_str() == "sales-east").unwrap();
        known(sales).rules.clear();
    }),
    ("distributions-follow", Blocks, |_, survey| {
        *survey.distributions.values_mut().next().unwrap() = unseen(Why::Absent);
    }),
    ("distributions-follow", Blocks, |_, survey| distribution(survey).is_enabled = false),
    ("distributions-follow", Blocks, |_, survey| distribution(survey).behaviours[0].writes = true),
    ("distributions-follow", Blocks, |_, survey| distribution(survey).behaviours[0].target = "east".to_owned()),
    ("distributions-follow", Blocks, |_, survey| lead(survey, "west", "east.orders.example.com")),
    ("distributions-follow", Blocks, |_, survey| lead(survey, "writes", "orders-1234.us-east-1.elb.amazonaws.com")),
    ("distributions-follow", Blocks, |_, survey| survey.distributions.clear()),
    ("distributions-follow", Warns, |_, survey| lead(survey, "west", "files.example.net")),
    ("distributions-follow", Warns, |_, survey| {
        distribution(survey).origins.get_mut("writes").unwrap().is_private = true;
    }),
    ("distributions-follow", Blocks, |_, survey| distribution(survey).behaviours[1].writes = true),
    ("distributions-follow", Blocks, |_, survey| lead(survey, "writes", "east.orders.example.com")),
    ("distributions-follow", Warns, |_, survey| lead(survey, "reads", "static.example.net")),
    ("distributions-follow", Warns, |_, survey| distribution(survey).behaviours[1].target = "nothing".to_owned()),
];

/// What is as well as the usual.
#[test]
fn a_client_may_be_admitted_by_a_wider_network_or_a_prefix_list_and_a_secret_led_by_the_standby() {
    for (client, admitted) in
        [("10.2.4.0/24", "10.2.0.0/16"), ("2001:db8:1::/48", "2001:db8::/32"), ("pl-01234567", "pl-01234567")]
    {
        passes(|policy, survey| by_address(policy, survey, client, admitted));
    }
    passes(|_, survey| rules(survey, "us-west-2")[0].ports = 0..=65535);
    passes(|_, survey| {
        let leading = known(secret(survey, "us-east-1")).clone();
        let copy = leading.copies["us-west-2"].clone();
        *secret(survey, "us-east-1") =
            Seen::Known(Secret { copied_from: Some("us-west-2".to_owned()), ..leading.clone() });
        let copies = [("us-east-1".to_owned(), copy)].into();
        *secret(survey, "us-west-2") = Seen::Known(Secret { copied_from: None, copies, ..leading });
    });
}

#[test]
fn the_access_point_is_in_both_regions_and_its_buckets_are_looked_at() {
    passes(|policy, survey| {
        with_access_point(policy);
        survey.buckets = crate::ground::survey(policy).buckets;
        lead(survey, "reads", "mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com");
    });
}

fn passes(change: impl FnOnce(&mut Policy, &mut Survey)) {
    let mut policy = crate::ground::policy();
    let mut survey = crate::ground::survey(&policy);
    change(&mut policy, &mut survey);
    crate::broken::follow(&policy, &mut survey);
    assert_eq!(crate::broken::not_ok(&policy, &survey), []);
}

#[test]
fn what_blocks_counts_for_more_than_what_could_not_be_told_of_another() {
    let policy = crate::ground::policy();
    let mut survey = crate::ground::survey(&policy);
    *bucket(&mut survey, "us-east-1") = unseen(Why::Denied);
    known(bucket(&mut survey, "us-west-2")).has_versions = false;
    let failed = crate::broken::not_ok(&policy, &survey);
    assert_eq!(failed.first(), Some(&("buckets-versioned", Blocks)));
}
