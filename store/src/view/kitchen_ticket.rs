//! Tickets as a station's screen reads them (C13), each list in one statement.

use super::{
    kitchen_place::{At, OpenIn, Reached},
    line::LineRow,
};
use crate::{
    Database, Locked, RoundRow,
    error::{Error, Result},
    scoped::admitted,
    sql::built_sql,
    unit_of_work::{UnitOfWork, all},
};
use auth::{RoleSet, Scope, Staff};
use chrono::{DateTime, Utc};
use domain::{
    BranchId, RoundId, RoundItemId, TableId, TicketId, TicketItemId,
    kitchen::{StationCode, TicketStatus},
};
use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use wire::kitchen::{StationTickets, Ticket, TicketItem};

#[derive(FromQueryResult)]
struct Row {
    id: TicketId,
    branch_id: BranchId,
    round_id: RoundId,
    round_number: i32,
    station: StationCode,
    status: TicketStatus,
    priority: i32,
    ticket_notes: Option<String>,
    table_id: TableId,
    table_code: String,
    created_at: DateTime<Utc>,
    started_at: Option<DateTime<Utc>>,
    completed_at: Option<DateTime<Utc>>,
    delivered_at: Option<DateTime<Utc>>,
    line_id: TicketItemId,
    round_item_id: RoundItemId,
    #[sea_orm(nested)]
    line: LineRow,
    is_voided: bool,
}

const SELECT: &str = "select k.id, k.branch_id, k.round_id, r.round_number, k.station, k.status, k.priority,
        k.notes as ticket_notes,
        t.id as table_id, t.code as table_code, k.created_at, k.started_at, k.completed_at, k.delivered_at,
        l.id as line_id, l.round_item_id, #line(i),
        i.voided_at is not null as is_voided
    from kitchen_ticket k
    join round r on r.id = k.round_id
    join table_session s on s.id = r.session_id
    join dining_table t on t.id = s.table_id
    join kitchen_ticket_item l on l.ticket_id = k.id
    join round_item i on i.id = l.round_item_id
    where k.tenant_id = $1";

/// Which tickets are read.
#[derive(Clone, Copy, Debug)]
enum Which {
    /// Those that are not carried out.
    Open(Reached),
    /// Those of one station: the last value, after the branches if there are some.
    OpenAt(Reached),
    /// The one of `$2`.
    One,
    /// Those of the round of `$2`.
    OfRound,
}

impl Which {
    #[cfg(test)]
    fn samples() -> impl Iterator<Item = Self> {
        let open = Reached::ALL.into_iter().flat_map(|reach| [Self::Open(reach), Self::OpenAt(reach)]);
        open.chain([Self::One, Self::OfRound])
    }

    fn and(self) -> String {
        let open = |reach: Reached| format!("and #open_ticket(k) and #live_session(s) {}", reach.and("k.branch_id"));
        match self {
            Self::Open(reach) => open(reach),
            Self::OpenAt(Reached::Everywhere) => format!("{} and k.station = $2", open(Reached::Everywhere)),
            Self::OpenAt(Reached::Listed) => format!("{} and k.station = $3", open(Reached::Listed)),
            Self::One => "and k.id = $2".to_owned(),
            Self::OfRound => "and k.round_id = $2".to_owned(),
        }
    }
}

async fn select(
    connection: &impl ConnectionTrait,
    which: Which,
    values: Vec<Value>,
) -> Result<Vec<(BranchId, Ticket)>> {
    let sql = built_sql!(
        tenant,
        which: Which = which,
        in Which::samples(),
        format!("{SELECT} {} order by k.priority desc, k.created_at, k.id, i.line", which.and())
    );
    let rows: Vec<Row> = all(connection, &sql, values).await?;
    let mut tickets: Vec<(BranchId, Ticket)> = Vec::new();
    for row in rows {
        if tickets.last().is_none_or(|(_, ticket)| ticket.id != row.id) {
            tickets.push((row.branch_id, row.ticket()));
        }
        if let Some((_, ticket)) = tickets.last_mut() {
            ticket.items.push(row.item());
        }
    }
    Ok(tickets)
}

impl Row {
    fn ticket(&self) -> Ticket {
        Ticket {
            id: self.id,
            round_id: self.round_id,
            round_number: self.round_number,
            station: self.station.clone(),
            status: self.status,
            priority: self.priority,
            notes: self.ticket_notes.clone(),
            table_id: Some(self.table_id),
            table_code: Some(self.table_code.clone()),
            items: Vec::new(),
            created_at: self.created_at,
            started_at: self.started_at,
            completed_at: self.completed_at,
            delivered_at: self.delivered_at,
        }
    }

    fn item(self) -> TicketItem {
        TicketItem {
            id: self.line_id,
            round_item_id: self.round_item_id,
            line: self.line.for_staff(),
            status: if self.is_voided { "VOIDED" } else { self.status.as_str() },
        }
    }
}

impl Database {
    /// The tickets of `at` that are not carried out, of one station or of all, by the stations' names.
    ///
    /// # Errors
    /// A branch was named that is not the caller's.
    pub async fn open_tickets<R: RoleSet>(
        &self,
        staff: &Staff<R>,
        at: At,
        station: Option<StationCode>,
    ) -> Result<Vec<StationTickets>> {
        let OpenIn { reach, mut values } = self.open_in(staff, at).await?;
        let mut which = Which::Open(reach);
        if let Some(station) = station {
            values.push(station.as_str().into());
            which = Which::OpenAt(reach);
        }
        let mut stations: Vec<StationTickets> = Vec::new();
        for (_, ticket) in select(self.reader(), which, values).await? {
            match stations.iter_mut().find(|known| known.station == ticket.station) {
                Some(known) => known.tickets.push(ticket),
                None => stations.push(StationTickets { station: ticket.station.clone(), tickets: vec![ticket] }),
            }
        }
        stations.sort_unstable_by(|one, other| one.station.cmp(&other.station));
        Ok(stations)
    }

    /// One ticket of the caller's.
    ///
    /// # Errors
    /// Not found, or not in the caller's branches.
    pub async fn ticket(&self, scope: &impl Scope, id: TicketId) -> Result<Ticket> {
        let values = vec![scope.tenant_id().into(), id.into()];
        let ticket = select(self.reader(), Which::One, values).await?.pop();
        Ok(admitted(scope, "ticket", ticket, |(branch, _)| *branch)?.1)
    }
}

impl UnitOfWork {
    /// The tickets of a locked round as this transaction leaves them.
    ///
    /// # Errors
    /// The database failed.
    pub async fn tickets(&self, round: &Locked<RoundRow>) -> Result<Vec<Ticket>> {
        let values = vec![round.tenant_id.into(), round.id.into()];
        let tickets = select(self.tx(), Which::OfRound, values).await?;
        Ok(tickets.into_iter().map(|(_, ticket)| ticket).collect())
    }

    /// One of them.
    ///
    /// # Errors
    /// Not found.
    pub async fn ticket(&self, round: &Locked<RoundRow>, id: TicketId) -> Result<Ticket> {
        let mut tickets = self.tickets(round).await?.into_iter();
        tickets.find(|ticket| ticket.id == id).ok_or(Error::NotFound("ticket"))
    }
}
