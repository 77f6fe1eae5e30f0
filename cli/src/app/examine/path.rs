//! Where a value stands in an application file, in TOML's terms.

use std::fmt;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    Key(String),
    Index(usize),
}

/// Path of a field, such as `voters[1].source.alarm`. The empty path is the file itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FieldPath(Vec<Part>);

impl FieldPath {
    pub(super) fn key(&self, key: &str) -> Self {
        self.with(Part::Key(key.to_owned()))
    }

    pub(super) fn index(&self, index: usize) -> Self {
        self.with(Part::Index(index))
    }

    fn with(&self, part: Part) -> Self {
        Self(self.0.iter().cloned().chain([part]).collect())
    }

    /// The path that the engine names in its own faults, whose keys hold neither dots nor quotes.
    pub(super) fn of_fault(path: &str) -> Self {
        path.split(['.', '[']).filter(|part| !part.is_empty()).fold(Self::default(), |parent, part| {
            match part.strip_suffix(']').map(str::parse) {
                Some(Ok(index)) => parent.index(index),
                Some(Err(_)) | None => parent.key(part),
            }
        })
    }

    pub(super) fn parts(&self) -> &[Part] {
        &self.0
    }

    pub(super) fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn parent(&self) -> Self {
        let mut parts = self.0.clone();
        parts.pop();
        Self(parts)
    }

    /// The field's own name, without the table that it stands in.
    pub(super) fn name(&self) -> &str {
        match self.0.last() {
            Some(Part::Key(key)) => key,
            Some(Part::Index(_)) | None => "",
        }
    }

    /// Every path that this one lies below, the nearest first.
    pub(super) fn ancestors(&self) -> impl Iterator<Item = Self> {
        (0..self.0.len()).rev().map(|length| Self(self.0.iter().take(length).cloned().collect()))
    }

    pub(super) fn is_at_or_below(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0)
    }

    /// The table as its header is written, where it can have one.
    pub(super) fn as_table(&self) -> String {
        if self.is_root() {
            "the application file".to_owned()
        } else if self.0.iter().all(|part| matches!(part, Part::Key(_))) {
            format!("[{self}]")
        } else {
            self.to_string()
        }
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, part) in self.0.iter().enumerate() {
            let dot = if position == 0 { "" } else { "." };
            match part {
                Part::Index(index) => write!(f, "[{index}]")?,
                Part::Key(key) if is_bare(key) => write!(f, "{dot}{key}")?,
                Part::Key(key) => write!(f, "{dot}{key:?}")?,
            }
        }
        Ok(())
    }
}

fn is_bare(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_the_engine_is_read_back_as_it_is_written() {
        for path in ["mode", "windows.sustain_seconds", "voters[12].source.alarm", "approval.approvers"] {
            assert_eq!(FieldPath::of_fault(path).to_string(), path);
        }
    }

    #[test]
    fn a_key_that_needs_quotes_is_shown_with_them() {
        assert_eq!(FieldPath::default().key("a b").key("c\u{1b}").to_string(), r#""a b"."c\u{1b}""#);
    }
}
