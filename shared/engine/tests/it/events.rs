//! Everything that can happen to a script, as it would be meant for its present state.

use crate::script::{REPLICA, Script, WRITER, candidate, done, rebooting, run, seen};
use crate::stages::{EAST_GROUP, OWN_GROUP, REBUILT, isolate, lag_of_now, replayed_until, restore, writer};
use understudy_engine::{
    Admission, ChainHash, CreateAnswer, DbStatus, Event, FenceAct, FenceAnswer, FenceTrouble, Ground, IncidentId,
    LeverAct, LeverAnswer, LeverTrouble, Order, PromoteAnswer, Seq, Sight, Unseen,
};

/// Every event, as it would be meant for the script's present state.
pub(crate) fn events(script: &Script) -> Vec<Event> {
    let incident = script.state.phase.incident().cloned();
    let incident = incident.unwrap_or_else(|| IncidentId::opened(script.now, script.state.revision));
    let epoch = script.state.epoch;
    let mut events = vec![Event::Tick { run: run("run-1") }, Event::Tick { run: run("run-2") }];
    events.push(Event::Delivered { incident: incident.clone(), through: Seq(1), head: ChainHash("h".to_owned()) });
    let ordered = |order| Event::Ordered { by: "cy".parse().unwrap(), order };
    events.extend(orders(script, &incident).into_iter().map(ordered));
    let let_through = Admission::Admitted { ground: Ground::BelowLimit, at: script.now };
    let answers = [let_through, Admission::Waits { waiting: 1 }, Admission::Unanswered];
    events.extend(answers.map(|answer| Event::AdmissionAnswered { incident: incident.clone(), answer }));
    for sight in sights(script) {
        let looked = |instance: &str| Event::Looked { instance: instance.parse().unwrap(), candidate: sight.clone() };
        events.extend([looked(REPLICA), looked(REBUILT), Event::ReadBack { epoch, sight: sight.clone() }]);
    }
    for answer in [
        PromoteAnswer::Accepted,
        PromoteAnswer::NotArrived,
        PromoteAnswer::Ambiguous,
        PromoteAnswer::Denied,
        PromoteAnswer::Invalid,
        PromoteAnswer::NoSuchInstance,
    ] {
        events.push(Event::PromoteAnswered { epoch, attempt: 1, answer });
    }
    for answer in [CreateAnswer::Accepted, CreateAnswer::LookAgain, CreateAnswer::Denied, CreateAnswer::Refused] {
        events.push(Event::CreateAnswered { epoch, answer });
    }
    for act in [FenceAct::Describe, isolate(EAST_GROUP), FenceAct::Restart, restore()] {
        for answer in [
            FenceAnswer::Accepted,
            FenceAnswer::Missing,
            FenceAnswer::Trouble(FenceTrouble::Unanswered),
            writer(&[OWN_GROUP], "available", true),
            writer(&[EAST_GROUP], "available", true),
        ] {
            events.push(Event::FenceAnswered { epoch, act: act.clone(), answer });
        }
    }
    for (lever, pull) in &script.state.levers {
        let answered = |act, answer| Event::LeverAnswered { epoch: pull.epoch, lever: *lever, act, answer };
        let seen = |on, off| LeverAnswer::Seen { on, off };
        events.extend([LeverAnswer::Accepted, seen(true, false)].map(|answer| answered(LeverAct::Set, answer)));
        events.extend(
            [seen(true, false), seen(true, true), seen(false, true)].map(|seen| answered(LeverAct::Read, seen)),
        );
        for trouble in [LeverTrouble::Unreachable, LeverTrouble::Unanswered, LeverTrouble::SafetyRule] {
            events.extend([LeverAct::Read, LeverAct::Set].map(|act| answered(act, LeverAnswer::Trouble(trouble))));
        }
    }
    events
}

fn orders(script: &Script, incident: &IncidentId) -> Vec<Order> {
    let incident = || incident.clone();
    let mut orders = vec![
        Order::Abort(incident()),
        Order::Acknowledge(incident()),
        Order::WeighAgain(incident()),
        Order::adopt(incident()),
        Order::Rebuild { incident: incident(), replica: REBUILT.parse().unwrap() },
        Order::SwitchOver(incident()),
        Order::Pause,
        Order::Unpause,
    ];
    if let Some(question) = script.state.phase.question() {
        orders.extend([Order::Approve(question.clone()), Order::Veto(question.clone())]);
    }
    orders
}

fn sights(script: &Script) -> Vec<Sight> {
    vec![
        candidate(),
        rebooting(),
        seen(DbStatus::BackingUp, None, None),
        done(),
        seen(DbStatus::Available, Some(REPLICA), Some(1)),
        seen(DbStatus::Available, Some(WRITER), Some(9999)),
        replayed_until(&lag_of_now(script, 0)),
        Sight::Missing,
        Sight::Unseen(Unseen::Unreachable),
    ]
}
