//! A diner's taste is kept for the next visit (M17). Under the session's lock, so that of two phones the later one wins
//! whole (I5).

use crate::{
    Error, Result,
    command::{Done, command},
};
use auth::Diner;
use chrono::{DateTime, Utc};
use domain::{
    AllergenId, DinerId,
    menu::{Diet, Strictness},
    text::Name,
};
use serde::{Deserialize, Serialize};
use store::{Answer, Attempt, Database};
use utoipa::ToSchema;

/// What a diner avoids.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Taste {
    /// Products with these are hidden.
    #[serde(default)]
    pub excluded_allergen_ids: Vec<AllergenId>,
    /// Only products that suit all of these are shown.
    #[serde(default)]
    pub dietary_preferences: Vec<Diet>,
    /// Products made this way are hidden.
    #[serde(default)]
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

/// Longer lists are no taste.
const MOST: usize = 100;

impl Taste {
    /// Whether the lists have a length that somebody can have meant.
    #[must_use]
    pub fn is_plausible(&self) -> bool {
        self.excluded_allergen_ids.len() <= MOST
            && self.dietary_preferences.len() <= MOST
            && self.excluded_cooking_methods.len() <= MOST
    }
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

/// Keeps the taste of the diner of that id, or without one of the diner who joined last.
///
/// # Errors
/// No such diner at the table.
pub async fn prefer(
    db: &Database,
    diner: &Diner,
    who: Option<DinerId>,
    taste: &Taste,
    attempt: &Attempt,
) -> Result<Answer> {
    let kept = serde_json::to_value(taste).map_err(|_| Error::Internal("a taste cannot be written"))?;
    let kept = &kept;
    command(
        db,
        "diner.prefer",
        (diner, attempt),
        |uow| async move { uow.lock_session(diner, diner.session_id()).await },
        |act, session| async move {
            let row = act.uow.find_diner(&session, who).await?.ok_or(Error::NotFound("diner"))?;
            let answer = KeptTaste {
                diner_id: row.id,
                device_id: None,
                implicit_preferences: taste.clone(),
                updated_at: act.uow.now(),
            };
            act.uow.set_diner_preferences(&session, row, kept.clone()).await?;
            Ok(Done::Changed(answer))
        },
    )
    .await
}
