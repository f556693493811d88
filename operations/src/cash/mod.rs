//! The cash register: opened with what is in the drawer, closed with what was counted, and booked in between.

mod close;
mod open;
mod record;

pub use close::close;
pub use open::open;
pub use record::record;
