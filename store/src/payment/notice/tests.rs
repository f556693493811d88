//! The day's share is exact, and forgetting keeps pace.

use super::*;
use crate::Location;
use chrono::{DateTime, Utc};
use domain::{
    SystemClock,
    event::{Envelope, EventSink},
};
use sea_orm::{ConnectionTrait, Statement};
use std::sync::Arc;

#[derive(Debug)]
struct Nowhere;

impl EventSink for Nowhere {
    fn publish(&self, _events: Vec<Envelope>) {}
}

async fn house() -> (Database, AccountRow, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let location = Location::Sqlite(folder.path().join("notices.db"));
    let db = Database::connect(&location, 4, Arc::new(SystemClock), Arc::new(Nowhere)).await.unwrap();
    db.migrate().await.unwrap();
    let now = "2026-01-01 00:00:00+00:00";
    let rows = format!(
        "insert into tenant (id, name, slug, created_at) values (1, 'T', 't', '{now}');
         insert into provider_account (id, tenant_id, provider, currency, sealed, webhook_token, webhook_mode, status, created_at, updated_at)
         values (1, 1, 'PAYU', 'ARS', '', 'a', 'strict', 'ACTIVE', '{now}', '{now}')"
    );
    db.reader().execute_unprepared(&rows).await.unwrap();
    let account = db.account_of_notice(Some("a")).await.unwrap();
    (db, account, folder)
}

fn notice(verdict: NoticeVerdict, identity: &str) -> NewNotice {
    NewNotice {
        verdict,
        reason: None,
        topic: None,
        resource_id: None,
        method: "POST".into(),
        query: String::new(),
        headers: serde_json::json!({}),
        body: String::new(),
        digest: String::new(),
        size: 0,
        identity: identity.to_owned(),
    }
}

async fn keep(db: &Database, account: &AccountRow, verdict: NoticeVerdict, identity: &str, most: i64) -> Keeping {
    let new = &notice(verdict, identity);
    let kept = db.transaction("test.keep", |uow| async move { uow.keep_notice(account, new.clone(), most).await });
    kept.await.unwrap()
}

async fn count(db: &Database, what: &str) -> i64 {
    #[derive(FromQueryResult)]
    struct Count {
        count: i64,
    }
    let sql = format!("select count(*) as count from {what}");
    crate::unit_of_work::one::<Count>(db.reader(), sql.as_str(), []).await.unwrap().unwrap().count
}

#[tokio::test]
async fn a_day_has_its_share_and_no_more() {
    let (db, account, _folder) = house().await;
    let unsigned = NoticeVerdict::Unsigned;
    assert_eq!(keep(&db, &account, unsigned, "a", 2).await, Keeping::New);
    assert_eq!(keep(&db, &account, unsigned, "a", 2).await, Keeping::Again);
    let ids: Vec<_> = (0..20).map(|number| format!("b{number}")).collect();
    let mut kept = Vec::new();
    for pair in ids.chunks(2) {
        let (one, other) =
            tokio::join!(keep(&db, &account, unsigned, &pair[0], 2), keep(&db, &account, unsigned, &pair[1], 2));
        kept.extend([one, other]);
    }
    assert_eq!(kept.iter().filter(|kept| **kept == Keeping::New).count(), 1);
    assert_eq!(keep(&db, &account, unsigned, "a", 2).await, Keeping::Again, "what is kept is counted all the same");
    // A flood takes nothing from the provider's own.
    assert_eq!(keep(&db, &account, NoticeVerdict::Verified, "c", 2).await, Keeping::New);
    assert_eq!(count(&db, "provider_notice where times = 3").await, 1);

    let day = db.clock().now().date_naive();
    let again = vec![("a".to_owned(), 5), ("unknown".to_owned(), 5)];
    let tally = &NoticeTally { tenant: account.tenant_id, account: account.id, day, again, dropped: 7 };
    for _ in 0..2 {
        db.transaction("test.count", |uow| async move { uow.count_notices(tally).await }).await.unwrap();
    }
    assert_eq!(count(&db, "provider_notice where times = 13").await, 1);
    assert_eq!(count(&db, "notice_day where unproven = 2 and proven = 1 and dropped = 14").await, 1);
}

#[tokio::test]
async fn made_up_ids_fill_no_queue() {
    let (db, account, _folder) = house().await;
    let account = &account;
    let hint =
        async |id: String| {
            let id = id.as_str();
            let asked = db.transaction("test.hint", |uow| async move {
                uow.enqueue_hint(account, ResourceKind::Payment, id, 10).await
            });
            asked.await.unwrap()
        };
    for number in 0..30 {
        assert_eq!(hint(number.to_string()).await, number < 10, "{number}");
    }
    assert!(hint("3".to_owned()).await, "what is known is looked at again");
    assert_eq!(count(&db, "work").await, 10);
}

#[tokio::test]
async fn what_is_old_is_forgotten_however_much_there_is() {
    let (db, _account, _folder) = house().await;
    let now = db.clock().now();
    let ago = |days: i64| -> DateTime<Utc> { now - TimeDelta::days(days) };
    for (verdict, days, rows) in
        [("UNSIGNED", 31, 12_000), ("VERIFIED", 31, 10), ("VERIFIED", 401, 5_010), ("INVALID", 29, 3)]
    {
        let sql = format!(
            "with recursive n (i) as (select 1 union all select i + 1 from n where i < {rows})
             insert into provider_notice (tenant_id, account_id, verdict, method, query, headers, body, received_at)
             select 1, 1, '{verdict}', 'POST', '', '{{}}', '', $1 from n"
        );
        let statement = Statement::from_sql_and_values(db.reader().get_database_backend(), sql, [ago(days).into()]);
        db.reader().execute_raw(statement).await.unwrap();
    }
    for day in [ago(401), ago(1)] {
        let day = day.date_naive();
        db.reader()
            .execute_unprepared(&format!("insert into notice_day (account_id, day, tenant_id) values (1, '{day}', 1)"))
            .await
            .unwrap();
    }
    assert_eq!(db.forget_notices().await.unwrap(), 12_000 + 5_010 + 1);
    assert_eq!(db.forget_notices().await.unwrap(), 0);
    assert_eq!(count(&db, "provider_notice").await, 13);
}
