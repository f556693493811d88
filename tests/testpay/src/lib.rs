//! Testpay: a second payment provider, as different from the first as its size allows (I14).
//!
//! It stamps no changes, revives failed payments, opens a checkout once under a key, cannot close one or call a payment
//! off, signs the whole body of a notice, and has credentials of its own shape. [`server::Testpay`] is its other side,
//! which a test holds in its hand. It is in no build without the feature `sandbox`.

mod client;
mod notice;
pub mod server;
mod settings;
mod wire;

pub use client::Client;
pub use settings::Args;

use domain::payment::Provider;

/// Its id.
pub const ID: Provider = Provider::literal("TESTPAY");
/// The header that signs a notice.
pub const SIGNATURE: &str = "x-testpay-signature";
/// The header with the second in which it was signed.
pub const SIGNED_AT: &str = "x-testpay-time";
