//! What a recipe's form may say. A new one and a change say the same things; only branch and name differ.

use domain::{
    Patch,
    office::{Blank, Few, Price, Whole},
    recipe::name_key,
    text::Text,
};
use serde::Serialize;
use serde_json::{Value, json};
use store::RecipeRow;
use wire::recipe::{NewRecipe, RecipePatch};

/// What both forms do: say what they say, and keep the rest of the row.
trait Form {
    /// `row` with what the form says.
    fn filled_in(&self, row: RecipeRow) -> RecipeRow;
}

macro_rules! fills_in {
    ($form:ident) => {
        impl Form for $form {
            /// The row as the form wants it, but for branch and name.
            fn filled_in(&self, row: RecipeRow) -> RecipeRow {
                RecipeRow {
                    product_id: self.product_id.or(row.product_id),
                    subcategory_id: self.subcategory_id.or(row.subcategory_id),
                    description: text(&self.description, row.description),
                    short_description: text(&self.short_description, row.short_description),
                    image: self.image.clone().map_or(row.image, Into::into),
                    cuisine_type: text(&self.cuisine_type, row.cuisine_type),
                    difficulty: text(&self.difficulty, row.difficulty),
                    prep_time_minutes: self.prep_time_minutes.map(Whole::get).or(row.prep_time_minutes),
                    cook_time_minutes: self.cook_time_minutes.map(Whole::get).or(row.cook_time_minutes),
                    servings: self.servings.map(Whole::get).or(row.servings),
                    calories_per_serving: self.calories_per_serving.map(Whole::get).or(row.calories_per_serving),
                    ingredients: lines(&self.ingredients, row.ingredients),
                    preparation_steps: lines(&self.preparation_steps, row.preparation_steps),
                    chef_notes: text(&self.chef_notes, row.chef_notes),
                    presentation_tips: text(&self.presentation_tips, row.presentation_tips),
                    storage_instructions: text(&self.storage_instructions, row.storage_instructions),
                    dietary_tags: lines(&self.dietary_tags, row.dietary_tags),
                    flavors: lines(&self.flavors, row.flavors),
                    textures: lines(&self.textures, row.textures),
                    cooking_methods: lines(&self.cooking_methods, row.cooking_methods),
                    uses_oil: self.uses_oil.unwrap_or(row.uses_oil),
                    is_celiac_safe: self.is_celiac_safe.unwrap_or(row.is_celiac_safe),
                    allergen_notes: text(&self.allergen_notes, row.allergen_notes),
                    modifications: lines(&self.modifications, row.modifications),
                    warnings: lines(&self.warnings, row.warnings),
                    cost_cents: self.cost_cents.map(Price::cents).or(row.cost_cents),
                    suggested_price_cents: self.suggested_price_cents.map(Price::cents).or(row.suggested_price_cents),
                    yield_quantity: text(&self.yield_quantity, row.yield_quantity),
                    yield_unit: text(&self.yield_unit, row.yield_unit),
                    portion_size: text(&self.portion_size, row.portion_size),
                    risk_level: self.risk_level.unwrap_or(row.risk_level),
                    custom_rag_disclaimer: text(&self.custom_rag_disclaimer, row.custom_rag_disclaimer),
                    deactivated: self.is_active.map_or(row.deactivated, |active| !active),
                    ..row
                }
            }
        }
    };
}

fills_in!(NewRecipe);
fills_in!(RecipePatch);

/// The row to be, on an empty one of the branch.
pub(super) fn row(new: &NewRecipe, empty: RecipeRow) -> RecipeRow {
    let row = new.filled_in(empty);
    RecipeRow { name: new.name.as_str().to_owned(), name_key: name_key(new.name.as_str()), ..row }
}

/// The row after the change: what was handed over to be searched is not the recipe any more.
pub(super) fn apply(patch: &RecipePatch, row: RecipeRow) -> RecipeRow {
    let row = patch.filled_in(row);
    let name = patch.name.as_ref().map_or(row.name, |name| name.as_str().to_owned());
    RecipeRow { name_key: name_key(&name), name, is_ingested: false, ..row }
}

fn text<const MAX: usize>(said: &Option<Blank<Text<MAX>>>, now: Option<String>) -> Option<String> {
    said.clone().map_or(now, Into::into)
}

fn lines<T: Serialize, const MAX: usize>(said: &Patch<Few<T, MAX>>, now: Option<Value>) -> Option<Value> {
    match said {
        Patch::Absent => now,
        Patch::Null => None,
        Patch::Value(lines) => Some(json!(lines)),
    }
}
