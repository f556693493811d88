//! Work that was given up is looked at by a person, who puts it back into the queue once its cause is gone (S29).

use crate::{
    Error, Result,
    command::{Done, Twice, command, keyless},
};
use auth::{Management, Scope, Staff, System};
use domain::{ProblemCode, SyncId, payment::AccountStatus, work::WorkStatus};
use serde_json::json;
use store::{Answer, Attempt, Change, Database};
use wire::provider::{DeadLetter, DeadLetterDetail};

/// All that is known of one.
///
/// # Errors
/// Not found, or another branch's.
pub async fn dead_letter(db: &Database, scope: &impl Scope, id: SyncId) -> Result<DeadLetterDetail> {
    let (letter, notices) = db.dead_letter(scope, id).await?;
    Ok(DeadLetterDetail { letter, notices })
}

/// The same for the operator of the server, whoever's it is.
///
/// # Errors
/// Not found.
pub async fn dead_letter_of_any(db: &Database, id: SyncId) -> Result<DeadLetterDetail> {
    let tenant = db.tenant_of_sync(id).await?;
    dead_letter(db, &System::of(tenant), id).await
}

/// Puts one back into the queue and tells of it. One that went on by itself meanwhile stays as it is.
///
/// # Errors
/// Not found, or another branch's; its account is not in use any more; the key was used for another request.
pub async fn replay(db: &Database, staff: &Staff<Management>, id: SyncId, attempt: &Attempt) -> Result<Answer> {
    let before = &dead_letter(db, staff, id).await?;
    command(
        db,
        "payment.replay",
        (staff, attempt),
        |_| async { Ok::<_, Error>(()) },
        |act, ()| async move {
            if act.uow.hold_account(before.letter.account_id).await? == AccountStatus::Disabled {
                let detail = "Its payment account is not in use any more: nobody can ask about it";
                return Err(Error::Exists { code: ProblemCode::AccountDisabled, detail: detail.to_owned() });
            }
            let mut now = before.clone();
            if let Some(queued) = act.uow.replay(id).await? {
                act.audit(replayed(&before.letter));
                now.letter.status = queued.status;
                now.letter.cause = queued.cause;
                now.letter.attempts = queued.attempts;
                now.letter.updated_at = queued.updated_at;
            }
            Ok(Done::Changed(now))
        },
    )
    .await
}

fn replayed(before: &DeadLetter) -> Change {
    Change {
        action: "REPLAY",
        entity_type: "payment_sync",
        entity_id: before.id.get(),
        branch: before.branch_id,
        before: json!({ "status": before.status, "attempts": before.attempts }),
        after: json!({ "status": WorkStatus::Queued, "resource_id": before.resource_id }),
    }
}

/// Puts them back into the queue and says how many were dead letters still.
///
/// # Errors
/// The database failed.
pub async fn replay_as_operator(db: &Database, ids: &[SyncId]) -> Result<usize> {
    let mut replayed = 0;
    for id in ids {
        let back = keyless(db, "payment.replay", Twice::FindsTheFirst, |uow| async move {
            Ok::<_, Error>(uow.replay(*id).await?.is_some())
        })
        .await?;
        if back {
            tracing::info!(sync = id.get(), "an operator put a dead letter back into the queue");
            replayed += 1;
        }
    }
    Ok(replayed)
}
