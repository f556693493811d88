//! Orders sent from a table.

mod advance;
mod cancel;
mod delete_item;
mod order;
mod progress;
mod recall;
mod submit;
mod take;
mod void_item;

pub use advance::advance;
pub use cancel::{cancel, cancel_by_status};
pub use delete_item::{DeletedItem, delete_item};
pub use order::{Order, OrderLine};
pub use recall::recall;
pub use submit::{SubmittedRound, submit};
pub use take::{TakenRound, take};
pub use void_item::{VoidedItem, void_item};
