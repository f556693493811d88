//! The provider's operations by name: what faults are aimed at and the journal is asked for.

use serde::{Deserialize, Serialize};

/// One operation of the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Route {
    /// `POST /checkout/preferences`
    CreatePreference,
    /// `GET /checkout/preferences/{id}`
    ReadPreference,
    /// `PUT /checkout/preferences/{id}`
    UpdatePreference,
    /// `GET /checkout/preferences/search`
    SearchPreferences,
    /// `GET /v1/payments/{id}`
    ReadPayment,
    /// `GET /v1/payments/search`
    SearchPayments,
    /// `PUT /v1/payments/{id}`
    UpdatePayment,
    /// `POST /v1/payments/{id}/refunds`
    CreateRefund,
    /// `GET /v1/payments/{id}/refunds`
    ListRefunds,
    /// `GET /v1/payments/{id}/refunds/{refund}`
    ReadRefund,
    /// `GET /merchant_orders/{id}`
    ReadOrder,
    /// `GET /merchant_orders/search`
    SearchOrders,
    /// `GET /v1/chargebacks/{id}`
    ReadChargeback,
    /// `POST /oauth/token`
    Token,
    /// `GET /users/me`
    Me,
    /// `GET /checkout/v1/redirect`: the page a guest pays on.
    Page,
    /// `POST /checkout/v1/redirect`: a button of that page.
    PagePay,
    /// Anything else.
    Unknown,
}

impl Route {
    /// Whether the operation needs a seller's token.
    pub(crate) const fn needs_token(self) -> bool {
        !matches!(self, Self::Token | Self::Page | Self::PagePay | Self::Unknown)
    }
}

/// The operation of a request, and the ids in its path.
pub(crate) fn classify(method: &str, path: &str) -> (Route, String, String) {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let named = |route, id: &str| (route, id.to_owned(), String::new());
    match (method, parts.as_slice()) {
        ("POST", ["checkout", "preferences"]) => named(Route::CreatePreference, ""),
        ("GET", ["checkout", "preferences", "search"]) => named(Route::SearchPreferences, ""),
        ("GET", ["checkout", "preferences", id]) => named(Route::ReadPreference, id),
        ("PUT", ["checkout", "preferences", id]) => named(Route::UpdatePreference, id),
        ("GET", ["v1", "payments", "search"]) => named(Route::SearchPayments, ""),
        ("GET", ["v1", "payments", id]) => named(Route::ReadPayment, id),
        ("PUT", ["v1", "payments", id]) => named(Route::UpdatePayment, id),
        ("POST", ["v1", "payments", id, "refunds"]) => named(Route::CreateRefund, id),
        ("GET", ["v1", "payments", id, "refunds"]) => named(Route::ListRefunds, id),
        ("GET", ["v1", "payments", id, "refunds", refund]) => {
            (Route::ReadRefund, (*id).to_owned(), (*refund).to_owned())
        }
        ("GET", ["merchant_orders", "search"]) => named(Route::SearchOrders, ""),
        ("GET", ["merchant_orders", id]) => named(Route::ReadOrder, id),
        ("GET", ["v1", "chargebacks", id]) => named(Route::ReadChargeback, id),
        ("POST", ["oauth", "token"]) => named(Route::Token, ""),
        ("GET", ["users", "me"]) => named(Route::Me, ""),
        ("GET", ["checkout", "v1", "redirect"]) => named(Route::Page, ""),
        ("POST", ["checkout", "v1", "redirect"]) => named(Route::PagePay, ""),
        _ => named(Route::Unknown, ""),
    }
}
