//! Everybody sees a picture.

use super::out_of_reach;
use crate::{extract::Segment, header::has, problem::ApiResult, state::AppState};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use pictures::Name;
use runtime::{Problem, ProblemBody};

/// What is under a name is what the name was made from, for ever.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// An uploaded picture.
#[utoipa::path(get, path = "/api/public/images/{name}", tag = "menu",
    params(("name" = String, Path), ("If-None-Match" = Option<String>, Header)),
    responses((status = 200, content((Vec<u8> = "image/jpeg"), (Vec<u8> = "image/png")), headers(("ETag" = String))),
        (status = 304, description = "As you have it"), (status = 404, body = ProblemBody), (status = 503, body = ProblemBody)))]
pub(crate) async fn image(
    State(state): State<AppState>,
    Segment(name): Segment<String>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let not_found = || Problem::not_found("Image not found");
    let name: Name = name.parse().map_err(|_| not_found())?;
    let file = state.pictures.find(name).await.map_err(|error| out_of_reach(&error))?.ok_or_else(not_found)?;
    let etag = HeaderValue::try_from(format!("\"{name}\"")).map_err(|_| not_found())?;
    let common = [(header::CACHE_CONTROL, FOR_EVER), (header::ETAG, etag.clone())];
    if has(&headers, &etag) {
        return Ok((StatusCode::NOT_MODIFIED, common).into_response());
    }
    let kind = HeaderValue::from_static(name.format().media_type());
    Ok((common, [(header::CONTENT_TYPE, kind)], file).into_response())
}
