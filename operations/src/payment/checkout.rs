//! Opens a checkout: a diner wants to pay from the phone (M27).
//!
//! Three steps, so that no transaction is open during the call and a crash anywhere loses nothing (I6, S9, S10): the
//! checkout's row, whose id is the provider's `external_reference`, is committed; the provider is called; its answer is
//! committed. Money finds its check by the row, not by the answer.

use super::providers::{Providers, refusal};
use crate::{
    Error, Result,
    check::Settled,
    command::{Begun, Done, Twice, begin, command, keyless},
    payable::ensure_payable,
};
use auth::Diner;
use chrono::TimeDelta;
use domain::{
    Cents, CheckId, DinerId, ProblemCode,
    money::Unit,
    payment::{CheckoutStatus, Provider, tip::Tip},
};
use provider::{BackUrls, CallError, CheckoutLine, Credentials, LostCheckout, PaymentProvider};
use std::{collections::BTreeMap, time::Duration};
use store::{
    AccountRow, Answer, Attempt, CheckRow, CheckoutRow, Database, Locked, NewCheckout, Seated, Target, UnitOfWork,
};
use wire::provider::Preference;

/// How long a payer may take, in minutes: long enough to find a card, short enough that the amount is still what is
/// owed.
const LIFE: TimeDelta = TimeDelta::minutes(30);
/// After how long the sweep first looks for a checkout that no notice came for (S28).
const FIRST_SWEEP: TimeDelta = TimeDelta::minutes(2);
/// How often a second tap looks for the first one's answer, and the pause between.
const PATIENCE: (u32, Duration) = (30, Duration::from_millis(100));

/// The diner's request: what to pay.
#[derive(Clone, Debug)]
pub struct CheckoutRequest {
    /// Towards which check.
    pub check: CheckId,
    /// For the bill, in cents. When absent: what remains and is not about to be paid by others.
    pub amount: Option<Cents>,
    /// For the staff.
    pub tip: Option<Tip>,
    /// Which diner pays; its claims are what is paid for.
    pub diner: Option<DinerId>,
}

/// Opens a checkout, or leads to the one that asks for the same.
///
/// # Errors
/// No such check at this table; the party has left; it is withdrawn or paid; more than what remains; no provider
/// account, or it is out of order (503); the provider refused (502); the key was used for another request.
pub async fn open_checkout(
    db: &Database,
    providers: &Providers,
    diner: &Diner,
    request: &CheckoutRequest,
    attempt: &Attempt,
) -> Result<Answer> {
    let opened = prepare(db, providers, diner, request, attempt).await?;
    let (account, checkout, title) = match opened {
        Begun::Before(first) => return Ok(first),
        Begun::Now(Prepared::New(account, checkout, title)) => (account, checkout, title),
        Begun::Now(Prepared::Known(account, checkout, title)) => match settled(db, checkout).await? {
            known if known.status == CheckoutStatus::Creating => (account, known, title),
            known => return finish(db, providers, &account, diner, known, attempt).await,
        },
    };
    // The client may hang up: what was begun at the provider is written all the same.
    let (of, task) = (account.clone(), (db.clone(), providers.clone()));
    let checkout = providers.run_to_end(async move { create(&task.0, &task.1, &of, checkout, &title).await }).await?;
    finish(db, providers, &account, diner, checkout, attempt).await
}

enum Prepared {
    /// A checkout that asks for the same exists.
    Known(AccountRow, CheckoutRow, String),
    New(AccountRow, CheckoutRow, String),
}

async fn prepare(
    db: &Database,
    providers: &Providers,
    diner: &Diner,
    request: &CheckoutRequest,
    attempt: &Attempt,
) -> Result<Begun<Prepared>> {
    begin(
        db,
        "payment.checkout",
        (diner, attempt),
        |uow| async move { uow.lock_check(diner, request.check).await },
        |act, (session, check)| async move {
            session.status.ensure_live()?;
            check.status.ensure_payable()?;
            let Some(account) = act.uow.find_account(diner.tenant_id(), check.branch_id).await? else {
                return Err(Error::Unavailable {
                    code: ProblemCode::ProviderNotConfigured,
                    detail: providers.provider(Provider::DEFAULT).words().no_account,
                    retry_after: 3600,
                });
            };
            ensure_same_currency(providers, &account, &check)?;
            let new = asked_for(&act.uow, &session, &check, request).await?;
            ensure_whole(providers, &account, &new)?;
            let title = format!("Mesa {}", session.table_code);
            match act.uow.find_same_checkout(&check, &account, &new).await? {
                Some(known) => Ok(Prepared::Known(account, known, title)),
                None => {
                    let checkout = act.uow.insert_checkout(&check, &account, &new).await?;
                    Ok(Prepared::New(account, checkout, title))
                }
            }
        },
    )
    .await
}

/// Computes what this payer is to pay: the amount of the request, else the diner's claims, else what is left and not
/// about to be paid by others.
async fn asked_for(
    uow: &UnitOfWork,
    session: &Locked<Seated>,
    check: &Locked<CheckRow>,
    request: &CheckoutRequest,
) -> Result<NewCheckout> {
    let mut targets = Vec::new();
    if let Some(diner) = request.diner {
        if uow.find_diner(session, Some(diner)).await?.is_none() {
            return Err(Error::refused(ProblemCode::UnknownDiner, "No such diner at the table"));
        }
        let claims = uow.find_claims(check).await?;
        let own = claims.into_iter().filter(|claim| claim.diner_id == diner && claim.amount_cents > Cents::ZERO);
        targets.extend(own.map(|claim| Target { charge_id: claim.charge_id, amount_cents: claim.amount_cents }));
    }
    let remaining = Settled::of(check).remaining();
    let bill = match request.amount {
        Some(amount) => amount,
        None if !targets.is_empty() => Cents::checked_sum(targets.iter().map(|target| target.amount_cents))?,
        None => {
            let free = remaining.saturating_sub(uow.reserved_by_checkouts(check).await?);
            if free == Cents::ZERO { remaining } else { free }
        }
    };
    if bill > remaining {
        return Err(Error::TooMuch { remaining });
    }
    let unit = Unit::of(check.currency);
    ensure_payable("amount_cents", bill, unit, remaining)?;
    let tip = request.tip.map_or(Cents::ZERO, |tip| tip.of(bill, unit));
    ensure_payable("tip", tip, unit, Cents::ZERO)?;
    let (expires_at, sweep_at) = (uow.now() + LIFE, uow.now() + FIRST_SWEEP);
    Ok(NewCheckout { diner: request.diner, bill, tip, targets, expires_at, sweep_at })
}

/// Refuses an account in another currency than the check's. An account of the whole business may count in another
/// currency than one of its branches: a hundred of the one are not a hundred of the other.
fn ensure_same_currency(providers: &Providers, account: &AccountRow, check: &CheckRow) -> Result<()> {
    if account.currency == check.currency {
        return Ok(());
    }
    tracing::error!(
        account = account.id.get(),
        branch = check.branch_id.get(),
        "the account counts in another currency"
    );
    Err(Error::Unavailable {
        code: ProblemCode::ProviderNotConfigured,
        detail: providers.of(account).words().other_currency,
        retry_after: 3600,
    })
}

/// Refuses fractions where the currency has none.
fn ensure_whole(providers: &Providers, account: &AccountRow, new: &NewCheckout) -> Result<()> {
    let whole = (providers.of(account).caps().exponent)(account.currency) == 0;
    if whole && [new.bill, new.tip].iter().any(|amount| amount.get() % 100 != 0) {
        return Err(Error::refused(
            ProblemCode::AmountNotWhole,
            "This currency has no cents: the amount must be a multiple of 100",
        ));
    }
    Ok(())
}

/// Waits for the provider's answer to the checkout that was asked for first, and returns that checkout.
async fn settled(db: &Database, mut checkout: CheckoutRow) -> Result<CheckoutRow> {
    let (times, pause) = PATIENCE;
    for _ in 0..times {
        if checkout.status != CheckoutStatus::Creating {
            break;
        }
        tokio::time::sleep(pause).await;
        checkout = db.checkout(&checkout.id).await?.ok_or(Error::NotFound("checkout"))?;
    }
    Ok(checkout)
}

/// Calls the provider and commits its answer. If the outcome is not known, the row stays as it is: the sweep looks for
/// the checkout (S10).
async fn create(
    db: &Database,
    providers: &Providers,
    account: &AccountRow,
    checkout: CheckoutRow,
    title: &str,
) -> Result<CheckoutRow> {
    let credentials = providers.credentials(account)?;
    let order = order(providers, account, &checkout, title);
    let made = match providers.of(account).create_checkout(&credentials, &order).await {
        Err(CallError::Unknown(_)) => found_again(providers, account, &credentials, &order).await,
        made => made,
    };
    let (id, made) = (&checkout.id, &made);
    keyless(db, "payment.checkout_opened", Twice::FindsTheFirst, |uow| async move {
        match made {
            Ok(made) => uow.open_checkout(id, &made.provider_ref, &made.redirect_url).await?,
            Err(error) if error.may_have_happened() => {}
            Err(_) => uow.end_checkout(id, CheckoutStatus::Failed).await?,
        }
        Ok::<(), Error>(())
    })
    .await?;
    if let Err(error) = made {
        tracing::warn!(account = account.id.get(), %error, "a checkout could not be opened");
        return Err(refusal(providers.of(account).words(), error));
    }
    db.checkout(id).await?.ok_or(Error::NotFound("checkout"))
}

/// Looks for a checkout that may have been created although its answer was lost: by our reference, or by the key of the
/// call.
async fn found_again(
    providers: &Providers,
    account: &AccountRow,
    credentials: &Credentials,
    order: &provider::NewCheckout,
) -> Result<provider::Checkout, CallError> {
    let provider = providers.of(account);
    match provider.caps().lost_checkout {
        LostCheckout::Repeat => provider.create_checkout(credentials, order).await,
        LostCheckout::Find => {
            let found = provider.find_checkouts(credentials, &order.reference).await;
            found.ok().and_then(|found| found.into_iter().next()).ok_or(CallError::Unknown("not found again".into()))
        }
    }
}

fn order(providers: &Providers, account: &AccountRow, checkout: &CheckoutRow, title: &str) -> provider::NewCheckout {
    let line = |id: &str, title: String, amount| CheckoutLine { id: id.to_owned(), title, amount };
    let mut lines = vec![line("bill", title.to_owned(), checkout.amount_cents)];
    if checkout.tip_cents > Cents::ZERO {
        lines.push(line("tip", "Propina".to_owned(), checkout.tip_cents));
    }
    let back = |outcome| providers.return_url(outcome, checkout.check_id);
    let back_urls = match (back("success"), back("pending"), back("failure")) {
        (Some(success), Some(pending), Some(failure)) => Some(BackUrls { success, pending, failure }),
        _ => None,
    };
    provider::NewCheckout {
        reference: checkout.id.to_string(),
        idempotency_key: checkout.id.to_string(),
        lines,
        currency: checkout.currency,
        expires_at: checkout.expires_at,
        notification_url: providers.notification_url(account),
        back_urls,
        statement_descriptor: None,
        metadata: BTreeMap::from([("check_id".to_owned(), checkout.check_id.to_string())]),
    }
}

async fn finish(
    db: &Database,
    providers: &Providers,
    account: &AccountRow,
    diner: &Diner,
    checkout: CheckoutRow,
    attempt: &Attempt,
) -> Result<Answer> {
    let (Some(preference_id), Some(url)) = (checkout.provider_ref, checkout.redirect_url) else {
        return Err(Error::Upstream(providers.of(account).words().missing));
    };
    let preference = &Preference {
        preference_id,
        init_point: url.clone(),
        sandbox_init_point: url,
        checkout_id: checkout.id.to_string(),
        amount_cents: checkout.amount_cents,
        tip_cents: checkout.tip_cents,
        expires_at: checkout.expires_at,
    };
    // Another delivery of this command may have answered meanwhile; the first answer stands.
    let nothing = |_| async { Ok::<_, Error>(()) };
    let told = |_, ()| async move { Ok(Done::Changed(preference)) };
    command(db, "payment.checkout_answer", (diner, attempt), nothing, told).await
}
