//! A party's stay as its own phones read it: what was sent, who is there, what it comes to.

use super::{line::LineRow, owed::total_cents};
use crate::{
    Database,
    diner::DinerRow,
    error::{Error, Result},
    sql::{Sql, sql},
    unit_of_work::{all, one},
};
use auth::{Diner, Scope};
use chrono::{DateTime, Utc};
use domain::{Cents, RoundId, RoundItemId, SessionId, TableId, round::RoundStatus};
use entity::diner;
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder};
use std::collections::HashMap;
use wire::visit::{VisitItem, VisitRound, VisitTotal};

#[derive(FromQueryResult)]
struct RoundRow {
    id: RoundId,
    round_number: i32,
    status: RoundStatus,
    created_at: DateTime<Utc>,
    submitted_at: Option<DateTime<Utc>>,
    table_id: TableId,
    table_code: String,
}

#[derive(FromQueryResult)]
struct ItemRow {
    round_id: RoundId,
    id: RoundItemId,
    #[sea_orm(nested)]
    line: LineRow,
    unit_price_cents: Cents,
    voided_at: Option<DateTime<Utc>>,
}

static ROUNDS: &Sql = sql!(
    tenant,
    "select r.id, r.round_number, r.status, r.created_at, r.submitted_at,
        s.table_id, t.code as table_code
    from round r join table_session s on s.id = r.session_id join dining_table t on t.id = s.table_id
    where r.session_id = $1 and r.tenant_id = $2 order by r.round_number"
);

static ITEMS: &Sql = sql!(
    tenant,
    "select i.round_id, i.id, #line(i), i.unit_price_cents, i.voided_at
    from round_item i join round r on r.id = i.round_id
    where r.session_id = $1 and r.tenant_id = $2 order by r.round_number, i.line"
);

static TOTAL: &Sql = sql!(tenant, "select s.id as session_id, k.id as check_id, k.status as check_status, coalesce(k.paid_cents, 0) as paid_cents, {} as total_cents
    from table_session s left join guest_check k on k.session_id = s.id where s.id = $1 and s.tenant_id = $2", total_cents());

/// The diner's own session; any other is not its business (M12).
fn own(diner: &Diner, session: SessionId) -> Result<()> {
    if diner.admits_session(session) { Ok(()) } else { Err(Error::Forbidden("session")) }
}

impl Database {
    /// Every round of the diner's session, canceled ones included, in order.
    ///
    /// # Errors
    /// Another session's.
    pub async fn rounds_of_visit(&self, diner: &Diner, session: SessionId) -> Result<Vec<VisitRound>> {
        own(diner, session)?;
        let values = || [session.into(), Scope::tenant_id(diner).into()];
        let rounds: Vec<RoundRow> = all(self.reader(), ROUNDS, values()).await?;
        let items: Vec<ItemRow> = all(self.reader(), ITEMS, values()).await?;
        let mut rounds: Vec<VisitRound> = rounds.into_iter().map(VisitRound::from).collect();
        let place: HashMap<RoundId, usize> = rounds.iter().enumerate().map(|(at, round)| (round.id, at)).collect();
        for item in items {
            // A round that was sent between the two reads has items and no head yet.
            if let Some(at) = place.get(&item.round_id) {
                rounds[*at].items.push(item.into());
            }
        }
        Ok(rounds)
    }

    /// Who is at the table, in the order they joined.
    ///
    /// # Errors
    /// Another session's.
    pub async fn diners_of_visit(&self, diner: &Diner, session: SessionId) -> Result<Vec<DinerRow>> {
        own(diner, session)?;
        let query = diner::Entity::find()
            .filter(diner::Column::SessionId.eq(session))
            .filter(diner::Column::TenantId.eq(Scope::tenant_id(diner)))
            .filter(diner::Column::RemovedAt.is_null())
            .order_by_asc(diner::Column::JoinedAt)
            .order_by_asc(diner::Column::Id);
        Ok(query.all(self.reader()).await?)
    }

    /// What the session has ordered so far; what was canceled or struck counts nowhere (design.md §9).
    ///
    /// # Errors
    /// Another session's.
    pub async fn total_of_visit(&self, diner: &Diner, session: SessionId) -> Result<VisitTotal> {
        own(diner, session)?;
        let total = one(self.reader(), TOTAL, [session.into(), Scope::tenant_id(diner).into()]).await?;
        total.ok_or(Error::NotFound("session"))
    }
}

impl From<RoundRow> for VisitRound {
    fn from(row: RoundRow) -> Self {
        Self {
            id: row.id,
            round_number: row.round_number,
            status: row.status,
            items: Vec::new(),
            created_at: row.created_at,
            table_id: Some(row.table_id),
            table_code: Some(row.table_code),
            submitted_at: row.submitted_at,
        }
    }
}

impl From<ItemRow> for VisitItem {
    fn from(row: ItemRow) -> Self {
        Self {
            id: row.id,
            line: row.line.for_party(),
            unit_price_cents: row.unit_price_cents,
            is_voided: row.voided_at.is_some(),
        }
    }
}
