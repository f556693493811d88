//! Incidents of a sync: notes what a person must look at. Each incident has a key, so that what is seen again is not
//! noted again.

use super::fetched::{FetchedPayment, Mismatch};
use crate::{Result, check::Settled};
use domain::{
    Cents,
    check::CheckStatus,
    payment::{
        IncidentKind, PaymentStatus,
        truth::{Anomaly, Verdict},
    },
};
use store::{CheckRow, CheckoutRow, Incident, PaymentRow, UnitOfWork};

/// A payment that has a check, before and after the sync.
pub(super) struct Finding<'a> {
    pub(super) check: &'a CheckRow,
    pub(super) before: Option<&'a PaymentRow>,
    pub(super) after: &'a PaymentRow,
    pub(super) settled: &'a Settled,
}

pub(super) async fn note(
    uow: &UnitOfWork,
    fetched: &FetchedPayment<'_>,
    checkout: Option<&CheckoutRow>,
    verdict: &Verdict,
    mismatch: Option<Mismatch>,
    finding: Option<&Finding<'_>>,
) -> Result<()> {
    let seen = fetched.seen;
    let mut found: Vec<(IncidentKind, String)> = Vec::new();
    if let Verdict::ApplyFlagged(anomaly) = verdict {
        let kind = match anomaly {
            Anomaly::UnknownStatus | Anomaly::UnknownDetail => IncidentKind::UnknownStatus,
            Anomaly::IllegalMove { .. } | Anomaly::ChargebackChanged | Anomaly::RefundShrank => {
                IncidentKind::IllegalMove
            }
            Anomaly::AmountChanged | Anomaly::RefundTooLarge => IncidentKind::AmountDiffers,
        };
        found.push((kind, format!("{anomaly} (the provider says `{}`, `{}`)", seen.status_text, seen.detail)));
    }
    match mismatch {
        Some(Mismatch::Account) => found.push((IncidentKind::AccountDiffers, "It was paid to another account".into())),
        Some(Mismatch::Currency) => {
            found.push((IncidentKind::CurrencyDiffers, format!("It was paid in {}", seen.currency_text)));
        }
        None => {}
    }
    match finding {
        Some(finding) => found.extend(about_check(seen.amount, checkout, finding)?),
        None if seen.status == PaymentStatus::Approved => {
            let reference = seen.reference.as_deref().unwrap_or("none");
            found.push((
                IncidentKind::Orphan,
                format!("No checkout of ours asked for it; its reference is {reference}"),
            ));
        }
        None => {}
    }
    for (kind, detail) in found {
        let key = format!("{}:{}:{}", kind.as_str(), fetched.account.id, seen.payment_id);
        // Anomalies can happen again and are then news; the other kinds are noted once.
        let key = match kind {
            IncidentKind::UnknownStatus | IncidentKind::IllegalMove => format!("{key}:{}", seen.stamp.at().timestamp()),
            _ => key,
        };
        let incident = Incident {
            tenant: fetched.account.tenant_id,
            branch: finding.map(|finding| finding.check.branch_id).or(fetched.account.branch_id),
            account: Some(fetched.account.id),
            check: finding.map(|finding| finding.check.id),
            payment: finding.map(|finding| finding.after.id),
            detail,
        };
        uow.note_incident(kind, &key, incident).await?;
    }
    Ok(())
}

fn about_check(
    amount: Cents,
    checkout: Option<&CheckoutRow>,
    finding: &Finding<'_>,
) -> Result<Vec<(IncidentKind, String)>> {
    let Finding { check, before, after, settled } = finding;
    let counts = |row: &PaymentRow| row.net_cents > Cents::ZERO;
    let is_news = counts(after) && !before.is_some_and(counts);
    let mut found = Vec::new();
    let asked = checkout.map(|checkout| checkout.amount_cents.checked_add(checkout.tip_cents)).transpose()?;
    if let Some(asked) = asked.filter(|asked| counts(after) && *asked != amount) {
        let asked = asked.get();
        found.push((IncidentKind::AmountDiffers, format!("{} cents were paid, {asked} were asked for", amount.get())));
    }
    if check.closed_at.is_some() && is_news {
        found.push((IncidentKind::LatePayment, "It was paid after the party had left".to_owned()));
    }
    if after.net_cents > after.allocated_cents && settled.status == CheckStatus::Paid {
        let over = after.net_cents.saturating_sub(after.allocated_cents).get();
        found.push((IncidentKind::Overpaid, format!("{over} cents more than owed were paid")));
    }
    let moved = before.is_none_or(|row| row.status != after.status);
    if moved && after.status == PaymentStatus::InMediation {
        found.push((IncidentKind::Disputed, "The payer disputes it; it still counts".to_owned()));
    }
    if moved && after.status == PaymentStatus::ChargedBack {
        found.push((IncidentKind::ChargedBack, format!("It was charged back ({})", after.detail)));
    }
    let reopened = check.status == CheckStatus::Paid && settled.status != CheckStatus::Paid;
    if check.closed_at.is_some() && reopened {
        let owed = settled.remaining().get();
        found.push((IncidentKind::Reopened, format!("{owed} cents are owed again by a party that left")));
    }
    Ok(found)
}
