//! The place of a provider that this build does not have: an account of it may be in the database all the same, from
//! another build. Nothing is called, nothing is lost: its work fails like that of a provider that does not answer.

use crate::{
    CallError, Caps, Checkout, Credentials, Fields, Hint, LostCheckout, Merged, NewCheckout, Notice, Page,
    PaymentProvider, PaymentQuery, Refund, RefundOrder, RefundOutcome, Snapshot, Summary, Unfit, Verdict,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::payment::{Failure, Provider};

/// A provider that is not there.
#[derive(Debug, Clone, Copy)]
pub struct Absent(pub Provider);

impl Absent {
    fn unavailable<T>(self) -> Result<T, CallError> {
        let reason = format!("this server has no payment provider {}", self.0);
        Err(CallError::Unavailable { reason, retry_after: None })
    }
}

#[async_trait]
impl PaymentProvider for Absent {
    fn id(&self) -> Provider {
        self.0
    }

    fn caps(&self) -> Caps {
        Caps {
            exponent: |_| 2,
            lost_checkout: LostCheckout::Repeat,
            revocable: false,
            cancels: false,
            failure: Failure::Final,
        }
    }

    fn notice_headers(&self) -> &'static [&'static str] {
        &[]
    }

    fn merge(&self, _: Option<&Credentials>, _: &Fields) -> Result<Merged, Unfit> {
        Err(Unfit("provider: is not one of this server's"))
    }

    fn summary(&self, _: &Credentials) -> Summary {
        Summary::default()
    }

    fn authenticate(&self, _: &Credentials, _: &Notice<'_>, _: DateTime<Utc>) -> Verdict {
        Verdict::Unsigned
    }

    fn hints(&self, _: &Notice<'_>) -> Vec<Hint> {
        Vec::new()
    }

    async fn create_checkout(&self, _: &Credentials, _: &NewCheckout) -> Result<Checkout, CallError> {
        self.unavailable()
    }

    async fn fetch_payment(&self, _: &Credentials, _: &str) -> Result<Snapshot, CallError> {
        self.unavailable()
    }

    async fn find_payments(&self, _: &Credentials, _: &PaymentQuery) -> Result<Page<Snapshot>, CallError> {
        self.unavailable()
    }

    async fn refund(&self, _: &Credentials, _: &RefundOrder) -> Result<RefundOutcome, CallError> {
        self.unavailable()
    }

    async fn find_refunds(&self, _: &Credentials, _: &str) -> Result<Vec<Refund>, CallError> {
        self.unavailable()
    }

    async fn whoami(&self, _: &Credentials) -> Result<String, CallError> {
        self.unavailable()
    }
}
