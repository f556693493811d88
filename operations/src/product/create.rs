//! The office adds a product, with its prices and what is declared of it.

use super::{declared, entity};
use crate::{
    Result,
    command::{Act, Done},
    office::{change, written},
};
use auth::{Management, RoleSet, Staff};
use domain::{ProductId, text::Text};
use store::{Answer, Attempt, Database, ProductRow};
use wire::product::{NewProduct, Product};

fn row(new: &NewProduct) -> Result<ProductRow> {
    let text = |text: &Option<Text<50>>| text.clone().map(String::from).filter(|text| !text.is_empty());
    Ok(ProductRow {
        // The database gives the id, and the store fills in whose it is and when it came.
        id: ProductId(0),
        tenant_id: domain::TenantId(0),
        category_id: new.category_id,
        subcategory_id: new.subcategory_id,
        name: new.name.clone().into(),
        description: new.description.clone().map(Into::into),
        image: new.image.clone().into(),
        featured: new.featured.unwrap_or_default(),
        popular: new.popular.unwrap_or_default(),
        badge: text(&new.badge),
        seal: text(&new.seal),
        dietary: declared::dietary(new.dietary_profile.as_ref()),
        cooking: declared::cooking(new.cooking_info.as_ref())?,
        sensory: declared::sensory(new.sensory_profile.as_ref()),
        service_hours: written(new.service_hours.as_ref()),
        recipe_id: new.recipe_id,
        inherits_from_recipe: new.inherits_from_recipe.unwrap_or_default(),
        is_active: true,
        deactivated: new.is_active == Some(false),
        deletion_id: None,
        created_at: chrono::DateTime::UNIX_EPOCH,
        station: new.station.clone(),
    })
}

/// Adds a product.
///
/// # Errors
/// The category, the subcategory, a priced branch, an allergen or the recipe does not exist or is not the caller's; the
/// subcategory is another category's; a branch or an allergen is named twice; a word is in none of the business's
/// lists.
pub async fn create(db: &Database, staff: &Staff<Management>, new: &NewProduct, attempt: &Attempt) -> Result<Answer> {
    change(db, "product.create", (staff, attempt), Done::Made, |act| async move { act.stock(new).await }).await
}

impl<R: RoleSet> Act<'_, Staff<R>> {
    /// Adds a product, and tells of it.
    pub(crate) async fn stock(&self, new: &NewProduct) -> Result<Product> {
        let allergens = declared::allergens(new.allergens.as_deref(), new.allergen_ids.as_deref())?.unwrap_or_default();
        let row = row(new)?;
        let home = self.shelf(new.category_id, new.subcategory_id).await?;
        self.ensure_station(home, row.station.as_ref()).await?;
        let ids: Vec<_> = allergens.iter().map(|(id, _)| *id).collect();
        self.uow.ensure_allergens(self.by, &ids).await?;
        self.ensure_words(new.cooking_info.as_ref(), new.sensory_profile.as_ref()).await?;
        self.ensure_made_by(None, &row).await?;
        let row = self.uow.add_product(self.by.tenant_id(), row).await?;
        self.set_prices(&row, &[], new.branch_prices.as_deref().unwrap_or_default()).await?;
        self.uow.declare_allergens(&row, &allergens).await?;
        self.inherit(&row).await?;
        let product = self.uow.product_now(self.by, row.id).await?;
        self.created(&entity(&product, home, &[]), &product).await?;
        Ok(product)
    }
}
