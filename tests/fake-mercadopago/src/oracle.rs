//! The truth: what each payment is worth, to be compared with a ledger after the storm.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::state::State;
use crate::status::Status;

/// A payment's true worth; amounts in hundredths.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TruePayment {
    /// Its number.
    pub payment: u64,
    /// Whose.
    pub seller: u64,
    /// Under which preference.
    pub preference: String,
    /// The seller's reference.
    pub external_reference: Option<String>,
    /// ISO 4217.
    pub currency: String,
    /// `transaction_amount`.
    pub gross: i64,
    /// `transaction_amount_refunded`.
    pub refunded: i64,
    /// Its status.
    pub status: Status,
    /// Its detail.
    pub detail: String,
    /// What the seller has of it: refunds and chargebacks taken off, fees not.
    pub net: i64,
}

/// All payments' true worth.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Oracle {
    /// By number.
    pub payments: Vec<TruePayment>,
}

impl Oracle {
    pub(crate) fn of(state: &State) -> Self {
        let truth = |payment: &crate::payment::Payment| TruePayment {
            payment: payment.id,
            seller: payment.seller,
            preference: payment.preference.clone(),
            external_reference: payment.reference.clone(),
            currency: payment.currency.clone(),
            gross: payment.amount,
            refunded: payment.refunded,
            status: payment.status,
            detail: payment.detail.clone(),
            net: payment.net(),
        };
        Self { payments: state.payments.values().map(truth).collect() }
    }

    /// One payment.
    #[must_use]
    pub fn payment(&self, id: u64) -> Option<&TruePayment> {
        self.payments.iter().find(|payment| payment.payment == id)
    }

    /// Net per external reference, payments without one under the empty text.
    #[must_use]
    pub fn net_by_reference(&self) -> BTreeMap<String, i64> {
        let mut sums = BTreeMap::new();
        for payment in &self.payments {
            *sums.entry(payment.external_reference.clone().unwrap_or_default()).or_insert(0) += payment.net;
        }
        sums
    }

    /// Net of one reference.
    #[must_use]
    pub fn net_of(&self, external_reference: &str) -> i64 {
        self.net_by_reference().get(external_reference).copied().unwrap_or(0)
    }

    /// Net of one seller.
    #[must_use]
    pub fn net_of_seller(&self, seller: u64) -> i64 {
        self.payments.iter().filter(|payment| payment.seller == seller).map(|payment| payment.net).sum()
    }
}
