//! Payments: what was tendered towards a check, and how far it may be believed.

pub mod backoff;
mod incident;
mod provider;
mod refund;
mod status;
pub mod tender;
pub mod tip;
pub mod truth;

pub use incident::IncidentKind;
pub use provider::{
    AccountStatus, CheckoutStatus, NoticeVerdict, Provider, Registrar, ResourceKind, SignatureMode, SyncCause,
    SyncStatus,
};
pub use refund::{RefundKind, RefundStatus};
pub use status::PaymentStatus;
pub use tender::Tender;
