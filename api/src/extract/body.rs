//! JSON bodies.

use super::handling::{Handling, place};
use axum::{
    body::Bytes,
    extract::{FromRequest, Request, rejection::BytesRejection},
};
use domain::ProblemCode;
use http::StatusCode;
use runtime::Problem;
use serde::de::{DeserializeOwned, IgnoredAny};

/// How many ignored fields of a body are named.
pub(crate) const MOST_IGNORED: usize = 100;

/// A JSON body of type `T`.
#[derive(Debug)]
pub(crate) struct Body<T>(pub(crate) T);

/// Reads the whole body, within the limit that the router sets.
pub(crate) async fn read<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Problem> {
    Bytes::from_request(request, state).await.map_err(|rejection| match rejection {
        BytesRejection::FailedToBufferBody(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, ProblemCode::BodyTooLarge, "The body is too large")
        }
        _ => Problem::bad_request(ProblemCode::UnreadableBody, "The body could not be read"),
    })
}

/// Parses JSON and names the fields that nobody reads; an empty body counts as `{}`, since the clients send bodyless
/// POSTs (diner-waiter.md §1.2).
pub(crate) fn parse_naming<T: DeserializeOwned>(bytes: &[u8]) -> Result<(T, Vec<String>), Problem> {
    let bytes = if bytes.trim_ascii().is_empty() { b"{}" } else { bytes };
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let mut ignored = Vec::new();
    let mut note = |path: serde_ignored::Path<'_>| {
        if ignored.len() < MOST_IGNORED {
            ignored.push(place(&path));
        }
    };
    let naming = serde_ignored::Deserializer::new(&mut json, &mut note);
    let value = serde_path_to_error::deserialize(naming).map_err(|error| {
        let path = error.path().to_string();
        let reason = error.into_inner();
        // serde_json calls a wrong type for an enum a syntax error, too.
        if serde_json::from_slice::<IgnoredAny>(bytes).is_err() {
            return Problem::unprocessable(format!("The body is not valid JSON: {reason}"));
        }
        let reason = if reason.is_data() { reason.to_string() } else { "does not fit".to_owned() };
        Problem::unprocessable(match (path.as_str(), reason.strip_prefix('.')) {
            (".", None) => reason,
            (".", Some(within)) => within.to_owned(),
            // What reads its own fields says where within it the reason is.
            (path, Some(_)) => format!("{path}{reason}"),
            (path, None) => format!("{path}: {reason}"),
        })
    })?;
    json.end().map_err(|_| Problem::unprocessable("The body is not valid JSON: something follows the value"))?;
    Ok((value, ignored))
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let handling = Handling::of(request.extensions());
        let (value, ignored) = parse_naming(&read(request, state).await?)?;
        handling.note_fields(ignored)?;
        Ok(Self(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::text::Quantity;
    use serde::Deserialize;

    #[derive(Deserialize, Debug)]
    struct Line {
        qty: Quantity,
    }
    #[derive(Deserialize, Debug)]
    struct Order {
        items: Vec<Line>,
    }

    fn refusal(json: &str) -> String {
        parse::<Order>(json.as_bytes()).unwrap_err().detail
    }

    fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
        parse_naming(bytes).map(|(value, _)| value)
    }

    #[test]
    fn the_field_is_named() {
        assert!(refusal(r#"{"items":[{"qty":1},{"qty":100}]}"#).starts_with("items[1].qty: must be from 1 to 99"));
        assert!(refusal(r#"{"items":[{"qty":"two"}]}"#).starts_with("items[0].qty: "));
        assert!(refusal(r#"{"items":"#).starts_with("The body is not valid JSON"));
        assert!(refusal("{}").contains("missing field `items`"));
        assert!(refusal("").contains("missing field `items`"));
    }

    #[test]
    fn unknown_fields_are_ignored() {
        let order: Order = parse(br#"{"items":[{"qty":2,"diner_index":1}],"x":null}"#).unwrap();
        assert_eq!(order.items[0].qty.get(), 2);
    }

    #[test]
    fn unknown_fields_are_named() {
        let named = |json: &str| parse_naming::<Order>(json.as_bytes()).unwrap().1;
        assert_eq!(
            named(r#"{"items":[{"qty":2},{"qty":2,"days":{"a":[1]}}],"x":null,"":1}"#),
            ["items[1].days", "x", ""]
        );
        assert!(named(r#"{"items":[]}"#).is_empty());
        let many: Vec<_> = (0..5_000).map(|n| format!(r#""f{n}":{n}"#)).collect();
        assert_eq!(named(&format!(r#"{{"items":[],{}}}"#, many.join(","))).len(), MOST_IGNORED);
    }
}
