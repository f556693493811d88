//! What every reader of a round sees of its lines: kitchen, floor, office and the party itself.

use domain::{ProductId, menu::Choice, text::Quantity};
use serde::Serialize;
use utoipa::ToSchema;

/// A line of a round: what was ordered. Each reader's own line says more about it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = OrderedLine)]
pub struct Line {
    /// What.
    pub product_id: ProductId,
    /// Its name when it was sent.
    pub product_name: String,
    /// How many.
    pub qty: Quantity,
    /// What is chosen of it.
    pub customizations: Vec<Choice>,
    /// For staff what is chosen in words and the diner's wish; for the party its wish alone.
    pub notes: Option<String>,
}
