//! What can go wrong, and what leads out of it: each by name, so that a run can show that it was there.

/// An enumeration that can be counted by: all of its members, each with the name it is printed by.
macro_rules! counted {
    ($(#[$doc:meta])* $vis:vis $name:ident { $($(#[$inner:meta])* $variant:ident => $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        $vis enum $name {
            $($(#[$inner])* $variant,)+
        }

        impl $name {
            $vis const ALL: &'static [Self] = &[$(Self::$variant,)+];

            #[must_use]
            $vis fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }
        }
    };
}

pub(super) use counted;

counted! {
    /// One way in which the world goes wrong.
    pub Fault {
        EventLost => "event lost",
        EventDuplicated => "event duplicated",
        EventReordered => "event reordered",
        EventDelayed => "event delayed, up to a day",
        EventCorrupted => "event corrupted",
        EventStorm => "events in a storm",
        ConductorKilledBefore => "conductor killed before a call",
        ConductorKilledAfter => "conductor killed after a call",
        NotifyKilledBefore => "notify killed before a call",
        NotifyKilledAfter => "notify killed after a call",
        IntakeKilledBefore => "intake killed before a call",
        IntakeKilledAfter => "intake killed after a call",
        OrderKilled => "a person's command killed at a call",
        TimedOut => "function timed out",
        Frozen => "function frozen and resumed, up to a day",
        Twins => "two conductors at once",
        FunctionThrottled => "function throttled: a wake is lost",
        PolicyChanged => "old policy beside new",
        OldFileApplied => "file of before a failover applied after it",
        CommitReplyLost => "table: error after the commit",
        CastReplyLost => "table: error after the vote",
        EnterReplyLost => "table: error after an incident's entry",
        BreakerReplyLost => "table: error after the breaker's commit",
        TableThrottled => "table throttled",
        WriteConflict => "table: replicated-write conflict",
        TableReadOnly => "table takes no writes",
        TableUnavailable => "table unavailable",
        ReplicaIsolated => "one Region's replica of the table isolated",
        RdsSlow => "RDS slow for hours",
        PromoteCutBefore => "promote call lost",
        PromoteCutAfter => "promote reply lost",
        PromoteThrottled => "promote throttled",
        PromoteDenied => "promote denied",
        PromotedByPerson => "promoted by a person",
        ReplicaDeleted => "replica deleted by a person",
        WriterDeleted => "old writer deleted by a person",
        StaleDescribe => "stale Describe",
        DescribeFailed => "Describe throttled or unreadable",
        BackingUp => "candidate is backing up",
        LagHigh => "replication lag above the limit",
        LagUnknown => "replication lag not measured",
        MultiAzFailover => "in-Region failover: all look down for a while",
        FenceCutBefore => "fence call lost",
        FenceCutAfter => "fence reply lost",
        FenceDenied => "fence call denied",
        CreateCut => "create reply lost",
        RegionLost => "Region lost",
        WriterDown => "writer down, its Region up",
        StormHit => "one fault hits all applications",
        PartitionFull => "partition: a Region is cut off",
        PartitionPartial => "partition: between two Regions",
        PartitionOneWay => "partition: one way",
        ControlPlaneGone => "us-east-1 control planes gone",
        ClockSkewed => "clocks up to five minutes off",
        VoterLying => "voter lying",
        VotersCorrelated => "voters correlated",
        VoterSilent => "voter silent",
        VoterFlapping => "voter flapping",
        VoterLate => "voter late",
        VoterSuppressed => "voter suppressed",
        CanaryFails => "our own canary fails",
        PublishFailed => "publishing fails",
        ApprovedTwice => "approved twice",
        ApprovedLate => "approved late",
        ApprovedStale => "approved with a stale code",
        ApprovedByStranger => "approved by somebody else",
        PausedMidway => "paused midway",
        AbortedByPerson => "aborted by a person",
        VetoedByPerson => "vetoed by a person",
        AcknowledgedEarly => "acknowledged in the middle of things",
        RebuiltByPerson => "rebuild ordered",
        SwitchedOver => "switchover ordered",
        AdoptedByPerson => "promotion adopted",
        WeighedAgain => "weighed again on a person's word",
        BatchReleased => "storm batch released",
        BatchReleasedStale => "storm batch released with a stale code",
        SentHome => "policy swapped and acknowledged: home again",
        GateLost => "gate lost",
        LeverEndpointDown => "lever: an endpoint does not answer",
        LeverCutBefore => "lever call lost",
        LeverCutAfter => "lever reply lost",
        LeverConflict => "lever: somebody else is changing it",
        LeverRefused => "lever: a safety rule refuses",
    }
}

counted! {
    /// A way out of trouble that was taken.
    pub Recovery {
        AnotherRunWentOn => "a run went on from where a killed one stopped",
        OwnWriteRecognised => "own write recognised after a lost reply",
        SteppedAgain => "stepped again after a conflict",
        ReadBackUnheard => "read back after a run left no word",
        CalledAgain => "promote called again under the same epoch",
        PromotedOnce => "promotion accepted by RDS",
        AbortOutwaited => "abort: nothing had happened",
        AbortOvertaken => "abort: the call had arrived",
        StuckLeft => "stuck, and mended",
        HeldLeft => "held, and weighed again",
        AskedAgain => "asked again after an expiry",
        Reminded => "people reminded",
        FenceProven => "old writer proven fenced",
        LeftSaid => "people told that the old writer is left cut off",
        FenceLifted => "old writer given its groups back",
        EntryRedelivered => "entry announced again after a killed notify",
        BadEventRefused => "bad event refused and counted",
        FutureEventRefused => "event from the future refused",
        VoteSuperseded => "old vote superseded",
        LateRunHarmless => "frozen run came back and changed nothing",
        DayLateEventHarmless => "day-old event delivered",
        TextRoundTrip => "record read back from its text",
        ReleasedInOrder => "storm batch went on in order",
        RegionVotersSpoke => "storm let through on the Region's voters",
        RegionLossEnded => "Region loss ended failed over (L1)",
        FalseAlarmEnded => "false alarm went back to watching (L6)",
        PolledOnly => "converged without any event (L4)",
        StormDrained => "storm of several applications drained (L5)",
        WritesMoved => "writes followed the latch",
        WritesCameHome => "writes came home",
        LeverMoved => "lever set and read back",
        LeverCameHome => "lever came home",
        LeverRotated => "lever: another endpoint took the request",
        LeverLeft => "people told that a lever has not moved",
        LeverGivenUp => "home again with a lever that never moved",
        WritesDrifted => "writes drifted back: no gate could tell of the latch",
    }
}
