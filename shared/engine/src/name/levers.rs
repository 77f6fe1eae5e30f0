//! The names of what moves traffic besides DNS.

use super::{NameError, arn_field};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

name!(
    /// An S3 Multi-Region Access Point.
    AccessPointArn,
    "a Multi-Region Access Point ARN",
    r"^arn:aws(-[a-z]+)*:s3::[0-9]{12}:accesspoint/[a-z0-9]{1,50}\.mrap$",
    "copy the access point's ARN with its alias, such as arn:aws:s3::111122223333:accesspoint/mfzwi23gnjvgw.mrap",
    |text| is_global_arn(text, "s3", |rest| {
        let alias = rest.strip_prefix("accesspoint/").and_then(|rest| rest.strip_suffix(".mrap"));
        alias.is_some_and(|alias| is_id(alias, 50) && alias.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()))
    })
);
name!(
    /// An S3 bucket.
    Bucket,
    "a bucket name",
    r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$",
    "write the bucket's name alone, such as orders-east",
    |text| {
        let ends = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        (3..=63).contains(&text.len())
            && text.bytes().all(|b| ends(b) || b == b'.' || b == b'-')
            && text.bytes().next().is_some_and(ends)
            && text.bytes().next_back().is_some_and(ends)
    }
);
name!(
    /// A routing control of Application Recovery Controller.
    RoutingControlArn,
    "a routing control ARN",
    r"^arn:aws(-[a-z]+)*:route53-recovery-control::[0-9]{12}:controlpanel/[A-Za-z0-9]{1,64}/routingcontrol/[A-Za-z0-9]{1,64}$",
    "copy the routing control's ARN, which ends in controlpanel/…/routingcontrol/…",
    |text| is_global_arn(text, "route53-recovery-control", |rest| {
        let parts: Vec<&str> = rest.split('/').collect();
        matches!(parts.as_slice(), ["controlpanel", panel, "routingcontrol", control] if is_id(panel, 64) && is_id(control, 64))
    })
);
name!(
    /// One of a cluster's five endpoints, as DescribeCluster shows it.
    ClusterEndpoint,
    "the URL of a cluster endpoint",
    r"^https://[a-z0-9_.-]+(/v1)?$",
    "copy it from the cluster, such as https://aaaaaaaa.route53-recovery-cluster.us-west-2.amazonaws.com/v1",
    |text| {
        let host = text.strip_prefix("https://").map(|rest| rest.strip_suffix("/v1").unwrap_or(rest));
        host.is_some_and(|host| super::DnsName::try_from(host.to_owned()).is_ok())
    }
);

impl AccessPointArn {
    #[must_use]
    pub fn account(&self) -> &str {
        arn_field(&self.0, 4)
    }
}

impl RoutingControlArn {
    #[must_use]
    pub fn account(&self) -> &str {
        arn_field(&self.0, 4)
    }
}

impl ClusterEndpoint {
    /// Whether its host names the Region.
    #[must_use]
    pub fn is_in(&self, region: &super::Region) -> bool {
        self.0.contains(&format!(".{region}."))
    }
}

fn is_id(text: &str, length_max: usize) -> bool {
    (1..=length_max).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// Whether it is the ARN of something that belongs to no Region.
fn is_global_arn(text: &str, service: &str, named: impl Fn(&str) -> bool) -> bool {
    let fields: Vec<&str> = text.splitn(6, ':').collect();
    let [arn, partition, its_service, region, account, rest] = fields.as_slice() else { return false };
    *arn == "arn"
        && (*partition == "aws" || partition.starts_with("aws-"))
        && *its_service == service
        && region.is_empty()
        && account.len() == 12
        && account.bytes().all(|b| b.is_ascii_digit())
        && named(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_the_name_of_a_lever_is_refused() {
        let point = "arn:aws:s3::111122223333:accesspoint/mfzwi23gnjvgw.mrap".parse::<AccessPointArn>().unwrap();
        assert_eq!(point.account(), "111122223333");
        for text in [
            "arn:aws:s3::111122223333:accesspoint/mfzwi23gnjvgw",
            "arn:aws:s3:us-east-1:111122223333:accesspoint/mfzwi23gnjvgw.mrap",
            "arn:aws:s3::1111:accesspoint/mfzwi23gnjvgw.mrap",
            "arn:aws:s3::111122223333:accesspoint/.mrap",
        ] {
            assert!(text.parse::<AccessPointArn>().is_err(), "{text:?}");
        }
        let control = "arn:aws:route53-recovery-control::111122223333:controlpanel/aa11/routingcontrol/bb22";
        assert_eq!(control.parse::<RoutingControlArn>().unwrap().account(), "111122223333");
        for text in [&control[..control.len() - 5], "arn:aws:route53-recovery-control::111122223333:controlpanel/aa11"]
        {
            assert!(text.parse::<RoutingControlArn>().is_err(), "{text:?}");
        }
        assert!("orders-east".parse::<Bucket>().is_ok());
        for text in ["or", "Orders", "-orders", "orders-", "s3://orders"] {
            assert!(text.parse::<Bucket>().is_err(), "{text:?}");
        }
        assert!("https://aa.us-west-2.example.com/v1".parse::<ClusterEndpoint>().is_ok());
        for text in
            ["http://aa.example.com/v1", "https://aa.example.com/v2", "https://aa.example.com/v1/", "aa.example.com"]
        {
            assert!(text.parse::<ClusterEndpoint>().is_err(), "{text:?}");
        }
    }
}
