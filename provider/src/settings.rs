//! How a provider is set up by the environment. Each reads its own variables; the program gathers them (`comanda
//! --help`) and knows none.

use crate::{Credentials, PaymentProvider, SetupError};
use domain::{
    Clock,
    payment::{Provider, SignatureMode},
};
use std::{sync::Arc, time::Duration};

/// What happens to a notification whose signature does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum WebhookMode {
    /// It is refused with 401; the sweep covers what was lost.
    Strict,
    /// It is taken as a hint to look, at low priority. For IPN, for QR codes, and while a secret is being replaced.
    Hint,
}

impl From<WebhookMode> for SignatureMode {
    fn from(mode: WebhookMode) -> Self {
        match mode {
            WebhookMode::Strict => Self::Strict,
            WebhookMode::Hint => Self::Hint,
        }
    }
}

/// The account of a server with one restaurant.
#[derive(Clone, Debug)]
pub struct ConfiguredAccount {
    /// What the environment says of it.
    pub credentials: Credentials,
    /// What happens to its notices whose signature does not hold.
    pub mode: SignatureMode,
}

/// What a provider read of the environment.
pub trait ProviderSettings: std::fmt::Debug {
    /// Whose settings these are.
    fn id(&self) -> Provider;

    /// What is wrong with them, one sentence each with the variable's name.
    fn problems(&self, production: bool) -> Vec<String>;

    /// Whether anything is set: then no sandbox stands in.
    fn is_set(&self) -> bool;

    /// The account they name, if they do.
    fn account(&self) -> Option<ConfiguredAccount>;

    /// The provider's client, of which a call takes at most `timeout`; none where it is not to be used.
    ///
    /// # Errors
    /// It cannot be set up on this machine.
    fn start(&self, timeout: Duration, clock: Arc<dyn Clock>) -> Result<Option<Arc<dyn PaymentProvider>>, SetupError>;
}
