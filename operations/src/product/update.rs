//! The office changes a product. A list that is there replaces the whole set, an empty one clears it.

use super::{CookingInfo, DeclaredAllergen, NewPrice, SensoryProfile, declared, entity};
use crate::{
    Result,
    command::Done,
    office::{change, written},
};
use auth::{Management, Staff};
use domain::{
    AllergenId, BranchId, CategoryId, Patch, ProductId, RecipeId, SubcategoryId,
    menu::ServiceHours,
    office::ImageUrl,
    patch::present,
    text::{Name, Text},
};
use serde::Deserialize;
use store::{Answer, Attempt, Database, ProductRow, view::Dietary};
use utoipa::ToSchema;

/// What to change. An absent field stays as it is; null clears it where that is possible.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct ProductPatch {
    /// 1 to 200 characters.
    #[serde(default, deserialize_with = "present")]
    pub name: Option<Name<200>>,
    /// At most 2000 characters.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub description: Patch<Text<2000>>,
    /// A picture's address; null or an empty text takes it away.
    #[serde(default, deserialize_with = "present")]
    pub image: Option<ImageUrl>,
    /// Where it stands.
    #[serde(default, deserialize_with = "present")]
    pub category_id: Option<CategoryId>,
    /// Where it stands there. Absent beside another category: nowhere in particular.
    #[serde(default)]
    #[schema(value_type = Option<SubcategoryId>)]
    pub subcategory_id: Patch<SubcategoryId>,
    /// Shown first.
    #[serde(default, deserialize_with = "present")]
    pub featured: Option<bool>,
    /// Well liked.
    #[serde(default, deserialize_with = "present")]
    pub popular: Option<bool>,
    /// A word on a ribbon, at most 50 characters.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub badge: Patch<Text<50>>,
    /// A mark of quality, at most 50 characters.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub seal: Patch<Text<50>>,
    /// What it contains; `allergens` wins. Null says nothing.
    #[serde(default)]
    pub allergen_ids: Option<Vec<AllergenId>>,
    /// How it relates to which allergens. Null says nothing.
    #[serde(default)]
    pub allergens: Option<Vec<DeclaredAllergen>>,
    /// Which diets it suits.
    #[serde(default)]
    #[schema(value_type = Option<Dietary>)]
    pub dietary_profile: Patch<Dietary>,
    /// How it is made.
    #[serde(default)]
    #[schema(value_type = Option<CookingInfo>)]
    pub cooking_info: Patch<CookingInfo>,
    /// How it tastes and feels.
    #[serde(default)]
    #[schema(value_type = Option<SensoryProfile>)]
    pub sensory_profile: Patch<SensoryProfile>,
    /// When it is served; null or an empty list for whenever its category is.
    #[serde(default)]
    #[schema(value_type = Option<ServiceHours>)]
    pub service_hours: Patch<ServiceHours>,
    /// What it is made by.
    #[serde(default)]
    #[schema(value_type = Option<RecipeId>)]
    pub recipe_id: Patch<RecipeId>,
    /// Whether it contains what its recipe contains, as well as what is said here. False once it has no recipe.
    #[serde(default, deserialize_with = "present")]
    pub inherits_from_recipe: Option<bool>,
    /// False takes it off the menus, true puts it back.
    #[serde(default, deserialize_with = "present")]
    pub is_active: Option<bool>,
    /// What it costs where. Null says nothing.
    #[serde(default)]
    pub branch_prices: Option<Vec<NewPrice>>,
}

impl ProductPatch {
    fn apply(self, row: ProductRow) -> Result<ProductRow> {
        let text = |patch: Patch<Text<50>>, now| patch.map(String::from).or(now).filter(|text| !text.is_empty());
        let category_id = self.category_id.unwrap_or(row.category_id);
        let recipe_id = self.recipe_id.or(row.recipe_id);
        let stays = row.subcategory_id.filter(|_| category_id == row.category_id);
        Ok(ProductRow {
            category_id,
            subcategory_id: self.subcategory_id.or(stays),
            name: self.name.map_or(row.name, Into::into),
            description: self.description.map(Into::into).or(row.description),
            image: self.image.map_or(row.image, Into::into),
            featured: self.featured.unwrap_or(row.featured),
            popular: self.popular.unwrap_or(row.popular),
            badge: text(self.badge, row.badge),
            seal: text(self.seal, row.seal),
            dietary: match &self.dietary_profile {
                Patch::Absent => row.dietary,
                Patch::Null => None,
                Patch::Value(profile) => declared::dietary(Some(profile)),
            },
            cooking: match &self.cooking_info {
                Patch::Absent => row.cooking,
                Patch::Null => None,
                Patch::Value(info) => declared::cooking(Some(info))?,
            },
            sensory: match &self.sensory_profile {
                Patch::Absent => row.sensory,
                Patch::Null => None,
                Patch::Value(profile) => declared::sensory(Some(profile)),
            },
            recipe_id,
            inherits_from_recipe: self.inherits_from_recipe.unwrap_or(row.inherits_from_recipe && recipe_id.is_some()),
            service_hours: match &self.service_hours {
                Patch::Absent => row.service_hours,
                Patch::Null => None,
                Patch::Value(hours) => written(Some(hours)),
            },
            deactivated: self.is_active.map_or(row.deactivated, |active| !active),
            ..row
        })
    }
}

/// Changes a product.
///
/// # Errors
/// No such product, or it or a branch that sells it is not the caller's; what [`create`](super::create) refuses.
pub async fn update(
    db: &Database,
    staff: &Staff<Management>,
    id: ProductId,
    patch: &ProductPatch,
    attempt: &Attempt,
) -> Result<Answer> {
    let allergens = &declared::allergens(patch.allergens.as_deref(), patch.allergen_ids.as_deref())?;
    change(db, "product.update", (staff, attempt), Done::Changed, |act| async move {
        let (found, offers) = act.uow.product(staff, id).await?;
        let before = act.uow.product_now(staff, id).await?;
        let changed = patch.clone().apply(found.row.clone())?;
        let home = act.shelf(changed.category_id, changed.subcategory_id).await?;
        act.ensure_words(value(&patch.cooking_info), value(&patch.sensory_profile)).await?;
        act.ensure_made_by(Some(&found.row), &changed).await?;
        let row = act.uow.set_product(&found.row, changed).await?;
        if let Some(prices) = &patch.branch_prices {
            act.set_prices(&row, &offers, prices).await?;
        }
        if let Some(allergens) = allergens {
            let ids: Vec<_> = allergens.iter().map(|(id, _)| *id).collect();
            act.uow.ensure_allergens(staff, &ids).await?;
            act.uow.declare_allergens(&row, allergens).await?;
        }
        act.inherit(&row).await?;
        let after = act.uow.product_now(staff, id).await?;
        let mut others: Vec<BranchId> = before.branch_prices.iter().map(|price| price.branch_id).collect();
        others.push(found.branch_id);
        act.updated(&entity(&after, home, &others), &before, &after).await?;
        Ok(after)
    })
    .await
}

const fn value<T>(patch: &Patch<T>) -> Option<&T> {
    match patch {
        Patch::Value(value) => Some(value),
        Patch::Absent | Patch::Null => None,
    }
}
