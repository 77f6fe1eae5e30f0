//! Dependencies: every fault that a policy may have in naming them.

use crate::script::policy;
use understudy_engine::{Dependencies, Mode, Policy, Region, Severity};

fn region(name: &str) -> Region {
    name.parse().unwrap()
}

fn dependencies() -> Dependencies {
    let pair = |east: &str, west: &str| {
        [("us-east-1", east), ("us-west-2", west)].map(|(at, name)| (region(at), name.parse().unwrap()))
    };
    Dependencies {
        clients: [("us-east-1", "sg-0123456789abcdef0"), ("us-west-2", "10.2.0.0/16")]
            .map(|(at, client)| (region(at), vec![client.parse().unwrap()]))
            .into(),
        secrets: vec!["orders/database".parse().unwrap()],
        buckets: vec![pair("orders-east", "orders-west").into(), pair("sales-east", "sales-west").into()],
        distributions: vec!["E1A2B3C4D5E6F7".parse().unwrap()],
    }
}

/// The fields that are refused, each with what contradicts it.
fn errors(change: impl FnOnce(&mut Dependencies)) -> Vec<String> {
    let mut dependencies = dependencies();
    change(&mut dependencies);
    let faults = Policy { dependencies: Some(dependencies), ..policy(Mode::Approve) }.faults();
    assert!(faults.iter().all(|fault| !fault.mend.is_empty() && fault.involves.contains(&fault.field)));
    faults.into_iter().filter(|fault| fault.severity == Severity::Error).map(|fault| fault.field).collect()
}

#[test]
fn dependencies_that_name_both_regions_are_sound_and_so_are_none() {
    assert_eq!(errors(|_| {}), Vec::<String>::new());
    assert_eq!(errors(|all| *all = Dependencies::default()), Vec::<String>::new());
}

#[test]
fn a_region_whose_clients_or_bucket_nobody_names_is_refused() {
    assert_eq!(errors(|all| _ = all.clients.remove(&region("us-west-2"))), ["dependencies.clients"]);
    assert_eq!(
        errors(|all| all.clients.get_mut(&region("us-east-1")).unwrap().clear()),
        ["dependencies.clients.us-east-1"]
    );
    assert_eq!(errors(|all| _ = all.buckets[1].remove(&region("us-east-1"))), ["dependencies.buckets[1]"]);
}

#[test]
fn a_region_that_no_writer_is_in_has_no_clients_and_no_bucket() {
    let ireland = || region("eu-west-1");
    assert_eq!(
        errors(|all| _ = all.clients.insert(ireland(), vec!["10.3.0.0/16".parse().unwrap()])),
        ["dependencies.clients.eu-west-1"]
    );
    let bucket = "orders-ireland".parse().unwrap();
    assert_eq!(errors(|all| _ = all.buckets[0].insert(ireland(), bucket)), ["dependencies.buckets[0].eu-west-1"]);
}

#[test]
fn both_regions_cannot_have_the_same_bucket() {
    let same = |all: &mut Dependencies| _ = all.buckets[0].insert(region("us-west-2"), "orders-east".parse().unwrap());
    assert_eq!(errors(same), ["dependencies.buckets[0].us-west-2"]);
}

#[test]
fn more_than_a_record_should_hold_is_refused() {
    let secret = |number: usize| format!("orders/{number}").parse().unwrap();
    assert_eq!(errors(|all| all.secrets = (0..10).map(secret).collect()), Vec::<String>::new());
    assert_eq!(errors(|all| all.secrets = (0..11).map(secret).collect()), ["dependencies.secrets"]);
    let client = |number: usize| format!("10.{number}.0.0/16").parse().unwrap();
    let clients = |count| {
        move |all: &mut Dependencies| _ = all.clients.insert(region("us-west-2"), (0..count).map(client).collect())
    };
    assert_eq!(errors(clients(50)), Vec::<String>::new());
    assert_eq!(errors(clients(51)), ["dependencies.clients.us-west-2"]);
}

#[test]
fn what_is_named_twice_is_refused() {
    assert_eq!(errors(|all| all.secrets.push(all.secrets[0].clone())), ["dependencies.secrets"]);
    assert_eq!(errors(|all| all.distributions.push(all.distributions[0].clone())), ["dependencies.distributions"]);
    assert_eq!(errors(|all| all.buckets.push(all.buckets[0].clone())), ["dependencies.buckets"]);
}
