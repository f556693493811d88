//! What waits in the queues of an older program moves into the one queue (migrations 80 to 83), each piece under its
//! number; what that program still asks for while it runs is asked for there too.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use migration::{Migrator, MigratorTrait};
use sea_orm_migration::sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, Statement, TransactionTrait,
};

/// The last one before.
const BEFORE: &str = "m20261128_000070_say_who_hears_events";

const ROWS: &str = "
insert into tenant (id, name, slug, created_at) values (1, 'Uno', 'uno', '{now}');
insert into branch (id, tenant_id, name, slug, timezone, created_at) values (1, 1, 'Uno', 'uno', 'UTC', '{now}');
insert into app_user (id, tenant_id, email, password_hash, first_name, last_name, created_at)
    values (1, 1, 'a@b.c', '-', 'A', 'B', '{now}');
insert into provider_account (id, tenant_id, provider, currency, sealed, webhook_token, webhook_mode, status, created_at, updated_at)
    values (7, 1, 'MERCADO_PAGO', 'ARS', 'v1.x', 'token', 'strict', 'ACTIVE', '{now}', '{now}');
insert into payment (id, tenant_id, branch_id, tender, status, currency, amount_cents, net_cents, targets,
    registered_by, account_id, provider_payment_id, created_at)
    values (12, 1, 1, 'MERCADO_PAGO', 'APPROVED', 'ARS', 650, 650, '[]', 'SYSTEM', 7, '146', '{now}'),
           (13, 1, 1, 'MERCADO_PAGO', 'IN_PROCESS', 'ARS', 650, 0, '[]', 'SYSTEM', 7, '147', '{now}');
insert into payment_sync (id, tenant_id, account_id, kind, resource_id, status, cause, dirty, attempts, next_at, lease_until,
    fence, last_error, created_at, updated_at)
    values (3, 1, 7, 'PAYMENT', '1', 'QUEUED', 'WEBHOOK', false, 2, '{later}', null, 4, 'x', '{now}', '{now}'),
           (4, 1, 7, 'PAYMENT', '2', 'RUNNING', 'HINT', true, 1, '{now}', '{later}', 5, null, '{now}', '{now}'),
           (5, 1, 7, 'ORDER', '3', 'DONE', 'SWEEP', false, 0, '{now}', null, 6, null, '{now}', '{now}'),
           (6, 1, 7, 'PAYMENT', '4', 'DEAD', 'RETURN', false, 6, '{now}', null, 7, 'dead', '{now}', '{now}'),
           (9, 1, 7, 'PAYMENT', '5', 'PARKED', 'WEBHOOK', false, 1, '{now}', null, 8, '401', '{now}', '{now}');
insert into refund (id, tenant_id, branch_id, payment_id, key, kind, amount_cents, status, reason, attempts, next_at, lease_until, created_at)
    values (1, 1, 1, 12, 'a', 'REQUEST', 10, 'RUNNING', '', 3, '{now}', '{later}', '{now}'),
           (2, 1, 1, 12, 'b', 'REQUEST', 10, 'QUEUED', '', 0, '{now}', null, '{now}'),
           (3, 1, 1, 12, 'c', 'REQUEST', 10, 'PENDING', '', 0, '{later}', null, '{now}'),
           (4, 1, 1, 12, 'd', 'REQUEST', 10, 'DONE', '', 0, '{now}', null, '{now}'),
           (5, 1, 1, 12, 'e', 'REQUEST', 10, 'FAILED', '', 0, '{now}', null, '{now}');
insert into cancellation (id, tenant_id, payment_id, requested_by_id, status, failure, created_at)
    values (1, 1, 13, 1, 'FAILED', 'LOST', '{now}'), (2, 1, 13, 1, 'RUNNING', null, '{now}');
";

/// What an older program writes after the migration.
const STILL: &str = "
insert into payment_sync (tenant_id, account_id, kind, resource_id, status, cause, next_at, created_at, updated_at)
    values (1, 7, 'PAYMENT', '6', 'QUEUED', 'RETURN', '{now}', '{now}', '{now}');
update payment_sync set status = 'QUEUED', attempts = 0, next_at = '{later}' where resource_id = '3';
update payment_sync set status = 'QUEUED', attempts = 1, next_at = '{later}' where resource_id = '4';
update payment_sync set dirty = true, attempts = 0 where resource_id = '2';
insert into refund (id, tenant_id, branch_id, payment_id, key, kind, amount_cents, status, reason, next_at, created_at)
    values (6, 1, 1, 12, 'f', 'REQUEST', 10, 'QUEUED', '', '{now}', '{now}'),
           (7, 1, 1, 12, 'g', 'REQUEST', 10, 'DONE', '', '{now}', '{now}');
update refund set status = 'QUEUED' where id in (1, 5);
update cancellation set status = 'ACCEPTED' where id = 2;
insert into cancellation (id, tenant_id, payment_id, requested_by_id, status, created_at) values (3, 1, 13, 1, 'QUEUED', '{now}');
";

fn at(sql: &str) -> String {
    sql.replace("{now}", "2026-11-28 12:00:00+00:00").replace("{later}", "2026-11-28 12:00:30+00:00")
}

async fn texts(db: &impl ConnectionTrait, sql: &str) -> Vec<String> {
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
    rows.into_iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

/// The queue's rows: subject, state, tries, whether their time is later, and series.
async fn queue(db: &impl ConnectionTrait, name: &str) -> Vec<String> {
    let sql = format!(
        "select subject || ' ' || status || ' ' || attempts
            || case when next_at > '2026-11-28 12:00:10+00:00' then ' later' else '' end || coalesce(' ' || series, '')
        from work where queue = '{name}' order by id"
    );
    texts(db, &sql).await
}

async fn migrate_with_rows(db: &DatabaseConnection) {
    let all = Migrator::migrations();
    let before = all.iter().position(|migration| migration.name() == BEFORE).unwrap() + 1;
    Migrator::up(db, Some(u32::try_from(before).unwrap())).await.unwrap();
    db.execute_unprepared(&at(ROWS)).await.unwrap();
    // In one transaction, as the program does.
    #[expect(clippy::disallowed_methods, reason = "the schema is no business change")]
    let tx = db.begin().await.unwrap();
    Migrator::up(&tx, None).await.unwrap();
    tx.commit().await.unwrap();

    let syncs = ["1 QUEUED 2 later", "2 QUEUED 1 later", "3 DONE 0", "4 DEAD 6", "5 PARKED 1"];
    assert_eq!(queue(db, "payment.sync").await, syncs);
    let kept = "select id || ' ' || lane || ' ' || kind || ' ' || cause || ' ' || rank || ' ' || fence || ' ' || coalesce(last_error, '-')
        from work where queue = 'payment.sync' order by id";
    let expected = [
        "3 7 PAYMENT WEBHOOK 0 4 x",
        "4 7 PAYMENT HINT 2 5 -",
        "5 7 ORDER SWEEP 0 6 -",
        "6 7 PAYMENT RETURN 1 7 dead",
        "9 7 PAYMENT WEBHOOK 0 8 401",
    ];
    assert_eq!(texts(db, kept).await, expected);
    assert_eq!(queue(db, "payment.refund").await, ["1 QUEUED 3 later 12", "2 QUEUED 0 12", "3 QUEUED 0 later"]);
    assert_eq!(queue(db, "payment.cancel").await, ["2 QUEUED 0"]);
    assert_eq!(texts(db, "select cast(count(*) as text) from payment_sync").await, ["5"], "an older program reads on");
    let new = "select subject from work where id <= 9 and queue <> 'payment.sync'";
    assert_eq!(texts(db, new).await, Vec::<String>::new(), "a number is never used twice");

    db.execute_unprepared(&at(STILL)).await.unwrap();
    let syncs = ["1 QUEUED 2 later", "2 QUEUED 1 later", "3 QUEUED 0 later", "4 DEAD 6", "5 PARKED 1", "6 QUEUED 0"];
    assert_eq!(queue(db, "payment.sync").await, syncs, "only what is asked for anew is asked for");
    let refunds = ["1 QUEUED 3 later 12", "2 QUEUED 0 12", "3 QUEUED 0 later", "6 QUEUED 0 12", "5 QUEUED 0 12"];
    assert_eq!(queue(db, "payment.refund").await, refunds);
    assert_eq!(queue(db, "payment.cancel").await, ["2 QUEUED 0", "3 QUEUED 0"]);
}

#[tokio::test]
async fn sqlite_moves_what_waits() {
    let mut options = ConnectOptions::new("sqlite::memory:");
    options.max_connections(1);
    let db = Database::connect(options).await.unwrap();
    db.execute_unprepared("pragma foreign_keys = on").await.unwrap();
    migrate_with_rows(&db).await;
    assert_eq!(texts(&db, "select \"table\" from pragma_foreign_key_check").await, Vec::<String>::new());
}

#[tokio::test]
async fn postgres_moves_what_waits() {
    let cluster = std::env::var("COMANDA_TEST_POSTGRES").expect("run scripts/test, which brings a PostgreSQL along");
    let name = format!("queue_{}", std::process::id());
    let admin = Database::connect(&cluster).await.unwrap();
    admin.execute_unprepared(&format!("create database {name}")).await.unwrap();
    let mut url = url::Url::parse(&cluster).unwrap();
    url.set_path(&name);
    let db = Database::connect(url.as_str()).await.unwrap();
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
