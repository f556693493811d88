//! C14: a branch's day, opened in a window of its own and printed.

use crate::{
    extract::{Params, Segment},
    page::Page,
    problem::ApiResult,
    receipt::{self, Day},
    state::AppState,
};
use auth::{Management, Staff};
use axum::extract::State;
use chrono::NaiveDate;
use domain::{BranchId, period::Period};
use runtime::{Problem, ProblemBody};
use serde::Deserialize;
use utoipa::IntoParams;

/// Products on the page.
const PRODUCTS: u32 = 20;

/// Which day.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReportDay {
    /// A day of the branch's calendar, as 2026-02-28; today when absent.
    report_date: Option<NaiveDate>,
}

/// A branch's day: a page in Spanish that loads nothing and prints on 80 mm.
#[utoipa::path(get, path = "/api/admin/receipts/daily-report/{branch_id}", tag = "report", security(("staff" = [])),
    params(("branch_id" = BranchId, Path), ReportDay),
    responses((status = 200, body = String, content_type = "text/html"), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn daily_report(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Segment(branch): Segment<BranchId>,
    Params(asked): Params<ReportDay>,
) -> ApiResult<Page> {
    let now = state.db.clock().now();
    let period = Period::new(Some(1), None, asked.report_date, now.date_naive())
        .map_err(|_| Problem::unprocessable("report_date: must be a day from 1970 to 9999"))?;
    let window = state.db.report_window(&staff, Some(branch), Some(period)).await?;
    let place = window.places().first().cloned().ok_or_else(|| Problem::not_found("branch not found"))?;
    let day = Day {
        place,
        summary: state.db.report_summary(&window).await?,
        methods: state.db.report_sales_by_method(&window).await?,
        products: state.db.report_top_products(&window, PRODUCTS).await?,
        voids: state.db.report_voids(&window).await?,
        comps: state.db.report_comps(&window).await?,
        discounts: state.db.report_discounts(&window).await?,
        write_offs: state.db.report_write_offs(&window).await?,
    };
    Ok(receipt::daily_report(&day, now)?)
}
