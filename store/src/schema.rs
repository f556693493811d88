//! Holds the database's constraints against the types they repeat, on a freshly migrated SQLite file.

use crate::{Database, Location};
use domain::{
    BranchId, Currency, Role, Shift, SystemClock,
    call::{CallStatus, CallType},
    cash::{CashSessionStatus, CashWithoutSession, MovementType},
    check::{CheckStatus, DiscountType},
    event::{Envelope, EventSink},
    kitchen::TicketStatus,
    menu::{Presence, Probability, Severity},
    office::{Catalog, EntityKind},
    payment::{
        AccountStatus, CancellationFailure, CancellationStatus, CheckoutStatus, IncidentKind, NoticeVerdict,
        PaymentStatus, RefundKind, RefundStatus, Registrar, ResourceKind, SignatureMode, SyncCause, Tender,
    },
    recipe::RiskLevel,
    round::{RoundConfirmation, RoundStatus},
    session::{JoinRule, OpenedBy, SessionStatus},
    table::TableStatus,
    work::WorkStatus,
};
use sea_orm::FromQueryResult;
use std::{collections::BTreeMap, sync::Arc};

#[derive(Debug)]
struct Nowhere;

impl EventSink for Nowhere {
    fn publish(&self, _events: Vec<Envelope>) {}
}

async fn migrated() -> (Database, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let location = Location::Sqlite(folder.path().join("schema.db"));
    let db = Database::connect(&location, 2, Arc::new(SystemClock), Arc::new(Nowhere)).await.unwrap();
    db.migrate().await.unwrap();
    (db, folder)
}

#[derive(FromQueryResult)]
struct TableSql {
    name: String,
    sql: String,
}

#[derive(FromQueryResult)]
struct ForeignKey {
    child: String,
    column: String,
}

fn texts<T: Copy>(all: &[T], text: impl Fn(T) -> &'static str) -> Vec<String> {
    all.iter().map(|value| text(*value).to_owned()).collect()
}

/// Every column that holds one of our closed vocabularies.
fn vocabularies() -> BTreeMap<&'static str, Vec<String>> {
    let opened_by = texts(OpenedBy::ALL, OpenedBy::as_str);
    let currency = texts(Currency::ALL, Currency::as_str);
    BTreeMap::from([
        ("branch.round_confirmation", texts(RoundConfirmation::ALL, RoundConfirmation::as_str)),
        ("branch.join_rule", texts(JoinRule::ALL, JoinRule::as_str)),
        ("user_branch_role.role", texts(Role::ALL, Role::as_str)),
        ("dining_table.status", texts(TableStatus::ALL, TableStatus::as_str)),
        ("waiter_sector_assignment.shift", texts(Shift::ALL, Shift::as_str)),
        ("allergen.severity", texts(Severity::ALL, Severity::as_str)),
        ("cross_reaction.probability", texts(Probability::ALL, Probability::as_str)),
        ("product_allergen.presence", texts(Presence::ALL, Presence::as_str)),
        ("table_session.status", texts(SessionStatus::ALL, SessionStatus::as_str)),
        ("table_session.opened_by", opened_by.clone()),
        ("round.status", texts(RoundStatus::ALL, RoundStatus::as_str)),
        ("round.submitted_by", opened_by),
        ("kitchen_ticket.status", texts(TicketStatus::ALL, TicketStatus::as_str)),
        ("service_call.type", texts(CallType::ALL, CallType::as_str)),
        ("service_call.status", texts(CallStatus::ALL, CallStatus::as_str)),
        ("branch.currency", currency.clone()),
        ("guest_check.status", texts(CheckStatus::ALL, CheckStatus::as_str)),
        ("guest_check.currency", currency.clone()),
        ("check_discount.type", texts(DiscountType::ALL, DiscountType::as_str)),
        ("provider_account.currency", currency.clone()),
        ("provider_account.webhook_mode", texts(SignatureMode::ALL, SignatureMode::as_str)),
        ("provider_account.status", texts(AccountStatus::ALL, AccountStatus::as_str)),
        ("checkout.currency", currency),
        ("checkout.status", texts(CheckoutStatus::ALL, CheckoutStatus::as_str)),
        ("payment.status", texts(PaymentStatus::ALL, PaymentStatus::as_str)),
        ("payment.registered_by", texts(Registrar::ALL, Registrar::as_str)),
        ("provider_notice.verdict", texts(NoticeVerdict::ALL, NoticeVerdict::as_str)),
        ("payment_sync.kind", texts(ResourceKind::ALL, ResourceKind::as_str)),
        ("payment_sync.status", texts(WorkStatus::ALL, WorkStatus::as_str)),
        ("work.status", texts(WorkStatus::ALL, WorkStatus::as_str)),
        ("payment_sync.cause", texts(SyncCause::ALL, SyncCause::as_str)),
        ("catalog_entry.catalog", texts(Catalog::ALL, Catalog::as_str)),
        ("recipe.risk_level", texts(RiskLevel::ALL, RiskLevel::as_str)),
        ("deletion.entity_type", texts(EntityKind::ALL, EntityKind::as_str)),
        ("tip_share.role", texts(Role::ALL, Role::as_str)),
        ("cash_session.status", texts(CashSessionStatus::ALL, CashSessionStatus::as_str)),
        ("branch.cash_without_session", texts(CashWithoutSession::ALL, CashWithoutSession::as_str)),
        ("cash_waiting.movement_type", texts(MovementType::ALL, MovementType::as_str)),
        ("cash_movement.movement_type", texts(MovementType::ALL, MovementType::as_str)),
        ("cancellation.status", texts(CancellationStatus::ALL, CancellationStatus::as_str)),
        ("cancellation.failure", texts(CancellationFailure::ALL, CancellationFailure::as_str)),
        ("refund.kind", texts(RefundKind::ALL, RefundKind::as_str)),
        ("refund.status", texts(RefundStatus::ALL, RefundStatus::as_str)),
        ("money_incident.kind", texts(IncidentKind::ALL, IncidentKind::as_str)),
        ("event.actor_role", ["DINER", "WAITER", "KITCHEN", "MANAGER", "ADMIN", "SYSTEM"].map(str::to_owned).to_vec()),
    ])
}

/// The words of every `check (column in ('A', 'B'))`.
fn checks(tables: &[TableSql]) -> BTreeMap<String, Vec<String>> {
    let mut checks = BTreeMap::new();
    for table in tables {
        for check in table.sql.split("check (").skip(1) {
            let Some((column, rest)) = check.split_once(" in (") else { continue };
            // What compares a list with something else is no list of a column's values.
            if !column.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
                continue;
            }
            let words = rest.split_once(')').unwrap().0.split(',');
            let words = words.map(|word| word.trim().trim_matches('\'').to_owned()).collect();
            checks.insert(format!("{}.{column}", table.name), words);
        }
    }
    checks
}

#[tokio::test]
async fn every_check_lists_exactly_the_values_of_its_type() {
    let (db, _folder) = migrated().await;
    let sql = "select name, sql from sqlite_master where type = 'table' and name not like 'sqlite%'";
    let tables: Vec<TableSql> = crate::unit_of_work::all(db.reader(), sql, []).await.unwrap();
    let wanted: BTreeMap<String, Vec<String>> =
        vocabularies().into_iter().map(|(column, words)| (column.to_owned(), words)).collect();
    assert_eq!(checks(&tables), wanted);
}

/// What has a provider's number came through a provider; which of them there are is not the database's to know (I14).
#[tokio::test]
async fn the_tenders_of_staff_are_those_of_the_type() {
    let (db, _folder) = migrated().await;
    let sql = "select name, sql from sqlite_master where type = 'table' and name = 'payment'";
    let table: Option<TableSql> = crate::unit_of_work::one(db.reader(), sql, []).await.unwrap();
    let words: Vec<String> = Tender::MANUAL.iter().map(|tender| format!("'{}'", tender.as_str())).collect();
    let wanted = format!("check ((tender in ({})) = (provider_payment_id is null))", words.join(", "));
    let sql = table.unwrap().sql;
    assert!(sql.contains(&wanted), "{sql}");
}

#[tokio::test]
async fn every_foreign_key_has_an_index_that_starts_with_it() {
    let (db, _folder) = migrated().await;
    let sql = "select t.name as child, f.\"from\" as \"column\"
        from sqlite_master t, pragma_foreign_key_list(t.name) f
        where t.type = 'table' and not exists (
            select 1 from pragma_index_list(t.name) i, pragma_index_info(i.name) c
            where c.seqno = 0 and c.name = f.\"from\")
        and not exists (select 1 from pragma_table_info(t.name) p where p.pk = 1 and p.name = f.\"from\")";
    let bare: Vec<ForeignKey> = crate::unit_of_work::all(db.reader(), sql, []).await.unwrap();
    let bare: Vec<String> = bare.into_iter().map(|key| format!("{}.{}", key.child, key.column)).collect();
    assert!(bare.is_empty(), "foreign keys without an index: {bare:?}");
}

#[tokio::test]
async fn a_branch_that_does_not_exist_has_no_stream() {
    let (db, _folder) = migrated().await;
    assert_eq!(db.stream_head(BranchId(7)).await.unwrap(), None);
}
