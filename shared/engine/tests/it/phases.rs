//! A script in each phase, and in each of its interesting moments.

use crate::script::{REPLICA, Script, candidate, done, name, policy, seen};
use crate::stages::{EAST_GROUP, OWN_GROUP, REBUILT, groups, writer};
use std::sync::OnceLock;
use understudy_engine::{
    Admission, DbStatus, EvidenceClass, FenceAct, FenceAnswer, Mode, Order, PromoteAnswer, Seconds, Sight, Source,
    Subject, Verdict, Voter,
};

type Moments = Vec<(&'static str, Script)>;

pub(crate) fn all() -> &'static [(&'static str, Script)] {
    static ALL: OnceLock<Moments> = OnceLock::new();
    ALL.get_or_init(every_moment)
}

fn every_moment() -> Moments {
    let mut all = weighing();
    all.extend(asking());
    all.extend(held());
    all.extend(acting());
    all.extend(aborting());
    all.extend(after());
    all.extend(switching());
    all.extend(crate::levers::moments());
    all
}

fn weighing() -> Moments {
    let mut suspected = Script::new(Mode::Auto);
    suspected.vote("witness", Verdict::Down).tick();
    let mut wanted = Script::sustained(Mode::Auto);
    wanted.tick_as("run-1");
    let mut must_wait = wanted.clone();
    let incident = must_wait.incident();
    let waits = Admission::Waits { waiting: 3 };
    must_wait.send(&understudy_engine::Event::AdmissionAnswered { incident, answer: waits });
    let mut admitted = wanted.clone();
    let incident = admitted.incident();
    let answer = admitted.admission;
    admitted.send(&understudy_engine::Event::AdmissionAnswered { incident, answer });
    let mut vetoable = admitted.clone();
    vetoable.policy.windows.veto_seconds = Seconds(300);
    let mut paused = Script::sustained(Mode::Auto);
    paused.order("ann", Order::Pause);
    vec![
        ("quiet", Script::new(Mode::Auto)),
        ("suspected", suspected),
        ("sustained", Script::sustained(Mode::Auto)),
        ("sustained, to be asked", Script::sustained(Mode::Approve)),
        ("sustained, in the shadow", Script::sustained(Mode::Observe)),
        ("turn wanted", wanted),
        ("told to wait", must_wait),
        ("admitted", admitted),
        ("admitted, to be announced", vetoable),
        ("sustained and paused", paused),
    ]
}

/// A policy whose canary says Down, and one whose promotions may be vetoed.
fn doubtful() -> Script {
    let mut policy = policy(Mode::Auto);
    policy.voters.push(Voter {
        name: name("canary"),
        class: EvidenceClass::DataPath,
        watches: Subject::Canary,
        source: Source::Alarm(crate::script::alarm("canary")),
    });
    let mut script = Script::sustained_under(policy);
    script.vote("canary", Verdict::Down);
    script
}

fn flapping() -> Script {
    let mut script = Script::new(Mode::Auto);
    for flap in 0..3 {
        script.down_at(flap * 40).tick();
        script.at(flap * 40 + 20).vote("standby", Verdict::Abstain).tick();
    }
    script.down_at(120);
    script
}

fn asking() -> Moments {
    let mut asked = Script::sustained(Mode::Approve);
    asked.tick();
    let mut approved = asked.clone();
    approved.yes("ann");
    approved.yes("ben");
    let mut unanswered = asked.clone();
    unanswered.hold_down_until(1080);
    let mut vetoable = policy(Mode::Auto);
    vetoable.windows.veto_seconds = Seconds(300);
    let mut announced = Script::sustained_under(vetoable);
    announced.tick();
    let mut unopposed = announced.clone();
    unopposed.hold_down_until(480);
    vec![
        ("asked", asked),
        ("approved", approved),
        ("unanswered", unanswered),
        ("announced", announced),
        ("unopposed", unopposed),
    ]
}

fn held() -> Moments {
    let mut shadowed = Script::sustained(Mode::Observe);
    shadowed.tick();
    let mut unleashed = shadowed.clone();
    unleashed.policy.mode = Mode::Auto;
    let mut undecided = Script::new(Mode::Auto);
    undecided.vote("witness", Verdict::Down).tick();
    undecided.at(900).vote("witness", Verdict::Down).tick();
    let mut releasable = undecided.clone();
    releasable.down_at(910);
    let mut doubted = doubtful();
    doubted.tick();
    let mut flapped = flapping();
    flapped.tick();
    let mut waiting = Script::sustained(Mode::Auto);
    waiting.admission = Admission::Waits { waiting: 1 };
    waiting.tick();
    let mut let_through = waiting.clone();
    let_through.down_at(210);
    let incident = let_through.incident();
    let ground = understudy_engine::Ground::Released;
    let answer = Admission::Admitted { ground, at: let_through.now };
    let_through.send(&understudy_engine::Event::AdmissionAnswered { incident, answer });
    let mut vetoed = Script::sustained(Mode::Approve);
    vetoed.tick();
    vetoed.no("ann");
    let mut stopped = Script::sustained(Mode::Auto);
    stopped.say("ann", Order::Abort);
    let mut elsewhere = Script::new(Mode::Auto);
    elsewhere.look(done());
    vec![
        ("doubtful", doubtful()),
        ("flapping", flapping()),
        ("shadowed", shadowed),
        ("unleashed", unleashed),
        ("undecided", undecided),
        ("releasable", releasable),
        ("doubted", doubted),
        ("flapped", flapped),
        ("waiting", waiting),
        ("let through", let_through),
        ("vetoed", vetoed),
        ("stopped", stopped),
        ("promoted elsewhere", elsewhere),
    ]
}

fn acting() -> Moments {
    let fencing = Script::fencing();
    let mut cut_off = fencing.clone();
    cut_off.cut_off(EAST_GROUP);
    let mut paused = fencing.clone();
    paused.order("ann", Order::Pause);
    let mut defenceless = Script::sustained(Mode::Auto);
    defenceless.tick();
    let promoting = Script::promoting(Mode::Auto);
    let mut accepted = promoting.clone();
    accepted.answer(PromoteAnswer::Accepted);
    let mut ambiguous = promoting.clone();
    ambiguous.answer(PromoteAnswer::Ambiguous);
    let mut turned_away = promoting.clone();
    turned_away.answer(PromoteAnswer::NotArrived);
    let mut untouched = ambiguous.clone();
    untouched.untouched_at(300);
    let mut verifying = accepted.clone();
    verifying.read_back(done());
    let mut shifting = verifying.clone();
    shifting.read_back(done());
    let mut denied = promoting.clone();
    denied.answer(PromoteAnswer::Denied);
    vec![
        ("fencing", fencing),
        ("cut off", cut_off),
        ("fencing and paused", paused),
        ("nothing to fence with", defenceless),
        ("promoting", promoting),
        ("accepted", accepted),
        ("ambiguous", ambiguous),
        ("turned away", turned_away),
        ("untouched", untouched),
        ("exhausted", exhausted()),
        ("verifying", verifying),
        ("shifting", shifting),
        ("denied", denied),
    ]
}

/// Every call but the last was turned away.
fn exhausted() -> Script {
    let mut policy = policy(Mode::Auto);
    policy.windows.promote_seconds = Seconds(86_400);
    let mut script = Script::sustained_under(policy);
    script.tick();
    script.tick();
    for _ in 0..20 {
        if script.phase() != understudy_engine::PhaseName::Promoting || !script.promotes("run-1") {
            break;
        }
        script.answer(PromoteAnswer::NotArrived);
        let later = script.seconds() + 320;
        script.untouched_at(later);
        let before = script.clone();
        if script.tick() == understudy_engine::StepVerdict::Advanced(understudy_engine::Why::CallFailed) {
            return before;
        }
    }
    panic!("calls for ever");
}

fn aborting() -> Moments {
    let mut nothing_done = Script::fencing();
    nothing_done.say("ann", Order::Abort);
    let mut giving_back = Script::fencing();
    giving_back.cut_off(EAST_GROUP).say("ann", Order::Abort);
    let mut in_flight = Script::promoting_fenced();
    in_flight.say("ann", Order::Abort);
    let mut settled = Script::promoting(Mode::Auto);
    settled.say("ann", Order::Abort);
    settled.at(300).read_back(candidate());
    let mut turned = Script::fencing();
    turned.vote("witness", Verdict::Up).tick();
    vec![
        ("aborted, nothing done", nothing_done),
        ("aborted, giving back", giving_back),
        ("aborted, in flight", in_flight),
        ("aborted, settled", settled),
        ("evidence turned", turned),
    ]
}

fn after() -> Moments {
    let split = Script::split();
    let mut acknowledged = split.clone();
    acknowledged.say("ann", Order::Acknowledge);
    let rebuilding = split.clone().rebuilding();
    let mut missing = rebuilding.clone();
    missing.look_at(REBUILT, Sight::Missing);
    let mut fence_left = Script::fencing();
    fence_left.cut_off(EAST_GROUP).say("ann", Order::Abort);
    fence_left.at(5000).tick();
    let mut returning = split.clone();
    returning.policy = crate::script::with_fence(Mode::Auto);
    returning.fenced_by(FenceAct::Describe, writer(&[OWN_GROUP], "available", true));
    let mut gone = split.clone();
    gone.fenced_by(FenceAct::Describe, FenceAnswer::Missing);
    assert_eq!(groups(&[OWN_GROUP]).len(), 1);
    vec![
        ("failed over", split.clone()),
        ("failed over and fenced", Script::promoting_fenced().failed_over()),
        ("acknowledged", acknowledged),
        ("old Region returns", returning),
        ("old writer gone", gone),
        ("rebuilding", rebuilding),
        ("rebuilding, missing", missing),
        ("rebuilt, unfenced", split.rebuilt()),
        ("rebuilt", Script::promoting_fenced().failed_over().rebuilt()),
        ("fence left", fence_left),
    ]
}

fn switching() -> Moments {
    let mut renamed = Script::promoting_fenced().failed_over().rebuilt();
    renamed.policy.database.writer = REPLICA.parse().unwrap();
    renamed.policy.database.replica = REBUILT.parse().unwrap();
    let mut cut = Script::switching();
    cut.cut_off(crate::stages::WEST_GROUP);
    let mut paused = Script::draining();
    paused.order("ann", Order::Pause);
    let overdue = paused.seconds() + 5000;
    paused.at(overdue).look_at(REBUILT, Sight::Missing);
    let mut intended = Script::drained();
    intended.tick();
    let mut aborted = Script::switching();
    aborted.say("ann", Order::Abort);
    let mut taken_back = intended.clone();
    taken_back.say("ann", Order::Abort);
    let second = taken_back.seconds() + 200;
    taken_back.at(second).read_back(seen(DbStatus::Available, Some(REPLICA), Some(1)));
    vec![
        ("policy swapped", renamed),
        ("switching", Script::switching()),
        ("switching, cut off", cut),
        ("draining", Script::draining()),
        ("drained", Script::drained()),
        ("draining, paused for long", paused),
        ("switching, promoting", intended),
        ("switchover aborted", aborted),
        ("switchover aborted, in flight", taken_back),
    ]
}
