//! A waiter's own place on the roster, by each branch's own day: dated assignments and standing ones (design.md §9).

use crate::{
    Database,
    error::Result,
    page::name_order,
    sql::{Sql, sql},
    unit_of_work::{all, one},
};
use auth::{RoleSet, Scope, Staff};
use chrono::{NaiveDate, TimeDelta};
use domain::{BranchId, SectorId, Shift, TenantId, roster, timezone::local_date};
use sea_orm::FromQueryResult;
use wire::assignment::{AssignedSector, AssignmentCheck, Assignments};

#[derive(FromQueryResult)]
struct BranchRow {
    name: String,
    timezone: String,
}

#[derive(FromQueryResult)]
struct Row {
    sector_id: SectorId,
    sector_name: String,
    sector_prefix: String,
    branch_id: BranchId,
    timezone: String,
    assignment_date: Option<NaiveDate>,
    replaced_on: Option<String>,
    shift: Option<String>,
    display_order: i32,
}

/// The days from `$3` to `$4` with assignments that replace the standing assignment `a`, joined by commas.
pub(super) const fn replaced_on() -> &'static str {
    "(select string_agg(cast(d.assignment_date as text), ',') from waiter_sector_assignment d
            where a.assignment_date is null and d.branch_id = a.branch_id and d.sector_id = a.sector_id and d.is_active
              and d.assignment_date between $3 and $4 and (d.shift is null or d.shift = a.shift)) as replaced_on"
}

/// Whether an assignment counts on `day`, by what [`replaced_on`] says of it.
pub(super) fn counts_on(date: Option<NaiveDate>, replaced_on: Option<&str>, day: NaiveDate) -> bool {
    let days = replaced_on.unwrap_or_default().split(',').filter_map(|day| day.parse().ok());
    roster::counts_on(date, &days.collect::<Vec<NaiveDate>>(), day)
}

static OWN: &Sql = sql!(
    tenant,
    "select s.id as sector_id, s.name as sector_name, s.prefix as sector_prefix, a.branch_id, b.timezone,
        a.assignment_date, a.shift, s.display_order, {}
    from waiter_sector_assignment a
    join sector s on s.id = a.sector_id and s.is_active
    join branch b on b.id = a.branch_id and b.is_active
    where a.tenant_id = $1 and a.waiter_id = $2 and a.is_active
        and (a.assignment_date is null or a.assignment_date between $3 and $4)
    order by s.display_order, s.id, a.id",
    replaced_on()
);

static OF_BRANCH: &Sql = sql!(tenant, "select s.id as sector_id, s.name as sector_name, s.prefix as sector_prefix, b.id as branch_id,
        b.timezone, cast(null as date) as assignment_date, cast(null as text) as shift,
        s.display_order, cast(null as text) as replaced_on
    from branch b join sector s on s.tenant_id = b.tenant_id and (s.branch_id = b.id or s.branch_id is null) and s.is_active
    where b.tenant_id = $1 and b.id = $2
    order by s.display_order, s.id");

impl Database {
    /// Whether the caller is on the roster of a branch today. Whoever manages it is, in all its sectors: an office that
    /// forgot the roster must not lock itself out. A branch of another tenant answers like one that does not exist.
    ///
    /// # Errors
    /// The database failed.
    pub async fn check_assignment<R: RoleSet>(&self, staff: &Staff<R>, branch: BranchId) -> Result<AssignmentCheck> {
        let tenant = staff.tenant_id();
        let sql = sql!(tenant, "select name, timezone from branch where id = $1 and tenant_id = $2 and is_active");
        let row: Option<BranchRow> = one(self.reader(), sql, [branch.into(), tenant.into()]).await?;
        let (name, zone) = row.map_or((None, String::new()), |row| (Some(row.name), row.timezone));
        let date = local_date(self.clock().now(), &zone);
        let manages = name.is_some() && staff.roles_in(branch).manages();
        let sectors = if manages {
            let rows = all(self.reader(), OF_BRANCH, [tenant.into(), branch.into()]).await?;
            self.in_order(tenant, rows).await?.into_iter().map(|row| row.on(date)).collect()
        } else if name.is_some() && staff.admits(branch) {
            self.own_sectors(staff, None).await?.into_iter().filter(|sector| sector.branch_id == branch).collect()
        } else {
            Vec::new()
        };
        let is_assigned = manages || !sectors.is_empty();
        let message = message(name.as_deref(), is_assigned, staff.admits(branch));
        let (branch_id, branch_name, assignment_date) = (branch, name, date);
        Ok(AssignmentCheck { is_assigned, branch_id, branch_name, assignment_date, sectors, message })
    }

    /// The caller's sectors on `date`, by default each branch's today; with a shift, those of the whole day too.
    ///
    /// # Errors
    /// The database failed.
    pub async fn assignments_of<R: RoleSet>(
        &self,
        staff: &Staff<R>,
        date: Option<NaiveDate>,
        shift: Option<Shift>,
    ) -> Result<Assignments> {
        let mut sectors = self.own_sectors(staff, date).await?;
        sectors.retain(|sector| {
            let asked = shift.is_none_or(|shift| sector.shift.as_deref().is_none_or(|own| own == shift.as_str()));
            asked && staff.admits(sector.branch_id)
        });
        let assignment_date = match date {
            Some(date) => date,
            None => self.today_of(staff).await?,
        };
        let mut sector_ids = Vec::new();
        for sector in &sectors {
            if !sector_ids.contains(&sector.sector_id) {
                sector_ids.push(sector.sector_id);
            }
        }
        Ok(Assignments { waiter_id: staff.user_id(), assignment_date, sectors, sector_ids })
    }

    /// The caller's assignments on `date`, or on each branch's today.
    async fn own_sectors<R: RoleSet>(&self, staff: &Staff<R>, date: Option<NaiveDate>) -> Result<Vec<AssignedSector>> {
        let now = self.clock().now();
        let today = now.date_naive();
        // No zone is further from UTC than a day; which rows are really today's, each row's own zone says.
        let (first, last) = date.map_or((today - TimeDelta::days(1), today + TimeDelta::days(1)), |date| (date, date));
        let values = [staff.tenant_id().into(), staff.user_id().into(), first.into(), last.into()];
        let rows = self.in_order(staff.tenant_id(), all(self.reader(), OWN, values).await?).await?;
        let mut sectors: Vec<AssignedSector> = Vec::new();
        for row in rows {
            let day = date.unwrap_or_else(|| local_date(now, &row.timezone));
            if !counts_on(row.assignment_date, row.replaced_on.as_deref(), day) {
                continue;
            }
            let sector = row.on(day);
            // A standing assignment and one for the day are one place.
            if !sectors.contains(&sector) {
                sectors.push(sector);
            }
        }
        Ok(sectors)
    }

    /// Sectors in their order, those of one place by name.
    async fn in_order(&self, tenant: TenantId, mut rows: Vec<Row>) -> Result<Vec<Row>> {
        name_order(self.reader(), tenant).await?.sort(&mut rows, |row| &row.sector_name);
        rows.sort_by_key(|row| row.display_order);
        Ok(rows)
    }

    async fn today_of<R: RoleSet>(&self, staff: &Staff<R>) -> Result<NaiveDate> {
        let first = staff.branch_ids().first().copied();
        let sql = sql!(row("id"), "select name, timezone from branch where id = $1");
        let row: Option<BranchRow> = match first {
            Some(branch) => one(self.reader(), sql, [branch.into()]).await?,
            None => None,
        };
        Ok(local_date(self.clock().now(), row.as_ref().map_or("UTC", |row| row.timezone.as_str())))
    }
}

impl Row {
    fn on(self, day: NaiveDate) -> AssignedSector {
        AssignedSector {
            sector_id: self.sector_id,
            sector_name: self.sector_name,
            sector_prefix: self.sector_prefix,
            branch_id: self.branch_id,
            assignment_date: day,
            shift: self.shift,
        }
    }
}

/// In Spanish: the waiter app shows it as it is.
fn message(branch: Option<&str>, is_assigned: bool, works_there: bool) -> String {
    match branch {
        None => "La sucursal no existe".into(),
        Some(name) if is_assigned => format!("Asignación verificada para {name}"),
        Some(name) if works_there => format!("No estás asignado a {name} hoy. Consultá con tu encargado."),
        Some(name) => format!("No trabajás en {name}. Elegí otra sucursal."),
    }
}
