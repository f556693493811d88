//! Which part of a list is wanted.

use sea_orm::Value;

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
