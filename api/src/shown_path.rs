//! A request's path as logs may show it: without what lets somebody in.
//!
//! Some paths hold secrets: the address of a provider's notices, a table's join code, the id of a guest's device. The
//! log is read by more people than the secrets are for, and is kept for longer.

use axum::extract::MatchedPath;

/// Parts of a route that stand for a secret.
const SECRET: [&str; 3] = ["{token}", "{code}", "{device_id}"];
/// What stands in its place.
const HIDDEN: &str = "…";
/// The longest part of a path without a route that is shown.
const LONGEST: usize = 24;

/// The path with its secrets hidden.
pub(crate) fn shown_path<B>(request: &http::Request<B>) -> String {
    let route = request.extensions().get::<MatchedPath>();
    shown(request.uri().path(), route.map(MatchedPath::as_str))
}

fn shown(path: &str, route: Option<&str>) -> String {
    let parts = path.split('/');
    let parts: Vec<&str> = match route {
        Some(route) => {
            // A part of the path that the route has none for came by a wildcard.
            let names = route.split('/').chain(std::iter::repeat(""));
            parts.zip(names).map(|(part, name)| if SECRET.contains(&name) { HIDDEN } else { part }).collect()
        }
        // Nobody knows what it was meant to be: a secret with a typing error behind it, perhaps.
        None => parts.map(|part| if is_plain(part) { part } else { HIDDEN }).collect(),
    };
    parts.join("/")
}

/// A word of ours, or a number: nothing that could be a secret.
fn is_plain(part: &str) -> bool {
    let word = part.bytes().all(|byte| byte.is_ascii_lowercase() || b"-_.".contains(&byte));
    part.len() <= LONGEST && (word || part.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_hidden_and_the_rest_is_shown() {
        let token = "0f5e4b1c9d8a47b6a3f2e1d0c9b8a796";
        let webhook = "/api/billing/mercadopago/webhook";
        for (path, route, wanted) in [
            (format!("{webhook}/{token}"), Some("/api/billing/mercadopago/webhook/{token}"), format!("{webhook}/…")),
            (format!("{webhook}/{token}/"), None, format!("{webhook}/…/")),
            (format!("{webhook}/{token}%20"), None, format!("{webhook}/…")),
            (
                "/api/tables/code/AB2C/session".into(),
                Some("/api/tables/code/{code}/session"),
                "/api/tables/code/…/session".into(),
            ),
            ("/api/tables/code/AB2C/sesion".into(), None, "/api/tables/code/…/sesion".into()),
            (
                "/api/diner/device/d-1/history".into(),
                Some("/api/diner/device/{device_id}/history"),
                "/api/diner/device/…/history".into(),
            ),
            ("/api/kitchen/rounds/17".into(), Some("/api/kitchen/rounds/{round_id}"), "/api/kitchen/rounds/17".into()),
            ("/api/kitchen/ronds/17".into(), None, "/api/kitchen/ronds/17".into()),
            ("/docs/Swagger.css".into(), Some("/docs/{*rest}"), "/docs/Swagger.css".into()),
        ] {
            assert_eq!(shown(&path, route), wanted);
        }
    }
}
