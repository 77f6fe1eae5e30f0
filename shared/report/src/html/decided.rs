//! One decision: how long it took, what it lost, what it rested on.

use super::parts::table;
use crate::report::Decided;
use crate::words::{self, Clock};
use maud::{Markup, html};
use understudy_engine::{Assessment, Verdict};

pub(super) fn write(decision: &Decided, clock: &Clock) -> Markup {
    html! {
        section {
            h2 { (words::kind(decision)) " of epoch " (decision.epoch) }
            p { "Decided at " (clock.time(decision.decided_at)) ": " (decision.why) "." }
            dl.pairs {
                dt { "From" } dd { (words::side(decision.from.as_ref())) }
                dt { "To" } dd { (words::side(decision.to.as_ref())) }
                @if let Some(by) = decision.named_by { dt { "Named" } dd { (words::named_by(by)) } }
                @for person in &decision.approved_by { dt { "Approved or ordered by" } dd { (person) } }
            }
            h3 { "Recovery time" }
            (table(&format!("Recovery time in its parts, epoch {}", decision.epoch), &["Part", "Took", "How it is known"], words::recovery(decision)))
            h3 { "Data loss and split risk" }
            dl.pairs {
                dt { "RPO" } dd { (words::rpo(decision)) }
                @if let Some(rpo) = &decision.rpo { dt { "How it is known" } dd { (rpo.says) "." } }
                dt { "Split risk" } dd { (words::split_risk(&decision.split_risk, clock)) }
                @if let Some(trouble) = &decision.split_risk.trouble { dt { "In the way of proof" } dd { (trouble) } }
            }
            h3 { "Evidence behind it" }
            @match &decision.evidence {
                Some(evidence) => (voters(evidence)),
                None => p { "None is in its entry: a person decided, or the evidence was too large to be kept." },
            }
        }
    }
}

fn voters(evidence: &Assessment) -> Markup {
    let tally = &evidence.tally;
    html! {
        p { (tally.downs()) " of " (tally.electorate()) " voters said Down, " (tally.needed) " were needed." }
        ul.voters role="list" {
            @for heard in &tally.heard {
                li {
                    span class={ "verdict " (verdict(words::counted(heard))) } { (words::counted(heard)) }
                    div {
                        strong { (heard.voter) } " "
                        span.soft { (words::watched(heard)) ", observed " (words::age(heard)) " before" }
                        @if words::counted(heard) == Verdict::Abstain { p { (heard.counts) } }
                        @if !heard.reason.is_empty() { p.quote { (heard.reason) } }
                    }
                }
            }
        }
    }
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Down => "is-down",
        Verdict::Up => "is-up",
        Verdict::Abstain => "is-abstain",
    }
}
