//! Backups of the replica: it cannot be promoted while one is made.

use crate::check::Verdict::Warns;
use crate::check::{Check, Ground, Judged, ok, warns};

const MINUTES_OF_A_DAY: u32 = 24 * 60;

pub(super) const CHECKS: [Check; 3] = [
    Check {
        name: "backups-on",
        wants: "writer and replica keep automated backups",
        why: "the promoted database has no history without them, and of one without backups no new replica can be made",
        at_worst: Warns,
        judge: backups_on,
    },
    Check {
        name: "backup-done",
        wants: "the replica has a finished automated backup",
        why: "the first one is made at once and whole, and until it is done the replica cannot be promoted",
        at_worst: Warns,
        judge: backup_done,
    },
    Check {
        name: "backup-windows-apart",
        wants: "the backup windows of writer and replica do not overlap",
        why: "a writer that is slow at its own backup is then guarded by a replica that cannot be promoted",
        at_worst: Warns,
        judge: windows_apart,
    },
];

fn backups_on<'a>(ground: &Ground<'a>) -> Judged<'a> {
    let (writer, replica) = (ground.survey.writer.known()?, ground.survey.replica.known()?);
    let off: Vec<&str> = [("the writer", writer), ("the replica", replica)]
        .into_iter()
        .filter(|(_, database)| database.backup_retention_days == 0)
        .map(|(name, _)| name)
        .collect();
    if off.is_empty() {
        return ok(format!("{} and {} days", writer.backup_retention_days, replica.backup_retention_days));
    }
    warns(format!("off for {}", off.join(" and ")), "set a backup retention period of a day or more")
}

fn backup_done<'a>(ground: &Ground<'a>) -> Judged<'a> {
    match ground.survey.replica_backups.known()? {
        0 => warns("none", "turn backups on, and wait for the first, or begin it by a change of the retention period"),
        count => ok(format!("{count} are there")),
    }
}

fn windows_apart<'a>(ground: &Ground<'a>) -> Judged<'a> {
    let (writer, replica) = (ground.survey.writer.known()?, ground.survey.replica.known()?);
    let told = |window: &Option<String>| window.clone().unwrap_or_else(|| "none".to_owned());
    let seen = format!("{} and {} UTC", told(&writer.backup_window), told(&replica.backup_window));
    let parsed = |window: &Option<String>| window.as_deref().and_then(Window::parse);
    match (parsed(&writer.backup_window), parsed(&replica.backup_window)) {
        (Some(one), Some(other)) if !one.overlaps(other) => ok(seen),
        (Some(_), Some(_)) => warns(seen, "move the replica's window away from the writer's"),
        (None, _) | (_, None) => warns(seen, "give both a backup window of their own"),
    }
}

/// Minutes after midnight, the end not included; it may be past the next midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Window {
    begins: u32,
    ends: u32,
}

impl Window {
    fn parse(text: &str) -> Option<Self> {
        let minutes = |time: &str| -> Option<u32> {
            let (hours, minutes) = time.split_once(':')?;
            let (hours, minutes): (u32, u32) = (hours.parse().ok()?, minutes.parse().ok()?);
            (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
        };
        let (begins, ends) = text.split_once('-')?;
        let (begins, ends) = (minutes(begins)?, minutes(ends)?);
        Some(Self { begins, ends: if ends <= begins { ends + MINUTES_OF_A_DAY } else { ends } })
    }

    fn overlaps(self, other: Self) -> bool {
        let meets = |one: Self, by: u32| one.begins + by < other.ends && other.begins < one.ends + by;
        let back = Self { begins: other.begins + MINUTES_OF_A_DAY, ends: other.ends + MINUTES_OF_A_DAY };
        meets(self, 0) || meets(self, MINUTES_OF_A_DAY) || (self.begins < back.ends && back.begins < self.ends)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_overlap_also_over_midnight() {
        for (one, other, overlap) in [
            ("03:00-03:30", "03:30-04:00", false),
            ("03:00-03:30", "03:29-04:00", true),
            ("23:45-00:15", "00:00-00:30", true),
            ("00:00-00:30", "23:45-00:15", true),
            ("23:45-00:15", "00:15-00:45", false),
            ("22:00-23:00", "00:15-00:45", false),
        ] {
            let window = |text| Window::parse(text).unwrap();
            assert_eq!(window(one).overlaps(window(other)), overlap, "{one} {other}");
        }
        for text in ["", "03:00", "25:00-26:00", "a-b", "03:00-03:60"] {
            assert_eq!(Window::parse(text), None, "{text}");
        }
    }
}
