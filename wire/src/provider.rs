//! Payment providers: accounts, checkouts, what was verified, and the work that failed.

use chrono::{DateTime, Utc};
use domain::{
    AccountId, BranchId, Cents, CheckId, Currency, NoticeId, PaymentId, SyncId,
    check::CheckStatus,
    payment::{AccountStatus, NoticeVerdict, Provider, ResourceKind, SignatureMode, SyncCause},
    work::WorkStatus,
};
use serde::Serialize;
use utoipa::ToSchema;

/// A piece of work that does not go on by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[cfg_attr(feature = "orm", derive(sea_orm::FromQueryResult))]
pub struct DeadLetter {
    /// Its number.
    pub id: SyncId,
    /// The account it goes through.
    pub account_id: AccountId,
    /// The account's branch; none when it is the whole business's.
    pub branch_id: Option<BranchId>,
    /// What was to be fetched.
    pub kind: ResourceKind,
    /// The provider's number of it.
    pub resource_id: String,
    /// DEAD: given up after its retries. PARKED: waits for the account's credentials.
    pub status: WorkStatus,
    /// Why it was to be fetched.
    pub cause: SyncCause,
    /// Failures in a row.
    pub attempts: i32,
    /// What went wrong the last time.
    pub last_error: Option<String>,
    /// When it was first asked for.
    pub created_at: DateTime<Utc>,
    /// When it last failed.
    pub updated_at: DateTime<Utc>,
}

/// A notice as it was kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[cfg_attr(feature = "orm", derive(sea_orm::FromQueryResult))]
pub struct KeptNotice {
    /// Its number.
    pub id: NoticeId,
    /// What its signature was worth.
    pub verdict: NoticeVerdict,
    /// Why it was worth nothing.
    pub reason: Option<String>,
    /// What it said it was about.
    pub topic: Option<String>,
    /// The beginning of the query.
    pub query: String,
    /// The beginning of the body: 1 KiB of one that proves nothing, 4 KiB of a signed one.
    pub body: String,
    /// When it came.
    pub received_at: DateTime<Utc>,
}

/// Where the payment and its check stand.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Verified {
    /// `approved`, `pending` or `rejected`.
    pub status: &'static str,
    /// Our number of the payment, once we know it.
    pub payment_id: Option<PaymentId>,
    /// The check.
    pub check_id: CheckId,
    /// Where it stands.
    pub check_status: CheckStatus,
    /// What it comes to, in cents.
    pub total_cents: Cents,
    /// What of it is paid, in cents.
    pub paid_cents: Cents,
    /// What is left to pay, in cents.
    pub remaining_cents: Cents,
}

/// A dead letter, and what its provider told us about it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DeadLetterDetail {
    /// The work.
    #[serde(flatten)]
    pub letter: DeadLetter,
    /// The last notices about it, the latest first.
    pub notices: Vec<KeptNotice>,
}

/// Where the payer is sent.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Preference {
    /// The provider's id.
    pub preference_id: String,
    /// Where to pay.
    pub init_point: String,
    /// The same: clients in development follow this one.
    pub sandbox_init_point: String,
    /// Our id of it: the `external_reference` in the return URL.
    pub checkout_id: String,
    /// For the bill, in cents.
    pub amount_cents: Cents,
    /// For the staff, in cents.
    pub tip_cents: Cents,
    /// Until when it can be paid.
    pub expires_at: chrono::DateTime<chrono::Utc>,
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
