//! The office's frame: what every change of menu, floor and staff has in common.
//!
//! `change` takes the business's office lock, refuses an author who was dismissed meanwhile, answers a repeat with
//! the first answer (I7), and keeps the answer; what `Act` learns in `trace` writes the audit row, tells the
//! branches' admins, and voids the menus that show the thing, all in the transaction of the change (I1, design.md §7).

mod delete;
mod preview;
mod prices;
mod restore;
mod trace;

pub use delete::delete;
pub use preview::preview;
pub use restore::restore;

pub(crate) use delete::ensure_free;
pub(crate) use prices::ensure_price;
pub(crate) use trace::{OfficeEntity, ToldBranches};

use crate::{
    Error, Result,
    command::{Act, Done, command},
};
use auth::{RoleSet, Staff};
use domain::menu::ServiceHours;
use serde::Serialize;
use store::{Answer, Attempt, Database, UnitOfWork};

/// Hours as a row stores them: null when they restrict nothing.
pub(crate) fn written(hours: Option<&ServiceHours>) -> Option<serde_json::Value> {
    hours.filter(|hours| !hours.is_always()).map(|hours| serde_json::json!(hours))
}

/// Runs `body` as one change of the office; `done` turns its value into the outcome.
pub(crate) async fn change<'a, R, T, F, Fut>(
    db: &Database,
    name: &'static str,
    (staff, attempt): (&'a Staff<R>, &'a Attempt),
    done: fn(T) -> Done<T>,
    body: F,
) -> Result<Answer>
where
    R: RoleSet,
    T: Serialize,
    F: Fn(Act<'a, Staff<R>>) -> Fut,
    Fut: Future<Output = Result<T>>,
{
    let body = &body;
    command(
        db,
        name,
        (staff, attempt),
        |uow| async move {
            uow.lock_office(staff).await?;
            ensure_still_in(&uow, staff).await
        },
        |act, ()| async move { Ok(done(body(act).await?)) },
    )
    .await
}

/// Refuses an author whose tokens were revoked since the request came in. Changes of staff hold the office lock, so of
/// two administrators who dismiss each other at the same moment only one is dismissed.
async fn ensure_still_in<R: RoleSet>(uow: &UnitOfWork, staff: &Staff<R>) -> Result<()> {
    if uow.is_token_version(staff.user_id(), staff.token_version()).await? {
        Ok(())
    } else {
        Err(Error::Unauthorized("The session has been ended."))
    }
}
