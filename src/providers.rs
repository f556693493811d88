//! The payment providers of this program, the one place that lists them: a field for what each reads of the
//! environment, and a line in [`ProviderArgs::all`].

use crate::{console::Failure, process::Process};
use domain::Clock;
use provider::{PaymentProvider, ProviderSettings};
use runtime::ProviderFacts;
use std::{sync::Arc, time::Duration};

/// What the providers read of the environment.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct ProviderArgs {
    #[command(flatten)]
    pub(crate) mercadopago: provider::mercadopago::Args,
    #[cfg(feature = "sandbox")]
    #[command(flatten)]
    testpay: testpay::Args,
}

impl ProviderArgs {
    fn all(&self) -> Vec<&dyn ProviderSettings> {
        vec![
            &self.mercadopago,
            #[cfg(feature = "sandbox")]
            &self.testpay,
        ]
    }

    /// The ids by which accounts name them.
    pub(crate) fn ids(&self) -> Vec<String> {
        self.all().iter().map(|settings| settings.id().as_str().to_owned()).collect()
    }

    /// What the rest of the configuration must know.
    pub(crate) fn facts(&self, production: bool) -> ProviderFacts {
        let all = self.all();
        ProviderFacts {
            problems: all.iter().flat_map(|settings| settings.problems(production)).collect(),
            is_set: all.iter().any(|settings| settings.is_set()),
            has_account: all.iter().any(|settings| settings.account().is_some()),
        }
    }

    /// Their clients.
    pub(crate) fn start(
        &self,
        timeout: Duration,
        clock: &Arc<dyn Clock>,
    ) -> Result<Vec<Arc<dyn PaymentProvider>>, Failure> {
        let mut started = Vec::new();
        for settings in self.all() {
            started.extend(settings.start(timeout, clock.clone())?);
        }
        Ok(started)
    }
}

/// Gives the business the accounts that are configured.
pub(crate) async fn adopt_accounts(process: &Process, args: &ProviderArgs) -> Result<(), Failure> {
    for settings in args.all() {
        if let Some(account) = settings.account() {
            operations::payment::adopt_account(&process.db, &process.providers, settings.id(), &account).await?;
        }
    }
    Ok(())
}
