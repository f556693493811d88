//! `/openapi.json`, and a page to browse it whose files are part of the binary.

use crate::state::AppState;
use axum::{Router, routing::get};
use http::header;
use utoipa_swagger_ui::{Config, SwaggerUi};

/// The document and its browser.
pub(crate) fn pages(document: String) -> Router<AppState> {
    let document = bytes::Bytes::from(document);
    let browser: Router<AppState> = SwaggerUi::new("/docs").config(Config::from("/openapi.json")).into();
    let json = get(async move || ([(header::CONTENT_TYPE, "application/json")], document));
    Router::new().route("/openapi.json", json).merge(browser)
}
