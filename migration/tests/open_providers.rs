//! The database opens for more than one provider (migrations 50 to 55) with rows in it: each keeps its number, what
//! refers to it and what watches over it, and tips and cash speak of providers as payments do.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use migration::{Migrator, MigratorTrait};
use sea_orm_migration::sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement, TransactionTrait,
};

/// The last one before: `m20261128_000041_create_write_probe`.
const BEFORE: &str = "m20261128_000041_create_write_probe";

/// A bill of 1,000 that was paid with 400 in cash and 600 by phone, tips and cash movements included.
const ROWS: &str = "
insert into tenant (id, name, slug, created_at) values (1, 'Uno', 'uno', '{now}');
insert into branch (id, tenant_id, name, slug, timezone, created_at) values (1, 1, 'Uno', 'uno', 'UTC', '{now}');
insert into app_user (id, tenant_id, email, password_hash, first_name, last_name, created_at)
    values (1, 1, 'a@b.c', '-', 'A', 'B', '{now}');
insert into dining_table (id, tenant_id, branch_id, code, created_at) values (1, 1, 1, 'INT-01', '{now}');
insert into table_session (id, tenant_id, branch_id, table_id, status, opened_by, opened_at)
    values (1, 1, 1, 1, 'PAYING', 'DINER', '{now}');
insert into guest_check (id, tenant_id, branch_id, session_id, status, currency, total_cents, requested_at)
    values (1, 1, 1, 1, 'REQUESTED', 'ARS', 1000, '{now}');
insert into charge (id, tenant_id, check_id, description, qty, gross_cents, amount_cents, created_at)
    values (1, 1, 1, 'Milanesa', 1, 1000, 1000, '{now}');
insert into provider_account (id, tenant_id, provider, currency, sealed, webhook_token, webhook_mode, status, created_at, updated_at)
    values (7, 1, 'MERCADO_PAGO', 'ARS', 'v1.x', 'token', 'strict', 'ACTIVE', '{now}', '{now}');
insert into checkout (id, tenant_id, branch_id, check_id, account_id, amount_cents, currency, targets, status, created_at, expires_at)
    values ('c-1', 1, 1, 1, 7, 600, 'ARS', '[]', 'OPEN', '{now}', '{now}');
insert into payment (id, tenant_id, branch_id, check_id, tender, status, currency, amount_cents, tip_cents, net_cents, targets,
    registered_by, account_id, provider_payment_id, checkout_id, seen_at, created_at)
    values (11, 1, 1, 1, 'CASH', 'APPROVED', 'ARS', 400, 0, 400, '[]', 'WAITER', null, null, null, null, '{now}'),
           (12, 1, 1, 1, 'MERCADO_PAGO', 'APPROVED', 'ARS', 650, 50, 600, '[]', 'SYSTEM', 7, '146', 'c-1', '{now}', '{now}');
insert into allocation (id, tenant_id, check_id, payment_id, charge_id, amount_cents, cause, created_at)
    values (1, 1, 1, 11, 1, 400, 'x', '{now}'), (2, 1, 1, 12, 1, 600, 'x', '{now}');
insert into payment_sync (tenant_id, account_id, kind, resource_id, status, cause, next_at, created_at, updated_at)
    values (1, 7, 'PAYMENT', '146', 'DONE', 'WEBHOOK', '{now}', '{now}', '{now}');
insert into refund (tenant_id, branch_id, payment_id, key, kind, amount_cents, status, reason, next_at, created_at)
    values (1, 1, 12, 'k', 'REQUEST', 100, 'QUEUED', '', '{now}', '{now}');
insert into money_incident (tenant_id, kind, key, account_id, check_id, payment_id, detail, created_at)
    values (1, 'OVERPAID', 'k', 7, 1, 12, '', '{now}');
insert into tip (id, tenant_id, branch_id, amount_cents, payment_method, payment_id, created_at)
    values (21, 1, 1, 50, 'MERCADOPAGO', 12, '{now}'), (22, 1, 1, 10, 'CASH', null, '{now}');
insert into tip_share (tenant_id, tip_id, role, amount_cents, created_at) values (1, 21, 'WAITER', 50, '{now}');
insert into cash_register (id, tenant_id, branch_id, name, created_at) values (1, 1, 1, 'Caja', '{now}');
insert into cash_session (id, tenant_id, branch_id, cash_register_id, status, opening_amount_cents, opened_by_id, opened_at)
    values (1, 1, 1, 1, 'OPEN', 0, 1, '{now}');
insert into cash_movement (id, tenant_id, cash_session_id, movement_type, amount_cents, payment_method, payment_id, created_at)
    values (31, 1, 1, 'SALE', 400, 'CASH', 11, '{now}'), (32, 1, 1, 'DEPOSIT', 5, 'MERCADOPAGO', null, '{now}');
";

async fn texts(db: &impl ConnectionTrait, sql: &str) -> Vec<String> {
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
    rows.into_iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

async fn migrate_with_rows(db: &DatabaseConnection) {
    let all = Migrator::migrations();
    let before = all.iter().position(|migration| migration.name() == BEFORE).unwrap() + 1;
    Migrator::up(db, Some(u32::try_from(before).unwrap())).await.unwrap();
    db.execute_unprepared(&ROWS.replace("{now}", "2026-11-28 12:00:00+00:00")).await.unwrap();
    // In one transaction, as the program does.
    #[expect(clippy::disallowed_methods, reason = "the schema is no business change")]
    let tx = db.begin().await.unwrap();
    Migrator::up(&tx, None).await.unwrap();
    tx.commit().await.unwrap();

    let rows = "select id || ' ' || tender || ' ' || net_cents || ' ' || allocated_cents from payment order by id";
    assert_eq!(texts(db, rows).await, ["11 CASH 400 400", "12 MERCADO_PAGO 600 600"]);
    let methods = "select payment_method from tip union all select payment_method from cash_movement order by 1";
    assert_eq!(texts(db, methods).await, ["CASH", "CASH", "MERCADO_PAGO", "MERCADO_PAGO"]);
    assert_eq!(
        texts(db, "select provider || ' ' || webhook_token from provider_account").await,
        ["MERCADO_PAGO token"]
    );
    let linked = "select p.tender from payment p join tip t on t.payment_id = p.id join refund r on r.payment_id = p.id
        join money_incident i on i.payment_id = p.id join provider_account a on a.id = p.account_id";
    assert_eq!(texts(db, linked).await, ["MERCADO_PAGO"]);

    // What was taken is still refused, another provider is not, and numbers go on.
    let account = "insert into provider_account (tenant_id, provider, currency, sealed, webhook_token, webhook_mode, status, created_at, updated_at)
        values (1, '{id}', 'ARS', '', 't-{id}', 'strict', 'ACTIVE', '2026-11-28 12:00:00+00:00', '2026-11-28 12:00:00+00:00')";
    assert!(db.execute_unprepared(&account.replace("{id}", "payu")).await.is_err(), "an id has no small letters");
    assert!(db.execute_unprepared(&account.replace("{id}", "MERCADO_PAGO")).await.is_err(), "there is one");
    db.execute_unprepared(&account.replace("{id}", "PAYU")).await.unwrap();
    let payment = "insert into payment (tenant_id, branch_id, check_id, tender, status, currency, amount_cents, net_cents, targets, registered_by,
        provider_payment_id, created_at) values (1, 1, 1, '{tender}', 'APPROVED', 'ARS', 5, 5, '[]', 'SYSTEM', {number}, '2026-11-28 12:00:00+00:00')";
    for (tender, number) in [("CASH", "'9'"), ("PAYU", "null"), ("payu", "'9'"), ("MERCADO_PAGO", "'146'")] {
        let wrong = payment.replace("{tender}", tender).replace("{number}", number);
        assert!(db.execute_unprepared(&wrong).await.is_err(), "{tender} {number}");
    }
    db.execute_unprepared(&payment.replace("{tender}", "PAYU").replace("{number}", "'146'")).await.unwrap();
    // The ledger's triggers still watch.
    let more = "insert into allocation (tenant_id, check_id, payment_id, charge_id, amount_cents, cause, created_at)
        values (1, 1, 12, 1, 1, 'x', '2026-11-28 12:00:00+00:00')";
    assert!(db.execute_unprepared(more).await.is_err(), "more than was paid");
    assert!(db.execute_unprepared("delete from allocation").await.is_err(), "the ledger is append-only");
    assert!(db.execute_unprepared("delete from payment where id = 12").await.is_err(), "a tip refers to it");
}

#[tokio::test]
async fn sqlite_keeps_every_row() {
    let mut options = ConnectOptions::new("sqlite::memory:");
    options.max_connections(1);
    let db = Database::connect(options).await.unwrap();
    db.execute_unprepared("pragma foreign_keys = on").await.unwrap();
    migrate_with_rows(&db).await;
    assert_eq!(texts(&db, "select \"table\" from pragma_foreign_key_check").await, Vec::<String>::new());
    assert_eq!(texts(&db, "select name from sqlite_master where name like 'former%'").await, Vec::<String>::new());
    let next = "select cast(max(id) as text) from payment";
    assert!(texts(&db, next).await[0].parse::<i64>().unwrap() > 12, "a number is never used twice");
}

#[tokio::test]
async fn postgres_keeps_every_row() {
    let cluster = std::env::var("COMANDA_TEST_POSTGRES").expect("run scripts/test, which brings a PostgreSQL along");
    let name = format!("migration_{}", std::process::id());
    let admin = Database::connect(&cluster).await.unwrap();
    admin.execute_unprepared(&format!("create database {name}")).await.unwrap();
    let mut url = url::Url::parse(&cluster).unwrap();
    url.set_path(&name);
    let db = Database::connect(url.as_str()).await.unwrap();
    assert_eq!(db.get_database_backend(), DbBackend::Postgres);
    // What it asserts ends this task only, so that the database goes in any case.
    let outcome = tokio::spawn({
        let db = db.clone();
        async move { migrate_with_rows(&db).await }
    })
    .await;
    db.close().await.unwrap();
    admin.execute_unprepared(&format!("drop database {name} with (force)")).await.unwrap();
    outcome.unwrap();
}
