//! How high a price may be: a thousand million payable units of the branch's currency.

use crate::{Error, Result, command::Act};
use auth::{RoleSet, Staff};
use domain::{BranchId, Cents, Currency};

/// Refuses a price that is beyond what the currency has.
///
/// # Errors
/// It is; the message names `field` and the bound.
pub(crate) fn ensure_price(field: &str, currency: Currency, price: Cents) -> Result<()> {
    if price <= currency.max_price() {
        return Ok(());
    }
    Err(Error::Unfit(format!("{field}: must be at most {} hundredths of {currency}", currency.max_price().get())))
}

impl<R: RoleSet> Act<'_, Staff<R>> {
    /// Refuses a price that one of the branches cannot sell for.
    pub(crate) async fn ensure_prices(&self, field: &str, prices: &[(BranchId, Cents)]) -> Result<()> {
        let branches: Vec<BranchId> = prices.iter().map(|(branch, _)| *branch).collect();
        let currencies = self.uow.branch_currencies(self.by, &branches).await?;
        for (branch, price) in prices {
            if let Some(currency) = currencies.get(branch) {
                ensure_price(field, *currency, *price)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_bounded_in_units_of_its_currency() {
        let cents = |n| Cents::new(n).unwrap();
        assert!(ensure_price("p", Currency::Ars, cents(1_000_000_000)).is_ok());
        let refused = ensure_price("branch_prices", Currency::Ars, cents(1_000_000_001)).unwrap_err();
        assert_eq!(refused.to_string(), "branch_prices: must be at most 1000000000 hundredths of ARS");
        assert!(ensure_price("p", Currency::Clp, cents(100_000_000_000)).is_ok());
    }
}
