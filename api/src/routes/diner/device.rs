//! M18, M19: what a phone's own id brings back, within the business whose table it sits at.

use crate::{extract::Segment, problem::ApiResult, state::AppState};
use auth::Diner;
use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use domain::{Cents, text::Text};
use operations::Error;
use serde::Serialize;
use std::collections::HashSet;
use utoipa::ToSchema;
use wire::{diner::Taste, visit::DeviceVisit};

/// What the device's owner likes.
#[derive(Serialize, ToSchema)]
pub(crate) struct DevicePreferences {
    device_id: String,
    has_preferences: bool,
    implicit_preferences: Option<Taste>,
    last_updated: Option<DateTime<Utc>>,
    visit_count: i64,
}

/// Where the device has been.
#[derive(Serialize, ToSchema)]
pub(crate) struct DeviceHistory {
    device_id: String,
    total_visits: usize,
    total_spent_cents: Cents,
    first_visit: Option<DateTime<Utc>>,
    last_visit: Option<DateTime<Utc>>,
    /// The latest first.
    visits: Vec<DeviceVisit>,
}

/// What the owner of a device said of their taste last; an unknown device has none.
#[utoipa::path(get, path = "/api/diner/device/{device_id}/preferences", tag = "diner", params(("device_id" = Text<100>, Path)),
    security(("diner" = [])), responses((status = 200, body = DevicePreferences)))]
pub(crate) async fn device_preferences(
    State(state): State<AppState>,
    diner: Diner,
    Segment(device): Segment<Text<100>>,
) -> ApiResult<Json<DevicePreferences>> {
    let known = state.db.taste_of_device(&diner, device.as_str()).await?;
    let (taste, last_updated) = known.preferences.unzip();
    let taste: Option<Taste> = taste.and_then(|taste| serde_json::from_value(taste).ok());
    Ok(Json(DevicePreferences {
        device_id: device.into(),
        has_preferences: taste.is_some(),
        implicit_preferences: taste,
        last_updated: last_updated.flatten(),
        visit_count: known.visits,
    }))
}

/// The visits of a device; an unknown device has none.
#[utoipa::path(get, path = "/api/diner/device/{device_id}/history", tag = "diner", params(("device_id" = Text<100>, Path)),
    security(("diner" = [])), responses((status = 200, body = DeviceHistory)))]
pub(crate) async fn device_history(
    State(state): State<AppState>,
    diner: Diner,
    Segment(device): Segment<Text<100>>,
) -> ApiResult<Json<DeviceHistory>> {
    let visits = state.db.visits_of_device(&diner, device.as_str()).await?;
    let sessions: HashSet<_> = visits.iter().map(|visit| visit.session_id).collect();
    let spent = Cents::checked_sum(visits.iter().map(|visit| visit.total_spent_cents)).map_err(Error::from)?;
    Ok(Json(DeviceHistory {
        device_id: device.into(),
        total_visits: sessions.len(),
        total_spent_cents: spent,
        first_visit: visits.last().map(|visit| visit.visited_at),
        last_visit: visits.first().map(|visit| visit.visited_at),
        visits,
    }))
}
