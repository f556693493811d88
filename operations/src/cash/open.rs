//! A manager opens the branch's drawer.
//!
//! `cash_session_open` is "at most one open session a branch", whatever the code does.

use crate::{
    Error, Result,
    command::{Done, command},
};
use auth::{Management, Staff};
use domain::{ProblemCode, money::MAX_AMOUNT, text::Name};
use serde_json::{Value, json};
use store::{Answer, Attempt, Change, Database};
use wire::cash::{Opened, Opening};

/// The register when the dashboard does not name one (U8).
const USUAL: &str = "Caja Principal";

/// Opens the drawer.
///
/// # Errors
/// Not the caller's branch; a session is open there already: 400, as the contract wants it.
pub async fn open(db: &Database, staff: &Staff<Management>, opening: &Opening, attempt: &Attempt) -> Result<Answer> {
    if opening.opening_amount_cents > MAX_AMOUNT {
        return Err(Error::Invalid("opening_amount_cents: must be at most 10000000000000"));
    }
    let opened = command(
        db,
        "cash.open",
        (staff, attempt),
        |uow| async move { uow.lock_branch(staff, opening.branch_id).await },
        |act, branch| async move {
            let name = opening.register_name.as_ref().map_or(USUAL, Name::as_str);
            let amount = opening.opening_amount_cents;
            let row = act.uow.open_cash_session(staff, (branch.id, name), amount, staff.user_id()).await?;
            let opened = Opened {
                id: row.id,
                cash_register_id: row.cash_register_id,
                status: row.status,
                opened_at: act.uow.now(),
                opening_amount_cents: amount,
            };
            let change = Change {
                action: "CREATE",
                entity_type: "cash_session",
                entity_id: row.id.get(),
                branch: Some(branch.id),
                before: Value::Null,
                after: json!({ "register": name, "opening_amount_cents": amount }),
            };
            act.audit(change);
            Ok(Done::Made(opened))
        },
    )
    .await;
    match opened {
        Err(Error::Store(store::Error::Taken(_))) => {
            Err(Error::refused(ProblemCode::CashSessionOpen, "A cash session is open in this branch already"))
        }
        other => other,
    }
}
