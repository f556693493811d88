//! Rows of the office's reports.

use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    BranchId, Cents, CheckId, ProductId, SessionId, TableId, UserId, check::CheckStatus, payment::Tender,
    session::SessionStatus,
};
use serde::Serialize;
use utoipa::ToSchema;

/// A person who struck items.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[cfg_attr(feature = "orm", derive(sea_orm::FromQueryResult))]
pub struct PersonVoids {
    /// Who; null when nobody was noted.
    pub user_id: Option<UserId>,
    /// Their name, else their login.
    pub user_name: Option<String>,
    /// Lines struck, those of canceled rounds and those given away after they were served too.
    pub void_count: i64,
    /// Portions of them.
    pub total_quantity: i64,
    /// What they would have cost, before discounts, in cents.
    pub total_voided_cents: Cents,
}

/// A person who gave away what was on the table, and the manager who approved it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[cfg_attr(feature = "orm", derive(sea_orm::FromQueryResult))]
pub struct PersonComps {
    /// Who; null when nobody was noted.
    pub user_id: Option<UserId>,
    /// Their name, else their login.
    pub user_name: Option<String>,
    /// The manager who approved it.
    pub approved_by_id: UserId,
    /// Their name, else their login.
    pub approved_by_name: String,
    /// Lines given away, which are among the voids.
    pub comp_count: i64,
    /// Portions of them.
    pub total_quantity: i64,
    /// What they would have cost, before discounts, in cents.
    pub total_comped_cents: Cents,
}

/// The whole period in five numbers.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Summary {
    /// Money collected, without tips, less what went back in the period, in cents: below zero where more went than
    /// came.
    pub total_revenue_cents: i64,
    /// Rounds that the kitchen got.
    pub total_orders: i64,
    /// Revenue by order, in cents, rounded down.
    pub avg_order_value_cents: i64,
    /// Parties that sat down.
    pub total_sessions: i64,
    /// The hour of the day with the most orders, 0 to 23, the earlier of equals; null without orders.
    pub busiest_hour: Option<u32>,
}

/// A party that owes.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OpenCheck {
    /// The party's stay.
    pub session_id: SessionId,
    /// Where it is in its stay; CLOSED for a party that left without paying all.
    pub session_status: SessionStatus,
    /// The check; null before it was asked for.
    pub check_id: Option<CheckId>,
    /// Where the check stands.
    pub check_status: Option<CheckStatus>,
    /// The branch.
    pub branch_id: BranchId,
    /// Its name.
    pub branch_name: String,
    /// The party's table, the last one it had.
    pub table_id: TableId,
    /// That table's code.
    pub table_code: String,
    /// The waiter who has the table.
    pub waiter_id: Option<UserId>,
    /// Their name, else their login.
    pub waiter_name: Option<String>,
    /// When it sat down.
    pub opened_at: DateTime<Utc>,
    /// When it asked for the check.
    pub requested_at: Option<DateTime<Utc>>,
    /// What was ordered and stands, less discounts, in cents.
    pub total_cents: Cents,
    /// What of it is paid, in cents.
    pub paid_cents: Cents,
    /// What is left to pay, in cents.
    pub remaining_cents: Cents,
}

/// A member of the floor.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WaiterPerformance {
    /// Who.
    pub user_id: UserId,
    /// Their name, else their login.
    pub user_name: String,
    /// Parties that they had, took an order from or took money from.
    pub total_tables_served: i64,
    /// Orders that they took or confirmed.
    pub total_rounds_processed: i64,
    /// How many of these were served: what the first mean is of. Not shown.
    #[serde(skip)]
    #[schema(ignore)]
    pub total_rounds_served: i64,
    /// Money collected of their parties, without tips, less what went back in the period, in cents.
    pub total_revenue_cents: i64,
    /// What their parties gave as tips, in cents.
    pub total_tips_cents: i64,
    /// How long their orders took from the kitchen's receipt to the table, in minutes, to a tenth; 0 when none was
    /// served.
    pub avg_service_time_minutes: f64,
    /// Calls that they answered.
    pub total_service_calls: i64,
    /// How long diners waited for that answer, in seconds, to a tenth; 0 without calls.
    pub avg_response_time_seconds: f64,
}

/// An hour of the day.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HourOrders {
    /// 0 to 23 by the branch's clock.
    pub hour: u32,
    /// Rounds that the kitchen got in that hour of any day.
    pub order_count: i64,
}

/// A person who granted discounts.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[cfg_attr(feature = "orm", derive(sea_orm::FromQueryResult))]
pub struct PersonDiscounts {
    /// Who.
    pub user_id: UserId,
    /// Their name, else their login.
    pub user_name: String,
    /// Discounts that stand; one that was removed is in the audit log alone.
    pub discount_count: i64,
    /// Checks that they are on.
    pub check_count: i64,
    /// What they take off as the checks are now, in cents.
    pub total_discount_cents: Cents,
}

/// A person who wrote debts off.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[cfg_attr(feature = "orm", derive(sea_orm::FromQueryResult))]
pub struct PersonWriteOffs {
    /// Who.
    pub user_id: UserId,
    /// Their name, else their login.
    pub user_name: String,
    /// How often.
    pub write_off_count: i64,
    /// Checks that they are on.
    pub check_count: i64,
    /// What was given up, in cents.
    pub total_written_off_cents: Cents,
    /// How often what they gave up, on whatever day, was owed or paid after all in the period.
    pub reversal_count: i64,
    /// What that was, in cents.
    pub total_reversed_cents: Cents,
}

/// A product.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[cfg_attr(feature = "orm", derive(sea_orm::FromQueryResult))]
pub struct ProductSales {
    /// The product.
    pub product_id: ProductId,
    /// Its name today.
    pub product_name: String,
    /// Portions sold: those that the kitchen got and nobody struck, paid or not. One that is struck on a later day is
    /// taken off that day's.
    pub quantity_sold: i64,
    /// Money sold: what these portions come to after discounts, in cents, paid or not.
    pub total_revenue_cents: i64,
}

/// A day.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DaySales {
    /// The business day.
    pub date: NaiveDate,
    /// Money collected on that day, without tips, less what went back on it, in cents: below zero where more went than
    /// came.
    pub total_sales_cents: i64,
    /// Rounds that the kitchen got.
    pub order_count: i64,
    /// Sales by order, in cents, rounded down.
    pub avg_order_cents: i64,
}

/// A way to pay. `total_amount = total_sales + total_tips + total_refunded + total_charged_back`, to the cent.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[cfg_attr(feature = "orm", derive(sea_orm::FromQueryResult))]
pub struct MethodSales {
    /// CASH, CARD_PHYSICAL, TRANSFER_EXTERNAL, OTHER_MANUAL, or the provider.
    pub method: Tender,
    /// Payments that came in, whatever became of them.
    pub payment_count: i64,
    /// What came in, tips included, in cents.
    pub total_amount_cents: i64,
    /// What of it counts as tips, in cents.
    pub total_tips_cents: i64,
    /// What was given back in the period, whenever it came in, in cents.
    pub total_refunded_cents: i64,
    /// What the card's issuers took back in the period, less what they returned, in cents.
    pub total_charged_back_cents: i64,
    /// What of it counts towards bills, in cents.
    pub total_sales_cents: i64,
}
