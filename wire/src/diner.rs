//! Diners: who joined, their taste, their opinion.

use chrono::{DateTime, Utc};
use domain::{
    AllergenId, DinerId, FeedbackId, SessionId,
    menu::{Diet, Strictness},
    office::few,
    text::Name,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A diner as the table's phones see one.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RegisteredDiner)]
pub struct Registered {
    /// The diner.
    pub id: DinerId,
    /// Of which session.
    pub session_id: SessionId,
    /// What the others see.
    pub name: String,
    /// `#RRGGBB`
    pub color: String,
    /// The phone's own id of this visit.
    pub local_id: Option<String>,
    /// When it joined.
    pub joined_at: DateTime<Utc>,
    /// The phone's own id across visits.
    pub device_id: Option<String>,
}

/// What a diner avoids. Longer lists than these are no taste.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Taste {
    /// Products with these are hidden.
    #[serde(default, deserialize_with = "few::<_, _, 100>")]
    #[schema(max_items = 100)]
    pub excluded_allergen_ids: Vec<AllergenId>,
    /// Only products that suit all of these are shown.
    #[serde(default, deserialize_with = "few::<_, _, 100>")]
    #[schema(max_items = 100)]
    pub dietary_preferences: Vec<Diet>,
    /// Products made this way are hidden.
    #[serde(default, deserialize_with = "few::<_, _, 100>")]
    #[schema(max_items = 100)]
    pub excluded_cooking_methods: Vec<Name<30>>,
    /// Whether allergens related to the excluded ones count too.
    #[serde(default)]
    pub cross_reactions_enabled: bool,
    /// How careful the filter is.
    #[serde(default = "strict")]
    pub strictness: Strictness,
}

const fn strict() -> Strictness {
    Strictness::Strict
}

/// The taste as kept.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct KeptTaste {
    /// Whose.
    pub diner_id: DinerId,
    /// Always null: the phones of a table share one token, and a device id is a secret of its owner.
    pub device_id: Option<String>,
    /// What was kept.
    pub implicit_preferences: Taste,
    /// When.
    pub updated_at: DateTime<Utc>,
}

/// What was kept of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Feedback {
    /// The feedback.
    pub id: FeedbackId,
    /// 1 to 5.
    pub rating: i32,
    /// In the party's own words.
    pub comment: Option<String>,
    /// When.
    pub created_at: DateTime<Utc>,
}
