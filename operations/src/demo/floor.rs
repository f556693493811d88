//! Sectors, tables and a standing roster, so that the demo's waiters can work on any day.

use crate::Result;
use domain::UserId;
use store::{BranchRow, UnitOfWork};

/// Name, prefix, the tables' capacities, the waiters' logins.
const SECTORS: &[(&str, &str, &[i32], &[&str])] = &[
    ("Interior", "INT", &[4, 4, 6, 2, 8], &["waiter@demo.com", "ana@demo.com"]),
    ("Terraza", "TER", &[4, 4, 6], &["waiter@demo.com", "alberto.cortez@demo.com"]),
    ("Barra", "BAR", &[2, 2], &["alberto.cortez@demo.com"]),
];

pub(super) async fn lay(uow: &UnitOfWork, branch: &BranchRow, users: &[(&str, UserId)]) -> Result<()> {
    for (name, prefix, capacities, waiters) in SECTORS {
        let sector = uow.insert_sector(branch, name, prefix, 0).await?;
        for (number, capacity) in (1..).zip(*capacities) {
            uow.insert_table(branch, Some(sector), &format!("{prefix}-{number:02}"), *capacity).await?;
        }
        for (_, user) in users.iter().filter(|(email, _)| waiters.contains(email)) {
            uow.insert_standing_assignment(branch, sector, *user).await?;
        }
    }
    Ok(())
}
