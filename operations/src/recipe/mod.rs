//! How a branch makes things. The whole kitchen writes recipes; what products take from them follows at once.

mod create;
mod derive;
mod form;
mod ingest;
mod update;

pub use create::create;
pub(crate) use create::empty;
pub use derive::derive;
pub use ingest::ingest;
pub use update::update;

use crate::{Error, Result, command::Act, office::OfficeEntity};
use auth::{RoleSet, Staff};
use domain::{
    AllergenId, IngredientId, ProblemCode,
    office::{EntityKind, Few},
    recipe::{RecipeIngredient, is_worth_its_cost},
};
use serde_json::Value;
use store::{Answer, RecipeRow};
use wire::recipe::Recipe;

/// Fewest characters of a name (U2).
const SHORTEST_NAME: usize = 2;

fn entity(recipe: &Recipe) -> OfficeEntity {
    OfficeEntity::new(EntityKind::Recipe, recipe.id.get(), recipe.name.clone(), Some(recipe.branch_id))
}

/// The only unique key of a recipe is its name in the branch.
fn named(done: Result<Answer>) -> Result<Answer> {
    match done {
        Err(Error::Store(store::Error::Taken(_))) => Err(Error::Exists {
            code: ProblemCode::NameTaken,
            detail: "name: the branch has a recipe of this name already".into(),
        }),
        other => other,
    }
}

/// The allergens of a form, each once.
fn each_once(allergens: &Few<AllergenId, 100>) -> Vec<AllergenId> {
    let mut ids = allergens.as_slice().to_vec();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// The ingredients that a recipe's lines name.
fn used(ingredients: Option<&Value>) -> Vec<IngredientId> {
    let lines: Vec<RecipeIngredient> =
        ingredients.and_then(|lines| serde_json::from_value(lines.clone()).ok()).unwrap_or_default();
    lines.into_iter().filter_map(|line| line.ingredient_id).collect()
}

/// Refused with the ids that nobody knows.
pub(crate) fn ensure_known(field: &str, noun: &str, code: ProblemCode, unknown: &[i64]) -> Result<()> {
    if unknown.is_empty() {
        return Ok(());
    }
    let ids: Vec<String> = unknown.iter().map(ToString::to_string).collect();
    Err(Error::refused(code, format!("{field}: no such {noun}: {}", ids.join(", "))))
}

/// The contract answers what a recipe names and nobody knows with 400.
fn unknown(code: ProblemCode, detail: &'static str) -> impl Fn(store::Error) -> Error {
    move |error| match error {
        store::Error::NotFound(_) => Error::refused(code, detail),
        other => other.into(),
    }
}

impl<R: RoleSet> Act<'_, Staff<R>> {
    /// Whether a recipe may be so. What it named before may be gone by now: a form that sends back what it read must
    /// not fail over that.
    async fn ensure_fits(&self, before: Option<&RecipeRow>, after: &RecipeRow) -> Result<()> {
        if after.name.chars().count() < SHORTEST_NAME {
            return Err(Error::Invalid("name: must have at least 2 characters"));
        }
        if !is_worth_its_cost(after.cost_cents, after.suggested_price_cents) {
            return Err(Error::Invalid("cost_cents: must not be more than suggested_price_cents"));
        }
        if let Some(product) = after.product_id.filter(|_| before.and_then(|row| row.product_id) != after.product_id) {
            let nobody = unknown(ProblemCode::UnknownProduct, "product_id: no such product");
            self.uow.ensure_product(self.by, product).await.map_err(nobody)?;
        }
        let was = before.and_then(|row| row.subcategory_id);
        if let Some(subcategory) = after.subcategory_id.filter(|_| was != after.subcategory_id) {
            let nobody = unknown(ProblemCode::UnknownSubcategory, "subcategory_id: no such subcategory");
            self.uow.subcategory(self.by, subcategory).await.map_err(nobody)?;
        }
        let known = used(before.and_then(|row| row.ingredients.as_ref()));
        let mut new = used(after.ingredients.as_ref());
        new.retain(|id| !known.contains(id));
        let missing = self.uow.unknown_ingredients(self.by, &new).await?;
        ensure_known("ingredients", "ingredient", ProblemCode::UnknownIngredient, &missing)
    }

    async fn ensure_allergens_known(&self, allergens: &[AllergenId]) -> Result<()> {
        let missing = self.uow.unknown_allergens(self.by, allergens).await?;
        ensure_known("allergen_ids", "allergen", ProblemCode::UnknownAllergen, &missing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_knows_is_named() {
        assert!(ensure_known("allergen_ids", "allergen", ProblemCode::UnknownAllergen, &[]).is_ok());
        let refused = ensure_known("allergen_ids", "allergen", ProblemCode::UnknownAllergen, &[7, 9]).unwrap_err();
        assert_eq!(refused.to_string(), "allergen_ids: no such allergen: 7, 9");
    }

    #[test]
    fn an_allergen_counts_once() {
        let ids = [3, 1, 3].map(AllergenId).to_vec();
        assert_eq!(each_once(&Few::try_from(ids).unwrap()), [AllergenId(1), AllergenId(3)]);
    }

    #[test]
    fn lines_without_a_number_name_nothing() {
        let lines = serde_json::json!([{"name": "Sal"}, {"name": "Ajo", "ingredient_id": 4}]);
        assert_eq!(used(Some(&lines)), [IngredientId(4)]);
        assert!(used(None).is_empty());
    }
}
