//! What can be ordered: made, changed, priced per branch, declared.
//!
//! A product concerns the branch of its category and every branch that prices it: the caller must be at home in all of
//! them, all of them are told, and the menus of all of them are void from the commit on.

mod create;
mod declared;
mod prices;
mod update;

pub use create::create;
pub(crate) use declared::cooking as kept_cooking;
pub use update::update;

use crate::{Error, Result, command::Act, office::OfficeEntity};
use auth::{RoleSet, Staff};
use domain::{BranchId, CategoryId, SubcategoryId, office::EntityKind};
use store::ProductRow;
use wire::product::Product;

/// A product as events and audit rows name it; `home` is its category's branch, `others` those that it concerned
/// before.
pub(crate) fn entity(product: &Product, home: BranchId, others: &[BranchId]) -> OfficeEntity {
    let priced = product.branch_prices.iter().map(|price| price.branch_id);
    OfficeEntity::new(EntityKind::Product, product.id.get(), product.name.clone(), Some(home))
        .shown_in(priced.chain(others.iter().copied()).collect())
}

impl<R: RoleSet> Act<'_, Staff<R>> {
    /// The branch of a category where the caller may put a product, in that part of it.
    async fn shelf(&self, category: CategoryId, subcategory: Option<SubcategoryId>) -> Result<BranchId> {
        let found = self.uow.category(self.by, category).await?;
        if let Some(id) = subcategory {
            let part = self.uow.subcategory(self.by, id).await?;
            if part.row.category_id != category {
                return Err(Error::Invalid("subcategory_id: must be a subcategory of the product's category"));
            }
        }
        Ok(found.branch_id)
    }

    /// Whether a product may be made by the recipe it names; one that it named before may be gone or another's by now.
    async fn ensure_made_by(&self, before: Option<&ProductRow>, after: &ProductRow) -> Result<()> {
        if after.recipe_id.is_none() && after.inherits_from_recipe {
            return Err(Error::Invalid("inherits_from_recipe: needs a recipe_id"));
        }
        match after.recipe_id.filter(|_| before.and_then(|row| row.recipe_id) != after.recipe_id) {
            Some(recipe) => Ok(self.uow.recipe(self.by, recipe).await.map(drop)?),
            None => Ok(()),
        }
    }

    /// A product that inherits contains what its recipe contains, whatever else was said of it.
    async fn inherit(&self, product: &ProductRow) -> Result<()> {
        match product.recipe_id.filter(|_| product.inherits_from_recipe) {
            Some(recipe) => Ok(self.uow.inherit_allergens(recipe).await?),
            None => Ok(()),
        }
    }
}
