//! What an order needs to know before it is judged: what the branch offers of it, and what the table has in its cart
//! and sent within the last seconds. One statement for both, since round trips are the cost of a round
//! (decisions/022).

use super::{Offering, Row, of_products};
use crate::{
    error::{Error, Result},
    session::Seated,
    sql::{Sql, sql},
    unit_of_work::{Locked, UnitOfWork},
};
use chrono::TimeDelta;
use domain::{
    CartItemId, CustomizationId, DinerId, PhoneId, ProductId, RoundId,
    cart::{AtTable, CartPortions, NamedDiner, RecentRound},
    menu::Choices,
    round::{RESUBMIT_WINDOW, RoundStatus},
};
use sea_orm::{DbErr, FromQueryResult, QueryResult};
use serde::Deserialize;

/// A table's cart, its guests and its last rounds, before an order of theirs.
#[derive(Clone, Debug, Default)]
pub struct TableBefore {
    /// The lines' ids, each at the place of its portions in `cart`.
    pub lines: Vec<CartItemId>,
    /// The cart, oldest line first.
    pub cart: Vec<CartPortions>,
    /// Who sits there.
    pub diners: Vec<NamedDiner>,
    /// The rounds of the last [`RESUBMIT_WINDOW`] seconds that stand, oldest first.
    pub recent: Vec<RecentRound>,
}

impl TableBefore {
    /// The same for the rules.
    #[must_use]
    pub fn at_table(&self) -> AtTable<'_> {
        AtTable { cart: &self.cart, diners: &self.diners, recent: &self.recent }
    }
}

/// The table as one JSON value; $3 is the session, $4 since when a round is recent.
const BEFORE: &str = "#pg(json_build_object(
        'cart', (select coalesce(json_agg(json_build_object('id', i.id, 'diner_id', i.diner_id, 'product_id', i.product_id,
                'choices', i.choices, 'quantity', i.quantity) order by i.created_at, i.id), '[]'::json)
            from cart_item i where i.session_id = $3),
        'diners', (select coalesce(json_agg(json_build_object('id', d.id, 'name', d.name) order by d.id), '[]'::json)
            from diner d where d.session_id = $3 and d.removed_at is null),
        'recent', (select coalesce(json_agg(json_build_object('id', r.id, 'round_number', r.round_number,
                'status', r.status, 'digest', r.content_digest, 'phone_id', r.phone_id, 'taken', r.taken_from_cart)
                order by r.round_number), '[]'::json)
            from round r where r.session_id = $3 and r.created_at > $4 and #counts(r)))::text)
    #sqlite(json_object(
        'cart', json((select json_group_array(json_object('id', id, 'diner_id', diner_id, 'product_id', product_id,
                'choices', choices, 'quantity', quantity))
            from (select * from cart_item i where i.session_id = $3 order by i.created_at, i.id))),
        'diners', json((select json_group_array(json_object('id', id, 'name', name))
            from (select * from diner d where d.session_id = $3 and d.removed_at is null order by d.id))),
        'recent', json((select json_group_array(json_object('id', id, 'round_number', round_number,
                'status', status, 'digest', content_digest, 'phone_id', phone_id, 'taken', taken_from_cart))
            from (select * from round r where r.session_id = $3 and r.created_at > $4 and #counts(r)
                order by r.round_number)))))";

// The table stands in the first row only: an order may have two hundred. It is there even when nothing is offered.
static ORDERING: &Sql = sql!(
    branch,
    "select case when row_number() over () = 1 then t.seen end as seen, o.*
    from (select {BEFORE} as seen) t left join ({}) o on true",
    of_products()
);

struct Found {
    before: Option<String>,
    offered: Option<Row>,
}

impl FromQueryResult for Found {
    fn from_query_result(row: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        let product: Option<ProductId> = row.try_get(prefix, "product_id")?;
        let offered = product.map(|_| Row::from_query_result(row, prefix)).transpose()?;
        Ok(Self { before: row.try_get(prefix, "seen")?, offered })
    }
}

#[derive(Deserialize)]
struct Before {
    cart: Vec<Line>,
    diners: Vec<NamedDiner>,
    recent: Vec<Recent>,
}

#[derive(Deserialize)]
struct Line {
    id: CartItemId,
    diner_id: DinerId,
    product_id: ProductId,
    choices: String,
    quantity: i32,
}

#[derive(Deserialize)]
struct Recent {
    id: RoundId,
    round_number: i32,
    status: RoundStatus,
    digest: String,
    phone_id: Option<PhoneId>,
    taken: Option<String>,
}

impl From<Before> for TableBefore {
    fn from(before: Before) -> Self {
        let Before { cart, diners, recent } = before;
        let lines = cart.iter().map(|line| line.id).collect();
        let cart = cart.into_iter().map(|line| CartPortions {
            product_id: line.product_id,
            choices: Choices::read(&line.choices),
            diner_id: line.diner_id,
            quantity: line.quantity,
        });
        let recent = recent.into_iter().map(|round| RecentRound {
            id: round.id,
            round_number: round.round_number,
            status: round.status,
            content_digest: round.digest,
            phone_id: round.phone_id,
            taken: round.taken.and_then(|taken| serde_json::from_str(&taken).ok()).unwrap_or_default(),
        });
        Self { lines, cart: cart.collect(), diners, recent: recent.collect() }
    }
}

impl UnitOfWork {
    /// [`find_offering`](Self::find_offering) with what the session's table has before it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn find_ordering(
        &self,
        session: &Locked<Seated>,
        products: &[ProductId],
        choices: &[CustomizationId],
    ) -> Result<(Offering, TableBefore)> {
        let ids = serde_json::to_string(products).unwrap_or_default();
        let since = self.now() - TimeDelta::seconds(RESUBMIT_WINDOW);
        let values = [session.branch_id.into(), ids.into(), session.id.into(), since.into()];
        let found: Vec<Found> = self.all(ORDERING, values).await?;
        let before = found.iter().find_map(|row| row.before.as_deref()).unwrap_or_default();
        let before: Before = serde_json::from_str(before).map_err(unreadable)?;
        let rows = found.into_iter().filter_map(|row| row.offered).collect();
        Ok((self.offering_of(session, rows, choices).await?, before.into()))
    }
}

fn unreadable(error: serde_json::Error) -> Error {
    DbErr::Type(format!("the table before an order: {error}")).into()
}
