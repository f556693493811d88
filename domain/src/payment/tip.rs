//! Tips: which part of a payment is not for the bill.

use crate::{
    Cents,
    check::pricing::percent_of,
    money::{MAX_AMOUNT, Unit},
    text::Refused,
};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

/// The part of a payment that counts, divided into bill and tip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Worth {
    /// For the bill: what may be allocated to charges.
    pub bill: Cents,
    /// For the staff.
    pub tip: Cents,
}

/// Divides what counts of a payment (`net`) between the bill and the tip. bill + tip = net.
///
/// Of the `amount` paid, the tip is what goes beyond `asked_bill`, up to `asked_tip`. A payer who pays less than asked
/// pays the bill first. A payer who pays more leaves a credit, not a tip. A refund takes the bill's part back first: it
/// is given for wrong food, and the staff keep their tip as long as there is money for it.
#[must_use]
pub fn worth(net: Cents, amount: Cents, asked_bill: Cents, asked_tip: Cents) -> Worth {
    let tip = amount.saturating_sub(asked_bill).min(asked_tip).min(net);
    Worth { bill: net.saturating_sub(tip), tip }
}

/// A whole percentage from 0 to 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "i64", into = "i64")]
#[schema(minimum = 0, maximum = 100)]
pub struct TipPercent(u8);

impl TryFrom<i64> for TipPercent {
    type Error = Refused;
    fn try_from(n: i64) -> Result<Self, Refused> {
        match u8::try_from(n) {
            Ok(n @ 0..=100) => Ok(Self(n)),
            _ => Err(Refused::new("must be from 0 to 100")),
        }
    }
}

impl From<TipPercent> for i64 {
    fn from(percent: TipPercent) -> Self {
        percent.0.into()
    }
}

/// How a tip is said: `{"percent": 10}` or `{"amount_cents": 500}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
// The office's tip is `Tip` in the document already, and of two schemas of one name only one is shown.
#[schema(as = AskedTip)]
pub enum Tip {
    /// A part of what the diner owes.
    #[serde(rename = "percent")]
    Percent(TipPercent),
    /// So many cents.
    #[serde(rename = "amount_cents", deserialize_with = "countable")]
    Amount(Cents),
}

fn countable<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Cents, D::Error> {
    let cents = Cents::deserialize(deserializer)?;
    if cents <= MAX_AMOUNT { Ok(cents) } else { Err(D::Error::custom("must be at most 10000000000000")) }
}

impl Tip {
    /// The tip on `base`: a percentage in whole units, half a unit rounded up; an amount as it was said.
    #[must_use]
    pub fn of(self, base: Cents, unit: Unit) -> Cents {
        match self {
            Self::Percent(percent) => percent_of(percent.0, base, unit),
            Self::Amount(amount) => amount,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cents(n: i64) -> Cents {
        Cents::new(n).unwrap()
    }

    fn worth_of(net: i64, amount: i64, bill: i64, tip: i64) -> (i64, i64) {
        let worth = worth(cents(net), cents(amount), cents(bill), cents(tip));
        (worth.bill.get(), worth.tip.get())
    }

    #[test]
    fn the_bill_comes_first_when_paying_and_when_taking_back() {
        assert_eq!(worth_of(1100, 1100, 1000, 100), (1000, 100));
        assert_eq!(worth_of(1050, 1050, 1000, 100), (1000, 50));
        assert_eq!(worth_of(900, 900, 1000, 100), (900, 0));
        assert_eq!(worth_of(1500, 1500, 1000, 100), (1400, 100));
        assert_eq!(worth_of(600, 1100, 1000, 100), (500, 100));
        assert_eq!(worth_of(60, 1100, 1000, 100), (0, 60));
        assert_eq!(worth_of(0, 1100, 1000, 100), (0, 0));
    }

    #[test]
    fn a_percentage_rounds_half_up() {
        let tip: Tip = serde_json::from_str(r#"{"percent":15}"#).unwrap();
        assert_eq!(tip.of(cents(1010), Unit::CENT), cents(152));
        assert_eq!(serde_json::from_str::<Tip>(r#"{"amount_cents":70}"#).unwrap().of(cents(1), Unit::CENT), cents(70));
        assert!(serde_json::from_str::<Tip>(r#"{"percent":101}"#).is_err());
        assert!(serde_json::from_str::<Tip>(r#"{"amount_cents":-1}"#).is_err());
    }

    proptest! {
        #[test]
        fn nothing_is_lost(amount in 0..10_000_i64, back in 0..10_000_i64, bill in 0..10_000_i64, tip in 0..10_000_i64) {
            let net = (amount - back).max(0);
            let (for_bill, for_tip) = worth_of(net, amount, bill, tip);
            prop_assert_eq!(for_bill + for_tip, net);
            prop_assert!(for_tip <= tip);
        }
    }
}
