//! The registry of tables: every table of the schema, once, with what whoever handles whole tables must know of it.
//!
//! A backup counts the rows by it, a move or an export copies by it, a check walks by it. A table that a migration adds
//! and nobody lists would be left out of all of them without a word, so a test on each database compares this list with
//! the schema: names, keys, the business's column, and that parents stand before their children.

#[cfg(test)]
mod tests;

/// Whose rows a table has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// A row is a business: its `id` is what others have as `tenant_id`.
    Business,
    /// Each row says its business in `tenant_id`.
    OfBusiness,
    /// The rows belong to the server and to no business.
    Server,
}

/// What names a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// The column `id`, numbered by the database: PostgreSQL's identity, SQLite's AUTOINCREMENT.
    Numbered,
    /// These columns, which whoever adds the row fills in.
    Given(&'static [&'static str]),
}

impl Key {
    /// The key's columns, in their order.
    #[must_use]
    pub const fn columns(&self) -> &'static [&'static str] {
        match self {
            Self::Numbered => &["id"],
            Self::Given(columns) => columns,
        }
    }
}

/// A table of the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Table {
    /// What SQL calls it.
    pub name: &'static str,
    /// Whose rows it has.
    pub owner: Owner,
    /// What names a row.
    pub key: Key,
    /// Columns that point to a row which is added later: to a table further down, or to this one. They may be null, and
    /// whoever adds rows in the order of this list fills them in at the end.
    pub later: &'static [&'static str],
    /// Whether its rows are the house's own. What a process notes about itself is not.
    pub kept: bool,
}

impl Table {
    const fn numbered(name: &'static str) -> Self {
        Self { name, owner: Owner::OfBusiness, key: Key::Numbered, later: &[], kept: true }
    }

    const fn given(name: &'static str, columns: &'static [&'static str]) -> Self {
        Self { name, owner: Owner::OfBusiness, key: Key::Given(columns), later: &[], kept: true }
    }

    const fn later(self, columns: &'static [&'static str]) -> Self {
        Self { later: columns, ..self }
    }

    const fn of(self, owner: Owner) -> Self {
        Self { owner, ..self }
    }

    const fn of_process(self) -> Self {
        Self { owner: Owner::Server, kept: false, ..self }
    }
}

/// Every table, parents before their children.
pub static TABLES: &[Table] = &[
    Table::numbered("tenant").of(Owner::Business),
    Table::numbered("app_user").later(&["deletion_id"]),
    Table::numbered("branch").later(&["deletion_id"]),
    Table::numbered("deletion"),
    Table::numbered("allergen"),
    Table::given("audit_chain", &["tenant_id"]),
    Table::numbered("audit_log"),
    Table::given("branch_stream", &["branch_id"]),
    Table::numbered("cash_register"),
    Table::numbered("cash_session"),
    Table::numbered("catalog_entry"),
    Table::numbered("category"),
    Table::given("branch_category_exclusion", &["branch_id", "category_id"]),
    Table::numbered("cross_reaction"),
    Table::numbered("customization"),
    Table::numbered("event"),
    Table::numbered("idempotency_key"),
    Table::numbered("ingredient_group"),
    Table::numbered("ingredient"),
    Table::numbered("promotion"),
    Table::given("promotion_branch", &["promotion_id", "branch_id"]),
    Table::numbered("provider_account"),
    Table::given("notice_day", &["account_id", "day"]),
    Table::numbered("payment_sync"),
    Table::numbered("provider_notice"),
    Table::numbered("reconciliation"),
    Table::numbered("refresh_token"),
    Table::numbered("sector"),
    Table::numbered("dining_table"),
    Table::numbered("station"),
    Table::numbered("sub_ingredient"),
    Table::numbered("subcategory"),
    Table::given("branch_subcategory_exclusion", &["branch_id", "subcategory_id"]),
    Table::numbered("product").later(&["recipe_id"]),
    Table::numbered("branch_product"),
    Table::given("customization_product", &["customization_id", "product_id"]),
    Table::numbered("product_allergen"),
    Table::given("promotion_item", &["promotion_id", "product_id"]),
    Table::numbered("recipe"),
    Table::numbered("recipe_allergen"),
    Table::numbered("table_session"),
    Table::numbered("feedback"),
    Table::numbered("guest_check"),
    Table::numbered("check_discount"),
    Table::numbered("round"),
    Table::numbered("kitchen_ticket"),
    Table::numbered("service_call"),
    Table::numbered("session_phone").later(&["diner_id"]),
    Table::numbered("diner"),
    Table::numbered("cart_item"),
    Table::given("checkout", &["id"]),
    Table::numbered("payment"),
    Table::numbered("cancellation"),
    Table::numbered("cash_movement"),
    Table::numbered("cash_waiting"),
    Table::numbered("money_incident"),
    Table::numbered("payment_change"),
    Table::numbered("refund"),
    Table::numbered("round_item").later(&["split_of_id"]),
    Table::numbered("charge"),
    Table::numbered("allocation"),
    Table::numbered("charge_claim"),
    Table::numbered("kitchen_ticket_item"),
    Table::numbered("tip"),
    Table::numbered("tip_pool"),
    Table::numbered("tip_share"),
    Table::numbered("user_branch_role"),
    Table::numbered("waiter_sector_assignment"),
    Table::numbered("work"),
    Table::numbered("write_off"),
    Table::numbered("write_off_reversal"),
    // The sign of life of a process, and which migrations have run: every database writes its own.
    Table::given("write_probe", &["process"]).of_process(),
    Table::given("seaql_migrations", &["version"]).of_process(),
    Table::given("schema_addition", &["version"]).of_process(),
    // The last backup of this very database: one that is restored or moved has none yet.
    Table::given("last_backup", &["id"]).of_process(),
];

/// The tables whose rows are the house's own.
pub fn kept_tables() -> impl Iterator<Item = &'static Table> {
    TABLES.iter().filter(|table| table.kept)
}
