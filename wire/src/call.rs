//! Calls of a table.

use chrono::{DateTime, Utc};
use domain::{
    CallId, SessionId, TableId, UserId,
    call::{CallStatus, CallType},
};
use serde::Serialize;
use utoipa::ToSchema;

/// A diner's call, with the table the party sits at now.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Call {
    /// The call.
    pub id: CallId,
    /// What the diner wants.
    pub r#type: CallType,
    /// Where it stands.
    pub status: CallStatus,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When a waiter took it.
    pub acked_at: Option<DateTime<Utc>>,
    /// Which.
    pub acked_by_user_id: Option<UserId>,
    /// The session's table now.
    pub table_id: TableId,
    /// That table's code.
    pub table_code: String,
    /// Whose call it is.
    pub session_id: SessionId,
}
