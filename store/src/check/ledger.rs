//! The whole truth about a check's money, read and written under its lock.

use super::{CheckRow, DiscountRow};
use crate::{
    error::Result,
    scoped::json_array,
    sql::{Sql, sql},
    unit_of_work::{Locked, UnitOfWork},
};
use chrono::{DateTime, Utc};
use domain::{
    Cents, ChargeId, DinerId, DiscountId, PaymentId, RoundItemId,
    check::allocation::{Entry, Part, apply},
};
use entity::{charge, check_discount, payment};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
};

/// A charge, with what its round item costs at this moment.
#[derive(Clone, Debug, FromQueryResult)]
pub struct ChargeNow {
    /// The charge.
    pub id: ChargeId,
    /// The round item; gone when the item was deleted.
    pub round_item_id: Option<RoundItemId>,
    /// Who ordered it; `None` when it is shared.
    pub diner_id: Option<DinerId>,
    /// It is no item, but what rounding the cash added.
    pub rounding: bool,
    /// What was charged, as last written, in cents.
    pub gross_cents: Cents,
    /// The same less discounts.
    pub amount_cents: Cents,
    /// What the round item costs now: nothing when it is voided, canceled or gone.
    pub live_cents: Cents,
    /// Whether the round item counts, free or not: neither voided nor canceled nor gone.
    pub stands: bool,
    /// Whether some portions were struck from the line.
    pub was_split: bool,
    /// Whether a phone claims it, or claimed it and let that lapse.
    pub is_claimed: bool,
}

/// What was struck or canceled of a charge.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Struck {
    /// The charge.
    pub charge_id: ChargeId,
    /// How much of it, before discounts, in cents.
    pub gross_cents: Cents,
    /// When.
    pub struck_at: DateTime<Utc>,
}

/// Everything that the state of a check follows from.
#[derive(Clone, Debug)]
pub struct Ledger {
    /// Oldest first.
    pub charges: Vec<ChargeNow>,
    /// In the order they were granted.
    pub discounts: Vec<DiscountRow>,
    /// In the order in which they count: by the instant of approval.
    pub payments: Vec<payment::Model>,
    /// What covers what, as the ledger adds up.
    pub parts: Vec<Part>,
    /// Oldest first; nothing while it makes no difference: nobody has paid, and nothing was taken off by name.
    pub struck: Vec<Struck>,
}

/// What a charge costs from now on.
#[derive(Clone, Copy, Debug)]
pub struct ChargePrice {
    /// The charge.
    pub id: ChargeId,
    /// Before discounts, in cents.
    pub gross: Cents,
    /// After discounts, in cents.
    pub amount: Cents,
}

#[derive(FromQueryResult)]
struct Row {
    payment_id: PaymentId,
    charge_id: ChargeId,
    amount_cents: i64,
}

static MISSING_CHARGES: &Sql = sql!(tenant, "insert into charge (tenant_id, check_id, round_item_id, diner_id, description, qty,
        gross_cents, amount_cents, paid_cents, created_at)
    select c.tenant_id, c.id, i.id, i.diner_id,
        i.product_name || coalesce(' (' || i.modifiers || ')', '') || coalesce(' · ' || p.name, ''), i.qty, i.qty * i.unit_price_cents,
        i.qty * i.unit_price_cents, 0, $2
    from guest_check c join round r on r.session_id = c.session_id join round_item i on i.round_id = r.id
    left join promotion p on p.id = i.promotion_id
    where c.id = $1 and #billed(r, i)
      and not exists (select 1 from charge known where known.round_item_id = i.id)
    order by r.round_number, i.line");

static CHARGES: &Sql = sql!(
    row("check_id"),
    "select c.id, c.round_item_id, c.diner_id, c.rounding, c.gross_cents, c.amount_cents,
        cast(case when c.rounding then c.gross_cents when #billed(r, i) then i.qty * i.unit_price_cents else 0 end as bigint) as live_cents,
        c.rounding or (i.id is not null and #billed(r, i)) as stands,
        exists (select 1 from round_item v where v.split_of_id = i.id) as was_split,
        exists (select 1 from charge_claim m where m.charge_id = c.id) as is_claimed
    from charge c left join round_item i on i.id = c.round_item_id left join round r on r.id = i.round_id
    where c.check_id = $1 order by c.created_at, c.id"
);

// A part that was struck from a line is a line of its own, which has no charge. What was deleted has no line any more,
// and its charge remembers it.
static STRUCK: &Sql = sql!(
    row("check_id"),
    "select c.id as charge_id, cast(v.qty * v.unit_price_cents as bigint) as gross_cents,
        coalesce(v.voided_at, r.canceled_at, r.created_at) as struck_at, v.id as line
    from charge c join round_item i on i.id = c.round_item_id join round r on r.id = i.round_id
    join round_item v on v.round_id = i.round_id and (v.id = i.id or v.split_of_id = i.id)
    where c.check_id = $1 and not (#owed(r, v)) and v.unit_price_cents > 0
    union all
    select id, deleted_cents, deleted_at, 0 from charge
    where check_id = $1 and deleted_at is not null and deleted_cents > 0
    order by 3, 4, 1"
);

impl UnitOfWork {
    /// Gives every round item of the session that stands and has no charge yet its charge.
    ///
    /// # Errors
    /// The database failed.
    pub async fn insert_missing_charges(&self, check: &Locked<CheckRow>) -> Result<()> {
        self.run(MISSING_CHARGES, [check.id.into(), self.now().into()]).await?;
        Ok(())
    }

    /// Adds what rounding the cash adds to the check.
    ///
    /// # Errors
    /// The database failed.
    pub async fn insert_rounding(&self, check: &Locked<CheckRow>, added: Cents) -> Result<()> {
        self.owes_differently(check.session_id, "check.round_cash");
        let row = charge::ActiveModel {
            id: NotSet,
            tenant_id: Set(check.tenant_id),
            check_id: Set(check.id),
            round_item_id: Set(None),
            diner_id: Set(None),
            description: Set("Redondeo".to_owned()),
            qty: Set(1),
            gross_cents: Set(added),
            amount_cents: Set(added),
            paid_cents: Set(Cents::ZERO),
            rounding: Set(true),
            created_at: Set(self.now()),
            deleted_cents: Set(Cents::ZERO),
            deleted_at: Set(None),
        };
        charge::Entity::insert(row).exec_without_returning(self.tx()).await?;
        Ok(())
    }

    /// Reads it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn find_ledger(&self, check: &Locked<CheckRow>) -> Result<Ledger> {
        let charges: Vec<ChargeNow> = self.all(CHARGES, [check.id.into()]).await?;
        let discounts = check_discount::Entity::find()
            .filter(check_discount::Column::CheckId.eq(check.id))
            .order_by_asc(check_discount::Column::Id)
            .all(self.tx())
            .await?;
        let mut payments = payment::Entity::find()
            .filter(payment::Column::CheckId.eq(check.id))
            .lock_exclusive()
            .order_by_asc(payment::Column::Id)
            .all(self.tx())
            .await?;
        payments.sort_by_key(|payment| (payment.approved_at.unwrap_or(payment.created_at), payment.id));
        let sql = sql!(
            row("check_id"),
            "select payment_id, charge_id, amount_cents from allocation where check_id = $1 order by id"
        );
        let rows: Vec<Row> = self.all(sql, [check.id.into()]).await?;
        let entries = rows.into_iter().map(|row| Entry {
            payment: row.payment_id,
            charge: row.charge_id,
            cents: row.amount_cents,
        });
        let is_less = |charge: &ChargeNow| charge.was_split || !charge.stands;
        let matters = !payments.is_empty() || discounts.iter().any(|discount| discount.charge_ids.is_some());
        let matters = matters && charges.iter().any(is_less);
        let struck = if matters { self.all(STRUCK, [check.id.into()]).await? } else { Vec::new() };
        Ok(Ledger { charges, discounts, payments, parts: apply(entries), struck })
    }

    /// Appends rows to the ledger, in this order and in one statement; the database adds each to charge, payment and
    /// check, and refuses what does not fit.
    ///
    /// # Errors
    /// More would be covered than is owed or was paid: a bug.
    pub async fn append_allocations(&self, check: &Locked<CheckRow>, entries: &[Entry], cause: &str) -> Result<()> {
        if entries.is_empty() {
            return Ok(());
        }
        let rows = entries.iter().map(|entry| (entry.payment.get(), entry.charge.get(), entry.cents));
        let sql = sql!(
            tenant,
            "insert into allocation (tenant_id, check_id, payment_id, charge_id, amount_cents, cause, created_at)
            select $1, $2, cast(e.value->>0 as bigint), cast(e.value->>1 as bigint), cast(e.value->>2 as bigint), $3, $4
            from #rows($5) order by e.place"
        );
        let values = [check.tenant_id.into(), check.id.into(), cause.into(), self.now().into(), json_array(rows)];
        self.run(sql, values).await?;
        Ok(())
    }

    /// What charges cost now, before and after discounts.
    ///
    /// # Errors
    /// More of one is covered than that.
    pub async fn set_charges(&self, check: &Locked<CheckRow>, charges: &[ChargePrice]) -> Result<()> {
        if charges.is_empty() {
            return Ok(());
        }
        let rows = charges.iter().map(|charge| (charge.id.get(), charge.gross.get(), charge.amount.get()));
        let sql = sql!(
            row("check_id"),
            "update charge set gross_cents = cast(e.value->>1 as bigint), amount_cents = cast(e.value->>2 as bigint)
            from #rows($2) where charge.id = cast(e.value->>0 as bigint) and charge.check_id = $1"
        );
        self.run(sql, [check.id.into(), json_array(rows)]).await?;
        Ok(())
    }

    /// What discounts take off now.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_discounts(&self, check: &Locked<CheckRow>, discounts: &[(DiscountId, Cents)]) -> Result<()> {
        if discounts.is_empty() {
            return Ok(());
        }
        let rows = discounts.iter().map(|(discount, amount)| (discount.get(), amount.get()));
        let sql = sql!(
            row("check_id"),
            "update check_discount set amount_cents = cast(e.value->>1 as bigint)
            from #rows($2) where check_discount.id = cast(e.value->>0 as bigint) and check_discount.check_id = $1"
        );
        self.run(sql, [check.id.into(), json_array(rows)]).await?;
        Ok(())
    }

    /// What the check comes to.
    ///
    /// # Errors
    /// More of it is paid than that.
    pub async fn set_check_total(&self, check: &Locked<CheckRow>, total: Cents) -> Result<()> {
        self.run(
            sql!(row("id"), "update guest_check set total_cents = $2 where id = $1"),
            [check.id.into(), total.into()],
        )
        .await?;
        Ok(())
    }
}
