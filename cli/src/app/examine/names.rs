//! Names are checked by the engine's own types, which say what is wrong in words; the schema could
//! only offer a pattern.

use std::str::FromStr;
use understudy_engine::{
    AccessPointArn, AlarmArn, Application, BodyText, Bucket, Certificates, Client, ClusterEndpoint, DbInstanceArn,
    DistributionId, DnsName, GateUrl, HostPort, HostedZone, HttpUrl, NameError, PasswordVariable, Person, PostgresName,
    PostgresTable, Region, RoutingControlArn, SecretName, SecurityGroup, TopicArn, VoterName,
};

/// Why the text is not the name that the schema's definition stands for. None where it is one, or
/// where the definition is of no name.
pub(super) fn name_error(definition: &str, text: &str) -> Option<NameError> {
    fn check<N: FromStr<Err = NameError>>(text: &str) -> Option<NameError> {
        text.parse::<N>().err()
    }
    match definition {
        "AccessPointArn" => check::<AccessPointArn>(text),
        "AlarmArn" => check::<AlarmArn>(text),
        "Application" => check::<Application>(text),
        "BodyText" => check::<BodyText>(text),
        "Bucket" => check::<Bucket>(text),
        "Certificates" => check::<Certificates>(text),
        "Client" => check::<Client>(text),
        "ClusterEndpoint" => check::<ClusterEndpoint>(text),
        "DbInstanceArn" => check::<DbInstanceArn>(text),
        "DistributionId" => check::<DistributionId>(text),
        "DnsName" => check::<DnsName>(text),
        "GateUrl" => check::<GateUrl>(text),
        "HostPort" => check::<HostPort>(text),
        "HostedZone" => check::<HostedZone>(text),
        "HttpUrl" => check::<HttpUrl>(text),
        "PasswordVariable" => check::<PasswordVariable>(text),
        "Person" => check::<Person>(text),
        "PostgresName" => check::<PostgresName>(text),
        "PostgresTable" => check::<PostgresTable>(text),
        "Region" => check::<Region>(text),
        "RoutingControlArn" => check::<RoutingControlArn>(text),
        "SecretName" => check::<SecretName>(text),
        "SecurityGroup" => check::<SecurityGroup>(text),
        "TopicArn" => check::<TopicArn>(text),
        "VoterName" => check::<VoterName>(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::schema::Schema;
    use super::*;

    #[test]
    fn every_definition_with_a_pattern_is_a_name() {
        let schema = Schema::of_application_file();
        let definitions = schema.as_json()["$defs"].as_object().unwrap();
        let patterns: Vec<_> = definitions.iter().filter(|(_, body)| body.get("pattern").is_some()).collect();
        assert!(!patterns.is_empty());
        for (definition, _) in patterns {
            assert!(name_error(definition, "").is_some(), "{definition} is missing in name_error");
        }
    }
}
