//! Payment providers: the one trait the money operations speak, and its implementations, a folder each; so far one,
//! Mercado Pago.
//!
//! This crate talks to the network and knows no database; the operations keep the ledger and know no provider. What
//! crosses between them is small: a checkout to open, the truth about one payment ([`Snapshot`]), a refund to make, and
//! [`CallError`], which above all tells a call that certainly did nothing from one that **may have happened**. Nothing
//! here retries: a call is made once, and the job queue, which remembers, decides about the next.
//!
//! A notification is only ever a reason to look ([`Hint`]); no amount and no state is taken from its body
//! (payments.md §5).

mod absent;
mod checkout;
mod credentials;
mod error;
mod guarded;
pub mod mercadopago;
mod money;
mod notice;
mod payment;
mod refund;
mod settings;
mod traits;
mod vault;
mod words;

pub use absent::Absent;
pub use checkout::{BackUrls, Checkout, CheckoutLine, NewCheckout};
pub use credentials::{Credentials, Fields, Merged, Renewed, Summary, Unfit, last4};
pub use error::{CallError, SetupError};
pub use guarded::Guarded;
pub use mercadopago::MercadoPago;
pub use money::{DecimalError, cents_from_decimal, decimal_from_cents};
pub use notice::{Hint, HintKind, InvalidNotice, Notice, NoticeHeaders, Proof, Verdict};
pub use payment::{Order, Page, PaymentQuery, Snapshot};
pub use refund::{Refund, RefundOrder, RefundOutcome, RefundStatus};
pub use settings::{ConfiguredAccount, ProviderSettings, WebhookMode};
pub use traits::{Caps, LostCheckout, PaymentProvider};
pub use vault::{Vault, VaultError};
pub use words::Words;
