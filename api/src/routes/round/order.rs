//! What an order looks like on the wire, from a diner's phone and from a waiter's.

use domain::{
    Cents, DinerId, ProductId,
    menu::Choices,
    round::MAX_LINES,
    text::{Quantity, Text},
};
use operations::round::{Order, OrderLine};
use runtime::Problem;
use serde::Deserialize;
use utoipa::ToSchema;

/// An order.
#[derive(Deserialize, ToSchema)]
pub(crate) struct OrderBody {
    /// 1 to 200 lines.
    #[schema(min_items = 1, max_items = 200)]
    items: Vec<LineBody>,
    /// A note on the whole round.
    notes: Option<Text<500>>,
    /// What the client showed as the order's sum, in cents. A dearer order is refused with 409 `price_rose`, and its
    /// `total_cents` says what it costs now. A cheaper one is sent.
    expected_total_cents: Option<Cents>,
}

/// A line of an order.
#[derive(Deserialize, ToSchema)]
pub(crate) struct LineBody {
    product_id: ProductId,
    /// What is chosen of it: modifiers that the menu shows with the product.
    #[serde(default)]
    customization_ids: Choices,
    /// 1 to 99.
    qty: Quantity,
    /// At most 600 characters.
    notes: Option<Text<600>>,
    /// For whom, where the client knows; else it is the diner's whose line of the shared cart is sent.
    diner_id: Option<DinerId>,
    /// For whose place at the table, counted from 0 by the waiter. Not kept.
    diner_index: Option<u32>,
}

impl TryFrom<OrderBody> for Order {
    type Error = Problem;
    fn try_from(body: OrderBody) -> Result<Self, Problem> {
        if body.items.is_empty() || body.items.len() > MAX_LINES {
            return Err(Problem::unprocessable(format!("items: must hold 1 to {MAX_LINES} lines")));
        }
        let lines = body.items.into_iter();
        let lines = lines.map(|line| {
            let LineBody { product_id, customization_ids: choices, qty, notes, diner_id, diner_index: seat } = line;
            OrderLine { product_id, choices, qty, notes, diner_id, seat }
        });
        Ok(Self { lines: lines.collect(), notes: body.notes, expected_total: body.expected_total_cents })
    }
}
