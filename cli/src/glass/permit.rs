//! Whether the glass may be broken: only where nobody who weighs evidence can be asked, and only for a replica that RDS
//! would promote.

use crate::failure::Failure;
use understudy_aws::OpenError;
use understudy_driver::LedgerError;
use understudy_engine::{Application, DbStatus, PhaseName, Policy, Sight, Sighting};

/// What came of asking the table.
#[derive(Debug)]
pub(crate) enum Table {
    Answers(PhaseName),
    /// It does not answer, or not usefully.
    Away(String),
    /// It may well be there: whoever asks is not let in, or asks in the wrong place.
    Unsure(String),
}

impl From<OpenError> for Table {
    fn from(error: OpenError) -> Self {
        match &error {
            OpenError::Unavailable { .. } => Self::Away(error.to_string()),
            OpenError::NoRegion
            | OpenError::TableMissing { .. }
            | OpenError::EventuallyConsistent { .. }
            | OpenError::OtherKey { .. }
            | OpenError::Denied { .. } => Self::Unsure(error.to_string()),
        }
    }
}

impl From<LedgerError> for Table {
    fn from(error: LedgerError) -> Self {
        match &error {
            LedgerError::Unavailable { .. } => Self::Away(error.to_string()),
            LedgerError::UnknownApplication { .. }
            | LedgerError::UnusableRecord { .. }
            | LedgerError::UnusableBreaker { .. }
            | LedgerError::Denied { .. }
            | LedgerError::TableMissing { .. }
            | LedgerError::Refused { .. } => Self::Unsure(error.to_string()),
        }
    }
}

/// Why not: the answer is no, and nothing was changed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct No {
    pub(crate) problem: String,
    pub(crate) mend: String,
}

/// What the table said, where it may.
pub(crate) fn table_away(table: Table, application: &Application) -> Result<Result<String, No>, Failure> {
    match table {
        Table::Away(problem) => Ok(Ok(problem)),
        Table::Answers(phase) => Ok(Err(No {
            problem: format!(
                "the table answers, and the record is {phase}: Understudy decides, and so do people through it"
            ),
            mend: format!("understudy status --application {application}"),
        })),
        Table::Unsure(problem) => Err(Failure {
            problem: format!("nobody can tell whether the table is away: {problem}"),
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
            "once the table answers: understudy incident adopt",
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
    fn the_glass_is_broken_only_while_the_table_is_away() {
        let application = policy().application;
        let away = LedgerError::Unavailable { detail: "timed out".to_owned() };
        assert!(matches!(table_away(away.into(), &application), Ok(Ok(_))));
        assert!(matches!(table_away(Table::Answers(PhaseName::Watching), &application), Ok(Err(_))));
        for unsure in [
            LedgerError::Denied { detail: String::new() },
            LedgerError::UnknownApplication { application: "orders".to_owned() },
            LedgerError::Refused { detail: String::new() },
        ] {
            assert!(table_away(unsure.into(), &application).is_err(), "it may be there");
        }
        let denied = OpenError::Denied { table: "understudy".to_owned(), detail: String::new() };
        assert!(table_away(denied.into(), &application).is_err());
        let open = OpenError::Unavailable { table: "understudy".to_owned(), detail: String::new() };
        assert!(matches!(table_away(open.into(), &application), Ok(Ok(_))));
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
