//! The office connects the business, or a branch of it, with a payment provider.
//!
//! Credentials are tried before they are kept, outside of any transaction; what is kept is sealed, and never comes
//! back: of a secret only its last four characters are shown, so that people can tell two apart.

use super::{
    adopt::seal,
    providers::{Providers, refusal},
};
use crate::{
    Error, Result,
    command::{Done, answered, command},
};
use auth::{AdminOnly, Staff};
use chrono::{DateTime, Utc};
use domain::{
    AccountId, BranchId, Currency, ProblemCode,
    payment::{AccountStatus, IncidentKind, Provider, SignatureMode},
};
use provider::{CallError, Credentials, Fields, PaymentProvider, Summary, Unfit};
use serde_json::json;
use store::{AccountRow, Answer, Attempt, Change, Database, Incident, NewAccount};
use uuid::Uuid;
use wire::provider::AccountView;

/// What the office says of an account. What is absent stays as it is.
#[derive(Clone, Debug, Default)]
pub struct AccountForm {
    /// For one branch; for all that have none of their own when absent. Fixed once the account is there.
    pub branch: Option<BranchId>,
    /// What it counts in. Fixed once the account is there; the branch's, or the first branch's, when absent.
    pub currency: Option<Currency>,
    /// With whom; the default one when absent. Fixed once the account is there.
    pub provider: Option<Provider>,
    /// What is said of its secrets, as its provider calls them.
    pub secrets: Fields,
    /// When the access token ends, if that is known.
    pub token_expires_at: Option<DateTime<Utc>>,
    /// What happens to notices whose signature does not hold.
    pub webhook_mode: Option<SignatureMode>,
}

/// The accounts of the caller's business that are in use.
///
/// # Errors
/// The database failed.
pub async fn accounts(db: &Database, providers: &Providers, staff: &Staff<AdminOnly>) -> Result<Vec<AccountView>> {
    Ok(db.accounts(staff).await?.iter().map(|account| view(providers, account)).collect())
}

/// Adds an account.
///
/// # Errors
/// No access token; the provider refuses it (400) or does not answer (503); not the caller's branch; there is one.
pub async fn add_account(
    db: &Database,
    providers: &Providers,
    staff: &Staff<AdminOnly>,
    form: &AccountForm,
    attempt: &Attempt,
) -> Result<Answer> {
    let id = form.provider.unwrap_or(Provider::DEFAULT);
    let credentials = providers.provider(id).merge(None, &form.secrets).map_err(unfit)?.credentials.named("new");
    if let Some(first) = answered(db, staff, attempt).await? {
        return Ok(first);
    }
    let branch = match form.branch {
        Some(branch) => Some(db.find_branch(staff, branch).await?),
        None => None,
    };
    let known = db.accounts(staff).await?;
    if known.iter().any(|account| account.branch_id == form.branch && account.provider == id) {
        return Err(taken());
    }
    let seller = asked(providers, id, &credentials).await?;
    let credentials = &credentials.sold_by(Some(seller));
    let branch_currency = branch.map(|branch| branch.currency);
    let added = command(
        db,
        "payment.add_account",
        (staff, attempt),
        |_| async { Ok::<_, Error>(()) },
        |act, ()| async move {
            let currency = match form.currency.or(branch_currency) {
                Some(currency) => currency,
                None => act.uow.currency_of(staff).await?.unwrap_or(Currency::Ars),
            };
            let new = NewAccount {
                tenant: staff.tenant_id(),
                branch: form.branch,
                provider: id,
                external_id: credentials.seller.clone(),
                currency,
                webhook_token: Uuid::new_v4().simple().to_string(),
                webhook_mode: form.webhook_mode.unwrap_or(SignatureMode::Strict),
                token_expires_at: form.token_expires_at,
            };
            let account = act.uow.insert_account(new).await?;
            seal(&act.uow, providers, &account, credentials, form.token_expires_at).await?;
            act.audit(change("CREATE", &account, &summary(providers, &account, credentials)));
            let added = view(providers, &act.uow.account_now(account.id).await?);
            Ok(Done::Made(added))
        },
    )
    .await;
    match added {
        Err(Error::Store(store::Error::Taken(_))) => Err(taken()),
        added => added,
    }
}

/// Changes an account. New credentials let the work go on that waited for them.
///
/// # Errors
/// No such account; the provider refuses the token (400) or does not answer (503).
pub async fn change_account(
    db: &Database,
    providers: &Providers,
    staff: &Staff<AdminOnly>,
    id: AccountId,
    form: &AccountForm,
    attempt: &Attempt,
) -> Result<Answer> {
    if let Some(first) = answered(db, staff, attempt).await? {
        return Ok(first);
    }
    let account = db.office_account(staff, id).await?;
    let known = providers.credentials(&account)?;
    let merged = providers.of(&account).merge(Some(&known), &form.secrets).map_err(unfit)?;
    let is_new_grant = merged.is_new_grant;
    let credentials = if is_new_grant {
        let seller = asked(providers, account.provider, &merged.credentials).await?;
        merged.credentials.sold_by(Some(seller))
    } else {
        merged.credentials
    };
    let credentials = &credentials;
    let version = account.version;
    let changed = command(
        db,
        "payment.change_account",
        (staff, attempt),
        |uow| async move { uow.lock_office_account(staff, id).await },
        |act, account| async move {
            if account.version != version {
                return Err(Error::Exists {
                    code: ProblemCode::ChangedMeanwhile,
                    detail: "The account changed meanwhile; read it again".to_owned(),
                });
            }
            if let Some(mode) = form.webhook_mode {
                act.uow.set_webhook_mode(&account, mode).await?;
            }
            if !form.secrets.is_empty() {
                // A new token's end is what the office says of it; an old one's stays.
                let kept = account.token_expires_at.filter(|_| !is_new_grant);
                let ends = form.token_expires_at.or(kept);
                let broken = account.status == AccountStatus::Broken && !is_new_grant;
                seal(&act.uow, providers, &account, credentials, ends).await?;
                if broken {
                    // Only a token that the provider accepts puts a broken account back to work.
                    let now = act.uow.account_now(id).await?;
                    act.uow.set_account_status(&now, AccountStatus::Broken).await?;
                }
            }
            act.audit(change("UPDATE", &account, &summary(providers, &account, credentials)));
            let changed = view(providers, &act.uow.account_now(id).await?);
            Ok(Done::Changed(changed))
        },
    )
    .await?;
    Ok(changed)
}

/// Takes an account out of use. What was paid through it stays; what is paid on its open checkouts is not followed any
/// more. Nothing is lost from sight: work that was under way, and whatever is notified later, is a dead letter, and a
/// refund that was under way is a failed one that a person is told of.
///
/// # Errors
/// No such account.
pub async fn remove_account(
    db: &Database,
    staff: &Staff<AdminOnly>,
    id: AccountId,
    attempt: &Attempt,
) -> Result<Answer> {
    command(
        db,
        "payment.remove_account",
        (staff, attempt),
        |uow| async move { uow.lock_office_account(staff, id).await },
        |act, account| async move {
        for refund in act.uow.disable_account(&account).await? {
            let incident = Incident {
                tenant: refund.tenant_id,
                branch: Some(refund.branch_id),
                account: Some(account.id),
                check: None,
                payment: Some(refund.payment_id),
                detail: format!(
                    "Its account was taken out of use while {} cents were on their way back; see the provider's panel",
                    refund.amount_cents.get()
                ),
            };
            act.uow.note_incident(IncidentKind::RefundFailed, &format!("refund:{}:out-of-use", refund.id), incident)
                .await?;
        }
        act.uow.drop_work(&account).await?;
        act.audit(change("DELETE", &account, &(None, Summary::default())));
        Ok(Done::<()>::Nothing)
        },
    )
    .await
}

/// Whose token it is, by the provider's word.
async fn asked(providers: &Providers, id: Provider, credentials: &Credentials) -> Result<String> {
    // A circuit of its own: a wrong token that somebody types in opens none that payments pass.
    let trial = credentials.clone().named(format!("trial-{}", credentials.account));
    let provider = providers.provider(id);
    provider.whoami(&trial).await.map_err(|error| match error {
        CallError::Unauthorized { .. } | CallError::Rejected { .. } | CallError::NotFound => {
            Error::refused(ProblemCode::CredentialsRefused, provider.words().token_refused)
        }
        error => refusal(provider.words(), &error),
    })
}

fn unfit(Unfit(why): Unfit) -> Error {
    Error::Invalid(why)
}

/// What may be told of credentials: whose they are, and what of them can be shown.
fn summary(providers: &Providers, account: &AccountRow, credentials: &Credentials) -> (Option<String>, Summary) {
    (credentials.seller.clone(), providers.of(account).summary(credentials))
}

/// The audit's words: which secret, never the secret.
fn change(action: &'static str, account: &AccountRow, (seller, shown): &(Option<String>, Summary)) -> Change {
    let after = json!({
        "branch_id": account.branch_id, "collector_id": seller,
        "access_token_last4": shown.token_last4,
        "webhook_secrets": shown.webhook_secrets_last4.len(), "renewable": shown.is_renewable,
    });
    Change {
        action,
        entity_type: "payment_account",
        entity_id: account.id.get(),
        branch: account.branch_id,
        before: serde_json::Value::Null,
        after,
    }
}

fn taken() -> Error {
    Error::Exists {
        code: ProblemCode::AccountExists,
        detail: "There is an account for it already; change that one".to_owned(),
    }
}

fn view(providers: &Providers, account: &AccountRow) -> AccountView {
    let credentials = providers.credentials(account).ok();
    let shown = credentials.map(|credentials| providers.of(account).summary(&credentials)).unwrap_or_default();
    AccountView {
        id: account.id,
        branch_id: account.branch_id,
        provider: account.provider,
        collector_id: account.external_id.clone(),
        currency: account.currency,
        status: account.status,
        webhook_mode: account.webhook_mode,
        webhook_url: providers.notification_url(account).map(String::from),
        access_token_last4: shown.token_last4,
        webhook_secrets_last4: shown.webhook_secrets_last4,
        renewable: shown.is_renewable,
        token_expires_at: account.token_expires_at,
        swept_until: account.swept_until,
        created_at: account.created_at,
        updated_at: account.updated_at,
    }
}
