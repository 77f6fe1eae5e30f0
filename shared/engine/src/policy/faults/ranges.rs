//! The range of every number. The schema says the same to editors; here it binds whoever decides.

use super::Faults;
use crate::policy::Policy;

pub(super) fn check(policy: &Policy, faults: &mut Faults) {
    let windows = &policy.windows;
    let mut numbers = vec![
        ("database.lag_max_seconds", policy.database.lag_max_seconds.0, 1, 86_400),
        ("quorum.needed", policy.quorum.needed, 2, 100),
        ("quorum.flaps_max", policy.quorum.flaps_max, 1, 20),
        ("windows.sustain_seconds", windows.sustain_seconds.0, 1, 86_400),
        ("windows.vote_max_age_seconds", windows.vote_max_age_seconds.0, 1, 3600),
        ("windows.skew_seconds", windows.skew_seconds.0, 0, 300),
        ("windows.patrol_seconds", windows.patrol_seconds.0, 1, 3600),
        ("windows.look_seconds", windows.look_seconds.0, 1, 3600),
        ("windows.undecided_seconds", windows.undecided_seconds.0, 1, 86_400),
        ("windows.call_seconds", windows.call_seconds.0, 1, 300),
        ("windows.settle_seconds", windows.settle_seconds.0, 1, 3600),
        ("windows.poll_seconds", windows.poll_seconds.0, 1, 3600),
        ("windows.promote_seconds", windows.promote_seconds.0, 1, 86_400),
        ("windows.verify_seconds", windows.verify_seconds.0, 1, 86_400),
        ("windows.shift_seconds", windows.shift_seconds.0, 0, 86_400),
        ("windows.veto_seconds", windows.veto_seconds.0, 0, 86_400),
        ("windows.fence_seconds", windows.fence_seconds.0, 0, 600),
        ("windows.flap_seconds", windows.flap_seconds.0, 1, 86_400),
        ("windows.remind_seconds", windows.remind_seconds.0, 60, 86_400),
        ("windows.rebuild_seconds", windows.rebuild_seconds.0, 60, 604_800),
        ("windows.drain_seconds", windows.drain_seconds.0, 1, 86_400),
        ("windows.cooldown_seconds", windows.cooldown_seconds.0, 1, 604_800),
        ("storm.promotes_per_hour", policy.storm.promotes_per_hour, 1, 1000),
        ("storm.priority", policy.storm.priority, 0, 10_000),
    ];
    if let Some(rule) = &policy.approval {
        numbers.push(("approval.needed", rule.needed, 1, 100));
        numbers.push(("approval.expires_seconds", rule.expires_seconds.0, 60, 86_400));
    }
    for (field, value, min, max) in numbers {
        if value < min || value > max {
            faults.error(&[field], value, "the number is out of its range", &format!("write {min} to {max}"));
        }
    }
}
