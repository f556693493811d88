//! The app and its payment provider, which the test itself plays (crate `fake-mercadopago`).

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
}
