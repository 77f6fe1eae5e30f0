//! How far the model goes, and the policy that it is played by.

use crate::act::Said;
use jiff::{SignedDuration, Timestamp};
use understudy_engine::{Policy, RunId, Seconds, Windows};

/// One tick of the model. Every window is a whole number of them.
pub(crate) type Tick = u8;

/// How much may happen. Everything within is explored in every order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// The last tick.
    pub horizon: Tick,
    /// What the voters' sources say in the beginning: one of these, each true for Down.
    pub sources: &'static [[bool; 3]],
    /// How often a source may change its mind after that.
    pub turns: u8,
    /// How many orders people may give, and which.
    pub orders: u8,
    pub words: &'static [Said],
    /// Whether a look and a reading back may come back with nothing.
    pub blind: bool,
    /// Whether somebody else may promote the replica.
    pub meddling: bool,
    /// How many ticks after it left a call may still arrive.
    pub settle: Tick,
    /// Whether worlds that nobody can tell apart are one, and what nobody can come between is one move.
    pub reduced: bool,
}

/// Every combination of what three sources can say.
const ANY: [[bool; 3]; 8] = [
    [false, false, false],
    [false, false, true],
    [false, true, false],
    [false, true, true],
    [true, false, false],
    [true, false, true],
    [true, true, false],
    [true, true, true],
];

/// The replica's Region and the third one say Down, and the primary Region says nothing of the kind.
const SEEN_FROM_OUTSIDE: [[bool; 3]; 1] = [[false, true, true]];

/// Whatever the voters say, with one person who stops it or takes note of it.
pub const BOUNDED: Bounds = Bounds {
    horizon: 3,
    sources: &ANY,
    turns: 0,
    orders: 1,
    words: &[Said::Abort, Said::Acknowledge],
    blind: false,
    meddling: false,
    settle: 1,
    reduced: true,
};

/// A voter changes its mind at any time, and nobody says a word.
pub const TURNING: Bounds =
    Bounds { sources: &SEEN_FROM_OUTSIDE, turns: 1, orders: 0, words: &[], horizon: 3, ..BOUNDED };

/// Calls that arrive a tick late, people who stop, repeat, adopt and pause, and somebody else who promotes:
/// long enough for a second epoch behind each of them.
pub const WIDE: Bounds = Bounds {
    horizon: 3,
    sources: &SEEN_FROM_OUTSIDE,
    turns: 0,
    orders: 2,
    words: &Said::ALL,
    blind: false,
    meddling: true,
    settle: 2,
    reduced: true,
};

/// How many voters must say Down, of three.
pub(crate) const NEEDED: usize = 2;

/// How old a vote may be and still count. One tick may pass between reading it and deciding on it.
pub(crate) const VOTE_MAX_AGE: Tick = 1;

/// The shortest window that a gap can break.
pub(crate) const SUSTAIN: Tick = 1;

/// How often the voters are read under suspicion, and how often a call is read back.
pub(crate) const LOOK: Tick = 1;
pub(crate) const POLL: Tick = 1;

/// A call leaves in the tick of its intent, or not at all.
const CALL: u32 = 1;

/// Besides the time that a call takes to settle: so that one can be made again before it is overdue.
const PROMOTE: Tick = 2;

/// So that a verification can be overdue within the horizon.
const VERIFY: u32 = 1;

/// So that a suspicion can be held for a person within the horizon.
const UNDECIDED: u32 = 2;

/// So that a second decision can be made within the horizon.
const COOLDOWN: u32 = 2;

/// Longer than any horizon: what it is for is left out of the model.
const NEVER: u32 = 1000;

const WRITER: &str = "arn:aws:rds:us-east-1:111122223333:db:orders";
const REPLICA: &str = "arn:aws:rds:us-west-2:111122223333:db:orders-replica";

/// The voters in the order in which the model numbers them, with class and Region.
pub(crate) const VOTERS: [(&str, &str, &str); 3] = [
    ("primary", "infrastructure", "us-east-1"),
    ("standby", "replication", "us-west-2"),
    ("witness", "data_path", "us-east-2"),
];

/// The voters whose Up is a veto: those that see the data path or the replication.
pub(crate) const VETOING: [usize; 2] = [1, 2];

/// The runs as the record names them: one each conductor, and one for all that are gone.
pub(crate) const RUNS: [&str; 2] = ["a", "b"];
pub(crate) const GONE: &str = "gone";

pub(crate) fn run(name: &str) -> RunId {
    name.parse().expect("a run id")
}

/// When the model begins. Times that only a report reads are set to it.
#[must_use]
pub(crate) fn begin() -> Timestamp {
    Timestamp::UNIX_EPOCH
}

#[must_use]
pub(crate) fn at(tick: Tick) -> Timestamp {
    begin().saturating_add(SignedDuration::from_secs(i64::from(tick))).expect("within the calendar")
}

#[must_use]
pub(crate) fn tick(time: Timestamp) -> Tick {
    Tick::try_from(time.duration_since(begin()).as_secs()).unwrap_or(Tick::MAX)
}

impl Bounds {
    /// Mode auto, no security group to fence with, and windows of a few ticks.
    #[must_use]
    pub fn policy(&self) -> Policy {
        let voters: Vec<_> = VOTERS
            .iter()
            .map(|(name, class, region)| {
                let alarm = format!("arn:aws:cloudwatch:{region}:111122223333:alarm:{name}");
                serde_json::json!({"name": name, "class": class, "source": {"alarm": alarm}})
            })
            .collect();
        let policy = serde_json::from_value(serde_json::json!({
            "schema": 1,
            "application": "orders",
            "mode": "auto",
            "regions": {"primary": "us-east-1", "standby": "us-west-2", "witness": "us-east-2"},
            "database": {"writer": WRITER, "replica": REPLICA, "lag_max_seconds": 60},
            "quorum": {"needed": NEEDED},
            "voters": voters,
            "notification": {"topic": "arn:aws:sns:us-west-2:111122223333:orders"},
        }));
        Policy { windows: self.windows(), ..policy.expect("a policy") }
    }

    fn windows(&self) -> Windows {
        Windows {
            sustain_seconds: Seconds(SUSTAIN.into()),
            vote_max_age_seconds: Seconds(VOTE_MAX_AGE.into()),
            skew_seconds: Seconds(0),
            patrol_seconds: Seconds(NEVER),
            look_seconds: Seconds(LOOK.into()),
            undecided_seconds: Seconds(UNDECIDED),
            call_seconds: Seconds(CALL),
            settle_seconds: Seconds(self.settle.into()),
            poll_seconds: Seconds(POLL.into()),
            promote_seconds: Seconds((PROMOTE + self.settle).into()),
            verify_seconds: Seconds(VERIFY),
            shift_seconds: Seconds(0),
            veto_seconds: Seconds(0),
            fence_seconds: Seconds(0),
            flap_seconds: Seconds(1),
            remind_seconds: Seconds(NEVER),
            rebuild_seconds: Seconds(NEVER),
            drain_seconds: Seconds(NEVER),
            cooldown_seconds: Seconds(COOLDOWN),
        }
    }
}
