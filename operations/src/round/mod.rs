//! Orders sent from a table.

mod advance;
mod cancel;
mod delete_item;
mod from_cart;
mod order;
mod progress;
mod recall;
mod submit;
mod take;
mod void_item;

pub use advance::advance;
pub use cancel::{cancel, cancel_by_status};
pub use delete_item::delete_item;
pub use order::{Order, OrderLine};
pub use recall::recall;
pub use submit::submit;
pub use take::take;
pub use void_item::void_item;
