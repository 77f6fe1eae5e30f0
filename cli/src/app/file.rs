//! Reading a file that somebody named.

use crate::failure::Failure;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

/// The policy is stored in one DynamoDB item, and an item is no larger.
const SIZE_MAX_BYTES: u64 = 400 * 1024;

pub(super) fn read(path: &Path) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    // One byte past the limit tells too large from just fitting, whatever size the file claims: a
    // device claims none.
    File::open(path)
        .and_then(|file| file.take(SIZE_MAX_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|error| unreadable(path, &error.to_string(), mend(error.kind())))?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > SIZE_MAX_BYTES {
        let mend = "name an application file: it is a few KB, and is stored in one DynamoDB item of at most 400 KB";
        return Err(unreadable(path, "it is larger than 400 KB", mend));
    }
    String::from_utf8(bytes).map_err(|error| {
        let line = 1 + error.as_bytes().iter().take(error.utf8_error().valid_up_to()).filter(|&&b| b == b'\n').count();
        unreadable(path, &format!("line {line} is not UTF-8 text"), "save it as UTF-8, the only encoding of TOML")
    })
}

fn mend(kind: ErrorKind) -> &'static str {
    const MENDS: [(ErrorKind, &str); 3] = [
        (ErrorKind::NotFound, "check the path, which starts from the current folder"),
        (ErrorKind::IsADirectory, "name the application file in it"),
        (ErrorKind::PermissionDenied, "allow this user to read it"),
    ];
    let fitting = MENDS.iter().find(|(known, _)| *known == kind);
    fitting.map_or("try to read it with another program", |(_, mend)| mend)
}

fn unreadable(path: &Path, problem: &str, mend: &str) -> Failure {
    Failure { problem: format!("{} cannot be read: {problem}", path.display()), mend: mend.to_owned() }
}
