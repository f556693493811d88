//! How much of a long test is played: a sample, unless `scripts/soak` or a person asks for more.

/// The number in the environment variable `variable`, or else `sample`.
///
/// # Panics
/// The variable is set and no number: a run that was meant to be long must not quietly be short.
#[must_use]
pub fn amount(variable: &str, sample: u64) -> u64 {
    let Ok(text) = std::env::var(variable) else { return sample };
    text.trim().parse().unwrap_or_else(|_| panic!("{variable} is no number: {text}"))
}
