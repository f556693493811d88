//! Who has which sector today, by the branch's own day.

use super::duty_roster::ON_DAY;
use crate::{Database, error::Result, sql::sql, unit_of_work::all};
use chrono::NaiveDate;
use domain::{BranchId, SectorId, UserId, timezone::local_date};
use sea_orm::FromQueryResult;
use std::collections::HashMap;

/// The waiters of a branch's sectors on one day: assigned to that date, or standing ([`domain::roster`]).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roster {
    date: NaiveDate,
    waiters: HashMap<SectorId, Vec<UserId>>,
}

impl Roster {
    /// The roster of a day from its assignments, repeats allowed.
    #[must_use]
    pub fn new(date: NaiveDate, assignments: impl IntoIterator<Item = (SectorId, UserId)>) -> Self {
        let mut waiters: HashMap<SectorId, Vec<UserId>> = HashMap::new();
        for (sector, waiter) in assignments {
            let sector = waiters.entry(sector).or_default();
            if !sector.contains(&waiter) {
                sector.push(waiter);
            }
        }
        Self { date, waiters }
    }

    /// The civil day, in the branch's time zone, that it is for.
    #[must_use]
    pub fn date(&self) -> NaiveDate {
        self.date
    }

    /// The waiters of a sector; empty when nobody is assigned to it.
    #[must_use]
    pub fn waiters_of(&self, sector: SectorId) -> &[UserId] {
        self.waiters.get(&sector).map_or(&[], Vec::as_slice)
    }

    /// The sectors of a waiter, ascending.
    #[must_use]
    pub fn sectors_of(&self, waiter: UserId) -> Vec<SectorId> {
        let mut sectors: Vec<_> =
            self.waiters.iter().filter(|(_, waiters)| waiters.contains(&waiter)).map(|(sector, _)| *sector).collect();
        sectors.sort_unstable();
        sectors
    }
}

#[derive(FromQueryResult)]
struct Zone {
    timezone: String,
}

#[derive(FromQueryResult)]
struct Row {
    sector_id: SectorId,
    waiter_id: UserId,
}

impl Database {
    /// Today's roster of a branch. An unknown branch has an empty one.
    ///
    /// # Errors
    /// The database failed.
    pub async fn roster(&self, branch: BranchId) -> Result<Roster> {
        let zones: Vec<Zone> =
            all(self.reader(), sql!(row("id"), "select timezone from branch where id = $1"), [branch.into()]).await?;
        let Some(zone) = zones.first() else { return Ok(Roster::default()) };
        let date = local_date(self.clock().now(), &zone.timezone);
        // Who serves tables here no more hears nothing here, and a sector that is left to them would be nobody's.
        let sql = sql!(
            branch,
            "select a.sector_id, a.waiter_id from waiter_sector_assignment a
             join sector s on s.id = a.sector_id and s.is_active
             join app_user u on u.id = a.waiter_id and u.is_active
             where {ON_DAY} and exists (select 1 from user_branch_role r
                 where r.user_id = u.id and r.branch_id = a.branch_id and #waits(r))"
        );
        let rows: Vec<Row> = all(self.reader(), sql, [branch.into(), date.into()]).await?;
        Ok(Roster::new(date, rows.into_iter().map(|row| (row.sector_id, row.waiter_id))))
    }
}
