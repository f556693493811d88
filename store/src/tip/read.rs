//! Tips as the office reads them.

use crate::{Database, Page, error::Result, scoped::reach, sql::sql, unit_of_work::all};
use auth::{RoleSet, Staff};
use chrono::{DateTime, NaiveDate, Utc};
use domain::{BranchId, UserId, period::writable, timezone::day_bounds};
use sea_orm::Value;
use wire::tip::{Tip, TipReport};

/// Which tips are wanted.
#[derive(Clone, Copy, Debug, Default)]
pub struct TipFilter {
    /// In this branch.
    pub branch: Option<BranchId>,
    /// Of this waiter.
    pub waiter: Option<UserId>,
    /// From this day of the branch (UTC where no branch is said).
    pub from: Option<NaiveDate>,
    /// To the end of this day.
    pub to: Option<NaiveDate>,
}

const TIPS: &str = "select t.id, t.branch_id, t.amount_cents, t.payment_method, t.waiter_id,
        coalesce(nullif(trim(coalesce(u.first_name, '') || ' ' || coalesce(u.last_name, '')), ''), u.email) as waiter_name,
        t.session_id as table_session_id, t.session_id, d.code as table_code, t.check_id, t.payment_id,
        t.distributed_at is not null as distributed, t.created_at
    from tip t
    left join app_user u on u.id = t.waiter_id
    left join table_session s on s.id = t.session_id
    left join dining_table d on d.id = s.table_id
    where t.tenant_id = $1 and t.amount_cents > 0 and (t.branch_id = $2 or $2 = 0) and (t.waiter_id = $3 or $3 = 0)
      and t.created_at >= $4 and t.created_at < $5";

impl Database {
    /// The tips of the caller's branches, newest first.
    ///
    /// # Errors
    /// The branch is not found or not the caller's.
    pub async fn tips<R: RoleSet>(&self, staff: &Staff<R>, filter: TipFilter, page: Page) -> Result<Vec<Tip>> {
        let zone = match filter.branch {
            Some(branch) => self.find_branch(staff, branch).await?.timezone,
            None => "UTC".to_owned(),
        };
        let day = |day: Option<NaiveDate>| day.and_then(|day| day_bounds(day, &zone));
        let begin = writable(day(filter.from).map_or(DateTime::<Utc>::MIN_UTC, |(begin, _)| begin));
        let end = writable(day(filter.to).map_or(DateTime::<Utc>::MAX_UTC, |(_, end)| end));
        let sql = sql!(
            tenant,
            "{TIPS} and #within(t.branch_id, $6) order by t.created_at desc, t.id desc limit $7 offset $8"
        );
        let [limit, offset] = page.values();
        let values: [Value; 8] = [
            staff.tenant_id().into(),
            filter.branch.map_or(0, BranchId::get).into(),
            filter.waiter.map_or(0, UserId::get).into(),
            begin.into(),
            end.into(),
            reach(staff),
            limit,
            offset,
        ];
        all(self.reader(), sql, values).await
    }

    /// What was left in a branch in some days.
    ///
    /// # Errors
    /// The branch is not found or not the caller's; the sum does not fit.
    pub async fn tip_report<R: RoleSet>(&self, staff: &Staff<R>, filter: TipFilter) -> Result<TipReport> {
        let tips = self.tips(staff, filter, Page::default()).await?;
        let mut report = TipReport { branch_id: filter.branch, tip_count: tips.len(), ..TipReport::default() };
        for tip in &tips {
            report.total_cents = report.total_cents.checked_add(tip.amount_cents)?;
            let waiter = tip.waiter_id.map_or(0, UserId::get).to_string();
            for (sums, key) in
                [(&mut report.by_method, tip.payment_method.word().to_owned()), (&mut report.by_waiter, waiter)]
            {
                let sum = sums.entry(key).or_default();
                *sum = sum.checked_add(tip.amount_cents)?;
            }
        }
        Ok(report)
    }
}
