//! Payments and what names them: the payment itself, searches, orders, chargebacks (payments.md §2).

use super::wire::{Amount, Id, Instant, Reference, clip, read, required};
use crate::{CallError, Order, Page, Snapshot};
use domain::{
    Cents, Currency,
    payment::{PaymentStatus, truth::Stamp},
};
use serde::Deserialize;
use serde_json::value::RawValue;

/// Longest word kept of a status, a detail, a currency or a method.
const WORD: usize = 64;
/// Longest foreign reference kept; ours have 36 characters.
const REFERENCE: usize = 256;

/// The fields that matter; any may be missing.
#[derive(Deserialize)]
struct Written {
    id: Option<Id>,
    status: Option<String>,
    status_detail: Option<String>,
    external_reference: Option<Id>,
    currency_id: Option<String>,
    transaction_amount: Option<Amount>,
    transaction_amount_refunded: Option<Amount>,
    date_approved: Option<Instant>,
    date_last_updated: Option<Instant>,
    order: Option<Reference>,
    collector_id: Option<Id>,
    collector: Option<Reference>,
    payment_method_id: Option<String>,
    payment_type_id: Option<String>,
}

/// The status behind Mercado Pago's word.
fn status(word: &str) -> PaymentStatus {
    match word {
        "pending" => PaymentStatus::Pending,
        "in_process" => PaymentStatus::InProcess,
        "authorized" => PaymentStatus::Authorized,
        "approved" => PaymentStatus::Approved,
        "in_mediation" => PaymentStatus::InMediation,
        "rejected" => PaymentStatus::Rejected,
        "cancelled" => PaymentStatus::Cancelled,
        "refunded" => PaymentStatus::Refunded,
        "charged_back" => PaymentStatus::ChargedBack,
        _ => PaymentStatus::Unknown,
    }
}

/// The payment in `raw`.
pub(super) fn snapshot(raw: &str) -> Result<Snapshot, CallError> {
    let payment: Written = read(raw.as_bytes())?;
    let status_text = required(payment.status, "status")?;
    let status = status(&status_text);
    let amount = required(payment.transaction_amount, "transaction_amount")?.0;
    let refunded = match payment.transaction_amount_refunded {
        Some(refunded) => refunded.0,
        // Taking a missing figure for zero would give back to the ledger what was given back to the payer.
        None if counts(status) => return Err(CallError::Malformed("transaction_amount_refunded is missing".into())),
        None => Cents::ZERO,
    };
    if refunded > amount {
        return Err(CallError::Malformed("more was refunded than paid".into()));
    }
    let currency_text = clip(&required(payment.currency_id, "currency_id")?, WORD);
    let detail = clip(&payment.status_detail.unwrap_or_default(), WORD);
    let collector = payment.collector_id.or_else(|| payment.collector.and_then(|collector| collector.id));
    let won_back = status == PaymentStatus::ChargedBack && detail == "reimbursed";
    Ok(Snapshot {
        payment_id: required(payment.id, "id")?.0,
        reference: payment.external_reference.map(|id| clip(&id.0, REFERENCE)).filter(|text| !text.is_empty()),
        account: collector.map(|id| clip(&id.0, WORD)),
        amount,
        refunded,
        currency: Currency::ALL.iter().copied().find(|currency| currency.as_str() == currency_text),
        currency_text,
        status,
        status_text: clip(&status_text, WORD),
        detail,
        approved_at: payment.date_approved.map(|instant| instant.0),
        stamp: Stamp::Provider(required(payment.date_last_updated, "date_last_updated")?.0),
        order_id: payment.order.and_then(|order| order.id).map(|id| clip(&id.0, WORD)),
        method: payment.payment_method_id.or(payment.payment_type_id).map(|method| clip(&method, WORD)),
        disputed: matches!(status, PaymentStatus::InMediation | PaymentStatus::ChargedBack) && !won_back,
        raw: raw.to_owned(),
    })
}

/// Whether what was refunded changes what the payment is worth.
const fn counts(status: PaymentStatus) -> bool {
    matches!(status, PaymentStatus::Approved | PaymentStatus::InMediation | PaymentStatus::ChargedBack)
}

#[derive(Deserialize)]
struct Found {
    results: Option<Vec<Box<RawValue>>>,
    paging: Option<Paging>,
}

#[derive(Deserialize)]
struct Paging {
    total: Option<u32>,
}

/// A page of payments that began at `offset`. One entry that makes no sense does not hide the others.
pub(super) fn page(body: &[u8], offset: u32) -> Result<Page<Snapshot>, CallError> {
    let found: Found = read(body)?;
    let results = required(found.results, "results")?;
    let reached = offset.saturating_add(u32::try_from(results.len()).unwrap_or(u32::MAX));
    let total = found.paging.and_then(|paging| paging.total).unwrap_or(reached);
    let mut page = Page { items: Vec::new(), unreadable: Vec::new(), next_offset: None };
    for result in &results {
        match snapshot(result.get()) {
            Ok(snapshot) => page.items.push(snapshot),
            Err(error) => match read::<Reference>(result.get().as_bytes()).ok().and_then(|payment| payment.id) {
                Some(id) => page.unreadable.push(id.0),
                None => return Err(error),
            },
        }
    }
    page.next_offset = (!results.is_empty() && reached < total).then_some(reached);
    Ok(page)
}

#[derive(Deserialize)]
struct WrittenOrder {
    id: Option<Id>,
    external_reference: Option<Id>,
    preference_id: Option<Id>,
    payments: Option<Vec<Reference>>,
}

/// The order in `body`.
pub(super) fn order(body: &[u8]) -> Result<Order, CallError> {
    let order: WrittenOrder = read(body)?;
    let text = |id: Id| Some(clip(&id.0, REFERENCE)).filter(|text| !text.is_empty());
    Ok(Order {
        order_id: required(order.id, "id")?.0,
        reference: order.external_reference.and_then(text),
        checkout_ref: order.preference_id.and_then(text),
        payment_ids: order.payments.unwrap_or_default().into_iter().filter_map(|payment| Some(payment.id?.0)).collect(),
    })
}

#[derive(Deserialize)]
struct Chargeback {
    payments: Option<Vec<Disputed>>,
    payment_id: Option<Id>,
}

/// A disputed payment: its id, or an object that has one.
#[derive(Deserialize)]
#[serde(untagged)]
enum Disputed {
    Number(u64),
    Text(String),
    Object { id: u64 },
    TextObject { id: String },
}

/// The payments of the chargeback in `body`.
pub(super) fn chargeback(body: &[u8]) -> Result<Vec<String>, CallError> {
    let chargeback: Chargeback = read(body)?;
    let payments = chargeback.payments.unwrap_or_default().into_iter().map(|payment| match payment {
        Disputed::Number(id) | Disputed::Object { id } => id.to_string(),
        Disputed::Text(id) | Disputed::TextObject { id } => id,
    });
    let ids: Vec<String> = payments.chain(chargeback.payment_id.map(|id| id.0)).collect();
    if ids.is_empty() { Err(CallError::Malformed("the chargeback names no payment".into())) } else { Ok(ids) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn payment() -> Value {
        json!({
            "id": 146_000_000_001_i64, "status": "approved", "status_detail": "accredited", "currency_id": "ARS",
            "transaction_amount": 1250.5, "transaction_amount_refunded": 0,
            "external_reference": "0b7c6c1e-5d7e-4a55-9f0e-3f1d9f0a7c11", "collector": {"id": 900_100_200},
            "order": {"id": "38000000001", "type": "mercadopago"}, "payment_method_id": "account_money",
            "date_approved": "2026-02-20T19:34:35.000-04:00", "date_last_updated": "2026-02-20T19:34:35.000-04:00",
        })
    }

    fn with(changes: Value) -> Result<Snapshot, CallError> {
        let mut payment = payment();
        for (name, value) in changes.as_object().unwrap() {
            payment[name] = value.clone();
        }
        snapshot(&payment.to_string())
    }

    fn without(field: &str) -> Result<Snapshot, CallError> {
        let mut payment = payment();
        payment.as_object_mut().unwrap().remove(field);
        snapshot(&payment.to_string())
    }

    #[test]
    fn a_live_body_is_understood() {
        let snapshot = with(json!({})).unwrap();
        assert_eq!((snapshot.payment_id.as_str(), snapshot.account.as_deref()), ("146000000001", Some("900100200")));
        assert_eq!((snapshot.amount.get(), snapshot.refunded.get()), (125_050, 0));
        assert_eq!((snapshot.currency, snapshot.status), (Some(Currency::Ars), PaymentStatus::Approved));
        assert_eq!(snapshot.order_id.as_deref(), Some("38000000001"));
        assert_eq!(snapshot.stamp.at().to_rfc3339(), "2026-02-20T23:34:35+00:00");
        assert_eq!(snapshot.method.as_deref(), Some("account_money"));
        assert!(!snapshot.disputed);
    }

    #[test]
    fn amounts_are_read_as_written() {
        for (text, cents) in [("10", 1_000), ("10.0", 1_000), ("10.50", 1_050), ("1e3", 100_000), ("\"10.50\"", 1_050)]
        {
            let raw = payment().to_string().replace("1250.5", text);
            assert_eq!(snapshot(&raw).unwrap().amount.get(), cents, "{text}");
        }
        for text in ["10.505", "-10", "true", "\"ten\"", "1e400"] {
            let raw = payment().to_string().replace("1250.5", text);
            assert!(matches!(snapshot(&raw), Err(CallError::Malformed(_))), "{text}");
        }
    }

    #[test]
    fn a_word_nobody_knows_is_kept() {
        let snapshot = with(json!({"status": "vaporised", "currency_id": "USD", "extra": [1]})).unwrap();
        assert_eq!((snapshot.status, snapshot.status_text.as_str()), (PaymentStatus::Unknown, "vaporised"));
        assert_eq!((snapshot.currency, snapshot.currency_text.as_str()), (None, "USD"));
    }

    #[test]
    fn what_money_needs_must_be_there_and_the_rest_may_be_missing() {
        let needed =
            ["id", "status", "transaction_amount", "transaction_amount_refunded", "currency_id", "date_last_updated"];
        for field in needed {
            assert!(matches!(without(field), Err(CallError::Malformed(_))), "{field}");
            assert!(matches!(with(json!({field: null})), Err(CallError::Malformed(_))), "{field} null");
        }
        for field in ["status_detail", "external_reference", "collector", "order", "payment_method_id", "date_approved"]
        {
            without(field).unwrap();
            with(json!({field: null})).unwrap();
        }
        with(json!({"status": "pending", "transaction_amount_refunded": null})).unwrap();
        assert!(matches!(with(json!({"transaction_amount_refunded": 2000})), Err(CallError::Malformed(_))));
    }

    #[test]
    fn disputes_are_told_and_a_won_one_is_none() {
        let disputed =
            |status: &str, detail: &str| with(json!({"status": status, "status_detail": detail})).unwrap().disputed;
        assert!(disputed("in_mediation", "pending") && disputed("charged_back", "in_process"));
        assert!(!disputed("charged_back", "reimbursed") && !disputed("approved", "partially_refunded"));
    }

    #[test]
    fn one_strange_entry_does_not_hide_the_page() {
        let strange = json!({"id": "77", "status": "approved"});
        let body = json!({"results": [payment(), strange], "paging": {"total": 5, "limit": 2, "offset": 1}});
        let page = page(body.to_string().as_bytes(), 1).unwrap();
        assert_eq!((page.items.len(), page.unreadable, page.next_offset), (1, vec!["77".to_owned()], Some(3)));
        let last = super::page(json!({"results": [], "paging": {"total": 5}}).to_string().as_bytes(), 5).unwrap();
        assert_eq!(last.next_offset, None);
        assert!(super::page(b"{}", 0).is_err());
    }

    #[test]
    fn chargebacks_name_their_payments() {
        assert_eq!(chargeback(br#"{"id":"1","payments":[1, "2", {"id": 3}]}"#).unwrap(), ["1", "2", "3"]);
        assert!(chargeback(b"{}").is_err());
    }
}
