//! `pgbench` doing the same work on the same schema: the yardstick.

use crate::floor::Floor;
use harness::App;
use std::{env, path::Path};
use tokio::process::Command;

/// Transactions per second of `clients` connections over `seconds`.
pub(crate) async fn run(app: &App, floor: &Floor, clients: usize, seconds: u64) -> f64 {
    let binary = env::var("COMANDA_PGBENCH").expect("run scripts/bench");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("pgbench/separate.sql");
    let output = Command::new(binary)
        .args(["--no-vacuum", "--protocol=prepared", "--jobs=2"])
        .arg(format!("--client={clients}"))
        .arg(format!("--time={seconds}"))
        .arg(format!("--define=first={}", floor.first))
        .arg(format!("--define=last={}", floor.last))
        .arg("--file")
        .arg(script)
        .arg(app.database_url().expect("PostgreSQL"))
        .output()
        .await
        .expect("pgbench runs");
    let text = String::from_utf8_lossy(&output.stdout);
    let tps = text.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
    tps.unwrap_or_else(|| panic!("pgbench: {text}{}", String::from_utf8_lossy(&output.stderr)))
}
