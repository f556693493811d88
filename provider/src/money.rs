//! Decimals on a provider's wire, to cents and back, without ever being a float.

use domain::Cents;

/// A text that is no amount of whole cents.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an amount of whole cents")]
pub struct DecimalError(pub String);

/// Exponents beyond this are no amount of money; the bound keeps a hostile `1e999999999` cheap.
const EXPONENT: i32 = 40;

/// The cents of a decimal as JSON writes it: `10`, `10.0`, `10.50`, `1e3`, or any of these in quotes.
///
/// # Errors
/// When it is no number, negative, too large, or has a fraction of a cent.
pub fn cents_from_decimal(json: &str) -> Result<Cents, DecimalError> {
    let text = json.trim();
    let text = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    parse(text).ok_or_else(|| DecimalError(json.chars().take(40).collect()))
}

fn parse(text: &str) -> Option<Cents> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok().filter(|e| e.abs() <= EXPONENT)?),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').map_or((mantissa, None), |(w, f)| (w, Some(f)));
    let fraction = match fraction {
        Some("") => return None,
        fraction => fraction.unwrap_or(""),
    };
    // `-0` is zero; everything else negative is no amount.
    let (negative, whole) = whole.strip_prefix('-').map_or((false, whole), |whole| (true, whole));
    let digits = || whole.bytes().chain(fraction.bytes());
    if whole.is_empty() || digits().any(|digit| !digit.is_ascii_digit()) {
        return None;
    }
    let significant = digits().skip_while(|digit| *digit == b'0');
    let mut value: i128 = 0;
    for digit in significant {
        value = value.checked_mul(10)?.checked_add(i128::from(digit - b'0'))?;
    }
    let shift = exponent.checked_sub(i32::try_from(fraction.len()).ok()?)?.checked_add(2)?;
    let cents = if value == 0 {
        0
    } else if shift >= 0 {
        value.checked_mul(10_i128.checked_pow(shift.unsigned_abs())?)?
    } else {
        // Fractions below a cent must be zeros: 10.500 is 10.50, 10.505 is nobody's price.
        let unit = 10_i128.checked_pow(shift.unsigned_abs())?;
        if value % unit != 0 {
            return None;
        }
        value / unit
    };
    if negative && cents != 0 {
        return None;
    }
    Cents::new(i64::try_from(cents).ok()?).ok()
}

/// The decimal of `cents`: `10` or `10.50`, as a JSON number.
#[must_use]
pub fn decimal_from_cents(cents: Cents) -> String {
    let (whole, rest) = (cents.get() / 100, cents.get() % 100);
    if rest == 0 { whole.to_string() } else { format!("{whole}.{rest:02}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn there_and_back(cents in 0..=i64::MAX) {
            let cents = Cents::new(cents).unwrap();
            prop_assert_eq!(cents_from_decimal(&decimal_from_cents(cents)), Ok(cents));
        }

        #[test]
        fn no_text_panics(text in ".{0,40}") {
            let _ = cents_from_decimal(&text);
        }

        #[test]
        fn zeros_at_the_end_change_nothing(cents in 0..=1_000_000_000_i64, zeros in 0..30_usize) {
            let text = format!("{}.{:02}{}", cents / 100, cents % 100, "0".repeat(zeros));
            prop_assert_eq!(cents_from_decimal(&text).map(Cents::get), Ok(cents));
        }
    }

    #[test]
    fn every_way_to_write_an_amount() {
        let cases = [
            ("10", 1_000),
            ("10.0", 1_000),
            ("10.5", 1_050),
            ("10.50", 1_050),
            ("\"10.50\"", 1_050),
            ("1e3", 100_000),
            ("1E+3", 100_000),
            ("1050e-2", 1_050),
            ("0.01", 1),
            ("1.2345e2", 12_345),
            ("0", 0),
            ("-0.0", 0),
            ("0e40", 0),
            ("92233720368547758.07", i64::MAX),
        ];
        for (text, cents) in cases {
            assert_eq!(cents_from_decimal(text).map(Cents::get), Ok(cents), "{text}");
        }
    }

    #[test]
    fn what_is_no_amount() {
        let wrong = [
            "",
            "\"\"",
            "-1",
            "-0.01",
            "10.505",
            "0.001",
            "1e-3",
            "1e999999999",
            "1e41",
            "NaN",
            "1,5",
            "10.",
            ".5",
            "1e",
            "null",
            "true",
            "0x10",
            "+1",
            "1 0",
            "92233720368547758.08",
            "١٠",
        ];
        for text in wrong {
            assert!(cents_from_decimal(text).is_err(), "{text}");
        }
    }
}
