//! What happens to a locked round: a new state with its instant, an item struck, an item taken out.

use super::{ItemRow, RoundRow};
use crate::{
    error::Result,
    sql::sql,
    unit_of_work::{Locked, UnitOfWork},
};
use chrono::{DateTime, Utc};
use domain::{ProductId, RoundItemId, UserId, round::RoundStatus, text::Quantity};
use entity::{round, round_item};
use sea_orm::{
    ActiveModelTrait, ActiveValue::NotSet, ActiveValue::Set, ColumnTrait, EntityTrait, FromQueryResult,
    IntoActiveModel, QueryFilter,
};

impl UnitOfWork {
    /// Moves the round to `status` and stamps the instant; `by` is who moves it, `reason` why it is canceled.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_round_status(
        &self,
        round: &Locked<RoundRow>,
        status: RoundStatus,
        by: UserId,
        reason: Option<&str>,
    ) -> Result<Locked<RoundRow>> {
        let mut row = stamped(round, status, by, self.now());
        if status == RoundStatus::Canceled {
            row.cancel_reason = Set(reason.map(ToOwned::to_owned));
            self.owes_differently(round.session_id, "round.cancel");
        } else if round.status.is_billed() != status.is_billed() {
            self.owes_differently(round.session_id, "round.confirm");
        }
        Ok(Locked::new(row.update(self.tx()).await?))
    }

    /// Makes `qty` of a line's portions a line of its own, which is nobody's work; the line, and its charge, keep the
    /// rest.
    ///
    /// # Errors
    /// The database failed.
    pub async fn split_item(&self, round: &Locked<RoundRow>, item: &ItemRow, qty: Quantity) -> Result<ItemRow> {
        self.owes_differently(round.session_id, "round.void_item");
        let left = item.qty.get() - qty.get();
        self.run(sql!(row("id"), "update round_item set qty = $2 where id = $1"), [item.id.into(), left.into()])
            .await?;
        let sql = sql!(row("round_item_id"), "update charge set qty = $2 where round_item_id = $1");
        self.run(sql, [item.id.into(), left.into()]).await?;
        let lines = self.find_items(round).await?;
        let mut row = item.clone().into_active_model().reset_all();
        row.id = NotSet;
        row.line = Set(lines.iter().map(|line| line.line).max().unwrap_or_default() + 1);
        row.qty = Set(qty);
        row.split_of_id = Set(Some(item.id));
        Ok(row.insert(self.tx()).await?)
    }

    /// Strikes an item: it stays on the bill's paper trail, but nobody makes or pays it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn void_item(
        &self,
        round: &Locked<RoundRow>,
        item: &ItemRow,
        (by, approved_by): (UserId, Option<UserId>),
        reason: &str,
    ) -> Result<()> {
        self.owes_differently(round.session_id, "round.void_item");
        let mut row = item.clone().into_active_model();
        row.voided_at = Set(Some(self.now()));
        row.void_reason = Set(Some(reason.to_owned()));
        row.voided_by_id = Set(Some(by));
        row.approved_by_id = Set(approved_by);
        row.voided_business_day = Set(Some(self.business_day(round.branch_id).await?));
        row.update(self.tx()).await?;
        Ok(())
    }

    /// Takes an item out of a round that the kitchen does not know, so that no ticket points at it. Its charge, if it
    /// has one, remembers what it came to: who paid it has that back.
    ///
    /// # Errors
    /// The database failed.
    pub async fn delete_item(&self, round: &Locked<RoundRow>, item: &ItemRow) -> Result<()> {
        self.owes_differently(round.session_id, "round.delete_item");
        let sql = sql!(
            row("round_item_id"),
            "update charge set deleted_cents = gross_cents, deleted_at = $2 where round_item_id = $1"
        );
        self.run(sql, [item.id.into(), self.now().into()]).await?;
        round_item::Entity::delete_many()
            .filter(round_item::Column::Id.eq(item.id))
            .filter(round_item::Column::RoundId.eq(round.id))
            .exec(self.tx())
            .await?;
        Ok(())
    }

    /// Removes a round that has no item left. Its number is not given again.
    ///
    /// # Errors
    /// It has an item.
    pub async fn delete_round(&self, round: &Locked<RoundRow>) -> Result<()> {
        round::Entity::delete_by_id(round.id).exec(self.tx()).await?;
        Ok(())
    }
}

impl UnitOfWork {
    /// How many portions of what, in a locked round or in one item of it, no station has begun to make.
    ///
    /// # Errors
    /// The database failed.
    pub async fn untouched_portions(
        &self,
        round: &Locked<RoundRow>,
        item: Option<RoundItemId>,
    ) -> Result<Vec<(ProductId, i32)>> {
        #[derive(FromQueryResult)]
        struct Row {
            product_id: ProductId,
            qty: i32,
        }
        let sql = sql!(
            row("round_id"),
            "select i.product_id, i.qty from round_item i
            left join kitchen_ticket_item ki on ki.round_item_id = i.id
            left join kitchen_ticket k on k.id = ki.ticket_id
            where i.round_id = $1 and (i.id = $2 or $2 = 0) and i.voided_at is null
              and (k.id is null or k.status = 'PENDING')"
        );
        let only = item.map_or(0, RoundItemId::get);
        let rows: Vec<Row> = self.all(sql, [round.id.into(), only.into()]).await?;
        Ok(rows.into_iter().map(|row| (row.product_id, row.qty)).collect())
    }
}

/// An instant is kept from the first time on; going back takes away those of the steps undone.
fn stamped(round: &RoundRow, status: RoundStatus, by: UserId, now: DateTime<Utc>) -> round::ActiveModel {
    let mut row = round.clone().into_active_model();
    row.status = Set(status);
    match status {
        RoundStatus::Pending => {}
        RoundStatus::Confirmed => {
            row.confirmed_at = Set(Some(now));
            row.confirmed_by_id = Set(Some(by));
        }
        RoundStatus::Submitted => {
            row.submitted_at = Set(round.submitted_at.or(Some(now)));
            row.started_at = Set(None);
        }
        RoundStatus::InKitchen => {
            row.started_at = Set(round.started_at.or(Some(now)));
            row.ready_at = Set(None);
        }
        RoundStatus::Ready => row.ready_at = Set(Some(now)),
        RoundStatus::Served => row.served_at = Set(Some(now)),
        RoundStatus::Canceled => row.canceled_at = Set(Some(now)),
    }
    row
}
