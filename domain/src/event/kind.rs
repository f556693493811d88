//! Every event there is, with its payload and its audience.

use super::{
    audience::Audience,
    payload::*,
    word::{Vocabulary, Word},
};
use crate::{kitchen::TicketStatus, round::RoundStatus};
use serde::Serialize;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

/// The shape of an event's payload, for the gateway's document.
pub struct PayloadSchema {
    /// The name of its own schema.
    pub name: String,
    /// That schema and all it refers to, by name.
    pub schemas: Vec<(String, RefOr<Schema>)>,
}

impl PayloadSchema {
    fn of<T: ToSchema>() -> Self {
        let name = T::name().into_owned();
        let mut schemas = vec![(name.clone(), <T as PartialSchema>::schema())];
        T::schemas(&mut schemas);
        Self { name, schemas }
    }
}

/// Declares [`Event`] and [`EventType`] from one list, so that neither can miss a type the other has.
macro_rules! events {
    ($($(#[doc = $doc:literal])+ $variant:ident($payload:ty) = $text:literal to $audience:ident;)+) => {
        /// What happened, with what the clients read of it. Serializes as `{"type": …, "entity": …}`.
        #[derive(Clone, Debug, Serialize)]
        #[serde(tag = "type", content = "entity")]
        pub enum Event {
            $($(#[doc = $doc])+ #[serde(rename = $text)] $variant($payload),)+
        }

        /// The name of an event on the wire.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Deserialize, Serialize, utoipa::ToSchema)]
        pub enum EventType {
            $($(#[doc = $doc])+ #[serde(rename = $text)] $variant,)+
        }

        impl Event {
            /// Its type.
            #[must_use]
            pub const fn kind(&self) -> EventType {
                match self {
                    $(Self::$variant(_) => EventType::$variant,)+
                }
            }

            /// Its payload as JSON text: the bytes that live delivery and replay share.
            ///
            /// # Errors
            /// Never for the payloads declared here; the signature is serde's.
            pub fn entity_json(&self) -> serde_json::Result<String> {
                match self {
                    $(Self::$variant(payload) => serde_json::to_string(payload),)+
                }
            }
        }

        impl EventType {
            /// Every type.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }

            /// The type of that name.
            #[must_use]
            pub fn parse(name: &str) -> Option<Self> {
                match name {
                    $($text => Some(Self::$variant),)+
                    _ => None,
                }
            }

            /// What it says, in a sentence.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self {
                    $(Self::$variant => concat!($($doc),+).trim(),)+
                }
            }

            /// The shape of its payload.
            #[must_use]
            pub fn payload(self) -> PayloadSchema {
                match self {
                    $(Self::$variant => PayloadSchema::of::<$payload>(),)+
                }
            }

            /// Who hears it (design.md §3).
            #[must_use]
            pub const fn audience(self) -> Audience {
                match self {
                    $(Self::$variant => Audience::$audience,)+
                }
            }
        }
    };
}

impl Vocabulary for EventType {
    fn text(self) -> &'static str {
        self.as_str()
    }

    fn of(text: &str) -> Option<Self> {
        Self::parse(text)
    }
}

impl Word<EventType> {
    /// Who hears it where nobody said so. Of what this version does not know only the admins: they hear nearly
    /// everything anyway, and a guest must not hear what may be meant for the house.
    #[must_use]
    pub const fn audience(&self) -> Audience {
        match self {
            Self::Known(kind) => kind.audience(),
            Self::Unknown(_) => Audience::A,
        }
    }
}

events! {
    /// A party sat down.
    TableSessionStarted(TableRef) = "TABLE_SESSION_STARTED" to A_W_S;
    /// The party left, and with it its open calls.
    TableCleared(TableCleared) = "TABLE_CLEARED" to A_WS_S;
    /// A table's state changed otherwise, or somebody joined the party or was removed from it.
    TableStatusChanged(TableState) = "TABLE_STATUS_CHANGED" to A_WS_S;
    /// A session moved to another table or waiter.
    TableTransferred(TableTransferred) = "TABLE_TRANSFERRED" to A_WS_K_S;
    /// A diner's round waits for a waiter's word.
    RoundPending(RoundRef) = "ROUND_PENDING" to A_W_S;
    /// A waiter accepted it.
    RoundConfirmed(RoundRef) = "ROUND_CONFIRMED" to A_WS_S;
    /// The kitchen has it.
    RoundSubmitted(RoundRef) = "ROUND_SUBMITTED" to A_WS_K_S;
    /// Being cooked.
    RoundInKitchen(RoundRef) = "ROUND_IN_KITCHEN" to A_WS_K_S;
    /// To be carried out.
    RoundReady(RoundRef) = "ROUND_READY" to A_WS_K_S;
    /// On the table.
    RoundServed(RoundRef) = "ROUND_SERVED" to A_WS_K_S;
    /// Will not be made.
    RoundCanceled(RoundRef) = "ROUND_CANCELED" to A_WS_K_S;
    /// An item was struck.
    RoundItemVoided(RoundItemVoided) = "ROUND_ITEM_VOIDED" to A_WS_K_S;
    /// An item was taken out before the kitchen knew of it.
    RoundItemDeleted(RoundItemDeleted) = "ROUND_ITEM_DELETED" to A_WS_S;
    /// A station began.
    TicketInProgress(TicketRef) = "TICKET_IN_PROGRESS" to A_WS_K;
    /// A station is done.
    TicketReady(TicketRef) = "TICKET_READY" to A_WS_K;
    /// A station's share was carried out.
    TicketDelivered(TicketRef) = "TICKET_DELIVERED" to A_WS_K;
    /// A diner calls.
    ServiceCallCreated(CallRef) = "SERVICE_CALL_CREATED" to A_WS_S;
    /// A waiter is on the way.
    ServiceCallAcked(CallRef) = "SERVICE_CALL_ACKED" to A_WS_S;
    /// The call is done.
    ServiceCallClosed(CallRef) = "SERVICE_CALL_CLOSED" to A_WS_S;
    /// The check was asked for, or comes to something else now.
    CheckRequested(CheckRef) = "CHECK_REQUESTED" to A_WS_S;
    /// Money came in.
    PaymentApproved(PaymentRef) = "PAYMENT_APPROVED" to A_WS_S;
    /// The provider refused a payment.
    PaymentRejected(PaymentRef) = "PAYMENT_REJECTED" to A_WS_S;
    /// A payment expired, was called off, or was taken back by the card's issuer.
    PaymentFailed(PaymentRef) = "PAYMENT_FAILED" to A_WS_S;
    /// Money went back.
    PaymentRefunded(PaymentRef) = "PAYMENT_REFUNDED" to A_WS_S;
    /// Nothing is owed any more.
    CheckPaid(CheckRef) = "CHECK_PAID" to A_WS_S;
    /// A line joined the cart.
    CartItemAdded(CartLine) = "CART_ITEM_ADDED" to S;
    /// A line of the cart changed.
    CartItemUpdated(CartLine) = "CART_ITEM_UPDATED" to S;
    /// A line left the cart.
    CartItemRemoved(CartLineRemoved) = "CART_ITEM_REMOVED" to S;
    /// The cart is empty.
    CartCleared(CartCleared) = "CART_CLEARED" to S;
    /// What of the cart a round left, to replace what a phone shows ([`crate::cart`]).
    CartSync(Cart) = "CART_SYNC" to S;
    /// A product was 86'd or is back.
    ProductAvailabilityChanged(ProductAvailability) = "PRODUCT_AVAILABILITY_CHANGED" to A_W_K_D;
    /// The office added something.
    EntityCreated(EntityRef) = "ENTITY_CREATED" to A;
    /// The office changed something.
    EntityUpdated(EntityRef) = "ENTITY_UPDATED" to A;
    /// The office deleted something.
    EntityDeleted(EntityRef) = "ENTITY_DELETED" to A;
    /// The office deleted something, and with it what stood under it.
    CascadeDelete(CascadeDelete) = "CASCADE_DELETE" to A;
}

impl Event {
    /// What the branch is told of a round that has come to stand at `status`, by whatever road.
    #[must_use]
    pub const fn round_is(status: RoundStatus, round: RoundRef) -> Self {
        match status {
            RoundStatus::Pending => Self::RoundPending(round),
            RoundStatus::Confirmed => Self::RoundConfirmed(round),
            RoundStatus::Submitted => Self::RoundSubmitted(round),
            RoundStatus::InKitchen => Self::RoundInKitchen(round),
            RoundStatus::Ready => Self::RoundReady(round),
            RoundStatus::Served => Self::RoundServed(round),
            RoundStatus::Canceled => Self::RoundCanceled(round),
        }
    }

    /// What the branch is told of a ticket that moved; of a new one the round tells.
    #[must_use]
    pub fn ticket_moved(ticket: TicketRef) -> Option<Self> {
        match ticket.status {
            TicketStatus::Pending => None,
            TicketStatus::InProgress => Some(Self::TicketInProgress(ticket)),
            TicketStatus::Ready => Some(Self::TicketReady(ticket)),
            TicketStatus::Delivered => Some(Self::TicketDelivered(ticket)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Waiters;

    #[test]
    fn carts_stay_at_their_table() {
        for kind in EventType::ALL.iter().filter(|kind| kind.as_str().starts_with("CART_")) {
            let audience = kind.audience();
            assert!(audience.session && !audience.admins && !audience.kitchen && !audience.diners);
            assert_eq!(audience.waiters, Waiters::No);
        }
    }

    #[test]
    fn only_availability_reaches_diners_of_other_tables() {
        for kind in EventType::ALL {
            assert_eq!(kind.audience().diners, *kind == EventType::ProductAvailabilityChanged, "{}", kind.as_str());
        }
    }

    #[test]
    fn names_read_back() {
        for kind in EventType::ALL {
            assert_eq!(EventType::parse(kind.as_str()), Some(*kind));
            assert_eq!(Word::read(kind.as_str()), Word::Known(*kind));
        }
    }

    #[test]
    fn what_a_later_version_says_is_for_the_admins() {
        let later = Word::<EventType>::read("ROUND_PRINTED");
        assert_eq!((later.as_str(), later.known(), later.audience()), ("ROUND_PRINTED", None, Audience::A));
        assert_eq!(Word::from(EventType::CartSync).audience(), Audience::S);
    }
}
