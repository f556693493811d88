//! What the clients read in `entity` (realtime.md §3.5). Ids are real, always.

use crate::{
    Cents,
    call::CallType,
    check::CheckStatus,
    id::{
        CallId, CartItemId, CheckId, DinerId, PaymentId, PhoneId, ProductId, RoundId, RoundItemId, SessionId, TicketId,
        UserId,
    },
    kitchen::{StationCode, TicketStatus},
    menu::{Choice, Choices},
    payment::{PaymentStatus, Tender},
    round::RoundStatus,
    table::TableStatus,
    text::Quantity,
};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

/// A round.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RoundRef {
    /// The round.
    pub round_id: RoundId,
    /// Its number within the session, from 1.
    pub round_number: i32,
}

/// An item taken out of a round the kitchen did not know yet.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RoundItemDeleted {
    /// The round.
    pub round_id: RoundId,
    /// The item.
    pub item_id: RoundItemId,
    /// What it was.
    pub product_id: ProductId,
    /// Whether that was the last item, so that the round is gone too.
    pub round_deleted: bool,
}

/// An item struck from a round.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RoundItemVoided {
    /// The round.
    pub round_id: RoundId,
    /// The item.
    pub item_id: RoundItemId,
    /// What it was.
    pub product_id: ProductId,
    /// Its name.
    pub product_name: String,
    /// Why.
    pub void_reason: String,
    /// Whether nothing is left, so that the round is canceled.
    pub round_canceled: bool,
    /// The round's state after the void.
    pub round_status: RoundStatus,
    /// The line that it was a part of, where only a part was struck; the item is then a new line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part_of: Option<PartOf>,
}

/// The line that a part was struck from.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct PartOf {
    /// The line.
    pub item_id: RoundItemId,
    /// How many were struck.
    pub voided_qty: i32,
    /// How many of it are left.
    pub left_qty: i32,
}

/// A station's ticket.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TicketRef {
    /// The ticket.
    pub ticket_id: TicketId,
    /// The round it belongs to.
    pub round_id: RoundId,
    /// The station.
    pub station: StationCode,
    /// Where it stands now.
    pub status: TicketStatus,
}

/// A diner's call.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CallRef {
    /// The call.
    pub call_id: CallId,
    /// What the diner wants.
    pub call_type: CallType,
}

/// A check.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CheckRef {
    /// The check.
    pub check_id: CheckId,
    /// What it comes to, in cents.
    pub total_cents: Cents,
    /// What of it is paid, in cents.
    pub paid_cents: Cents,
    /// Where it stands.
    pub check_status: CheckStatus,
}

/// A payment, and where its check stands after it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PaymentRef {
    /// The payment.
    pub payment_id: PaymentId,
    /// Its check.
    pub check_id: CheckId,
    /// What this is about, in cents, the tip included: what was paid or refused, or, of a refund, what went back.
    pub amount_cents: Cents,
    /// The part of it that is a tip.
    pub tip_cents: Cents,
    /// How it was tendered.
    pub provider: Tender,
    /// Where the payment stands.
    pub payment_status: PaymentStatus,
    /// The provider's or the manager's word for why, where there is one.
    #[schema(required)]
    pub reason: Option<String>,
    /// What the check comes to, in cents.
    pub total_cents: Cents,
    /// What of it is paid now, in cents.
    pub paid_cents: Cents,
}

/// A table.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TableRef {
    /// Its code, as on the QR sticker.
    pub table_code: String,
    /// Its state now.
    pub table_status: TableStatus,
}

/// A table whose party left.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TableCleared {
    /// Its code, as on the QR sticker.
    pub table_code: String,
    /// Its state now.
    pub table_status: TableStatus,
    /// The service calls that were open and are closed with it; no event of their own tells of them.
    pub closed_call_ids: Vec<CallId>,
}

/// A table that changed otherwise: its state, or who sits there.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TableState {
    /// Its code, as on the QR sticker.
    pub table_code: String,
    /// Its state now.
    pub table_status: TableStatus,
    /// Who joined the party just now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub joined: Option<GuestJoined>,
    /// Who was removed from the party just now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub removed: Option<GuestRemoved>,
}

impl From<TableRef> for TableState {
    fn from(TableRef { table_code, table_status }: TableRef) -> Self {
        Self { table_code, table_status, joined: None, removed: None }
    }
}

/// Somebody gave a name at the table.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct GuestJoined {
    /// The diner.
    pub diner_id: DinerId,
    /// What the others see.
    pub name: String,
    /// `#RRGGBB`
    pub color: String,
    /// When.
    pub joined_at: DateTime<Utc>,
}

/// Staff removed somebody from the table: these phones hear and do nothing more there.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct GuestRemoved {
    /// As whom the phones had registered.
    pub diner_ids: Vec<DinerId>,
    /// The phones. The gateway goes by them.
    pub phone_ids: Vec<PhoneId>,
}

/// A session that moved to another table or waiter.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TableTransferred {
    /// Code of the table this event is about.
    pub table_code: String,
    /// Its state now.
    pub table_status: TableStatus,
    /// The session that moved.
    pub session_id: SessionId,
    /// Code of the other table, when the session changed tables.
    pub other_table_code: Option<String>,
    /// The waiter who has it now.
    pub assigned_waiter_id: Option<UserId>,
}

/// A line of the shared cart, as M6 returns it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CartLine {
    /// The line.
    pub item_id: CartItemId,
    /// The product.
    pub product_id: ProductId,
    /// Its name now.
    pub product_name: String,
    /// Its picture.
    pub product_image: Option<String>,
    /// Price of one in the branch now, with what is chosen of it, in cents.
    pub price_cents: Cents,
    /// How many.
    pub quantity: Quantity,
    /// What is chosen of it.
    pub customization_ids: Choices,
    /// The same with names and prices, as far as it is on offer.
    pub customizations: Vec<Choice>,
    /// The diner's wish.
    pub notes: Option<String>,
    /// Who added it.
    pub diner_id: DinerId,
    /// That diner's name.
    pub diner_name: String,
    /// That diner's colour.
    pub diner_color: String,
    /// Whether it can be sent now: on the branch's menu, not out, and served at this hour.
    pub is_available: bool,
}

/// A line that left the cart.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CartLineRemoved {
    /// The line.
    pub item_id: CartItemId,
    /// The product.
    pub product_id: ProductId,
    /// Whose line it was.
    pub diner_id: DinerId,
}

/// The whole cart is gone.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CartCleared {
    /// Always true: the diner app tests it.
    pub cleared: bool,
}

/// The whole cart, to replace what a phone shows.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Cart {
    /// Every line, oldest first.
    pub items: Vec<CartLine>,
    /// Counts the writes to the cart.
    pub version: i64,
    /// What the lines cost when they are sent together now, in cents: combos and 2x1 included, which the price of one
    /// line does not show.
    pub total_cents: Cents,
}

/// A product was 86'd or is back.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProductAvailability {
    /// The product.
    pub product_id: ProductId,
    /// Whether it can be ordered.
    pub is_available: bool,
}

/// Something that went because something else did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Affected {
    /// What kind of thing.
    pub r#type: &'static str,
    /// Its id.
    pub id: i64,
}

/// A deletion that took more than the thing itself. A large one is told in several events, each with a part of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CascadeDelete {
    /// As of [`EntityRef`].
    pub entity_type: &'static str,
    /// What was deleted.
    pub entity_id: i64,
    /// Its name, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity_name: Option<String>,
    /// What went with it.
    pub affected_entities: Vec<Affected>,
}

/// Something the office manages changed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EntityRef {
    /// `branch`, `category`, `subcategory`, `product`, `allergen`, `table`, `staff`, `promotion`, …
    pub entity_type: &'static str,
    /// Its id.
    pub entity_id: i64,
    /// Its name, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity_name: Option<String>,
}
