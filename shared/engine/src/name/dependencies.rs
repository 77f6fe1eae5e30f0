//! The names of what an application needs besides its database.

use super::{NameError, SecurityGroup};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

name!(
    /// Who connects to a database, as its security groups admit them.
    Client,
    "a client of the database",
    r"^(sg-[0-9a-f]{8,17}|pl-[0-9a-f]{8,17}|[0-9a-f.:]+/(0|[1-9][0-9]{0,2}))$",
    "write a security group, a prefix list or addresses, such as sg-0123456789abcdef0 or 10.1.0.0/16",
    |text| match text.strip_prefix("pl-") {
        Some(id) => SecurityGroup::try_from(format!("sg-{id}")).is_ok(),
        None => SecurityGroup::try_from(text.to_owned()).is_ok() || is_network(text),
    }
);
name!(
    /// A secret of Secrets Manager.
    SecretName,
    "the name of a secret",
    r"^[A-Za-z0-9/_+=.@-]{1,512}$",
    "write the secret's name and not its ARN, such as orders/database",
    |text| (1..=512).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"/_+=.@-".contains(&b))
);
name!(
    /// A distribution of CloudFront.
    DistributionId,
    "the id of a distribution",
    r"^[A-Z0-9]{8,32}$",
    "copy the distribution's id, such as E1A2B3C4D5E6F7",
    |text| (8..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
);

/// Addresses in CIDR notation, of either family.
fn is_network(text: &str) -> bool {
    let Some((address, bits)) = text.split_once('/') else { return false };
    let bits_max = match address.parse() {
        Ok(IpAddr::V4(_)) => 32,
        Ok(IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    let is_plain = bits.parse::<u8>().is_ok_and(|number| number <= bits_max && number.to_string() == bits);
    is_plain && !text.bytes().any(|b| b.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_is_a_group_a_prefix_list_or_addresses() {
        for text in ["sg-0123456789abcdef0", "pl-01234567", "10.1.0.0/16", "0.0.0.0/0", "2001:db8::/32"] {
            assert!(text.parse::<Client>().is_ok(), "{text:?}");
        }
        for text in [
            "",
            "sg-",
            "pl-xyz",
            "10.1.0.0",
            "10.1.0.0/",
            "10.1.0.0/33",
            "10.1.0.0/016",
            "10.1.0.0/+8",
            "10.1/16",
            "2001:DB8::/32",
            "any/0",
        ] {
            assert!(text.parse::<Client>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn an_arn_is_no_name_of_a_secret_and_a_domain_no_distribution() {
        assert!("orders/database".parse::<SecretName>().is_ok());
        for text in ["", "arn:aws:secretsmanager:us-east-1:111122223333:secret:orders-AbCdEf", "orders database"] {
            assert!(text.parse::<SecretName>().is_err(), "{text:?}");
        }
        assert!("E1A2B3C4D5E6F7".parse::<DistributionId>().is_ok());
        for text in ["", "E1", "e1a2b3c4d5e6f7", "d111111abcdef8.cloudfront.net"] {
            assert!(text.parse::<DistributionId>().is_err(), "{text:?}");
        }
    }
}
