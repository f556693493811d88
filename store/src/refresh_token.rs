//! Refresh tokens, known by the digest of their id. A family is one login and all its rotations; a token is good once.

use crate::{
    Database,
    account::Account,
    error::Result,
    sql::{Sql, sql},
    unit_of_work::{Locked, UnitOfWork, one},
};
use chrono::{DateTime, Utc};
use entity::refresh_token;
use sea_orm::{
    ActiveValue::NotSet, ActiveValue::Set, ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect,
};

/// A refresh token's row.
pub type RefreshTokenRow = refresh_token::Model;

/// A refresh token that is given out.
#[derive(Clone, Debug)]
pub struct NewRefreshToken {
    /// The login it descends from.
    pub family: String,
    /// The digest of its id.
    pub digest: String,
    /// The first instant at which it is no longer good.
    pub expires_at: DateTime<Utc>,
}

/// Ends every login of everybody.
pub(crate) static END_ALL: &Sql = sql!(
    unscoped("every login of a restored house ends"),
    "update refresh_token set revoked_at = $1 where revoked_at is null"
);

impl Database {
    /// Whether the token has been used already, by a transaction that is over.
    ///
    /// # Errors
    /// The database failed.
    pub async fn is_refresh_token_used(&self, digest: &str) -> Result<bool> {
        #[derive(FromQueryResult)]
        struct Token {
            used_at: Option<DateTime<Utc>>,
        }
        let sql = sql!(row("token_hash"), "select used_at from refresh_token where token_hash = $1");
        let token: Option<Token> = one(self.reader(), sql, [digest.into()]).await?;
        Ok(token.is_some_and(|token| token.used_at.is_some()))
    }

    /// Forgets tokens past their life, used or not, and tells how many.
    ///
    /// # Errors
    /// The database failed.
    pub async fn forget_refresh_tokens(&self) -> Result<u64> {
        let sql = sql!(
            unscoped("what is past its life is forgotten in all businesses"),
            "/* housekeeping */ delete from refresh_token where id in (
            select id from refresh_token where expires_at < $1 order by expires_at limit 5000)"
        );
        self.forget(sql, &[self.clock().now().into()]).await
    }
}

impl UnitOfWork {
    /// Remembers a token that is given out.
    ///
    /// # Errors
    /// The database failed.
    pub async fn insert_refresh_token(&self, account: &Locked<Account>, new: NewRefreshToken) -> Result<()> {
        let row = refresh_token::ActiveModel {
            id: NotSet,
            tenant_id: Set(account.tenant_id),
            user_id: Set(account.id),
            family: Set(new.family),
            token_hash: Set(new.digest),
            created_at: Set(self.now()),
            expires_at: Set(new.expires_at),
            used_at: Set(None),
            revoked_at: Set(None),
        };
        refresh_token::Entity::insert(row).exec_without_returning(self.tx()).await?;
        Ok(())
    }

    /// Locks a token of the account's.
    ///
    /// # Errors
    /// The database failed.
    pub async fn lock_refresh_token(
        &self,
        account: &Locked<Account>,
        digest: &str,
    ) -> Result<Option<Locked<RefreshTokenRow>>> {
        let row = refresh_token::Entity::find()
            .filter(refresh_token::Column::TokenHash.eq(digest))
            .filter(refresh_token::Column::UserId.eq(account.id))
            .lock_exclusive()
            .one(self.tx())
            .await?;
        Ok(row.map(Locked::new))
    }

    /// Uses the token up.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_refresh_token_used(&self, token: &Locked<RefreshTokenRow>) -> Result<()> {
        let sql = sql!(row("id"), "update refresh_token set used_at = $2 where id = $1");
        self.run(sql, [token.id.into(), self.now().into()]).await.map(drop)
    }

    /// Ends the login that the token descends from, and tells how many tokens were still alive.
    ///
    /// # Errors
    /// The database failed.
    pub async fn revoke_family(&self, token: &Locked<RefreshTokenRow>) -> Result<u64> {
        let sql =
            sql!(row("family"), "update refresh_token set revoked_at = $2 where family = $1 and revoked_at is null");
        self.run(sql, [token.family.as_str().into(), self.now().into()]).await
    }

    /// Ends every login of the account.
    ///
    /// # Errors
    /// The database failed.
    pub async fn revoke_refresh_tokens(&self, account: &Locked<Account>) -> Result<()> {
        let sql =
            sql!(row("user_id"), "update refresh_token set revoked_at = $2 where user_id = $1 and revoked_at is null");
        self.run(sql, [account.id.into(), self.now().into()]).await.map(drop)
    }
}
