//! Whether the standby has what the application needs besides its database.

use crate::check::Verdict::{Blocks, Warns};
use crate::check::{Check, Ground, Judged, Wrongs, ok, warns};
use crate::survey::{Admits, Copied, Database, SecretAt};
use crate::{Seen, Unseen};
use ipnet::IpNet;
use understudy_engine::{Client, Region, SecretName};

pub(super) const CHECKS: [Check; 3] = [
    Check {
        name: "dependencies-named",
        wants: "the file has a `[dependencies]`",
        why: "what it does not name is not looked at: who connects to the database, secrets, buckets, distributions",
        at_worst: Warns,
        judge: named,
    },
    Check {
        name: "clients-admitted",
        wants: "the databases' security groups admit `dependencies.clients` of their Region on their port",
        why: "a promoted database that nobody can connect to is no database",
        at_worst: Blocks,
        judge: admitted,
    },
    Check {
        name: "secrets-replicated",
        wants: "each secret is in the standby Region, as a copy that is in step or as what is copied",
        why: "an application without its password, or with the one before, starts and fails",
        at_worst: Blocks,
        judge: secrets,
    },
];

fn named<'a>(ground: &Ground<'a>) -> Judged<'a> {
    match &ground.policy.dependencies {
        Some(_) => ok("it has one"),
        None => {
            warns("it has none", "add the table [dependencies], with what the application needs in the standby Region")
        }
    }
}

fn admitted<'a>(ground: &Ground<'a>) -> Judged<'a> {
    let (regions, survey) = (&ground.policy.regions, ground.survey);
    let mut wrongs = Wrongs::default();
    let mut count = 0;
    for (region, database) in [(&regions.standby, &survey.replica), (&regions.primary, &survey.writer)] {
        let clients = ground.policy.dependencies.iter().filter_map(|dependencies| dependencies.clients.get(region));
        for client in clients.flatten() {
            count += 1;
            match outside(ground, region, database, client) {
                Ok(None) => {}
                Ok(Some(problem)) if *region == regions.standby => wrongs.blocks(problem),
                Ok(Some(problem)) => wrongs.warns(problem),
                Err(unseen) => wrongs.cannot_tell(unseen),
            }
        }
    }
    let mend = "admit it on the database's port, or name it in dependencies.clients as it is admitted: by group, prefix list or addresses";
    wrongs.judged(mend, if count == 0 { "the file names none".to_owned() } else { format!("admitted: {count}") })
}

/// What is wrong, if anything is.
fn outside<'a>(
    ground: &Ground<'a>,
    region: &Region,
    database: &'a Seen<Database>,
    client: &Client,
) -> Result<Option<String>, &'a Unseen> {
    let Some(port) = database.known()?.port else {
        return Ok(Some(format!("the database in {region} has no port yet")));
    };
    let Some(rules) = ground.survey.admits.get(region) else {
        return Ok(Some(format!("it was not looked at what is admitted in {region}")));
    };
    let is_admitted = rules.known()?.iter().any(|rule| rule.ports.contains(&port) && covers(rule, client));
    Ok((!is_admitted).then(|| format!("nothing admits {client} in {region}")))
}

fn covers(rule: &Admits, client: &Client) -> bool {
    match (rule.from.parse::<IpNet>(), client.as_str().parse::<IpNet>()) {
        (Ok(admitted), Ok(client)) => admitted.contains(&client),
        (Ok(_), Err(_)) | (Err(_), Ok(_)) => false,
        (Err(_), Err(_)) => rule.from == client.as_str(),
    }
}

fn secrets<'a>(ground: &Ground<'a>) -> Judged<'a> {
    let mut wrongs = Wrongs::default();
    let mut count = 0;
    for name in ground.policy.dependencies.iter().flat_map(|dependencies| &dependencies.secrets) {
        count += 1;
        match copy_of(ground, name) {
            Ok(Standing::InStep) => {}
            Ok(Standing::Unusable(problem)) => wrongs.blocks(format!("{name}: {problem}")),
            Ok(Standing::Apart(problem)) => wrongs.warns(format!("{name}: {problem}")),
            Err(unseen) => wrongs.cannot_tell(unseen),
        }
    }
    let (primary, standby) = (&ground.policy.regions.primary, &ground.policy.regions.standby);
    let mend = format!(
        "`aws secretsmanager replicate-secret-to-regions --region {primary} --secret-id NAME --add-replica-regions Region={standby}`; \
         what has the name there without being a copy is deleted before, and what is marked for deletion restored"
    );
    wrongs.judged(mend, if count == 0 { "the file names none".to_owned() } else { format!("in step: {count}") })
}

/// What the standby Region has of a secret.
enum Standing {
    InStep,
    /// Nothing, or what is known to be old.
    Unusable(String),
    /// One that may not be the same.
    Apart(String),
}

fn copy_of<'a>(ground: &Ground<'a>, name: &SecretName) -> Result<Standing, &'a Unseen> {
    let regions = &ground.policy.regions;
    let at = |region: &Region| ground.survey.secrets.get(&SecretAt { region: region.clone(), name: name.clone() });
    let (Some(there), Some(here)) = (at(&regions.standby), at(&regions.primary)) else {
        return Ok(Standing::Unusable("it was not looked for".to_owned()));
    };
    let standby = match there.known() {
        Ok(secret) if secret.is_deleted => {
            return Ok(Standing::Unusable(format!("marked for deletion in {}", regions.standby)));
        }
        Ok(secret) => secret,
        Err(_) if there.is_absent() => return Ok(Standing::Unusable(format!("there is none in {}", regions.standby))),
        Err(unseen) => return Err(unseen),
    };
    // What is copied from here cannot be seen to be in step where it has come to.
    if standby.copied_from.is_none() {
        let leads = standby.copies.contains_key(regions.primary.as_str());
        return Ok(if leads { Standing::InStep } else { Standing::Apart("each Region has one of its own".to_owned()) });
    }
    Ok(match here.known() {
        Ok(primary) => match primary.copies.get(regions.standby.as_str()) {
            Some(copied) => of_copied(copied),
            None => Standing::Apart(format!("the one in {} is a copy of another Region's", regions.standby)),
        },
        Err(_) if here.is_absent() => Standing::Apart(format!("there is none in {}", regions.primary)),
        Err(unseen) => return Err(unseen),
    })
}

fn of_copied(copied: &Copied) -> Standing {
    let Copied { status, message } = copied;
    match status.as_str() {
        "InSync" => Standing::InStep,
        "InProgress" => Standing::Apart("it is being copied".to_owned()),
        _ => Standing::Unusable(format!("the copy is {status}: {message}")),
    }
}
