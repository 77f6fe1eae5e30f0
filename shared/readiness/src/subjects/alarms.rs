//! Voters' alarms, and alarms on Understudy itself.

use crate::check::Verdict::{Blocks, Warns};
use crate::check::{Check, Ground, Judged, blocks, missing, ok, warns, wrong_with};

pub(super) const CHECKS: [Check; 6] = [
    Check {
        name: "alarms-there",
        wants: "every alarm that a voter names exists",
        why: "the voter of an alarm that is not there abstains for ever",
        at_worst: Blocks,
        judge: there,
    },
    Check {
        name: "alarms-missing-data",
        wants: "they treat missing data as missing",
        why: "as breaching, silence is a Down, and a Region that is not heard is promoted away from; else it may stay an Up, which forbids it",
        at_worst: Blocks,
        judge: missing_data,
    },
    Check {
        name: "alarms-actions",
        wants: "their actions are enabled",
        why: "somebody has silenced the alarm, and intake may not be told by it",
        at_worst: Warns,
        judge: actions,
    },
    Check {
        name: "own-alarms-there",
        wants: "each Region has alarms on Understudy itself",
        why: "an Understudy that has stopped is noticed by them alone",
        at_worst: Warns,
        judge: own_there,
    },
    Check {
        name: "own-alarms-actions",
        wants: "these have actions, which are enabled",
        why: "an alarm without actions pages nobody",
        at_worst: Warns,
        judge: own_actions,
    },
    Check {
        name: "own-alarms-quiet",
        wants: "none of these is raised",
        why: "a part of Understudy fails or is not woken",
        at_worst: Warns,
        judge: own_quiet,
    },
];

fn there<'a>(ground: &Ground<'a>) -> Judged<'a> {
    let missing = missing(&ground.survey.alarms)?;
    if missing.is_empty() {
        return ok(format!("{} are there", ground.survey.alarms.len()));
    }
    blocks(format!("there is none for {}", missing.join(", ")), "create it, or correct voters.source.alarm")
}

fn missing_data<'a>(ground: &Ground<'a>) -> Judged<'a> {
    let mend = "set the alarm's treatment of missing data to missing";
    let of = |wanted: &'static [&'static str]| {
        wrong_with(&ground.survey.alarms, move |alarm| {
            alarm.missing_data.clone().filter(|treatment| wanted.contains(&treatment.as_str()))
        })
    };
    match (of(&["breaching"]), of(&["notBreaching", "ignore"])) {
        (Ok(as_down), _) if !as_down.is_empty() => blocks(as_down.join(", "), mend),
        (_, Ok(as_up)) if !as_up.is_empty() => warns(as_up.join(", "), mend),
        (Err(unseen), _) | (_, Err(unseen)) => Err(unseen),
        (Ok(_), Ok(_)) => ok("missing is missing"),
    }
}

fn actions<'a>(ground: &Ground<'a>) -> Judged<'a> {
    let off = wrong_with(&ground.survey.alarms, |alarm| (!alarm.actions_enabled).then(|| "disabled".to_owned()))?;
    if off.is_empty() { ok("all are enabled") } else { warns(off.join(", "), "enable the alarm's actions") }
}

fn own_there<'a>(ground: &Ground<'a>) -> Judged<'a> {
    let own = &ground.survey.own_alarms;
    let mut none = wrong_with(own, |alarms| alarms.is_empty().then(|| "none".to_owned()))?;
    none.extend(missing(own)?);
    if none.is_empty() {
        return ok("each Region has some");
    }
    warns(none.join(", "), "apply module region there, or name what its names begin with by --functions")
}

fn own_actions<'a>(ground: &Ground<'a>) -> Judged<'a> {
    let mute = wrong_with(&ground.survey.own_alarms, |alarms| {
        told(alarms.iter().filter(|alarm| !alarm.actions_enabled || alarm.actions == 0).map(|alarm| &alarm.name))
    })?;
    if mute.is_empty() {
        return ok("each has enabled ones");
    }
    warns(mute.join("; "), "enable its actions, and give it the topic that pages whoever looks after Understudy")
}

fn own_quiet<'a>(ground: &Ground<'a>) -> Judged<'a> {
    let raised = wrong_with(&ground.survey.own_alarms, |alarms| {
        told(alarms.iter().filter(|alarm| alarm.is_raised).map(|alarm| &alarm.name))
    })?;
    if raised.is_empty() { ok("none is raised") } else { warns(raised.join("; "), "do what its description says") }
}

fn told<'n>(names: impl Iterator<Item = &'n String>) -> Option<String> {
    let names: Vec<&str> = names.map(String::as_str).collect();
    (!names.is_empty()).then(|| names.join(", "))
}
