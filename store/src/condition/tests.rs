//! What a health report says of the database while it cannot store anything.

use super::*;
use domain::{
    SystemClock,
    event::{Envelope, EventSink},
};
use std::{fs, path::PathBuf, sync::Arc};

#[derive(Debug)]
struct Nowhere;

impl EventSink for Nowhere {
    fn publish(&self, _: Vec<Envelope>) {}
}

async fn house() -> (Database, PathBuf, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("house.db");
    let location = Location::Sqlite(path.clone());
    let db = Database::connect(&location, 2, Arc::new(SystemClock), Arc::new(Nowhere)).await.unwrap();
    db.migrate().await.unwrap();
    (db, path, folder)
}

/// A look of its own, whatever the last one found.
async fn fresh(db: &Database) -> Result<(), String> {
    db.look().await
}

#[tokio::test]
async fn a_house_that_can_write_is_sound() {
    let (db, _path, _folder) = house().await;
    for _ in 0..3 {
        fresh(&db).await.unwrap();
    }
    // A development machine may be short of room; that is all there may be to say.
    assert!(!matches!(db.inspect().await, Soundness::Unusable(_)));
}

#[tokio::test]
async fn a_deleted_file_is_unusable_at_once_even_when_the_last_look_is_fresh() {
    let (db, path, _folder) = house().await;
    db.inspect().await;
    fs::remove_file(&path).unwrap();
    assert!(matches!(db.inspect().await, Soundness::Unusable(why) if why.contains("gone")));
}

/// `cp backup.db comanda.db` while the server runs: the same file with other content.
#[tokio::test]
async fn a_file_that_is_written_over_is_found_out() {
    let (db, path, folder) = house().await;
    let backup = folder.path().join("backup");
    let mut stranger = open(&path).await.unwrap();
    let into = format!("vacuum into '{}'", backup.display());
    sqlx::query(sqlx::AssertSqlSafe(into)).execute(&mut stranger).await.unwrap();
    stranger.close().await.unwrap();
    fresh(&db).await.unwrap();
    fs::copy(&backup, &path).unwrap();
    fresh(&db).await.unwrap_err();
    assert!(matches!(db.inspect().await, Soundness::Unusable(_)));
    let write = db.transaction("test.after", |uow| async move { uow.run("update tenant set name = 'x'", []).await });
    assert!(matches!(write.await, Err(Error::Unavailable(_))), "nothing is acknowledged any more");
}

/// The disk is full while a look writes, or the commit fails after it happened: what is found afterwards is no fault.
#[tokio::test]
async fn a_look_that_failed_is_no_file_written_over() {
    let (db, path, _folder) = house().await;
    fresh(&db).await.unwrap();
    let mut stranger = open(&path).await.unwrap();
    let full = "create trigger full before update on write_probe begin select raise(abort, 'disk full'); end";
    sqlx::query(full).execute(&mut stranger).await.unwrap();
    for _ in 0..3 {
        fresh(&db).await.unwrap_err();
    }
    // Nobody knows which mark is stored now.
    sqlx::query("drop trigger full").execute(&mut stranger).await.unwrap();
    sqlx::query("update write_probe set mark = 'of a commit that was answered with a failure'")
        .execute(&mut stranger)
        .await
        .unwrap();
    for _ in 0..3 {
        fresh(&db).await.unwrap();
    }
    assert!(!matches!(db.inspect().await, Soundness::Unusable(_)));
    // And what is missing after a look that succeeded is found out as ever.
    sqlx::query("update write_probe set mark = 'another'").execute(&mut stranger).await.unwrap();
    fresh(&db).await.unwrap_err();
}

#[tokio::test]
async fn a_failed_commit_darkens_the_report() {
    let (db, _path, _folder) = house().await;
    db.condition().commit_failed(&unusable("disk full"));
    assert_eq!(db.inspect().await, Soundness::Endangered("disk full".to_owned()));
}
