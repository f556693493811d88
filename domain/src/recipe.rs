//! How something is made: the lines of a recipe, and what its numbers must agree on.
//!
//! A line is the same on the wire and in the database; it is checked where it enters and read back as it was written.

use crate::{
    Cents, IngredientId,
    office::{Blank, Whole},
    status::text_enum,
    text::{Name, Text},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

text_enum! {
    /// How careful one has to be with what is said of a dish.
    RiskLevel {
        /// Nothing out of the ordinary.
        Low = "low",
        /// Some care.
        Medium = "medium",
        /// A mistake can harm a guest.
        High = "high",
    }
}

text_enum! {
    /// What a guest may ask the kitchen to do with a part of a dish.
    Alteration {
        /// Leave it out.
        Remove = "remove",
        /// Take something else.
        Substitute = "substitute",
    }
}

/// Something that goes into the pot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecipeIngredient {
    /// It in the list of ingredients, if it is there.
    #[serde(default)]
    #[schema(required)]
    pub ingredient_id: Option<IngredientId>,
    /// What it is called here: 1 to 200 characters.
    pub name: Name<200>,
    /// How much, as a cook writes it: at most 50 characters.
    #[serde(default)]
    pub quantity: Text<50>,
    /// Of what unit: at most 50 characters.
    #[serde(default)]
    pub unit: Text<50>,
    /// What to mind: at most 500 characters.
    #[serde(default)]
    #[schema(value_type = Option<Text<500>>, required)]
    pub notes: Blank<Text<500>>,
}

/// A step on the way to the plate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PreparationStep {
    /// Its number.
    pub step: Whole<1, 999>,
    /// What to do: 1 to 2000 characters.
    pub instruction: Name<2000>,
    /// How long it takes, in minutes.
    #[serde(default)]
    #[schema(required)]
    pub time_minutes: Option<Whole<0, 10_080>>,
}

/// What a guest may have changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Modification {
    /// What is done.
    pub action: Alteration,
    /// With what: 1 to 200 characters.
    pub item: Name<200>,
    /// Whether the kitchen does it.
    #[serde(default = "allowed")]
    pub allowed: bool,
}

const fn allowed() -> bool {
    true
}

/// What preparing and cooking take together; unknown only where neither is known.
#[must_use]
pub fn total_time(prep_minutes: Option<i32>, cook_minutes: Option<i32>) -> Option<i32> {
    match (prep_minutes, cook_minutes) {
        (None, None) => None,
        (prep, cook) => Some(prep.unwrap_or_default().saturating_add(cook.unwrap_or_default())),
    }
}

/// Whether a dish would be sold for at least what it costs to make; no question while one of the two is not known.
#[must_use]
pub fn is_worth_its_cost(cost: Option<Cents>, suggested_price: Option<Cents>) -> bool {
    !matches!((cost, suggested_price), (Some(cost), Some(price)) if cost > price)
}

/// Two recipes of a branch are of one name when they differ in case only. Computed here and not by the databases, which
/// do not agree on what a small letter is.
#[must_use]
pub fn name_key(name: &str) -> String {
    name.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_takes_what_its_parts_take() {
        assert_eq!(total_time(None, None), None);
        assert_eq!(total_time(Some(10), None), Some(10));
        assert_eq!(total_time(None, Some(5)), Some(5));
        assert_eq!(total_time(Some(10), Some(5)), Some(15));
    }

    #[test]
    fn a_dish_is_not_sold_below_its_cost() {
        let cents = |cents| Some(Cents::new(cents).unwrap());
        assert!(is_worth_its_cost(None, None));
        assert!(is_worth_its_cost(cents(500), None));
        assert!(is_worth_its_cost(None, cents(0)));
        assert!(is_worth_its_cost(cents(500), cents(500)));
        assert!(!is_worth_its_cost(cents(501), cents(500)));
    }

    #[test]
    fn a_name_is_one_in_capitals_too() {
        assert_eq!(name_key("ÑOQUIS con Bolognesa"), "ñoquis con bolognesa");
    }

    #[test]
    fn a_line_reads_back_as_it_was_written() {
        let line: RecipeIngredient = serde_json::from_str(r#"{"name":" Sal ","notes":" "}"#).unwrap();
        let written = serde_json::to_value(&line).unwrap();
        assert_eq!(
            written,
            serde_json::json!({"ingredient_id": null, "name": "Sal", "quantity": "", "unit": "", "notes": null})
        );
        assert_eq!(serde_json::from_value::<RecipeIngredient>(written).unwrap(), line);
        let step = serde_json::from_str::<PreparationStep>(r#"{"step":0,"instruction":"Batir"}"#);
        assert!(step.unwrap_err().to_string().contains("from 1 to 999"));
        let wish: Modification = serde_json::from_str(r#"{"action":"remove","item":"Sal"}"#).unwrap();
        assert!(wish.allowed);
    }
}
