//! Notifications: a reason to look, never a source of truth.

/// The headers of a notification: what signs it stands in them.
pub type NoticeHeaders = http::HeaderMap;

/// A notification as it arrived, before anyone believes it.
#[derive(Debug, Clone, Copy)]
pub struct Notice<'a> {
    /// The request's headers.
    pub headers: &'a NoticeHeaders,
    /// The query as it stood in the request line, still encoded; empty when there was none.
    pub raw_query: &'a str,
    /// The body's bytes.
    pub raw_body: &'a [u8],
}

/// What a notification's signature is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The provider once signed a notification about this resource. It says nothing about the body.
    Verified(Proof),
    /// There is no signature, or one that this kind of notification does not let anyone check.
    Unsigned,
    /// There is one and it is not ours.
    Invalid(InvalidNotice),
}

/// The very signature that holds, whatever stood around it: who sends a captured notice again, changed wherever nothing
/// is signed, cannot make another of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proof(pub [u8; 32]);

/// Why a signature is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidNotice {
    /// The header is not `ts=…,v1=…`.
    #[error("the signature header cannot be read")]
    Unreadable,
    /// No secret yields it.
    #[error("the signature does not match")]
    Mismatch,
    /// The account has no secret to check with.
    #[error("no webhook secret is configured")]
    NoSecret,
    /// It was signed too long ago, or not yet.
    #[error("the signature is of another time")]
    Expired,
    /// The signature is about one resource and the body about another.
    #[error("the body names another resource than the signature")]
    BodyDiffers,
}

/// Something to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// What kind of thing.
    pub kind: HintKind,
    /// Its id at the provider.
    pub resource_id: String,
    /// Whose the notification says it is; anyone's word.
    pub account: Option<String>,
}

/// What a notification is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HintKind {
    /// A payment changed.
    Payment,
    /// An order changed: its payments may have.
    Order,
    /// A chargeback was opened or decided.
    Chargeback,
    /// A claim was opened; the payment's own state tells what it means for money.
    Claim,
    /// A fraud alert: stop delivery. Never repeated by the provider.
    Fraud,
    /// The seller connected or disconnected our application.
    Authorization,
    /// A topic this version does not know: acknowledge and ignore.
    Other,
}

impl Verdict {
    /// Whether the provider signed it.
    #[must_use]
    pub const fn is_verified(self) -> bool {
        matches!(self, Self::Verified(_))
    }
}

impl HintKind {
    /// The word in the database and in metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Payment => "payment",
            Self::Order => "order",
            Self::Chargeback => "chargeback",
            Self::Claim => "claim",
            Self::Fraud => "fraud",
            Self::Authorization => "authorization",
            Self::Other => "other",
        }
    }
}
