//! Windows that contradict each other.

use super::Faults;
use crate::breaker::{ADMISSION_MAX_AGE, WAIT_MAX_AGE};
use crate::policy::{Mode, Policy, Windows};

/// How long a promote call may be in flight.
const IN_FLIGHT: u32 = 10;

pub(super) fn check(policy: &Policy, faults: &mut Faults) {
    evidence(&policy.windows, faults);
    acting(&policy.windows, faults);
    veto(policy, faults);
    turn(policy, faults);
}

fn evidence(windows: &Windows, faults: &mut Faults) {
    // A vote may be dated ahead by the skew, and then counts for that much longer.
    let unrenewed = windows.vote_max_age_seconds.0.saturating_add(windows.skew_seconds.0);
    if windows.sustain_seconds.0 < unrenewed {
        faults.error(
            &["windows.sustain_seconds", "windows.vote_max_age_seconds", "windows.skew_seconds"],
            windows.sustain_seconds.0,
            "Down would count as sustained on votes that were never renewed",
            &format!("write at least windows.vote_max_age_seconds + windows.skew_seconds ({unrenewed})"),
        );
    }
    if windows.look_seconds >= windows.vote_max_age_seconds {
        faults.error(
            &["windows.look_seconds", "windows.vote_max_age_seconds"],
            windows.look_seconds.0,
            "votes would go stale before they are read again",
            &format!(
                "write less than windows.vote_max_age_seconds ({}), best a third of it",
                windows.vote_max_age_seconds.0
            ),
        );
    }
    if windows.undecided_seconds <= windows.sustain_seconds {
        faults.error(
            &["windows.undecided_seconds", "windows.sustain_seconds"],
            windows.undecided_seconds.0,
            "a person would be called before Down can be sustained",
            &format!("write more than windows.sustain_seconds ({})", windows.sustain_seconds.0),
        );
    }
    if windows.sustain_seconds.0 < 120 {
        faults.warning(
            &["windows.sustain_seconds"],
            windows.sustain_seconds.0,
            "a Multi-AZ failover inside the Region takes 60 to 120 s and would be mistaken for the loss of the Region",
            "write 180 unless the writer is not Multi-AZ",
        );
    }
}

fn acting(windows: &Windows, faults: &mut Faults) {
    let shown = windows.skew_seconds.0.saturating_add(IN_FLIGHT);
    if windows.settle_seconds.0 < shown {
        faults.warning(
            &["windows.settle_seconds", "windows.skew_seconds"],
            windows.settle_seconds.0,
            "a promote call may be in flight for 10 s, by clocks that differ by the skew, and look as if it never arrived",
            &format!("write at least windows.skew_seconds + 10 ({shown})"),
        );
    }
}

/// Whoever waits for its turn asks again at every look.
fn turn(policy: &Policy, faults: &mut Faults) {
    let look = policy.windows.look_seconds;
    if policy.mode == Mode::Auto && look >= WAIT_MAX_AGE {
        faults.error(
            &["windows.look_seconds", "mode"],
            look.0,
            "the storm breaker forgets whoever has not asked for so long, and its place in the queue",
            &format!("write less than {}", WAIT_MAX_AGE.0),
        );
    }
}

fn veto(policy: &Policy, faults: &mut Faults) {
    let veto = policy.windows.veto_seconds;
    let involves = ["windows.veto_seconds", "mode"];
    if policy.mode != Mode::Auto && veto.0 > 0 {
        faults.warning(
            &involves,
            veto.0,
            &format!("only mode auto has a veto window, and the mode is {}", policy.mode),
            "remove it, or use mode auto",
        );
    }
    if policy.mode == Mode::Auto && veto >= ADMISSION_MAX_AGE {
        faults.error(
            &involves,
            veto.0,
            "the storm breaker's word would be too old before the veto window is over, and nothing ever promoted",
            &format!("write less than {}", ADMISSION_MAX_AGE.0),
        );
    }
}
