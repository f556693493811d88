//! The form of a recipe. A new one and a change say the same things; only branch and name differ.

use domain::{
    AllergenId, BranchId, Patch, ProductId, SubcategoryId,
    office::{Blank, Few, ImageUrl, Price, Whole},
    patch::present,
    recipe::{Modification, PreparationStep, RecipeIngredient, RiskLevel},
    text::{Name, Text},
};
use serde::Deserialize;
use utoipa::ToSchema;

/// A week: some things ferment.
type Minutes = Whole<0, 10_080>;

/// Words, a list of at most 50.
type Words = Few<Name<100>, 50>;

/// A name of a recipe in a document: two of its characters are no white space, so that it has two when it is trimmed.
fn two_or_more() -> utoipa::openapi::Object {
    const ANY: &str = r"[^\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]*";
    const SIGN: &str = r"[^\s\u0000-\u001F\u007F-\u009F]";
    let text = utoipa::openapi::ObjectBuilder::new().schema_type(utoipa::openapi::Type::String);
    text.min_length(Some(2)).max_length(Some(200)).pattern(Some(format!("^{ANY}{SIGN}{ANY}{SIGN}{ANY}$"))).build()
}

macro_rules! recipe_form {
    ($(#[$doc:meta])* $form:ident { $($own:tt)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Deserialize, ToSchema)]
        pub struct $form {
            $($own)*
            /// What it makes.
            #[serde(default)]
            #[schema(value_type = Option<ProductId>)]
            pub product_id: Patch<ProductId>,
            /// Where it belongs.
            #[serde(default)]
            #[schema(value_type = Option<SubcategoryId>)]
            pub subcategory_id: Patch<SubcategoryId>,
            /// At most 2000 characters.
            #[serde(default, deserialize_with = "present")]
            #[schema(value_type = Option<Text<2000>>)]
            pub description: Option<Blank<Text<2000>>>,
            /// At most 200 characters.
            #[serde(default, deserialize_with = "present")]
            #[schema(value_type = Option<Text<200>>)]
            pub short_description: Option<Blank<Text<200>>>,
            /// A picture's address; null or an empty text takes it away.
            #[serde(default, deserialize_with = "present")]
            pub image: Option<ImageUrl>,
            /// At most 100 characters.
            #[serde(default, deserialize_with = "present")]
            #[schema(value_type = Option<Text<100>>)]
            pub cuisine_type: Option<Blank<Text<100>>>,
            /// At most 50 characters: the dashboard says `EASY`, `MEDIUM` or `HARD`.
            #[serde(default, deserialize_with = "present")]
            #[schema(value_type = Option<Text<50>>)]
            pub difficulty: Option<Blank<Text<50>>>,
            /// 0 to 10080.
            #[serde(default)]
            #[schema(value_type = Option<i32>, minimum = 0, maximum = 10_080)]
            pub prep_time_minutes: Patch<Minutes>,
            /// 0 to 10080.
            #[serde(default)]
            #[schema(value_type = Option<i32>, minimum = 0, maximum = 10_080)]
            pub cook_time_minutes: Patch<Minutes>,
            /// 1 to 1000.
            #[serde(default)]
            #[schema(value_type = Option<i32>, minimum = 1, maximum = 1000)]
            pub servings: Patch<Whole<1, 1000>>,
            /// 0 to 100000.
            #[serde(default)]
            #[schema(value_type = Option<i32>, minimum = 0, maximum = 100_000)]
            pub calories_per_serving: Patch<Whole<0, 100_000>>,
            /// At most 200.
            #[serde(default)]
            #[schema(value_type = Option<Vec<RecipeIngredient>>, max_items = 200)]
            pub ingredients: Patch<Few<RecipeIngredient, 200>>,
            /// At most 200.
            #[serde(default)]
            #[schema(value_type = Option<Vec<PreparationStep>>, max_items = 200)]
            pub preparation_steps: Patch<Few<PreparationStep, 200>>,
            /// At most 2000 characters.
            #[serde(default, deserialize_with = "present")]
            #[schema(value_type = Option<Text<2000>>)]
            pub chef_notes: Option<Blank<Text<2000>>>,
            /// At most 2000 characters.
            #[serde(default, deserialize_with = "present")]
            #[schema(value_type = Option<Text<2000>>)]
            pub presentation_tips: Option<Blank<Text<2000>>>,
            /// At most 2000 characters.
            #[serde(default, deserialize_with = "present")]
            #[schema(value_type = Option<Text<2000>>)]
            pub storage_instructions: Option<Blank<Text<2000>>>,
            /// What it contains, at most 100. Products that inherit from it contain it, too.
            #[serde(default)]
            #[schema(value_type = Option<Vec<AllergenId>>, max_items = 100)]
            pub allergen_ids: Patch<Few<AllergenId, 100>>,
            /// At most 50 of at most 100 characters.
            #[serde(default)]
            #[schema(value_type = Option<Vec<Name<100>>>, max_items = 50)]
            pub dietary_tags: Patch<Words>,
            /// At most 50 of at most 100 characters.
            #[serde(default)]
            #[schema(value_type = Option<Vec<Name<100>>>, max_items = 50)]
            pub flavors: Patch<Words>,
            /// At most 50 of at most 100 characters.
            #[serde(default)]
            #[schema(value_type = Option<Vec<Name<100>>>, max_items = 50)]
            pub textures: Patch<Words>,
            /// At most 50 of at most 100 characters.
            #[serde(default)]
            #[schema(value_type = Option<Vec<Name<100>>>, max_items = 50)]
            pub cooking_methods: Patch<Words>,
            /// Whether with oil.
            #[serde(default)]
            pub uses_oil: Option<bool>,
            /// Whether coeliacs may have it.
            #[serde(default)]
            pub is_celiac_safe: Option<bool>,
            /// At most 2000 characters.
            #[serde(default, deserialize_with = "present")]
            #[schema(value_type = Option<Text<2000>>)]
            pub allergen_notes: Option<Blank<Text<2000>>>,
            /// At most 50.
            #[serde(default)]
            #[schema(value_type = Option<Vec<Modification>>, max_items = 50)]
            pub modifications: Patch<Few<Modification, 50>>,
            /// At most 50 of at most 500 characters.
            #[serde(default)]
            #[schema(value_type = Option<Vec<Name<500>>>, max_items = 50)]
            pub warnings: Patch<Few<Name<500>, 50>>,
            /// What one costs to make, in cents.
            #[serde(default)]
            #[schema(value_type = Option<Price>)]
            pub cost_cents: Patch<Price>,
            /// What one might be sold for, in cents; at least the cost.
            #[serde(default)]
            #[schema(value_type = Option<Price>)]
            pub suggested_price_cents: Patch<Price>,
            /// How much comes of it, at most 50 characters.
            #[serde(default, deserialize_with = "present")]
            #[schema(value_type = Option<Text<50>>)]
            pub yield_quantity: Option<Blank<Text<50>>>,
            /// Of what, at most 50 characters.
            #[serde(default, deserialize_with = "present")]
            #[schema(value_type = Option<Text<50>>)]
            pub yield_unit: Option<Blank<Text<50>>>,
            /// At most 100 characters.
            #[serde(default, deserialize_with = "present")]
            #[schema(value_type = Option<Text<100>>)]
            pub portion_size: Option<Blank<Text<100>>>,
            /// How careful one has to be; `low` when never said.
            #[serde(default)]
            pub risk_level: Option<RiskLevel>,
            /// At most 1000 characters.
            #[serde(default, deserialize_with = "present")]
            #[schema(value_type = Option<Text<1000>>)]
            pub custom_rag_disclaimer: Option<Blank<Text<1000>>>,
            /// False puts it aside for now.
            #[serde(default)]
            pub is_active: Option<bool>,
        }
    };
}

recipe_form! {
    /// A recipe to be. Null says what an absent field says.
    NewRecipe {
        /// Whose kitchen makes it.
        pub branch_id: BranchId,
        /// 2 to 200 characters, unique in the branch whatever its capitals.
        #[schema(schema_with = two_or_more)]
        pub name: Name<200>,
    }
}

recipe_form! {
    /// What to change. An absent field stays as it is; null clears it where that is possible. The branch stays.
    RecipePatch {
        /// 2 to 200 characters, unique in the branch whatever its capitals.
        #[serde(default, deserialize_with = "present")]
        #[schema(schema_with = two_or_more)]
        pub name: Option<Name<200>>,
    }
}
