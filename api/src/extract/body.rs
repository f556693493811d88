//! JSON bodies.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request, rejection::BytesRejection},
};
use domain::ProblemCode;
use http::StatusCode;
use runtime::Problem;
use serde::de::DeserializeOwned;

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

/// Parses JSON; an empty body counts as `{}`, since the clients send bodyless POSTs (diner-waiter.md §1.2).
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let bytes = if bytes.trim_ascii().is_empty() { b"{}" } else { bytes };
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        let reason = error.into_inner();
        if reason.is_syntax() || reason.is_eof() {
            return Problem::unprocessable(format!("The body is not valid JSON: {reason}"));
        }
        let place = if path == "." { String::new() } else { format!("{path}: ") };
        Problem::unprocessable(format!("{place}{reason}"))
    })?;
    json.end().map_err(|_| Problem::unprocessable("The body is not valid JSON: something follows the value"))?;
    Ok(value)
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        parse(&read(request, state).await?).map(Self)
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
}
