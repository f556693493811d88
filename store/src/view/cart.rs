//! The shared cart as every phone of the table shows it, at the branch's present prices.

use crate::{
    Database,
    error::{Error, Result},
    menu::{
        OfferedChoice, choices,
        promotions::{self, promoted},
    },
    session::Seated,
    sql::{Sql, sql},
    unit_of_work::{Locked, UnitOfWork, all, one},
};
use auth::{Diner, Scope};
use chrono::{DateTime, Utc};
use domain::{
    BranchId, CartItemId, Cents, DinerId, ProductId, SessionId, TenantId,
    event::{Cart, CartLine},
    menu::{Choice, Choices, Promotion, lowest},
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
    is_promoted: bool,
    timezone: String,
    branch_id: BranchId,
    tenant_id: TenantId,
    choices: String,
    quantity: Quantity,
    notes: Option<String>,
    diner_id: DinerId,
    diner_name: String,
    diner_color: String,
}

impl Row {
    /// The line at its price under the promotions that hold.
    fn priced(self, promotions: &[Promotion], offered: &[OfferedChoice]) -> Result<CartLine> {
        let choices = Choices::read(&self.choices);
        // A modifier that is gone is left out here, and refused when the line is sent.
        let of_product = offered.iter().filter(|it| it.product_id == self.product_id && choices.ids().contains(&it.id));
        let customizations: Vec<Choice> = of_product.map(OfferedChoice::choice).collect();
        let (price, _) = lowest(self.product_id, self.price_cents, promotions);
        let extras = Cents::checked_sum(customizations.iter().map(|choice| choice.extra_cost_cents))?;
        Ok(CartLine {
            item_id: self.item_id,
            product_id: self.product_id,
            product_name: self.product_name,
            product_image: self.product_image,
            price_cents: price.checked_add(extras)?,
            quantity: self.quantity,
            customization_ids: choices,
            customizations,
            notes: self.notes,
            diner_id: self.diner_id,
            diner_name: self.diner_name,
            diner_color: self.diner_color,
        })
    }
}

#[derive(FromQueryResult)]
struct Version {
    cart_version: i64,
}

// A line whose product left the menu stays in sight, at no price, so that somebody can take it out: sending it fails.
static LINES: &Sql = sql!(
    session,
    "select i.id as item_id, i.product_id, p.name as product_name, p.image as product_image,
        coalesce(bp.price_cents, 0) as price_cents, i.choices, b.timezone, b.id as branch_id, b.tenant_id,
        i.quantity, i.notes, i.diner_id, d.name as diner_name, d.color as diner_color, {} as is_promoted
    from cart_item i
    join table_session s on s.id = i.session_id
    join branch b on b.id = s.branch_id
    join product p on p.id = i.product_id
    join diner d on d.id = i.diner_id
    left join branch_product bp on bp.product_id = i.product_id and bp.branch_id = s.branch_id
    where i.session_id = $1 order by i.created_at, i.id",
    promoted()
);

async fn lines(connection: &impl ConnectionTrait, session: SessionId, now: DateTime<Utc>) -> Result<Vec<CartLine>> {
    let rows: Vec<Row> = all(connection, LINES, [session.into()]).await?;
    let promotions = match rows.iter().find(|row| row.is_promoted) {
        Some(row) => promotions::holding(connection, row.branch_id, now, &row.timezone).await?,
        None => Vec::new(),
    };
    let mut chosen: Vec<_> = rows.iter().flat_map(|row| Vec::from(Choices::read(&row.choices))).collect();
    chosen.sort_unstable();
    chosen.dedup();
    let offered = match rows.first() {
        Some(row) => choices::offered(connection, row.tenant_id, &chosen).await?,
        None => Vec::new(),
    };
    rows.into_iter().map(|row| row.priced(&promotions, &offered)).collect()
}

impl Database {
    /// The cart of the diner's session, in any state of it.
    ///
    /// # Errors
    /// The session does not exist.
    pub async fn cart(&self, diner: &Diner) -> Result<Cart> {
        let sql = sql!(tenant, "select cart_version from table_session where id = $1 and tenant_id = $2");
        // The version first: a write in between then shows a newer cart under an older number, which the next read or
        // event corrects; the other way round a phone would believe that it knew the newest.
        let version: Option<Version> =
            one(self.reader(), sql, [diner.session_id().into(), Scope::tenant_id(diner).into()]).await?;
        let version = version.ok_or(Error::NotFound("session"))?.cart_version;
        Ok(Cart { items: lines(self.reader(), diner.session_id(), self.clock().now()).await?, version })
    }
}

impl UnitOfWork {
    /// Every line of the cart as this transaction leaves it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn cart_lines(&self, session: &Locked<Seated>) -> Result<Vec<CartLine>> {
        lines(self.tx(), session.id, self.now()).await
    }
}
