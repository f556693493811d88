//! What sells.

use super::{
    export::{Export, ExportQuery},
    query::ReportQuery,
    workbook::WorkbookFile,
};
use crate::{extract::Params, problem::ApiResult, state::AppState};
use auth::{Management, Staff};
use axum::{extract::State, response::Response};
use runtime::{Problem, ProblemBody};
use serde::Deserialize;
use utoipa::IntoParams;
use wire::report::ProductSales;

const COLUMNS: &[&str] = &["product_id", "product_name", "quantity_sold", "total_revenue_cents"];
const DEFAULT: u32 = 10;
const MOST: u32 = 1000;

/// How many.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Top {
    /// At most so many products: 1 to 1000, 10 when absent.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
}

/// The products of which most were sold, struck items left out. The revenue of a product is money sold: what its
/// portions come to after discounts, paid or not.
#[utoipa::path(get, path = "/api/admin/reports/top-products", tag = "report", security(("staff" = [])),
    params(ReportQuery, Top, ExportQuery),
    responses((status = 200, content(([ProductSales] = "application/json"), (String = "text/csv"),
            (WorkbookFile = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn top_products(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Params(query): Params<ReportQuery>,
    Params(top): Params<Top>,
    export: Export,
) -> ApiResult<Response> {
    let limit = top.limit.unwrap_or(DEFAULT);
    if !(1..=MOST).contains(&limit) {
        return Err(Problem::unprocessable(format!("limit: must be from 1 to {MOST}")).into());
    }
    let window = query.money_window(&state, &staff).await?;
    export.list("top-products", COLUMNS, &window, &state.db.report_top_products(&window, limit).await?)
}
