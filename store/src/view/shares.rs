//! Who ordered what of a check, who paid what, and who says that they will: what splits are made of.

use crate::{
    Database,
    error::{Error, Result},
    scoped::admitted,
    sql::{Sql, sql},
    unit_of_work::{all, one},
};
use auth::Scope;
use domain::{
    BranchId, Cents, ChargeId, CheckId, Currency, DinerId, SessionId,
    check::split::{Bill, BillDiner, BillLine, left_of},
    money::Unit,
};
use sea_orm::FromQueryResult;
use wire::bill::{Balance, LiveClaim};

#[derive(FromQueryResult)]
struct Address {
    branch_id: BranchId,
    session_id: SessionId,
    currency: Currency,
    written_off_cents: Cents,
}

#[derive(FromQueryResult)]
struct BalanceRow {
    diner_id: Option<DinerId>,
    diner_name: Option<String>,
    total_cents: Cents,
    paid_cents: Cents,
}

#[derive(FromQueryResult)]
struct LineRow {
    charge: ChargeId,
    amount: Cents,
    paid: Cents,
    diner: Option<DinerId>,
}

#[derive(FromQueryResult)]
struct DinerRow {
    diner: DinerId,
    paid: Cents,
}

// Every diner of the table is there, the one who ordered nothing with zeros; what is shared only when there is any.
// What somebody ordered who was removed from the table is shared by those who stayed.
static BALANCES: &Sql = sql!(
    session,
    "select d.id as diner_id, d.name as diner_name, d.joined_at,
        cast(coalesce(sum(c.amount_cents), 0) as bigint) as total_cents,
        cast(coalesce(sum(c.paid_cents), 0) as bigint) as paid_cents
    from diner d left join charge c on c.diner_id = d.id and c.check_id = $1
    where d.session_id = $2 and d.removed_at is null group by d.id, d.name, d.joined_at order by d.joined_at, d.id"
);

static SHARED: &Sql = sql!(
    row("check_id"),
    "select null as diner_id, null as diner_name, cast(coalesce(sum(amount_cents), 0) as bigint) as total_cents,
        cast(coalesce(sum(paid_cents), 0) as bigint) as paid_cents
    from charge where check_id = $1
        and (diner_id is null or diner_id in (select id from diner where removed_at is not null)) having count(*) > 0"
);

static LINES: &Sql = sql!(
    row("check_id"),
    "select c.id as charge, c.amount_cents as amount, c.paid_cents as paid, d.id as diner
    from charge c left join diner d on d.id = c.diner_id and d.removed_at is null where c.check_id = $1"
);

static DINERS: &Sql = sql!(session, "select d.id as diner,
        cast(coalesce((select sum(p.allocated_cents) from payment p where p.check_id = $1 and p.diner_id = d.id), 0) as bigint) as paid
    from diner d where d.session_id = $2 and d.removed_at is null");

static CLAIMS: &Sql = sql!(
    row("check_id"),
    "select c.charge_id, c.diner_id, d.name as diner_name, c.numerator as num, c.denominator as den,
        c.amount_cents, c.expires_at
    from charge_claim c join diner d on d.id = c.diner_id
    where c.check_id = $1 and c.expires_at > $2 order by c.charge_id, c.id"
);

impl Database {
    /// What each diner's items come to, in the order they joined, and what is shared last.
    ///
    /// # Errors
    /// Not a check of the caller's.
    pub async fn balances(&self, scope: &impl Scope, check: CheckId) -> Result<Vec<Balance>> {
        let Address { session_id: session, currency, written_off_cents, .. } =
            self.address_of_check(scope, check).await?;
        let mut rows: Vec<BalanceRow> = all(self.reader(), BALANCES, [check.into(), session.into()]).await?;
        rows.extend(all::<BalanceRow>(self.reader(), SHARED, [check.into()]).await?);
        let parts: Vec<_> = rows.iter().map(|row| (row.total_cents, row.paid_cents)).collect();
        let left = left_of(&parts, written_off_cents, Unit::of(currency));
        Ok(rows.into_iter().zip(left).map(|(row, left)| row.with(left)).collect())
    }

    /// The check as a split sees it.
    ///
    /// # Errors
    /// Not a check of the caller's.
    pub async fn bill(&self, scope: &impl Scope, check: CheckId) -> Result<Bill> {
        let Address { session_id: session, currency, written_off_cents, .. } =
            self.address_of_check(scope, check).await?;
        let lines: Vec<LineRow> = all(self.reader(), LINES, [check.into()]).await?;
        let diners: Vec<DinerRow> = all(self.reader(), DINERS, [check.into(), session.into()]).await?;
        let line = |row: LineRow| BillLine { charge: row.charge, amount: row.amount, paid: row.paid, diner: row.diner };
        Ok(Bill {
            lines: lines.into_iter().map(line).collect(),
            diners: diners.into_iter().map(|row| BillDiner { diner: row.diner, paid: row.paid }).collect(),
            written_off: written_off_cents,
            unit: Unit::of(currency),
        })
    }

    /// The claims that hold, item by item.
    ///
    /// # Errors
    /// Not a check of the caller's.
    pub async fn live_claims(&self, scope: &impl Scope, check: CheckId) -> Result<Vec<LiveClaim>> {
        self.address_of_check(scope, check).await?;
        all(self.reader(), CLAIMS, [check.into(), self.clock().now().into()]).await
    }

    async fn address_of_check(&self, scope: &impl Scope, check: CheckId) -> Result<Address> {
        let sql = sql!(
            tenant,
            "select branch_id, session_id, currency, written_off_cents from guest_check where id = $1 and tenant_id = $2"
        );
        let row: Option<Address> = one(self.reader(), sql, [check.into(), scope.tenant_id().into()]).await?;
        let address = admitted(scope, "check", row, |row| row.branch_id)?;
        if scope.admits_session(address.session_id) { Ok(address) } else { Err(Error::NotFound("check")) }
    }
}

impl BalanceRow {
    /// What is left to pay is less than what is not paid where a manager gave something up.
    fn with(self, left: Cents) -> Balance {
        Balance {
            diner_id: self.diner_id,
            diner_name: self.diner_name.unwrap_or_else(|| "Compartido".to_owned()),
            total_cents: self.total_cents,
            paid_cents: self.paid_cents,
            written_off_cents: self.total_cents.saturating_sub(self.paid_cents).saturating_sub(left),
            remaining_cents: left,
        }
    }
}
