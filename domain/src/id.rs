//! Typed ids. A bare integer never crosses a function boundary, so a table id cannot be passed where a session id is
//! meant.
//!
//! On the wire every id is a JSON integer below 2^53 (the clients compare them with `===`).

/// A checkout's id, made here: random (UUID v4), since the payer's browser and the provider carry it about as the
/// `external_reference` (at most 64 characters, payments.md §1).
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
#[cfg_attr(feature = "orm", derive(sea_orm::DeriveValueType))]
#[serde(transparent)]
pub struct CheckoutId(pub String);

impl CheckoutId {
    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

// The ORM asks of every primary key whether the database may number it; this one it may not.
#[cfg(feature = "orm")]
impl sea_orm::TryFromU64 for CheckoutId {
    fn try_from_u64(_: u64) -> Result<Self, sea_orm::DbErr> {
        Err(sea_orm::DbErr::ConvertFromU64("CheckoutId"))
    }
}

impl std::fmt::Display for CheckoutId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Declares id newtypes over the 64-bit integers the database assigns.
macro_rules! id {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        #[cfg_attr(feature = "orm", derive(sea_orm::DeriveValueType))]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl $name {
            /// The integer behind the id, for the wire and the database.
            #[must_use]
            pub const fn get(self) -> i64 {
                self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;
            fn from_str(s: &str) -> Result<Self, Self::Err> {
                s.parse().map(Self)
            }
        }
    )+};
}

id! {
    /// The business that owns branches, menu and staff.
    TenantId;
    /// One restaurant of a tenant.
    BranchId;
    /// A member of staff.
    UserId;
    /// A role a user holds in a branch.
    GrantId;
    /// A part of the floor.
    SectorId;
    /// A physical table.
    TableId;
    /// A waiter's place on the roster.
    AssignmentId;
    /// A menu category.
    CategoryId;
    /// A menu subcategory.
    SubcategoryId;
    /// A product of the tenant. Real ids start at 101: the diner app hard-codes names for 1-14.
    ProductId;
    /// A product's price and availability in one branch.
    BranchProductId;
    /// An allergen.
    AllergenId;
    /// A cross-reaction between two allergens.
    CrossReactionId;
    /// A product's link to an allergen.
    ProductAllergenId;
    /// One party's stay at a table.
    SessionId;
    /// One diner of a session.
    DinerId;
    /// One phone that joined a session, registered as a diner or not.
    PhoneId;
    /// A line of the shared cart.
    CartItemId;
    /// An order sent from a table.
    RoundId;
    /// A line of a round.
    RoundItemId;
    /// A station's share of a round.
    TicketId;
    /// A line of a ticket.
    TicketItemId;
    /// A diner's call for a waiter.
    CallId;
    /// What a session owes.
    CheckId;
    /// One line of a check: what one round item costs.
    ChargeId;
    /// A reduction of a check, granted by a manager.
    DiscountId;
    /// An amount that a manager gave up.
    WriteOffId;
    /// What was tendered towards a check.
    PaymentId;
    /// A part of a payment that covers a part of a charge, or takes it away again.
    AllocationId;
    /// A diner's word that it pays an item.
    ClaimId;
    /// Money to be given back.
    RefundId;
    /// A payment that is being called off.
    CancellationId;
    /// Credentials with a payment provider.
    AccountId;
    /// A piece of background work.
    WorkId;
    /// A payment to be made equal to the provider's truth.
    SyncId;
    /// A notification as a provider sent it.
    NoticeId;
    /// Something about money that a person must look at.
    IncidentId;
    /// A day's comparison of our ledger with a provider's.
    ReconciliationId;
    /// A diner's rating of the visit.
    FeedbackId;
    /// A row of the event log.
    EventId;
    /// A claimed idempotency key.
    IdempotencyKeyId;
    /// A stored refresh token.
    RefreshTokenId;
    /// A place in a branch's kitchen.
    StationId;
    /// A tip.
    TipId;
    /// How tips are shared out.
    TipPoolId;
    /// A part of a tip.
    TipShareId;
    /// A cash register.
    CashRegisterId;
    /// The time between opening a register and counting it.
    CashSessionId;
    /// Money that went into a drawer or out of it.
    CashMovementId;
    /// Products at a price of their own for a while.
    PromotionId;
    /// A modifier: what a diner may choose of a product.
    CustomizationId;
    /// A shelf of ingredients.
    IngredientGroupId;
    /// What recipes use.
    IngredientId;
    /// What a processed ingredient is made of.
    SubIngredientId;
    /// A word of a list.
    CatalogEntryId;
    /// How something is made.
    RecipeId;
    /// That a recipe contains an allergen.
    RecipeAllergenId;
    /// What the office deleted, with all that went with it.
    DeletionId;
    /// A row of the audit log.
    AuditId;
}
