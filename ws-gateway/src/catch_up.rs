//! The event log over HTTP: the shipped clients read it after a reconnect (realtime.md §4.6).
//!
//! They ask by clock (`since`). A client that keeps numbers asks by number (`after`), which loses nothing to skewed
//! clocks. The audiences are those of the sockets: staff get what their roles in the branch let them hear; diners get
//! their session and what is for every diner (design.md §9).

use crate::{
    Gateway,
    hub::{Listener, Recipients},
    replay::concerns,
};
use auth::AnyRole;
use axum::{Extension, Json, extract::State};
use chrono::{DateTime, Utc};
use domain::{
    BranchId, SessionId,
    event::{Envelope, Position},
};
use http::{HeaderMap, Uri};
use runtime::{Limit, Peer, Problem};
use serde::{Deserialize, Serialize};
use std::{sync::Arc, time::Duration};
use store::{EVENT_PAGE, Logged, view::Roster};

/// The most events in one answer.
const MOST_EVENTS: usize = 5_000;
/// The most events read for one answer: a diner may ask for a day of which almost nothing is theirs.
const MOST_READ: usize = 20_000;

/// The query of both paths, as text: a 422 names the parameter that does not parse.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct CatchUpQuery {
    branch_id: Option<String>,
    session_id: Option<String>,
    since: Option<String>,
    after: Option<String>,
    epoch: Option<String>,
    token: Option<String>,
    table_token: Option<String>,
}

/// The answer.
#[derive(Debug, Serialize)]
pub(crate) struct CaughtUp {
    /// What the caller missed, oldest first.
    events: Vec<Envelope>,
    /// How many.
    count: usize,
    /// The stream's incarnation.
    epoch: Arc<str>,
    /// The number up to which the answer is complete.
    seq: i64,
    /// Whether the caller must re-read instead: what it asked for is not all here.
    resync: bool,
}

/// Where the reading begins.
#[derive(Clone, Copy, Debug, PartialEq)]
enum From {
    Number(i64),
    Instant(DateTime<Utc>),
}

/// `GET /ws/catchup`: reads the events of a branch, for staff.
pub(crate) async fn branch(
    State(gateway): State<Arc<Gateway>>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Json<CaughtUp>, Problem> {
    let asked: CatchUpQuery = runtime::query(&uri)?;
    let (branch, from) = (asked.number("branch_id", asked.branch_id.as_deref()).map(BranchId)?, asked.from()?);
    let token = asked.token.as_deref().or_else(|| auth::bearer(&headers));
    let token = token.ok_or_else(|| Problem::unauthorized("You are not logged in."))?;
    let staff = gateway.admission.authenticator.staff::<AnyRole>(token).await?;
    if let Some(Extension(peer)) = peer {
        peer.note_staff();
    }
    gateway.rates.check(Limit::CatchUp, &format!("user:{}", staff.user_id()))?;
    let roles_by_branch = gateway.admission.roles_by_branch(&staff).await?;
    let roles = roles_by_branch.get(&branch).ok_or_else(|| Problem::forbidden("This is not one of your branches."))?;
    let listener = Listener::Staff { user: staff.user_id(), roles: *roles };
    gateway.catch_up(branch, listener, from, asked.epoch.as_deref()).await.map(Json)
}

/// `GET /ws/catchup/session`: reads the events of a session, for its diners.
pub(crate) async fn session(
    State(gateway): State<Arc<Gateway>>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Json<CaughtUp>, Problem> {
    let asked: CatchUpQuery = runtime::query(&uri)?;
    let (session, from) = (asked.number("session_id", asked.session_id.as_deref()).map(SessionId)?, asked.from()?);
    let token = asked.table_token.as_deref().or_else(|| auth::table_token(&headers));
    let token = token.ok_or_else(|| Problem::unauthorized("A table token is required."))?;
    let diner = gateway.admission.authenticator.diner(token).await?;
    if diner.session_id() != session {
        return Err(Problem::forbidden("This is not your session."));
    }
    gateway.rates.check(Limit::CatchUp, &format!("session:{session}"))?;
    let listener = Listener::Diner { session, phone: diner.phone_id() };
    gateway.catch_up(diner.branch_id(), listener, from, asked.epoch.as_deref()).await.map(Json)
}

impl CatchUpQuery {
    fn number(&self, name: &str, text: Option<&str>) -> Result<i64, Problem> {
        let text = text.ok_or_else(|| Problem::unprocessable(format!("{name}: this query parameter is required.")))?;
        text.parse().map_err(|_| Problem::unprocessable(format!("{name}: must be an integer.")))
    }

    fn from(&self) -> Result<From, Problem> {
        match (self.after.as_deref(), self.since.as_deref()) {
            (Some(after), _) => match self.number("after", Some(after))? {
                after if after >= 0 => Ok(From::Number(after)),
                _ => Err(Problem::unprocessable("after: must not be negative.")),
            },
            (None, Some(since)) => instant(since)
                .map(From::Instant)
                .ok_or_else(|| Problem::unprocessable("since: must be a Unix time in seconds.")),
            (None, None) => Err(Problem::unprocessable("since or after: one of these query parameters is required.")),
        }
    }
}

/// The instant of a Unix time in seconds with a fraction, as JavaScript makes them.
fn instant(text: &str) -> Option<DateTime<Utc>> {
    let since = Duration::try_from_secs_f64(text.parse().ok()?).ok()?;
    DateTime::from_timestamp(i64::try_from(since.as_secs()).ok()?, since.subsec_nanos())
}

impl Gateway {
    async fn catch_up(
        &self,
        branch: BranchId,
        listener: Listener,
        from: From,
        epoch: Option<&str>,
    ) -> Result<CaughtUp, Problem> {
        // The head first: what is committed while we read is then either in the answer or after its number.
        let heads = self.log.heads(&[branch]).await.map_err(unavailable)?;
        let Some((_, head)) = heads.into_iter().next() else { return Err(Problem::not_found("No such branch.")) };
        let roster = self.log.roster(branch).await.map_err(unavailable)?;
        let stale = epoch.is_some_and(|epoch| *epoch != *head.epoch);
        if stale || matches!(from, From::Number(after) if after > head.seq) {
            return Ok(CaughtUp { events: Vec::new(), count: 0, epoch: head.epoch, seq: head.seq, resync: true });
        }
        self.collect(branch, listener, from, head, &roster).await.map_err(unavailable)
    }

    /// Reads page after page until the log ends or the answer is full.
    async fn collect(
        &self,
        branch: BranchId,
        listener: Listener,
        from: From,
        head: Position,
        roster: &Roster,
    ) -> store::Result<CaughtUp> {
        let mut rows = match from {
            From::Number(after) => self.log.after(branch, after).await?,
            From::Instant(since) => self.admission.database.events_since(branch, since).await?,
        };
        let mut resync = match (from, rows.first()) {
            (From::Number(after), Some(first)) => first.seq() != after + 1,
            (From::Number(after), None) => after != head.seq,
            // The oldest event kept: events before it may have belonged to the answer, and it cannot be known.
            (From::Instant(since), Some(first)) => {
                first.seq() > 1
                    && matches!(first, Logged::Event(event) if event.ts > since)
                    && self.admission.database.oldest_event(branch).await? == Some(first.seq())
            }
            (From::Instant(_), None) => false,
        };
        let (mut events, mut read, mut seq) = (Vec::new(), 0, head.seq);
        let numbered = matches!(from, From::Number(_));
        loop {
            let full_page = rows.len() as u64 >= EVENT_PAGE;
            read += rows.len();
            let last = rows.last().map(Logged::seq);
            resync |= rows.iter().any(|row| *row.epoch() != head.epoch) || (numbered && has_hole(&rows));
            for row in rows {
                match row {
                    Logged::Event(event) if Recipients::new(&event, roster).reaches(&listener) => events.push(event),
                    Logged::Event(_) => {}
                    Logged::Unreadable(row) => resync |= concerns(&row, roster, &listener),
                }
            }
            let Some(last) = last.filter(|_| full_page) else {
                seq = seq.max(last.unwrap_or(seq));
                break;
            };
            if read >= MOST_READ || events.len() >= MOST_EVENTS {
                events.truncate(MOST_EVENTS);
                resync = true;
                break;
            }
            rows = self.log.after(branch, last).await?;
            // An event that the retention deleted during the reading leaves a hole too.
            resync |= rows.first().is_some_and(|row| row.seq() != last + 1);
        }
        let count = events.len();
        Ok(CaughtUp { events, count, epoch: head.epoch, seq, resync })
    }
}

/// Whether numbers are missing in the middle. The retention can delete there: a transaction that began early may have
/// committed late.
fn has_hole(rows: &[Logged]) -> bool {
    rows.windows(2).any(|pair| pair[1].seq() != pair[0].seq() + 1)
}

fn unavailable(error: store::Error) -> Problem {
    tracing::error!(%error, "cannot catch up from the log");
    Problem::unavailable("Please try again in a moment.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_the_browsers() {
        assert_eq!(instant("1767225600.25").unwrap().to_rfc3339(), "2026-01-01T00:00:00.250+00:00");
        assert_eq!(instant("0").unwrap().timestamp(), 0);
        for text in ["", "x", "-1", "NaN", "inf", "1e300"] {
            assert_eq!(instant(text), None, "{text}");
        }
    }

    #[test]
    fn the_number_wins_over_the_clock() {
        let asked = |after: Option<&str>, since: Option<&str>| CatchUpQuery {
            after: after.map(Into::into),
            since: since.map(Into::into),
            ..CatchUpQuery::default()
        };
        assert_eq!(asked(Some("7"), Some("12.5")).from().unwrap(), From::Number(7));
        for wrong in [asked(None, None), asked(Some("x"), None), asked(Some("-1"), None), asked(None, Some("x"))] {
            assert_eq!(wrong.from().unwrap_err().status.as_u16(), 422);
        }
    }
}
