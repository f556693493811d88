//! What a fake is started with, and the questions the provider's documents leave open: each has a knob, because the
//! restaurant's code must hold under both answers.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use crate::clock::Pace;

/// How to start a fake.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where to listen; port 0 takes any free one.
    pub address: SocketAddr,
    /// Decides every id and every fault of chance; the same seed and the same calls give the same run.
    pub seed: u64,
    /// How time passes.
    pub pace: Pace,
    /// Added to every resource number, so that a fake started anew does not reuse the numbers of an earlier one.
    pub first_number: u64,
    /// How browsers reach the pay page, when not at the address listened on.
    pub public_url: Option<String>,
    /// How long a notification waits for its answer, in the fake's time (scaled like it).
    pub ack_timeout: Duration,
    /// From a change to its notification, in the fake's time.
    pub notification_delay: Duration,
    /// Whether `/_fake/*` is served.
    pub control: bool,
    /// The open questions.
    pub quirks: Quirks,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            seed: 0,
            pace: Pace::Real,
            first_number: 1,
            public_url: None,
            ack_timeout: Duration::from_secs(22),
            notification_delay: Duration::ZERO,
            control: true,
            quirks: Quirks::default(),
        }
    }
}

impl Options {
    /// For a demonstration: ids of its own at every start, and `auto_return` to a local address is let through, which
    /// the real provider refuses.
    #[must_use]
    pub fn demo() -> Self {
        let seed = rand::random();
        // Payments of an earlier demonstration may still be in the restaurant's database.
        let first_number = seed % 90_000_000 + 1;
        let quirks = Quirks { local_auto_return: true, ..Quirks::default() };
        Self { seed, first_number, quirks, ..Self::default() }
    }
}

/// What a seller sees who asks for another seller's payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Foreign {
    /// 404, as if it did not exist.
    NotFound,
    /// 401.
    Unauthorized,
    /// 403 of the policy agent.
    Forbidden,
}

/// A coupon of the provider on every payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coupon {
    /// Its worth in hundredths.
    pub amount: i64,
    /// Whether `transaction_amount` is the price less the coupon; otherwise it stays the price.
    pub lowers_amount: bool,
}

/// How notifications that are not acknowledged come again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retries {
    /// Once more half a second after the first failure, as measured.
    pub quick_duplicate: bool,
    /// The pauses that follow; the last one repeats.
    pub pauses: Vec<Duration>,
    /// Deliveries of one notification in all, the first included.
    pub attempts: u32,
    /// The same bytes again, instead of a new notification id and a new signature.
    pub byte_identical: bool,
}

impl Default for Retries {
    fn default() -> Self {
        let minutes = [15, 15, 15, 30, 60, 120, 240, 480, 960, 1440];
        Self {
            quick_duplicate: true,
            pauses: minutes.into_iter().map(|minutes| Duration::from_secs(minutes * 60)).collect(),
            attempts: 12,
            byte_identical: false,
        }
    }
}

/// Answers to what is not settled; the defaults are what was measured or is likeliest.
#[derive(Debug, Clone)]
pub struct Quirks {
    /// Two preference requests with one `X-Idempotency-Key` make one preference.
    pub dedupe_preferences: bool,
    /// `auto_return` is accepted with a success URL that is not public HTTPS.
    pub local_auto_return: bool,
    /// An amount of COP must be whole.
    pub whole_cop: bool,
    /// The least total of a preference, in hundredths.
    pub minimum_amount: Option<i64>,
    /// The answer to a request for another seller's payment.
    pub foreign_payment: Foreign,
    /// A refund request without `X-Idempotency-Key` is refused.
    pub refund_key_required: bool,
    /// A refund key reused with another body gets 409 instead of an empty 200.
    pub refund_key_conflict: bool,
    /// Refunds settle later (`settle_refund`) instead of at once.
    pub slow_refunds: bool,
    /// Searches without `sort` and `criteria` are refused.
    pub strict_search: bool,
    /// `id` in search results is a string.
    pub search_id_text: bool,
    /// How long a new or changed payment takes to show in searches, in the fake's time.
    pub search_lag: Duration,
    /// Every payment gets a merchant order of its own, as with QR codes.
    pub order_per_payment: bool,
    /// A cancelled payment may still be approved.
    pub late_approval: bool,
    /// A coupon on every payment.
    pub coupon: Option<Coupon>,
    /// `topic_merchant_order_wh` names the order in the query and signs it; otherwise it signs no id.
    pub order_webhook_signs_id: bool,
    /// Requests per seller and second of the fake's time before 429.
    pub requests_per_second: Option<u32>,
    /// A refreshed access token leaves the former one valid.
    pub old_tokens_live_on: bool,
    /// How notifications come again.
    pub retries: Retries,
}

impl Default for Quirks {
    fn default() -> Self {
        Self {
            dedupe_preferences: false,
            local_auto_return: false,
            whole_cop: false,
            minimum_amount: None,
            foreign_payment: Foreign::NotFound,
            refund_key_required: true,
            refund_key_conflict: false,
            slow_refunds: false,
            strict_search: false,
            search_id_text: true,
            search_lag: Duration::ZERO,
            order_per_payment: false,
            late_approval: false,
            coupon: None,
            order_webhook_signs_id: true,
            requests_per_second: None,
            old_tokens_live_on: false,
            retries: Retries::default(),
        }
    }
}
