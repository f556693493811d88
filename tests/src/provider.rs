//! The app's operator, and its payment provider, which the test itself plays (crate `fake-mercadopago`).

use crate::{App, Process};
use std::time::{Duration, Instant};

impl App {
    /// Where the app looks for its payment provider.
    ///
    /// # Panics
    /// Unless the app was started with `AppOptions::provider`.
    pub fn provider_url(&self) -> &str {
        self.provider.as_deref().expect("AppOptions::provider")
    }

    /// The operator looks for every payment nobody told of, and waits for what that brings.
    ///
    /// # Panics
    /// When that fails.
    pub fn sweep(&self) {
        self.operate(&["sweep-payments"]);
    }

    /// Runs `comanda <arguments>` as this app's operator and returns what it printed.
    ///
    /// # Panics
    /// When it fails.
    pub fn operate(&self, arguments: &[&str]) -> String {
        let (succeeded, said) = self.try_operate(arguments);
        assert!(succeeded, "{arguments:?}: {said}");
        said
    }

    /// Runs `comanda <arguments>` as this app's operator; whether it succeeded, and all that it printed.
    pub fn try_operate(&self, arguments: &[&str]) -> (bool, String) {
        self.try_operate_with(&[], arguments)
    }

    /// [`App::try_operate`] with other variables.
    pub fn try_operate_with(&self, variables: &[(&str, &str)], arguments: &[&str]) -> (bool, String) {
        let output = self.apis[0].process.beside_with(variables, arguments);
        let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.success(), said(&output.stdout) + &said(&output.stderr))
    }

    /// Starts `comanda <arguments>` as this app's operator, and goes on while it runs.
    ///
    /// # Panics
    /// When the program cannot be started at all.
    #[must_use]
    pub fn start_operator(&self, name: &str, arguments: &[&str]) -> Process {
        self.apis[0].process.another_doing(name, arguments)
    }

    /// Starts the first API process once more with other variables, and gives back what it said when it had come up, or
    /// had ended.
    ///
    /// # Panics
    /// When it does neither in a minute.
    pub async fn start_another(&self, name: &str, variables: &[(&str, &str)]) -> (Process, String) {
        up_or_ended(self.apis[0].process.another(name, variables)).await
    }

    /// The same with the first gateway.
    ///
    /// # Panics
    /// As [`App::start_another`], and in embedded mode.
    pub async fn start_another_gateway(&self, name: &str, variables: &[(&str, &str)]) -> (Process, String) {
        up_or_ended(self.gateways[0].process.another(name, variables)).await
    }
}

/// Waits until a process says that it is up, or has ended.
async fn up_or_ended(process: Process) -> (Process, String) {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let ended = process.exited().is_some();
        let said = process.log_tail();
        if ended || ["Comanda is open", "API is up", "gateway is up"].iter().any(|up| said.contains(up)) {
            return (process, said);
        }
        assert!(Instant::now() < deadline, "neither up nor down: {said}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
