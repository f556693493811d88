//! A business opens: itself, its first branch and administrator, menu, floor and QR codes, all of it or nothing.
//!
//! `comanda init` and the first visit to `/setup` fill in the same [`Form`] and call the same [`open`]. Unique
//! constraints decide between two who open the same at once (I5); a crash before the commit leaves nothing, and an
//! answer comes after it (I10).

mod field;
mod form;
mod open;

pub use field::Field;
pub use form::{Administrator, Business, FirstBranch, Form, Misfit, Opening};
pub use open::{Opened, Where, made_up_code, open};
