//! A day's comparison of our ledger with a provider's: what we have to compare, and the report that is kept.

use super::AccountRow;
use crate::{
    Database,
    error::Result,
    scoped::json_array,
    sql::{Sql, sql},
    unit_of_work::{UnitOfWork, all},
};
use auth::Scope;
use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    AccountId, BranchId, Cents, CheckId, PaymentId,
    payment::{PaymentStatus, Provider},
};
use entity::{branch, reconciliation};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
};

/// What our ledger says of a provider's payment.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Recorded {
    /// Our number.
    pub id: PaymentId,
    /// Where it is shown.
    pub branch_id: BranchId,
    /// Its check; none for money that nobody asked for.
    pub check_id: Option<CheckId>,
    /// The provider's number.
    pub provider_payment_id: String,
    /// Where it stands.
    pub status: PaymentStatus,
    /// What was tendered, in cents.
    pub amount_cents: Cents,
    /// What was given back, in cents.
    pub refunded_cents: Cents,
    /// What counts towards the bill, in cents.
    pub net_cents: Cents,
    /// What counts as a tip, in cents.
    pub tip_cents: Cents,
}

/// A branch an account serves, and the last day it was compared for.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct BranchDay {
    /// The branch.
    pub branch_id: BranchId,
    /// Its IANA zone: a day is the branch's.
    pub timezone: String,
    /// The last day compared.
    pub last_day: Option<NaiveDate>,
}

/// A sum of the ledger that is not the sum of its rows: a bug, or somebody's hand in the database.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct LedgerFault {
    /// `check`, `charge` or `payment`.
    pub kind: String,
    /// Which.
    pub id: i64,
    /// What the row says, in cents.
    pub recorded_cents: i64,
    /// What its allocations come to, in cents.
    pub allocated_cents: i64,
}

/// A report that is kept.
pub type StoredReport = reconciliation::Model;

const RECORDED: &str = "select id, branch_id, check_id, provider_payment_id, status, amount_cents, refunded_cents,
        net_cents, tip_cents
    from payment";

// The triggers keep these sums (I8); a report that trusts them would prove nothing.
static FAULTS: &Sql = sql!(branch, "select * from (
    select 'check' as kind, g.id, g.paid_cents as recorded_cents,
        cast(coalesce((select sum(l.amount_cents) from allocation l where l.check_id = g.id), 0) as bigint) as allocated_cents
    from guest_check g where g.branch_id = $1 and g.requested_at >= $2
    union all
    select 'charge', c.id, c.paid_cents,
        cast(coalesce((select sum(l.amount_cents) from allocation l where l.charge_id = c.id), 0) as bigint)
    from charge c join guest_check g on g.id = c.check_id where g.branch_id = $1 and g.requested_at >= $2
    union all
    select 'payment', p.id, p.allocated_cents,
        cast(coalesce((select sum(l.amount_cents) from allocation l where l.payment_id = p.id), 0) as bigint)
    from payment p where p.branch_id = $1 and p.created_at >= $2
    union all
    select 'total', g.id, g.total_cents,
        cast(coalesce((select sum(c.amount_cents) from charge c where c.check_id = g.id), 0) as bigint)
    from guest_check g where g.branch_id = $1 and g.requested_at >= $2
) sums where recorded_cents <> allocated_cents limit 100");

impl Database {
    /// The account's payments that the provider last changed in a window.
    ///
    /// # Errors
    /// The database failed.
    pub async fn recorded_between(
        &self,
        account: AccountId,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<Vec<Recorded>> {
        let sql = sql!(
            row("account_id"),
            "{RECORDED} where account_id = $1 and provider_updated_at >= $2 and provider_updated_at < $3 order by id"
        );
        all(self.reader(), sql, [account.into(), from.into(), to.into()]).await
    }

    /// The business's payments of these numbers at the account's provider, through whichever account they were seen.
    ///
    /// # Errors
    /// The database failed.
    pub async fn recorded(&self, account: &AccountRow, provider_payment_ids: &[String]) -> Result<Vec<Recorded>> {
        let mut found = Vec::new();
        for ids in provider_payment_ids.chunks(500) {
            let sql =
                sql!(tenant, "{RECORDED} where tenant_id = $1 and tender = $2 and provider_payment_id in #texts($3)");
            let values = [account.tenant_id.into(), account.provider.as_str().into(), json_array(ids.iter())];
            found.extend(all::<Recorded>(self.reader(), sql, values).await?);
        }
        Ok(found)
    }

    /// The branches whose payments go to an account: its own, or those of the business that have none of their own.
    ///
    /// # Errors
    /// The database failed.
    pub async fn branch_days(&self, account: &AccountRow) -> Result<Vec<BranchDay>> {
        let provider: Provider = account.provider;
        let sql = sql!(
            tenant,
            "/* housekeeping */ select b.id as branch_id, b.timezone,
                (select max(r.day) from reconciliation r where r.branch_id = b.id and r.account_id = $1) as last_day
            from branch b where b.tenant_id = $2 and b.is_active
              and ($3 = 0 or b.id = $3)
              and ($3 <> 0 or not exists (select 1 from provider_account o where o.branch_id = b.id
                  and o.provider = $4 and #account_in_use(o)))
            order by b.id"
        );
        let branch = account.branch_id.map_or(0, BranchId::get);
        let values = [account.id.into(), account.tenant_id.into(), branch.into(), provider.as_str().into()];
        all(self.reader(), sql, values).await
    }

    /// Sums of the branch's ledger, of checks since `since`, that are not the sums of their rows.
    ///
    /// # Errors
    /// The database failed.
    pub async fn ledger_faults(&self, branch: BranchId, since: DateTime<Utc>) -> Result<Vec<LedgerFault>> {
        all(self.reader(), FAULTS, [branch.into(), since.into()]).await
    }

    /// The reports of a branch's day, one an account.
    ///
    /// # Errors
    /// Not the caller's branch.
    pub async fn reconciliations(
        &self,
        scope: &impl Scope,
        branch: BranchId,
        day: NaiveDate,
    ) -> Result<Vec<StoredReport>> {
        self.find_branch(scope, branch).await?;
        let query = reconciliation::Entity::find()
            .filter(reconciliation::Column::BranchId.eq(branch))
            .filter(reconciliation::Column::Day.eq(day))
            .order_by_asc(reconciliation::Column::AccountId);
        Ok(query.all(self.reader()).await?)
    }

    /// Every branch in use of every business, with its zone.
    ///
    /// # Errors
    /// The database failed.
    pub async fn branch_rows(&self) -> Result<Vec<branch::Model>> {
        let query = branch::Entity::find().filter(branch::Column::IsActive.eq(true)).order_by_asc(branch::Column::Id);
        Ok(query.all(self.reader()).await?)
    }
}

impl UnitOfWork {
    /// Keeps a report; a later one of the same day replaces it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn keep_reconciliation(
        &self,
        account: &AccountRow,
        branch: BranchId,
        day: NaiveDate,
        report: serde_json::Value,
    ) -> Result<()> {
        let row = reconciliation::ActiveModel {
            id: NotSet,
            tenant_id: Set(account.tenant_id),
            branch_id: Set(branch),
            account_id: Set(account.id),
            day: Set(day),
            report: Set(report),
            created_at: Set(self.now()),
        };
        use reconciliation::Column::{AccountId, BranchId, CreatedAt, Day, Report};
        let newer = sea_orm::sea_query::OnConflict::columns([BranchId, AccountId, Day])
            .update_columns([Report, CreatedAt])
            .to_owned();
        reconciliation::Entity::insert(row).on_conflict(newer).exec_without_returning(self.tx()).await?;
        Ok(())
    }
}
