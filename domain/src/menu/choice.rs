//! What a diner chooses of a product: modifiers, as the trade says, each at a price on top of the product's.

use crate::{Cents, CustomizationId, text::Refused};
use serde::{Deserialize, Serialize};
use std::fmt;
use utoipa::ToSchema;

/// Most modifiers of one line: a bound on what a ticket has to show.
const MAX: usize = 20;

/// The modifiers of a line by their ids, each once, ascending: two lines of a product are the same when these are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "Vec<CustomizationId>", into = "Vec<CustomizationId>")]
#[schema(value_type = Vec<CustomizationId>, max_items = 20)]
pub struct Choices(Vec<CustomizationId>);

impl Choices {
    /// The product as it is.
    pub const NONE: Self = Self(Vec::new());

    /// Their ids.
    #[must_use]
    pub fn ids(&self) -> &[CustomizationId] {
        &self.0
    }

    /// Whether the product is taken as it is.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        self.0.is_empty()
    }

    /// The choices that [`Display`](fmt::Display) wrote. A text that is none means none.
    #[must_use]
    pub fn read(written: &str) -> Self {
        serde_json::from_str(written).unwrap_or_default()
    }
}

impl TryFrom<Vec<CustomizationId>> for Choices {
    type Error = Refused;
    fn try_from(mut ids: Vec<CustomizationId>) -> Result<Self, Refused> {
        ids.sort_unstable();
        ids.dedup();
        if ids.len() > MAX {
            return Err(Refused::new(&format!("must name at most {MAX} modifiers")));
        }
        Ok(Self(ids))
    }
}

impl From<Choices> for Vec<CustomizationId> {
    fn from(choices: Choices) -> Self {
        choices.0
    }
}

/// As a row keeps them: a JSON array.
impl fmt::Display for Choices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(&self.0).unwrap_or_default())
    }
}

/// A modifier as it was, or is, chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Choice {
    /// The modifier.
    pub id: CustomizationId,
    /// What it is called.
    pub name: String,
    /// What it adds to the price of one, in cents.
    pub extra_cost_cents: Cents,
}

/// What the kitchen reads of the choices; `None` where the product is taken as it is.
#[must_use]
pub fn in_words(choices: &[Choice]) -> Option<String> {
    let names: Vec<&str> = choices.iter().map(|choice| choice.name.as_str()).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choices(ids: &[i64]) -> Result<Choices, Refused> {
        Choices::try_from(ids.iter().copied().map(CustomizationId).collect::<Vec<_>>())
    }

    #[test]
    fn the_same_choice_is_the_same_text() {
        assert_eq!(choices(&[7, 3, 7]).unwrap().to_string(), "[3,7]");
        assert_eq!(Choices::read("[3,7]"), choices(&[3, 7]).unwrap());
        assert_eq!(Choices::NONE.to_string(), "[]");
        assert_eq!(Choices::read("nonsense"), Choices::NONE);
    }

    #[test]
    fn a_ticket_line_stays_readable() {
        assert!(choices(&(0..20).collect::<Vec<_>>()).is_ok());
        assert!(choices(&(0..21).collect::<Vec<_>>()).is_err());
        let choice = |name: &str| Choice { id: CustomizationId(1), name: name.into(), extra_cost_cents: Cents::ZERO };
        assert_eq!(in_words(&[choice("Extra queso"), choice("Sin sal")]).as_deref(), Some("Extra queso, Sin sal"));
        assert_eq!(in_words(&[]), None);
    }
}
