#!/usr/bin/env bash
# sqlx 0.9.0 (PostgreSQL driver): `sslmode=allow` never speaks TLS and `sslmode=prefer` never goes without it where the
# server offers it. libpq (psycopg 3.3.9 here) tries the other way when the first one is turned away, which is what
# PostgreSQL's documentation of the two modes says, and `prefer` is the default of both.
#
# Two servers that exist in practice: one whose pg_hba.conf has `hostssl` lines alone (most managed ones), and one that
# offers TLS and whose lines are `hostnossl` alone (a cluster behind a proxy that ends TLS itself).
#
# What Comanda makes of it: it tries the other mode itself when the server turns the first one away, so that a URL that
# works in psql works here (store/src/connection/postgres.rs, `connect`; tests/peers/tls.rs).
#
# Seen on 2026-11-29:
#
#   hostssl alone, allow: libpq connected with TLS; sqlx no pg_hba.conf entry
#   hostssl alone, prefer: libpq connected with TLS; sqlx connected with TLS
#   hostnossl alone, allow: libpq connected without TLS; sqlx connected without TLS
#   hostnossl alone, prefer: libpq connected without TLS; sqlx no pg_hba.conf entry
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
name=findings
. ../scripts/private-servers
wanted=(openssl)
prepare >&2
start_tls_postgres >&2
. ./frame

write Cargo.toml <<'TOML'
[package]
name = "finding"
version = "0.0.0"
edition = "2024"

[dependencies]
sqlx = { version = "=0.9.0", default-features = false, features = ["runtime-tokio", "postgres", "tls-rustls-ring"] }
tokio = { version = "=1.54.1", features = ["macros", "rt"] }
TOML

write src/main.rs <<'RUST'
use sqlx::{Connection, Error, PgConnection};

async fn connect(url: &str) -> Result<bool, Error> {
    let mut connection = PgConnection::connect(url).await?;
    sqlx::query_scalar("select ssl from pg_stat_ssl where pid = pg_backend_pid()").fetch_one(&mut connection).await
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let url = std::env::args().nth(1).unwrap();
    match connect(&url).await {
        Ok(true) => println!("connected with TLS"),
        Ok(false) => println!("connected without TLS"),
        Err(error) if error.to_string().contains("no pg_hba.conf entry") => println!("no pg_hba.conf entry"),
        Err(error) => println!("{error}"),
    }
}
RUST

write client.py <<'PYTHON'
import sys
import psycopg

with psycopg.connect(sys.argv[1]) as connection:
    with_tls = connection.execute("select ssl from pg_stat_ssl where pid = pg_backend_pid()").fetchone()[0]
print("connected with TLS" if with_tls else "connected without TLS")
PYTHON

all() {
  local rule mode url
  for rule in hostssl hostnossl; do
    printf '%s all all all password\n' "$rule" >"$work/tls/data/pg_hba.conf"
    as_postgres_owner "$pg/pg_ctl" -D "$work/tls/data" -s reload
    sleep 1
    for mode in allow prefer; do
      url="$COMANDA_TEST_TLS_POSTGRES?sslmode=$mode"
      echo "$rule alone, $mode: libpq $(python/bin/python client.py "$url"); sqlx $(target/debug/finding "$url")"
    done
  done
}

cargo build --quiet
python3 -m venv python >&2
python/bin/pip install --quiet --disable-pip-version-check 'psycopg[binary]==3.3.9' >&2
compare all
