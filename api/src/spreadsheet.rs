//! What a spreadsheet does with the text of a CSV cell, and the apostrophe that keeps it from that.
//!
//! It takes a cell that begins with `=`, `+`, `-` or `@` for a formula, and guests choose names. It takes what looks
//! like a number for one, and then shows that: a code `0123` becomes 123, a note `1e5` 100000, and of a telephone
//! number the last digits become zeros. Such a text goes out with an apostrophe in front, by which people at
//! spreadsheets say that a cell is text. A number that is shown as it was written needs none.

/// How a country writes decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decimals {
    /// `1,000.5`
    Point,
    /// `1.000,5`
    Comma,
}

/// With what a cell begins that is a formula; the last two break lines.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];
/// A spreadsheet keeps so many digits of a number.
const DIGITS: usize = 15;

/// Whether a text would become something else.
pub(crate) fn would_change(text: &str, decimals: Decimals) -> bool {
    text.starts_with(FORMULA) || becomes_another_number(text.trim(), decimals)
}

/// The text as a cell keeps it.
pub(crate) fn guarded(text: &str, decimals: Decimals) -> String {
    if would_change(text, decimals) { format!("'{text}") } else { text.to_owned() }
}

fn becomes_another_number(text: &str, decimals: Decimals) -> bool {
    let plain = match decimals {
        Decimals::Point => text.replace(',', ""),
        Decimals::Comma => text.replace('.', "").replace(',', "."),
    };
    // Rust reads `inf` and `nan`, a spreadsheet does not.
    if !plain.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        return false;
    }
    let Ok(number) = plain.parse::<f64>() else { return false };
    let shown = match decimals {
        Decimals::Point => number.to_string(),
        Decimals::Comma => number.to_string().replace('.', ","),
    };
    shown != text || text.bytes().filter(u8::is_ascii_digit).count() > DIGITS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_not_made_a_formula_or_another_number() {
        for text in [
            "=1+1",
            "+1",
            "-1",
            "@x",
            "\tx",
            "0123",
            "007",
            "1e5",
            "1E5",
            "1.5e+3",
            "1.50",
            ".5",
            "5.",
            "1,000",
            "1234567890123456",
            "12345678901234567890",
            " 0123",
        ] {
            assert_eq!(guarded(text, Decimals::Point), format!("'{text}"));
        }
        for text in [
            "",
            "0",
            "7",
            "123",
            "123456789012345",
            "2.5",
            "Ana",
            "e5",
            "inf",
            "nan",
            "infinity",
            "0123 A",
            "INT-01",
            "2026-11-30",
            "1e",
            "1.2.3",
            "12:30",
        ] {
            assert_eq!(guarded(text, Decimals::Point), text);
        }
    }

    #[test]
    fn a_country_s_own_decimals_are_its_numbers() {
        for (text, point, comma) in
            [("12.5", false, true), ("12,5", true, false), ("1.000", true, true), ("7", false, false)]
        {
            assert_eq!(would_change(text, Decimals::Point), point, "{text}");
            assert_eq!(would_change(text, Decimals::Comma), comma, "{text}");
        }
    }
}
