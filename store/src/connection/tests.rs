//! A transaction that did not end well leaves nothing that a later one could fall into (I9, I10).

use crate::{Database, Error, Location, database::LOCK_TIMEOUT_SECONDS};
use domain::{
    SystemClock,
    event::{Envelope, EventSink},
};
use sea_orm::{ConnectionTrait, sqlx, sqlx::ConnectOptions};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

#[derive(Debug)]
struct Nowhere;

impl EventSink for Nowhere {
    fn publish(&self, _: Vec<Envelope>) {}
}

/// A database with a table of notes, a pool of `pool` connections, and its file.
async fn notes(pool: u32) -> (Database, PathBuf, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.db");
    let location = Location::Sqlite(path.clone());
    let db = Database::connect(&location, pool, Arc::new(SystemClock), Arc::new(Nowhere)).await.unwrap();
    db.migrate().await.unwrap();
    let tables = "create table note (id integer primary key, text text not null, parent bigint references note (id)
        deferrable initially deferred)";
    db.reader().execute_unprepared(tables).await.unwrap();
    (db, path, folder)
}

/// Stores a note as an operation would: in a transaction of its own.
async fn store(db: &Database, text: &str) -> Result<(), Error> {
    run(db, &format!("insert into note (text) values ('{text}')")).await
}

async fn run(db: &Database, sql: &str) -> Result<(), Error> {
    db.transaction("test.note", |uow| async move { uow.run(sql, []).await }).await.map(drop)
}

/// An ordinary refusal: an operation that looked and said no.
async fn refused(db: &Database) {
    let refusal = db.transaction("test.refuse", |uow| async move {
        uow.run("select 1", []).await?;
        Err::<(), _>(Error::NotFound("note"))
    });
    assert!(matches!(refusal.await, Err(Error::NotFound("note"))));
}

/// What the next start of the program would find.
async fn stored(path: &Path) -> Vec<String> {
    let mut stranger = super::sqlite_options(path, false).connect().await.unwrap();
    sqlx::query_scalar("select text from note order by id").fetch_all(&mut stranger).await.unwrap()
}

/// Issue 3742 of sqlx 0.9.0: after a commit that failed, and one refusal, every commit only released a savepoint.
#[tokio::test]
async fn what_is_acknowledged_after_a_full_database_is_stored() {
    let (db, path, _folder) = notes(1).await;
    store(&db, "before").await.unwrap();
    // The limit is the connection's own: it ends with it, as a full disk ends when somebody makes room.
    for _ in 0..3 {
        db.reader().execute_unprepared("pragma max_page_count = 1").await.unwrap();
        let full = store(&db, &"x".repeat(2_000_000)).await;
        assert!(matches!(full, Err(Error::Unavailable(_))), "{full:?}");
        refused(&db).await;
    }
    let mut expected = vec!["before".to_owned()];
    for number in 0..14 {
        refused(&db).await;
        store(&db, &format!("after {number}")).await.unwrap();
        expected.push(format!("after {number}"));
    }
    assert_eq!(stored(&path).await, expected);
}

/// A COMMIT that the database refuses, here for a reference that leads nowhere, is no commit.
#[tokio::test]
async fn a_commit_that_fails_is_told_and_its_connection_is_not_used_again() {
    let (db, path, _folder) = notes(1).await;
    // Lives as long as the connection.
    db.reader().execute_unprepared("create temp table here (x)").await.unwrap();
    for _ in 0..3 {
        run(&db, "insert into note (text, parent) values ('orphan', 999)").await.unwrap_err();
        refused(&db).await;
    }
    assert!(db.reader().execute_unprepared("select * from here").await.is_err(), "the connection is another one");
    store(&db, "good").await.unwrap();
    assert_eq!(stored(&path).await, ["good"]);
}

/// Who swallows a failed statement's error cannot commit what the database may have rolled back already.
#[tokio::test]
async fn a_transaction_with_a_failed_statement_is_never_committed() {
    let (db, path, _folder) = notes(1).await;
    let swallowed = db.transaction("test.swallow", |uow| async move {
        uow.run("insert into note (id, text) values (1, 'first')", []).await?;
        uow.run("insert into note (id, text) values (1, 'again')", []).await.unwrap_err();
        Ok::<_, Error>(())
    });
    assert!(swallowed.await.is_err());
    let went_on = db.transaction("test.go_on", |uow| async move {
        uow.run("insert into no_table values (1)", []).await.unwrap_err();
        uow.run("insert into note (text) values ('after the failure')", []).await
    });
    assert!(went_on.await.is_err());
    store(&db, "good").await.unwrap();
    assert_eq!(stored(&path).await, ["good"]);
}

/// Hang-ups: the future of a transaction is dropped before, between and in the middle of its statements.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_that_is_dropped_leaves_nothing_and_blocks_nobody() {
    let (db, path, _folder) = notes(2).await;
    for turn in 0_u64..60 {
        let hung_up = db.transaction("test.hang_up", |uow| async move {
            uow.run("insert into note (text) values ('hung up')", []).await?;
            tokio::time::sleep(Duration::from_millis(turn % 7)).await;
            let slow = "with recursive n (i) as (select 1 union all select i + 1 from n where i < 30000)
                insert into note (text) select 'slow' from n where i < 3";
            uow.run(slow, []).await?;
            tokio::time::sleep(Duration::from_secs(60)).await;
            Ok::<_, Error>(())
        });
        tokio::time::timeout(Duration::from_micros(300 * turn), hung_up).await.unwrap_err();
        store(&db, &format!("good {turn}")).await.unwrap();
    }
    let there = stored(&path).await;
    assert_eq!(there, (0..60).map(|turn| format!("good {turn}")).collect::<Vec<_>>());
}

/// The turn of the only writer is given back when the dropped transaction has ended, so nobody waits for its time-out.
#[tokio::test]
async fn a_statement_that_was_abandoned_ends_its_transaction() {
    let (db, path, _folder) = notes(1).await;
    let abandoned = db.transaction("test.abandon", |uow| async move {
        let slow = "with recursive n (i) as (select 1 union all select i + 1 from n where i < 3000000)
            insert into note (text) select 'slow' from n where i < 3";
        tokio::time::timeout(Duration::from_millis(5), uow.run(slow, [])).await.unwrap_err();
        Ok::<_, Error>(())
    });
    assert!(abandoned.await.is_err(), "nobody knows what the statement did");
    let next = tokio::time::timeout(Duration::from_secs(LOCK_TIMEOUT_SECONDS), store(&db, "good"));
    next.await.unwrap().unwrap();
    assert_eq!(stored(&path).await, ["good"]);
}

/// A connection on which somebody left a transaction open is not handed to the next one.
#[tokio::test]
async fn a_connection_inside_a_transaction_is_refused() {
    let (db, path, _folder) = notes(1).await;
    db.reader().execute_unprepared("begin; insert into note (text) values ('left open')").await.unwrap();
    // SQLite itself refuses the second BEGIN; the connection is closed, and the next try has a new one.
    let mut tries = 0;
    while store(&db, "good").await.is_err() {
        tries += 1;
        assert!(tries < 3);
    }
    assert_eq!(stored(&path).await, ["good"]);
}

/// A file that goes away is missed by the very next transaction, and whoever was in the middle is not told "done".
#[tokio::test]
async fn a_file_that_is_taken_away_takes_no_acknowledged_note_with_it() {
    let (db, path, folder) = notes(2).await;
    store(&db, "before").await.unwrap();
    let aside = folder.path().join("aside");
    let in_the_middle = db.transaction("test.middle", |uow| {
        let (path, aside) = (path.clone(), aside.clone());
        async move {
            uow.run("insert into note (text) values ('in the middle')", []).await?;
            std::fs::rename(path, aside).unwrap();
            Ok::<_, Error>(())
        }
    });
    assert!(matches!(in_the_middle.await, Err(Error::Unavailable(_))));
    assert!(matches!(store(&db, "after").await, Err(Error::Unavailable(_))));
    assert!(db.reader().execute_unprepared("select 1").await.is_err());
    assert!(!path.exists(), "no empty database is made in its place");
    std::fs::rename(&aside, &path).unwrap();
    store(&db, "back").await.unwrap();
    assert!(stored(&path).await.contains(&"back".to_owned()));
}
