//! Every route there is.

use crate::{
    layers,
    limited::{Whom, limited},
    openapi, routes,
    state::AppState,
};
use axum::{Router, extract::DefaultBodyLimit, middleware::from_fn};
use runtime::{Limit, Problem};
use std::sync::Arc;
use utoipa::{OpenApi, openapi::OpenApi as OpenApiDocument};
use utoipa_axum::{
    router::{OpenApiRouter, UtoipaMethodRouter, UtoipaMethodRouterExt},
    routes,
};

/// The routes, each with its limit. Without a state there are no limits: that is for the document alone.
pub(crate) fn api(state: Option<&AppState>) -> OpenApiRouter<AppState> {
    let limits = Limits(state);
    let routes = OpenApiRouter::with_openapi(openapi::Document::openapi());
    let routes = kitchen(floor(guests(staff(routes, &limits), &limits), &limits), &limits);
    let routes = money_office(payments(till(routes, &limits), &limits));
    files(recipe_office(reports(menu_office(office(routes)))), &limits)
}

/// What comes and goes as files: pictures of dishes and whole menus. Seeing pictures is not limited: a whole room opens
/// the menu behind one address, and each phone asks once in a year.
fn files(routes: OpenApiRouter<AppState>, limits: &Limits<'_>) -> OpenApiRouter<AppState> {
    let upload = routes!(routes::image::upload_image).layer(DefaultBodyLimit::max(pictures::MAX_BYTES));
    let import = routes!(routes::menu_file::import_menu).layer(DefaultBodyLimit::max(routes::menu_file::MAX_BYTES));
    routes
        .routes(limits.at(Limit::ImageUpload, Whom::User, upload))
        .routes(routes!(routes::image::image))
        .routes(routes!(routes::menu_file::export_menu))
        .routes(import)
}

/// What the dashboard manages.
fn office(routes: OpenApiRouter<AppState>) -> OpenApiRouter<AppState> {
    routes
        .routes(routes!(routes::office::cascade_preview))
        .routes(routes!(routes::office::restore))
        .routes(routes!(routes::audit::audit_log))
        .routes(routes!(routes::category::categories, routes::category::create_category))
        .routes(routes!(
            routes::category::category,
            routes::category::update_category,
            routes::category::delete_category
        ))
        .routes(routes!(routes::table::office_tables, routes::table::create_table))
        .routes(routes!(routes::table::create_tables))
        .routes(routes!(routes::table::office_table, routes::table::update_table, routes::table::delete_table))
        .routes(routes!(routes::table::qr_url))
        .routes(routes!(routes::table::rotate_join_code))
        .routes(routes!(routes::table::rotate_join_codes))
        .routes(routes!(routes::sector::sectors, routes::sector::create_sector))
        .routes(routes!(routes::sector::delete_sector))
        .routes(routes!(routes::assignment::roster))
        .routes(routes!(routes::assignment::assign))
        .routes(routes!(routes::assignment::remove_assignment))
        .routes(routes!(routes::assignment::clear_roster))
        .routes(routes!(routes::assignment::copy_roster))
        .routes(routes!(routes::tenant::tenant, routes::tenant::update_tenant))
        .routes(routes!(routes::staff::members, routes::staff::create_member))
        .routes(routes!(routes::staff::member, routes::staff::update_member, routes::staff::delete_member))
        .routes(routes!(routes::staff::invite_member))
        // Tips and the drawer.
        .routes(routes!(routes::tip::tips, routes::tip::enter_tip))
        .routes(routes!(routes::tip::distribute_tip))
        .routes(routes!(routes::tip::tip_report))
        .routes(routes!(routes::station::stations, routes::station::create_station))
        .routes(routes!(routes::station::update_station, routes::station::delete_station))
        .routes(routes!(routes::tip::tip_pools, routes::tip::create_tip_pool))
        .routes(routes!(routes::tip::update_tip_pool, routes::tip::delete_tip_pool))
        .routes(routes!(routes::cash::open_cash))
        .routes(routes!(routes::cash::record_cash))
        .routes(routes!(routes::cash::close_cash))
        .routes(routes!(routes::cash::current_cash))
        .routes(routes!(routes::cash::cash_sessions))
        .routes(routes!(routes::cash::cash_summary))
}

/// What the dashboard manages of the menus.
fn menu_office(routes: OpenApiRouter<AppState>) -> OpenApiRouter<AppState> {
    use routes::{allergen, customization, exclusion, product, promotion, subcategory};
    routes
        .routes(routes!(subcategory::subcategories, subcategory::create_subcategory))
        .routes(routes!(subcategory::subcategory, subcategory::update_subcategory, subcategory::delete_subcategory))
        .routes(routes!(product::products, product::create_product))
        .routes(routes!(product::office_product, product::update_product, product::delete_product))
        .routes(routes!(allergen::office_allergens, allergen::create_allergen))
        .routes(routes!(allergen::cross_reactions, allergen::create_cross_reaction))
        .routes(routes!(allergen::update_cross_reaction, allergen::delete_cross_reaction))
        .routes(routes!(allergen::office_allergen, allergen::update_allergen, allergen::delete_allergen))
        .routes(routes!(exclusion::exclusions))
        .routes(routes!(exclusion::category_exclusion, exclusion::exclude_category))
        .routes(routes!(exclusion::subcategory_exclusion, exclusion::exclude_subcategory))
        .routes(routes!(customization::customizations, customization::create_customization))
        .routes(routes!(
            customization::customization,
            customization::update_customization,
            customization::delete_customization
        ))
        .routes(routes!(customization::replace_customization_products))
        .routes(routes!(customization::link_customization, customization::unlink_customization))
        .routes(routes!(promotion::promotions, promotion::create_promotion))
        .routes(routes!(promotion::promotion, promotion::update_promotion, promotion::delete_promotion))
}

/// What the kitchen works with.
fn recipe_office(routes: OpenApiRouter<AppState>) -> OpenApiRouter<AppState> {
    use routes::{ingredient, recipe};
    routes
        .routes(routes!(recipe::recipes, recipe::create_recipe))
        .routes(routes!(recipe::recipe_categories))
        .routes(routes!(recipe::recipe, recipe::update_recipe, recipe::delete_recipe))
        .routes(routes!(recipe::ingest_recipe))
        .routes(routes!(recipe::derive_product))
        .routes(routes!(recipe::products_of_recipe))
        .routes(routes!(ingredient::ingredient_groups, ingredient::create_ingredient_group))
        .routes(routes!(ingredient::ingredients, ingredient::create_ingredient))
        .routes(routes!(ingredient::find_ingredient, ingredient::update_ingredient, ingredient::delete_ingredient))
        .routes(routes!(ingredient::add_sub_ingredient))
        .routes(routes!(ingredient::remove_sub_ingredient))
        .routes(routes!(ingredient::catalog))
}

/// Puts a limit in front of a route.
struct Limits<'a>(Option<&'a AppState>);

impl Limits<'_> {
    fn at(&self, limit: Limit, whom: Whom, mut route: UtoipaMethodRouter<AppState>) -> UtoipaMethodRouter<AppState> {
        openapi::limit(&mut route.1);
        match self.0 {
            Some(state) => route.layer(limited(state, limit, whom)),
            None => route,
        }
    }
}

/// Staff sign in, and where they work.
fn staff(routes: OpenApiRouter<AppState>, limits: &Limits<'_>) -> OpenApiRouter<AppState> {
    routes
        // Staff sign in; login and refresh check their limits themselves.
        .routes(routes!(routes::account::login))
        .routes(routes!(routes::account::refresh))
        .routes(limits.at(Limit::Logout, Whom::User, routes!(routes::account::logout)))
        .routes(limits.at(Limit::OwnPassword, Whom::User, routes!(routes::account::password)))
        .routes(routes!(routes::account::me))
        .routes(routes!(routes::account::set_up))
        .routes(limits.at(Limit::SecondFactor, Whom::User, routes!(routes::account::verify)))
        .routes(limits.at(Limit::SecondFactor, Whom::User, routes!(routes::account::disable)))
        // Branches, and who works there today.
        .routes(limits.at(Limit::PublicMenu, Whom::Address, routes!(routes::branch::public_list)))
        .routes(routes!(routes::branch::list, routes::branch::create_branch))
        .routes(routes!(routes::branch::find, routes::branch::update, routes::branch::delete_branch))
        .routes(routes!(routes::assignment::check))
        .routes(routes!(routes::assignment::own))
}

/// What phones do: the menu, the cart, the visit.
fn guests(routes: OpenApiRouter<AppState>, limits: &Limits<'_>) -> OpenApiRouter<AppState> {
    routes
        // A table is scanned, a phone joins.
        .routes(routes!(routes::session::open_by_id))
        .routes(routes!(routes::session::open_by_code))
        .routes(limits.at(Limit::RegisterDiner, Whom::Table, routes!(routes::diner::register)))
        // The menu, and what is out.
        .routes(limits.at(Limit::PublicMenu, Whom::Address, routes!(routes::menu::menu)))
        .routes(limits.at(Limit::PublicMenu, Whom::Address, routes!(routes::menu::allergens)))
        .routes(limits.at(Limit::PublicMenu, Whom::Address, routes!(routes::menu::product)))
        .routes(routes!(routes::menu::floor_menu))
        .routes(routes!(routes::menu::availability))
        // The cart.
        .routes(limits.at(Limit::CartWrite, Whom::Table, routes!(routes::cart::add_to_cart)))
        .routes(limits.at(
            Limit::CartWrite,
            Whom::Table,
            routes!(routes::cart::change_cart_line, routes::cart::remove_cart_line),
        ))
        .routes(limits.at(Limit::CartRead, Whom::Table, routes!(routes::cart::cart)))
        .routes(limits.at(Limit::CartClear, Whom::Table, routes!(routes::cart::clear_cart)))
        // A phone reads its visit, is remembered, rates.
        .routes(routes!(routes::diner::visit_rounds))
        .routes(routes!(routes::diner::visit_diners))
        .routes(routes!(routes::session::visit_phones))
        .routes(routes!(routes::diner::visit_total))
        .routes(routes!(routes::diner::visit_check))
        .routes(routes!(routes::diner::prefer))
        .routes(routes!(routes::diner::device_preferences))
        .routes(routes!(routes::diner::device_history))
        .routes(routes!(routes::diner::feedback))
}

/// What waiters do: rounds, tables, calls.
fn floor(routes: OpenApiRouter<AppState>, limits: &Limits<'_>) -> OpenApiRouter<AppState> {
    routes
        // Rounds.
        .routes(limits.at(Limit::SubmitRound, Whom::Table, routes!(routes::round::submit)))
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
        .routes(routes!(routes::session::session_detail))
        .routes(routes!(routes::session::session_summary))
        .routes(routes!(routes::session::activate))
        .routes(routes!(routes::session::close))
        .routes(routes!(routes::session::clear))
        .routes(routes!(routes::session::reopen))
        .routes(routes!(routes::session::transfer))
        .routes(routes!(routes::session::move_to))
        .routes(routes!(routes::session::session_phones))
        .routes(routes!(routes::session::remove_diner))
        .routes(routes!(routes::session::remove_phone))
        // A diner calls, a waiter comes.
        .routes(limits.at(Limit::ServiceCall, Whom::Table, routes!(routes::call::call_waiter)))
        .routes(routes!(routes::call::live_calls))
        .routes(routes!(routes::call::acknowledge))
        .routes(routes!(routes::call::resolve))
}

/// Paying from the phone, and the provider's notices.
fn payments(routes: OpenApiRouter<AppState>, limits: &Limits<'_>) -> OpenApiRouter<AppState> {
    routes
        .routes(limits.at(Limit::Preference, Whom::Table, routes!(routes::payment::preference)))
        .routes(limits.at(Limit::Verify, Whom::Table, routes!(routes::payment::verify)))
        // A notice is never limited, what is kept of them is.
        .routes(routes!(routes::payment::webhook, routes::payment::webhook_by_get))
        .routes(routes!(routes::payment::webhook_of_the_only_account))
}

/// What the office does about money that comes through providers.
fn money_office(routes: OpenApiRouter<AppState>) -> OpenApiRouter<AppState> {
    routes
        .routes(routes!(routes::till_office::cancel_payment))
        .routes(routes!(routes::till_office::payment_accounts, routes::till_office::add_payment_account))
        .routes(routes!(routes::till_office::change_payment_account, routes::till_office::remove_payment_account))
        .routes(routes!(routes::till_office::dead_letters))
        .routes(routes!(routes::till_office::dead_letter))
        .routes(routes!(routes::till_office::replay_dead_letter))
        .routes(routes!(routes::till_office::reconciliation))
}

/// What the office reads: orders under way, days gone by, what is printed of them.
fn reports(routes: OpenApiRouter<AppState>) -> OpenApiRouter<AppState> {
    routes
        .routes(routes!(routes::order::active_orders))
        .routes(routes!(routes::order::order_stats))
        .routes(routes!(routes::report::summary))
        .routes(routes!(routes::report::daily_sales))
        .routes(routes!(routes::report::top_products))
        .routes(routes!(routes::report::orders_by_hour))
        .routes(routes!(routes::report::waiter_performance))
        .routes(routes!(routes::report::sales_by_method))
        .routes(routes!(routes::report::voids))
        .routes(routes!(routes::report::comps))
        .routes(routes!(routes::report::discounts))
        .routes(routes!(routes::report::open_checks))
        .routes(routes!(routes::report::write_offs))
        .routes(routes!(routes::order::kitchen_ticket))
        .routes(routes!(routes::report::daily_report))
}

/// The kitchen, and whether the server lives.
fn kitchen(routes: OpenApiRouter<AppState>, limits: &Limits<'_>) -> OpenApiRouter<AppState> {
    routes
        // The kitchen.
        .routes(routes!(routes::kitchen::rounds))
        .routes(routes!(routes::kitchen::round))
        .routes(routes!(routes::kitchen::issue_tickets))
        .routes(routes!(routes::kitchen::tickets))
        .routes(routes!(routes::kitchen::ticket))
        .routes(routes!(routes::kitchen::advance_ticket))
        .routes(limits.at(Limit::EstimatedWait, Whom::Table, routes!(routes::kitchen::estimated_wait)))
        // Operations.
        .routes(routes!(routes::health::health))
        .routes(routes!(routes::health::detailed))
}

/// What is owed, and money that comes in and goes back.
fn till(routes: OpenApiRouter<AppState>, limits: &Limits<'_>) -> OpenApiRouter<AppState> {
    routes
        // The check.
        .routes(limits.at(Limit::CheckRequest, Whom::Table, routes!(routes::check::request_check)))
        .routes(limits.at(Limit::CheckRequest, Whom::User, routes!(routes::check::request_check_by_staff)))
        .routes(routes!(routes::check::withdraw_check))
        .routes(routes!(routes::check::discount))
        .routes(routes!(routes::check::remove_discount))
        .routes(routes!(routes::check::write_off))
        .routes(routes!(routes::check::reverse_write_off))
        .routes(routes!(routes::check::check_detail))
        // Who pays what.
        .routes(routes!(routes::check::balances))
        .routes(routes!(routes::check::quote))
        .routes(routes!(routes::check::quote_by_staff))
        .routes(routes!(routes::check::claims, routes::check::claim, routes::check::release_claims))
        .routes(routes!(routes::check::customer_receipt))
        // Staff take money, and give it back.
        .routes(limits.at(Limit::CashPay, Whom::User, routes!(routes::payment::pay_cash)))
        .routes(limits.at(Limit::CashPay, Whom::User, routes!(routes::payment::pay_manually)))
        .routes(routes!(routes::payment::refund))
        .routes(routes!(routes::payment::open_refunds))
        .routes(routes!(routes::payment::approve_refund))
        .routes(routes!(routes::payment::dismiss_refund))
        .routes(routes!(routes::payment::open_incidents))
        .routes(routes!(routes::payment::resolve_incident))
}

/// The OpenAPI document of all routes.
#[must_use]
pub fn document() -> OpenApiDocument {
    openapi::complete(api(None).split_for_parts().1)
}

/// With what is for the inside, where it is to be shown.
fn shown(routes: Router<AppState>, show: bool, inside: impl FnOnce() -> Router<AppState>) -> Router<AppState> {
    if show { routes.merge(inside()) } else { routes }
}

/// The whole server.
pub fn router(state: &AppState) -> Router {
    let (routes, document) = api(Some(state)).split_for_parts();
    let methods = Arc::new(openapi::methods(&document));
    let document = serde_json::to_string(&openapi::complete(document)).unwrap_or_default();
    let routes = shown(routes, state.settings.metrics, || {
        Router::new().route("/metrics", axum::routing::get(routes::health::metrics))
    });
    let routes = shown(routes, state.settings.docs, || routes::docs::pages(document))
        .route("/payment/{outcome}", axum::routing::get(routes::payment::returned))
        .route("/invitation/{token}", axum::routing::get(routes::account::invitation).post(routes::account::accept))
        // The first visit to an empty server: a page for a browser, which no client calls.
        .route(
            "/setup",
            axum::routing::get(routes::setup::form)
                .post(routes::setup::open)
                .layer(DefaultBodyLimit::max(routes::setup::MAX_BYTES)),
        )
        // Where any further provider notifies us: we tell it the address, and no client of ours knows it.
        .route(
            "/api/billing/{provider}/webhook/{token}",
            axum::routing::post(routes::payment::notice).get(routes::payment::notice),
        )
        .fallback(async || Problem::not_found("No such path"))
        .method_not_allowed_fallback(async || {
            Problem::new(
                http::StatusCode::METHOD_NOT_ALLOWED,
                domain::ProblemCode::MethodNotAllowed,
                "This path has no such method",
            )
        })
        .layer(from_fn(layers::measure));
    layers::wrap(routes, state, methods).with_state(state.clone())
}
