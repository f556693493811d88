//! Receives a provider's notice: stores it and queues a fetch, in one small transaction, and no more. The provider gets
//! 200 within milliseconds, and nothing in the notice is believed (payments.md §5).
//!
//! Any stranger can send a notice. The answer follows from the notice alone; what is stored is bounded
//! ([`intake`](super::intake)).

use super::{
    intake::{self, Admission, Identity},
    providers::Providers,
};
use crate::{
    Error, Result,
    command::{Twice, keyless},
};
use chrono::{DateTime, Utc};
use domain::payment::{NoticeVerdict, ResourceKind, SignatureMode, SyncCause};
use provider::{Hint, HintKind, InvalidNotice, Notice, NoticeHeaders, PaymentProvider, Verdict};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use store::{AccountRow, Database, Keeping, NewNotice};

/// The most bytes of a notice's body; a real one has some hundred.
pub const MAX_NOTICE: usize = 64 * 1024;

/// A notice as it arrived.
#[derive(Clone, Debug)]
pub struct Arrived {
    /// POST, or GET.
    pub method: String,
    /// All of them.
    pub headers: NoticeHeaders,
    /// Not decoded.
    pub query: String,
    /// At most [`MAX_NOTICE`] bytes of it.
    pub body: Vec<u8>,
    /// Whether there was more.
    pub oversize: bool,
}

/// The answer to the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// 200: the provider does not send it again.
    Accepted,
    /// 401: the signature does not hold, and this account is strict.
    Refused,
    /// 413.
    TooLarge,
}

/// The verdict on a notice, and the digest that makes it the same as another.
struct Judged {
    verdict: NoticeVerdict,
    reason: Option<String>,
    identity: Identity,
}

/// Stores a notice and queues a fetch of what it points at. `token` is the unguessable part of its path.
///
/// # Errors
/// No account has that token; the database failed, and the provider comes again.
pub async fn receive(db: &Database, providers: &Providers, token: Option<&str>, arrived: &Arrived) -> Result<Received> {
    let account = addressed(db, token).await?;
    let notice = Notice { headers: &arrived.headers, raw_query: &arrived.query, raw_body: &arrived.body };
    let judged = judge(providers, &account, arrived, &notice, db.clock().now())?;
    let provider = providers.of(&account);
    let mut hints = if arrived.oversize { Vec::new() } else { provider.hints(&notice) };
    hints.retain(|hint| is_plain(&hint.resource_id));
    let received = match (judged.verdict, account.webhook_mode) {
        (NoticeVerdict::Oversize, _) => Received::TooLarge,
        (NoticeVerdict::Verified, _) | (_, SignatureMode::Hint) => Received::Accepted,
        (NoticeVerdict::Unsigned | NoticeVerdict::Invalid, SignatureMode::Strict) => Received::Refused,
    };
    let new = kept(arrived, &judged, &hints, provider.notice_headers());
    let looks = if received == Received::Accepted { looks(&hints) } else { Vec::new() };
    let keeping = if judged.verdict == NoticeVerdict::Verified {
        keep_signed(db, &account, &new, &looks).await?
    } else {
        keep_unproven(db, providers, &account, (&new, judged.identity), &looks).await?
    };
    measure(judged.verdict, received, keeping);
    Ok(received)
}

/// Finds the account that the path names. A notice without an account is not stored.
async fn addressed(db: &Database, token: Option<&str>) -> Result<AccountRow> {
    // Our tokens are hexadecimal. Anything else belongs to no account, and the database need not be asked.
    let found = if token.is_some_and(|token| !is_plain(token)) {
        Err(store::Error::NotFound("payment account"))
    } else {
        db.account_of_notice(token).await
    };
    if matches!(found, Err(store::Error::NotFound(_))) {
        metrics::counter!("provider_notices_total", "verdict" => "NO_ACCOUNT", "kept" => "no").increment(1);
    }
    Ok(found?)
}

/// Stores a notice that its provider signed. What it points at is fetched in any case.
async fn keep_signed(
    db: &Database,
    account: &AccountRow,
    new: &NewNotice,
    looks: &[(ResourceKind, &str)],
) -> Result<Keeping> {
    keyless(db, "payment.receive", Twice::FindsTheFirst, |uow| async move {
        let keeping = uow.keep_notice(account, new.clone(), intake::PROVEN_A_DAY).await?;
        for (kind, id) in looks {
            uow.enqueue_sync(account, *kind, id, SyncCause::Webhook).await?;
        }
        Ok::<_, Error>(keeping)
    })
    .await
}

/// Stores a notice that a stranger may have sent: only if the day's share has room, and what it points at is fetched
/// only so often.
async fn keep_unproven(
    db: &Database,
    providers: &Providers,
    account: &AccountRow,
    (new, identity): (&NewNotice, Identity),
    looks: &[(ResourceKind, &str)],
) -> Result<Keeping> {
    let today = db.clock().now().date_naive();
    let (place, counted) = match providers.intake().admit(account, today, identity) {
        Admission::Keep(place) => (Some(place), Keeping::New),
        Admission::Again => (None, Keeping::Again),
        Admission::Full => (None, Keeping::Full),
    };
    let is_new = place.is_some();
    if !is_new && looks.is_empty() {
        return Ok(counted);
    }
    let keeping = keyless(db, "payment.receive", Twice::FindsTheFirst, |uow| async move {
        let keeping =
            if is_new { uow.keep_notice(account, new.clone(), intake::UNPROVEN_A_DAY).await? } else { counted };
        for (kind, id) in looks {
            uow.enqueue_hint(account, *kind, id, intake::HINTS_A_DAY).await?;
        }
        Ok::<_, Error>(keeping)
    })
    .await?;
    match (place, keeping) {
        (Some(place), Keeping::Full) => place.full(),
        (Some(place), Keeping::New | Keeping::Again) => place.take(),
        (None, _) => {}
    }
    Ok(keeping)
}

/// Writes the counts of notices since the last time. To be called about once a minute, and when the process ends.
///
/// # Errors
/// The database failed; the next call writes them.
pub async fn write_down_notices(db: &Database, providers: &Providers) -> Result<()> {
    let mut tallies = providers.intake().take();
    while let Some(tally) = tallies.pop() {
        let counted = &tally;
        let written = keyless(db, "payment.count_notices", Twice::FindsTheFirst, |uow| async move {
            Ok(uow.count_notices(counted).await?)
        })
        .await;
        if let Err(error) = written {
            tallies.push(tally);
            providers.intake().put_back(tallies);
            return Err(error);
        }
    }
    Ok(())
}

/// Counts a notice. It logs only refused notices that are kept, so that a flood cannot fill the logs either.
fn measure(verdict: NoticeVerdict, received: Received, keeping: Keeping) {
    let kept = match keeping {
        Keeping::New => "yes",
        Keeping::Again => "again",
        Keeping::Full => "no",
    };
    metrics::counter!("provider_notices_total", "verdict" => verdict.as_str(), "kept" => kept).increment(1);
    if received != Received::Accepted && keeping == Keeping::New {
        tracing::warn!(verdict = verdict.as_str(), "a provider's notice was refused");
    }
}

/// Checks a notice's signature. Without a secret nothing can be verified: then every notice is a mere hint, whatever
/// the account's mode.
fn judge(
    providers: &Providers,
    account: &AccountRow,
    arrived: &Arrived,
    notice: &Notice<'_>,
    now: DateTime<Utc>,
) -> Result<Judged> {
    let unproven = |verdict: NoticeVerdict, reason: Option<InvalidNotice>| {
        let parts: [&[u8]; 4] =
            [verdict.as_str().as_bytes(), arrived.method.as_bytes(), arrived.query.as_bytes(), &arrived.body];
        Judged { verdict, reason: reason.map(|reason| reason.to_string()), identity: identity(&parts) }
    };
    if arrived.oversize {
        return Ok(unproven(NoticeVerdict::Oversize, None));
    }
    let credentials = providers.credentials(account)?;
    Ok(match providers.of(account).authenticate(&credentials, notice, now) {
        // Only what the signature covers identifies the notice: the rest can be changed and sent again by a stranger.
        Verdict::Verified(proof) => Judged {
            verdict: NoticeVerdict::Verified,
            reason: None,
            identity: identity(&[NoticeVerdict::Verified.as_str().as_bytes(), &proof.0]),
        },
        Verdict::Unsigned => unproven(NoticeVerdict::Unsigned, None),
        Verdict::Invalid(reason @ InvalidNotice::NoSecret) => unproven(NoticeVerdict::Unsigned, Some(reason)),
        Verdict::Invalid(reason) => unproven(NoticeVerdict::Invalid, Some(reason)),
    })
}

/// Computes one digest of several parts. Their lengths are part of it, so that one part cannot pass for two.
fn identity(parts: &[&[u8]]) -> Identity {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// Selects what is fetched for hints; other topics are stored and change nothing.
fn looks(hints: &[Hint]) -> Vec<(ResourceKind, &str)> {
    let look = |hint: &'_ Hint| match hint.kind {
        HintKind::Payment => Some(ResourceKind::Payment),
        HintKind::Order => Some(ResourceKind::Order),
        HintKind::Chargeback => Some(ResourceKind::Chargeback),
        HintKind::Claim | HintKind::Fraud | HintKind::Authorization | HintKind::Other => None,
    };
    hints.iter().filter_map(|hint| Some((look(hint)?, hint.resource_id.as_str()))).collect()
}

fn kept(arrived: &Arrived, judged: &Judged, hints: &[Hint], headers: &[&str]) -> NewNotice {
    let header = |name: &&str| {
        let value = arrived.headers.get(*name)?;
        Some(((*name).to_owned(), Value::from(beginning(value.as_bytes(), intake::HEADER))))
    };
    let is_proven = judged.verdict == NoticeVerdict::Verified;
    let most = if is_proven { intake::PROVEN_BODY } else { intake::UNPROVEN_BODY };
    NewNotice {
        verdict: judged.verdict,
        reason: judged.reason.clone(),
        topic: hints.first().map(|hint| hint.kind.as_str().to_owned()),
        resource_id: hints.first().map(|hint| hint.resource_id.clone()),
        method: arrived.method.clone(),
        query: beginning(arrived.query.as_bytes(), intake::QUERY),
        headers: Value::Object(headers.iter().filter_map(header).collect::<Map<_, _>>()),
        body: beginning(&arrived.body, most),
        digest: hex::encode(Sha256::digest(&arrived.body)),
        size: i64::try_from(arrived.body.len()).unwrap_or(i64::MAX),
        identity: hex::encode(judged.identity),
    }
}

/// Whether a text can be an id or a token at all: letters, digits, `-` and `_`, at most 64 (payments.md §1).
pub(super) fn is_plain(id: &str) -> bool {
    !id.is_empty()
        && id.len() <= 64
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// Takes the beginning of `bytes` as a text of at most `most` bytes. NUL is replaced, since PostgreSQL keeps none in a
/// text. A byte that is no text takes three.
fn beginning(bytes: &[u8], most: usize) -> String {
    let mut text = String::from_utf8_lossy(&bytes[..bytes.len().min(most)]).replace('\0', "\u{fffd}");
    text.truncate(text.floor_char_boundary(most));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_of_a_text_is_never_longer_than_said() {
        assert_eq!(beginning(b"payment", 1_024), "payment");
        for bytes in [vec![0; 70_000], vec![0xff; 70_000], "ñ".repeat(40_000).into_bytes(), vec![b'x'; 70_000]] {
            let kept = beginning(&bytes, 1_024);
            assert!((1_020..=1_024).contains(&kept.len()) && !kept.contains('\0'), "{}", kept.len());
        }
        assert_eq!(beginning("añ".as_bytes(), 2), "a", "half a character is none");
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        assert_ne!(identity(&[b"ab", b"c"]), identity(&[b"a", b"bc"]));
        assert_ne!(identity(&[b"ab"]), identity(&[b"ab", b""]));
    }
}
