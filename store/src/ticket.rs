//! Kitchen tickets: each station's share of a round. They live exactly as long as the kitchen has the round, so they
//! are written under the round's lock and deleted with its cancellation; what remains to be known of a canceled round
//! (who, when, why) stands in the round itself.

use crate::{
    error::Result,
    round::RoundRow,
    sql::sql,
    unit_of_work::{Locked, UnitOfWork},
};
use domain::{TicketId, kitchen::TicketStatus};
use entity::kitchen_ticket;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

/// A ticket's row.
pub type TicketRow = kitchen_ticket::Model;

// Instants are kept from the first time on; going back takes away those of the steps undone.
const MOVE: &str = "update kitchen_ticket set status = $2,
        started_at = case when $2 = 'PENDING' then null else coalesce(started_at, $3) end,
        completed_at = case when #ticket_being_made($2) then null else coalesce(completed_at, $3) end,
        delivered_at = case when $2 = 'DELIVERED' then coalesce(delivered_at, $3) else null end";

impl UnitOfWork {
    /// The tickets of a locked round, by id.
    ///
    /// # Errors
    /// The database failed.
    pub async fn find_tickets(&self, round: &Locked<RoundRow>) -> Result<Vec<TicketRow>> {
        let query = kitchen_ticket::Entity::find()
            .filter(kitchen_ticket::Column::RoundId.eq(round.id))
            .order_by_asc(kitchen_ticket::Column::Id);
        Ok(query.all(self.tx()).await?)
    }

    /// Moves one ticket of a locked round.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_ticket_status(
        &self,
        round: &Locked<RoundRow>,
        ticket: TicketId,
        status: TicketStatus,
    ) -> Result<()> {
        let sql = sql!(row("round_id"), "{MOVE} where round_id = $1 and id = $4");
        let values = [round.id.into(), status.as_str().into(), self.now().into(), ticket.into()];
        self.run(sql, values).await?;
        Ok(())
    }

    /// Moves every ticket of a round that goes on as a whole; what was carried out already stays so.
    ///
    /// # Errors
    /// The database failed.
    pub async fn advance_tickets(&self, round: &Locked<RoundRow>, status: TicketStatus) -> Result<()> {
        let sql = sql!(row("round_id"), "{MOVE} where round_id = $1 and #open_ticket()");
        self.run(sql, [round.id.into(), status.as_str().into(), self.now().into()]).await?;
        Ok(())
    }

    /// Takes every ticket of a recalled round back to `status`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn recall_tickets(&self, round: &Locked<RoundRow>, status: TicketStatus) -> Result<()> {
        let sql = sql!(row("round_id"), "{MOVE} where round_id = $1");
        self.run(sql, [round.id.into(), status.as_str().into(), self.now().into()]).await?;
        Ok(())
    }

    /// Removes the tickets of a canceled round: nobody shall cook from them.
    ///
    /// # Errors
    /// The database failed.
    pub async fn delete_tickets(&self, round: &Locked<RoundRow>) -> Result<()> {
        let lines = sql!(
            row("round_id"),
            "delete from kitchen_ticket_item
            where ticket_id in (select id from kitchen_ticket where round_id = $1)"
        );
        self.run(lines, [round.id.into()]).await?;
        self.run(sql!(row("round_id"), "delete from kitchen_ticket where round_id = $1"), [round.id.into()]).await?;
        Ok(())
    }

    /// Removes the tickets of which every item is voided: there is nothing left to make.
    ///
    /// # Errors
    /// The database failed.
    pub async fn delete_emptied_tickets(&self, round: &Locked<RoundRow>) -> Result<()> {
        let lines = sql!(
            row("round_id"),
            "delete from kitchen_ticket_item where ticket_id in (
            select k.id from kitchen_ticket k where k.round_id = $1 and not exists (
                select 1 from kitchen_ticket_item l join round_item i on i.id = l.round_item_id
                where l.ticket_id = k.id and i.voided_at is null))"
        );
        self.run(lines, [round.id.into()]).await?;
        let tickets = sql!(
            row("round_id"),
            "delete from kitchen_ticket where round_id = $1 and not exists (
            select 1 from kitchen_ticket_item l where l.ticket_id = kitchen_ticket.id)"
        );
        self.run(tickets, [round.id.into()]).await?;
        Ok(())
    }
}
