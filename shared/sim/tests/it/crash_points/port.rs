//! The alphabet of a crash point: what the driver awaits, and what goes wrong there.

use understudy_engine::{Effect, FenceAct, FenceCall, LeverAct, LeverCall};

/// An enum, its members in order, and their names.
macro_rules! alphabet {
    ($(#[$meta:meta])* $name:ident { $($member:ident => $text:literal,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub(super) enum $name { $($member,)* }

        impl $name {
            pub(super) const ALL: &'static [Self] = &[$(Self::$member,)*];

            pub(super) fn name(self) -> &'static str {
                match self { $(Self::$member => $text,)* }
            }
        }
    };
}

alphabet! {
    /// Everything that the driver awaits: each method of its two ports, and its sleep.
    Port {
        Load => "load",
        Commit => "commit",
        Cast => "cast",
        ReadBreaker => "breaker",
        CommitBreaker => "commit_breaker",
        Routes => "routes",
        Enter => "enter",
        Incident => "incident",
        Look => "look",
        DescribeWriter => "fence: describe",
        IsolateWriter => "fence: isolate",
        RestartWriter => "fence: restart",
        RestoreWriter => "fence: restore",
        Promote => "promote",
        ReadBack => "read_back",
        CreateReplica => "create_replica",
        SetLever => "lever: set",
        ReadLever => "lever: read",
        Announce => "announce",
        Sleep => "sleep",
    }
}

alphabet! {
    /// What goes wrong at one call.
    Fault {
        KilledBefore => "killed before",
        KilledAfter => "killed after",
        ReplyLost => "reply lost",
        Repeated => "repeated",
        Frozen => "frozen for a day",
    }
}

impl Fault {
    pub(super) fn meaning(self) -> &'static str {
        match self {
            Self::KilledBefore => "the process dies before the call leaves: before the commit, before the act",
            Self::KilledAfter => "the call is carried out, and the process dies before it can go on",
            Self::ReplyLost => "the call is carried out, and the driver is told that nobody knows; it goes on",
            Self::Repeated => "the same invocation arrives a second time and overtakes this one before its call leaves",
            Self::Frozen => "the process stands still before the call for a day, and then goes on as if nothing were",
        }
    }
}

/// The port that carries an effect out, the first one where it takes several. An effect that is new has
/// no port here, and so does not compile.
pub(super) fn port_of(effect: &Effect) -> Port {
    match effect {
        Effect::Look(_) => Port::Look,
        Effect::Admit(_) => Port::ReadBreaker,
        Effect::Fence(FenceCall { act, .. }) => port_of_act(act),
        Effect::Promote(_) => Port::Promote,
        Effect::ReadBack { .. } => Port::ReadBack,
        Effect::Create(_) => Port::CreateReplica,
        Effect::Lever(LeverCall { act, .. }) => port_of_lever(*act),
    }
}

pub(super) fn port_of_lever(act: LeverAct) -> Port {
    match act {
        LeverAct::Set => Port::SetLever,
        LeverAct::Read => Port::ReadLever,
    }
}

pub(super) fn port_of_act(act: &FenceAct) -> Port {
    match act {
        FenceAct::Describe => Port::DescribeWriter,
        FenceAct::Isolate { .. } => Port::IsolateWriter,
        FenceAct::Restart => Port::RestartWriter,
        FenceAct::Restore { .. } => Port::RestoreWriter,
    }
}
