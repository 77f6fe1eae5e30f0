//! An explanation, told to people.

use std::fmt::Write as _;
use std::io::{Result, Write};
use understudy_engine::{
    Approvals, Assessment, CandidateSeen, Explained, Explanation, Heard, Ineligible, Sight, Sighting, Sustained, Turn,
    Unseen,
};

pub(super) fn write(out: &mut dyn Write, explanation: &Explanation) -> Result<()> {
    let Explanation { application, at, revision, epoch, phase, .. } = explanation;
    write!(out, "{application} at {at:.0}: {phase}, revision {}, epoch {}", revision.0, epoch.0)?;
    if let Some(mode) = explanation.mode {
        write!(out, ", mode {mode}")?;
    }
    if let Some(incident) = &explanation.incident {
        write!(out, ", incident {incident}")?;
    }
    let answer = match explanation.answer {
        Explained::Acts => "it acts",
        Explained::WouldAct => "it would act",
        Explained::WouldNotAct => "it would not act",
    };
    writeln!(out, "\n\nAnswer     {answer}\nBecause    {}", explanation.because)?;
    if let Some(needs) = &explanation.needs {
        writeln!(out, "Needed     {needs}")?;
    }
    if let Some(due) = explanation.next_due {
        writeln!(out, "Next due   {due:.0}")?;
    }
    match &explanation.evidence {
        Some(assessment) => evidence(out, explanation, assessment),
        None => writeln!(out, "Evidence   none: a person decided"),
    }
}

fn evidence(out: &mut dyn Write, explanation: &Explanation, assessment: &Assessment) -> Result<()> {
    let Assessment { tally, blockers, sustained, candidate, turn, approvals } = assessment;
    if let Some(Sustained { since, until }) = sustained {
        let held = explanation.weighed_at.duration_since(*since).as_secs();
        let needed = until.duration_since(*since).as_secs();
        writeln!(out, "Sustained  {held} of {needed} s: since {since:.0}, until {until:.0}")?;
    }
    if let Some(candidate) = candidate {
        writeln!(out, "Candidate  {}", seen(candidate))?;
    }
    if let Some(turn) = turn {
        writeln!(out, "Storm      {}", turn_taken(*turn))?;
    }
    if let Some(Approvals { by, needed, expires_at }) = approvals {
        let people: Vec<&str> = by.iter().map(|person| person.as_str()).collect();
        let people = if people.is_empty() { "nobody yet".to_owned() } else { people.join(", ") };
        writeln!(out, "Approvals  {} of {needed}: {people}; asked until {expires_at:.0}", by.len())?;
    }
    let (downs, electorate, needed) = (tally.downs(), tally.electorate(), tally.needed);
    let weighed_at = explanation.weighed_at;
    writeln!(
        out,
        "\nVotes at {weighed_at:.0}: {downs} of {electorate} that watch the primary say Down, {needed} needed"
    )?;
    votes(out, &tally.heard)?;
    match blockers.as_slice() {
        [] => writeln!(out, "\nNothing stands in the way."),
        blockers => {
            writeln!(out, "\nIn the way:")?;
            blockers.iter().try_for_each(|blocker| writeln!(out, "  - {blocker}"))
        }
    }
}

fn votes(out: &mut dyn Write, heard: &[Heard]) -> Result<()> {
    let width = heard.iter().map(|heard| heard.voter.as_str().len()).max().unwrap_or(0).max("voter".len());
    let columns = ("voter", "class", "watches", "Region", "age", "since");
    let (voter, class, watches, region, age, since) = columns;
    writeln!(out, "  {voter:width$}  {class:14}  {watches:7}  {region:14}  {age:>6}  {since:20}  counts as")?;
    for one in heard {
        let (voter, region) = (one.voter.as_str(), one.region.as_str());
        let (class, watches) = (one.class.to_string(), one.watches.to_string());
        let age = one.age_seconds.map_or("-".to_owned(), |age| format!("{age} s"));
        let since = one.since.map_or("-".to_owned(), |since| format!("{since:.0}"));
        writeln!(out, "  {voter:width$}  {class:14}  {watches:7}  {region:14}  {age:>6}  {since:20}  {}", one.counts)?;
        if !one.reason.is_empty() {
            writeln!(out, "  {:width$}    its words: {}", "", one.reason)?;
        }
    }
    Ok(())
}

fn seen(candidate: &CandidateSeen) -> String {
    let mut text = format!("seen at {:.0}: ", candidate.at);
    match &candidate.sight {
        Sight::Missing => text.push_str(&Ineligible::Missing.to_string()),
        Sight::Unseen(why) => text.push_str(&Unseen::to_string(why)),
        Sight::Seen(Sighting { status, source, .. }) => {
            let source = source.as_ref().map_or("of nobody".to_owned(), |source| format!("replica of {source}"));
            // Writing to a string cannot fail.
            let _ = write!(text, "{status}, {source}");
        }
    }
    match candidate.sight.lag() {
        Some(lag) => {
            let _ = write!(text, ", lag at last contact {} at {:.0}", lag.seconds, lag.at);
        }
        None => text.push_str(", lag at last contact not known"),
    }
    text
}

fn turn_taken(turn: Turn) -> String {
    match turn {
        Turn::NotWanted => "not asked, because something else stands in the way first".to_owned(),
        Turn::Wanted { asked_at: None, .. } => "to be asked".to_owned(),
        Turn::Wanted { asked_at: Some(at), waits: true } => format!("asked at {at:.0}: it has to wait"),
        Turn::Wanted { asked_at: Some(at), waits: false } => format!("asked at {at:.0}: no answer yet"),
        Turn::Admitted { at, ground } => format!("let through at {at:.0} ({ground:?})"),
    }
}
