//! Amounts that somebody types in are whole multiples of what can be paid in the currency.

use crate::{Error, Result};
use domain::{Cents, ProblemCode, money::Unit};

/// Refuses an amount of `field` that no coin and no provider pays. All that is left may be paid whatever it comes to:
/// it is older than the branch's currency where it is no whole number of units.
///
/// # Errors
/// It is neither.
pub(crate) fn ensure_payable(field: &str, amount: Cents, unit: Unit, left: Cents) -> Result<()> {
    if unit.pays(amount) || amount == left {
        return Ok(());
    }
    let unit = unit.cents();
    let detail = format!("{field}: this currency has no cents, the amount must be a multiple of {unit}");
    Err(Error::refused(ProblemCode::AmountNotWhole, detail))
}
