//! Payments through a provider: finds them by the provider's number, and writes what the provider says.

use super::{AccountRow, CheckoutRow, PaymentRow, Worth};
use crate::{
    Database,
    error::Result,
    sql::{Sql, sql},
    unit_of_work::{Locked, UnitOfWork, one},
};
use auth::Diner;
use chrono::{DateTime, Utc};
use domain::{
    BranchId, Cents, CheckId, CheckoutId, PaymentId,
    check::CheckStatus,
    payment::{PaymentStatus, Registrar, Tender},
};
use entity::{branch, payment};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
};

/// The provider's facts about a payment, besides what it is worth.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The provider's number.
    pub provider_payment_id: String,
    /// The provider's reason for the status.
    pub detail: String,
    /// The currency, as the provider writes it.
    pub currency: String,
    /// Card, balance, …
    pub method: Option<String>,
    /// When the provider last changed it, or when it was fetched where the provider does not say.
    pub updated_at: DateTime<Utc>,
    /// When it first counted.
    pub approved_at: Option<DateTime<Utc>>,
    /// The provider's whole answer, for the audit.
    pub snapshot: String,
}

impl UnitOfWork {
    /// Locks the payment of that number at the account's provider, if the business knows it through any of its
    /// accounts.
    ///
    /// # Errors
    /// The database failed.
    pub async fn lock_provided_payment(
        &self,
        account: &AccountRow,
        provider_payment_id: &str,
    ) -> Result<Option<Locked<PaymentRow>>> {
        let query = payment::Entity::find()
            .filter(payment::Column::TenantId.eq(account.tenant_id))
            .filter(payment::Column::Tender.eq(account.provider.as_str()))
            .filter(payment::Column::ProviderPaymentId.eq(provider_payment_id))
            .lock_exclusive();
        Ok(query.one(self.tx()).await?.map(Locked::new))
    }

    /// Finds the check and the checkout of the payment of that number. A payment keeps them for ever, so this needs no
    /// lock.
    ///
    /// # Errors
    /// The database failed.
    pub async fn check_of_provided(
        &self,
        account: &AccountRow,
        provider_payment_id: &str,
    ) -> Result<Option<(CheckId, CheckoutId)>> {
        #[derive(FromQueryResult)]
        struct Row {
            check_id: Option<CheckId>,
            checkout_id: Option<CheckoutId>,
        }
        let sql = sql!(
            tenant,
            "select check_id, checkout_id from payment
            where tenant_id = $1 and tender = $2 and provider_payment_id = $3"
        );
        let row: Option<Row> = self.one(sql, numbered(account, provider_payment_id)).await?;
        Ok(row.and_then(|row| row.check_id.zip(row.checkout_id)))
    }

    /// Inserts a payment that the provider showed for the first time. Without a checkout it belongs to no check yet and
    /// covers nothing.
    ///
    /// # Errors
    /// It exists already.
    pub async fn insert_provided_payment(
        &self,
        account: &AccountRow,
        checkout: Option<&CheckoutRow>,
        facts: &Facts,
        worth: Worth,
    ) -> Result<PaymentRow> {
        let branch = match (checkout, account.branch_id) {
            (Some(checkout), _) => checkout.branch_id,
            (None, Some(branch)) => branch,
            (None, None) => self.first_branch(account).await?,
        };
        let day = if worth.counts() { Some(self.business_day(branch).await?) } else { None };
        let row = payment::ActiveModel {
            tenant_id: Set(account.tenant_id),
            branch_id: Set(branch),
            business_day: Set(day),
            check_id: Set(checkout.map(|checkout| checkout.check_id)),
            tender: Set(Tender::Provider(account.provider)),
            status: Set(worth.status),
            detail: Set(facts.detail.clone()),
            currency: Set(facts.currency.clone()),
            amount_cents: Set(worth.amount),
            refunded_cents: Set(worth.refunded),
            tip_cents: Set(worth.tip),
            net_cents: Set(worth.net),
            allocated_cents: Set(Cents::ZERO),
            diner_id: Set(checkout.and_then(|checkout| checkout.diner_id)),
            targets: Set(checkout.map_or_else(|| serde_json::json!([]), |checkout| checkout.targets.clone())),
            registered_by: Set(Registrar::System),
            account_id: Set(Some(account.id)),
            provider_payment_id: Set(Some(facts.provider_payment_id.clone())),
            checkout_id: Set(checkout.map(|checkout| checkout.id.clone())),
            method: Set(facts.method.clone()),
            provider_updated_at: Set(Some(facts.updated_at)),
            provider_snapshot: Set(Some(facts.snapshot.clone())),
            seen_at: Set(Some(self.now())),
            created_at: Set(self.now()),
            approved_at: Set(facts.approved_at),
            ..Default::default()
        };
        Ok(row.insert(self.tx()).await?)
    }

    /// Gives an orphaned payment to the checkout that was found for it: from now on it is that check's payment.
    ///
    /// # Errors
    /// The database failed.
    pub async fn adopt_payment(&self, payment: &Locked<PaymentRow>, checkout: &Locked<CheckoutRow>) -> Result<()> {
        let row = payment::ActiveModel {
            id: Set(payment.id),
            branch_id: Set(checkout.branch_id),
            check_id: Set(Some(checkout.check_id)),
            checkout_id: Set(Some(checkout.id.clone())),
            diner_id: Set(checkout.diner_id),
            targets: Set(checkout.targets.clone()),
            ..Default::default()
        };
        row.update(self.tx()).await?;
        Ok(())
    }

    /// Moves a payment to `account`, through which it was seen, if its own account was taken out of use: from now on it
    /// is fetched and given back through that one.
    ///
    /// # Errors
    /// The database failed.
    pub async fn move_payment(&self, payment: &Locked<PaymentRow>, account: &AccountRow) -> Result<()> {
        let sql = sql!(
            row("id"),
            "update payment set account_id = $2 where id = $1 and exists (select 1 from provider_account a
            where a.id = payment.account_id and a.status = 'DISABLED')"
        );
        self.run(sql, [payment.id.into(), account.id.into()]).await?;
        Ok(())
    }

    /// The branch that shows money of a whole business which no checkout claims: its first one.
    async fn first_branch(&self, account: &AccountRow) -> Result<BranchId> {
        let query = branch::Entity::find()
            .filter(branch::Column::TenantId.eq(account.tenant_id))
            .order_by_asc(branch::Column::Id);
        query.one(self.tx()).await?.map(|branch| branch.id).ok_or(crate::Error::NotFound("branch"))
    }

    /// Writes what the provider says of a payment now. The time of approval stays the first one: it decides which
    /// charges the payment covers.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_facts(&self, payment: &Locked<PaymentRow>, facts: &Facts) -> Result<()> {
        let sql = sql!(
            row("id"),
            "update payment set detail = $2, currency = $3, method = $4, provider_updated_at = $5,
            provider_snapshot = $6, approved_at = coalesce(approved_at, $7), seen_at = $8, doubted = null,
            doubted_since = null where id = $1"
        );
        let values = [
            payment.id.into(),
            facts.detail.as_str().into(),
            facts.currency.as_str().into(),
            facts.method.clone().into(),
            facts.updated_at.into(),
            facts.snapshot.as_str().into(),
            facts.approved_at.into(),
            self.now().into(),
        ];
        self.run(sql, values).await?;
        Ok(())
    }

    /// Notes that the provider was asked and had nothing new.
    ///
    /// # Errors
    /// The database failed.
    pub async fn mark_seen(&self, payment: &Locked<PaymentRow>) -> Result<()> {
        let sql =
            sql!(row("id"), "update payment set seen_at = $2, doubted = null, doubted_since = null where id = $1");
        self.run(sql, [payment.id.into(), self.now().into()]).await?;
        Ok(())
    }

    /// Notes an observation that is not believed yet. Returns since when the provider has said the same.
    ///
    /// # Errors
    /// The database failed.
    pub async fn doubt(&self, payment: &Locked<PaymentRow>, said: &str) -> Result<DateTime<Utc>> {
        let since = match &payment.doubted {
            Some(doubted) if doubted == said => payment.doubted_since.unwrap_or(self.now()),
            _ => self.now(),
        };
        let sql = sql!(row("id"), "update payment set doubted = $2, doubted_since = $3, seen_at = $4 where id = $1");
        self.run(sql, [payment.id.into(), said.into(), since.into(), self.now().into()]).await?;
        Ok(since)
    }
}

/// The payment and check that a returning payer is told about.
#[derive(Clone, Debug, FromQueryResult)]
pub struct ReturnedPayment {
    /// The payment, once we know it.
    pub payment_id: Option<PaymentId>,
    /// Where it stands.
    pub payment_status: Option<PaymentStatus>,
    /// Its check.
    pub check_id: CheckId,
    /// Where that stands.
    pub check_status: CheckStatus,
    /// What it comes to.
    pub total_cents: Cents,
    /// What of it is paid.
    pub paid_cents: Cents,
    /// What of it is still to be paid.
    pub remaining_cents: Cents,
}

// Of several payments on one checkout the one that counts most comes first.
static RETURNED: &Sql = sql!(
    session,
    "select p.id as payment_id, p.status as payment_status, g.id as check_id,
        g.status as check_status, g.total_cents, g.paid_cents,
        case when g.total_cents > g.paid_cents + g.written_off_cents
            then g.total_cents - g.paid_cents - g.written_off_cents else 0 end as remaining_cents
    from guest_check g
    left join checkout c on c.check_id = g.id and c.id = $3
    left join payment p on p.check_id = g.id
        and (p.provider_payment_id = $2 or $2 = '' and p.checkout_id = c.id)
    where g.session_id = $1 and (c.id is not null or p.id is not null)
    order by p.net_cents is null, p.net_cents desc, p.id desc limit 1"
);

impl Database {
    /// Finds the payment of a payer of this session who returns, by the provider's number or the checkout's id.
    ///
    /// # Errors
    /// The database failed.
    pub async fn returned_payment(
        &self,
        diner: &Diner,
        payment: Option<&str>,
        checkout: Option<&CheckoutId>,
    ) -> Result<Option<ReturnedPayment>> {
        let values = [
            diner.session_id().into(),
            payment.unwrap_or_default().into(),
            checkout.map_or("", CheckoutId::as_str).into(),
        ];
        one(self.reader(), RETURNED, values).await
    }

    /// Finds the payment of that number at the account's provider, if the business knows it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn provided_payment(
        &self,
        account: &AccountRow,
        provider_payment_id: &str,
    ) -> Result<Option<PaymentRow>> {
        let sql =
            sql!(tenant, "select * from payment where tenant_id = $1 and tender = $2 and provider_payment_id = $3");
        one(self.reader(), sql, numbered(account, provider_payment_id)).await
    }
}

/// The key of a provider's payment: the business, the provider, its number there. The account is not part of it: two
/// accounts of one seller see the same payments.
fn numbered(account: &AccountRow, provider_payment_id: &str) -> [sea_orm::Value; 3] {
    [account.tenant_id.into(), account.provider.as_str().into(), provider_payment_id.into()]
}
