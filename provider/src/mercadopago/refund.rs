//! Refunds, and the codes they fail with (payments.md §2).

use super::wire::{Amount, Id, Instant, clip, required};
use crate::{CallError, Refund, RefundOrder, RefundOutcome, RefundStatus, decimal_from_cents};
use serde::Deserialize;

/// The body of a refund; none gives back all that is left.
pub(super) fn body(order: &RefundOrder) -> Option<Vec<u8>> {
    order.amount.map(|amount| format!("{{\"amount\":{}}}", decimal_from_cents(amount)).into_bytes())
}

/// A refund as it is answered.
#[derive(Deserialize)]
pub(super) struct Written {
    id: Option<Id>,
    amount: Option<Amount>,
    status: Option<String>,
    date_created: Option<Instant>,
}

impl Written {
    pub(super) fn refund(self) -> Result<Refund, CallError> {
        let status = match self.status.as_deref() {
            Some("approved") => RefundStatus::Approved,
            Some("in_process" | "pending") => RefundStatus::InProcess,
            Some("rejected" | "cancelled") => RefundStatus::Rejected,
            _ => RefundStatus::Unknown,
        };
        Ok(Refund {
            refund_id: required(self.id, "id")?.0,
            amount: required(self.amount, "amount")?.0,
            status,
            created_at: self.date_created.map(|instant| instant.0),
        })
    }
}

/// What a refund that was answered has come to.
pub(super) fn outcome(refund: Refund) -> RefundOutcome {
    let refund_id = refund.refund_id;
    match refund.status {
        RefundStatus::Approved => RefundOutcome::Done { refund_id },
        RefundStatus::Rejected => RefundOutcome::Rejected { code: "rejected".into(), message: clip(&refund_id, 64) },
        RefundStatus::InProcess | RefundStatus::Unknown => RefundOutcome::Pending { refund_id },
    }
}

/// What an order that was sent before has come to: its replay is answered with nothing, so the list must tell. When
/// more than one refund could be it, none is named: an id credited to the wrong order would be worse.
pub(super) fn replayed(order: &RefundOrder, refunds: Vec<Refund>) -> RefundOutcome {
    let fits = |refund: &Refund| {
        refund.status != RefundStatus::Rejected && order.amount.is_none_or(|amount| refund.amount == amount)
    };
    let mut fitting = refunds.into_iter().filter(fits);
    match (fitting.next(), fitting.next()) {
        (Some(refund), None) => outcome(refund),
        (Some(_), Some(_)) => RefundOutcome::AlreadyDone,
        (None, _) => RefundOutcome::Retry { code: "replayed_but_not_listed".into() },
    }
}

/// What a refused refund means: some refusals are not final, and one says that there is nothing left to do.
pub(super) fn refused(code: String, message: String) -> RefundOutcome {
    match code.as_str() {
        // The payment is in no state to be refunded: seen when it already is, in full.
        "2063" => RefundOutcome::AlreadyDone,
        // Contradictory, seen to succeed later; the same request within a minute; in flight or locked.
        "2084" | "2001" | "409" | "423" => RefundOutcome::Retry { code },
        // 2017 more than is left, 2030 the seller lacks the money, 2024 too old, 2022 too many, 4292 no key, others.
        _ => RefundOutcome::Rejected { code, message },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Cents;

    fn refund(id: &str, cents: i64, status: RefundStatus) -> Refund {
        Refund { refund_id: id.into(), amount: Cents::new(cents).unwrap(), status, created_at: None }
    }

    fn order(cents: Option<i64>) -> RefundOrder {
        let amount = cents.map(|cents| Cents::new(cents).unwrap());
        RefundOrder { key: "k".into(), payment_id: "1".into(), amount }
    }

    #[test]
    fn the_list_settles_a_replay() {
        let list = || {
            vec![
                refund("a", 500, RefundStatus::Approved),
                refund("b", 700, RefundStatus::InProcess),
                refund("c", 900, RefundStatus::Rejected),
            ]
        };
        assert_eq!(replayed(&order(Some(500)), list()), RefundOutcome::Done { refund_id: "a".into() });
        assert_eq!(replayed(&order(Some(700)), list()), RefundOutcome::Pending { refund_id: "b".into() });
        assert_eq!(replayed(&order(None), list()), RefundOutcome::AlreadyDone);
        assert!(matches!(replayed(&order(Some(900)), list()), RefundOutcome::Retry { .. }));
        assert!(matches!(replayed(&order(None), Vec::new()), RefundOutcome::Retry { .. }));
    }

    #[test]
    fn codes_decide_not_texts() {
        let refused = |code: &str| refused(code.into(), "words".into());
        assert_eq!(refused("2063"), RefundOutcome::AlreadyDone);
        assert!(matches!(refused("2084"), RefundOutcome::Retry { .. }));
        for code in ["2017", "2030", "4292", "2024", "new"] {
            assert!(matches!(refused(code), RefundOutcome::Rejected { .. }), "{code}");
        }
    }

    #[test]
    fn bodies_are_exact() {
        assert_eq!(body(&order(None)), None);
        assert_eq!(body(&order(Some(25_050))).unwrap(), br#"{"amount":250.50}"#);
    }
}
