//! The whole menu as one file: JSON for programs, CSV for spreadsheets. The same lines in either.

pub(crate) mod format;
mod json;
mod table;

use self::format::{Format, FormatQuery};
use crate::{
    extract::{MOST_IGNORED, Params, Reply, Upload, place},
    problem::{ApiError, ApiResult},
    state::AppState,
};
use auth::{AdminOnly, Staff};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderName, header};
use operations::menu_file::{self, Line};
use runtime::{Problem, ProblemBody};
use serde::Deserialize;
use utoipa::IntoParams;
use wire::menu_file::Diff;

/// Where files are sent; beside JSON it takes CSV.
pub(crate) const IMPORT: &str = "/api/admin/menu/import";

/// The media type of a spreadsheet.
const CSV: &str = "text/csv";

/// As what a file may be sent there.
pub(crate) const SENT_AS: [&str; 2] = ["application/json", CSV];

/// The longest file, in bytes: five thousand products with descriptions.
pub(crate) const MAX_BYTES: usize = 2 * 1024 * 1024;

/// The business's whole menu: allergens, the kitchen's stations, categories, subcategories, products with prices by
/// branch and declared allergens, modifiers with the products they can be chosen of.
#[utoipa::path(get, path = "/api/admin/menu/export", tag = "menu office", params(FormatQuery), security(("staff" = [])),
    responses((status = 200, content((json::File = "application/json"), (String = "text/csv"))), (status = 422, body = ProblemBody)))]
pub(crate) async fn export_menu(
    State(state): State<AppState>,
    staff: Staff<AdminOnly>,
    format: Format,
) -> ApiResult<Response> {
    let lines = menu_file::export(&state.db, &staff).await?;
    let vary = (header::VARY, "accept");
    let named = |name: &'static str| (header::CONTENT_DISPOSITION, name);
    Ok(match format {
        Format::Json => {
            let headers: [(HeaderName, &str); 2] = [vary, named("attachment; filename=\"menu.json\"")];
            (headers, axum::Json(json::File::of(lines))).into_response()
        }
        Format::Csv => {
            let kind = (header::CONTENT_TYPE, "text/csv; charset=utf-8; header=present");
            ([vary, named("attachment; filename=\"menu.csv\""), kind], table::written(&lines).map_err(broken)?)
                .into_response()
        }
    })
}

fn broken(error: csv::Error) -> ApiError {
    tracing::error!(%error, "the menu could not be written");
    ApiError(Problem::internal())
}

/// How to read the file.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct How {
    /// Only tell what would change.
    #[serde(default)]
    dry_run: bool,
}

/// Reads a menu: all of the file, or nothing of it. It creates and changes what it names and deletes nothing.
#[utoipa::path(post, path = IMPORT, tag = "menu office", params(How), security(("staff" = [])),
    request_body(content((json::File = "application/json"), (String = "text/csv"))),
    responses((status = 200, body = Diff), (status = 409, body = ProblemBody), (status = 413, body = ProblemBody),
        (status = 422, body = ProblemBody)))]
pub(crate) async fn import_menu(
    State(state): State<AppState>,
    staff: Staff<AdminOnly>,
    Params(how): Params<How>,
    Upload { attempt, kind, bytes, handling }: Upload,
) -> ApiResult<Reply> {
    let is_table = kind == CSV;
    let (lines, mut ignored) = if is_table { (table::read(&bytes)?, Vec::new()) } else { json::read(&bytes)? };
    menu_file::each_unknown_field(&lines, |line, path| {
        if ignored.len() < MOST_IGNORED {
            ignored.push(format!("{}.{}", line.place, place(path)));
        }
    });
    handling.note_fields(ignored)?;
    Ok(Reply(menu_file::import(&state.db, &staff, &lines, how.dry_run, &attempt).await?))
}

/// Why a menu file cannot be read, for people.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct FileProblem(String);

/// The lines of a menu file for whoever opens a business with it: JSON, or CSV where it begins with anything but `{`.
///
/// # Errors
/// The file has not the form; it has fields that nobody reads, which are likelier a slip than meant.
pub fn read_menu(bytes: &[u8]) -> Result<Vec<Line>, FileProblem> {
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let is_json = text.iter().find(|byte| !byte.is_ascii_whitespace()).is_none_or(|byte| *byte == b'{');
    let read = if is_json { json::read(text) } else { table::read(bytes).map(|lines| (lines, Vec::new())) };
    let (lines, mut ignored) = read.map_err(|problem| FileProblem(problem.detail))?;
    menu_file::each_unknown_field(&lines, |line, path| {
        if ignored.len() < MOST_IGNORED {
            ignored.push(format!("{}.{}", line.place, place(path)));
        }
    });
    if ignored.is_empty() {
        return Ok(lines);
    }
    Err(FileProblem(format!("it has fields that nobody reads: {}", ignored.join(", "))))
}
