//! The shared cart as every phone of the table shows it, at the branch's present prices.

use crate::{
    Database,
    error::{Error, Result},
    session::Seated,
    unit_of_work::{Locked, UnitOfWork, all, one},
};
use auth::{Diner, Scope};
use domain::{
    CartItemId, Cents, DinerId, ProductId, SessionId,
    event::{Cart, CartLine},
    text::Quantity,
};
use sea_orm::{ConnectionTrait, FromQueryResult};

#[derive(FromQueryResult)]
struct Row {
    item_id: CartItemId,
    product_id: ProductId,
    product_name: String,
    product_image: Option<String>,
    price_cents: Cents,
    quantity: Quantity,
    notes: Option<String>,
    diner_id: DinerId,
    diner_name: String,
    diner_color: String,
}

impl From<Row> for CartLine {
    fn from(row: Row) -> Self {
        Self {
            item_id: row.item_id,
            product_id: row.product_id,
            product_name: row.product_name,
            product_image: row.product_image,
            price_cents: row.price_cents,
            quantity: row.quantity,
            notes: row.notes,
            diner_id: row.diner_id,
            diner_name: row.diner_name,
            diner_color: row.diner_color,
        }
    }
}

#[derive(FromQueryResult)]
struct Version {
    cart_version: i64,
}

// A line whose product left the menu stays in sight, at no price, so that somebody can take it out: sending it fails.
const LINES: &str = "select i.id as item_id, i.product_id, p.name as product_name, p.image as product_image,
        coalesce(bp.price_cents, 0) as price_cents, i.quantity, i.notes, i.diner_id,
        d.name as diner_name, d.color as diner_color
    from cart_item i
    join table_session s on s.id = i.session_id
    join product p on p.id = i.product_id
    join diner d on d.id = i.diner_id
    left join branch_product bp on bp.product_id = i.product_id and bp.branch_id = s.branch_id
    where i.session_id = $1 order by i.created_at, i.id";

async fn lines(connection: &impl ConnectionTrait, session: SessionId) -> Result<Vec<CartLine>> {
    let rows: Vec<Row> = all(connection, LINES, [session.into()]).await?;
    Ok(rows.into_iter().map(CartLine::from).collect())
}

impl Database {
    /// The cart of the diner's session, in any state of it.
    ///
    /// # Errors
    /// The session does not exist.
    pub async fn cart(&self, diner: &Diner) -> Result<Cart> {
        let sql = "select cart_version from table_session where id = $1 and tenant_id = $2";
        // The version first: a write in between then shows a newer cart under an older number, which the next read or
        // event corrects; the other way round a phone would believe that it knew the newest.
        let version: Option<Version> =
            one(self.reader(), sql, [diner.session_id().into(), Scope::tenant_id(diner).into()]).await?;
        let version = version.ok_or(Error::NotFound("session"))?.cart_version;
        Ok(Cart { items: lines(self.reader(), diner.session_id()).await?, version })
    }
}

impl UnitOfWork {
    /// Every line of the cart as this transaction leaves it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn cart_lines(&self, session: &Locked<Seated>) -> Result<Vec<CartLine>> {
        lines(self.tx(), session.session.id).await
    }
}
