//! The promotions of a branch: one reading for menu, cart and round, so that all three say the same price.

use crate::{
    error::Result,
    sql::{Sql, sql},
    unit_of_work::all,
};
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use domain::{
    BranchId, Cents, ProductId, PromotionId,
    menu::{Promotion, Validity},
};
use sea_orm::{ConnectionTrait, FromQueryResult};

/// Whether some promotion names the place in the menu `bp`.
pub(crate) const fn promoted() -> &'static str {
    "exists (
            select 1 from promotion_item pi
            join promotion_branch pb on pb.promotion_id = pi.promotion_id and pb.branch_id = bp.branch_id
            join promotion pr on pr.id = pi.promotion_id and pr.is_active where pi.product_id = bp.product_id)"
}

/// A promotion that is not over, with what a menu says of it.
#[derive(Clone, Debug)]
pub(crate) struct Running {
    pub(crate) promotion: Promotion,
    pub(crate) validity: Validity,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) image: Option<String>,
}

#[derive(FromQueryResult)]
struct Row {
    id: PromotionId,
    name: String,
    description: Option<String>,
    image: Option<String>,
    price_cents: Cents,
    start_date: NaiveDate,
    end_date: NaiveDate,
    start_time: String,
    end_time: String,
    product_id: ProductId,
    quantity: i32,
}

// One whose product is gone or switched off is suspended: the price was for all of its products together. What ended
// two days ago has ended in every zone.
static RUNNING: &Sql = sql!(
    branch,
    "select pr.id, pr.name, pr.description, pr.image, pr.price_cents, pr.start_date, pr.end_date,
        pr.start_time, pr.end_time, pi.product_id, pi.quantity
    from promotion_branch pb
    join promotion pr on pr.id = pb.promotion_id and pr.is_active and pr.end_date >= $2
    join promotion_item pi on pi.promotion_id = pr.id
    where pb.branch_id = $1 and not exists (
        select 1 from promotion_item gone join product p on p.id = gone.product_id
        where gone.promotion_id = pr.id and not p.is_active)
    order by pr.id, pi.product_id"
);

fn time(written: &str) -> NaiveTime {
    // The office's routes check the form.
    NaiveTime::parse_from_str(written, "%H:%M").unwrap_or_default()
}

/// The branch's promotions that hold or will.
pub(crate) async fn running(db: &impl ConnectionTrait, branch: BranchId, now: DateTime<Utc>) -> Result<Vec<Running>> {
    let day = (now - TimeDelta::days(2)).date_naive();
    let rows: Vec<Row> = all(db, RUNNING, [branch.into(), day.into()]).await?;
    let mut running: Vec<Running> = Vec::new();
    for row in rows {
        let item = (row.product_id, row.quantity);
        match running.last_mut().filter(|last| last.promotion.id == row.id) {
            Some(last) => last.promotion.items.push(item),
            None => running.push(Running {
                promotion: Promotion { id: row.id, price: row.price_cents, items: vec![item] },
                validity: Validity {
                    start_date: row.start_date,
                    end_date: row.end_date,
                    start_time: time(&row.start_time),
                    end_time: time(&row.end_time),
                },
                name: row.name,
                description: row.description,
                image: row.image,
            }),
        }
    }
    Ok(running)
}

/// Those that hold at this moment.
pub(crate) async fn holding(
    db: &impl ConnectionTrait,
    branch: BranchId,
    now: DateTime<Utc>,
    zone: &str,
) -> Result<Vec<Promotion>> {
    let running = running(db, branch, now).await?;
    Ok(running.into_iter().filter(|it| it.validity.holds(now, zone)).map(|it| it.promotion).collect())
}
