//! Which part of a list is wanted, and what is sought in it.
//!
//! Lists by name are read whole, and sorted, searched and cut here: no database sorts as people do
//! (decisions/039), and no list of the office is long.

use crate::{error::Result, sql::sql, unit_of_work::one};
use domain::{
    TenantId,
    name::{NameOrder, Search},
};
use sea_orm::{ConnectionTrait, FromQueryResult, Value};

/// A part of a list; the whole list by default, since the clients page only where they say so (admin-kitchen.md §1.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// At most so many rows.
    pub limit: Option<u32>,
    /// So many rows left out before.
    pub offset: u32,
}

impl Page {
    /// The part of a list that was read whole.
    pub(crate) fn part<T>(self, rows: Vec<T>) -> Vec<T> {
        let limit = self.limit.map_or(usize::MAX, |limit| limit as usize);
        rows.into_iter().skip(self.offset as usize).take(limit).collect()
    }

    /// `limit` and `offset` for a statement that ends in `limit $n offset $m`.
    pub(crate) fn values(self) -> [Value; 2] {
        [self.limit.map_or(i64::MAX, i64::from).into(), i64::from(self.offset).into()]
    }
}

/// Which of a list with names is wanted.
#[derive(Clone, Debug, Default)]
pub struct Listed {
    /// What was typed to find it.
    pub search: Search,
    /// Which part of what was found.
    pub page: Page,
}

impl Listed {
    /// The part of what is found of a list that was read whole, in its order; `names` is where to look.
    #[must_use]
    pub fn part<T, const N: usize>(&self, mut rows: Vec<T>, names: impl Fn(&T) -> [&str; N]) -> Vec<T> {
        rows.retain(|row| self.search.finds(&names(row)));
        self.page.part(rows)
    }

    /// The same by name. Rows of one name stay in their order.
    pub(crate) fn by_name<T>(&self, order: &NameOrder, mut rows: Vec<T>, name: impl Fn(&T) -> &str) -> Vec<T> {
        rows.retain(|row| self.search.finds(&[name(row)]));
        order.sort(&mut rows, name);
        self.page.part(rows)
    }
}

/// How names sort in that business.
pub(crate) async fn name_order(db: &impl ConnectionTrait, tenant: TenantId) -> Result<NameOrder> {
    #[derive(FromQueryResult)]
    struct Row {
        language: String,
    }
    let row: Option<Row> = one(db, sql!(tenant, "select language from tenant where id = $1"), [tenant.into()]).await?;
    Ok(row.map_or_else(NameOrder::default, |row| NameOrder::of(&row.language)))
}
