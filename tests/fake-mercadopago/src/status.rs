//! What may become of a payment: the graph of payments.md §2, and what each state is worth.

use serde::{Deserialize, Serialize};

/// A payment's status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Waits for the payer (cash, transfer).
    Pending,
    /// Under review.
    InProcess,
    /// Reserved on a card, not captured.
    Authorized,
    /// Paid; perhaps refunded in part.
    Approved,
    /// Refused, final.
    Rejected,
    /// Given up before payment, final.
    Cancelled,
    /// Paid back in full, final.
    Refunded,
    /// Disputed.
    InMediation,
    /// Taken back by the card's bank.
    ChargedBack,
}

impl Status {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::InProcess => "in_process",
            Self::Authorized => "authorized",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Cancelled => "cancelled",
            Self::Refunded => "refunded",
            Self::InMediation => "in_mediation",
            Self::ChargedBack => "charged_back",
        }
    }
}

/// How a guest's attempt to pay ends at first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Paid at once; the first notification is `payment.created` of an approved payment.
    Approve,
    /// A cash slip; nothing follows by itself.
    PendingThenNothing,
    /// Under review.
    InProcess,
    /// Reserved on a card.
    Authorize,
    /// Refused with this `status_detail`.
    Reject(String),
}

/// Who gave a payment up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CancelReason {
    /// Nobody paid in time.
    Expired,
    /// The seller.
    ByCollector,
    /// The payer.
    ByPayer,
}

/// Who a dispute is decided for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Winner {
    /// The payer gets the money back.
    Payer,
    /// The seller keeps it.
    Seller,
}

/// What happens to a payment later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Move {
    /// A pending payment or one under review is paid.
    Approve,
    /// It is refused with this `status_detail`.
    Reject(String),
    /// A pending payment goes under review.
    Review,
    /// A payment under review waits for the payer again.
    Wait,
    /// It is given up.
    Cancel(CancelReason),
    /// An authorized payment is taken.
    Capture,
    /// The seller pays back from the panel: so many hundredths, `None` for all that is left.
    RefundFromPanel(Option<i64>),
    /// The payer opens a dispute.
    Mediate,
    /// The dispute ends.
    ResolveMediation(Winner),
    /// The card's bank takes the money back for now.
    ChargeBack,
    /// The bank decides for the payer.
    SettleChargeback,
    /// The bank decides for the seller.
    ReimburseChargeback,
}

impl Move {
    /// Where the move leads; a refund's detail depends on its amount and is decided with it.
    pub(crate) fn target(&self) -> (Status, String) {
        let (status, detail) = match self {
            Self::Approve | Self::Capture | Self::ResolveMediation(Winner::Seller) => (Status::Approved, "accredited"),
            Self::Reject(detail) => (Status::Rejected, detail.as_str()),
            Self::Review => (Status::InProcess, "pending_review_manual"),
            Self::Wait => (Status::Pending, "pending_waiting_payment"),
            Self::Cancel(CancelReason::Expired) => (Status::Cancelled, "expired"),
            Self::Cancel(CancelReason::ByCollector) => (Status::Cancelled, "by_collector"),
            Self::Cancel(CancelReason::ByPayer) => (Status::Cancelled, "by_payer"),
            Self::RefundFromPanel(_) | Self::ResolveMediation(Winner::Payer) => (Status::Refunded, "refunded"),
            Self::Mediate => (Status::InMediation, "in_mediation"),
            Self::ChargeBack => (Status::ChargedBack, "in_process"),
            Self::SettleChargeback => (Status::ChargedBack, "settled"),
            Self::ReimburseChargeback => (Status::ChargedBack, "reimbursed"),
        };
        (status, detail.to_owned())
    }

    /// Whether a payment in this state may take the move.
    pub(crate) fn allowed(&self, from: Status, detail: &str) -> bool {
        use Status::{Approved, Authorized, ChargedBack, InMediation, InProcess, Pending};
        match self {
            Self::Approve | Self::Reject(_) => matches!(from, Pending | InProcess),
            Self::Review => from == Pending,
            Self::Wait => from == InProcess,
            Self::Cancel(_) => matches!(from, Pending | InProcess | Authorized),
            Self::Capture => from == Authorized,
            Self::RefundFromPanel(_) | Self::Mediate => from == Approved,
            Self::ResolveMediation(_) => from == InMediation,
            Self::ChargeBack => matches!(from, Approved | InMediation),
            Self::SettleChargeback | Self::ReimburseChargeback => from == ChargedBack && detail == "in_process",
        }
    }
}

/// What a payment in this state is worth to the seller, in hundredths.
pub(crate) fn net(status: Status, detail: &str, amount: i64, refunded: i64) -> i64 {
    match status {
        Status::Approved | Status::InMediation => amount - refunded,
        Status::ChargedBack if detail == "reimbursed" => amount - refunded,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn final_states_take_no_move() {
        let moves = [
            Move::Approve,
            Move::Reject("x".into()),
            Move::Review,
            Move::Wait,
            Move::Cancel(CancelReason::Expired),
            Move::Capture,
            Move::RefundFromPanel(None),
            Move::Mediate,
            Move::ResolveMediation(Winner::Seller),
            Move::ChargeBack,
            Move::SettleChargeback,
            Move::ReimburseChargeback,
        ];
        for status in [Status::Rejected, Status::Cancelled, Status::Refunded] {
            assert!(moves.iter().all(|step| !step.allowed(status, "")), "{status:?}");
        }
        assert!(!Move::SettleChargeback.allowed(Status::ChargedBack, "reimbursed"));
        assert!(Move::ReimburseChargeback.allowed(Status::ChargedBack, "in_process"));
    }

    #[test]
    fn worth_follows_the_table() {
        assert_eq!(net(Status::Approved, "partially_refunded", 1000, 250), 750);
        assert_eq!(net(Status::InMediation, "", 1000, 0), 1000);
        assert_eq!(net(Status::ChargedBack, "in_process", 1000, 0), 0);
        assert_eq!(net(Status::ChargedBack, "reimbursed", 1000, 0), 1000);
        assert_eq!(net(Status::Pending, "", 1000, 0), 0);
    }
}
