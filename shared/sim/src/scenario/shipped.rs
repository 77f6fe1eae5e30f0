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
pub const SHIPPED: &[Shipped] = shipped!["true-region-loss"];
