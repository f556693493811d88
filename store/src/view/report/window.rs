//! Where and when a report looks: branches of the caller's, each from an instant to another by its own calendar.
//!
//! A database groups by the quarter of an hour (SQLite knows no time zones), and the clock of the branch is put to the
//! groups here: no zone in use today differs from UTC by anything but whole quarters, so no group lies on both sides of
//! a local hour or midnight.

use crate::{
    Database,
    error::Result,
    scoped::admitted,
    sql::{Sql, sql},
    unit_of_work::all,
};
use auth::{RoleSet, Staff};
use chrono::{DateTime, NaiveDate, NaiveDateTime, SecondsFormat, Utc};
use domain::{
    BranchId, Currency, TenantId,
    period::Period,
    timezone::{day_bounds, local_date, local_time},
};
use sea_orm::{FromQueryResult, Value};
use serde::Serialize;

const QUARTER_SECONDS: i64 = 15 * 60;
/// Later than anything.
const EVER: &str = "9999-12-31T00:00:00+00:00";

/// Where and when a report looks.
#[derive(Clone, Debug)]
pub struct Window {
    tenant: TenantId,
    places: Vec<Place>,
}

/// A branch of a window.
#[derive(Clone, Debug)]
pub struct Place {
    /// The branch.
    pub branch_id: BranchId,
    /// Its name.
    pub name: String,
    /// Its address.
    pub address: Option<String>,
    /// IANA name of its time zone.
    pub timezone: String,
    /// What its cents are cents of.
    pub currency: Currency,
    /// The first and the last day of the window by its calendar; `None` on all of time, and where the days are yet to
    /// come.
    pub days: Option<(NaiveDate, NaiveDate)>,
    /// The first instant, and the first one after.
    span: Option<(DateTime<Utc>, DateTime<Utc>)>,
}

#[derive(FromQueryResult)]
struct Row {
    id: BranchId,
    name: String,
    address: Option<String>,
    timezone: String,
    currency: Currency,
}

/// A place as the statements get it, in the database's own spelling of instants.
#[derive(Serialize)]
struct Span {
    branch: BranchId,
    from: String,
    to: String,
    from_day: NaiveDate,
    to_day: NaiveDate,
}

// A branch that was closed for good has a past all the same.
static BRANCHES: &Sql =
    sql!(tenant, "select id, name, address, timezone, currency from branch where tenant_id = $1 order by id");

impl Database {
    /// Opens the window on `branch`, or on all branches of the caller's; without a period it is open on all of time.
    ///
    /// # Errors
    /// The branch is not found or not the caller's.
    pub async fn report_window<R: RoleSet>(
        &self,
        staff: &Staff<R>,
        branch: Option<BranchId>,
        period: Option<Period>,
    ) -> Result<Window> {
        let tenant = staff.tenant_id();
        let rows: Vec<Row> = all(self.reader(), BRANCHES, [tenant.into()]).await?;
        let rows = match branch {
            Some(branch) => {
                let row = rows.into_iter().find(|row| row.id == branch);
                vec![admitted(staff, "branch", row, |row| row.id)?]
            }
            None => {
                let reach = staff.branches();
                rows.into_iter().filter(|row| reach.covers(row.id)).collect()
            }
        };
        let now = self.clock().now();
        Ok(Window { tenant, places: rows.into_iter().map(|row| row.opened(period, now)).collect() })
    }
}

impl Row {
    fn opened(self, period: Option<Period>, now: DateTime<Utc>) -> Place {
        let Self { id, name, address, timezone, currency } = self;
        let days = period.and_then(|period| period.at(local_date(now, &timezone)));
        let span = match (period, days) {
            (None, _) => EVER.parse().ok().map(|ever| (DateTime::UNIX_EPOCH, ever)),
            (Some(_), None) => None,
            (Some(_), Some((first, last))) => {
                day_bounds(first, &timezone).zip(day_bounds(last, &timezone)).map(|(first, last)| (first.0, last.1))
            }
        };
        Place { branch_id: id, name, address, timezone, currency, days, span }
    }
}

impl Window {
    /// The branches, by number.
    #[must_use]
    pub fn places(&self) -> &[Place] {
        &self.places
    }

    /// What all of its money is counted in; `None` when the branches do not agree, and no sum over them means anything.
    #[must_use]
    pub fn currency(&self) -> Option<Currency> {
        let first = self.places.first()?.currency;
        self.places.iter().all(|place| place.currency == first).then_some(first)
    }

    /// `$1` and `$2` of every statement: the tenant, and what [`place`] reads.
    pub(super) fn values(&self) -> [Value; 2] {
        let spans = self.places.iter().filter_map(|place| {
            let (from, to) = place.span?;
            // Open on all of time it is on all days.
            let (from_day, to_day) =
                place.days.or_else(|| NaiveDate::from_ymd_opt(1, 1, 1).zip(NaiveDate::from_ymd_opt(9999, 12, 31)))?;
            Some(Span { branch: place.branch_id, from: spelled(from), to: spelled(to), from_day, to_day })
        });
        let spans: Vec<Span> = spans.collect();
        [self.tenant.into(), serde_json::to_string(&spans).unwrap_or_default().into()]
    }

    /// The business day of a row: the one that it keeps, else that of the quarter it lies in.
    pub(super) fn day(&self, branch: BranchId, kept: Option<NaiveDate>, quarter: i64) -> Option<NaiveDate> {
        kept.or_else(|| self.wall(branch, quarter).map(|wall| wall.date()))
    }

    /// What the clock in a branch showed when a quarter began.
    pub(super) fn wall(&self, branch: BranchId, quarter: i64) -> Option<NaiveDateTime> {
        let place = self.places.iter().find(|place| place.branch_id == branch)?;
        let instant = DateTime::from_timestamp(quarter.checked_mul(QUARTER_SECONDS)?, 0)?;
        Some(local_time(instant, &place.timezone))
    }
}

/// As sqlx writes an instant to SQLite, where instants are texts and compared as such.
fn spelled(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::AutoSi, false)
}

/// The beginning of every statement: `place (branch_id, from_at, to_at, from_day, to_day)`, to be joined with whatever
/// is counted.
pub(super) const fn place() -> &'static str {
    "with place as (select cast(e.value->>'branch' as bigint) as branch_id,
        #pg((e.value->>'from')::timestamptz)#sqlite(e.value->>'from') as from_at,
        #pg((e.value->>'to')::timestamptz)#sqlite(e.value->>'to') as to_at,
        #pg((e.value->>'from_day')::date)#sqlite(e.value->>'from_day') as from_day,
        #pg((e.value->>'to_day')::date)#sqlite(e.value->>'to_day') as to_day from #rows($2))"
}

/// The number of the quarter of an hour that an instant lies in, as [`Window::wall`] wants it.
pub(super) fn quarter(instant: &str) -> String {
    // Without the fraction, which SQLite would round up.
    format!(
        "#pg(cast(floor(extract(epoch from {instant}) / {QUARTER_SECONDS}) as bigint))#sqlite(
            cast(strftime('%s', substr({instant}, 1, 19)) as integer) / {QUARTER_SECONDS})"
    )
}

/// The milliseconds from one instant to another.
pub(super) fn millis(from: &str, to: &str) -> String {
    format!(
        "#pg(cast(round(extract(epoch from {to} - {from}) * 1000) as bigint))#sqlite(
            cast(round((julianday({to}) - julianday({from})) * 86400000) as integer))"
    )
}

/// The condition that `$alias.$instant` lies in the window, `w` being its place.
pub(super) fn within(alias: &str, instant: &str) -> String {
    format!("w.branch_id = {alias}.branch_id and {instant} >= w.from_at and {instant} < w.to_at")
}

/// The condition that a row of `alias` belongs to the window, `w` being its place: by the business day that it keeps,
/// else, for one from before days were kept, by its instant.
pub(super) fn on_days(alias: &str, day: &str, instant: &str) -> String {
    format!(
        "w.branch_id = {alias}.branch_id and ({} or {day} is null and {instant} >= w.from_at and {instant} < w.to_at)",
        kept(day)
    )
}

/// The condition that a business day that is kept lies in the window.
pub(super) fn kept(day: &str) -> String {
    format!("{day} >= w.from_day and {day} <= w.to_day")
}

/// `amount` by `count`, rounded down; nothing where there are none.
pub(super) const fn per(amount: i64, count: i64) -> i64 {
    if count <= 0 { 0 } else { amount.div_euclid(count) }
}

/// What a member of staff `u` is called: the name, else the login.
pub(super) const fn called() -> &'static str {
    "coalesce(nullif(trim(coalesce(u.first_name, '') || ' ' || coalesce(u.last_name, '')), ''), u.email)"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(timezone: &str) -> Window {
        let place = Place {
            branch_id: BranchId(1),
            name: "Centro".into(),
            address: None,
            timezone: timezone.into(),
            currency: Currency::Ars,
            days: None,
            span: None,
        };
        Window { tenant: TenantId(1), places: vec![place] }
    }

    #[test]
    fn a_quarter_is_on_one_side_of_a_local_midnight() {
        let quarter = |instant: &str| instant.parse::<DateTime<Utc>>().unwrap().timestamp() / QUARTER_SECONDS;
        let wall = |zone: &str, instant: &str| window(zone).wall(BranchId(1), quarter(instant)).unwrap().to_string();
        assert_eq!(wall("Asia/Kolkata", "2026-01-01T18:29:59Z"), "2026-01-01 23:45:00");
        assert_eq!(wall("Asia/Kolkata", "2026-01-01T18:30:00Z"), "2026-01-02 00:00:00");
        assert_eq!(wall("Asia/Kathmandu", "2026-01-01T18:15:00Z"), "2026-01-02 00:00:00");
        // An hour that the clocks show twice.
        assert_eq!(wall("Europe/Madrid", "2026-10-25T00:30:00Z"), "2026-10-25 02:30:00");
        assert_eq!(wall("Europe/Madrid", "2026-10-25T01:30:00Z"), "2026-10-25 02:30:00");
        assert!(window("UTC").wall(BranchId(2), 0).is_none());
    }

    #[test]
    fn a_mean_is_rounded_down() {
        assert_eq!([per(10, 4), per(-10, 4), per(7, 0)], [2, -3, 0]);
    }

    #[test]
    fn a_sum_needs_one_currency() {
        let mut mixed = window("UTC");
        assert_eq!(mixed.currency(), Some(Currency::Ars));
        mixed.places.push(Place { branch_id: BranchId(2), currency: Currency::Brl, ..mixed.places[0].clone() });
        assert_eq!(mixed.currency(), None);
    }
}
