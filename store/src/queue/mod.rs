//! The one queue of background work: a row for each thing to be done, so that a hundred reasons to do it are one piece
//! of work, and none is lost that arrives while it is done (decisions/037).
//!
//! A worker holds a piece by a lease with a fencing number ([`lease`]). What it writes, it writes in a transaction that
//! also finds the number still in the row ([`finish`]), or nothing of it stays. Whoever dies is replaced when the lease
//! is over.
//!
//! | what is wanted | how it is said |
//! |---|---|
//! | nobody is slowed down by another | a [`lane`](Item::lane): of each only [`at_once`](Queue::at_once) run at a time, and lanes take turns |
//! | the urgent first | a [`rank`](Reason::rank): a place that something less urgent has is no place of the urgent |
//! | one after the other | a [`series`](Item::series) |
//! | not now | [`open`](Queue): work of a lane that is not in order waits, without being touched |

mod enqueue;
mod finish;
mod lease;
mod report;
mod wakes;

pub(crate) use enqueue::{Item, OUT_OF_USE, Reason};
pub use finish::Outcome;
pub use lease::Share;
pub use report::{QueueReport, measure_queue};
pub(crate) use wakes::Wakes;

/// A piece of work, as its worker holds it.
pub type Piece = entity::work::Model;

/// A kind of background work. All that is done with it is the same SQL.
#[derive(Debug)]
pub struct Queue {
    /// Its name in the database, in metrics, log and health report: `noun.verb`.
    pub name: &'static str,
    /// How many pieces of one lane, as urgent or more, run at once in all processes.
    pub at_once: i64,
    /// The condition under which work of `@lane` is done.
    pub(crate) open: &'static str,
    /// The condition under which work of `@lane` is a person's from the start: nobody will ever do it.
    pub(crate) closed: &'static str,
}

const ACCOUNT_IN_ORDER: &str = "exists (select 1 from provider_account a where a.id = @lane and a.status = 'ACTIVE')";
const ACCOUNT_GONE: &str = "not exists (select 1 from provider_account a where a.id = @lane and #account_in_use(a))";
const ALWAYS: &str = "1 = 1";
const NEVER: &str = "1 = 0";

/// What is to be fetched from providers; a lane is an account.
pub static SYNCS: Queue = Queue { name: "payment.sync", at_once: 4, open: ACCOUNT_IN_ORDER, closed: ACCOUNT_GONE };
/// Refunds that are to be asked of a provider: a lane is an account, a series a payment (S11).
pub static REFUNDS: Queue = Queue { name: "payment.refund", at_once: 4, open: ACCOUNT_IN_ORDER, closed: NEVER };
/// Payments that are to be called off. Somebody waits for the answer, also for that of an account out of order.
pub static CANCELLATIONS: Queue = Queue { name: "payment.cancel", at_once: 4, open: ALWAYS, closed: NEVER };
/// What no notice tells of is looked for; a lane is an account.
pub static SWEEPS: Queue = Queue { name: "payment.sweep", at_once: 4, open: ACCOUNT_IN_ORDER, closed: NEVER };

/// All of them. A queue has its figures in health report and metrics by standing here.
pub static QUEUES: [&Queue; 4] = [&SYNCS, &REFUNDS, &CANCELLATIONS, &SWEEPS];

impl Queue {
    fn open(&self, lane: &str) -> String {
        self.open.replace("@lane", lane)
    }

    fn closed(&self, lane: &str) -> String {
        self.closed.replace("@lane", lane)
    }
}

#[cfg(test)]
pub(crate) mod tests;
