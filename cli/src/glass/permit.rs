//! Whether the glass may be broken: only where nobody who weighs evidence can be asked, and only for a replica that RDS
//! would promote.

use crate::failure::Failure;
use understudy_aws::Reach;
use understudy_engine::{DbStatus, Policy, Sight, Sighting};

/// Why not: the answer is no, and nothing was changed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct No {
    pub(crate) problem: String,
    pub(crate) mend: String,
}

/// Why the table is taken to be away.
pub(crate) fn table_away(policy: &Policy, reach: Reach) -> Result<Result<String, No>, Failure> {
    let status = format!("understudy status --application {}", policy.application);
    match reach {
        Reach::Silent { detail } => Ok(Ok(detail)),
        Reach::Answers(Some(record)) => Ok(Err(No {
            problem: format!(
                "the table answers, and the record is {}: Understudy decides, and so do people through it",
                record.state.phase.name()
            ),
            mend: status,
        })),
        Reach::Answers(None) => Ok(Err(No {
            problem: "the table answers, and has no such application".to_owned(),
            mend: "name the table by --table and --table-region, or correct application in the file".to_owned(),
        })),
        Reach::Unsure { detail } => Err(Failure {
            problem: format!("nobody can tell whether the table is away: {detail}"),
            mend: "name it by --table and --table-region, and ask with credentials that may read it".to_owned(),
        }),
    }
}

/// The replica, where RDS would promote it.
pub(crate) fn promotable(policy: &Policy, sight: Sight) -> Result<Result<(), No>, Failure> {
    let (writer, replica) = (&policy.database.writer, &policy.database.replica);
    let no = |problem: String, mend: &str| Ok(Err(No { problem, mend: mend.to_owned() }));
    match sight {
        Sight::Unseen(unseen) => Err(Failure {
            problem: format!("{replica} cannot be seen: {unseen}"),
            mend: "look at the network and the credentials: a call whose outcome nobody sees is not made".to_owned(),
        }),
        Sight::Missing => no(format!("there is no {replica}"), "correct database.replica in the file"),
        Sight::Seen(Sighting { source: None, .. }) => no(
            format!("{replica} stands alone: it has been promoted, or was never a replica"),
            "once the table answers: `incident reconcile` with the journal of whoever called, or else `incident adopt`",
        ),
        Sight::Seen(Sighting { source: Some(source), .. }) if source != *writer => no(
            format!("{replica} replicates from {source}, and the file's writer is {writer}"),
            "use the file that is in force",
        ),
        Sight::Seen(Sighting { status: DbStatus::Available, .. }) => Ok(Ok(())),
        Sight::Seen(Sighting { status, .. }) => no(
            format!("{replica} is {status}, and RDS promotes only what is available"),
            "wait until it is, as after a backup",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use understudy_engine::Unseen;

    fn policy() -> Policy {
        toml::from_str(include_str!("../../examples/orders.toml")).unwrap()
    }

    fn seen(status: DbStatus, source: Option<&str>) -> Sight {
        Sight::Seen(Sighting { status, source: source.map(|source| source.parse().unwrap()), lags: Vec::new() })
    }

    #[test]
    fn the_glass_is_broken_only_while_nobody_answers_for_the_table() {
        let detail = || "in its words".to_owned();
        let policy = policy();
        assert_eq!(table_away(&policy, Reach::Silent { detail: detail() }).unwrap(), Ok(detail()));
        assert!(table_away(&policy, Reach::Answers(None)).unwrap().is_err());
        assert!(table_away(&policy, Reach::Unsure { detail: detail() }).is_err(), "it may be there");
    }

    #[test]
    fn only_an_available_replica_of_the_files_writer_is_promoted() {
        let policy = policy();
        let writer = Some(policy.database.writer.as_str());
        assert_eq!(promotable(&policy, seen(DbStatus::Available, writer)).unwrap(), Ok(()));
        for refused in [
            Sight::Missing,
            seen(DbStatus::Available, None),
            seen(DbStatus::Available, Some("arn:aws:rds:us-east-1:111122223333:db:another")),
            seen(DbStatus::BackingUp, writer),
        ] {
            assert!(promotable(&policy, refused.clone()).unwrap().is_err(), "{refused:?}");
        }
        assert!(promotable(&policy, Sight::Unseen(Unseen::Unreachable)).is_err(), "nobody would see what comes of it");
    }
}
