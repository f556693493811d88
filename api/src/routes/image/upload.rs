//! The office uploads a picture.

use super::UPLOAD;
use crate::{
    header::content_length,
    problem::{ApiError, ApiResult},
    state::AppState,
};
use auth::{Management, Staff};
use axum::{
    Json,
    extract::{FromRequest, Request, State},
};
use bytes::Bytes;
use domain::ProblemCode;
use http::StatusCode;
use pictures::{Error, MAX_BYTES, StorageError, Unfit};
use runtime::{Problem, ProblemBody};
use serde::Serialize;
use utoipa::ToSchema;

/// A picture that was taken in.
#[derive(Serialize, ToSchema)]
pub(crate) struct Uploaded {
    /// What to write as the `image` of a product, a category or a subcategory.
    #[schema(example = "/api/public/images/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08.jpg")]
    url: String,
    /// In pixels, as it is served: upright, and at most 1600.
    width: u32,
    /// In pixels, as it is served: upright, and at most 1600.
    height: u32,
    /// Of the file that is served.
    bytes: usize,
}

/// A whole file, of at most [`MAX_BYTES`].
pub(crate) struct File(Bytes);

impl<S: Send + Sync> FromRequest<S> for File {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        // What says that it is too long is not read at all; what does not say it, only so far.
        if content_length(request.headers()).is_some_and(|bytes| bytes > MAX_BYTES as u64) {
            return Err(too_large());
        }
        match Bytes::from_request(request, state).await {
            Ok(bytes) if bytes.is_empty() => Err(Problem::unprocessable("The body must be a picture; it is empty")),
            Ok(bytes) => Ok(Self(bytes)),
            Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(too_large()),
            Err(_) => Err(Problem::bad_request(ProblemCode::UnreadableBody, "The body could not be read")),
        }
    }
}

fn too_large() -> Problem {
    let detail = format!("A picture may have at most {} MB", MAX_BYTES >> 20);
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, ProblemCode::BodyTooLarge, detail)
}

/// Takes a picture in: PNG, JPEG or WebP, of at most 5 MB and 25 megapixels, sent as it is. It is turned upright,
/// scaled down, converted to sRGB, freed of all that is not picture and encoded anew. Colours that cannot be converted
/// are refused: CMYK, brightness beyond white (HDR), and what a PNG names that nobody knows.
#[utoipa::path(post, path = UPLOAD, tag = "menu office", security(("staff" = [])),
    request_body(content((Vec<u8> = "image/png"), (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/webp"), (Vec<u8> = "application/octet-stream"))),
    responses((status = 201, body = Uploaded), (status = 413, body = ProblemBody), (status = 415, body = ProblemBody),
        (status = 422, body = ProblemBody), (status = 503, body = ProblemBody)))]
pub(crate) async fn upload_image(
    State(state): State<AppState>,
    _staff: Staff<Management>,
    File(file): File,
) -> ApiResult<(StatusCode, Json<Uploaded>)> {
    let kept = state.pictures.take_in(file).await.map_err(refusal)?;
    let url = format!("/api/public/images/{}", kept.name);
    Ok((StatusCode::CREATED, Json(Uploaded { url, width: kept.width, height: kept.height, bytes: kept.bytes })))
}

fn refusal(error: Error) -> ApiError {
    let unfit = match error {
        Error::Unfit(unfit) => unfit,
        Error::Storage(error) => return out_of_reach(&error),
    };
    let code = match unfit {
        Unfit::NotAPicture => ProblemCode::NotAPicture,
        Unfit::Damaged => ProblemCode::DamagedPicture,
        Unfit::Colors(_) => ProblemCode::UnknownColors,
        Unfit::TooManyPixels { .. } => ProblemCode::TooManyPixels,
    };
    ApiError(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, unfit.to_string()))
}

/// Pictures cannot be written or read for now.
pub(super) fn out_of_reach(error: &StorageError) -> ApiError {
    tracing::error!(%error, "the pictures' storage failed");
    ApiError(Problem::unavailable("Pictures are out of reach, please try again").retry_after(5))
}
