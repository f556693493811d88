//! Verifies a payment when the payer's browser returns (S14). What the browser brings are hints: the payment is fetched
//! as for any notice. The answer waits for that for a while, then says "pending".

use super::{intake::HINTS_A_DAY, providers::Providers, sync::sync};
use crate::{
    Error, Result,
    command::{Twice, keyless},
};
use auth::Diner;
use domain::CheckoutId;
use provider::{PaymentProvider, PaymentQuery};
use std::time::Duration;
use store::{AccountRow, Database};
use wire::provider::Verified;

/// The longest that a browser waits for the provider's answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// The query of the return page.
#[derive(Clone, Debug, Default)]
pub struct Returned {
    /// The provider's number of the payment.
    pub payment_id: Option<String>,
    /// The checkout's id.
    pub external_reference: Option<String>,
}

/// Looks at the payment now, and says where it stands.
///
/// # Errors
/// Neither number nor reference leads to a payment of this table.
pub async fn verify(db: &Database, providers: &Providers, diner: &Diner, returned: &Returned) -> Result<Verified> {
    let account = db.account_of_branch(diner.tenant_id(), diner.branch_id()).await?;
    let account = account.ok_or(Error::NotFound("payment"))?;
    // A client that hangs up, or a slow provider, must not leave a lease behind: the fetch goes on by itself.
    let look = providers.run_to_end(look(db.clone(), providers.clone(), account, returned.clone()));
    if let Ok(Err(error)) = tokio::time::timeout(PATIENCE, look).await {
        tracing::warn!(%error, "a return could not be looked at; the queue will");
    }
    let reference = returned.external_reference.clone().map(CheckoutId);
    let found = db.returned_payment(diner, returned.payment_id.as_deref(), reference.as_ref()).await?;
    let found = found.ok_or(Error::NotFound("payment"))?;
    let status = match found.payment_status.map(domain::payment::PaymentStatus::wire) {
        Some("APPROVED") => "approved",
        Some("REJECTED") => "rejected",
        _ => "pending",
    };
    Ok(Verified {
        status,
        payment_id: found.payment_id,
        check_id: found.check_id,
        check_status: found.check_status,
        total_cents: found.total_cents,
        paid_cents: found.paid_cents,
        remaining_cents: found.remaining_cents,
    })
}

async fn look(db: Database, providers: Providers, account: AccountRow, returned: Returned) -> Result<()> {
    let ids = match (&returned.payment_id, &returned.external_reference) {
        (Some(id), _) => vec![id.clone()],
        (None, Some(reference)) => {
            let credentials = providers.credentials(&account)?;
            let query = PaymentQuery::Reference { reference: reference.clone(), offset: 0 };
            match providers.of(&account).find_payments(&credentials, &query).await {
                Ok(page) => page.items.into_iter().map(|found| found.payment_id).chain(page.unreadable).collect(),
                // The sweep asks again.
                Err(_) => Vec::new(),
            }
        }
        (None, None) => Vec::new(),
    };
    for id in &ids {
        let (account, lease) = (&account, providers.lease());
        let job = keyless(&db, "payment.verify", Twice::GoodOnce, |uow| async move {
            Ok::<_, Error>(uow.lease_return(account, id, HINTS_A_DAY, lease).await?)
        })
        .await?;
        if let Some(job) = job {
            sync(&db, &providers, &job).await?;
        }
    }
    Ok(())
}
