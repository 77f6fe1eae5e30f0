//! I13, I17 to I19 of the latch, I21 to I23: what a commit may change in the record.

use super::{Findings, Invariant, Trace};
use crate::swarm::trace::{Commit, Ended, How, What};
use std::collections::BTreeSet;
use understudy_engine::{Phase, Region, State, What as Told};

/// From this many entries on, lesser ones are only counted.
const OUTBOX_FULL: usize = 20;

pub(super) fn check_commit(commit: &Commit, findings: &mut Findings) {
    let (old, new) = (&*commit.old, &*commit.new);
    let number = new.revision;
    findings.check(Invariant::I13, new.revision == old.revision.next(), || {
        format!("r{} follows r{}", number, old.revision)
    });
    let epoch = |state: &State| state.phase.decision().map(|decision| decision.epoch);
    let fresh = epoch(new).filter(|decided| epoch(old).is_none_or(|before| *decided > before));
    let expected = match fresh {
        // Coming back from a switchover that was not had is no decision.
        Some(decided) if decided != old.epoch => old.epoch.next(),
        Some(_) | None => old.epoch,
    };
    findings.check(Invariant::I13, new.epoch == expected && fresh.is_none_or(|decided| decided <= new.epoch), || {
        format!("r{number} has epoch {} after {}", new.epoch, old.epoch)
    });
    check_latch(commit, findings);
    let stored = commit.policy == commit.stored;
    let heard = new.journal.outbox.iter().filter(|entry| entry.revision == number);
    let counted = heard.filter_map(|entry| entry.assessment.as_ref()).all(|assessment| {
        let needed = assessment.tally.needed == commit.stored.quorum.needed;
        let same = assessment.tally.heard.iter().zip(&commit.stored.voters).all(|(heard, voter)| {
            heard.voter == voter.name && heard.class == voter.class && heard.watches == voter.watches
        });
        needed && same
    });
    let decided = commit.decides().is_none_or(|decision| {
        decision.writer == commit.stored.database.writer && decision.replica == commit.stored.database.replica
    });
    findings.check(Invariant::I22, stored && counted && decided, || {
        format!("r{number} was made with another policy than the one stored")
    });
    check_entry(commit, findings);
}

fn check_latch(commit: &Commit, findings: &mut Findings) {
    let (old, new) = (&*commit.old, &*commit.new);
    let regions = |state: &State| -> BTreeSet<Region> { state.latch.keys().cloned().collect() };
    let (before, after) = (regions(old), regions(new));
    let shifts = matches!((&old.phase, &new.phase), (Phase::Verifying(_), Phase::Shifting(_)));
    let opened: Vec<_> = before.difference(&after).collect();
    let closed: Vec<_> = after.difference(&before).collect();
    findings.check(Invariant::I17, shifts || opened.is_empty(), || format!("r{} opens {opened:?}", new.revision));
    findings
        .check(Invariant::I18, shifts || closed.is_empty(), || format!("r{} closes {closed:?} early", new.revision));
    if let (true, Some(decision)) = (shifts, new.phase.decision()) {
        let (left, taken) = (decision.writer.region(), decision.replica.region());
        let swapped = after.contains(&left) && !after.contains(&taken) && opened.iter().all(|region| **region == taken);
        let roles = new.writer.as_ref() == Some(&decision.replica);
        findings.check(Invariant::I18, swapped && roles, || {
            format!("r{} shifts to {taken} with {after:?} latched and the writer {:?}", new.revision, new.writer)
        });
    }
    if let Some(decision) = new.phase.decision() {
        let both = after.contains(&decision.writer.region()) && after.contains(&decision.replica.region());
        findings.check(Invariant::I19, !both, || format!("r{} closes both Regions", new.revision));
    }
}

/// Every move has its entry, with it; and numbers have no holes.
fn check_entry(commit: &Commit, findings: &mut Findings) {
    let (old, new) = (&*commit.old, &*commit.new);
    let written = || new.journal.outbox.iter().filter(|entry| entry.revision == new.revision);
    if old.phase.name() != new.phase.name() {
        let told = written().any(|entry| {
            matches!(entry.what, Told::Moved { from, to, .. } if from == old.phase.name() && to == new.phase.name())
        });
        let withheld = old.journal.outbox.len() >= OUTBOX_FULL && new.journal.withheld > old.journal.withheld;
        findings.check(Invariant::I23, told || withheld, || {
            format!("r{} moves from {} to {} without an entry", new.revision, old.phase.name(), new.phase.name())
        });
    }
    let kept = commit.how == How::Delivered
        || old.journal.outbox.iter().all(|entry| new.journal.outbox.iter().any(|kept| kept.id == entry.id));
    findings.check(Invariant::I23, kept, || format!("r{} loses entries that nobody was told", new.revision));
    for (before, after) in new.journal.outbox.iter().zip(new.journal.outbox.iter().skip(1)) {
        let next = before.id.incident != after.id.incident || after.id.seq.0 == before.id.seq.0 + 1;
        findings.check(Invariant::I23, next, || format!("entry {} follows entry {}", after.id.seq.0, before.id.seq.0));
    }
}

pub(super) fn check(trace: &Trace<'_>, findings: &mut Findings) {
    for fact in &trace.facts {
        if let What::BadEvent { code } = &fact.what {
            let voted =
                trace.facts.iter().any(|other| other.process == fact.process && matches!(other.what, What::Cast(_)));
            findings.check(Invariant::I21, !voted && !code.is_empty(), || format!("a bad event ({code}) is a vote"));
        }
        if let What::Entered { incident, seq, linked, again } = &fact.what {
            findings.check(Invariant::I23, *linked || *again, || {
                format!("entry {} of {incident} does not follow the one before it", seq.0)
            });
        }
        if let What::Ended(Ended::Failed(error)) = &fact.what {
            let unread = error.contains("cannot be used") || error.contains("refused the request");
            findings.check(Invariant::I21, !unread, || format!("a record cannot be read back: {error}"));
        }
    }
}
