//! The schema's history: append-only, one change a file, the same text for PostgreSQL and SQLite (`dialect`).
//!
//! The database holds what no bug in the code may break (I5, I8): CHECKs on every status and amount, partial
//! unique indexes for "at most one", foreign keys with an index each.

mod additive;
mod dialect;
mod m20261124_000001_create_tenancy;
mod m20261124_000002_create_staff;
mod m20261124_000003_create_floor;
mod m20261124_000004_create_menu;
mod m20261124_000005_create_sessions;
mod m20261124_000006_create_rounds;
mod m20261124_000007_create_service_calls;
mod m20261124_000008_create_event_log;
mod m20261124_000009_create_idempotency_keys;
mod m20261124_000010_create_audit_log;
mod m20261124_000011_settle_cart_lines;
mod m20261124_000012_index_finished_rounds;
mod m20261124_000013_create_checks;
mod m20261124_000014_create_payments;
mod m20261124_000015_create_provider_inbox;
mod m20261124_000016_chain_audit_log;
mod m20261124_000017_soft_delete;
mod m20261124_000018_create_exclusions;
mod m20261124_000019_schedule_menu;
mod m20261124_000023_create_tips;
mod m20261124_000024_create_cash_register;
mod m20261124_000025_one_row_a_provided_payment;
mod m20261124_000026_index_reports;
mod m20261124_000027_create_ingredients;
mod m20261124_000028_create_customizations;
mod m20261124_000029_create_promotions;
mod m20261124_000031_create_recipes;
mod m20261124_000032_link_products_to_recipes;
mod m20261128_000033_branch_join_rule;
mod m20261128_000034_table_join_codes;
mod m20261128_000035_session_phones;
mod m20261128_000036_remove_diners;
mod m20261128_000037_bound_notices;
mod m20261128_000038_count_notices;
mod m20261128_000039_index_old_looks;
mod m20261128_000041_create_write_probe;
mod m20261128_000050_open_account_providers;
mod m20261128_000051_open_tenders;
mod m20261128_000052_name_tip_providers;
mod m20261128_000053_name_cash_providers;
mod m20261128_000054_doubt_payments;
mod m20261128_000055_create_cancellations;
mod m20261128_000070_say_who_hears_events;
mod m20261129_000080_create_work;
mod m20261129_000081_queue_syncs;
mod m20261129_000082_queue_refunds;
mod m20261129_000083_queue_cancellations;
mod m20261129_000084_index_lanes;
mod m20261129_000100_round_takes_from_cart;
mod m20261129_000101_tell_prices;
mod m20261129_000102_raise_prices;
mod m20261129_000110_create_write_offs;
mod m20261129_000111_keep_business_days;
mod m20261129_000112_keep_unbooked_cash;
mod m20261129_000120_round_cash;
mod m20261129_000131_create_stations;
mod m20261129_000132_open_stations;
mod m20261129_000133_name_what_is_given;
mod m20261129_000141_speak_a_language;
mod m20261130_000151_reverse_write_offs;
mod m20261130_000152_keep_deleted_charges;
mod m20261130_000153_write_fewer_indexes;
mod m20261130_000171_suspend_businesses;
mod m20261130_000172_note_additions;
mod m20261130_000191_note_backups;

pub use additive::{BASE, is_additive};
pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::prelude::*;

/// Runs the migrations in order.
#[derive(Debug)]
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261124_000001_create_tenancy::Migration),
            Box::new(m20261124_000002_create_staff::Migration),
            Box::new(m20261124_000003_create_floor::Migration),
            Box::new(m20261124_000004_create_menu::Migration),
            Box::new(m20261124_000005_create_sessions::Migration),
            Box::new(m20261124_000006_create_rounds::Migration),
            Box::new(m20261124_000007_create_service_calls::Migration),
            Box::new(m20261124_000008_create_event_log::Migration),
            Box::new(m20261124_000009_create_idempotency_keys::Migration),
            Box::new(m20261124_000010_create_audit_log::Migration),
            Box::new(m20261124_000011_settle_cart_lines::Migration),
            Box::new(m20261124_000012_index_finished_rounds::Migration),
            Box::new(m20261124_000013_create_checks::Migration),
            Box::new(m20261124_000014_create_payments::Migration),
            Box::new(m20261124_000015_create_provider_inbox::Migration),
            Box::new(m20261124_000016_chain_audit_log::Migration),
            Box::new(m20261124_000017_soft_delete::Migration),
            Box::new(m20261124_000018_create_exclusions::Migration),
            Box::new(m20261124_000019_schedule_menu::Migration),
            Box::new(m20261124_000023_create_tips::Migration),
            Box::new(m20261124_000024_create_cash_register::Migration),
            Box::new(m20261124_000025_one_row_a_provided_payment::Migration),
            Box::new(m20261124_000026_index_reports::Migration),
            Box::new(m20261124_000027_create_ingredients::Migration),
            Box::new(m20261124_000028_create_customizations::Migration),
            Box::new(m20261124_000029_create_promotions::Migration),
            Box::new(m20261124_000031_create_recipes::Migration),
            Box::new(m20261124_000032_link_products_to_recipes::Migration),
            Box::new(m20261128_000033_branch_join_rule::Migration),
            Box::new(m20261128_000034_table_join_codes::Migration),
            Box::new(m20261128_000035_session_phones::Migration),
            Box::new(m20261128_000036_remove_diners::Migration),
            Box::new(m20261128_000037_bound_notices::Migration),
            Box::new(m20261128_000038_count_notices::Migration),
            Box::new(m20261128_000039_index_old_looks::Migration),
            Box::new(m20261128_000041_create_write_probe::Migration),
            Box::new(m20261128_000050_open_account_providers::Migration),
            Box::new(m20261128_000051_open_tenders::Migration),
            Box::new(m20261128_000052_name_tip_providers::Migration),
            Box::new(m20261128_000053_name_cash_providers::Migration),
            Box::new(m20261128_000054_doubt_payments::Migration),
            Box::new(m20261128_000055_create_cancellations::Migration),
            Box::new(m20261128_000070_say_who_hears_events::Migration),
            Box::new(m20261129_000080_create_work::Migration),
            Box::new(m20261129_000081_queue_syncs::Migration),
            Box::new(m20261129_000082_queue_refunds::Migration),
            Box::new(m20261129_000083_queue_cancellations::Migration),
            Box::new(m20261129_000084_index_lanes::Migration),
            Box::new(m20261129_000100_round_takes_from_cart::Migration),
            Box::new(m20261129_000101_tell_prices::Migration),
            Box::new(m20261129_000102_raise_prices::Migration),
            Box::new(m20261129_000110_create_write_offs::Migration),
            Box::new(m20261129_000111_keep_business_days::Migration),
            Box::new(m20261129_000112_keep_unbooked_cash::Migration),
            Box::new(m20261129_000120_round_cash::Migration),
            Box::new(m20261129_000131_create_stations::Migration),
            Box::new(m20261129_000132_open_stations::Migration),
            Box::new(m20261129_000133_name_what_is_given::Migration),
            Box::new(m20261129_000141_speak_a_language::Migration),
            Box::new(m20261130_000151_reverse_write_offs::Migration),
            Box::new(m20261130_000152_keep_deleted_charges::Migration),
            Box::new(m20261130_000153_write_fewer_indexes::Migration),
            Box::new(m20261130_000171_suspend_businesses::Migration),
            Box::new(m20261130_000172_note_additions::Migration),
            Box::new(m20261130_000191_note_backups::Migration),
        ]
    }
}
