//! The trace: what happened, append-only, one readable line a fact. Checkers read it and nothing else.

use super::database::Database;
use super::fault::Fault;
use super::plan::{Ms, SECOND};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;
use understudy_engine::{
    Breaker, DbInstanceArn, Epoch, FenceAct, IncidentId, Lever, LeverAct, LeverAnswer, Order, Person, Policy, Region,
    RunId, Seq, Sight, State, StepVerdict, Vote, VoterName, Votes, What as Told,
};

pub(super) type ProcessId = usize;

#[derive(Debug, Clone)]
pub(super) struct Fact {
    pub(super) at: Ms,
    pub(super) application: Option<usize>,
    pub(super) process: Option<ProcessId>,
    pub(super) what: What,
}

#[derive(Debug, Clone)]
pub(super) enum What {
    Struck(Fault),
    Began {
        kind: Kind,
        place: usize,
        offset: Ms,
        run: RunId,
    },
    Ended(Ended),
    AlarmChanged {
        voter: VoterName,
        value: &'static str,
        suppressed: bool,
    },
    /// An event that could not be used, and the reason that is counted.
    BadEvent {
        code: &'static str,
    },
    Cast(Box<Cast>),
    Commit(Box<Commit>),
    Breaker(Box<BreakerCommit>),
    Released {
        by: Person,
        code_stands: bool,
    },
    /// What a look was answered: of which instance, whether it saw it, whether that was fit, its least lag.
    Looked {
        instance: DbInstanceArn,
        seen: bool,
        fit: bool,
        lag: Option<u32>,
    },
    SeenBack(Box<SeenBack>),
    FenceSeen {
        cut_off: bool,
    },
    FenceCall {
        epoch: Epoch,
        act: FenceAct,
        arrived: bool,
        promoted_by_us: bool,
    },
    PromoteCall(Box<PromoteCall>),
    LeverCall(Box<LeverFact>),
    CreateCall {
        accepted: bool,
    },
    PromotedByHand,
    Published {
        incident: IncidentId,
        seq: Seq,
        page: bool,
    },
    Entered {
        incident: IncidentId,
        seq: Seq,
        linked: bool,
        again: bool,
    },
    /// A run found nothing more to do.
    Rest {
        clock: Timestamp,
        state: Arc<State>,
        policy: Arc<Policy>,
    },
    Said {
        by: Person,
        order: Option<Order>,
        verdict: StepVerdict,
    },
    PolicyApplied(Arc<Policy>),
    Healed,
    /// What the application's databases were, from the beginning to the end.
    Databases(BTreeMap<DbInstanceArn, Database>),
    /// The world has come to rest, and what it should have come to.
    Settled(Box<Settled>),
}

/// What a process is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Conductor,
    Notify,
    Intake,
    Person,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ended {
    Returned,
    Failed(String),
    Killed(Fault),
}

#[derive(Debug, Clone)]
pub(super) struct Cast {
    pub(super) voter: VoterName,
    pub(super) vote: Vote,
    pub(super) before: Option<Vote>,
    pub(super) counted: bool,
    /// What the event said that it comes from, and whether it was suppressed; none where it was read.
    pub(super) event: Option<(String, bool)>,
}

/// What led to a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    Tick,
    Looked,
    Admitted,
    Fenced,
    Promoted,
    ReadBack,
    Created,
    Pulled,
    Ordered,
    Delivered,
}

#[derive(Debug, Clone)]
pub(super) struct Commit {
    pub(super) how: How,
    pub(super) order: Option<Order>,
    pub(super) by: Option<Person>,
    /// The writer's own clock, as it judged.
    pub(super) clock: Timestamp,
    pub(super) old: Arc<State>,
    pub(super) new: Arc<State>,
    /// What the writer had loaded.
    pub(super) policy: Arc<Policy>,
    pub(super) votes: Arc<Votes>,
    /// The policy that was stored when the commit arrived.
    pub(super) stored: Arc<Policy>,
}

#[derive(Debug, Clone)]
pub(super) struct BreakerCommit {
    pub(super) clock: Timestamp,
    /// The asking run's clock when it last weighed the votes.
    pub(super) weighed_at: Timestamp,
    pub(super) old: Arc<Breaker>,
    pub(super) new: Arc<Breaker>,
    /// The application that asked; none where a person released.
    pub(super) asked: Option<usize>,
    pub(super) votes: Option<Arc<Votes>>,
    pub(super) policy: Option<Arc<Policy>>,
}

#[derive(Debug, Clone)]
pub(super) struct SeenBack {
    pub(super) sight: Sight,
    /// Whether it was true, at the time that was answered for, that it stood alone and was available.
    pub(super) alone: bool,
}

#[derive(Debug, Clone)]
pub(super) struct PromoteCall {
    pub(super) run: RunId,
    pub(super) epoch: Epoch,
    pub(super) attempt: u32,
    /// The caller's clock when the call left.
    pub(super) clock: Timestamp,
    pub(super) arrived: bool,
    pub(super) accepted: bool,
    /// Whether its writer was isolated in truth when it arrived.
    pub(super) writer_isolated: bool,
    /// What is known to the caller of its fate.
    pub(super) ambiguous: bool,
}

/// One request to a lever's data plane, and how the lever stands after it.
#[derive(Debug, Clone)]
pub(super) struct LeverFact {
    pub(super) epoch: Epoch,
    pub(super) lever: Lever,
    pub(super) act: LeverAct,
    pub(super) arrived: bool,
    /// Where it sends, or is to send, traffic.
    pub(super) on: Option<Region>,
    /// The Regions that it lets traffic into.
    pub(super) open: BTreeSet<Region>,
    pub(super) answer: LeverAnswer,
    /// Whether the caller had loaded a pause.
    pub(super) paused: bool,
}

/// What one application came to, and what was due.
#[derive(Debug, Clone)]
pub(super) struct Settled {
    pub(super) state: Arc<State>,
    pub(super) expected: Expected,
    pub(super) story: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expected {
    FailedOver,
    Watching,
    Nothing,
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, millis) = (self.at.div_euclid(SECOND), self.at.rem_euclid(SECOND));
        write!(f, "{seconds:>7}.{millis:03} ")?;
        match self.application {
            Some(application) => write!(f, "app{application} ")?,
            None => f.write_str("     ")?,
        }
        match self.process {
            Some(process) => write!(f, "#{process:<4} ")?,
            None => f.write_str("      ")?,
        }
        self.what.fmt(f)
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Struck(fault) => write!(f, "fault: {}", fault.name()),
            Self::Began { kind, place, offset, run } => {
                write!(f, "{kind:?} {run} begins in Region {place}, its clock off by {offset} ms")
            }
            Self::Ended(how) => write!(f, "ends: {how:?}"),
            Self::AlarmChanged { voter, value, suppressed, .. } => {
                write!(f, "alarm of {voter}: {value}{}", if *suppressed { " (suppressed)" } else { "" })
            }
            Self::BadEvent { code } => write!(f, "bad event: {code}"),
            Self::Cast(cast) => {
                let what = if cast.counted { "votes" } else { "is superseded with" };
                write!(f, "{} {what} {} of {}", cast.voter, cast.vote.verdict, cast.vote.observed_at)
            }
            Self::Commit(commit) => commit.fmt(f),
            Self::Breaker(commit) => {
                let (old, new) = (&commit.old, &commit.new);
                write!(f, "breaker: {} admitted, {} waiting", new.admitted.len(), new.waiting.len())?;
                write!(f, " (were {} and {})", old.admitted.len(), old.waiting.len())
            }
            Self::Released { by, code_stands } => write!(f, "{by} releases the batch: {code_stands}"),
            Self::Looked { instance, seen, fit, lag } => {
                write!(f, "looks at {}: seen {seen}, fit {fit}, least lag {lag:?}", instance.instance())
            }
            Self::SeenBack(seen) => write!(f, "reads back: {}", sight(&seen.sight)),
            Self::FenceSeen { cut_off } => write!(f, "sees the old writer: cut off {cut_off}"),
            Self::FenceCall { epoch, act, arrived, .. } => {
                write!(f, "fence, epoch {epoch}: {act:?}, arrived {arrived}")
            }
            Self::PromoteCall(call) => write!(
                f,
                "promote, epoch {} attempt {}: arrived {}, accepted {}",
                call.epoch, call.attempt, call.arrived, call.accepted
            ),
            Self::LeverCall(call) => {
                let open: Vec<String> = call.open.iter().map(ToString::to_string).collect();
                let LeverFact { epoch, lever, act, arrived, answer, .. } = &**call;
                write!(f, "{lever}, epoch {epoch}: {act:?}, arrived {arrived}, {answer:?}; open {}", open.join(" "))
            }
            Self::CreateCall { accepted } => write!(f, "create: accepted {accepted}"),
            Self::PromotedByHand => f.write_str("a person promotes the replica by hand"),
            Self::Published { incident, seq, page } => {
                write!(f, "publishes {incident} entry {}{}", seq.0, if *page { " (page)" } else { "" })
            }
            Self::Entered { incident, seq, again, .. } => {
                write!(f, "enters {incident} entry {}{}", seq.0, if *again { " again" } else { "" })
            }
            Self::Rest { clock, state, .. } => write!(f, "rests in {} at {clock}", state.phase.name()),
            Self::Said { by, order, verdict } => write!(f, "{by} says {order:?}: {verdict:?}"),
            Self::PolicyApplied(policy) => {
                let database = &policy.database;
                write!(
                    f,
                    "policy applied: mode {}, writer {}, replica {}",
                    policy.mode, database.writer, database.replica
                )
            }
            Self::Healed => f.write_str("everything heals"),
            Self::Databases(databases) => write!(f, "there were {} databases", databases.len()),
            Self::Settled(settled) => {
                let phase = settled.state.phase.name();
                write!(f, "settled in {phase}, expected {:?} ({})", settled.expected, settled.story)
            }
        }
    }
}

impl fmt::Display for Commit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (old, new) = (&self.old, &self.new);
        write!(f, "r{} by {:?} at {}: {}", new.revision, self.how, self.clock, new.phase.name())?;
        for entry in new.journal.outbox.iter().filter(|entry| entry.revision == new.revision) {
            write!(f, "; {}", entry.what)?;
            if let Told::Moved { why, .. } = &entry.what {
                write!(f, " {why:?}")?;
            } else if matches!(entry.what, Told::Refused) {
                write!(f, " {}", entry.blockers())?;
            }
        }
        if old.latch != new.latch {
            write!(f, "; latched {:?}", new.latch.keys().map(ToString::to_string).collect::<Vec<_>>())?;
        }
        Ok(())
    }
}

fn sight(sight: &Sight) -> String {
    match sight {
        Sight::Seen(seen) => format!("{}, source {}", seen.status, seen.source.is_some()),
        Sight::Missing => "missing".to_owned(),
        Sight::Unseen(why) => why.to_string(),
    }
}
