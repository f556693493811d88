//! A recipe becomes a product: it stands in a category, has prices, and contains what the recipe contains. The audit
//! row says who made it.

use crate::{Error, Result, command::Done, office::change};
use auth::{KitchenCrew, Staff};
use domain::{ProblemCode, RecipeId, office::ImageUrl, text::Text};
use store::{Answer, Attempt, Database, RecipeRow};
use wire::{
    product::NewProduct,
    recipe::{Derived, NewDerived},
};

/// The product, described and shown as the recipe is.
fn product(new: &NewDerived, recipe: &RecipeRow) -> NewProduct {
    NewProduct {
        name: new.name.clone(),
        description: recipe.description.clone().and_then(|text| Text::try_from(text).ok()),
        image: ImageUrl::try_from(recipe.image.clone()).unwrap_or_default(),
        category_id: new.category_id,
        subcategory_id: new.subcategory_id,
        featured: None,
        popular: None,
        badge: None,
        seal: None,
        allergen_ids: None,
        allergens: None,
        dietary_profile: None,
        cooking_info: None,
        sensory_profile: None,
        service_hours: None,
        station: None,
        recipe_id: Some(recipe.id),
        inherits_from_recipe: Some(true),
        is_active: None,
        branch_prices: new.branch_prices.clone(),
    }
}

/// Makes a product of a recipe.
///
/// # Errors
/// The recipe, the category, the subcategory or a priced branch does not exist or is not the caller's; the subcategory
/// is another category's: 422; something of that name stands in the category: 409.
pub async fn derive(
    db: &Database,
    staff: &Staff<KitchenCrew>,
    id: RecipeId,
    new: &NewDerived,
    attempt: &Attempt,
) -> Result<Answer> {
    change(db, "recipe.derive", (staff, attempt), Done::Made, |act| async move {
        let recipe = act.uow.recipe(staff, id).await?;
        if act.uow.is_product_name(new.category_id, new.name.as_str()).await? {
            // Of a category that is not the caller's nothing is told.
            act.uow.category(staff, new.category_id).await?;
            let detail = "name: the category has a product of this name already".into();
            return Err(Error::Conflict { code: ProblemCode::NameTaken, detail });
        }
        let product = act.stock(&product(new, &recipe)).await?;
        Ok(Derived {
            id: product.id,
            name: product.name,
            recipe_id: recipe.id,
            message: format!("Product made of the recipe {}", recipe.name),
            recipe_name: recipe.name,
            inherits_from_recipe: product.inherits_from_recipe,
            category_id: product.category_id,
            subcategory_id: product.subcategory_id,
        })
    })
    .await
}
