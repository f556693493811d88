//! What can be ordered: made, changed, priced per branch, declared.
//!
//! A product concerns the branch of its category and every branch that prices it: the caller must be at home in all of
//! them, all of them are told, and the menus of all of them are void from the commit on.

mod create;
mod declared;
mod prices;
mod update;

pub use create::{NewProduct, create};
pub use declared::{CookingInfo, DeclaredAllergen};
pub use prices::NewPrice;
pub use update::{ProductPatch, update};

use crate::{
    Error, Result,
    office::{Desk, Subject},
};
use auth::RoleSet;
use domain::{BranchId, CategoryId, SubcategoryId, office::EntityKind};
use store::view::Product;

/// A product as events and audit rows name it; `home` is its category's branch, `others` those that it concerned before.
fn subject(product: &Product, home: BranchId, others: &[BranchId]) -> Subject {
    let priced = product.branch_prices.iter().map(|price| price.branch_id);
    Subject::new(EntityKind::Product, product.id.get(), product.name.clone(), Some(home))
        .shown_in(priced.chain(others.iter().copied()).collect())
}

impl<R: RoleSet> Desk<'_, R> {
    /// The branch of a category where the caller may put a product, in that part of it.
    async fn shelf(&self, category: CategoryId, subcategory: Option<SubcategoryId>) -> Result<BranchId> {
        let found = self.uow.category(self.staff, category).await?;
        if let Some(id) = subcategory {
            let part = self.uow.subcategory(self.staff, id).await?;
            if part.row.category_id != category {
                return Err(Error::Invalid("subcategory_id: must be a subcategory of the product's category"));
            }
        }
        Ok(found.branch_id)
    }
}
