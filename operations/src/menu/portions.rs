//! Counted portions: an order takes them, and what is not made after all gives them back.
//!
//! Both happen under the locks of the products' places in the menu, taken in the order of the products, after the
//! session's and the check's and before the branch's row and stream. So of two hundred orders for the last portion one
//! gets it; and whoever takes it says so in its own transaction (I1).

use super::orderable::too_few;
use crate::{Error, Result};
use domain::{
    ProductId,
    event::{Actor, Event, Place, ProductAvailability},
};
use store::{Locked, Offering, Seated, UnitOfWork};

/// Products that ran out or are back by what a transaction did; to be told when the rest is done, since the branch's
/// row stays locked from then on.
#[must_use]
#[derive(Debug, Default)]
pub(crate) struct Turned(Vec<ProductAvailability>);

/// Takes `portions` of each counted product of the `offering`.
///
/// # Errors
/// Somebody was faster, and fewer are left.
pub(crate) async fn take(
    uow: &UnitOfWork,
    session: &Locked<Seated>,
    offering: &Offering,
    portions: impl Fn(ProductId) -> i32,
) -> Result<Turned> {
    let counted: Vec<_> = offering.products.iter().filter(|product| product.supply.remaining.is_some()).collect();
    let mut turned = Turned::default();
    if counted.is_empty() {
        return Ok(turned);
    }
    let ids: Vec<_> = counted.iter().map(|product| product.product_id).collect();
    let offers = uow.lock_offers(session, &ids).await?;
    for product in counted {
        // The office may have taken it off the menu while we waited.
        let offer = offers.iter().find(|offer| offer.product_id == product.product_id);
        let offer = offer.ok_or(Error::NotFound("product"))?;
        let left = offer.supply().as_of(uow.now()).take(portions(product.product_id));
        let left = left.map_err(|short| too_few(&product.name, short))?;
        uow.set_supply(offer, left).await?;
        turned.note(offer.product_id, offer.is_available, left.is_available);
    }
    Ok(turned)
}

/// Gives portions back that nobody began to make.
///
/// # Errors
/// The database failed.
pub(crate) async fn give_back(
    uow: &UnitOfWork,
    session: &Locked<Seated>,
    freed: &[(ProductId, i32)],
) -> Result<Turned> {
    let mut turned = Turned::default();
    if freed.is_empty() {
        return Ok(turned);
    }
    let ids: Vec<_> = freed.iter().map(|(product, _)| *product).collect();
    for offer in uow.lock_offers(session, &ids).await? {
        let portions = freed.iter().filter(|(product, _)| *product == offer.product_id).map(|(_, qty)| qty).sum();
        let now = offer.supply().as_of(uow.now());
        let more = now.give_back(portions);
        if more == now {
            continue;
        }
        uow.set_supply(&offer, more).await?;
        turned.note(offer.product_id, offer.is_available, more.is_available);
    }
    Ok(turned)
}

impl Turned {
    fn note(&mut self, product_id: ProductId, before: bool, is_available: bool) {
        if before != is_available {
            self.0.push(ProductAvailability { product_id, is_available });
        }
    }

    /// Tells the branch, and voids its menus.
    ///
    /// # Errors
    /// The database failed.
    pub(crate) async fn tell(self, uow: &UnitOfWork, session: &Locked<Seated>, actor: Actor) -> Result<()> {
        let row = &session.session;
        if self.0.is_empty() {
            return Ok(());
        }
        for event in self.0 {
            let place = Place::branch(row.tenant_id, row.branch_id);
            uow.emit(place, actor, Event::ProductAvailabilityChanged(event));
        }
        Ok(uow.raise_menu_version(row.branch_id).await?)
    }
}
