//! The office opens a branch.
//!
//! Its event stream begins in the same transaction, and every branch is told: an administrator's open sockets hear it,
//! and from then on the new branch's own events (`branch_slug_active` backs the slug).

use super::{ensure_hours, entity, named};
use crate::{
    Error, Result,
    command::Done,
    office::{ToldBranches, change},
};
use auth::{AdminOnly, Staff};
use domain::{
    Currency, branch::Slug, cash::CashWithoutSession, round::RoundConfirmation, session::JoinRule,
    timezone::DEFAULT_TIME_ZONE,
};
use store::{Answer, Attempt, Database, view::branch_of};
use wire::branch::NewBranch;

/// Adds a branch.
///
/// # Errors
/// Opening and closing time are the same; the slug is another branch's, or the name makes none.
pub async fn create(db: &Database, staff: &Staff<AdminOnly>, new: &NewBranch, attempt: &Attempt) -> Result<Answer> {
    let row = &row(new)?;
    let created = change(db, "branch.create", (staff, attempt), Done::Made, |act| async move {
        let currency = match new.currency {
            Some(currency) => currency,
            None => act.uow.currency_of(staff).await?.unwrap_or(Currency::Ars),
        };
        let row = store::NewBranch { currency, ..row.clone() };
        let row = act.uow.insert_branch(staff.tenant_id(), row).await?;
        let entity = entity(&row, ToldBranches::Everywhere);
        let branch = branch_of(row);
        act.created(&entity, &branch).await?;
        Ok(branch)
    })
    .await;
    named(created)
}

fn row(new: &NewBranch) -> Result<store::NewBranch> {
    let new = new.clone();
    let slug = new.slug.filled().or_else(|| Slug::of_name(new.name.as_str()));
    let row = store::NewBranch {
        slug: slug.ok_or(Error::Invalid("slug: must be given, the name has no letter that could make one"))?.into(),
        name: new.name.into(),
        address: new.address.into(),
        phone: new.phone.into(),
        timezone: new.timezone.filled().map_or_else(|| DEFAULT_TIME_ZONE.to_owned(), Into::into),
        opening_time: new.opening_time.into(),
        closing_time: new.closing_time.into(),
        round_confirmation: new.round_confirmation.unwrap_or(RoundConfirmation::None),
        join_rule: new.join.unwrap_or(JoinRule::Open),
        currency: new.currency.unwrap_or(Currency::Ars),
        cash_rounding: new.cash_rounding,
        cash_without_session: new.cash_without_session.unwrap_or(CashWithoutSession::Warn),
        deactivated: new.is_active == Some(false),
    };
    ensure_hours(row.opening_time.as_deref(), row.closing_time.as_deref())?;
    Ok(row)
}
