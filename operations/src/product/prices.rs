//! What a product costs where, and so on whose menus it is. A list replaces the whole set; what a branch has of the
//! product, counted or 86'd, stays as it is unless the office says otherwise.

use crate::{Error, Result, command::Act};
use auth::{RoleSet, Staff};
use domain::{
    BranchId, Patch, ProductId,
    event::{Event, ProductAvailability},
    menu::{Supply, SupplyChange},
};
use store::{Locked, OfferRow, ProductRow};
use wire::product::NewPrice;

/// Most branches that can price one product.
const MAX_PRICES: usize = 500;

/// The branches that a list names, each once.
pub(super) fn branches(prices: &[NewPrice]) -> Result<Vec<BranchId>> {
    if prices.len() > MAX_PRICES {
        return Err(Error::Invalid("branch_prices: at most 500"));
    }
    let mut branches: Vec<_> = prices.iter().map(|price| price.branch_id).collect();
    branches.sort_unstable();
    if branches.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(Error::Invalid("branch_prices: each branch at most once"));
    }
    Ok(branches)
}

impl<R: RoleSet> Act<'_, Staff<R>> {
    /// Has the product cost exactly this, in exactly these branches.
    pub(super) async fn set_prices(
        &self,
        product: &ProductRow,
        offers: &[Locked<OfferRow>],
        prices: &[NewPrice],
    ) -> Result<()> {
        self.uow.ensure_branches(self.by, &branches(prices)?).await?;
        let bounded: Vec<_> = prices.iter().map(|price| (price.branch_id, price.price_cents.cents())).collect();
        self.ensure_prices("branch_prices", &bounded).await?;
        for offer in offers {
            match prices.iter().find(|price| price.branch_id == offer.branch_id) {
                Some(price) => self.change_price(offer, price).await?,
                None => self.uow.delete_offer(offer).await?,
            }
        }
        let is_new = |price: &&NewPrice| !offers.iter().any(|offer| offer.branch_id == price.branch_id);
        for price in prices.iter().filter(is_new) {
            let supply = Supply { is_available: price.is_available.unwrap_or(true), ..Supply::PLENTY };
            self.uow.insert_offer(product, price.branch_id, price.price_cents.cents(), supply).await?;
        }
        Ok(())
    }

    async fn change_price(&self, offer: &Locked<OfferRow>, price: &NewPrice) -> Result<()> {
        if offer.price_cents != price.price_cents.cents() {
            self.uow.set_price(offer, price.price_cents.cents()).await?;
        }
        let now = offer.supply().as_of(self.uow.now());
        // A form that sends back what it read must not end a count.
        let Some(is_available) = price.is_available.filter(|wanted| *wanted != now.is_available) else { return Ok(()) };
        let said = SupplyChange { is_available, remaining: Patch::Absent, until: Patch::Absent };
        let supply = now.set(said, self.uow.now()).map_err(|_| Error::Internal("a plain 86 was refused"))?;
        self.uow.set_supply(offer, supply).await?;
        if offer.is_available != is_available {
            let product_id: ProductId = offer.product_id;
            let event = ProductAvailability { product_id, is_available };
            self.emit_in(offer.branch_id, Event::ProductAvailabilityChanged(event));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::office::Price;

    #[test]
    fn a_branch_has_one_price() {
        let price = |branch| NewPrice {
            branch_id: BranchId(branch),
            price_cents: Price::try_from(100).unwrap(),
            is_available: None,
        };
        assert_eq!(branches(&[price(2), price(1)]).unwrap(), [BranchId(1), BranchId(2)]);
        assert!(branches(&[price(1), price(2), price(1)]).is_err());
        assert!(branches(&(0..501).map(price).collect::<Vec<_>>()).is_err());
    }
}
