//! Payment search: an index that lags behind the payments, and whose emptiness proves nothing.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::call::{Call, Reply};
use crate::clock::{self, delta};
use crate::json::{Json, object};
use crate::payment::Payment;
use crate::payment_view;
use crate::state::State;

/// How this search misbehaves.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Blur {
    /// The index is this far behind.
    pub(crate) lag: Duration,
    /// Payments left out, per thousand.
    pub(crate) missing: u32,
}

/// `GET /v1/payments/search`
pub(crate) fn payments(state: &mut State, call: &Call, blur: Blur) -> Reply {
    match found(state, call, blur.lag) {
        Ok(mut found) => {
            found.retain(|_| !state.rules.chance(blur.missing));
            page(state, call, &found)
        }
        Err(refusal) => refusal,
    }
}

/// The version of a payment that the index knows.
fn indexed(payment: &Payment, horizon: DateTime<Utc>) -> Option<&Payment> {
    if payment.updated <= horizon {
        return Some(payment);
    }
    payment.previous.as_deref().filter(|former| former.updated <= horizon)
}

fn found(state: &State, call: &Call, lag: Duration) -> Result<Vec<Payment>, Reply> {
    if state.options.quirks.strict_search && (call.query("sort").is_none() || call.query("criteria").is_none()) {
        return Err(Reply::cause(400, "bad_request", 1002, "sort and criteria are required", ""));
    }
    let sort = stamp_of(call.query("sort").unwrap_or("date_created"))?;
    let range = stamp_of(call.query("range").unwrap_or("date_created"))?;
    let date = |name| match call.query(name) {
        None => Ok(None),
        Some(text) => clock::parse(text).map(Some).ok_or_else(|| {
            Reply::cause(400, "bad_request", 1001, "Invalid date format, use yyyy-MM-dd'T'HH:mm:ss.SSSZ", name)
        }),
    };
    let (begin, end) = (date("begin_date")?, date("end_date")?);
    let horizon = state.clock.now() - delta(lag);
    let mut found: Vec<Payment> = state
        .payments
        .values()
        .filter(|payment| payment.seller == call.seller)
        .filter_map(|payment| indexed(payment, horizon))
        .filter(|payment| {
            let within = range(payment)
                .is_some_and(|at| begin.is_none_or(|begin| begin <= at) && end.is_none_or(|end| at <= end));
            let unbounded = begin.is_none() && end.is_none();
            (within || unbounded) && matches(payment, call)
        })
        .cloned()
        .collect();
    found.sort_by_key(|payment| (sort(payment), payment.id));
    if call.query("criteria") == Some("desc") {
        found.reverse();
    }
    Ok(found)
}

fn matches(payment: &Payment, call: &Call) -> bool {
    let collector = payment.seller.to_string();
    call.query("external_reference").is_none_or(|wanted| payment.reference.as_deref() == Some(wanted))
        && call.query("status").is_none_or(|wanted| payment.status.as_str() == wanted)
        && call.query("collector.id").is_none_or(|wanted| collector == wanted)
}

/// Reads the date a search sorts or filters by.
type Stamp = fn(&Payment) -> Option<DateTime<Utc>>;

fn stamp_of(name: &str) -> Result<Stamp, Reply> {
    let stamp: Stamp = match name {
        "date_created" => |payment| Some(payment.created),
        "date_last_updated" => |payment| Some(payment.updated),
        "date_approved" | "money_release_date" => |payment| payment.approved,
        _ => return Err(Reply::cause(400, "bad_request", 1003, "Invalid sort or range", name)),
    };
    Ok(stamp)
}

fn page(state: &State, call: &Call, found: &[Payment]) -> Reply {
    let number = |name, usual| call.query(name).and_then(|text| text.parse::<usize>().ok()).unwrap_or(usual);
    let (limit, offset) = (number("limit", 30), number("offset", 0));
    if limit > 1000 || offset > 10_000 {
        return Reply::cause(400, "bad_request", 1000, "Number of rows exceeded the limit", "");
    }
    let results = found.iter().skip(offset).take(limit).map(|payment| {
        let mut body = payment_view::body(payment, &state.refunds);
        if state.options.quirks.search_id_text {
            body.replace("id", payment.id.to_string());
        }
        body
    });
    let paging = object([("total", found.len().into()), ("limit", limit.into()), ("offset", offset.into())]);
    Reply::ok(object([("paging", paging), ("results", Json::List(results.collect()))]))
}
