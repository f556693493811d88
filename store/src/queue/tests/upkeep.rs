//! Wake-ups, what is forgotten, and the figures.

use super::*;

/// Whoever waits for work is woken by the commit that brings it, and by no other.
#[tokio::test]
async fn a_commit_wakes_its_worker() {
    let house = House::new().await;
    let woken = async |patience| tokio::time::timeout(patience, house.db.work_arrived(&WORK)).await.is_ok();
    let refused = house.run(async |uow| {
        let item = Item { tenant: TenantId(1), lane: 1, kind: "", subject: "a", series: None };
        uow.enqueue(&WORK, item, PLAIN).await?;
        Err::<(), _>(Error::LeaseLost)
    });
    assert!(refused.await.is_err());
    assert!(!woken(Duration::ZERO).await, "nothing was committed");
    house.ask(1, "a", PLAIN).await;
    assert!(woken(Duration::from_secs(30)).await);
    assert!(!woken(Duration::ZERO).await);
}

/// What is done is forgotten after its time, in batches; what is not done stays.
#[tokio::test]
async fn only_what_is_done_is_forgotten() {
    let house = House::new().await;
    let rows = "with recursive n (i) as (select 1 union all select i + 1 from n where i < 12000)
        insert into work (tenant_id, queue, lane, kind, subject, cause, rank, status, next_at, created_at, updated_at)
        select 1, 'test.work', 1, '', i, '', 0, case when i <= 11990 then 'DONE' when i <= 11995 then 'DEAD' else 'PARKED' end,
            '2026-01-01 00:00:00+00:00', '2026-01-01 00:00:00+00:00', '2026-01-01 00:00:00+00:00' from n";
    house.db.reader().execute_unprepared(rows).await.unwrap();
    house.ask(1, "young", PLAIN).await;
    let young = house.lease_one().await;
    assert!(house.finish(&young, Outcome::Done).await);
    assert_eq!(house.db.forget_work().await.unwrap(), 11_990);
    assert_eq!(house.db.forget_work().await.unwrap(), 0);
    assert_eq!(house.find("young").await.status, WorkStatus::Done);
}

/// The figures of every queue, also of an empty one.
#[tokio::test]
async fn the_figures_say_how_the_queues_are() {
    let house = House::new().await;
    let row = |queue: &str, subject: &str, status: &str, lease: &str, at: &str| {
        format!("insert into work (tenant_id, queue, lane, kind, subject, cause, rank, status, lease_until, next_at, created_at, updated_at)
            values (1, '{queue}', 1, '', '{subject}', '', 0, '{status}', {lease}, '{at}', '{at}', '{at}');")
    };
    let at = (house.clock.now() - TimeDelta::seconds(90)).format("%Y-%m-%d %H:%M:%S+00:00").to_string();
    let rows = [
        row("payment.sync", "1", "QUEUED", "null", &at),
        row("payment.sync", "2", "DEAD", "null", &at),
        row("payment.sync", "3", "DONE", "null", &at),
        row("payment.refund", "1", "RUNNING", &format!("'{at}'"), &at),
        row("payment.refund", "2", "PARKED", "null", &at),
    ];
    house.db.reader().execute_unprepared(&rows.concat()).await.unwrap();
    let reports = house.db.queue_reports().await.unwrap();
    let empty = QueueReport::default();
    let expected = [
        QueueReport { name: "payment.sync", queued: 1, dead: 1, oldest_due_seconds: 90, ..empty },
        QueueReport { name: "payment.refund", running: 1, parked: 1, longest_running_seconds: 90, ..empty },
        QueueReport { name: "payment.cancel", ..empty },
        QueueReport { name: "payment.sweep", ..empty },
    ];
    assert_eq!(reports, expected);
}
