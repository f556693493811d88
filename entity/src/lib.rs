//! The tables as the ORM sees them: one a file, fields and relations, nothing else.
//!
//! What a column means stands beside its CHECK in `migration`; what a value means stands in `domain`.

#![expect(missing_docs, reason = "a column's meaning stands in the migration that creates it")]

pub mod allergen;
pub mod allocation;
pub mod audit_log;
pub mod branch;
pub mod branch_category_exclusion;
pub mod branch_product;
pub mod branch_stream;
pub mod branch_subcategory_exclusion;
pub mod cancellation;
pub mod cart_item;
pub mod category;
pub mod charge;
pub mod charge_claim;
pub mod check;
pub mod check_discount;
pub mod checkout;
pub mod cross_reaction;
pub mod customization;
pub mod customization_product;
pub mod diner;
pub mod event;
pub mod feedback;
pub mod idempotency_key;
pub mod kitchen_ticket;
pub mod kitchen_ticket_item;
pub mod money_incident;
pub mod payment;
pub mod product;
pub mod product_allergen;
pub mod provider_account;
pub mod provider_notice;
pub mod recipe;
pub mod recipe_allergen;
pub mod reconciliation;
pub mod refresh_token;
pub mod refund;
pub mod round;
pub mod round_item;
pub mod sector;
pub mod service_call;
pub mod session_phone;
pub mod station;
pub mod subcategory;
pub mod table;
pub mod table_session;
pub mod tenant;
pub mod user;
pub mod user_branch_role;
pub mod waiter_sector_assignment;
pub mod work;
