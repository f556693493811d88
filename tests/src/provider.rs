//! The app's operator, and its payment provider, which the test itself plays (crate `fake-mercadopago`).

use crate::App;

impl App {
    /// Where the app looks for its payment provider.
    ///
    /// # Panics
    /// Unless the app was started with [`AppOptions::provider`].
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
        let output = self.apis[0].process.beside(arguments);
        let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.success(), said(&output.stdout) + &said(&output.stderr))
    }
}
