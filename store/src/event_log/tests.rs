//! The clients' catch-up by clock: the right events, without reading all that the retention keeps.

use super::*;
use crate::Location;
use domain::{SystemClock, event::Envelope};
use std::sync::Arc;

#[derive(Debug)]
struct Nowhere;

impl domain::event::EventSink for Nowhere {
    fn publish(&self, _: Vec<Envelope>) {}
}

const BRANCH: BranchId = BranchId(7);
/// The event of number n happened n seconds later, but for the skew of the clock of whoever wrote it.
const BEGINNING: i64 = 1_800_000_000;

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(BEGINNING + second, 0).unwrap()
}

/// A stream up to `head`, written by two processes, of which one is 30 seconds behind; `forgotten` events are gone.
async fn stream(head: i64, forgotten: i64) -> (Database, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let location = Location::Sqlite(folder.path().join("log.db"));
    let db = Database::connect(&location, 1, Arc::new(SystemClock), Arc::new(Nowhere)).await.unwrap();
    db.migrate().await.unwrap();
    let fill = format!(
        "pragma foreign_keys = off;
         insert into branch_stream (branch_id, tenant_id, epoch, seq) values (7, 1, 'e', {head});
         with recursive n (i) as (select 1 union all select i + 1 from n where i < {head})
         insert into event (tenant_id, branch_id, seq, type, entity, actor_role, ts)
         select 1, 7, i, 'CART_SYNC', '{{}}', 'SYSTEM',
            strftime('%Y-%m-%dT%H:%M:%S+00:00', {BEGINNING} + i - 30 * (i % 2), 'unixepoch') from n;
         delete from event where seq <= {forgotten}"
    );
    db.reader().execute_unprepared(&fill).await.unwrap();
    (db, folder)
}

async fn since(db: &Database, second: i64) -> Vec<i64> {
    db.events_since(BRANCH, at(second)).await.unwrap().iter().map(Logged::seq).collect()
}

#[tokio::test]
async fn what_happened_since_an_instant_is_found_whoever_wrote_it() {
    let (db, _folder) = stream(3_000, 500).await;
    for second in [0, 499, 501, 530, 1_234, 2_900, 2_969, 3_000, 9_999] {
        let expected = (501..=3_000).filter(|seq| seq - 30 * (seq % 2) >= second);
        let expected: Vec<_> = expected.take(usize::try_from(PAGE).unwrap()).collect();
        assert_eq!(since(&db, second).await, expected, "since {second}");
    }
    let before = db.number_before(BRANCH, at(2_000) - CLOCK_SKEW).await.unwrap();
    assert!((1_870..1_970).contains(&before), "{before}: the search comes close");
}

#[tokio::test]
async fn an_empty_and_a_forgotten_log_have_nothing_to_tell() {
    let (db, _folder) = stream(100, 100).await;
    assert_eq!(since(&db, 0).await, Vec::<i64>::new());
    assert!(db.events_since(BranchId(8), at(0)).await.unwrap().is_empty(), "a branch without a stream");
}
