//! Accounts with payment providers. Secrets go in and never come out.

use crate::{
    extract::{Command, Nothing, Reply, Segment},
    problem::ApiResult,
    state::AppState,
};
use auth::{AdminOnly, Staff};
use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use domain::{AccountId, BranchId, Currency, payment::SignatureMode};
use operations::payment::{self, AccountForm};
use provider::Fields;
use runtime::{Problem, ProblemBody};
use serde::Deserialize;
use utoipa::ToSchema;
use wire::provider::AccountView;

/// The longest secret of any provider is far shorter.
const LONGEST: usize = 512;
/// More than these sign at once nowhere.
const MOST_SECRETS: usize = 5;

/// The document's view of what signs notices: what goes into a header, or signs one.
#[derive(ToSchema)]
#[schema(as = Secret512, value_type = String, min_length = 1, max_length = 512, pattern = "^[!-~]+$")]
#[expect(dead_code, reason = "only the document reads it")]
pub(crate) struct Secret(String);

/// An account to be added.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewAccountRequest {
    #[schema(min_length = 1, max_length = 512, pattern = "^[!-~]+$")]
    access_token: String,
    /// What signs the provider's notices; several while one is being replaced.
    #[schema(value_type = Option<Vec<Secret>>, max_items = 5)]
    webhook_secrets: Option<Vec<String>>,
    #[schema(min_length = 1, max_length = 512, pattern = "^[!-~]+$")]
    refresh_token: Option<String>,
    #[schema(min_length = 1, max_length = 512, pattern = "^[!-~]+$")]
    client_id: Option<String>,
    #[schema(min_length = 1, max_length = 512, pattern = "^[!-~]+$")]
    client_secret: Option<String>,
    /// When the access token ends, if that is known.
    token_expires_at: Option<DateTime<Utc>>,
    /// For this branch; without it for all that have none of their own.
    branch_id: Option<BranchId>,
    webhook_mode: Option<SignatureMode>,
    currency: Option<Currency>,
}

/// What changes of an account; what is absent stays.
#[derive(Deserialize, ToSchema)]
pub(crate) struct AccountPatch {
    #[schema(min_length = 1, max_length = 512, pattern = "^[!-~]+$")]
    access_token: Option<String>,
    /// All of them anew.
    #[schema(value_type = Option<Vec<Secret>>, max_items = 5)]
    webhook_secrets: Option<Vec<String>>,
    #[schema(min_length = 1, max_length = 512, pattern = "^[!-~]+$")]
    refresh_token: Option<String>,
    #[schema(min_length = 1, max_length = 512, pattern = "^[!-~]+$")]
    client_id: Option<String>,
    #[schema(min_length = 1, max_length = 512, pattern = "^[!-~]+$")]
    client_secret: Option<String>,
    /// When the access token ends, if that is known.
    token_expires_at: Option<DateTime<Utc>>,
    webhook_mode: Option<SignatureMode>,
}

impl AccountPatch {
    fn form(self) -> Result<AccountForm, Problem> {
        let secrets = self.webhook_secrets.unwrap_or_default();
        if secrets.len() > MOST_SECRETS {
            return Err(Problem::unprocessable(format!("webhook_secrets: must be at most {MOST_SECRETS}")));
        }
        let given = [
            ("access_token", &self.access_token),
            ("refresh_token", &self.refresh_token),
            ("client_id", &self.client_id),
            ("client_secret", &self.client_secret),
        ];
        let given = given.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?)));
        for (name, value) in given.chain(secrets.iter().map(|secret| ("webhook_secrets", secret.as_str()))) {
            // It goes into a header, or signs one.
            if value.is_empty() || value.len() > LONGEST || !value.bytes().all(|byte| byte.is_ascii_graphic()) {
                let detail = format!("{name}: must be 1 to {LONGEST} visible ASCII characters");
                return Err(Problem::unprocessable(detail));
            }
        }
        // A year that no database keeps would otherwise be a failure of ours.
        if self.token_expires_at.is_some_and(|at| !(0..=4_102_444_800).contains(&at.timestamp())) {
            return Err(Problem::unprocessable("token_expires_at: must be before the year 2100"));
        }
        let said = Fields::default()
            .with("access_token", self.access_token)
            .with("webhook_secrets", (!secrets.is_empty()).then_some(secrets))
            .with("refresh_token", self.refresh_token)
            .with("client_id", self.client_id)
            .with("client_secret", self.client_secret);
        Ok(AccountForm {
            branch: None,
            currency: None,
            provider: None,
            secrets: said,
            token_expires_at: self.token_expires_at,
            webhook_mode: self.webhook_mode,
        })
    }
}

/// The business's accounts.
#[utoipa::path(get, path = "/api/admin/payment-accounts", tag = "payments", security(("staff" = [])),
    responses((status = 200, body = [AccountView])))]
pub(crate) async fn payment_accounts(
    State(state): State<AppState>,
    staff: Staff<AdminOnly>,
) -> ApiResult<Json<Vec<AccountView>>> {
    Ok(Json(payment::accounts(&state.db, &state.providers, &staff).await?))
}

/// Adds an account. The token is tried at the provider before it is kept.
#[utoipa::path(post, path = "/api/admin/payment-accounts", tag = "payments", request_body = NewAccountRequest,
    params(("X-Idempotency-Key" = Option<String>, Header)), security(("staff" = [])),
    responses((status = 201, body = AccountView),
    (status = 400, body = ProblemBody, description = "The provider does not accept the token"),
    (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody),
    (status = 503, body = ProblemBody, description = "The provider does not answer")))]
pub(crate) async fn add_payment_account(
    State(state): State<AppState>,
    staff: Staff<AdminOnly>,
    Command(attempt, body): Command<NewAccountRequest>,
) -> ApiResult<Reply> {
    let (branch, currency) = (body.branch_id, body.currency);
    let patch = AccountPatch {
        access_token: Some(body.access_token),
        webhook_secrets: body.webhook_secrets,
        refresh_token: body.refresh_token,
        client_id: body.client_id,
        client_secret: body.client_secret,
        token_expires_at: body.token_expires_at,
        webhook_mode: body.webhook_mode,
    };
    let form = AccountForm { branch, currency, ..patch.form()? };
    Ok(Reply(payment::add_account(&state.db, &state.providers, &staff, &form, &attempt).await?))
}

/// Changes an account. New credentials let the work go on that waited for them.
#[utoipa::path(patch, path = "/api/admin/payment-accounts/{account_id}", tag = "payments",
    params(("account_id" = AccountId, Path), ("X-Idempotency-Key" = Option<String>, Header)), request_body = AccountPatch,
    security(("staff" = [])),
    responses((status = 200, body = AccountView), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody),
    (status = 409, body = ProblemBody), (status = 422, body = ProblemBody), (status = 503, body = ProblemBody)))]
pub(crate) async fn change_payment_account(
    State(state): State<AppState>,
    staff: Staff<AdminOnly>,
    Segment(id): Segment<AccountId>,
    Command(attempt, patch): Command<AccountPatch>,
) -> ApiResult<Reply> {
    let form = patch.form()?;
    Ok(Reply(payment::change_account(&state.db, &state.providers, &staff, id, &form, &attempt).await?))
}

/// Takes an account out of use. What was paid through it stays.
#[utoipa::path(delete, path = "/api/admin/payment-accounts/{account_id}", tag = "payments",
    params(("account_id" = AccountId, Path), ("X-Idempotency-Key" = Option<String>, Header)), security(("staff" = [])),
    responses((status = 204), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(crate) async fn remove_payment_account(
    State(state): State<AppState>,
    staff: Staff<AdminOnly>,
    Segment(id): Segment<AccountId>,
    Command(attempt, Nothing {}): Command<Nothing>,
) -> ApiResult<Reply> {
    Ok(Reply(payment::remove_account(&state.db, &staff, id, &attempt).await?))
}
