//! A new round with everything that belongs to it: items, tickets, what it takes from the cart. One round trip to
//! PostgreSQL, however many items there are; the submission of a round is the hottest path there is (decisions/022).

use crate::{
    error::Result,
    session::Seated,
    sql::{Sql, sql},
    unit_of_work::{Locked, UnitOfWork},
};
use chrono::{DateTime, Utc};
use domain::{
    CartItemId, Cents, DinerId, PhoneId, ProductId, PromotionId, RoundId, UserId, cart::CartPortions,
    kitchen::StationCode, menu::Choice, round::RoundStatus, session::OpenedBy, text::Quantity, timezone::business_day,
};
use sea_orm::{DbBackend, FromQueryResult};
use serde::Serialize;

/// A line of a new round: name and price as they are now.
#[derive(Clone, Debug, Serialize)]
pub struct NewLine {
    /// What.
    pub product_id: ProductId,
    /// Its name.
    pub product_name: String,
    /// How many.
    pub qty: Quantity,
    /// Price of one with what is chosen of it, in cents.
    pub unit_price_cents: Cents,
    /// What is chosen of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub customizations: Vec<Choice>,
    /// The same for whoever cooks it.
    pub modifiers: Option<String>,
    /// The promotion that made the price.
    pub promotion_id: Option<PromotionId>,
    /// The diner's wish.
    pub notes: Option<String>,
    /// For whom, where that is known; anybody who is no diner of the session counts as nobody.
    pub diner_id: Option<DinerId>,
    /// Who makes it.
    pub station: StationCode,
}

/// A new round.
#[derive(Clone, Debug)]
pub struct NewRound {
    /// Its number in the session.
    pub round_number: i32,
    /// PENDING, or SUBMITTED, in which case its tickets come into being with it.
    pub status: RoundStatus,
    /// A diner or a waiter.
    pub submitted_by: OpenedBy,
    /// The waiter.
    pub waiter: Option<UserId>,
    /// Tells a resent round from a new one.
    pub content_digest: String,
    /// The key it was sent with.
    pub idempotency_key: Option<String>,
    /// A note on the whole round.
    pub notes: Option<String>,
    /// At least one.
    pub lines: Vec<NewLine>,
    /// What a diner's round takes from the shared cart; `None` for a waiter's, which has nothing to do with it.
    pub cart: Option<TakenFromCart>,
}

/// What a round takes from the shared cart, and what of the lines concerned stays.
#[derive(Clone, Debug, Default)]
pub struct TakenFromCart {
    /// The phone that sent it.
    pub phone: Option<PhoneId>,
    /// What it takes.
    pub portions: Vec<CartPortions>,
    /// The lines that it takes portions of.
    pub lines: Vec<LineLeft>,
}

/// A line of the cart of which a round takes portions.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct LineLeft {
    /// The line.
    pub id: CartItemId,
    /// How many portions stay; with 0 the line leaves.
    pub quantity: i32,
}

#[derive(FromQueryResult)]
struct Inserted {
    id: RoundId,
}

const ROUND: &str = "insert into round (tenant_id, branch_id, session_id, round_number, status, submitted_by,
        submitted_by_waiter_id, content_digest, idempotency_key, notes, created_at, submitted_at, phone_id,
        taken_from_cart)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) returning id";

/// $15: the lines as JSON. $16: whether the kitchen gets tickets. $17: whether it is sent from the cart. $18: what
/// stays of the cart's lines that it takes from, as JSON; where that is nothing, the cart is not looked at. $19: the
/// business day.
const REST_POSTGRES: &str = ",
    line as (
        select e.place::integer as line, (e.value->>'product_id')::bigint as product_id, e.value->>'product_name' as product_name,
               (e.value->>'qty')::integer as qty, (e.value->>'unit_price_cents')::bigint as unit_price_cents, e.value->>'notes' as notes,
               e.value->>'modifiers' as modifiers, e.value->'customizations' as customizations,
               (e.value->>'promotion_id')::bigint as promotion_id,
               (select id from diner where id = (e.value->>'diner_id')::bigint and session_id = $3 and removed_at is null) as diner_id,
               e.value->>'station' as station
        from #rows($15)
    ), item as (
        insert into round_item
            (tenant_id, round_id, line, product_id, product_name, qty, unit_price_cents, notes, diner_id, station,
             modifiers, customizations, promotion_id, business_day)
        select $1, r.id, line, product_id, product_name, qty, unit_price_cents, notes, diner_id, station,
               modifiers, customizations, promotion_id, $19::date from r, line
        returning id, line, station
    ), ticket as (
        insert into kitchen_ticket (tenant_id, branch_id, round_id, station, status, created_at)
        select distinct $1, $2, r.id, line.station, 'PENDING', $11 from r, line where $16
        returning id, station
    ), ticket_item as (
        insert into kitchen_ticket_item (tenant_id, ticket_id, round_item_id)
        select $1, ticket.id, item.id from ticket join item using (station) order by item.line
    ), left_over as (
        select (e.value->>'id')::bigint as id, (e.value->>'quantity')::integer as quantity from #rows($18)
    ), gone as (
        delete from cart_item
        where $18::jsonb <> '[]' and session_id = $3 and id in (select id from left_over where quantity = 0)
    ), fewer as (
        update cart_item set quantity = left_over.quantity from left_over
        where $18::jsonb <> '[]' and session_id = $3 and cart_item.id = left_over.id and left_over.quantity > 0
    ), session as (
        update table_session set rounds_sent = $4, cart_version = cart_version + case when $17 then 1 else 0 end where id = $3
    )
    select id from r";

/// The whole statement for PostgreSQL.
static ROUND_WITH_ALL: &Sql = sql!(tenant, "#pg(with r as ({ROUND}){REST_POSTGRES})");

static FEWER_SQLITE: &Sql =
    sql!(session, "#sqlite(update cart_item set quantity = $3 where session_id = $1 and id = $2)");

static GONE_SQLITE: &Sql = sql!(session, "#sqlite(delete from cart_item where session_id = $1 and id = $2)");

static ITEMS_SQLITE: &Sql = sql!(tenant, "#sqlite(insert into round_item
        (tenant_id, round_id, line, product_id, product_name, qty, unit_price_cents, notes, diner_id, station,
         modifiers, customizations, promotion_id, business_day)
    select $1, $2, e.place, e.value->>'product_id', e.value->>'product_name', e.value->>'qty', e.value->>'unit_price_cents',
           e.value->>'notes', (select id from diner where id = e.value->>'diner_id' and session_id = $4 and removed_at is null), e.value->>'station',
           e.value->>'modifiers', e.value->'customizations', e.value->>'promotion_id', $5
    from #rows($3) where true)");

impl UnitOfWork {
    /// Writes the round. Its number must be the session's `rounds_sent` + 1, which the lock makes safe to know.
    ///
    /// # Errors
    /// The number or the idempotency key is taken.
    pub async fn insert_round(&self, session: &Locked<Seated>, new: &NewRound) -> Result<RoundId> {
        let lines = serde_json::to_string(&new.lines).unwrap_or_default();
        let left = new.cart.as_ref().map_or(&[][..], |cart| cart.lines.as_slice());
        let taken = new.cart.as_ref().filter(|cart| !cart.portions.is_empty());
        let taken = taken.map(|cart| serde_json::to_string(&cart.portions).unwrap_or_default());
        let sends = new.status == RoundStatus::Submitted;
        let submitted_at: Option<DateTime<Utc>> = sends.then(|| self.now());
        let row = &session.session;
        let day = business_day(self.now(), &session.timezone);
        let round = [
            row.tenant_id.into(),
            row.branch_id.into(),
            row.id.into(),
            new.round_number.into(),
            new.status.as_str().into(),
            new.submitted_by.as_str().into(),
            new.waiter.map(UserId::get).into(),
            new.content_digest.as_str().into(),
            new.idempotency_key.clone().into(),
            new.notes.clone().into(),
            self.now().into(),
            submitted_at.into(),
            new.cart.as_ref().and_then(|cart| cart.phone).map(PhoneId::get).into(),
            taken.into(),
        ];
        if self.backend() == DbBackend::Postgres {
            let left = serde_json::to_string(left).unwrap_or_default();
            let from_cart = new.cart.is_some().into();
            let values = round.into_iter().chain([lines.into(), sends.into(), from_cart, left.into(), day.into()]);
            let inserted: Option<Inserted> = self.one(ROUND_WITH_ALL, values).await?;
            return inserted.map(|row| row.id).ok_or(crate::Error::NotFound("round"));
        }
        let inserted: Option<Inserted> = self.one(sql!(tenant, "{ROUND}"), round).await?;
        let id = inserted.map(|row| row.id).ok_or(crate::Error::NotFound("round"))?;
        self.run(ITEMS_SQLITE, [row.tenant_id.into(), id.into(), lines.into(), row.id.into(), day.into()]).await?;
        if sends {
            self.insert_tickets(session, id).await?;
        }
        let version = row.cart_version + i64::from(new.cart.is_some());
        for line in left {
            if line.quantity > 0 {
                self.run(FEWER_SQLITE, [row.id.into(), line.id.into(), line.quantity.into()]).await?;
            } else {
                self.run(GONE_SQLITE, [row.id.into(), line.id.into()]).await?;
            }
        }
        let sql = sql!(session, "update table_session set rounds_sent = $2, cart_version = $3 where id = $1");
        self.run(sql, [row.id.into(), new.round_number.into(), version.into()]).await?;
        Ok(id)
    }

    /// Gives each station its ticket of a round that goes to the kitchen; voided items are nobody's work.
    ///
    /// # Errors
    /// The tickets exist already.
    pub async fn insert_tickets(&self, session: &Locked<Seated>, round: RoundId) -> Result<()> {
        let row = &session.session;
        self.run(
            sql!(
                tenant,
                "insert into kitchen_ticket (tenant_id, branch_id, round_id, station, status, created_at)
             select distinct tenant_id, cast($2 as bigint), round_id, station, 'PENDING', $3#pg(::timestamptz)
             from round_item where round_id = $1 and voided_at is null"
            ),
            [round.into(), row.branch_id.into(), self.now().into()],
        )
        .await?;
        self.run(
            sql!(
                tenant,
                "insert into kitchen_ticket_item (tenant_id, ticket_id, round_item_id)
             select i.tenant_id, t.id, i.id from round_item i
             join kitchen_ticket t on t.round_id = i.round_id and t.station = i.station
             where i.round_id = $1 and i.voided_at is null order by i.line"
            ),
            [round.into()],
        )
        .await?;
        Ok(())
    }
}
