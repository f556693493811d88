//! A round that is to be changed: its session's lock first, then its own row.
//!
//! The session of a round never changes, so it can be read without a lock; everything else is read after the wait.

use super::RoundRow;
use crate::{
    error::{Error, Result},
    scoped::admitted,
    session::Seated,
    sql::{Sql, all_that, sql},
    unit_of_work::{Locked, UnitOfWork},
};
use auth::Scope;
use domain::{BranchId, RoundId, RoundItemId, SessionId, round::RoundStatus};
use entity::{round, round_item};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect};
use std::collections::BTreeSet;

/// A line of a round.
pub type ItemRow = round_item::Model;

#[derive(FromQueryResult)]
struct Address {
    round_id: RoundId,
    session_id: SessionId,
    branch_id: BranchId,
}

static ADDRESS: &Sql =
    sql!(tenant, "select id as round_id, session_id, branch_id from round where id = $1 and tenant_id = $2");

static ADDRESS_OF_ITEM: &Sql = sql!(
    tenant,
    "select r.id as round_id, r.session_id, r.branch_id
    from round_item i join round r on r.id = i.round_id where i.id = $1 and i.tenant_id = $2"
);

static ADDRESS_OF_TICKET: &Sql = sql!(
    tenant,
    "select r.id as round_id, r.session_id, r.branch_id
    from kitchen_ticket k join round r on r.id = k.round_id where k.id = $1 and k.tenant_id = $2"
);

impl UnitOfWork {
    /// Locks a round of the caller's, and before it its session.
    ///
    /// # Errors
    /// Not found, or not in the caller's branches.
    pub async fn lock_round(&self, scope: &impl Scope, id: RoundId) -> Result<(Locked<Seated>, Locked<RoundRow>)> {
        self.lock_round_at(scope, "round", ADDRESS, id.get()).await
    }

    /// [`lock_round`](Self::lock_round) by one of its items.
    ///
    /// # Errors
    /// Not found, or not in the caller's branches.
    pub async fn lock_round_of_item(
        &self,
        scope: &impl Scope,
        item: RoundItemId,
    ) -> Result<(Locked<Seated>, Locked<RoundRow>)> {
        self.lock_round_at(scope, "item", ADDRESS_OF_ITEM, item.get()).await
    }

    /// [`lock_round`](Self::lock_round) by one of its tickets.
    ///
    /// # Errors
    /// Not found, or not in the caller's branches.
    pub async fn lock_round_of_ticket(
        &self,
        scope: &impl Scope,
        ticket: domain::TicketId,
    ) -> Result<(Locked<Seated>, Locked<RoundRow>)> {
        self.lock_round_at(scope, "ticket", ADDRESS_OF_TICKET, ticket.get()).await
    }

    async fn lock_round_at(
        &self,
        scope: &impl Scope,
        noun: &'static str,
        address: &Sql,
        id: i64,
    ) -> Result<(Locked<Seated>, Locked<RoundRow>)> {
        let address: Option<Address> = self.one(address, [id.into(), scope.tenant_id().into()]).await?;
        let address = admitted(scope, noun, address, |row| row.branch_id)?;
        let session = self.lock_session(scope, address.session_id).await?;
        let round = round::Entity::find_by_id(address.round_id).lock_exclusive().one(self.tx()).await?;
        // It may have been deleted with its last item while we waited.
        Ok((session, Locked::new(round.ok_or(Error::NotFound(noun))?)))
    }

    /// Locks the rounds that the table still waits for, in the order they were sent.
    ///
    /// # Errors
    /// The database failed.
    pub async fn lock_open_rounds(&self, session: &Locked<Seated>) -> Result<Vec<Locked<RoundRow>>> {
        let query = round::Entity::find()
            .filter(round::Column::SessionId.eq(session.id))
            .filter(round::Column::Status.is_in(all_that(RoundStatus::is_open)))
            .lock_exclusive()
            .order_by_asc(round::Column::RoundNumber);
        Ok(query.all(self.tx()).await?.into_iter().map(Locked::new).collect())
    }

    /// The session's rounds that wait for a waiter's word, in the order they were sent.
    ///
    /// # Errors
    /// The database failed.
    pub async fn find_unconfirmed_rounds(&self, session: &Locked<Seated>) -> Result<Vec<RoundId>> {
        #[derive(FromQueryResult)]
        struct Waiting {
            id: RoundId,
        }
        let sql = sql!(
            session,
            "select r.id from round r where r.session_id = $1 and #unconfirmed(r) order by r.round_number"
        );
        let rows: Vec<Waiting> = self.all(sql, [session.id.into()]).await?;
        Ok(rows.into_iter().map(|row| row.id).collect())
    }

    /// The session's rounds of which anything is paid, or may be by a payment under way.
    ///
    /// # Errors
    /// The database failed.
    pub async fn find_paid_rounds(&self, session: &Locked<Seated>) -> Result<BTreeSet<RoundId>> {
        #[derive(FromQueryResult)]
        struct Paid {
            round_id: RoundId,
        }
        let sql = sql!(
            session,
            "select distinct i.round_id from round r join round_item i on i.round_id = r.id
            join charge c on c.round_item_id = i.id
            where r.session_id = $1 and (c.paid_cents > 0
                or exists (select 1 from payment p where p.check_id = c.check_id and #payment_under_way(p)))"
        );
        let rows: Vec<Paid> = self.all(sql, [session.id.into()]).await?;
        Ok(rows.into_iter().map(|row| row.round_id).collect())
    }

    /// The lines of a locked round, in the order they were sent, voided ones included.
    ///
    /// # Errors
    /// The database failed.
    pub async fn find_items(&self, round: &Locked<RoundRow>) -> Result<Vec<ItemRow>> {
        self.find_items_of(round.id).await
    }

    /// The lines of a round that was sent before.
    ///
    /// # Errors
    /// The database failed.
    pub async fn find_items_of(&self, round: RoundId) -> Result<Vec<ItemRow>> {
        let query = round_item::Entity::find()
            .filter(round_item::Column::RoundId.eq(round))
            .order_by_asc(round_item::Column::Line);
        Ok(query.all(self.tx()).await?)
    }
}
