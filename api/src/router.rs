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
        // Staff sign in; the handler of the login checks its limits itself.
        .routes(routes!(routes::account::login))
        .routes(at(Limit::Refresh, routes!(routes::account::refresh)))
        .routes(at(Limit::Logout, routes!(routes::account::logout)))
        .routes(routes!(routes::account::me))
        .routes(routes!(routes::account::set_up))
        .routes(at(Limit::SecondFactor, routes!(routes::account::verify)))
        .routes(at(Limit::SecondFactor, routes!(routes::account::disable)))
        // Branches, and who works there today.
        .routes(at(Limit::PublicMenu, routes!(routes::branch::public_list)))
        .routes(routes!(routes::branch::list))
        .routes(routes!(routes::branch::find, routes::branch::update))
        .routes(routes!(routes::assignment::check))
        .routes(routes!(routes::assignment::own))
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
        // Tables, and the parties at them.
        .routes(routes!(routes::table::waiter_tables))
        .routes(routes!(routes::table::my_tables))
        .routes(routes!(routes::table::one_table))
        .routes(routes!(routes::table::office_tables))
        .routes(routes!(routes::table::office_table))
        .routes(routes!(routes::session::session_detail))
        .routes(routes!(routes::session::session_summary))
        .routes(routes!(routes::session::activate))
        .routes(routes!(routes::session::close))
        .routes(routes!(routes::session::clear))
        .routes(routes!(routes::session::transfer))
        .routes(routes!(routes::session::move_to))
        // A diner calls, a waiter comes.
        .routes(at(Limit::ServiceCall, routes!(routes::call::call_waiter)))
        .routes(routes!(routes::call::live_calls))
        .routes(routes!(routes::call::acknowledge))
        .routes(routes!(routes::call::resolve))
        // The menu, and what is out.
        .routes(at(Limit::PublicMenu, routes!(routes::menu::menu)))
        .routes(at(Limit::PublicMenu, routes!(routes::menu::allergens)))
        .routes(at(Limit::PublicMenu, routes!(routes::menu::product)))
        .routes(routes!(routes::menu::floor_menu))
        .routes(routes!(routes::menu::availability))
        // The cart.
        .routes(at(Limit::CartWrite, routes!(routes::cart::add_to_cart)))
        .routes(at(Limit::CartWrite, routes!(routes::cart::change_cart_line, routes::cart::remove_cart_line)))
        .routes(at(Limit::CartRead, routes!(routes::cart::cart)))
        .routes(at(Limit::CartClear, routes!(routes::cart::clear_cart)))
        // A phone reads its visit, is remembered, rates.
        .routes(routes!(routes::diner::visit_rounds))
        .routes(routes!(routes::diner::visit_diners))
        .routes(routes!(routes::diner::visit_total))
        .routes(routes!(routes::diner::visit_check))
        .routes(routes!(routes::diner::prefer))
        .routes(routes!(routes::diner::device_preferences))
        .routes(routes!(routes::diner::device_history))
        .routes(routes!(routes::diner::feedback))
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
    let document = serde_json::to_string(&openapi::complete(document)).unwrap_or_default();
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
