//! Whether a product, and what is chosen of it, can be ordered at this moment, and if not, why: the same words for
//! carts and rounds.

use crate::{Error, Result};
use domain::{CustomizationId, ProblemCode, menu::Short};
use store::Offered;

/// # Errors
/// It is out of hours or out, or fewer than `portions` are left.
pub(crate) fn ensure_orderable(product: &Offered, portions: i32) -> Result<()> {
    if !product.is_open {
        let when = product.opens.as_ref().map_or_else(String::new, |opens| format!(", only from {opens}"));
        return Err(Error::refused(
            ProblemCode::ProductNotServedNow,
            format!("{} is not served now{when}", product.name),
        ));
    }
    product.supply.take(portions).map(drop).map_err(|short| too_few(&product.name, short))
}

/// It is no modifier of the product, or not any more.
pub(crate) fn not_a_choice(product: &Offered, id: CustomizationId) -> Error {
    Error::refused(
        ProblemCode::CustomizationNotOffered,
        format!("{}: customization {id} cannot be chosen of it", product.name),
    )
}

/// There is not enough of it.
pub(crate) fn too_few(name: &str, short: Short) -> Error {
    match short.left {
        0 => Error::refused(ProblemCode::ProductUnavailable, format!("{name} is not available right now")),
        left => Error::refused(ProblemCode::NotEnoughLeft, format!("Only {left} of {name} left")),
    }
}
