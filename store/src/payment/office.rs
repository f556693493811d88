//! Accounts and payments of the caller's business, for the office. Secrets are never shown.

use super::{AccountRow, PaymentRow};
use crate::{
    Database,
    error::{Error, Result},
    sql::sql,
    unit_of_work::{Locked, UnitOfWork},
};
use auth::Scope;
use domain::{
    AccountId, Currency, PaymentId,
    payment::{AccountStatus, SignatureMode},
};
use entity::{payment, provider_account};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect};

impl Database {
    /// Lists the accounts of the caller's business that are in use.
    ///
    /// # Errors
    /// The database failed.
    pub async fn accounts(&self, scope: &impl Scope) -> Result<Vec<AccountRow>> {
        let query = provider_account::Entity::find()
            .filter(provider_account::Column::TenantId.eq(scope.tenant_id()))
            .filter(provider_account::Column::Status.ne(AccountStatus::Disabled))
            .order_by_asc(provider_account::Column::Id);
        Ok(query.all(self.reader()).await?)
    }

    /// Finds an account in use of the caller's business.
    ///
    /// # Errors
    /// Not found.
    pub async fn office_account(&self, scope: &impl Scope, id: AccountId) -> Result<AccountRow> {
        let query = provider_account::Entity::find_by_id(id)
            .filter(provider_account::Column::TenantId.eq(scope.tenant_id()))
            .filter(provider_account::Column::Status.ne(AccountStatus::Disabled));
        query.one(self.reader()).await?.ok_or(Error::NotFound("payment account"))
    }

    /// A payment of the caller's.
    ///
    /// # Errors
    /// Not found, or another branch's.
    pub async fn payment_of(&self, scope: &impl Scope, id: PaymentId) -> Result<PaymentRow> {
        let query = payment::Entity::find_by_id(id).filter(payment::Column::TenantId.eq(scope.tenant_id()));
        crate::scoped::admitted(scope, "payment", query.one(self.reader()).await?, |row| row.branch_id)
    }
}

impl UnitOfWork {
    /// Locks an account in use of the caller's business.
    ///
    /// # Errors
    /// Not found.
    pub async fn lock_office_account(&self, scope: &impl Scope, id: AccountId) -> Result<Locked<AccountRow>> {
        let query = provider_account::Entity::find_by_id(id)
            .filter(provider_account::Column::TenantId.eq(scope.tenant_id()))
            .filter(provider_account::Column::Status.ne(AccountStatus::Disabled))
            .lock_exclusive();
        query.one(self.tx()).await?.map(Locked::new).ok_or(Error::NotFound("payment account"))
    }

    /// Sets what happens to notices whose signature does not hold.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_webhook_mode(&self, account: &Locked<AccountRow>, mode: SignatureMode) -> Result<()> {
        let sql = sql!(row("id"), "update provider_account set webhook_mode = $2, updated_at = $3 where id = $1");
        self.run(sql, [account.id.into(), mode.as_str().into(), self.now().into()]).await?;
        Ok(())
    }

    /// Reads the account as it is now.
    ///
    /// # Errors
    /// It is gone.
    pub async fn account_now(&self, id: AccountId) -> Result<AccountRow> {
        let row = provider_account::Entity::find_by_id(id).one(self.tx()).await?;
        row.ok_or(Error::NotFound("payment account"))
    }

    /// Reads a payment of any business, as it is now.
    ///
    /// # Errors
    /// It is gone.
    pub async fn payment_now(&self, id: PaymentId) -> Result<PaymentRow> {
        payment::Entity::find_by_id(id).one(self.tx()).await?.ok_or(Error::NotFound("payment"))
    }

    /// What the business's first branch counts in.
    ///
    /// # Errors
    /// The database failed.
    pub async fn currency_of(&self, scope: &impl Scope) -> Result<Option<Currency>> {
        #[derive(FromQueryResult)]
        struct Row {
            currency: Currency,
        }
        let sql = sql!(tenant, "select currency from branch where tenant_id = $1 order by id limit 1");
        let row: Option<Row> = self.one(sql, [scope.tenant_id().into()]).await?;
        Ok(row.map(|row| row.currency))
    }
}
