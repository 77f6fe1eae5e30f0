//! What an instance's parameter and option groups set.

use crate::account::{Account, Asked};
use crate::databases::Found;
use std::collections::{BTreeMap, BTreeSet};
use understudy_engine::Region;
use understudy_readiness::{Seen, Settings};

/// Of an instance that was not seen, for the reason that it was not.
pub(crate) async fn read(account: &Account, found: &Seen<Found>) -> Settings {
    match found {
        Seen::Unseen(unseen) => {
            Settings { parameters: Seen::Unseen(unseen.clone()), options: Seen::Unseen(unseen.clone()) }
        }
        Seen::Known(Found { database, region, option_groups }) => {
            let groups: Vec<&str> = database.parameter_groups.iter().map(|group| group.name.as_str()).collect();
            let (parameters, options) =
                tokio::join!(parameters(account, region, &groups), options(account, region, option_groups));
            Settings { parameters, options }
        }
    }
}

/// What somebody has set: a group holds hundreds that nobody has.
async fn parameters(account: &Account, region: &Region, groups: &[&str]) -> Seen<BTreeMap<String, String>> {
    let asked = Asked { action: "rds:DescribeDBParameters", region: region.as_str() };
    let client = account.rds(region);
    let mut set = BTreeMap::new();
    for group in groups {
        let request = client.describe_db_parameters().db_parameter_group_name(*group).source("user");
        match request.into_paginator().items().send().try_collect().await {
            Err(error) => return asked.failed(&error),
            Ok(page) => {
                set.extend(page.into_iter().filter_map(|one| Some((one.parameter_name?, one.parameter_value?))))
            }
        }
    }
    Seen::Known(set)
}

async fn options(account: &Account, region: &Region, groups: &[String]) -> Seen<BTreeSet<String>> {
    let asked = Asked { action: "rds:DescribeOptionGroups", region: region.as_str() };
    let client = account.rds(region);
    let mut names = BTreeSet::new();
    for group in groups {
        match client.describe_option_groups().option_group_name(group).send().await {
            Err(error) => return asked.failed(&error),
            Ok(answer) => {
                let options = answer.option_groups_list().iter().flat_map(|group| group.options());
                names.extend(options.filter_map(|option| Some(option.option_name()?.to_owned())));
            }
        }
    }
    Seen::Known(names)
}
