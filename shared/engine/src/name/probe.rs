//! The names of what a probe asks.

use super::NameError;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

name!(
    /// What an HTTP probe asks for.
    HttpUrl,
    "the URL of an HTTP endpoint",
    r"^https?://[A-Za-z0-9._-]{1,253}(:[0-9]{1,5})?(/[!-\x22$-~]*)?$",
    "write scheme, host and path, such as https://orders.example.com/health",
    |text| {
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        rest.is_some_and(|rest| {
            let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            let (host, port) = authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
            is_host(host) && port.is_none_or(is_port) && path.bytes().all(|b| b.is_ascii_graphic() && b != b'#')
        })
    }
);
name!(
    /// A host and a port.
    HostPort,
    "a host and a port",
    r"^[A-Za-z0-9._-]{1,253}:[0-9]{1,5}$",
    "write both, such as orders.example.com:5432",
    |text| text.split_once(':').is_some_and(|(host, port)| is_host(host) && is_port(port))
);
name!(
    /// What the body of an answer has to contain.
    BodyText,
    "a text to look for",
    r"^[ -~]{1,256}$",
    "write up to 256 characters of ASCII that are in the body when all is well, such as \"database: ok\"",
    |text| (1..=256).contains(&text.len()) && text.bytes().all(|b| (b' '..=b'~').contains(&b))
);
name!(
    /// A database, a user or a column, as PostgreSQL has it without quotes.
    PostgresName,
    "a PostgreSQL name",
    r"^[a-z_][a-z0-9_]{0,62}$",
    "use up to 63 lower-case letters, digits and underscores, starting with a letter",
    is_identifier
);
name!(
    /// A table, with or without its schema.
    PostgresTable,
    "a PostgreSQL table",
    r"^[a-z_][a-z0-9_]{0,62}(\.[a-z_][a-z0-9_]{0,62})?$",
    "write it in lower case, such as heartbeat or monitoring.heartbeat",
    |text| text.split('.').count() <= 2 && text.split('.').all(is_identifier)
);
name!(
    /// The variable of a function's environment that holds a password. Only variables of this prefix are ever sent
    /// to a server, so that an application file cannot name the function's own credentials.
    PasswordVariable,
    "a variable for a password",
    r"^UNDERSTUDY_PROBE_[A-Z0-9_]{1,64}$",
    "start it with UNDERSTUDY_PROBE_, such as UNDERSTUDY_PROBE_ORDERS",
    |text| text.strip_prefix("UNDERSTUDY_PROBE_").is_some_and(|rest| {
        (1..=64).contains(&rest.len())
            && rest.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
    })
);
name!(
    /// Certificates in PEM.
    Certificates,
    "certificates in PEM",
    r"^\s*(-----BEGIN CERTIFICATE-----\s[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----\s*)+$",
    "copy the whole of it, from -----BEGIN CERTIFICATE----- on, in at most 16,384 characters",
    |text| text.len() <= CERTIFICATES_MAX && is_pem(text)
);

/// An application's record has 400 KB, and a Region's bundle of RDS has five.
const CERTIFICATES_MAX: usize = 16_384;

impl HttpUrl {
    #[must_use]
    pub fn is_tls(&self) -> bool {
        self.0.starts_with("https:")
    }

    #[must_use]
    pub fn host(&self) -> &str {
        self.authority().split(':').next().unwrap_or_default()
    }

    #[must_use]
    pub fn port(&self) -> u16 {
        let port = self.authority().split_once(':').and_then(|(_, port)| port.parse().ok());
        port.unwrap_or(if self.is_tls() { 443 } else { 80 })
    }

    /// Host and port, as the header `Host` has them.
    #[must_use]
    pub fn authority(&self) -> &str {
        let rest = self.rest();
        &rest[..rest.find('/').unwrap_or(rest.len())]
    }

    #[must_use]
    pub fn path(&self) -> &str {
        let rest = self.rest();
        rest.find('/').map_or("/", |at| &rest[at..])
    }

    fn rest(&self) -> &str {
        self.0.split_once("://").map_or("", |(_, rest)| rest)
    }
}

impl HostPort {
    #[must_use]
    pub fn host(&self) -> &str {
        self.0.split_once(':').map_or("", |(host, _)| host)
    }

    #[must_use]
    pub fn port(&self) -> u16 {
        self.0.split_once(':').and_then(|(_, port)| port.parse().ok()).unwrap_or_default()
    }
}

fn is_host(text: &str) -> bool {
    (1..=253).contains(&text.len())
        && text.split('.').all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'))
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
}

fn is_port(text: &str) -> bool {
    text.len() <= 5 && text.bytes().all(|b| b.is_ascii_digit()) && text.parse::<u16>().is_ok_and(|port| port > 0)
}

fn is_identifier(text: &str) -> bool {
    text.len() <= 63
        && text.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

fn is_pem(text: &str) -> bool {
    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    const END: &str = "-----END CERTIFICATE-----";
    let mut rest = text.trim();
    while let Some(body) = rest.strip_prefix(BEGIN) {
        let Some((body, after)) = body.split_once(END) else { return false };
        let base64 = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=') || b.is_ascii_whitespace();
        if body.trim().is_empty() || !body.starts_with(char::is_whitespace) || !body.bytes().all(base64) {
            return false;
        }
        rest = after.trim_start();
        if rest.is_empty() {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_gives_its_host_its_port_and_its_path() {
        let url: HttpUrl = "https://orders.example.com/health?deep=1".parse().unwrap();
        assert_eq!(
            (url.is_tls(), url.host(), url.port(), url.path()),
            (true, "orders.example.com", 443, "/health?deep=1")
        );
        let url: HttpUrl = "http://127.0.0.1:8080".parse().unwrap();
        assert_eq!((url.is_tls(), url.host(), url.port(), url.path()), (false, "127.0.0.1", 8080, "/"));
        assert_eq!(url.authority(), "127.0.0.1:8080");
        let server: HostPort = "orders.example.com:5432".parse().unwrap();
        assert_eq!((server.host(), server.port()), ("orders.example.com", 5432));
    }

    #[test]
    fn what_a_probe_could_not_ask_is_no_name() {
        for text in [
            "ftp://orders.example.com/",
            "https://",
            "https://orders.example.com:0/",
            "https://user@orders.example.com/",
            "https://orders.example.com:70000",
            "https://orders.example.com/a b",
            "https://orders.example.com/#part",
            "https://orders..example.com/",
            "https://orders.example.com?deep=1",
            "orders.example.com",
        ] {
            assert!(text.parse::<HttpUrl>().is_err(), "{text:?}");
        }
        for text in ["orders.example.com", "orders.example.com:", ":5432", "orders.example.com:65536", "a:1:2"] {
            assert!(text.parse::<HostPort>().is_err(), "{text:?}");
        }
        for text in ["", "1a", "orders\"; drop table orders", "Orders", "a.b"] {
            assert!(text.parse::<PostgresName>().is_err(), "{text:?}");
        }
        for text in ["a.b.c", ".b", "a.", "monitoring.\"b\""] {
            assert!(text.parse::<PostgresTable>().is_err(), "{text:?}");
        }
        assert!("monitoring.heartbeat".parse::<PostgresTable>().is_ok());
    }

    #[test]
    fn the_functions_own_credentials_are_no_password() {
        for text in ["AWS_SECRET_ACCESS_KEY", "PATH", "UNDERSTUDY_TABLE", "UNDERSTUDY_PROBE_", "UNDERSTUDY_PROBE_a"] {
            assert!(text.parse::<PasswordVariable>().is_err(), "{text:?}");
        }
        assert!("UNDERSTUDY_PROBE_ORDERS".parse::<PasswordVariable>().is_ok());
    }

    #[test]
    fn certificates_are_whole_and_nothing_else() {
        let one = "-----BEGIN CERTIFICATE-----\nMIIB+/=\n-----END CERTIFICATE-----\n";
        assert!(one.parse::<Certificates>().is_ok());
        assert!(format!("\n{one}{one}").parse::<Certificates>().is_ok());
        for text in ["", "MIIB", &one[..40], &one.replace("CERTIFICATE", "PRIVATE KEY"), &format!("{one}and more")] {
            assert!(text.parse::<Certificates>().is_err(), "{text:?}");
        }
        assert!(one.repeat(400).parse::<Certificates>().is_err());
    }
}
