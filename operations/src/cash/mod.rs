//! The cash register: opened with what is in the drawer, closed with what was counted, and booked in between.

mod close;
mod open;
mod record;

pub use close::{Closed, Counted, close};
pub use open::{Opened, Opening, open};
pub use record::{Movement, Recorded, record};
