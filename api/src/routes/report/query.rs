//! Where and when a report looks.

use crate::{problem::ApiResult, state::AppState};
use auth::{RoleSet, Staff};
use chrono::NaiveDate;
use domain::{BranchId, ProblemCode, period::Period};
use runtime::Problem;
use serde::Deserialize;
use store::view::Window;
use utoipa::IntoParams;

/// Where and when a report looks.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReportQuery {
    /// One branch; without it all of the caller's.
    branch_id: Option<BranchId>,
    /// So many days of the branch's calendar, the last one included: 1 to 366, 30 when absent.
    #[param(minimum = 1, maximum = 366)]
    days: Option<i64>,
    /// The first day, as 2026-02-28; wins over `days`.
    date_from: Option<NaiveDate>,
    /// The last day; today when absent.
    date_to: Option<NaiveDate>,
}

impl ReportQuery {
    /// The window of a report that adds up no money.
    pub(super) async fn window<R: RoleSet>(&self, state: &AppState, staff: &Staff<R>) -> ApiResult<Window> {
        let today = state.db.clock().now().date_naive();
        let period = Period::new(self.days, self.date_from, self.date_to, today)
            .map_err(|refused| Problem::unprocessable(refused.to_string()))?;
        Ok(state.db.report_window(staff, self.branch_id, Some(period)).await?)
    }

    /// The window of a report that adds up money, which must be of one currency.
    pub(super) async fn money_window<R: RoleSet>(&self, state: &AppState, staff: &Staff<R>) -> ApiResult<Window> {
        one_currency(self.window(state, staff).await?)
    }

    /// The same, open on all of time when no days are said.
    pub(super) async fn money_window_ever<R: RoleSet>(&self, state: &AppState, staff: &Staff<R>) -> ApiResult<Window> {
        if self.days.is_some() || self.date_from.is_some() || self.date_to.is_some() {
            return self.money_window(state, staff).await;
        }
        one_currency(state.db.report_window(staff, self.branch_id, None).await?)
    }
}

fn one_currency(window: Window) -> ApiResult<Window> {
    if window.currency().is_none() && !window.places().is_empty() {
        let detail = "branch_id: your branches count in different currencies; ask for one of them";
        return Err(Problem::bad_request(ProblemCode::MixedCurrencies, detail).into());
    }
    Ok(window)
}
