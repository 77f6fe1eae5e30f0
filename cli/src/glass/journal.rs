//! The journal: one line a deed, on disk before the next deed begins, each with the hash of the line before it.

use crate::failure::Failure;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use understudy_engine::{
    Application, BrokenGlass, DbInstanceArn, JournalHash, Lag, Person, PromoteAnswer, Region, Unseen,
};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub(crate) enum Deed {
    /// What was known, and which Region was typed to go on.
    Confirmed {
        application: Application,
        replica: DbInstanceArn,
        table: String,
        /// None where it was not measured, or not seen.
        lag: Option<Lag>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lag_unseen: Option<Unseen>,
        typed: Region,
    },
    /// The call leaves now: whatever is missing below, it may have arrived.
    Calling,
    Answered {
        answer: PromoteAnswer,
    },
    /// The replica as it was seen.
    Seen {
        told: String,
    },
    Promoted,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    seq: u32,
    at: Timestamp,
    by: Person,
    deed: Deed,
    previous: Option<JournalHash>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Sealed {
    #[serde(flatten)]
    line: Line,
    hash: JournalHash,
}

/// A journal as it was read.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    lines: Vec<Sealed>,
    /// What of a last line was on disk when whoever kept it was cut off.
    pub(crate) torn: Option<String>,
}

/// A journal that is being kept.
#[derive(Debug)]
pub(crate) struct Kept {
    path: PathBuf,
    file: File,
    by: Person,
    seq: u32,
    last: Option<JournalHash>,
}

fn hash(line: &Line) -> Result<JournalHash, Failure> {
    let bytes = serde_json::to_vec(line)?;
    let digits: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    digits.parse().map_err(|error| Failure {
        problem: format!("the journal's line cannot be hashed: {error}"),
        mend: "report it: a SHA-256 has 64 digits".to_owned(),
    })
}

#[cfg_attr(not(feature = "aws"), allow(dead_code, reason = "kept by `live` alone"))]
impl Kept {
    /// A new file: what another journal tells is never overwritten.
    pub(crate) fn begin(path: &Path, by: Person) -> Result<Self, Failure> {
        let file = OpenOptions::new().write(true).create_new(true).open(path).map_err(|error| Failure {
            problem: format!("the journal {} cannot be begun: {error}", path.display()),
            mend: "name a file that does not exist yet, on a disk that can be written".to_owned(),
        })?;
        Ok(Self { path: path.to_owned(), file, by, seq: 1, last: None })
    }

    /// Nothing is done before the line about it is on disk.
    pub(crate) fn write(&mut self, deed: Deed) -> Result<(), Failure> {
        let line = Line { seq: self.seq, at: Timestamp::now(), by: self.by.clone(), deed, previous: self.last.clone() };
        let hash = hash(&line)?;
        let mut text = serde_json::to_string(&Sealed { line, hash: hash.clone() })?;
        text.push('\n');
        let written = self.file.write_all(text.as_bytes()).and_then(|()| self.file.sync_all());
        written.map_err(|error| Failure {
            problem: format!("the journal {} cannot be written: {error}", self.path.display()),
            mend: "nothing more is done without it: look at the replica before you go on".to_owned(),
        })?;
        self.seq += 1;
        self.last = Some(hash);
        Ok(())
    }
}

impl Journal {
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let text = fs::read_to_string(path).map_err(|error| Failure {
            problem: format!("the journal {} cannot be read: {error}", path.display()),
            mend: "name the file that `failover break-glass` wrote".to_owned(),
        })?;
        // Each line ends, or it was not written to its end.
        let (whole, torn) = text.rsplit_once('\n').map_or(("", text.as_str()), |(whole, torn)| (whole, torn));
        let mut lines: Vec<Sealed> = Vec::new();
        for (index, text) in whole.lines().enumerate() {
            let broken = |problem: String| Failure {
                problem: format!("{}:{}: {problem}", path.display(), index + 1),
                mend: "use the file as it was written; what cannot be read of it is not entered".to_owned(),
            };
            let sealed: Sealed = serde_json::from_str(text).map_err(|error| broken(error.to_string()))?;
            let previous = lines.last().map(|before| &before.hash);
            let follows =
                sealed.line.previous.as_ref() == previous && usize::try_from(sealed.line.seq) == Ok(index + 1);
            let is_as_written = serde_json::to_string(&sealed)? == text;
            if !follows || !is_as_written || sealed.hash != hash(&sealed.line)? {
                return Err(broken("it does not follow from the line before, or was changed".to_owned()));
            }
            lines.push(sealed);
        }
        let torn = (!torn.is_empty()).then(|| torn.to_owned());
        Ok(Self { path: path.to_owned(), lines, torn })
    }

    /// What the application's record is told of it.
    pub(crate) fn glass(&self, of: &Application) -> Result<BrokenGlass, Failure> {
        let is_ours =
            |sealed: &&Sealed| matches!(&sealed.line.deed, Deed::Confirmed { application, .. } if application == of);
        if self.lines.first().filter(is_ours).is_none() {
            return Err(Failure {
                problem: format!("{}: it is no journal of {of}", self.path.display()),
                mend: "name the application that it is of with --application".to_owned(),
            });
        }
        let deeds = || self.lines.iter().map(|sealed| &sealed.line.deed);
        let was_refused = |deed: &Deed| match deed {
            Deed::Answered { answer } => match answer {
                PromoteAnswer::NotArrived
                | PromoteAnswer::Denied
                | PromoteAnswer::Invalid
                | PromoteAnswer::NoSuchInstance => true,
                PromoteAnswer::Accepted | PromoteAnswer::Ambiguous => false,
            },
            Deed::Confirmed { .. } | Deed::Calling | Deed::Seen { .. } | Deed::Promoted => false,
        };
        if deeds().any(was_refused) && !deeds().any(|deed| *deed == Deed::Promoted) {
            return Err(Failure {
                problem: format!("{}: by this journal the call was refused, and promoted nothing", self.path.display()),
                mend: "see `understudy incident adopt --help`: somebody else promoted".to_owned(),
            });
        }
        let called = self.lines.iter().find(|sealed| sealed.line.deed == Deed::Calling);
        match (called, self.lines.last()) {
            (Some(called), Some(last)) => {
                Ok(BrokenGlass { by: called.line.by.clone(), called_at: called.line.at, journal: last.hash.clone() })
            }
            (None, _) | (_, None) => Err(Failure {
                problem: format!("{}: nothing was called, by this journal", self.path.display()),
                mend: "see `understudy incident adopt --help`: somebody else promoted".to_owned(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn orders() -> Application {
        "orders".parse().unwrap()
    }

    fn confirmed() -> Deed {
        Deed::Confirmed {
            application: orders(),
            replica: "arn:aws:rds:us-west-2:111122223333:db:orders-replica".parse().unwrap(),
            table: "timed out".to_owned(),
            lag: None,
            lag_unseen: Some(Unseen::Unreachable),
            typed: "us-west-2".parse().unwrap(),
        }
    }

    fn kept(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("understudy-journal-{}-{name}", std::process::id()));
        drop(fs::remove_file(&path));
        let mut kept = Kept::begin(&path, "ann".parse().unwrap()).unwrap();
        kept.write(confirmed()).unwrap();
        kept.write(Deed::Calling).unwrap();
        kept.write(Deed::Promoted).unwrap();
        path
    }

    #[test]
    fn what_was_kept_is_read_and_tells_who_called() {
        let path = kept("whole");
        let glass = Journal::read(&path).unwrap().glass(&orders()).unwrap();
        assert_eq!(glass.by.as_str(), "ann");
        assert!(Journal::read(&path).unwrap().glass(&"billing".parse().unwrap()).is_err(), "of another application");
        assert!(fs::read_to_string(&path).unwrap().ends_with(&format!("\"hash\":\"{}\"}}\n", glass.journal)));
        fs::remove_file(path).unwrap();
    }

    #[test]
    fn a_journal_is_never_overwritten() {
        let path = kept("twice");
        assert!(Kept::begin(&path, "bob".parse().unwrap()).is_err());
        fs::remove_file(path).unwrap();
    }

    #[test]
    fn a_last_line_that_was_cut_off_is_left_out_and_the_rest_stands() {
        let path = kept("torn");
        let text = fs::read_to_string(&path).unwrap();
        let before = Journal::read(&path).unwrap();
        assert_eq!((before.lines.len(), before.torn), (3, None));
        for kept_of_it in [1, 40, text.lines().last().unwrap().len()] {
            let start = text.trim_end().rfind('\n').unwrap() + 1;
            fs::write(&path, &text[..start + kept_of_it]).unwrap();
            let journal = Journal::read(&path).unwrap();
            assert_eq!(journal.lines.len(), 2);
            assert_eq!(journal.torn.as_deref(), Some(&text[start..start + kept_of_it]));
            assert!(journal.glass(&orders()).is_ok(), "the call was made");
        }
        fs::remove_file(path).unwrap();
    }

    #[test]
    fn a_call_that_was_refused_has_promoted_nothing() {
        for (answer, told) in [
            (PromoteAnswer::Denied, false),
            (PromoteAnswer::NotArrived, false),
            (PromoteAnswer::Ambiguous, true),
            (PromoteAnswer::Accepted, true),
        ] {
            let path = std::env::temp_dir().join(format!("understudy-journal-{}-{answer:?}", std::process::id()));
            drop(fs::remove_file(&path));
            let mut kept = Kept::begin(&path, "ann".parse().unwrap()).unwrap();
            kept.write(confirmed()).unwrap();
            kept.write(Deed::Calling).unwrap();
            kept.write(Deed::Answered { answer }).unwrap();
            assert_eq!(Journal::read(&path).unwrap().glass(&orders()).is_ok(), told, "{answer:?}");
            kept.write(Deed::Promoted).unwrap();
            assert!(Journal::read(&path).unwrap().glass(&orders()).is_ok(), "{answer:?}: seen promoted afterwards");
            fs::remove_file(path).unwrap();
        }
    }

    #[test]
    fn whatever_is_changed_is_noticed() {
        let path = kept("changed");
        let text = fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        for changed in [
            text.replacen("timed out", "denied", 1),
            text.replacen("ann", "bob", 1),
            text.replacen("\"what\":\"calling\"", "\"what\":\"calling\",\"more\":1", 1),
            format!("{}\n", lines[1..].join("\n")),
            format!("{}\n", [lines[0], lines[2]].join("\n")),
            format!("{text}and more\n"),
        ] {
            fs::write(&path, changed).unwrap();
            let failure = Journal::read(&path).unwrap_err();
            assert!(failure.problem.contains("understudy-journal"), "{failure}");
        }
        fs::write(&path, format!("{}\n", lines[0])).unwrap();
        assert!(Journal::read(&path).unwrap().glass(&orders()).is_err(), "nothing was called");
        fs::remove_file(path).unwrap();
    }
}
