//! A manager books what was put into the drawer or taken out of it. Payments and refunds that staff make are booked by
//! themselves ([`store::UnitOfWork::ring_up`]).

use crate::{
    Error, Result,
    command::{Done, command},
};
use auth::{Management, Staff};
use domain::money::MAX_AMOUNT;
use serde_json::{Value, json};
use store::{Answer, Attempt, Change, Database, NewMovement};
use wire::cash::{Movement, Recorded};

/// Books a movement.
///
/// # Errors
/// No such session or not in the caller's branches; it is closed; nothing moves; money comes in with a minus.
pub async fn record(
    db: &Database,
    staff: &Staff<Management>,
    movement: &Movement,
    attempt: &Attempt,
) -> Result<Answer> {
    let kind = movement.movement_type;
    let amount = kind
        .signed(movement.amount_cents)
        .map_err(|_| Error::Invalid("amount_cents: must not be zero, and not negative for money that comes in"))?;
    if amount.abs() > MAX_AMOUNT.get() {
        return Err(Error::Invalid("amount_cents: must be at most 10000000000000"));
    }
    command(
        db,
        "cash.record",
        (staff, attempt),
        |uow| async move { uow.lock_cash_session(staff, movement.session_id).await },
        |act, session| async move {
            session.status.ensure_open("book in")?;
            let new = NewMovement {
                kind,
                amount_cents: amount,
                method: movement.payment_method,
                description: movement.description.clone().map(Into::into),
                reference: (movement.reference_type.clone().map(Into::into), movement.reference_id),
            };
            let id = act.uow.insert_movement(&session, &new, staff.user_id()).await?;
            let change = Change {
                action: "CREATE",
                entity_type: "cash_movement",
                entity_id: id.get(),
                branch: Some(session.branch_id),
                before: Value::Null,
                after: json!({ "session_id": session.id, "movement_type": kind, "amount_cents": amount,
                "payment_method": movement.payment_method }),
            };
            act.audit(change);
            let recorded = Recorded {
                id,
                movement_type: kind,
                amount_cents: amount,
                payment_method: movement.payment_method,
                description: new.description,
                created_at: act.uow.now(),
            };
            Ok(Done::Made(recorded))
        },
    )
    .await
}
