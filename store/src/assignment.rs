//! The roster as the office writes it: assignments of one branch for one day.

use crate::{
    branch::BranchRow,
    error::Result,
    sql::{Sql, sql},
    unit_of_work::UnitOfWork,
};
use auth::Scope;
use chrono::NaiveDate;
use domain::{AssignmentId, BranchId, SectorId, Shift, UserId};
use entity::waiter_sector_assignment as assignment;
use sea_orm::{
    ActiveValue::{NotSet, Set},
    EntityTrait, FromQueryResult,
};

/// An assignment's row.
pub type AssignmentRow = assignment::Model;

/// Somebody who may be given a sector.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct TableWaiter {
    /// Who.
    pub id: UserId,
    /// Given and family name, or the login where there is none.
    pub name: String,
    /// The login.
    pub email: String,
}

/// The active staff with the role WAITER in a branch.
pub(crate) static WAITERS: &Sql = sql!(
    tenant,
    "select u.id, u.email,
        coalesce(nullif(trim(coalesce(u.first_name, '') || ' ' || coalesce(u.last_name, '')), ''), u.email) as name
    from app_user u where u.tenant_id = $1 and u.is_active and exists (
        select 1 from user_branch_role r where r.user_id = u.id and r.branch_id = $2 and #waits(r))
    order by u.id"
);

/// A place on the roster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Placed {
    /// Which sector.
    pub sector: SectorId,
    /// Whose.
    pub waiter: UserId,
    /// For which part of the day; none is the whole day.
    pub shift: Option<Shift>,
}

impl UnitOfWork {
    /// Who may be given a sector of the branch.
    ///
    /// # Errors
    /// The database failed.
    pub async fn waiters_of(&self, scope: &impl Scope, branch: BranchId) -> Result<Vec<TableWaiter>> {
        self.all(WAITERS, [scope.tenant_id().into(), branch.into()]).await
    }

    /// The assignments of a branch for one day, standing ones left out; `shift` picks those of exactly that shift.
    ///
    /// # Errors
    /// The database failed.
    pub async fn assignments_for(
        &self,
        scope: &impl Scope,
        branch: BranchId,
        day: NaiveDate,
        shift: Option<Shift>,
    ) -> Result<Vec<AssignmentRow>> {
        let sql = sql!(
            tenant,
            "select * from waiter_sector_assignment where tenant_id = $1 and branch_id = $2 and is_active
            and assignment_date = $3 and (shift = $4 or $4 = '') order by id"
        );
        let shift = shift.map_or("", Shift::as_str);
        self.all(sql, [scope.tenant_id().into(), branch.into(), day.into(), shift.into()]).await
    }

    /// Adds assignments for one day.
    ///
    /// # Errors
    /// One is there already.
    pub async fn insert_assignments(
        &self,
        branch: &BranchRow,
        day: NaiveDate,
        placed: &[Placed],
    ) -> Result<Vec<AssignmentRow>> {
        if placed.is_empty() {
            return Ok(Vec::new());
        }
        let rows = placed.iter().map(|place| assignment::ActiveModel {
            id: NotSet,
            tenant_id: Set(branch.tenant_id),
            branch_id: Set(branch.id),
            sector_id: Set(place.sector),
            waiter_id: Set(place.waiter),
            assignment_date: Set(Some(day)),
            shift: Set(place.shift.map(|shift| shift.as_str().to_owned())),
            is_active: Set(true),
            created_at: Set(self.now()),
            ..Default::default()
        });
        Ok(assignment::Entity::insert_many(rows).exec_with_returning(self.tx()).await?)
    }

    /// Takes assignments off the roster for good: a roster is written anew every day, and the audit log keeps what it
    /// was.
    ///
    /// # Errors
    /// The database failed.
    pub async fn remove_assignments(&self, scope: &impl Scope, ids: &[AssignmentId]) -> Result<()> {
        let ids: Vec<i64> = ids.iter().map(|id| id.get()).collect();
        let ids = serde_json::to_string(&ids).unwrap_or_default();
        let sql = sql!(tenant, "delete from waiter_sector_assignment where tenant_id = $1 and id in #list($2)");
        self.run(sql, [scope.tenant_id().into(), ids.into()]).await.map(drop)
    }
}
