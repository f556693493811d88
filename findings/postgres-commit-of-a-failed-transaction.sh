#!/usr/bin/env bash
# PostgreSQL 15 (Debian 12): COMMIT of a transaction in which a statement failed is no error. The server rolls back and says
# so in the command tag alone: ROLLBACK in place of COMMIT. psql shows the tag. sqlx 0.9.0 and psycopg 3.3.9 drop it: both
# report a commit that went well, and nothing is stored.
#
# A program that goes on after an error it expected (a duplicate, say) and then commits believes that it stored something.
# psycopg's `connection.transaction()` does not help where the error is caught within the block.
#
# What Comanda makes of it: it notes each failed statement and never sends COMMIT after one
# (store/src/connection/transaction.rs, ARCHITECTURE.md, idea 3).
#
# Seen on 2026-11-28:
#
#   psql: ROLLBACK
#   psql: rows: 0
#   sqlx: insert: duplicate key value violates unique constraint "orders_pkey"
#   sqlx: commit: Ok(())
#   sqlx: rows: 0
#   psycopg: insert: duplicate key value violates unique constraint "orders_pkey"
#   psycopg: commit: None
#   psycopg: rows: 0
#   psycopg: block: left without an error
#   psycopg: rows: 0
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
name=findings
. ../scripts/private-servers
prepare >&2
start_postgres >&2
. ./frame

write Cargo.toml <<'TOML'
[package]
name = "finding"
version = "0.0.0"
edition = "2024"

[dependencies]
sqlx = { version = "=0.9.0", default-features = false, features = ["runtime-tokio", "postgres"] }
tokio = { version = "=1.54.1", features = ["macros", "rt"] }
TOML

write src/main.rs <<'RUST'
use sqlx::{Connection, PgConnection};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let url = std::env::var("COMANDA_TEST_POSTGRES").unwrap();
    let mut connection = PgConnection::connect(&url).await.unwrap();
    let mut tx = connection.begin().await.unwrap();
    sqlx::query("insert into orders values (1)").execute(&mut *tx).await.unwrap();
    let error = sqlx::query("insert into orders values (1)").execute(&mut *tx).await.unwrap_err();
    println!("sqlx: insert: {}", error.as_database_error().unwrap().message());
    println!("sqlx: commit: {:?}", tx.commit().await);
    let rows: i64 = sqlx::query_scalar("select count(*) from orders").fetch_one(&mut connection).await.unwrap();
    println!("sqlx: rows: {rows}");
}
RUST

write client.py <<'PYTHON'
import os
import psycopg

connection = psycopg.connect(os.environ["COMANDA_TEST_POSTGRES"])


def fails():
    connection.execute("insert into orders values (1)")
    try:
        connection.execute("insert into orders values (1)")
    except psycopg.errors.UniqueViolation as error:
        return error.diag.message_primary


def rows():
    return connection.execute("select count(*) from orders").fetchone()[0]


print("psycopg: insert:", fails())
print("psycopg: commit:", connection.commit())
print("psycopg: rows:", rows())
connection.commit()
try:
    with connection.transaction():
        fails()
    print("psycopg: block: left without an error")
except psycopg.Error as error:
    print("psycopg: block:", error)
print("psycopg: rows:", rows())
PYTHON

all() {
  local psql=("$pg/psql" --no-psqlrc --quiet --tuples-only --no-align "$COMANDA_TEST_POSTGRES")
  "${psql[@]}" --command='create table orders (id integer primary key)'
  # Its last tag; psql goes on after the error, as it does for whoever types.
  "$pg/psql" --no-psqlrc "$COMANDA_TEST_POSTGRES" 2>/dev/null <<'SQL' | sed -n '$s/^/psql: /p'
begin;
insert into orders values (1);
insert into orders values (1);
commit;
SQL
  echo "psql: rows: $("${psql[@]}" --command='select count(*) from orders')"
  cargo run --quiet
  python3 -m venv python >&2
  python/bin/pip install --quiet --disable-pip-version-check 'psycopg[binary]==3.3.9' >&2
  python/bin/python client.py
}

compare all
