//! Members of staff as the office manages them. Accounts as they sign in are in [`account`](crate::account).
//!
//! A post in a deleted branch is neither shown nor changed: it went with the branch and comes back with it.

use crate::{
    Database, Listed,
    account::Account,
    error::{Error, Result},
    scoped::reach,
    sql::sql,
    unit_of_work::{Locked, UnitOfWork, all, one},
};
use auth::{Reach, RoleSet, Scope, Staff};
use domain::{BranchId, Role, TenantId, UserId, staff::Post};
use entity::{user, user_branch_role};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{NotSet, Set},
    ConnectionTrait, EntityTrait, FromQueryResult, IntoActiveModel,
};
use std::collections::HashMap;
use wire::staff::StaffMember;

/// The person of `row` with `posts`.
#[must_use]
pub fn member_of(row: Account, posts: Vec<Post>) -> StaffMember {
    StaffMember {
        id: row.id,
        tenant_id: row.tenant_id,
        email: row.email,
        first_name: row.first_name,
        last_name: row.last_name,
        phone: row.phone,
        dni: row.dni,
        hire_date: row.hire_date,
        is_active: row.is_active,
        created_at: row.created_at,
        branch_roles: posts,
    }
}

/// What somebody with that reach sees of them.
#[must_use]
pub fn seen_from(reach: &Reach, mut member: StaffMember) -> StaffMember {
    member.branch_roles.retain(|post| reach.covers(post.branch_id));
    member
}

/// A new member of staff.
#[derive(Clone, Debug)]
pub struct NewMember {
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
    /// `YYYY-MM-DD`
    pub hire_date: Option<String>,
    /// Not let in for now.
    pub deactivated: bool,
}

#[derive(FromQueryResult)]
struct PostRow {
    user_id: UserId,
    branch_id: BranchId,
    role: Role,
}

/// The posts of those people in branches that were not deleted, by person, as they were given.
pub(crate) async fn posts(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    people: &[UserId],
) -> Result<HashMap<UserId, Vec<Post>>> {
    let ids: Vec<i64> = people.iter().map(|id| id.get()).collect();
    let ids = serde_json::to_string(&ids).unwrap_or_default();
    let sql = sql!(
        tenant,
        "select r.user_id, r.branch_id, r.role from user_branch_role r
         join branch b on b.id = r.branch_id and b.deletion_id is null
         where r.tenant_id = $1 and r.user_id in #list($2) order by r.id"
    );
    let rows: Vec<PostRow> = all(db, sql, [tenant.into(), ids.into()]).await?;
    let mut posts: HashMap<UserId, Vec<Post>> = HashMap::new();
    for PostRow { user_id, branch_id, role } in rows {
        posts.entry(user_id).or_default().push(Post { branch_id, role });
    }
    Ok(posts)
}

impl Database {
    /// The staff with a role in the caller's branches, or in one of them, by login. An administrator's are all of the
    /// business, those without a role included.
    ///
    /// # Errors
    /// The branch is not found or not the caller's.
    pub async fn staff_members<R: RoleSet>(
        &self,
        staff: &Staff<R>,
        branch: Option<BranchId>,
        deleted_too: bool,
        wanted: &Listed,
    ) -> Result<Vec<StaffMember>> {
        if let Some(branch) = branch {
            self.find_branch(staff, branch).await?;
        }
        let sql = sql!(
            tenant,
            "select * from app_user u where u.tenant_id = $1 and (u.deletion_id is null or $2)
             and ($3 = 0 or exists (select 1 from user_branch_role r where r.user_id = u.id and r.branch_id = $3))
             and ($4#pg(::jsonb) is null or exists (select 1 from user_branch_role r join branch b on b.id = r.branch_id
                 where r.user_id = u.id and b.deletion_id is null and r.branch_id in #list($4)))
             order by u.id"
        );
        let only = branch.map_or(0, BranchId::get);
        let values = [staff.tenant_id().into(), deleted_too.into(), only.into(), reach(staff)];
        let mut rows: Vec<Account> = all(self.reader(), sql, values).await?;
        // A login is for programs: one order, whatever the language.
        rows.sort_by(|one, other| one.email.cmp(&other.email));
        let rows = wanted.part(rows, |row| {
            let (first, last) = (row.first_name.as_deref(), row.last_name.as_deref());
            [first.unwrap_or_default(), last.unwrap_or_default(), &row.email]
        });
        let people: Vec<UserId> = rows.iter().map(|row| row.id).collect();
        let mut posts = posts(self.reader(), staff.tenant_id(), &people).await?;
        let reach = staff.branches();
        let seen = |row: Account| {
            let held = posts.remove(&row.id).unwrap_or_default();
            seen_from(&reach, member_of(row, held))
        };
        Ok(rows.into_iter().map(seen).collect())
    }

    /// One member of staff.
    ///
    /// # Errors
    /// Not found, or without a role in the caller's branches.
    pub async fn staff_member<R: RoleSet>(&self, staff: &Staff<R>, id: UserId) -> Result<StaffMember> {
        let sql = sql!(tenant, "select * from app_user where tenant_id = $1 and id = $2 and deletion_id is null");
        let row: Option<Account> = one(self.reader(), sql, [staff.tenant_id().into(), id.into()]).await?;
        let row = row.ok_or(Error::NotFound("staff"))?;
        let held = posts(self.reader(), staff.tenant_id(), &[id]).await?.remove(&id).unwrap_or_default();
        let reach = staff.branches();
        if reach != Reach::All && !held.iter().any(|post| reach.covers(post.branch_id)) {
            return Err(Error::Forbidden("staff"));
        }
        Ok(seen_from(&reach, member_of(row, held)))
    }
}

impl UnitOfWork {
    /// Locks a member of staff of the business, with the posts held, as they were given.
    ///
    /// # Errors
    /// Not found.
    pub async fn lock_member(&self, scope: &impl Scope, id: UserId) -> Result<(Locked<Account>, Vec<Post>)> {
        let account = self.lock_account(id).await?;
        let account = account.filter(|row| row.tenant_id == scope.tenant_id() && row.deletion_id.is_none());
        let account = account.ok_or(Error::NotFound("staff"))?;
        let held = posts(self.tx(), scope.tenant_id(), &[id]).await?.remove(&id).unwrap_or_default();
        Ok((account, held))
    }

    /// Adds a member of staff, without a post.
    ///
    /// # Errors
    /// The login is taken.
    pub async fn insert_member(&self, tenant: TenantId, new: NewMember) -> Result<Locked<Account>> {
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
            is_active: Set(!new.deactivated),
            deactivated: Set(new.deactivated),
            created_at: Set(self.now()),
            ..Default::default()
        };
        // What a transaction has just inserted nobody else can touch before it is over.
        Ok(Locked::new(row.insert(self.tx()).await?))
    }

    /// Writes what the office changed of a member of staff. Tokens and second factor are not the office's form to fill.
    ///
    /// # Errors
    /// The login is taken.
    pub async fn set_member(&self, account: &Locked<Account>, changed: Account) -> Result<Account> {
        let changed = Account {
            id: account.id,
            tenant_id: account.tenant_id,
            totp_secret: account.totp_secret.clone(),
            totp_enabled_at: account.totp_enabled_at,
            totp_last_step: account.totp_last_step,
            token_version: account.token_version,
            deletion_id: account.deletion_id,
            created_at: account.created_at,
            is_active: !changed.deactivated,
            ..changed
        };
        Ok(changed.into_active_model().reset_all().update(self.tx()).await?)
    }

    /// Replaces the posts in branches that were not deleted.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_posts(&self, account: &Locked<Account>, posts: &[Post]) -> Result<()> {
        let sql = sql!(
            tenant,
            "delete from user_branch_role where user_id = $1
            and branch_id in (select id from branch where tenant_id = $2 and deletion_id is null)"
        );
        self.run(sql, [account.id.into(), account.tenant_id.into()]).await?;
        if posts.is_empty() {
            return Ok(());
        }
        let rows = posts.iter().map(|post| user_branch_role::ActiveModel {
            id: NotSet,
            tenant_id: Set(account.tenant_id),
            user_id: Set(account.id),
            branch_id: Set(post.branch_id),
            role: Set(post.role),
        });
        user_branch_role::Entity::insert_many(rows).exec_without_returning(self.tx()).await?;
        Ok(())
    }

    /// Whether somebody still runs the business: an active account that is ADMIN in an open branch.
    ///
    /// # Errors
    /// The database failed.
    pub async fn has_administrator(&self, scope: &impl Scope) -> Result<bool> {
        #[derive(FromQueryResult)]
        struct Admin {
            #[expect(dead_code, reason = "that there is one is what is asked")]
            id: UserId,
        }
        let sql = sql!(
            tenant,
            "select u.id from app_user u join user_branch_role r on r.user_id = u.id and r.role = 'ADMIN'
            join branch b on b.id = r.branch_id and b.is_active where u.tenant_id = $1 and u.is_active limit 1"
        );
        let admin: Option<Admin> = self.one(sql, [scope.tenant_id().into()]).await?;
        Ok(admin.is_some())
    }
}
