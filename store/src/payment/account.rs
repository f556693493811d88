//! Accounts with payment providers. Their credentials are sealed before they come here; this crate cannot read them.

use super::RefundRow;
use crate::{
    Database,
    error::{Error, Result},
    queue::{OUT_OF_USE, REFUNDS, SWEEPS, SYNCS},
    sql::{Sql, sql},
    unit_of_work::{Locked, UnitOfWork, all, one},
};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    AccountId, BranchId, Currency, TenantId,
    payment::{AccountStatus, Provider, SignatureMode},
    work::WorkStatus,
};
use entity::provider_account;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, FromQueryResult, QuerySelect};

/// An account's row.
pub type AccountRow = provider_account::Model;

/// An account to be added.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// Whose.
    pub tenant: TenantId,
    /// For one branch, or for all that have none of their own.
    pub branch: Option<BranchId>,
    /// With whom.
    pub provider: Provider,
    /// How the provider numbers us.
    pub external_id: Option<String>,
    /// What it counts in.
    pub currency: Currency,
    /// The unguessable part of the path that notices of this account come to.
    pub webhook_token: String,
    /// What happens to notices whose signature does not hold.
    pub webhook_mode: SignatureMode,
    /// When the access token ends, if it does.
    pub token_expires_at: Option<DateTime<Utc>>,
}

/// An account's sealed credentials and what is known of them.
#[derive(Clone, Debug)]
pub struct Sealed {
    /// The credentials, as the vault wrote them.
    pub text: String,
    /// How the provider numbers us.
    pub external_id: Option<String>,
    /// When the access token ends, if it does.
    pub token_expires_at: Option<DateTime<Utc>>,
}

impl UnitOfWork {
    /// Adds an account; its credentials follow with [`set_credentials`](Self::set_credentials), since they are sealed
    /// for its id.
    ///
    /// # Errors
    /// There is one in use already.
    pub async fn insert_account(&self, new: NewAccount) -> Result<Locked<AccountRow>> {
        let row = provider_account::ActiveModel {
            tenant_id: Set(new.tenant),
            branch_id: Set(new.branch),
            provider: Set(new.provider),
            external_id: Set(new.external_id),
            currency: Set(new.currency),
            sealed: Set(String::new()),
            version: Set(0),
            webhook_token: Set(new.webhook_token),
            webhook_mode: Set(new.webhook_mode),
            status: Set(AccountStatus::Active),
            token_expires_at: Set(new.token_expires_at),
            created_at: Set(self.now()),
            updated_at: Set(self.now()),
            ..Default::default()
        };
        Ok(Locked::new(row.insert(self.tx()).await?))
    }

    /// Locks an account.
    ///
    /// # Errors
    /// Not found.
    pub async fn lock_payment_account(&self, id: AccountId) -> Result<Locked<AccountRow>> {
        let row = provider_account::Entity::find_by_id(id).lock_exclusive().one(self.tx()).await?;
        row.map(Locked::new).ok_or(Error::NotFound("payment account"))
    }

    /// Reads an account's state under a shared lock: it stays until this transaction ends, and many may hold it at
    /// once.
    ///
    /// # Errors
    /// Not found.
    pub async fn hold_account(&self, id: AccountId) -> Result<AccountStatus> {
        #[derive(FromQueryResult)]
        struct Row {
            status: AccountStatus,
        }
        let sql = sql!(row("id"), "select status from provider_account where id = $1 #pg(for key share)");
        let row: Option<Row> = self.one(sql, [id.into()]).await?;
        Ok(row.ok_or(Error::NotFound("payment account"))?.status)
    }

    /// Takes an account out of use. Refunds that were under way fail, for a person to decide. Its work is
    /// [dropped](Self::drop_work) after that, last in the lock order.
    ///
    /// # Errors
    /// The database failed.
    pub async fn disable_account(&self, account: &Locked<AccountRow>) -> Result<Vec<RefundRow>> {
        self.set_account_status(account, AccountStatus::Disabled).await?;
        let refunds = sql!(
            row("account_id"),
            "update refund set status = 'FAILED', last_error = $2
            where #refund_under_way() and payment_id in (select id from payment where account_id = $1)
            returning *"
        );
        self.all(refunds, [account.id.into(), OUT_OF_USE.into()]).await
    }

    /// Makes dead letters of what was to be fetched through an account that is out of use. Its refunds are with people
    /// already, and nothing is looked for any more.
    ///
    /// # Errors
    /// The database failed.
    pub async fn drop_work(&self, account: &Locked<AccountRow>) -> Result<()> {
        for (queue, to) in [(&SYNCS, WorkStatus::Dead), (&REFUNDS, WorkStatus::Done), (&SWEEPS, WorkStatus::Done)] {
            self.drop_lane(account.tenant_id, queue, account.id.get(), to).await?;
        }
        Ok(())
    }

    /// Finds the account in use that a payment in `branch` goes to: the branch's own, else that of the whole business;
    /// of several the oldest.
    ///
    /// # Errors
    /// The database failed.
    pub async fn find_account(&self, tenant: TenantId, branch: BranchId) -> Result<Option<AccountRow>> {
        self.one(ACCOUNT_OF_BRANCH, [tenant.into(), branch.into()]).await
    }

    /// Finds the account in use of a whole business with that provider.
    ///
    /// # Errors
    /// The database failed.
    pub async fn find_tenant_account(&self, tenant: TenantId, provider: Provider) -> Result<Option<AccountRow>> {
        let sql = sql!(
            tenant,
            "select * from provider_account
            where tenant_id = $1 and provider = $2 and branch_id is null and #account_in_use()"
        );
        self.one(sql, [tenant.into(), provider.into()]).await
    }

    /// Finds the business of a server that has one, or the first one, and the currency of its first branch.
    ///
    /// # Errors
    /// The database failed.
    pub async fn only_tenant(&self) -> Result<Option<(TenantId, Currency)>> {
        #[derive(FromQueryResult)]
        struct Row {
            tenant_id: TenantId,
            currency: Currency,
        }
        let row: Option<Row> = self
            .one(
                sql!(
                    unscoped("the operator's account of a server with one business"),
                    "select tenant_id, currency from branch order by id limit 1"
                ),
                [],
            )
            .await?;
        Ok(row.map(|row| (row.tenant_id, row.currency)))
    }

    /// Replaces an account's credentials; the work that waited for them goes on.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_credentials(&self, account: &Locked<AccountRow>, sealed: &Sealed) -> Result<()> {
        let sql = sql!(
            row("id"),
            "update provider_account set sealed = $2, external_id = coalesce($3, external_id), token_expires_at = $4,
            status = 'ACTIVE', version = version + 1, refresh_lease_until = null, updated_at = $5 where id = $1"
        );
        let values = [
            account.id.into(),
            sealed.text.as_str().into(),
            sealed.external_id.clone().into(),
            sealed.token_expires_at.into(),
            self.now().into(),
        ];
        self.run(sql, values).await?;
        self.unpark_work(account.tenant_id, &SYNCS, account.id.get()).await?;
        // What waited for the account to be in order waits no longer.
        self.wakes_up(&REFUNDS);
        self.wakes_up(&SWEEPS);
        Ok(())
    }

    /// Sets an account's state, if it still has the credentials of that version: the provider refuses them, or the
    /// office took the account out of use. Returns whether the state changed.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_account_status(&self, account: &AccountRow, status: AccountStatus) -> Result<bool> {
        // A failure of the former credentials says nothing about those that replaced them meanwhile.
        let sql = sql!(
            row("id"),
            "update provider_account set status = $3, updated_at = $4 where id = $1 and version = $2 and status <> $3"
        );
        let values = [account.id.into(), account.version.into(), status.as_str().into(), self.now().into()];
        Ok(self.run(sql, values).await? > 0)
    }

    /// Stores the provider's id of the seller, once it is known.
    ///
    /// # Errors
    /// The database failed.
    pub async fn number_account(&self, account: &AccountRow, number: &str) -> Result<()> {
        let sql = sql!(
            row("id"),
            "update provider_account set external_id = $3, updated_at = $4
            where id = $1 and version = $2 and external_id is null"
        );
        let values = [account.id.into(), account.version.into(), number.into(), self.now().into()];
        self.run(sql, values).await?;
        Ok(())
    }

    /// Takes the right to renew an account's token, unless another worker has it or has just done it (S32).
    ///
    /// # Errors
    /// The database failed.
    pub async fn lease_refresh(&self, account: &AccountRow, lease: TimeDelta) -> Result<bool> {
        let sql = sql!(
            row("id"),
            "update provider_account set refresh_lease_until = $3
            where id = $1 and version = $2 and (refresh_lease_until is null or refresh_lease_until < $4)"
        );
        let values = [account.id.into(), account.version.into(), (self.now() + lease).into(), self.now().into()];
        Ok(self.run(sql, values).await? > 0)
    }
}

static ACCOUNT_OF_BRANCH: &Sql = sql!(
    tenant,
    "select * from provider_account
    where tenant_id = $1 and (branch_id = $2 or branch_id is null) and #account_in_use()
    order by branch_id is null, id limit 1"
);

impl Database {
    /// Finds an account, whatever its state.
    ///
    /// # Errors
    /// Not found.
    pub async fn account(&self, id: AccountId) -> Result<AccountRow> {
        let row = provider_account::Entity::find_by_id(id).one(self.reader()).await?;
        row.ok_or(Error::NotFound("payment account"))
    }

    /// [`UnitOfWork::find_account`] outside a transaction.
    ///
    /// # Errors
    /// The database failed.
    pub async fn account_of_branch(&self, tenant: TenantId, branch: BranchId) -> Result<Option<AccountRow>> {
        one(self.reader(), ACCOUNT_OF_BRANCH, [tenant.into(), branch.into()]).await
    }

    /// Finds the account that a notice's path names; without a path (the address of older set-ups) the only account.
    ///
    /// # Errors
    /// No such account in use.
    pub async fn account_of_notice(&self, token: Option<&str>) -> Result<AccountRow> {
        let rows: Vec<AccountRow> = match token {
            Some(token) => {
                let sql = sql!(row("webhook_token"), "select * from provider_account where webhook_token = $1");
                all(self.reader(), sql, [token.into()]).await?
            }
            None => {
                all(
                    self.reader(),
                    sql!(
                        unscoped("a notice at the address without a token, on a server with one account"),
                        "select * from provider_account where #account_in_use() limit 2"
                    ),
                    [],
                )
                .await?
            }
        };
        match <[AccountRow; 1]>::try_from(rows) {
            Ok([account]) => Ok(account),
            Err(_) => Err(Error::NotFound("payment account")),
        }
    }

    /// Lists every account in use whose credentials are good as far as we know.
    ///
    /// # Errors
    /// The database failed.
    pub async fn active_accounts(&self) -> Result<Vec<AccountRow>> {
        let sql = sql!(
            unscoped("the accounts of all businesses: the sweep looks at each"),
            "/* housekeeping */ select * from provider_account where status = 'ACTIVE' order by id"
        );
        all(self.reader(), sql, []).await
    }

    /// Lists every account in use, those whose credentials failed included.
    ///
    /// # Errors
    /// The database failed.
    pub async fn accounts_in_use(&self) -> Result<Vec<AccountRow>> {
        let sql = sql!(
            unscoped("the accounts of the server: a doctor looks at each"),
            "select * from provider_account where #account_in_use() order by id"
        );
        all(self.reader(), sql, []).await
    }
}
