//! Who sells: one account with its token, site, currency and webhook secret. Nothing of one is shown to another.

use serde::{Deserialize, Serialize};

/// A seller's account at the provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seller {
    /// What `Authorization: Bearer` carries.
    pub access_token: String,
    /// Rotated by `POST /oauth/token`.
    pub refresh_token: String,
    /// The application that acts for the seller.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// The account's number, in every payment and preference id.
    pub collector_id: u64,
    /// `MLA`, `MCO`, `MLC`, …
    pub site: String,
    /// The site's currency (ISO 4217).
    pub currency: String,
    /// Signs the notifications.
    pub webhook_secret: String,
    /// What the page shows.
    pub nickname: String,
    /// Where notifications go when a preference names no address: the panel's URL.
    #[serde(default)]
    pub notification_url: Option<String>,
    /// Whether notifications are sent at all; test credentials send none.
    #[serde(default = "yes")]
    pub notifies: bool,
    /// Money on the account that refunds come from, in hundredths; `None` is enough for any.
    #[serde(default)]
    pub balance: Option<i64>,
}

const fn yes() -> bool {
    true
}

impl Seller {
    /// The `n`-th Argentine seller (ARS).
    #[must_use]
    pub fn argentina(n: u64) -> Self {
        Self::of("MLA", "ARS", 900_100_200 + n)
    }

    /// The `n`-th Colombian seller (COP).
    #[must_use]
    pub fn colombia(n: u64) -> Self {
        Self::of("MCO", "COP", 900_200_200 + n)
    }

    /// The `n`-th Chilean seller (CLP, no fractions).
    #[must_use]
    pub fn chile(n: u64) -> Self {
        Self::of("MLC", "CLP", 900_300_200 + n)
    }

    /// A seller on any site, everything else derived from its number.
    #[must_use]
    pub fn of(site: &str, currency: &str, collector_id: u64) -> Self {
        Self {
            access_token: format!("APP_USR-{collector_id}-access"),
            refresh_token: format!("TG-{collector_id}-refresh"),
            client_id: format!("7{collector_id}"),
            client_secret: format!("client-secret-{collector_id}"),
            collector_id,
            site: site.to_owned(),
            currency: currency.to_owned(),
            webhook_secret: format!("webhook-secret-{collector_id}"),
            nickname: format!("TESTSELLER{collector_id}"),
            notification_url: None,
            notifies: true,
            balance: None,
        }
    }

    /// Whether amounts may have no fraction.
    pub(crate) fn whole_amounts(&self) -> bool {
        self.currency == "CLP"
    }
}
