//! Amounts as whole hundredths, read from and written to decimal text: no float ever touches money.
//!
//! Every currency counts in hundredths here, those without fractions too (CLP 1500 is 150000), as the restaurant's own
//! ledger does: the oracle can be compared with it as it stands.

use serde::{Deserialize, Serialize};

/// How an amount is spelled in a JSON body; all of them mean the same number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AmountFormat {
    /// `10`, `10.5`: as the real bodies show.
    #[default]
    Shortest,
    /// `10.0`, `10.5`.
    OneDecimal,
    /// `10.00`, `10.50`.
    TwoDecimals,
    /// `1e1`, `105e-1`.
    Scientific,
}

/// Hundredths of what a decimal text says; `None` when it is no number, finer than a hundredth or too large.
pub(crate) fn parse(text: &str) -> Option<i64> {
    let (mantissa, exponent) = match text.trim().split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text.trim(), 0),
    };
    let (sign, digits) = mantissa.strip_prefix('-').map_or((1, mantissa), |rest| (-1, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let joined = format!("{whole}{fraction}");
    if joined.is_empty() || !joined.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut value: i64 = joined.parse().ok()?;
    let mut shift = exponent.checked_sub(i32::try_from(fraction.len()).ok()?)?.checked_add(2)?;
    while value != 0 && shift > 0 {
        value = value.checked_mul(10)?;
        shift -= 1;
    }
    while value != 0 && shift < 0 {
        if value % 10 != 0 {
            return None;
        }
        value /= 10;
        shift += 1;
    }
    Some(sign * value)
}

/// The decimal text of `cents`.
pub(crate) fn write(cents: i64, format: AmountFormat) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    let (whole, rest) = (cents.unsigned_abs() / 100, cents.unsigned_abs() % 100);
    let fraction = match format {
        AmountFormat::Scientific => return scientific(cents),
        AmountFormat::TwoDecimals => format!(".{rest:02}"),
        AmountFormat::OneDecimal | AmountFormat::Shortest if rest % 10 != 0 => format!(".{rest:02}"),
        AmountFormat::OneDecimal => format!(".{}", rest / 10),
        AmountFormat::Shortest if rest == 0 => String::new(),
        AmountFormat::Shortest => format!(".{}", rest / 10),
    };
    format!("{sign}{whole}{fraction}")
}

fn scientific(cents: i64) -> String {
    let (mut mantissa, mut exponent) = (cents, -2);
    while mantissa != 0 && mantissa % 10 == 0 {
        mantissa /= 10;
        exponent += 1;
    }
    format!("{mantissa}e{exponent}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_reads_back_as_the_same_amount() {
        for cents in [0, 1, 10, 99, 100, 1050, 100_000, 125_050, 9_999_999_999, -250] {
            for format in
                [AmountFormat::Shortest, AmountFormat::OneDecimal, AmountFormat::TwoDecimals, AmountFormat::Scientific]
            {
                assert_eq!(parse(&write(cents, format)), Some(cents), "{cents} as {format:?}");
            }
        }
        assert_eq!(write(100_000, AmountFormat::Scientific), "1e3");
        assert_eq!(write(1000, AmountFormat::OneDecimal), "10.0");
        assert_eq!(write(1050, AmountFormat::TwoDecimals), "10.50");
        assert_eq!(write(1000, AmountFormat::Shortest), "10");
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in ["", "-", "1.005", "abc", "1e", "1e999", "null", "\"10\"", "0x10"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
