//! The office says how tips are shared out in a branch.

use crate::{
    Error, Result,
    command::Done,
    office::{OfficeEntity, change},
};
use auth::{Management, Staff};
use domain::{ProblemCode, TipPoolId, office::EntityKind, tips::Shares};
use store::{Answer, Attempt, Database, TipPoolRow};
use wire::tip::{NewTipPool, TipPool, TipPoolPatch};

fn apply(patch: TipPoolPatch, row: TipPoolRow) -> TipPoolRow {
    TipPoolRow {
        name: patch.name.map_or(row.name, Into::into),
        waiter_percent: patch.waiter_percent.map_or(row.waiter_percent, Into::into),
        kitchen_percent: patch.kitchen_percent.map_or(row.kitchen_percent, Into::into),
        other_percent: patch.other_percent.map_or(row.other_percent, Into::into),
        deactivated: patch.is_active.map_or(row.deactivated, |active| !active),
        ..row
    }
}

fn ensure_whole(row: &TipPoolRow) -> Result<()> {
    let percent = |percent: i32| u8::try_from(percent).unwrap_or(u8::MAX);
    Shares::new(percent(row.waiter_percent), percent(row.kitchen_percent), percent(row.other_percent))
        .map(drop)
        .map_err(|_| Error::Invalid("waiter_percent: the three percentages must add up to 100"))
}

fn entity(row: &TipPoolRow) -> OfficeEntity {
    OfficeEntity::new(EntityKind::TipPool, row.id.get(), row.name.clone(), Some(row.branch_id))
}

fn named(done: Result<Answer>) -> Result<Answer> {
    match done {
        Err(Error::Store(store::Error::Taken(_))) => Err(Error::Exists {
            code: ProblemCode::NameTaken,
            detail: "name: the branch has a pool of this name already".into(),
        }),
        other => other,
    }
}

/// Adds a pool.
///
/// # Errors
/// Not the caller's branch; the percentages do not add up to 100; the branch has a pool of that name.
pub async fn create_pool(
    db: &Database,
    staff: &Staff<Management>,
    new: &NewTipPool,
    attempt: &Attempt,
) -> Result<Answer> {
    let created = change(db, "tip.create_pool", (staff, attempt), Done::Made, |act| async move {
        let branch = act.uow.lock_branch(staff, new.branch_id).await?;
        let row = TipPoolRow {
            id: TipPoolId(0),
            tenant_id: branch.tenant_id,
            branch_id: branch.id,
            name: new.name.clone().into(),
            waiter_percent: new.waiter_percent.into(),
            kitchen_percent: new.kitchen_percent.into(),
            other_percent: new.other_percent.into(),
            is_active: true,
            deactivated: new.is_active == Some(false),
            deletion_id: None,
        };
        ensure_whole(&row)?;
        let row = act.uow.insert_tip_pool(row).await?;
        let entity = entity(&row);
        let pool = TipPool::from(row);
        act.created(&entity, &pool).await?;
        Ok(pool)
    })
    .await;
    named(created)
}

/// Changes a pool. Tips that were shared out by it stay as they were.
///
/// # Errors
/// No such pool or not in the caller's branches; the percentages do not add up to 100; the name is another's.
pub async fn update_pool(
    db: &Database,
    staff: &Staff<Management>,
    id: TipPoolId,
    patch: &TipPoolPatch,
    attempt: &Attempt,
) -> Result<Answer> {
    let updated = change(db, "tip.update_pool", (staff, attempt), Done::Changed, |act| async move {
        let before = act.uow.tip_pool(staff, id).await?;
        let changed = apply(patch.clone(), before.clone());
        ensure_whole(&changed)?;
        let row = act.uow.set_tip_pool(&before, changed).await?;
        let entity = entity(&row);
        let (before, after) = (TipPool::from(before), TipPool::from(row));
        act.updated(&entity, &before, &after).await?;
        Ok(after)
    })
    .await;
    named(updated)
}
