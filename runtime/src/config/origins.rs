//! Which web pages may talk to the API and the gateway (diner-waiter.md §1.6, realtime.md §1.4).
//!
//! One list serves CORS and the WebSocket handshake, so that a client that can log in can also listen.

use super::Environment;
use url::Url;

/// Hosts of a developer's machine.
const HOSTS: [&str; 2] = ["localhost", "127.0.0.1"];
/// Ports the client applications use in development.
const PORTS: [u16; 6] = [5173, 5176, 5177, 5178, 5179, 5180];

/// The allow list of origins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origins {
    listed: Vec<String>,
    any: bool,
    missing: bool,
}

impl Origins {
    /// The list from configuration; empty means the default of a developer's machine.
    ///
    /// # Errors
    /// One sentence for each entry that cannot be allowed.
    pub(super) fn resolve(written: &[String], environment: Environment) -> Result<Self, Vec<String>> {
        let production = environment == Environment::Production;
        let written: Vec<&str> = written.iter().map(|entry| entry.trim()).filter(|entry| !entry.is_empty()).collect();
        let mut origins = Self { listed: Vec::new(), any: false, missing: !production };
        let mut problems = Vec::new();
        if written.is_empty() {
            if production {
                problems.push("ALLOWED_ORIGINS is not set: list the client applications' origins, such as https://menu.example.com,https://waiter.example.com".into());
            }
            origins.listed = development();
        }
        for entry in written {
            match entry {
                wildcard if wildcard.contains('*') && production => problems.push(format!(
                    "ALLOWED_ORIGINS contains the wildcard `{wildcard}`: list each origin in full"
                )),
                "*" => origins.any = true,
                _ => match parse(entry) {
                    Some(origin) if production && !origin.starts_with("https://") => problems.push(format!(
                        "ALLOWED_ORIGINS contains `{entry}`, which is not https: whoever listens in between would change the page and use its visitors' tokens"
                    )),
                    Some(origin) if origins.listed.contains(&origin) => {}
                    Some(origin) => origins.listed.push(origin),
                    None => problems.push(format!(
                        "ALLOWED_ORIGINS contains `{entry}`, which is not an origin: write scheme, host and port only, such as https://menu.example.com"
                    )),
                },
            }
        }
        if problems.is_empty() { Ok(origins) } else { Err(problems) }
    }

    /// Whether a page of that origin may call. The text is compared exactly, as browsers send it.
    #[must_use]
    pub fn allows(&self, origin: &str) -> bool {
        self.any || self.listed.iter().any(|listed| listed == origin)
    }

    /// Whether a WebSocket handshake without an `Origin` may pass: command-line clients in development. Browsers always
    /// send one, so in production its absence only helps whoever wants to get around the list.
    #[must_use]
    pub const fn allows_missing_origin(&self) -> bool {
        self.missing
    }

    /// Whether every origin may call (development only). CORS must then echo the origin: `*` excludes credentials.
    #[must_use]
    pub const fn allows_any(&self) -> bool {
        self.any
    }

    /// The listed origins, in normal form.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.listed.iter().map(String::as_str)
    }
}

fn development() -> Vec<String> {
    HOSTS.iter().flat_map(|host| PORTS.iter().map(move |port| format!("http://{host}:{port}"))).collect()
}

/// The origin in the form browsers send: lower case, no default port, no trailing slash.
fn parse(entry: &str) -> Option<String> {
    let url = Url::parse(entry).ok()?;
    let bare = matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
    let anonymous = url.username().is_empty() && url.password().is_none();
    let origin = url.origin();
    (matches!(url.scheme(), "http" | "https") && bare && anonymous && origin.is_tuple())
        .then(|| origin.ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(written: &[&str], environment: Environment) -> Result<Origins, Vec<String>> {
        let written: Vec<String> = written.iter().map(|&entry| entry.into()).collect();
        Origins::resolve(&written, environment)
    }

    #[test]
    fn development_knows_the_clients_ports() {
        let origins = resolve(&[], Environment::Development).unwrap();
        for allowed in ["http://localhost:5173", "http://localhost:5176", "http://127.0.0.1:5180"] {
            assert!(origins.allows(allowed), "{allowed}");
        }
        for refused in ["http://localhost:5174", "https://localhost:5176", "http://localhost:5176/", "null", ""] {
            assert!(!origins.allows(refused), "{refused}");
        }
        assert!(origins.allows_missing_origin());
        assert_eq!(origins.iter().count(), 12);
    }

    #[test]
    fn entries_are_compared_as_browsers_send_them() {
        let origins =
            resolve(&[" https://Menu.Example.com:443/ ", "", "https://10.0.0.5:8443"], Environment::Production)
                .unwrap();
        assert_eq!(origins.iter().collect::<Vec<_>>(), ["https://menu.example.com", "https://10.0.0.5:8443"]);
        assert!(origins.allows("https://menu.example.com"));
        assert!(!origins.allows("https://menu.example.com.evil.example"));
        assert!(!origins.allows("https://evil.example/?https://menu.example.com"));
        assert!(!origins.allows_missing_origin());
    }

    #[test]
    fn production_wants_a_list_without_wildcards() {
        assert!(resolve(&[], Environment::Production).unwrap_err()[0].contains("not set"));
        let problems =
            resolve(&["*", "https://*.example.com", "https://a.example"], Environment::Production).unwrap_err();
        assert_eq!(problems.len(), 2, "{problems:?}");
    }

    #[test]
    fn production_takes_no_origin_that_anybody_may_change_on_the_way() {
        for entry in ["http://menu.example.com", "http://10.0.0.5:8080", "http://localhost:5176"] {
            let problems = resolve(&[entry], Environment::Production).unwrap_err();
            assert!(problems[0].contains(entry) && problems[0].contains("not https"), "{problems:?}");
            assert!(resolve(&[entry], Environment::Development).is_ok());
        }
    }

    #[test]
    fn what_is_not_an_origin_is_named() {
        for entry in [
            "menu.example.com",
            "https://a.example/app",
            "ftp://a.example",
            "https://u:p@a.example",
            "https://a.example?x",
        ] {
            let problems = resolve(&[entry], Environment::Development).unwrap_err();
            assert!(problems[0].contains(entry), "{problems:?}");
        }
    }

    #[test]
    fn a_wildcard_in_development_allows_any() {
        let origins = resolve(&["*"], Environment::Development).unwrap();
        assert!(origins.allows("https://tunnel.example") && origins.allows_any());
    }
}
