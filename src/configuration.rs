//! The page of all settings, those of the payment providers included.

use crate::Cli;
use clap::CommandFactory;

/// docs/configuration.md.
pub(crate) fn page() -> String {
    runtime::config::reference(&Cli::command())
}

#[cfg(test)]
mod tests;
