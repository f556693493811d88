//! An amount as a guest reads it, by the customs of its currency; integers only.

use domain::{Cents, Currency};

struct Custom {
    sign: &'static str,
    /// Between groups of three digits.
    group: char,
    /// Before the cents.
    point: char,
    /// Whether cents are written at all.
    cents: bool,
}

const fn custom(currency: Currency) -> Custom {
    match currency {
        Currency::Ars => Custom { sign: "$", group: '.', point: ',', cents: true },
        Currency::Brl => Custom { sign: "R$", group: '.', point: ',', cents: true },
        Currency::Clp => Custom { sign: "$", group: '.', point: ',', cents: false },
        Currency::Cop => Custom { sign: "$", group: '.', point: ',', cents: true },
        Currency::Mxn => Custom { sign: "$", group: ',', point: '.', cents: true },
        Currency::Pen => Custom { sign: "S/", group: ',', point: '.', cents: true },
        Currency::Uyu => Custom { sign: "$U", group: '.', point: ',', cents: true },
    }
}

/// `$ 1.234,50`. A currency without fractions shows them all the same when there are some: a receipt hides nothing.
pub(super) fn price(currency: Currency, amount: Cents) -> String {
    let Custom { sign, group, point, cents } = custom(currency);
    let digits = (amount.get() / 100).to_string();
    let mut text = format!("{sign} ");
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(group);
        }
        text.push(digit);
    }
    let rest = amount.get() % 100;
    if cents || rest != 0 {
        text.push(point);
        text.push_str(&format!("{rest:02}"));
    }
    text
}

/// The same of an amount that may be below zero: `− $ 10,00`.
pub(super) fn signed_price(currency: Currency, amount: i64) -> String {
    let text = price(currency, Cents::new(amount.saturating_abs()).unwrap_or_default());
    if amount < 0 { format!("− {text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_follow_the_custom_of_the_country() {
        let cents = |n| Cents::new(n).unwrap();
        assert_eq!(price(Currency::Ars, cents(123_450)), "$ 1.234,50");
        assert_eq!(price(Currency::Ars, cents(5)), "$ 0,05");
        assert_eq!(price(Currency::Mxn, cents(100_000_000)), "$ 1,000,000.00");
        assert_eq!(signed_price(Currency::Ars, -1000), "− $ 10,00");
        assert_eq!(signed_price(Currency::Clp, 99_900), "$ 999");
        assert_eq!(price(Currency::Clp, cents(99_900)), "$ 999");
        assert_eq!(price(Currency::Clp, cents(100_050)), "$ 1.000,50");
        assert_eq!(price(Currency::Pen, cents(i64::MAX)), "S/ 92,233,720,368,547,758.07");
    }
}
