#!/usr/bin/env bash
# sqlx 0.9.0 on SQLite (libsqlite3-sys 0.37, bundled): after SQLite has ended a transaction by itself, because the database
# is full, sqlx goes on counting it as open, and later transactions of the same connection are acknowledged and lost.
#
# SQLite documents that SQLITE_FULL, SQLITE_IOERR, SQLITE_NOMEM and others may roll a whole transaction back. The ROLLBACK
# that sqlx sends then fails with "no transaction is active", and its counter of open transactions, which only a successful
# COMMIT or ROLLBACK lowers, stays at 1. The next `begin` therefore opens a SAVEPOINT. When that one is rolled back, with
# ROLLBACK TO, the savepoint stays open and with it a transaction that nobody knows of. From then on `commit` is the RELEASE
# of an inner savepoint: Ok, seen by this connection, by no other, and gone when the connection is closed.
# Upstream: launchbadge/sqlx issue 3742.
#
# What Comanda makes of it: it sends BEGIN, COMMIT and ROLLBACK itself, closes each connection of which one failed, and
# refuses to begin or to keep one that is inside of a transaction (docs/decisions/001).
#
# Seen on 2026-11-28:
#
#   fill: (code: 13) database or disk is full
#   rollback: (code: 1) cannot rollback - no transaction is active
#   sqlx thinks it is in a transaction: true
#   refused: rolled back
#   order 1: committed
#   order 2: committed
#   orders, read by the same connection: 2
#   orders, read by another connection: 0
#   orders after the connection was closed: 0
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/frame"

write Cargo.toml <<'TOML'
[package]
name = "finding"
version = "0.0.0"
edition = "2024"

[dependencies]
sqlx = { version = "=0.9.0", default-features = false, features = ["runtime-tokio", "sqlite"] }
libsqlite3-sys = "=0.37.0"
tokio = { version = "=1.54.1", features = ["macros", "rt"] }
TOML

write src/main.rs <<'RUST'
use sqlx::{ConnectOptions, Connection, Error, SqliteConnection, sqlite::{SqliteConnectOptions, SqliteJournalMode}};

async fn open() -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename("house.db").create_if_missing(true);
    options.journal_mode(SqliteJournalMode::Wal).connect().await.unwrap()
}

async fn orders(connection: &mut SqliteConnection) -> i64 {
    sqlx::query_scalar("select count(*) from orders").fetch_one(connection).await.unwrap()
}

/// An order in a transaction of its own.
async fn order(connection: &mut SqliteConnection) -> Result<(), Error> {
    let mut tx = connection.begin().await?;
    sqlx::query("insert into orders values (1)").execute(&mut *tx).await?;
    tx.commit().await
}

fn said(error: Error) -> String {
    error.to_string().replace("error returned from database: ", "")
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut connection = open().await;
    sqlx::query("create table orders (id integer)").execute(&mut connection).await.unwrap();
    sqlx::query("create table filler (text text)").execute(&mut connection).await.unwrap();
    sqlx::query("pragma max_page_count = 20").execute(&mut connection).await.unwrap();

    // The disk is full in the middle of a transaction.
    let mut tx = connection.begin().await.unwrap();
    let full = loop {
        let filler = sqlx::query("insert into filler values (hex(randomblob(1000)))").execute(&mut *tx).await;
        if let Err(error) = filler {
            break error;
        }
    };
    println!("fill: {}", said(full));
    println!("rollback: {}", said(tx.rollback().await.unwrap_err()));
    println!("sqlx thinks it is in a transaction: {}", connection.is_in_transaction());

    // There is room again. An ordinary refusal, and two orders.
    sqlx::query("pragma max_page_count = 1000").execute(&mut connection).await.unwrap();
    let mut tx = connection.begin().await.unwrap();
    sqlx::query("select 1").execute(&mut *tx).await.unwrap();
    tx.rollback().await.unwrap();
    println!("refused: rolled back");
    for number in 1..=2 {
        match order(&mut connection).await {
            Ok(()) => println!("order {number}: committed"),
            Err(error) => println!("order {number}: {}", said(error)),
        }
    }
    println!("orders, read by the same connection: {}", orders(&mut connection).await);
    println!("orders, read by another connection: {}", orders(&mut open().await).await);
    connection.close().await.unwrap();
    println!("orders after the connection was closed: {}", orders(&mut open().await).await);
}
RUST

compare cargo run --quiet
