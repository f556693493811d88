//! A diner's call: made, taken by one waiter, done.

mod acknowledge;
mod create;
mod resolve;

pub use acknowledge::acknowledge;
pub use create::create;
pub use resolve::resolve;

use domain::event::CallRef;
use store::{CallRow, Locked, Seated};
use wire::call::Call;

/// The call as clients see it, at the table where the party sits now.
fn seen(session: &Locked<Seated>, row: &CallRow) -> Call {
    Call {
        id: row.id,
        r#type: row.kind,
        status: row.status,
        created_at: row.created_at,
        acked_at: row.acked_at,
        acked_by_user_id: row.acked_by_id,
        table_id: session.table_id,
        table_code: session.table_code.clone(),
        session_id: row.session_id,
    }
}

fn reference(row: &CallRow) -> CallRef {
    CallRef { call_id: row.id, call_type: row.kind }
}
