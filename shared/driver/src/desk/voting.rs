//! A person's word as evidence: one vote of the quorum, and never more than that.

use super::{DeskRequest, Outcome, Status, Told, told};
use crate::conduct::ConductError;
use crate::ledger::{Cast, Ledger, Record};
use jiff::Timestamp;
use understudy_engine::{Person, Policy, Source, Verdict, Vote, VoterName, explain, shortened};

pub(super) async fn vote(
    ledger: &impl Ledger,
    by: &Person,
    request: &DeskRequest,
    record: &Record,
    (voter, verdict): (&VoterName, Verdict),
    now: Timestamp,
) -> Result<Told, ConductError> {
    let answer = |record: &Record, outcome, says, hint| Told {
        hint: Some(hint),
        ..told(request, Status::of(record, now), outcome, says)
    };
    let vote = match worded(&record.policy, by, voter, verdict, now) {
        Ok(vote) => vote,
        Err((says, hint)) => return Ok(answer(record, Outcome::Refused, says, hint)),
    };
    let age = record.policy.windows.vote_max_age_seconds;
    let hint = format!("it counts for {age}: say it again for as long as it is so");
    if !request.execute {
        let mut votes = record.votes.clone();
        votes.insert(voter.clone(), vote);
        let explanation = Some(explain(&record.state, &record.policy, &votes, now));
        let says = format!("{voter} says {verdict}");
        return Ok(Told { explanation, ..answer(record, Outcome::Would, says, hint) });
    }
    let cast = ledger.cast(&request.application, voter, &vote).await?;
    let record = ledger.load(&request.application).await?;
    Ok(match cast {
        Cast::Counted => {
            let explanation = Some(explain(&record.state, &record.policy, &record.votes, now));
            let says = format!("{voter} says {verdict}");
            Told { explanation, ..answer(&record, Outcome::Entered, says, hint) }
        }
        Cast::Superseded => {
            let says = "an observation as late or later stands already".to_owned();
            let hint = "see explain for what the voter says".to_owned();
            answer(&record, Outcome::Refused, says, hint)
        }
    })
}

/// The vote; or why this person may not cast it, and the mend.
fn worded(
    policy: &Policy,
    by: &Person,
    voter: &VoterName,
    verdict: Verdict,
    now: Timestamp,
) -> Result<Vote, (String, String)> {
    let operators = || policy.voters.iter().filter(|voter| matches!(voter.source, Source::Operator(_)));
    let Some(named) = operators().find(|one| one.name == *voter) else {
        let names: Vec<&str> = operators().map(|voter| voter.name.as_str()).collect();
        let hint = if names.is_empty() {
            "give the application file a voter with source = { operator = \"REGION\" }".to_owned()
        } else {
            format!("people speak for {}", names.join(", "))
        };
        return Err((format!("{voter} is no voter that a person speaks for"), hint));
    };
    if policy.approval.as_ref().and_then(|rule| rule.speaks_as(by)).is_none() {
        let hint = "have one of [approval] approvers of the application file say it".to_owned();
        return Err(("you are none of the approvers".to_owned(), hint));
    }
    let (source, reason) = (named.source.clone(), shortened(&format!("said by {by}")));
    Ok(Vote { verdict, observed_at: now, since: None, source, reason })
}
