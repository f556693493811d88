//! The query of a request: one that does not fit is 422, and its detail begins with the parameter's name, as that of a
//! body does.

use crate::Problem;
use axum::extract::Query;
use http::Uri;
use serde::de::DeserializeOwned;

/// What axum says in front of the reason.
const PREFIX: &str = "Failed to deserialize query string: ";

/// Reads the query.
///
/// # Errors
/// 422 with the parameter that does not fit.
pub fn query<T: DeserializeOwned>(uri: &Uri) -> Result<T, Problem> {
    match Query::try_from_uri(uri) {
        Ok(Query(read)) => Ok(read),
        Err(rejection) => Err(Problem::unprocessable(named(&rejection.body_text()))),
    }
}

/// The reason, with the parameter's name in front of it.
fn named(said: &str) -> String {
    let reason = said.strip_prefix(PREFIX).unwrap_or(said);
    for (begin, sentence) in [("missing field `", "is missing"), ("duplicate field `", "is said twice")] {
        // Behind a path or without one.
        if let Some((_, rest)) = reason.split_once(begin)
            && let Some((name, _)) = rest.split_once('`')
        {
            return format!("{name}: {sentence}");
        }
    }
    reason.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only whether it can be read is looked at")]
    struct Part {
        branch_id: i64,
        limit: Option<u32>,
        #[serde(default)]
        delimiter: Delimiter,
    }

    #[derive(Debug, Default, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Delimiter {
        #[default]
        Comma,
    }

    #[test]
    fn the_parameter_that_does_not_fit_is_named() {
        let detail = |uri: &'static str| query::<Part>(&Uri::from_static(uri)).unwrap_err().detail;
        assert_eq!(detail("/x"), "branch_id: is missing");
        assert_eq!(detail("/x?branch_id=1&branch_id=2"), "branch_id: is said twice");
        for (uri, name) in [
            ("/x?branch_id=a", "branch_id: "),
            ("/x?branch_id=1&limit=-1", "limit: "),
            ("/x?branch_id=1&limit=", "limit: "),
            ("/x?branch_id=1&delimiter=tab", "delimiter: "),
        ] {
            assert!(detail(uri).starts_with(name), "{uri}: {}", detail(uri));
        }
        assert!(query::<Part>(&Uri::from_static("/x?branch_id=1&limit=2&unknown=x")).is_ok());
    }
}
