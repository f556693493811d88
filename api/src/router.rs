//! Every route there is.

use crate::{layers, limited::limited, openapi, routes, state::AppState};
use axum::{Router, middleware::from_fn};
use runtime::{Limit, Problem};
use utoipa::OpenApi;
use utoipa_axum::{
    router::{OpenApiRouter, UtoipaMethodRouter, UtoipaMethodRouterExt},
    routes,
};

/// The routes, each with its limit. Without a state there are no limits: that is for the document alone.
pub(crate) fn api(state: Option<&AppState>) -> OpenApiRouter<AppState> {
    let at = |limit: Limit, route: UtoipaMethodRouter<AppState>| match state {
        Some(state) => route.layer(limited(state, limit)),
        None => route,
    };
    OpenApiRouter::with_openapi(openapi::Document::openapi())
        // A table is scanned, a phone joins.
        .routes(at(Limit::OpenSession, routes!(routes::session::open_by_id)))
        .routes(at(Limit::OpenSession, routes!(routes::session::open_by_code)))
        .routes(at(Limit::RegisterDiner, routes!(routes::diner::register)))
        // Rounds.
        .routes(at(Limit::SubmitRound, routes!(routes::round::submit)))
        .routes(routes!(routes::round::take))
        .routes(routes!(routes::round::delete_item))
        .routes(routes!(routes::round::void_item))
        .routes(routes!(routes::round::advance))
        .routes(routes!(routes::round::recall))
        .routes(routes!(routes::round::cancel))
        // The kitchen.
        .routes(routes!(routes::kitchen::rounds))
        .routes(routes!(routes::kitchen::round))
        .routes(routes!(routes::kitchen::issue_tickets))
        .routes(routes!(routes::kitchen::tickets))
        .routes(routes!(routes::kitchen::ticket))
        .routes(routes!(routes::kitchen::advance_ticket))
        .routes(at(Limit::EstimatedWait, routes!(routes::kitchen::estimated_wait)))
        // Operations.
        .routes(routes!(routes::health::health))
        .routes(routes!(routes::health::detailed))
}

/// The whole server.
pub fn router(state: &AppState) -> Router {
    let (routes, document) = api(Some(state)).split_for_parts();
    let document = serde_json::to_string(&document).unwrap_or_default();
    let routes = routes
        .route("/metrics", axum::routing::get(routes::health::metrics))
        .merge(routes::docs::pages(document))
        .fallback(async || Problem::not_found("No such path"))
        .method_not_allowed_fallback(async || {
            Problem::new(http::StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "This path has no such method")
        })
        .layer(from_fn(layers::measure));
    layers::wrap(routes, state).with_state(state.clone())
}
