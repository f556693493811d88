//! The business: the office's lock, and its branches as a change of the whole business reaches them.

use crate::{
    Database,
    error::{Error, Result},
    idempotency::claim::{CLAIMED, Lock, claim_with_lock},
    sql::sql,
    unit_of_work::UnitOfWork,
};
use auth::Scope;
use domain::BranchId;
use entity::tenant;
use sea_orm::{ActiveModelTrait, ActiveValue::NotSet, EntityTrait, FromQueryResult, IntoActiveModel};
use wire::tenant::Tenant;

/// The business's row.
pub type TenantRow = tenant::Model;

/// The row as the office sees it.
#[must_use]
pub fn tenant_of(row: TenantRow) -> Tenant {
    Tenant {
        id: row.id,
        name: row.name,
        slug: row.slug,
        description: row.description,
        logo: row.logo,
        theme_color: row.theme_color,
        language: row.language,
        created_at: row.created_at,
    }
}

impl Database {
    /// The caller's business.
    ///
    /// # Errors
    /// The database failed.
    pub async fn tenant(&self, scope: &impl Scope) -> Result<Tenant> {
        let row = tenant::Entity::find_by_id(scope.tenant_id()).one(self.reader()).await?;
        row.map(tenant_of).ok_or(Error::NotFound("tenant"))
    }
}

// Not FOR UPDATE: every row of the business refers to it, and must not wait for the office.
const LOCKED: &str = "select id from tenant where id = $1 and id = $2 #pg(for no key update)";

static OFFICE: Lock = Lock {
    alone: sql!(tenant, "{LOCKED}"),
    with_claim: sql!(
        tenant,
        "#pg(with locked as materialized ({LOCKED}), {} select locked.id, {CLAIMED} from locked left join claim on true)",
        claim_with_lock()
    ),
};

impl UnitOfWork {
    /// Takes the business's office lock: whoever changes what the office manages (menu, floor, staff, …) takes it
    /// before anything else, so that such changes follow one another. Service never waits for it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn lock_office(&self, scope: &impl Scope) -> Result<()> {
        self.lock_row(scope, &OFFICE, scope.tenant_id()).await?.map(drop).ok_or(Error::NotFound("tenant"))
    }

    /// The caller's business, under the office lock.
    ///
    /// # Errors
    /// The database failed.
    pub async fn tenant(&self, scope: &impl Scope) -> Result<TenantRow> {
        tenant::Entity::find_by_id(scope.tenant_id()).one(self.tx()).await?.ok_or(Error::NotFound("tenant"))
    }

    /// Writes what the office changed of the business. Its slug and id stay.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_tenant(&self, before: &TenantRow, changed: TenantRow) -> Result<TenantRow> {
        let changed = TenantRow { id: before.id, slug: before.slug.clone(), created_at: before.created_at, ..changed };
        let mut row = changed.into_active_model().reset_all();
        row.slug = NotSet;
        row.created_at = NotSet;
        row.suspended_at = NotSet;
        Ok(row.update(self.tx()).await?)
    }

    /// Every branch of the caller's business that was not deleted, ascending.
    ///
    /// # Errors
    /// The database failed.
    pub async fn branches_of_business(&self, scope: &impl Scope) -> Result<Vec<BranchId>> {
        #[derive(FromQueryResult)]
        struct Row {
            id: BranchId,
        }
        let sql = sql!(tenant, "select id from branch where tenant_id = $1 and deletion_id is null order by id");
        let rows: Vec<Row> = self.all(sql, [scope.tenant_id().into()]).await?;
        Ok(rows.into_iter().map(|row| row.id).collect())
    }
}
