//! What the probe's environment says.

use std::collections::BTreeMap;
use understudy_engine::{HttpUrl, Region};
use understudy_prober::{Config, Passwords};

/// URLs of canaries, with blanks between them.
const CANARIES: &str = "UNDERSTUDY_CANARIES";

/// What the names of passwords begin with, and of nothing else.
const PASSWORDS: &str = "UNDERSTUDY_PROBE_";

/// # Errors
/// In words for whoever deploys it.
pub(crate) fn read(home: Option<String>, variables: impl Iterator<Item = (String, String)>) -> Result<Config, String> {
    let variables: BTreeMap<String, String> = variables.collect();
    let region = home.ok_or("no Region is configured: set AWS_REGION")?;
    let region: Region = region.parse().map_err(|error| format!("AWS_REGION: {error}"))?;
    let canaries = variables.get(CANARIES).map_or("", String::as_str).split_whitespace();
    let canaries: Result<Vec<HttpUrl>, String> =
        canaries.map(|url| url.parse().map_err(|error| format!("{CANARIES}: {error}"))).collect();
    let passwords = variables.into_iter().filter(|(name, _)| name.starts_with(PASSWORDS)).collect();
    Ok(Config { region, canaries: canaries?, passwords: Passwords(passwords) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(variables: &[(&str, &str)]) -> Result<Config, String> {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        read(Some("us-west-2".to_owned()), variables)
    }

    #[test]
    fn canaries_have_blanks_between_them_and_only_passwords_are_kept() {
        let config = given(&[
            ("UNDERSTUDY_CANARIES", "https://a.example.com/ping  http://b.example.com"),
            ("UNDERSTUDY_PROBE_ORDERS", "secret"),
            ("AWS_SECRET_ACCESS_KEY", "another"),
        ]);
        let config = config.unwrap();
        assert_eq!(config.canaries.len(), 2);
        assert_eq!(config.passwords.0.keys().collect::<Vec<_>>(), ["UNDERSTUDY_PROBE_ORDERS"]);
        assert!(!format!("{config:?}").contains("secret"), "a password is never shown");
    }

    #[test]
    fn what_is_no_url_is_told_with_its_variable() {
        let problem = given(&[("UNDERSTUDY_CANARIES", "a.example.com")]).unwrap_err();
        assert!(problem.starts_with("UNDERSTUDY_CANARIES: \"a.example.com\" is not"), "{problem}");
        assert!(read(None, std::iter::empty()).is_err());
    }
}
