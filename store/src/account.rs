//! Members of staff as accounts: what signs them in, and the lever that ends every token of theirs.
//!
//! The account's lock comes before its refresh tokens'. Whoever gives out or ends tokens holds it, so that a logout
//! leaves no token behind that was being made at that moment.

use crate::{
    Database,
    error::Result,
    sql::sql,
    staff::{self, Row},
    unit_of_work::{Locked, UnitOfWork, all, one},
};
use auth::StaffRecord;
use chrono::{DateTime, Utc};
use domain::{UserId, text::Email};
use entity::user;
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect,
    sea_query::{Expr, LockType},
};

/// An account's row.
pub type Account = user::Model;

/// What a password is checked against.
#[derive(Clone, FromQueryResult)]
pub struct StoredPassword {
    /// Whose.
    pub id: UserId,
    /// The argon2id hash in PHC format.
    pub password_hash: String,
}

impl std::fmt::Debug for StoredPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoredPassword").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The second factor of an account.
#[derive(Clone, Debug, Default)]
pub struct SecondFactor {
    /// The secret, sealed; none switches the second factor off.
    pub secret: Option<String>,
    /// Since when codes are asked for; none while the set-up waits for its first code.
    pub enabled_at: Option<DateTime<Utc>>,
    /// The step of the last code that was accepted: no code up to it counts again.
    pub last_step: Option<i64>,
}

impl Database {
    /// The password of the active account with that login. Logins are unique among the active accounts of all tenants.
    ///
    /// # Errors
    /// The database failed.
    pub async fn find_password(&self, email: &Email) -> Result<Option<StoredPassword>> {
        let sql = sql!(row("email"), "select id, password_hash from app_user where email = $1 and is_active");
        one(self.reader(), sql, [email.as_str().into()]).await
    }

    /// The next hundred people behind `after` whose second factor an older version kept as it is, not sealed.
    ///
    /// # Errors
    /// The database failed.
    pub async fn plain_second_factors(&self, after: Option<UserId>) -> Result<Vec<UserId>> {
        #[derive(FromQueryResult)]
        struct Person {
            id: UserId,
        }
        let sql = sql!(
            unscoped("the people of all businesses: a job seals what older versions kept of their second factors"),
            "/* housekeeping */ select id from app_user where totp_secret is not null and totp_secret not like 'v1.%'
            and id > $1 order by id limit 100"
        );
        let after = after.map_or(0, UserId::get);
        let people: Vec<Person> = all(self.reader(), sql, [after.into()]).await?;
        Ok(people.into_iter().map(|person| person.id).collect())
    }
}

impl UnitOfWork {
    /// Locks an account, active or not.
    ///
    /// # Errors
    /// The database failed.
    pub async fn lock_account(&self, id: UserId) -> Result<Option<Locked<Account>>> {
        // Not FOR UPDATE: every audit row refers to its author, and must not wait for a refresh of theirs.
        let query = user::Entity::find_by_id(id).lock(LockType::NoKeyUpdate);
        Ok(query.one(self.tx()).await?.map(Locked::new))
    }

    /// The account with every role in every open branch, as of this transaction.
    ///
    /// # Errors
    /// The database failed.
    pub async fn staff_record(&self, account: &Locked<Account>) -> Result<Option<StaffRecord>> {
        let rows: Vec<Row> = all(self.tx(), staff::FIND, [account.id.into()]).await?;
        Ok(staff::record(account.id, &rows))
    }

    /// The name of the business the account belongs to.
    ///
    /// # Errors
    /// The database failed.
    pub async fn tenant_name(&self, account: &Locked<Account>) -> Result<String> {
        #[derive(FromQueryResult)]
        struct Tenant {
            name: String,
        }
        let sql = sql!(tenant, "select name from tenant where id = $1");
        let tenant: Option<Tenant> = self.one(sql, [account.tenant_id.into()]).await?;
        Ok(tenant.map(|tenant| tenant.name).unwrap_or_default())
    }

    /// Whether that is still the version which an active account's tokens must name.
    ///
    /// # Errors
    /// The database failed.
    pub async fn is_token_version(&self, id: UserId, version: i64) -> Result<bool> {
        #[derive(FromQueryResult)]
        struct Tokens {
            token_version: i64,
        }
        let sql = sql!(row("id"), "select token_version from app_user where id = $1 and is_active");
        let tokens: Option<Tokens> = self.one(sql, [id.into()]).await?;
        Ok(tokens.is_some_and(|now| now.token_version == version))
    }

    /// Ends every access token made so far.
    ///
    /// # Errors
    /// The database failed.
    pub async fn raise_token_version(&self, account: &Locked<Account>) -> Result<()> {
        let sql = sql!(row("id"), "update app_user set token_version = token_version + 1 where id = $1");
        self.run(sql, [account.id.into()]).await.map(drop)
    }

    /// Replaces the second factor.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_second_factor(&self, account: &Locked<Account>, factor: SecondFactor) -> Result<()> {
        user::Entity::update_many()
            .col_expr(user::Column::TotpSecret, Expr::value(factor.secret))
            .col_expr(user::Column::TotpEnabledAt, Expr::value(factor.enabled_at))
            .col_expr(user::Column::TotpLastStep, Expr::value(factor.last_step))
            .filter(user::Column::Id.eq(account.id))
            .exec(self.tx())
            .await?;
        Ok(())
    }

    /// Uses up the codes up to `step`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_last_code(&self, account: &Locked<Account>, step: i64) -> Result<()> {
        let sql = sql!(row("id"), "update app_user set totp_last_step = $2 where id = $1");
        self.run(sql, [account.id.into(), step.into()]).await.map(drop)
    }
}
