//! A provider notifies us. The notice is stored and a look is queued, in one small transaction, and that is all: the
//! provider hears 200 within milliseconds, and nothing in the notice is believed (mercadopago.md §5).

use super::providers::Providers;
use crate::{Error, Result};
use domain::payment::{NoticeVerdict, ResourceKind, SignatureMode, SyncCause};
use http::HeaderMap;
use provider::{Hint, HintKind, InvalidNotice, Notice, PaymentProvider, Verdict};
use serde_json::{Map, Value};
use store::{AccountRow, Database, NewNotice};

/// A real notice has some hundred bytes.
pub const MAX_NOTICE: usize = 64 * 1024;

/// The headers that a later look at a notice may need.
const KEPT: [&str; 6] = ["x-signature", "x-request-id", "user-agent", "content-type", "origin", "x-rest-pool-name"];

/// A notice as it arrived.
#[derive(Clone, Debug)]
pub struct Arrived {
    /// POST, or GET.
    pub method: String,
    /// All of them.
    pub headers: HeaderMap,
    /// Not decoded.
    pub query: String,
    /// At most [`MAX_NOTICE`] bytes of it.
    pub body: Vec<u8>,
    /// Whether there was more.
    pub oversize: bool,
}

/// What the provider is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// 200: never again, please.
    Accepted,
    /// 401: the signature does not hold, and this account is strict.
    Refused,
    /// 413.
    TooLarge,
}

/// Stores a notice and queues what it points at. `token` is the unguessable part of its path.
///
/// # Errors
/// No account has that token; the database failed, and the provider comes again.
pub async fn receive(db: &Database, providers: &Providers, token: Option<&str>, arrived: &Arrived) -> Result<Received> {
    // Ours are hexadecimal; anything else is nobody's, and need not be asked of the database.
    if token.is_some_and(|token| !is_plain(token)) {
        return Err(Error::NotFound("payment account"));
    }
    let account = db.account_of_notice(token).await?;
    let notice = Notice { headers: &arrived.headers, raw_query: &arrived.query, raw_body: &arrived.body };
    let provider = providers.of(&account);
    let (verdict, reason) = verdict(providers, &account, arrived, &notice)?;
    let mut hints = if arrived.oversize { Vec::new() } else { provider.hints(&notice) };
    hints.retain(|hint| is_plain(&hint.resource_id));
    let received = match (verdict, account.webhook_mode) {
        (NoticeVerdict::Oversize, _) => Received::TooLarge,
        (NoticeVerdict::Verified, _) | (_, SignatureMode::Hint) => Received::Accepted,
        (NoticeVerdict::Unsigned | NoticeVerdict::Invalid, SignatureMode::Strict) => Received::Refused,
    };
    let cause = if verdict == NoticeVerdict::Verified { SyncCause::Webhook } else { SyncCause::Hint };
    let kept = &kept(arrived, verdict, reason, &hints);
    let (account, hints) = (&account, &hints);
    db.transaction("payment.receive", |uow| async move {
        uow.insert_notice(account, kept.clone()).await?;
        if received == Received::Accepted {
            for (kind, id) in hints.iter().filter_map(|hint| Some((resource(hint.kind)?, &hint.resource_id))) {
                uow.enqueue_sync(account, kind, id, cause).await?;
            }
        }
        Ok::<(), Error>(())
    })
    .await?;
    metrics_of(verdict, received);
    if received == Received::Accepted {
        providers.wake();
    }
    Ok(received)
}

fn metrics_of(verdict: NoticeVerdict, received: Received) {
    if received != Received::Accepted {
        tracing::warn!(verdict = verdict.as_str(), "a provider's notice was refused");
    }
}

/// Without a secret nothing can be verified, and every notice is a mere hint, whatever the account's mode.
fn verdict(
    providers: &Providers,
    account: &AccountRow,
    arrived: &Arrived,
    notice: &Notice<'_>,
) -> Result<(NoticeVerdict, Option<String>)> {
    if arrived.oversize {
        return Ok((NoticeVerdict::Oversize, None));
    }
    let secrets = providers.credentials(account)?.webhook_secrets;
    Ok(match providers.of(account).authenticate(&secrets, notice) {
        Verdict::Verified => (NoticeVerdict::Verified, None),
        Verdict::Unsigned => (NoticeVerdict::Unsigned, None),
        Verdict::Invalid(InvalidNotice::NoSecret) => {
            (NoticeVerdict::Unsigned, Some(InvalidNotice::NoSecret.to_string()))
        }
        Verdict::Invalid(reason) => (NoticeVerdict::Invalid, Some(reason.to_string())),
    })
}

/// What is fetched for a hint; other topics are kept and change nothing.
const fn resource(kind: HintKind) -> Option<ResourceKind> {
    match kind {
        HintKind::Payment => Some(ResourceKind::Payment),
        HintKind::Order => Some(ResourceKind::Order),
        HintKind::Chargeback => Some(ResourceKind::Chargeback),
        HintKind::Claim | HintKind::Fraud | HintKind::Authorization | HintKind::Other => None,
    }
}

fn kept(arrived: &Arrived, verdict: NoticeVerdict, reason: Option<String>, hints: &[Hint]) -> NewNotice {
    let header = |name: &&str| {
        let value = arrived.headers.get(*name)?;
        Some(((*name).to_owned(), Value::from(text(value.as_bytes()))))
    };
    NewNotice {
        verdict,
        reason,
        topic: hints.first().map(|hint| hint.kind.as_str().to_owned()),
        resource_id: hints.first().map(|hint| hint.resource_id.chars().take(200).collect()),
        method: arrived.method.clone(),
        query: text(arrived.query.as_bytes()),
        headers: Value::Object(KEPT.iter().filter_map(header).collect::<Map<_, _>>()),
        body: text(&arrived.body),
    }
}

/// Whether it can be an id or a token at all: letters, digits, `-` and `_`, at most 64 (mercadopago.md §1).
pub(super) fn is_plain(id: &str) -> bool {
    !id.is_empty()
        && id.len() <= 64
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// PostgreSQL keeps no NUL in a text.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).replace('\0', "\u{fffd}")
}
