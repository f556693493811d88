//! Which products a modifier can be chosen of.

use super::{ensure_own, entity};
use crate::{
    Error, Result,
    command::{Act, Done},
    office::change,
};
use auth::{Management, Staff};
use domain::{CustomizationId, ProblemCode, ProductId};
use store::{Answer, Attempt, Database};
use wire::customization::{Customization, CustomizationProducts};

/// Most products of one modifier.
const MAX_PRODUCTS: usize = 5_000;

/// Has a modifier be chosen of exactly these products.
///
/// # Errors
/// No such modifier; a product is not the business's; a branch that is not the caller's sells one that comes or goes.
pub async fn replace(
    db: &Database,
    staff: &Staff<Management>,
    id: CustomizationId,
    wanted: &CustomizationProducts,
    attempt: &Attempt,
) -> Result<Answer> {
    if wanted.product_ids.len() > MAX_PRODUCTS {
        return Err(Error::Invalid("product_ids: at most 5000"));
    }
    change(db, "customization.products", (staff, attempt), Done::Changed, |act| async move {
        let before = act.uow.customization(staff, id).await?;
        let wanted = sorted(&wanted.product_ids);
        let missing = |from: &[ProductId], of: &[ProductId]| -> Vec<ProductId> {
            of.iter().filter(|product| from.binary_search(product).is_err()).copied().collect()
        };
        let (more, less) = (missing(&before.product_ids, &wanted), missing(&wanted, &before.product_ids));
        act.relink(&before, &more, &less).await
    })
    .await
}

/// Lets a modifier be chosen of one more product.
///
/// # Errors
/// No such modifier or product; it can be already.
pub async fn link(
    db: &Database,
    staff: &Staff<Management>,
    (id, product): (CustomizationId, ProductId),
    attempt: &Attempt,
) -> Result<Answer> {
    change(
        db,
        "customization.link",
        (staff, attempt),
        |()| Done::Nothing,
        |act| async move {
            let before = act.uow.customization(staff, id).await?;
            if before.product_ids.contains(&product) {
                return Err(Error::refused(ProblemCode::AlreadyLinked, "It can be chosen of this product already"));
            }
            match act.uow.ensure_products(staff, &[product]).await {
                Err(store::Error::NotFound(noun)) => return Err(Error::NotFound(noun)),
                known => known?,
            }
            act.relink(&before, &[product], &[]).await.map(drop)
        },
    )
    .await
}

/// Ends that for one product.
///
/// # Errors
/// No such modifier, or it cannot be chosen of that product.
pub async fn unlink(
    db: &Database,
    staff: &Staff<Management>,
    (id, product): (CustomizationId, ProductId),
    attempt: &Attempt,
) -> Result<Answer> {
    change(
        db,
        "customization.unlink",
        (staff, attempt),
        |()| Done::Nothing,
        |act| async move {
            let before = act.uow.customization(staff, id).await?;
            if !before.product_ids.contains(&product) {
                return Err(Error::NotFound("product"));
            }
            act.relink(&before, &[], &[product]).await.map(drop)
        },
    )
    .await
}

fn sorted(products: &[ProductId]) -> Vec<ProductId> {
    let mut products = products.to_vec();
    products.sort_unstable();
    products.dedup();
    products
}

impl Act<'_, Staff<Management>> {
    /// The contract knows an unknown product as 400 here.
    async fn relink(&self, before: &Customization, more: &[ProductId], less: &[ProductId]) -> Result<Customization> {
        match self.uow.ensure_products(self.by, more).await {
            Err(store::Error::NotFound(_)) => {
                return Err(Error::refused(
                    ProblemCode::UnknownProduct,
                    "product_ids: not all of these are products of yours",
                ));
            }
            known => known?,
        }
        let changed: Vec<i64> = more.iter().chain(less).map(|product| product.get()).collect();
        ensure_own(self.by, &self.uow.branches_pricing(&changed).await?)?;
        self.uow.unlink_customization(before, less).await?;
        self.uow.link_customization(before, more).await?;
        let after = self.uow.customization(self.by, before.id).await?;
        self.updated(&entity(&after), before, &after).await?;
        Ok(after)
    }
}
