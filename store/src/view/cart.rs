//! The shared cart as every phone of the table shows it, at the branch's present prices.

use crate::{
    Database, DueCart,
    error::{Error, Result},
    menu::{
        OFFERED, OfferedChoice, choices, hours,
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
    menu::{Choice, Choices, Promotion, Supply, Timetable, UnpricedLine, lowest, price},
    money::MoneyError,
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
    /// On the branch's menu, at whatever hour.
    is_offered: bool,
    is_available: bool,
    remaining: Option<i32>,
    restricted_until: Option<DateTime<Utc>>,
    product_hours: Option<serde_json::Value>,
    category_hours: Option<serde_json::Value>,
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
    session_id: SessionId,
    told_price_cents: Option<Cents>,
    told_available: Option<bool>,
}

/// The lines of one session or of several, priced.
struct Priced {
    lines: Vec<CartLine>,
    rows: Vec<Told>,
    promotions: Vec<Promotion>,
}

/// What of a line is not for the phones.
struct Told {
    tenant_id: TenantId,
    branch_id: BranchId,
    session_id: SessionId,
    /// The price of one in the branch, in cents, without promotions and choices.
    regular: Cents,
    /// The price that the table was last told.
    price: Option<Cents>,
    /// Whether it could be sent, by what the table was last told.
    is_available: Option<bool>,
}

impl Priced {
    /// What the lines cost when they are sent together: the round's price, bundles included.
    fn total(&self) -> Result<Cents, MoneyError> {
        let unpriced = self.lines.iter().zip(&self.rows).map(|(line, row)| UnpricedLine {
            product: line.product_id,
            qty: line.quantity.get(),
            regular: row.regular,
        });
        let parts = price(&unpriced.collect::<Vec<_>>(), &self.promotions);
        parts.into_iter().try_fold(Cents::ZERO, |sum, part| {
            let extras = self.lines[part.line].customizations.iter().map(|choice| choice.extra_cost_cents);
            let one = part.price.checked_add(Cents::checked_sum(extras)?)?;
            sum.checked_add(one.checked_times(part.qty.unsigned_abs())?)
        })
    }

    /// The lines that are not what the table was told.
    fn changed(&self) -> impl Iterator<Item = (&CartLine, &Told)> {
        self.lines.iter().zip(&self.rows).filter(|(line, row)| row.is_old(line))
    }
}

impl Told {
    fn is_old(&self, line: &CartLine) -> bool {
        self.price != Some(line.price_cents) || self.is_available != Some(line.is_available)
    }

    fn due(&self) -> DueCart {
        DueCart { tenant_id: self.tenant_id, branch_id: self.branch_id, session_id: self.session_id }
    }
}

impl Row {
    fn told(&self) -> Told {
        Told {
            tenant_id: self.tenant_id,
            branch_id: self.branch_id,
            session_id: self.session_id,
            regular: self.price_cents,
            price: self.told_price_cents,
            is_available: self.told_available,
        }
    }

    /// Whether it can be sent.
    fn is_available(&self, now: DateTime<Utc>) -> bool {
        let supply =
            Supply { is_available: self.is_available, remaining: self.remaining, until: self.restricted_until };
        let hours = [&hours(self.product_hours.clone()), &hours(self.category_hours.clone())];
        self.is_offered && supply.as_of(now).is_available && Timetable { hours, zone: &self.timezone }.is_open(now)
    }

    /// The line at its price under the promotions that hold.
    fn priced(self, promotions: &[Promotion], offered: &[OfferedChoice], now: DateTime<Utc>) -> Result<CartLine> {
        let is_available = self.is_available(now);
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
            is_available,
        })
    }
}

#[derive(FromQueryResult)]
struct Version {
    cart_version: i64,
}

// A line whose product left the menu stays in sight, at no price, so that somebody can take it out: sending it fails.
const COLUMNS: &str = "select i.id as item_id, i.product_id, p.name as product_name, p.image as product_image,
        coalesce(bp.price_cents, 0) as price_cents, coalesce(bp.is_available, false) as is_available, bp.remaining,
        bp.restricted_until, p.service_hours as product_hours, c.service_hours as category_hours,
        i.choices, b.timezone, b.id as branch_id, b.tenant_id, i.quantity, i.notes, i.diner_id, d.name as diner_name,
        d.color as diner_color, i.session_id, i.told_price_cents, i.told_available";
const ROWS: &str = "from cart_item i
    join table_session s on s.id = i.session_id
    join branch b on b.id = s.branch_id
    join product p on p.id = i.product_id
    join category c on c.id = p.category_id
    join diner d on d.id = i.diner_id
    left join branch_product bp on bp.product_id = i.product_id and bp.branch_id = s.branch_id";

/// Whether the line's branch offers it.
fn is_offered() -> String {
    format!("exists (select 1 {} and bp.product_id = i.product_id)", OFFERED.replace("$1", "b.id"))
}

static LINES: &Sql = sql!(
    session,
    "{COLUMNS}, {} as is_offered, {} as is_promoted {ROWS} where i.session_id = $1 order by i.created_at, i.id",
    is_offered(),
    promoted()
);

// Tagged `housekeeping`, so that the test that counts a request's statements ignores background queries.
static LINES_OF_BRANCH: &Sql = sql!(
    branch,
    "/* housekeeping */ {COLUMNS}, {} as is_offered, {} as is_promoted {ROWS}
    where s.branch_id = $1 and #live_session(s) order by i.session_id, i.id",
    is_offered(),
    promoted()
);

async fn priced(connection: &impl ConnectionTrait, rows: Vec<Row>, now: DateTime<Utc>) -> Result<Priced> {
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
    let told = rows.iter().map(Row::told).collect();
    let lines = rows.into_iter().map(|row| row.priced(&promotions, &offered, now)).collect::<Result<_>>()?;
    Ok(Priced { lines, rows: told, promotions })
}

async fn of_session(connection: &impl ConnectionTrait, session: SessionId, now: DateTime<Utc>) -> Result<Priced> {
    let rows = all(connection, LINES, [session.into()]).await?;
    priced(connection, rows, now).await
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
        let cart = of_session(self.reader(), diner.session_id(), self.clock().now()).await?;
        Ok(Cart { total_cents: cart.total()?, items: cart.lines, version })
    }

    /// Finds the branch's carts with a line that is not what the table was told.
    ///
    /// # Errors
    /// The database failed.
    pub async fn repriced_carts(&self, branch: BranchId) -> Result<Vec<DueCart>> {
        let rows = all(self.reader(), LINES_OF_BRANCH, [branch.into()]).await?;
        let cart = priced(self.reader(), rows, self.clock().now()).await?;
        let mut due: Vec<DueCart> = cart.changed().map(|(_, row)| row.due()).collect();
        due.dedup_by_key(|cart| cart.session_id);
        Ok(due)
    }
}

impl UnitOfWork {
    /// Every line of the cart as this transaction leaves it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn cart_lines(&self, session: &Locked<Seated>) -> Result<Vec<CartLine>> {
        Ok(of_session(self.tx(), session.id, self.now()).await?.lines)
    }

    /// The lines that are not what the table was told, as this transaction leaves them.
    ///
    /// # Errors
    /// The database failed.
    pub async fn repriced_lines(&self, session: &Locked<Seated>) -> Result<Vec<CartLine>> {
        let cart = of_session(self.tx(), session.id, self.now()).await?;
        Ok(cart.changed().map(|(line, _)| line.clone()).collect())
    }

    /// The whole cart after this transaction's one write to it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn cart_after_write(&self, session: &Locked<Seated>) -> Result<Cart> {
        let cart = of_session(self.tx(), session.id, self.now()).await?;
        Ok(Cart { total_cents: cart.total()?, items: cart.lines, version: session.cart_version + 1 })
    }
}
