//! The office changes a branch: its name, where and when it is open, how rounds are confirmed and tables joined.
//!
//! Under the branch's lock the change, its audit row and its event are one; a change of nothing leaves no trace. Under
//! the tables' locks nobody sits down in a branch that closes. `branch_slug_active` backs the slug.

use super::{ensure_hours, entity, named};
use crate::{
    Error, Result,
    command::Done,
    office::{ToldBranches, change, ensure_free},
};
use auth::{Management, Staff};
use domain::{BranchId, Currency, ProblemCode, money::Unit};
use store::{Answer, Attempt, BranchRow, Database, Locked, UnitOfWork, view::branch_of};
use wire::branch::BranchPatch;

fn apply(patch: BranchPatch, row: BranchRow) -> BranchRow {
    BranchRow {
        name: patch.name.map_or(row.name, Into::into),
        slug: patch.slug.map_or(row.slug, Into::into),
        address: filled(patch.address.map(Into::into).or(row.address)),
        phone: filled(patch.phone.map(Into::into).or(row.phone)),
        timezone: patch.timezone.map_or(row.timezone, Into::into),
        opening_time: patch.opening_time.map(Into::into).or(row.opening_time),
        closing_time: patch.closing_time.map(Into::into).or(row.closing_time),
        round_confirmation: patch.round_confirmation.unwrap_or(row.round_confirmation),
        join_rule: patch.join.unwrap_or(row.join_rule),
        currency: patch.currency.unwrap_or(row.currency),
        cash_rounding: patch.cash_rounding.or(row.cash_rounding),
        cash_without_session: patch.cash_without_session.unwrap_or(row.cash_without_session),
        deactivated: patch.is_active.map_or(row.deactivated, |active| !active),
        ..row
    }
}

/// A form that was left empty says the same as null.
fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

/// Refuses another currency once there is a check, whose sums are in the one before, and one in which a price of the
/// menu could not be paid.
async fn ensure_changeable(uow: &UnitOfWork, branch: &Locked<BranchRow>, currency: Currency) -> Result<()> {
    if uow.has_checks(branch).await? {
        let detail = format!("There are checks in {} already; the branch's currency stays", branch.currency);
        return Err(Error::Conflict { code: ProblemCode::CurrencyInUse, detail });
    }
    let unit = Unit::of(currency);
    match uow.unpayable_price(branch, unit).await? {
        None => Ok(()),
        Some(product) => {
            let unit = unit.cents();
            let detail = format!("{product}: in {currency} a price must be a multiple of {unit}");
            Err(Error::Conflict { code: ProblemCode::AmountNotWhole, detail })
        }
    }
}

/// Changes a branch.
///
/// # Errors
/// Not the caller's branch; opening and closing time are the same; the slug is another branch's; a manager closes or
/// opens it; it is closed while a party sits there or its drawer is open; nobody would be left to run the business;
/// another currency after the first check, or one that a price cannot be paid in.
pub async fn update(
    db: &Database,
    staff: &Staff<Management>,
    id: BranchId,
    patch: &BranchPatch,
    attempt: &Attempt,
) -> Result<Answer> {
    let updated = change(db, "branch.update", (staff, attempt), Done::Changed, |act| async move {
        // Tables come before everything else in the lock order.
        let in_use = match patch.is_active {
            Some(false) => {
                let tables = act.uow.table_ids(staff, id).await?;
                act.uow.lock_tables_in_use(staff, &tables).await?
            }
            _ => Vec::new(),
        };
        let branch = act.uow.lock_branch(staff, id).await?;
        let changed = apply(patch.clone(), (*branch).clone());
        ensure_hours(changed.opening_time.as_deref(), changed.closing_time.as_deref())?;
        let toggled = changed.deactivated != branch.deactivated;
        if toggled && !staff.is_admin() {
            return Err(Error::Forbidden("Only an administrator can close or open a branch"));
        }
        if toggled && changed.deactivated {
            ensure_free(&in_use, &act.uow.open_registers(staff, &[id.get()]).await?)?;
        }
        if changed.currency != branch.currency {
            ensure_changeable(&act.uow, &branch, changed.currency).await?;
        }
        let row = act.uow.set_branch(&branch, changed).await?;
        if toggled {
            act.ensure_administrator().await?;
        }
        // Opened or closed, it concerns those who work there and listen only elsewhere at this moment.
        let told = if toggled { ToldBranches::Everywhere } else { ToldBranches::Branches(vec![id]) };
        let entity = entity(&row, told);
        let (before, after) = (branch_of((*branch).clone()), branch_of(row));
        act.updated(&entity, &before, &after).await?;
        Ok(after)
    })
    .await;
    named(updated)
}
