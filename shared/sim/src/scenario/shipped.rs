//! The scenarios that are shipped, in the binary.

/// A scenario's name and its file.
#[derive(Debug, Clone, Copy)]
pub struct Shipped {
    pub name: &'static str,
    pub text: &'static str,
}

macro_rules! shipped {
    ($($name:literal),* $(,)?) => {
        &[$(Shipped {
            name: $name,
            text: include_str!(concat!("../../../../scenarios/", $name, ".toml")),
        }),*]
    };
}

/// Every file of the folder `scenarios`, in the order of its names.
pub const SHIPPED: &[Shipped] = shipped![
    "abort-in-flight",
    "aborted-in-a-storm",
    "aborted-in-time",
    "ambiguous-reply",
    "approve-two-of-three",
    "aws-lambda-2023-06-13",
    "aws-us-east-1-2021-12-07",
    "both-regions-down",
    "canary-down",
    "candidate-backing-up",
    "candidate-fit-too-late",
    "cloudflare-2020-11-02",
    "correlated-liars",
    "flapping",
    "github-2018-10-21",
    "gocardless-2017-10-10",
    "home-again",
    "in-region-failover",
    "lag-above-limit",
    "lag-unknown",
    "lying-voter",
    "old-primary-returns",
    "paused-midway",
    "promote-denied",
    "promoted-by-somebody-else",
    "promotion-never-ends",
    "razorpay-2019-12",
    "request-lost",
    "skewed-clock",
    "stale-events",
    "storage-loss",
    "storage-loss-approve",
    "storm",
    "storm-released",
    "table-down-in-standby",
    "true-region-loss",
    "veto-used",
];
