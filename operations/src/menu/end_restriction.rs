//! An 86 or a count is over: the row is tidied up, and whoever was told that the product is out is told that it is
//! back.
//!
//! Orders and menus judge by the clock and need none of this. Every API process looks for such rows; under the row's
//! lock one of them speaks.

use crate::{
    Result,
    command::{Twice, keyless},
};
use auth::{Scope, System};
use domain::{
    event::{Event, ProductAvailability},
    menu::Supply,
};
use store::{Database, EndedRestriction};

/// Ends a restriction whose time has come.
///
/// # Errors
/// The database failed.
pub async fn end_restriction(db: &Database, ended: &EndedRestriction) -> Result<()> {
    let scope = &System::of(ended.tenant_id);
    let done = keyless(db, "menu.end_restriction", Twice::FindsTheFirst, |uow| async move {
        let offer = uow.lock_offer(scope, ended.product_id, ended.branch_id).await?;
        if offer.supply().until.is_none_or(|until| until > uow.now()) {
            return Ok(());
        }
        uow.set_supply(&offer, Supply::PLENTY).await?;
        uow.raise_menu_version(offer.branch_id).await?;
        if !offer.is_available {
            let event = ProductAvailability { product_id: offer.product_id, is_available: true };
            uow.emit(offer.place(), scope.actor(offer.branch_id), Event::ProductAvailabilityChanged(event));
        }
        Ok(())
    });
    done.await
}
