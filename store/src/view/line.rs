//! The columns of a round's line that every reader sees; `#line(i)` in a statement.

use crate::{ItemRow, menu::choices::Chosen};
use domain::{ProductId, text::Quantity};
use sea_orm::FromQueryResult;
use wire::line::Line;

/// What `#line(i)` selects.
#[derive(FromQueryResult)]
pub(super) struct LineRow {
    product_id: ProductId,
    product_name: String,
    qty: Quantity,
    notes: Option<String>,
    #[sea_orm(nested)]
    chosen: Chosen,
}

impl LineRow {
    /// How many portions.
    pub(super) const fn qty(&self) -> Quantity {
        self.qty
    }

    /// For whoever cooks and carries: the note says what is chosen, too.
    pub(super) fn for_staff(self) -> Line {
        Line {
            product_id: self.product_id,
            product_name: self.product_name,
            qty: self.qty,
            customizations: self.chosen.list(),
            notes: self.chosen.with_note(self.notes),
        }
    }

    /// For the party, whose phones draw what is chosen by themselves.
    pub(super) fn for_party(self) -> Line {
        Line {
            product_id: self.product_id,
            product_name: self.product_name,
            qty: self.qty,
            customizations: self.chosen.list(),
            notes: self.notes,
        }
    }
}

impl From<ItemRow> for LineRow {
    fn from(row: ItemRow) -> Self {
        Self {
            product_id: row.product_id,
            product_name: row.product_name,
            qty: row.qty,
            notes: row.notes,
            chosen: Chosen::new(row.modifiers, row.customizations),
        }
    }
}
