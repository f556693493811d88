//! Addresses of the web that somebody writes down: where others reach us, and whom we call.

use url::Url;

/// An address to which paths are added: `name` is the variable, `example` a right value.
///
/// # Errors
/// One sentence: it is no address of the web, or has a part that would be lost or shown to everybody. Whoever wrote a
/// password into it does not read it in the log.
pub fn web_address(name: &str, written: &str, example: &str) -> Result<Url, String> {
    let url = Url::parse(written.trim()).ok();
    let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let url = url.ok_or_else(|| format!("{name} is `{written}`: write an address such as {example}"))?;
    let part = if !url.username().is_empty() || url.password().is_some() {
        "a user name or password in it"
    } else if url.query().is_some() {
        "a query (`?`) in it"
    } else if url.fragment().is_some() {
        "a fragment (`#`) in it"
    } else {
        return Ok(url);
    };
    Err(format!("{name} has {part}: write scheme, host, port and path alone, such as {example}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "https://api.example.com";

    #[test]
    fn an_address_has_scheme_host_port_and_path() {
        for right in [GOOD, " https://api.example.com:8443/comanda/ ", "http://127.0.0.1:8000", "http://[::1]:1"] {
            assert!(web_address("X", right, GOOD).is_ok(), "{right}");
        }
        for wrong in ["", "api.example.com", "ftp://api.example.com", "https://", "/api"] {
            assert!(web_address("X", wrong, GOOD).unwrap_err().starts_with("X is `"), "{wrong}");
        }
        for (wrong, part) in [
            ("https://ana@api.example.com", "user name"),
            ("https://:secret@api.example.com", "user name or password"),
            ("https://api.example.com?a=b", "a query"),
            ("https://api.example.com/?", "a query"),
            ("https://api.example.com/#menu", "a fragment"),
        ] {
            let refused = web_address("X", wrong, GOOD).unwrap_err();
            assert!(refused.starts_with("X has ") && refused.contains(part), "{wrong}: {refused}");
            assert!(!refused.contains("secret"), "{refused}");
        }
    }
}
