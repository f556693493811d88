//! Who struck what from orders.

use super::window::{Window, called, place, within};
use crate::{Database, error::Result, unit_of_work::all};
use domain::{Cents, UserId};
use sea_orm::FromQueryResult;
use serde::Serialize;
use utoipa::ToSchema;

/// A person who struck items.
#[derive(Clone, Debug, FromQueryResult, Serialize, ToSchema)]
pub struct PersonVoids {
    /// Who; null when nobody was noted.
    pub user_id: Option<UserId>,
    /// Their name, else their login.
    pub user_name: Option<String>,
    /// Lines struck.
    pub void_count: i64,
    /// Portions of them.
    pub total_quantity: i64,
    /// What they would have cost, before discounts, in cents.
    pub total_voided_cents: Cents,
}

// The outer bounds say nothing new; they let the database begin with what was struck, which is little, and not with every
// round there was.
const VOIDS: &str = concat!(
    "select i.voided_by_id as user_id, ",
    called!(),
    " as user_name, count(*) as void_count, cast(sum(i.qty) as bigint) as total_quantity,
        cast(sum(i.qty * i.unit_price_cents) as bigint) as total_voided_cents
    from round_item i join round r on r.id = i.round_id join place w on ",
    within!("r", "i.voided_at"),
    " left join app_user u on u.id = i.voided_by_id
    where i.tenant_id = $1 and i.voided_at >= (select min(from_at) from place)
        and i.voided_at < (select max(to_at) from place)
    group by 1, 2 order by 5 desc, 1"
);

impl Database {
    /// Who struck items in the window, the one who struck most money first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn report_voids(&self, window: &Window) -> Result<Vec<PersonVoids>> {
        let sql = format!("{} {VOIDS}", place(self.reader().get_database_backend()));
        all(self.reader(), &sql, window.values()).await
    }
}
