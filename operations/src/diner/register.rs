//! A phone joins the table (M5).
//!
//! The client retries on any error, so the pair (session, the phone's own id) is one diner however often it registers;
//! `diner_phone` backs the check under the session's lock (DESIGN I5).

use crate::Result;
use auth::Diner;
use chrono::{DateTime, Utc};
use domain::{
    DinerId, SessionId,
    text::{Color, Name, Text},
};
use serde::Serialize;
use store::{Database, NewDiner};
use utoipa::ToSchema;

/// What the phone says of itself.
#[derive(Clone, Debug)]
pub struct Registration {
    /// What the others see.
    pub name: Name<50>,
    /// Its colour.
    pub color: Color,
    /// Its own id of this visit.
    pub local_id: Option<Text<50>>,
    /// Its own id across visits.
    pub device_id: Option<Text<100>>,
    /// What tells it apart without an id.
    pub device_fingerprint: Option<Text<64>>,
}

/// A diner as the table's phones see one.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Registered {
    /// The diner.
    pub id: DinerId,
    /// Of which session.
    pub session_id: SessionId,
    /// What the others see.
    pub name: String,
    /// `#RRGGBB`
    pub color: String,
    /// The phone's own id of this visit.
    pub local_id: Option<String>,
    /// When it joined.
    pub joined_at: DateTime<Utc>,
    /// The phone's own id across visits.
    pub device_id: Option<String>,
}

impl From<store::DinerRow> for Registered {
    fn from(row: store::DinerRow) -> Self {
        Self {
            id: row.id,
            session_id: row.session_id,
            name: row.name,
            color: row.color,
            local_id: row.local_id,
            joined_at: row.joined_at,
            device_id: row.device_id,
        }
    }
}

/// Adds the phone to the session, or returns the diner it already is.
///
/// # Errors
/// The session is closed.
pub async fn register(db: &Database, diner: &Diner, registration: &Registration) -> Result<Registered> {
    db.transaction("diner.register", |uow| async move {
        let session = uow.lock_session(diner, diner.session_id()).await?;
        session.session.status.ensure_live()?;
        let known = match &registration.local_id {
            Some(local_id) => uow.find_diner_of_phone(&session, local_id.as_str()).await?,
            None => None,
        };
        let row = match (known, &registration.device_id) {
            (Some(row), Some(device)) if row.device_id.is_none() => {
                uow.set_diner_device(&session, row, device.as_str().to_owned()).await?
            }
            (Some(row), _) => row,
            (None, _) => {
                let new = NewDiner {
                    name: registration.name.as_str().to_owned(),
                    color: registration.color.as_str().to_owned(),
                    local_id: registration.local_id.clone().map(Into::into),
                    device_id: registration.device_id.clone().map(Into::into),
                    device_fingerprint: registration.device_fingerprint.clone().map(Into::into),
                };
                uow.insert_diner(&session, new).await?
            }
        };
        Ok(row.into())
    })
    .await
}
