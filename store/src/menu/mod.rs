//! The menu as ordering sees it: what a product is called and costs in the branch at this moment.
//!
//! [`offered`] is the one answer to "what does this branch offer": the menu shows exactly that, and nothing else can
//! be ordered.

pub(crate) mod choices;
mod ordering;
pub(crate) mod promotions;

pub use choices::OfferedChoice;
pub(crate) use choices::{Standing, in_order};
pub use ordering::TableBefore;

use crate::{
    error::Result,
    session::Seated,
    sql::sql,
    unit_of_work::{Locked, UnitOfWork},
};
use chrono::{DateTime, Utc};
use domain::{
    Cents, CustomizationId, ProductId,
    kitchen::{Dish, StationCode},
    menu::{Choice, Choices, Promotion, ServiceHours, Supply, Timetable},
    timezone::local_time,
};
use sea_orm::FromQueryResult;

/// What a branch, `$1`, offers: a product with a price there whose category and subcategory are on and which the branch
/// does not leave out. `bp` is the place in the menu, `p` the product, `c` its category, `s` its subcategory or nulls.
/// A category of another branch of the business counts, too: whoever prices its products shows it.
pub(crate) const OFFERED: &str = "from branch_product bp
    join product p on p.id = bp.product_id and p.is_active
    join category c on c.id = p.category_id and c.is_active
    left join subcategory s on s.id = p.subcategory_id
    where bp.branch_id = $1 and (s.id is null or s.is_active)
      and not exists (select 1 from branch_category_exclusion x where x.branch_id = $1 and x.category_id = c.id)
      and not exists (select 1 from branch_subcategory_exclusion x where x.branch_id = $1 and x.subcategory_id = s.id)";

/// A product with a price in the branch.
#[derive(Clone, Debug)]
pub struct Offered {
    /// The product.
    pub product_id: ProductId,
    /// Its name.
    pub name: String,
    /// Its picture.
    pub image: Option<String>,
    /// Its price, in cents, without promotions.
    pub price_cents: Cents,
    /// What the branch has of it now.
    pub supply: Supply,
    /// Whether it is served at this hour.
    pub is_open: bool,
    /// When it is served next, in the branch's own words; `None` where that is now or never.
    pub opens: Option<String>,
    /// Who makes it.
    pub station: StationCode,
}

/// What a branch offers of the products that somebody asks for.
#[derive(Clone, Debug, Default)]
pub struct Offering {
    /// Those that it has.
    pub products: Vec<Offered>,
    /// Those of the modifiers asked for that can be chosen of them.
    pub choices: Vec<OfferedChoice>,
    /// The promotions that hold at this moment.
    pub promotions: Vec<Promotion>,
}

impl Offering {
    /// A product of it.
    #[must_use]
    pub fn product(&self, id: ProductId) -> Option<&Offered> {
        self.products.iter().find(|product| product.product_id == id)
    }

    /// What is chosen of a product, in the order of the office.
    ///
    /// # Errors
    /// The first that cannot be chosen of it.
    pub fn chosen(&self, product: ProductId, choices: &Choices) -> Result<Vec<Choice>, CustomizationId> {
        choices::chosen(&self.choices, product, choices)
    }
}

#[derive(FromQueryResult)]
struct Row {
    product_id: ProductId,
    name: String,
    image: Option<String>,
    price_cents: Cents,
    is_available: bool,
    remaining: Option<i32>,
    restricted_until: Option<DateTime<Utc>>,
    product_hours: Option<serde_json::Value>,
    category_hours: Option<serde_json::Value>,
    timezone: String,
    category: String,
    subcategory: Option<String>,
    product_station: Option<StationCode>,
    category_station: Option<StationCode>,
    /// The branch's, in their order, with commas between them.
    stations: Option<String>,
    is_promoted: bool,
}

/// Hours as a row holds them. The office checks what it writes; what cannot be read restricts nothing, rather than
/// keeping a dish from the guests.
pub(crate) fn hours(written: Option<serde_json::Value>) -> ServiceHours {
    written.and_then(|hours| serde_json::from_value(hours).ok()).unwrap_or_default()
}

/// The same for the office, which is told null where there are none.
pub(crate) fn said(written: Option<serde_json::Value>) -> Option<ServiceHours> {
    Some(hours(written)).filter(|hours| !hours.is_always())
}

impl Row {
    fn station(&self) -> StationCode {
        let codes = self.stations.iter().flat_map(|codes| codes.split(','));
        let stations: Vec<_> = codes.filter_map(|code| StationCode::try_from(code.to_owned()).ok()).collect();
        let dish = Dish {
            of_product: self.product_station.as_ref(),
            of_category: self.category_station.as_ref(),
            category: &self.category,
            subcategory: self.subcategory.as_deref(),
        };
        dish.made_at(&stations)
    }

    fn at(self, now: DateTime<Utc>) -> Offered {
        let station = self.station();
        let supply =
            Supply { is_available: self.is_available, remaining: self.remaining, until: self.restricted_until };
        let hours = [&hours(self.product_hours), &hours(self.category_hours)];
        let table = Timetable { hours, zone: &self.timezone };
        let is_open = table.is_open(now);
        let opens = table.opens_at(now).filter(|_| !is_open);
        Offered {
            product_id: self.product_id,
            name: self.name,
            image: self.image,
            price_cents: self.price_cents,
            supply: supply.as_of(now),
            is_open,
            opens: opens.map(|at| in_words(at, now, &self.timezone)),
            station,
        }
    }
}

/// What the branch $1 offers of the products $2, as [`Row`] reads it.
fn of_products() -> String {
    format!(
        "select p.id as product_id, p.name, p.image, bp.price_cents, bp.is_available, bp.remaining,
            bp.restricted_until, p.service_hours as product_hours, c.service_hours as category_hours,
            (select b.timezone from branch b where b.id = $1) as timezone, c.name as category, s.name as subcategory,
            p.station as product_station, c.station as category_station,
            #pg((select string_agg(st.code, ',' order by st.display_order, st.id) from station st where st.branch_id = $1))
            #sqlite((select group_concat(st.code) from
                (select code from station where branch_id = $1 order by display_order, id) st)) as stations,
            {} as is_promoted
         {OFFERED} and bp.product_id in #list($2)",
        promotions::promoted()
    )
}

/// The time of day, and the date where that is another day.
fn in_words(at: DateTime<Utc>, now: DateTime<Utc>, zone: &str) -> String {
    let (at, now) = (local_time(at, zone), local_time(now, zone));
    let form = if at.date() == now.date() { "%H:%M" } else { "%Y-%m-%d %H:%M" };
    at.format(form).to_string()
}

impl UnitOfWork {
    /// What the session's branch offers of `products` with `choices`: in one statement whatever their number, one more
    /// where something is chosen and one where a promotion names a product.
    ///
    /// # Errors
    /// The database failed.
    pub async fn find_offering(
        &self,
        session: &Locked<Seated>,
        products: &[ProductId],
        choices: &[CustomizationId],
    ) -> Result<Offering> {
        let ids = serde_json::to_string(products).unwrap_or_default();
        let sql = sql!(branch, "{}", of_products());
        let rows: Vec<Row> = self.all(sql, [session.branch_id.into(), ids.into()]).await?;
        self.offering_of(session, rows, choices).await
    }

    /// The rows with what is chosen and the promotions that hold.
    async fn offering_of(
        &self,
        session: &Locked<Seated>,
        rows: Vec<Row>,
        choices: &[CustomizationId],
    ) -> Result<Offering> {
        let promoted = rows.iter().find(|row| row.is_promoted).map(|row| row.timezone.clone());
        let promotions = match promoted {
            Some(zone) => promotions::holding(self.tx(), session.branch_id, self.now(), &zone).await?,
            None => Vec::new(),
        };
        let choices = choices::offered(self.tx(), session.tenant_id, choices).await?;
        let products = rows.into_iter().map(|row| row.at(self.now())).collect();
        Ok(Offering { products, choices, promotions })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_that_cannot_be_read_keep_nobody_from_eating() {
        assert!(hours(Some(serde_json::json!("nonsense"))).is_always());
        assert!(hours(None).is_always());
        assert!(!hours(Some(serde_json::json!([{"days": [1], "from": "12:00", "to": "13:00"}]))).is_always());
    }

    #[test]
    fn an_opening_is_said_as_people_say_it() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let zone = domain::timezone::DEFAULT_TIME_ZONE;
        assert_eq!(in_words(at("2026-01-07T22:00:00Z"), at("2026-01-07T12:00:00Z"), zone), "19:00");
        assert_eq!(in_words(at("2026-01-08T22:00:00Z"), at("2026-01-07T12:00:00Z"), zone), "2026-01-08 19:00");
    }
}
