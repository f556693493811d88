//! Rounds as the kitchen display and the waiter read them (W14, C12), each list in one statement.

use super::{
    kitchen_place::{At, OpenIn, Reached},
    line::LineRow,
};
use crate::{
    Database, ItemRow, Locked, RoundRow, Seated,
    error::{Error, Result},
    scoped::admitted,
    sql::{built_sql, sql},
    unit_of_work::{UnitOfWork, all, one},
};
use auth::{RoleSet, Scope, Staff};
use chrono::{DateTime, Utc};
use domain::{BranchId, Cents, RoundId, RoundItemId, TableId, round::RoundStatus};
use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use wire::kitchen::{KitchenRound, KitchenRoundItem};

/// A round with what its printed ticket says besides.
#[derive(Clone, Debug)]
pub struct PrintedRound {
    /// The branch's name.
    pub branch_name: String,
    /// IANA name of its time zone.
    pub timezone: String,
    /// The round.
    pub round: KitchenRound,
}

#[derive(FromQueryResult)]
struct Branch {
    name: String,
    timezone: String,
}

#[derive(FromQueryResult)]
struct Row {
    id: RoundId,
    branch_id: BranchId,
    round_number: i32,
    status: RoundStatus,
    created_at: DateTime<Utc>,
    submitted_at: Option<DateTime<Utc>>,
    table_id: TableId,
    table_code: String,
    item_id: RoundItemId,
    #[sea_orm(nested)]
    line: LineRow,
    unit_price_cents: Cents,
    is_voided: bool,
    void_reason: Option<String>,
}

// A round has a line as long as it exists, so the inner join loses none.
const SELECT: &str = "select r.id, r.branch_id, r.round_number, r.status, r.created_at, r.submitted_at,
        t.id as table_id, t.code as table_code, i.id as item_id, #line(i),
        i.unit_price_cents, i.voided_at is not null as is_voided, i.void_reason
    from round r
    join table_session s on s.id = r.session_id
    join dining_table t on t.id = s.table_id
    join round_item i on i.round_id = r.id
    where r.tenant_id = $1";

/// Which rounds are read.
#[derive(Clone, Copy, Debug)]
enum Which {
    /// What the kitchen display shows.
    Shown(Reached),
    /// The one of `$2`.
    One,
}

impl Which {
    #[cfg(test)]
    fn samples() -> impl Iterator<Item = Self> {
        Reached::ALL.map(Self::Shown).into_iter().chain([Self::One])
    }

    fn and(self) -> String {
        match self {
            Self::Shown(reach) => format!("and #shown_in_kitchen(r) and #live_session(s) {}", reach.and("r.branch_id")),
            Self::One => "and r.id = $2".to_owned(),
        }
    }
}

async fn select(
    connection: &impl ConnectionTrait,
    which: Which,
    values: Vec<Value>,
) -> Result<Vec<(BranchId, KitchenRound)>> {
    let sql = built_sql!(
        tenant,
        which: Which = which,
        in Which::samples(),
        format!("{SELECT} {} order by r.submitted_at, r.id, i.line", which.and())
    );
    let rows: Vec<Row> = all(connection, &sql, values).await?;
    let mut rounds: Vec<(BranchId, KitchenRound)> = Vec::new();
    for row in rows {
        let item = KitchenRoundItem {
            id: row.item_id,
            line: row.line.for_staff(),
            unit_price_cents: row.unit_price_cents,
            is_voided: row.is_voided,
            void_reason: row.void_reason,
        };
        match rounds.last_mut() {
            Some((_, round)) if round.id == row.id => round.items.push(item),
            _ => {
                let round = KitchenRound {
                    id: row.id,
                    round_number: row.round_number,
                    status: row.status,
                    items: vec![item],
                    created_at: row.created_at,
                    table_id: Some(row.table_id),
                    table_code: Some(row.table_code),
                    submitted_at: row.submitted_at,
                };
                rounds.push((row.branch_id, round));
            }
        }
    }
    Ok(rounds)
}

impl Database {
    /// What the kitchen display shows of `at`: waiting, being cooked and ready, the longest waiting first.
    ///
    /// # Errors
    /// A branch was named that is not the caller's.
    pub async fn kitchen_rounds<R: RoleSet>(&self, staff: &Staff<R>, at: At) -> Result<Vec<KitchenRound>> {
        let OpenIn { reach, values } = self.open_in(staff, at).await?;
        let rounds = select(self.reader(), Which::Shown(reach), values).await?;
        Ok(rounds.into_iter().map(|(_, round)| round).collect())
    }

    /// One round of the caller's, in any state.
    ///
    /// # Errors
    /// Not found, or not in the caller's branches.
    pub async fn kitchen_round(&self, scope: &impl Scope, id: RoundId) -> Result<KitchenRound> {
        Ok(self.placed_round(scope, id).await?.1)
    }

    /// The same for the printer.
    ///
    /// # Errors
    /// Not found, or not in the caller's branches.
    pub async fn printed_round(&self, scope: &impl Scope, id: RoundId) -> Result<PrintedRound> {
        let (branch, round) = self.placed_round(scope, id).await?;
        let sql = sql!(tenant, "select name, timezone from branch where id = $1 and tenant_id = $2");
        let row: Option<Branch> = one(self.reader(), sql, [branch.into(), scope.tenant_id().into()]).await?;
        let Branch { name, timezone } = row.ok_or(Error::NotFound("branch"))?;
        Ok(PrintedRound { branch_name: name, timezone, round })
    }

    async fn placed_round(&self, scope: &impl Scope, id: RoundId) -> Result<(BranchId, KitchenRound)> {
        let values = vec![scope.tenant_id().into(), id.into()];
        let round = select(self.reader(), Which::One, values).await?.pop();
        admitted(scope, "round", round, |(branch, _)| *branch)
    }
}

impl UnitOfWork {
    /// The round as this transaction leaves it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn kitchen_round(&self, session: &Locked<Seated>, round: &Locked<RoundRow>) -> Result<KitchenRound> {
        let items = self.find_items(round).await?.into_iter().map(item_of).collect();
        Ok(KitchenRound {
            id: round.id,
            round_number: round.round_number,
            status: round.status,
            items,
            created_at: round.created_at,
            table_id: Some(session.table_id),
            table_code: Some(session.table_code.clone()),
            submitted_at: round.submitted_at,
        })
    }
}

fn item_of(row: ItemRow) -> KitchenRoundItem {
    KitchenRoundItem {
        id: row.id,
        unit_price_cents: row.unit_price_cents,
        is_voided: row.voided_at.is_some(),
        void_reason: row.void_reason.clone(),
        line: LineRow::from(row).for_staff(),
    }
}
