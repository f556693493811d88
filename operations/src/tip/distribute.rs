//! A manager shares a tip out by a pool.
//!
//! Once: under the tip's lock, and `tip_share` has one part a role. The parts are the tip to the cent
//! ([`domain::tips::Shares`]). A tip that changed since, because a part of its payment went back, is shared out anew:
//! the audit log has both.

use crate::{
    Error, Result,
    command::{Done, command},
};
use auth::{Management, Staff};
use domain::{Cents, ProblemCode, TipId, TipPoolId, tips::Shares};
use serde_json::json;
use store::{Answer, Attempt, Change, Database};
use wire::tip::{Distribution, TipShare};

/// Shares a tip out and returns the parts.
///
/// # Errors
/// No such tip or pool, or not in the caller's branches; they are of two branches; the pool is switched off; nothing is
/// left of the tip; it was shared out already: 400.
pub async fn distribute(
    db: &Database,
    staff: &Staff<Management>,
    asked: Distribution,
    attempt: &Attempt,
) -> Result<Answer> {
    command(
        db,
        "tip.distribute",
        (staff, attempt),
        |uow| async move { uow.lock_tip(staff, TipId(asked.tip_id)).await },
        |act, tip| async move {
            let pool = act.uow.tip_pool(staff, TipPoolId(asked.pool_id)).await?;
            let before = act.uow.shares_of(&tip).await?;
            let shared = Cents::checked_sum(before.iter().map(|share| share.amount_cents))?;
            if tip.distributed_at.is_some() && shared == tip.amount_cents {
                return Err(Error::refused(ProblemCode::AlreadyDistributed, "The tip was shared out already"));
            }
            if pool.branch_id != tip.branch_id || !pool.is_active {
                return Err(Error::refused(ProblemCode::UnusablePool, "The pool is not in use in the tip's branch"));
            }
            if tip.amount_cents == Cents::ZERO && shared == Cents::ZERO {
                return Err(Error::refused(
                    ProblemCode::NothingLeft,
                    "Nothing is left of the tip: it went back with its payment",
                ));
            }
            let percent = |percent: i32| u8::try_from(percent).unwrap_or(u8::MAX);
            let shares =
                Shares::new(percent(pool.waiter_percent), percent(pool.kitchen_percent), percent(pool.other_percent));
            let shares = shares.map_err(|_| Error::Internal("a pool's percentages do not add up"))?;
            act.uow.take_shares_back(&tip).await?;
            let parts: Vec<TipShare> = act.uow.share_tip(&tip, pool.id, &shares.of(tip.amount_cents)?).await?;
            let change = Change {
                action: "UPDATE",
                entity_type: "tip",
                entity_id: tip.id.get(),
                branch: Some(tip.branch_id),
                before: json!({ "distributed": tip.distributed_at.is_some(), "shares": before }),
                after: json!({ "distributed": true, "pool_id": pool.id, "shares": parts }),
            };
            act.audit(change);
            Ok(Done::Changed(parts))
        },
    )
    .await
}
