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
    AccountId, BranchId, Currency,
    payment::{AccountStatus, IncidentKind, Provider, SignatureMode},
};
use provider::{CallError, Credentials, PaymentProvider};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::json;
use store::{AccountRow, Answer, Attempt, Change, Database, Incident, NewAccount};
use utoipa::ToSchema;
use uuid::Uuid;

/// What the office says of an account. What is absent stays as it is.
#[derive(Clone, Debug, Default)]
pub struct AccountForm {
    /// For one branch; for all that have none of their own when absent. Fixed once the account is there.
    pub branch: Option<BranchId>,
    /// What it counts in. Fixed once the account is there; the branch's, or the first branch's, when absent.
    pub currency: Option<Currency>,
    /// Acts for the seller.
    pub access_token: Option<SecretString>,
    /// Sign the provider's notices; several while one is being replaced.
    pub webhook_secrets: Option<Vec<SecretString>>,
    /// Renews the access token (OAuth).
    pub refresh_token: Option<SecretString>,
    /// The application (OAuth).
    pub client_id: Option<String>,
    /// Its secret (OAuth).
    pub client_secret: Option<SecretString>,
    /// When the access token ends, if that is known.
    pub token_expires_at: Option<DateTime<Utc>>,
    /// What happens to notices whose signature does not hold.
    pub webhook_mode: Option<SignatureMode>,
}

/// An account, without its secrets.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AccountView {
    /// Its number.
    pub id: AccountId,
    /// The branch it is for; null for all that have none of their own.
    pub branch_id: Option<BranchId>,
    /// With whom.
    pub provider: Provider,
    /// How the provider numbers the seller.
    pub collector_id: Option<String>,
    /// What it counts in.
    pub currency: Currency,
    /// Whether it can be used.
    pub status: AccountStatus,
    /// What happens to notices whose signature does not hold.
    pub webhook_mode: SignatureMode,
    /// Where the provider is to send its notices.
    pub webhook_url: Option<String>,
    /// The end of the access token.
    pub access_token_last4: Option<String>,
    /// The end of each webhook secret.
    pub webhook_secrets_last4: Vec<String>,
    /// Whether the access token can be renewed.
    pub renewable: bool,
    /// When the access token ends.
    pub token_expires_at: Option<DateTime<Utc>>,
    /// Up to when the account's payments were all seen.
    pub swept_until: Option<DateTime<Utc>>,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
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
    if form.access_token.is_none() {
        return Err(Error::Invalid("access_token: is needed"));
    }
    if let Some(first) = answered(db, staff, attempt).await? {
        return Ok(first);
    }
    let branch = match form.branch {
        Some(branch) => Some(db.find_branch(staff, branch).await?),
        None => None,
    };
    let known = db.accounts(staff).await?;
    if known.iter().any(|account| account.branch_id == form.branch) {
        return Err(taken());
    }
    let mut credentials = merged(&Credentials::default(), form);
    credentials.account = "new".to_owned();
    credentials.collector_id = Some(asked(providers, &credentials).await?);
    let credentials = &credentials;
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
                provider: Provider::MercadoPago,
                external_id: credentials.collector_id.clone(),
                currency,
                webhook_token: Uuid::new_v4().simple().to_string(),
                webhook_mode: form.webhook_mode.unwrap_or(SignatureMode::Strict),
                token_expires_at: form.token_expires_at,
            };
            let account = act.uow.insert_account(new).await?;
            seal(&act.uow, providers, &account, credentials, form.token_expires_at).await?;
            act.audit(change("CREATE", &account, credentials));
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
    let mut credentials = merged(&providers.credentials(&account)?, form);
    if form.access_token.is_some() {
        credentials.collector_id = Some(asked(providers, &credentials).await?);
    }
    let credentials = &credentials;
    let version = account.version;
    let secret = form.access_token.is_some()
        || form.webhook_secrets.is_some()
        || form.refresh_token.is_some()
        || form.client_id.is_some()
        || form.client_secret.is_some();
    let changed = command(
        db,
        "payment.change_account",
        (staff, attempt),
        |uow| async move { uow.lock_office_account(staff, id).await },
        |act, account| async move {
            if account.version != version {
                return Err(Error::Exists {
                    code: "changed_meanwhile",
                    detail: "The account changed meanwhile; read it again".to_owned(),
                });
            }
            if let Some(mode) = form.webhook_mode {
                act.uow.set_webhook_mode(&account, mode).await?;
            }
            if secret {
                // A new token's end is what the office says of it; an old one's stays.
                let ends = match form.access_token {
                    Some(_) => form.token_expires_at,
                    None => form.token_expires_at.or(account.token_expires_at),
                };
                let broken = account.status == AccountStatus::Broken && form.access_token.is_none();
                seal(&act.uow, providers, &account, credentials, ends).await?;
                if broken {
                    // Only a token that the provider accepts puts a broken account back to work.
                    let now = act.uow.account_now(id).await?;
                    act.uow.set_account_status(&now, AccountStatus::Broken).await?;
                }
            }
            act.audit(change("UPDATE", &account, credentials));
            let changed = view(providers, &act.uow.account_now(id).await?);
            Ok(Done::Changed(changed))
        },
    )
    .await?;
    providers.wake();
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
            act.uow.note_incident(IncidentKind::RefundFailed, &format!("refund:{}:{}", refund.id, refund.fence), incident)
                .await?;
        }
        act.uow.drop_work(&account).await?;
        act.audit(change("DELETE", &account, &Credentials::default()));
        Ok(Done::<()>::Nothing)
        },
    )
    .await
}

/// Whose token it is, by the provider's word.
async fn asked(providers: &Providers, credentials: &Credentials) -> Result<String> {
    // A circuit of its own: a wrong token that somebody types in opens none that payments pass.
    let trial = Credentials { account: format!("trial-{}", credentials.account), ..credentials.clone() };
    providers.provider(Provider::MercadoPago).whoami(&trial).await.map_err(|error| match error {
        CallError::Unauthorized { .. } | CallError::Rejected { .. } | CallError::NotFound => {
            Error::refused("credentials_refused", "Mercado Pago does not accept this access token")
        }
        error => refusal(&error),
    })
}

fn merged(known: &Credentials, form: &AccountForm) -> Credentials {
    Credentials {
        account: known.account.clone(),
        access_token: form.access_token.clone().unwrap_or_else(|| known.access_token.clone()),
        webhook_secrets: form.webhook_secrets.clone().unwrap_or_else(|| known.webhook_secrets.clone()),
        refresh_token: form.refresh_token.clone().or_else(|| known.refresh_token.clone()),
        client_id: form.client_id.clone().or_else(|| known.client_id.clone()),
        client_secret: form.client_secret.clone().or_else(|| known.client_secret.clone()),
        collector_id: known.collector_id.clone(),
    }
}

/// The audit's words: which secret, never the secret.
fn change(action: &'static str, account: &AccountRow, credentials: &Credentials) -> Change {
    let after = json!({
        "branch_id": account.branch_id, "collector_id": credentials.collector_id,
        "access_token_last4": last4(&credentials.access_token),
        "webhook_secrets": credentials.webhook_secrets.len(), "renewable": credentials.refresh_token.is_some(),
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
    Error::Exists { code: "account_exists", detail: "There is an account for it already; change that one".to_owned() }
}

/// The end of a secret; nothing of one so short that its end would give it away.
fn last4(secret: &SecretString) -> Option<String> {
    let characters: Vec<char> = secret.expose_secret().chars().collect();
    (characters.len() >= 12).then(|| characters[characters.len() - 4..].iter().collect())
}

fn view(providers: &Providers, account: &AccountRow) -> AccountView {
    let credentials = providers.credentials(account).ok();
    AccountView {
        id: account.id,
        branch_id: account.branch_id,
        provider: account.provider,
        collector_id: account.external_id.clone(),
        currency: account.currency,
        status: account.status,
        webhook_mode: account.webhook_mode,
        webhook_url: providers.notification_url(account).map(String::from),
        access_token_last4: credentials.as_ref().and_then(|credentials| last4(&credentials.access_token)),
        webhook_secrets_last4: credentials
            .iter()
            .flat_map(|credentials| &credentials.webhook_secrets)
            .map(|secret| last4(secret).unwrap_or_else(|| "····".to_owned()))
            .collect(),
        renewable: credentials.is_some_and(|credentials| credentials.refresh_token.is_some()),
        token_expires_at: account.token_expires_at,
        swept_until: account.swept_until,
        created_at: account.created_at,
        updated_at: account.updated_at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_secret_only_the_end_is_shown_and_of_a_short_one_nothing() {
        assert_eq!(last4(&"APP_USR-123456-abcd".into()).as_deref(), Some("abcd"));
        assert_eq!(last4(&"short".into()), None);
        assert_eq!(last4(&"ñandúñandúñandú".into()).as_deref(), Some("andú"));
    }

    #[test]
    fn what_the_office_does_not_say_stays() {
        let known = Credentials {
            access_token: "old".into(),
            webhook_secrets: vec!["secret".into()],
            refresh_token: Some("refresh".into()),
            ..Credentials::default()
        };
        let form = AccountForm { access_token: Some("new".into()), ..AccountForm::default() };
        let merged = merged(&known, &form);
        assert_eq!(merged.access_token.expose_secret(), "new");
        assert_eq!((merged.webhook_secrets.len(), merged.refresh_token.is_some()), (1, true));
    }
}
