//! What an operator sees and changes at the command line: businesses, their branches, people as logins.

use crate::{
    Database,
    account::Account,
    branch::BranchRow,
    error::{Error, Result},
    sql::sql,
    staff_member::posts,
    tenant::TenantRow,
    unit_of_work::{UnitOfWork, all},
};
use auth::Scope;
use chrono::{DateTime, Utc};
use domain::{TenantId, UserId, staff::Post, text::Email};
use entity::{branch, tenant, user};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder};

/// A business with what it has.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Business {
    /// The business.
    pub id: TenantId,
    /// What commands call it.
    pub slug: String,
    /// What people call it.
    pub name: String,
    /// Branches that were not deleted.
    pub branches: i64,
    /// People who may sign in.
    pub people: i64,
    /// Since when it is suspended.
    pub suspended_at: Option<DateTime<Utc>>,
}

/// An account by its login.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Login {
    /// The person.
    pub id: UserId,
    /// Their business.
    pub tenant_id: TenantId,
    /// What commands call it.
    pub business: String,
    /// Whether they are let in.
    pub is_active: bool,
}

/// A person of a business.
#[derive(Clone, Debug)]
pub struct Person {
    /// The account.
    pub account: Account,
    /// Their roles, each in its branch.
    pub posts: Vec<Post>,
}

impl Database {
    /// Every business, as they opened.
    ///
    /// # Errors
    /// The database failed.
    pub async fn businesses(&self) -> Result<Vec<Business>> {
        let sql = sql!(
            unscoped("the businesses of the server, listed for its operator"),
            "select t.id, t.slug, t.name, t.suspended_at,
                (select count(*) from branch b where b.tenant_id = t.id and b.deletion_id is null) as branches,
                (select count(*) from app_user u where u.tenant_id = t.id and u.is_active) as people
             from tenant t order by t.id"
        );
        all(self.reader(), sql, []).await
    }

    /// The business that commands call so.
    ///
    /// # Errors
    /// Not found.
    pub async fn business(&self, slug: &str) -> Result<TenantRow> {
        let query = tenant::Entity::find().filter(tenant::Column::Slug.eq(slug));
        query.one(self.reader()).await?.ok_or(Error::NotFound("business"))
    }

    /// The accounts with that login that were not deleted, those that are let in first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn logins(&self, email: &Email) -> Result<Vec<Login>> {
        let sql = sql!(
            row("email"),
            "select u.id, u.tenant_id, t.slug as business, u.is_active from app_user u join tenant t on t.id = u.tenant_id
             where u.email = $1 and u.deletion_id is null order by u.is_active desc, u.id"
        );
        all(self.reader(), sql, [email.as_str().into()]).await
    }

    /// The people of a business, by login.
    ///
    /// # Errors
    /// The database failed.
    pub async fn people(&self, scope: &impl Scope) -> Result<Vec<Person>> {
        let query = user::Entity::find()
            .filter(user::Column::TenantId.eq(scope.tenant_id()))
            .filter(user::Column::DeletionId.is_null());
        let mut rows = query.all(self.reader()).await?;
        rows.sort_by(|one, other| one.email.cmp(&other.email));
        let ids: Vec<UserId> = rows.iter().map(|row| row.id).collect();
        let mut posts = posts(self.reader(), scope.tenant_id(), &ids).await?;
        let person = |account: Account| Person { posts: posts.remove(&account.id).unwrap_or_default(), account };
        Ok(rows.into_iter().map(person).collect())
    }

    /// The branches of a business that were not deleted, as they opened.
    ///
    /// # Errors
    /// The database failed.
    pub async fn branches_of_scope(&self, scope: &impl Scope) -> Result<Vec<BranchRow>> {
        let query = branch::Entity::find()
            .filter(branch::Column::TenantId.eq(scope.tenant_id()))
            .filter(branch::Column::DeletionId.is_null());
        Ok(query.order_by_asc(branch::Column::Id).all(self.reader()).await?)
    }
}

impl UnitOfWork {
    /// Suspends the business: its branches are closed with it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn suspend(&self, scope: &impl Scope) -> Result<()> {
        let tenant = scope.tenant_id();
        self.run(sql!(tenant, "update tenant set suspended_at = $2 where id = $1"), [tenant.into(), self.now().into()])
            .await?;
        self.run(sql!(tenant, "update branch set is_active = false where tenant_id = $1"), [tenant.into()]).await?;
        Ok(())
    }

    /// Lets the business go on: its branches are as its office left them.
    ///
    /// # Errors
    /// Another business has an open branch of the same slug.
    pub async fn resume(&self, scope: &impl Scope) -> Result<()> {
        let tenant = scope.tenant_id();
        self.run(sql!(tenant, "update tenant set suspended_at = null where id = $1"), [tenant.into()]).await?;
        let open = sql!(
            tenant,
            "update branch set is_active = true where tenant_id = $1 and not deactivated and deletion_id is null"
        );
        self.run(open, [tenant.into()]).await?;
        Ok(())
    }
}
