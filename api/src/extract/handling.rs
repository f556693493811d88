//! Fields and query parameters that nobody reads. The shipped clients send some, so they are no error
//! (diner-waiter.md §7.13); but a field that is ignored may be one that somebody relies on.
//!
//! Each answer names them in `X-Ignored-Fields`. A client that sends `Prefer: handling=strict` (RFC 7240)
//! gets 422 instead, before anything is changed.

use crate::header::is_strict;
use axum::{extract::Request, middleware::Next, response::IntoResponse, response::Response};
use http::{Extensions, HeaderName, HeaderValue, Method};
use runtime::Problem;
use serde::de::DeserializeOwned;
use serde_ignored::Path;
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

/// Names what was ignored, separated by commas; what is no plain ASCII is percent-encoded.
pub(crate) const IGNORED_FIELDS: HeaderName = HeaderName::from_static("x-ignored-fields");
/// Says that the request was handled strictly.
const APPLIED: HeaderName = HeaderName::from_static("preference-applied");
/// A bound on what a header of an answer can become.
const MOST_NAMES: usize = 50;
const MOST_BYTES: usize = 100;

/// How a request treats what it does not know, and what that is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Handling(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    is_strict: bool,
    /// The names of the query's parameters.
    query: BTreeSet<String>,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    /// Parameters that some extractor reads.
    known: BTreeSet<String>,
    /// Fields of the body that nobody reads.
    fields: Vec<String>,
}

impl Handling {
    fn of_request(request: &Request) -> Self {
        let query = request.uri().query().unwrap_or_default();
        let query = form_urlencoded::parse(query.as_bytes()).map(|(name, _)| name.into_owned()).collect();
        Self(Arc::new(Inner { is_strict: is_strict(request.headers()), query, seen: Mutex::default() }))
    }

    /// The handling of the request with these extensions.
    pub(crate) fn of(extensions: &Extensions) -> Self {
        extensions.get::<Self>().cloned().unwrap_or_default()
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.0.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes what of the query `T` reads; another extractor may read the rest.
    pub(crate) fn note_query<T: DeserializeOwned>(&self, query: Option<&str>) {
        let Some(query) = query.filter(|query| !query.is_empty()) else { return };
        let mut ignored = BTreeSet::new();
        let pairs = serde_urlencoded::Deserializer::new(form_urlencoded::parse(query.as_bytes()));
        let read = serde_ignored::deserialize::<_, _, T>(pairs, |path| {
            ignored.insert(path.to_string());
        });
        if read.is_ok() {
            self.seen().known.extend(self.0.query.difference(&ignored).cloned());
        }
    }

    /// The whole query is read by somebody.
    pub(crate) fn know_query(&self) {
        self.seen().known.extend(self.0.query.iter().cloned());
    }

    /// Notes fields of the body that nobody reads, and refuses them where the client wants that.
    ///
    /// # Errors
    /// The client wants strict handling, and something is not known.
    pub(crate) fn note_fields(&self, fields: Vec<String>) -> Result<(), Problem> {
        self.seen().fields = fields;
        self.ensure_all_known()
    }

    /// Notes fields that are known, and that nobody reads beside the others of this body.
    ///
    /// # Errors
    /// As [`Self::note_fields`].
    pub(crate) fn note_more_fields(&self, fields: impl IntoIterator<Item = String>) -> Result<(), Problem> {
        self.seen().fields.extend(fields);
        self.ensure_all_known()
    }

    fn ensure_all_known(&self) -> Result<(), Problem> {
        let names = self.names();
        if !self.0.is_strict || names.is_empty() {
            return Ok(());
        }
        let detail = format!("Nobody reads {}: Prefer: handling=strict was asked for", names.join(", "));
        Err(Problem::unprocessable(detail).with("unknown_fields", names))
    }

    fn names(&self) -> Vec<String> {
        let seen = self.seen();
        let parameters = self.0.query.difference(&seen.known).cloned();
        seen.fields.iter().cloned().chain(parameters).take(MOST_NAMES).collect()
    }
}

/// Layer: names in the answer what of the request was ignored.
pub(crate) async fn name_ignored_fields(mut request: Request, next: Next) -> Response {
    let handling = Handling::of_request(&request);
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    request.extensions_mut().insert(handling.clone());
    let mut response = next.run(request).await;
    // A command was refused before it did anything; a read has done nothing.
    if reads
        && response.status().is_success()
        && let Err(problem) = handling.ensure_all_known()
    {
        return problem.into_response();
    }
    let names: Vec<String> = handling.names().iter().map(|name| plain(name)).collect();
    if let Ok(value) = HeaderValue::from_str(&names.join(", "))
        && !names.is_empty()
    {
        response.headers_mut().insert(IGNORED_FIELDS, value);
    }
    if handling.0.is_strict {
        response.headers_mut().insert(APPLIED, HeaderValue::from_static("handling=strict"));
    }
    response
}

/// The name as a header can carry it, cut to a length.
fn plain(name: &str) -> String {
    let mut plain = String::new();
    for byte in name.bytes().take(MOST_BYTES) {
        if byte.is_ascii_alphanumeric() || b"_-.[]".contains(&byte) {
            plain.push(char::from(byte));
        } else {
            plain.extend(['%', hex(byte >> 4), hex(byte & 0xF)]);
        }
    }
    plain
}

fn hex(digit: u8) -> char {
    char::from_digit(digit.into(), 16).unwrap_or('0').to_ascii_uppercase()
}

/// Where an ignored field stands, as problems name places: `items[0].qty`.
pub(crate) fn place(path: &Path<'_>) -> String {
    let below = |parent: &Path<'_>, key: &str| match place(parent) {
        root if root.is_empty() => key.to_owned(),
        parent => format!("{parent}.{key}"),
    };
    match path {
        Path::Root => String::new(),
        Path::Seq { parent, index } => format!("{}[{index}]", place(parent)),
        Path::Map { parent, key } => below(parent, key),
        Path::Some { parent } | Path::NewtypeStruct { parent } | Path::NewtypeVariant { parent } => place(parent),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use serde::Deserialize;

    #[derive(Deserialize)]
    struct Page {
        #[expect(dead_code, reason = "only its name is looked at")]
        limit: Option<u32>,
    }

    #[derive(Deserialize)]
    struct Filter {
        #[expect(dead_code, reason = "only its name is looked at")]
        branch_id: Option<i64>,
    }

    fn handling(uri: &str, prefer: &str) -> Handling {
        let request = http::Request::get(uri).header("Prefer", prefer).body(Body::empty()).unwrap();
        Handling::of_request(&request)
    }

    #[test]
    fn a_parameter_is_known_when_any_extractor_reads_it() {
        let query = "limit=1&branch_id=2&serach=x";
        let handling = handling(&format!("/x?{query}"), "handling=strict");
        handling.note_query::<Page>(Some(query));
        handling.note_query::<Filter>(Some(query));
        assert_eq!(handling.names(), ["serach"]);
        assert_eq!(handling.ensure_all_known().unwrap_err().status, http::StatusCode::UNPROCESSABLE_ENTITY);
        handling.know_query();
        assert!(handling.ensure_all_known().is_ok());
    }

    #[test]
    fn only_who_asks_for_it_is_refused() {
        let unknown = || vec!["items[0].days".to_owned()];
        assert!(handling("/x", "return=minimal").note_fields(unknown()).is_ok());
        let refused = handling("/x", "respond-async, Handling=\"strict\"; x").note_fields(unknown()).unwrap_err();
        assert!(refused.detail.contains("items[0].days"), "{}", refused.detail);
        assert_eq!(refused.extra["unknown_fields"], serde_json::json!(["items[0].days"]));
        assert!(handling("/x", "handling=strict").note_fields(Vec::new()).is_ok());
    }

    #[test]
    fn a_name_fits_into_a_header() {
        assert_eq!(plain("items[0].qty"), "items[0].qty");
        assert_eq!(plain("a b\r\né,"), "a%20b%0D%0A%C3%A9%2C");
        assert_eq!(plain(&"x".repeat(5_000)).len(), MOST_BYTES);
    }
}
