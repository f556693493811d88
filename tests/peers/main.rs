//! Black-box tests beside the real programs that stand between Comanda, its clients and its database: a PostgreSQL that
//! speaks TLS alone, a standby, PostgreSQL 18, PgBouncer, Pgpool-II, a Redis Cluster, nginx, HAProxy, Caddy,
//! LibreOffice, Chromium. `scripts/test --peers` brings them along.

#![expect(clippy::unwrap_used, reason = "a test that finds nothing where something must be has failed")]

mod browsers;
mod cluster;
mod newest;
mod peer;
mod poolers;
mod proxies;
mod spreadsheet;
mod standby;
mod tls;
