//! The handle through which a test says what goes wrong, and asks how often it did.

use std::sync::Arc;

use crate::faults::{DeliveryRule, Rule};
use crate::provider::Provider;

/// The rules of what goes wrong.
#[derive(Debug, Clone)]
pub struct Faults {
    provider: Arc<Provider>,
}

impl Faults {
    pub(crate) fn new(provider: Arc<Provider>) -> Self {
        Self { provider }
    }

    /// Adds a rule for requests; its id.
    pub fn add(&self, rule: Rule) -> u64 {
        self.provider.state().rules.add(rule)
    }

    /// Adds a rule for notifications; its id.
    pub fn add_delivery(&self, rule: DeliveryRule) -> u64 {
        self.provider.state().rules.add_delivery(rule)
    }

    /// Takes a rule away.
    pub fn remove(&self, id: u64) {
        self.provider.state().rules.remove(id);
    }

    /// Takes all rules away.
    pub fn clear(&self) {
        self.provider.state().rules.clear();
    }

    /// How often a rule struck.
    #[must_use]
    pub fn fired(&self, id: u64) -> u32 {
        self.provider.state().rules.fired(id)
    }
}
