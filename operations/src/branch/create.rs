//! The office opens a branch.
//!
//! Its event stream begins in the same transaction, and every branch is told: an administrator's open sockets hear it,
//! and from then on the new branch's own events (`branch_slug_active` backs the slug).

use super::{ensure_hours, entity, named};
use crate::{
    Error, Result,
    command::{Act, Done, Twice, keyless},
    office::{ToldBranches, change},
    tenant::SUSPENDED,
};
use auth::{AdminOnly, Author, Operator, Staff};
use domain::{
    Currency, branch::Slug, cash::CashWithoutSession, round::RoundConfirmation, session::JoinRule,
    timezone::DEFAULT_TIME_ZONE,
};
use store::{Answer, Attempt, BranchRow, Database, view::branch_of};
use wire::branch::{Branch, NewBranch};

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
        Ok(branch_of(act.open_branch(store::NewBranch { currency, ..row.clone() }).await?))
    })
    .await;
    named(created)
}

/// Adds a branch to a business, for an operator at the command line.
///
/// # Errors
/// As [`create`]; the business is suspended.
pub async fn add(db: &Database, operator: &Operator, new: &NewBranch) -> Result<Branch> {
    let row = &row(new)?;
    let added = keyless(db, "branch.add", Twice::GoodOnce, |uow| async move {
        uow.lock_office(operator).await?;
        if uow.tenant(operator).await?.suspended_at.is_some() {
            return Err(SUSPENDED);
        }
        let currency = match new.currency {
            Some(currency) => currency,
            None => uow.currency_of(operator).await?.unwrap_or(Currency::Ars),
        };
        let act = Act::of_worker(&uow, operator);
        Ok(branch_of(act.open_branch(store::NewBranch { currency, ..row.clone() }).await?))
    })
    .await;
    named(added)
}

impl<C: Author> Act<'_, C> {
    /// Adds a branch of the business, and tells every branch of it.
    pub(crate) async fn open_branch(&self, new: store::NewBranch) -> Result<BranchRow> {
        let row = self.uow.insert_branch(self.by.tenant_id(), new).await?;
        self.created(&entity(&row, ToldBranches::Everywhere), &branch_of(row.clone())).await?;
        Ok(row)
    }
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
