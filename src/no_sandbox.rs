//! A build without the demo's sandbox: payments come through the providers that are configured, or not at all.

use crate::{console::Failure, providers::ProviderArgs};

/// No sandbox.
pub(crate) struct Sandbox;

impl Sandbox {
    /// Never called: such a build has no settings that ask for one.
    pub(crate) async fn start_for(_: &mut ProviderArgs) -> Result<Self, Failure> {
        Ok(Self)
    }
}
