//! Setting a restaurant up: the rows that the office makes and service only reads.

use crate::{
    Database,
    branch::BranchRow,
    error::Result,
    sql::{Sql, sql},
    unit_of_work::{UnitOfWork, one},
};
use domain::{
    BranchId, Currency, Role, SectorId, TenantId, UserId, cash::CashWithoutSession, money::CashRounding,
    round::RoundConfirmation, session::JoinRule, table::TableStatus,
};
use entity::{branch, branch_stream, sector, table, tenant, user, user_branch_role, waiter_sector_assignment};
use sea_orm::{
    ActiveModelTrait, ActiveValue::NotSet, ActiveValue::Set, ColumnTrait, DbBackend, EntityTrait, FromQueryResult,
    QueryFilter,
};
use uuid::Uuid;

/// A new branch.
#[derive(Clone, Debug)]
pub struct NewBranch {
    /// What the guests call it.
    pub name: String,
    /// What URLs call it; unique among active branches.
    pub slug: String,
    /// Street and town.
    pub address: Option<String>,
    /// As dialled.
    pub phone: Option<String>,
    /// IANA name.
    pub timezone: String,
    /// `HH:mm`
    pub opening_time: Option<String>,
    /// `HH:mm`
    pub closing_time: Option<String>,
    /// Whether a diner's round waits for a waiter.
    pub round_confirmation: RoundConfirmation,
    /// How phones join its tables.
    pub join_rule: JoinRule,
    /// What its prices are in.
    pub currency: Currency,
    /// What cash is rounded to.
    pub cash_rounding: Option<CashRounding>,
    /// What becomes of cash while no drawer session is open.
    pub cash_without_session: CashWithoutSession,
    /// Not open yet.
    pub deactivated: bool,
}

/// A new member of staff.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// The login, lower case.
    pub email: String,
    /// An argon2id hash.
    pub password_hash: String,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// As dialled.
    pub phone: Option<String>,
    /// The number of the identity card.
    pub dni: Option<String>,
    /// The first day of work, as 2026-02-28.
    pub hire_date: Option<String>,
}

static ANY: &Sql =
    sql!(unscoped("whether any business has opened here"), "select exists (select 1 from tenant) as found");

impl Database {
    /// Whether there is a business at all.
    ///
    /// # Errors
    /// The database failed.
    pub async fn has_businesses(&self) -> Result<bool> {
        let row: Option<Any> = one(self.reader(), ANY, []).await?;
        Ok(row.is_some_and(|row| row.found))
    }

    /// Whether a tenant has that slug.
    ///
    /// # Errors
    /// The database failed.
    pub async fn has_tenant(&self, slug: &str) -> Result<bool> {
        let query = tenant::Entity::find().filter(tenant::Column::Slug.eq(slug));
        Ok(query.one(self.reader()).await?.is_some())
    }
}

#[derive(FromQueryResult)]
struct Any {
    found: bool,
}

impl UnitOfWork {
    /// Waits for whoever else opens a business, to the end of this transaction: of two servers on one empty database
    /// each would find it empty before the other has written. SQLite has one writer.
    ///
    /// # Errors
    /// The other took too long.
    pub async fn lock_openings(&self) -> Result<()> {
        if self.backend() == DbBackend::Postgres {
            let turn = sql!(
                unscoped("whoever opens a business does so in turn"),
                "#pg(select pg_advisory_xact_lock(hashtextextended('comanda.opening', 0)))"
            );
            self.run(turn, []).await?;
        }
        Ok(())
    }

    /// Whether there is a business at all.
    ///
    /// # Errors
    /// The database failed.
    pub async fn has_businesses(&self) -> Result<bool> {
        let row: Option<Any> = self.one(ANY, []).await?;
        Ok(row.is_some_and(|row| row.found))
    }

    /// Adds a tenant.
    ///
    /// # Errors
    /// The slug is taken.
    pub async fn insert_tenant(
        &self,
        name: &str,
        slug: &str,
        description: Option<&str>,
        color: &str,
    ) -> Result<TenantId> {
        let row = tenant::ActiveModel {
            id: NotSet,
            name: Set(name.to_owned()),
            slug: Set(slug.to_owned()),
            description: Set(description.map(str::to_owned)),
            logo: Set(None),
            theme_color: Set(color.to_owned()),
            language: NotSet,
            created_at: Set(self.now()),
            suspended_at: NotSet,
        };
        Ok(row.insert(self.tx()).await?.id)
    }

    /// Adds a branch, starts its event stream and gives it its first stations.
    ///
    /// # Errors
    /// The slug is taken.
    pub async fn insert_branch(&self, tenant: TenantId, new: NewBranch) -> Result<BranchRow> {
        let row = branch::ActiveModel {
            id: NotSet,
            tenant_id: Set(tenant),
            name: Set(new.name),
            slug: Set(new.slug),
            address: Set(new.address),
            phone: Set(new.phone),
            timezone: Set(new.timezone),
            opening_time: Set(new.opening_time),
            closing_time: Set(new.closing_time),
            round_confirmation: Set(new.round_confirmation),
            join_rule: Set(new.join_rule),
            currency: Set(new.currency),
            cash_rounding: Set(new.cash_rounding),
            cash_without_session: Set(new.cash_without_session),
            menu_version: Set(1),
            is_active: Set(!new.deactivated),
            deactivated: Set(new.deactivated),
            created_at: Set(self.now()),
            ..Default::default()
        };
        let row = row.insert(self.tx()).await?;
        let stream = branch_stream::ActiveModel {
            branch_id: Set(row.id),
            tenant_id: Set(tenant),
            epoch: Set(Uuid::new_v4().to_string()),
            seq: Set(0),
        };
        branch_stream::Entity::insert(stream).exec_without_returning(self.tx()).await?;
        self.insert_first_stations(tenant, row.id).await?;
        Ok(row)
    }

    /// Adds a member of staff with a role in each of some branches.
    ///
    /// # Errors
    /// The login is taken.
    pub async fn insert_user(&self, tenant: TenantId, new: NewUser, grants: &[(BranchId, Role)]) -> Result<UserId> {
        let row = user::ActiveModel {
            tenant_id: Set(tenant),
            email: Set(new.email),
            password_hash: Set(new.password_hash),
            first_name: Set(new.first_name),
            last_name: Set(new.last_name),
            phone: Set(new.phone),
            dni: Set(new.dni),
            hire_date: Set(new.hire_date),
            token_version: Set(1),
            is_active: Set(true),
            created_at: Set(self.now()),
            ..Default::default()
        };
        let user = row.insert(self.tx()).await?.id;
        let grants = grants.iter().map(|(branch, role)| user_branch_role::ActiveModel {
            id: NotSet,
            tenant_id: Set(tenant),
            user_id: Set(user),
            branch_id: Set(*branch),
            role: Set(*role),
        });
        user_branch_role::Entity::insert_many(grants).exec_without_returning(self.tx()).await?;
        Ok(user)
    }

    /// Adds a sector to a branch.
    ///
    /// # Errors
    /// The prefix is taken.
    pub async fn insert_sector(&self, branch: &BranchRow, name: &str, prefix: &str, order: i32) -> Result<SectorId> {
        let row = sector::ActiveModel {
            id: NotSet,
            tenant_id: Set(branch.tenant_id),
            branch_id: Set(Some(branch.id)),
            name: Set(name.to_owned()),
            prefix: Set(prefix.to_owned()),
            display_order: Set(order),
            is_active: Set(true),
            created_at: Set(self.now()),
            ..Default::default()
        };
        Ok(row.insert(self.tx()).await?.id)
    }

    /// Adds a table to a branch.
    ///
    /// # Errors
    /// The code is taken.
    pub async fn insert_table(
        &self,
        branch: &BranchRow,
        sector: Option<SectorId>,
        code: &str,
        capacity: i32,
    ) -> Result<()> {
        let row = table::ActiveModel {
            id: NotSet,
            tenant_id: Set(branch.tenant_id),
            branch_id: Set(branch.id),
            sector_id: Set(sector),
            code: Set(code.to_owned()),
            capacity: Set(capacity),
            status: Set(TableStatus::Free),
            is_active: Set(true),
            created_at: Set(self.now()),
            ..Default::default()
        };
        table::Entity::insert(row).exec_without_returning(self.tx()).await?;
        Ok(())
    }

    /// Gives a waiter a sector on every day until further notice.
    ///
    /// # Errors
    /// The waiter has it already.
    pub async fn insert_standing_assignment(&self, branch: &BranchRow, sector: SectorId, waiter: UserId) -> Result<()> {
        let row = waiter_sector_assignment::ActiveModel {
            id: NotSet,
            tenant_id: Set(branch.tenant_id),
            branch_id: Set(branch.id),
            sector_id: Set(sector),
            waiter_id: Set(waiter),
            assignment_date: Set(None),
            shift: Set(None),
            is_active: Set(true),
            created_at: Set(self.now()),
            ..Default::default()
        };
        waiter_sector_assignment::Entity::insert(row).exec_without_returning(self.tx()).await?;
        Ok(())
    }
}
