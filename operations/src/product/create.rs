//! The office adds a product, with its prices and what is declared of it.

use super::{CookingInfo, DeclaredAllergen, NewPrice, SensoryProfile, declared, entity};
use crate::{
    Result,
    command::{Act, Done},
    office::{change, written},
};
use auth::{Management, RoleSet, Staff};
use domain::{
    AllergenId, CategoryId, ProductId, RecipeId, SubcategoryId,
    menu::ServiceHours,
    office::ImageUrl,
    text::{Name, Text},
};
use serde::Deserialize;
use store::{
    Answer, Attempt, Database, ProductRow,
    view::{Dietary, Product},
};
use utoipa::ToSchema;

/// A product to be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct NewProduct {
    /// 1 to 200 characters.
    pub name: Name<200>,
    /// At most 2000 characters.
    #[serde(default)]
    pub description: Option<Text<2000>>,
    /// A picture's address.
    #[serde(default)]
    pub image: ImageUrl,
    /// Where it stands.
    pub category_id: CategoryId,
    /// Where it stands there.
    #[serde(default)]
    pub subcategory_id: Option<SubcategoryId>,
    /// Shown first.
    #[serde(default)]
    pub featured: Option<bool>,
    /// Well liked.
    #[serde(default)]
    pub popular: Option<bool>,
    /// A word on a ribbon, at most 50 characters.
    #[serde(default)]
    pub badge: Option<Text<50>>,
    /// A mark of quality, at most 50 characters.
    #[serde(default)]
    pub seal: Option<Text<50>>,
    /// What it contains; `allergens` wins.
    #[serde(default)]
    pub allergen_ids: Option<Vec<AllergenId>>,
    /// How it relates to which allergens.
    #[serde(default)]
    pub allergens: Option<Vec<DeclaredAllergen>>,
    /// Which diets it suits.
    #[serde(default)]
    pub dietary_profile: Option<Dietary>,
    /// How it is made.
    #[serde(default)]
    pub cooking_info: Option<CookingInfo>,
    /// How it tastes and feels.
    #[serde(default)]
    pub sensory_profile: Option<SensoryProfile>,
    /// When it is served; whenever its category is when not said.
    #[serde(default)]
    pub service_hours: Option<ServiceHours>,
    /// What it is made by.
    #[serde(default)]
    pub recipe_id: Option<RecipeId>,
    /// Whether it contains what its recipe contains, as well as what is said here.
    #[serde(default)]
    pub inherits_from_recipe: Option<bool>,
    /// False keeps it off the menus for now.
    #[serde(default)]
    pub is_active: Option<bool>,
    /// What it costs where.
    #[serde(default)]
    pub branch_prices: Option<Vec<NewPrice>>,
}

impl NewProduct {
    fn row(&self) -> Result<ProductRow> {
        let text = |text: &Option<Text<50>>| text.clone().map(String::from).filter(|text| !text.is_empty());
        Ok(ProductRow {
            // The database gives the id, and the store fills in whose it is and when it came.
            id: ProductId(0),
            tenant_id: domain::TenantId(0),
            category_id: self.category_id,
            subcategory_id: self.subcategory_id,
            name: self.name.clone().into(),
            description: self.description.clone().map(Into::into),
            image: self.image.clone().into(),
            featured: self.featured.unwrap_or_default(),
            popular: self.popular.unwrap_or_default(),
            badge: text(&self.badge),
            seal: text(&self.seal),
            dietary: declared::dietary(self.dietary_profile.as_ref()),
            cooking: declared::cooking(self.cooking_info.as_ref())?,
            sensory: declared::sensory(self.sensory_profile.as_ref()),
            service_hours: written(self.service_hours.as_ref()),
            recipe_id: self.recipe_id,
            inherits_from_recipe: self.inherits_from_recipe.unwrap_or_default(),
            is_active: true,
            deactivated: self.is_active == Some(false),
            deletion_id: None,
            created_at: chrono::DateTime::UNIX_EPOCH,
        })
    }
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
        let row = new.row()?;
        let home = self.shelf(new.category_id, new.subcategory_id).await?;
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
