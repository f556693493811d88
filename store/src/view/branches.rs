//! The branches of a business, and of all of them, as pages and the office read them.

use crate::{Database, Listed, branch::BranchRow, error::Result, page::name_order, sql::sql, unit_of_work::all};
use auth::{RoleSet, Staff};
use domain::{BranchId, TenantId, name::NameOrder};
use entity::branch;
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder};
use wire::branch::{Branch, PublicBranch};

/// The row as the office sees it.
#[must_use]
pub fn branch_of(row: BranchRow) -> Branch {
    Branch {
        id: row.id,
        tenant_id: row.tenant_id,
        name: row.name,
        slug: row.slug,
        address: row.address,
        phone: row.phone,
        timezone: row.timezone,
        opening_time: row.opening_time,
        closing_time: row.closing_time,
        round_confirmation: row.round_confirmation,
        join: row.join_rule,
        currency: row.currency,
        cash_rounding: row.cash_rounding,
        cash_without_session: row.cash_without_session,
        is_active: row.is_active,
        created_at: row.created_at,
    }
}

#[derive(FromQueryResult)]
struct Row {
    id: BranchId,
}

impl Database {
    /// The branches of a tenant that were not deleted, ascending.
    ///
    /// # Errors
    /// The database failed.
    pub async fn branches_of_tenant(&self, tenant: TenantId) -> Result<Vec<BranchId>> {
        let sql = sql!(tenant, "select id from branch where tenant_id = $1 and deletion_id is null order by id");
        let rows: Vec<Row> = all(self.reader(), sql, [tenant.into()]).await?;
        Ok(rows.into_iter().map(|row| row.id).collect())
    }

    /// Every open branch of every tenant, by name: what a waiter picks from before signing in (W1).
    ///
    /// # Errors
    /// The database failed.
    pub async fn public_branches(&self) -> Result<Vec<PublicBranch>> {
        let sql = sql!(
            unscoped("the public list of the branches that are open"),
            "select id, name, slug, address from branch where is_active order by id"
        );
        let mut rows: Vec<PublicBranch> = all(self.reader(), sql, []).await?;
        // Of several businesses: nobody's own language.
        NameOrder::default().sort(&mut rows, |row| &row.name);
        Ok(rows)
    }

    /// The caller's branches, by name; an administrator's are all, the deleted ones only on request.
    ///
    /// # Errors
    /// The database failed.
    pub async fn branches_of<R: RoleSet>(
        &self,
        staff: &Staff<R>,
        deleted_too: bool,
        wanted: &Listed,
    ) -> Result<Vec<Branch>> {
        let mut query = branch::Entity::find().filter(branch::Column::TenantId.eq(staff.tenant_id()));
        if !deleted_too {
            query = query.filter(branch::Column::DeletionId.is_null());
        }
        let rows = query.order_by_asc(branch::Column::Id).all(self.reader()).await?;
        let order = name_order(self.reader(), staff.tenant_id()).await?;
        // A business has a few dozen branches at most: they are read whole, and the caller's picked out here.
        let reach = staff.branches();
        let rows = rows.into_iter().filter(|row| reach.covers(row.id)).collect();
        Ok(wanted.by_name(&order, rows, |row: &BranchRow| &row.name).into_iter().map(branch_of).collect())
    }
}
