//! Paying from the phone: the way to the provider, the way back, and the provider's notices.

mod preference;
mod returned;
mod verify;
mod webhook;

pub(crate) use preference::*;
pub(crate) use returned::*;
pub(crate) use verify::*;
pub(crate) use webhook::*;
