//! Payments: what was tendered towards a check, and how far a provider's word is believed.

pub mod backoff;
mod cancellation;
mod incident;
mod provider;
mod provider_id;
mod refund;
mod status;
pub mod tender;
pub mod tip;
pub mod truth;

pub use cancellation::{CancellationFailure, CancellationStatus};
pub use incident::IncidentKind;
pub use provider::{AccountStatus, CheckoutStatus, NoticeVerdict, Registrar, ResourceKind, SignatureMode, SyncCause};
pub use provider_id::Provider;
pub(crate) use provider_id::words;
pub use refund::{RefundKind, RefundStatus};
pub use status::{Failure, PaymentStatus};
pub use tender::Tender;
