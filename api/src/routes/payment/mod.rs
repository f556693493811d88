//! Money comes in and goes back: at the till, and by phone: the way to the provider, the way back, and the provider's notices.

mod manual;
mod preference;
mod refund;
mod returned;
mod verify;
mod webhook;

pub(crate) use manual::*;
pub(crate) use preference::*;
pub(crate) use refund::*;
pub(crate) use returned::*;
pub(crate) use verify::*;
pub(crate) use webhook::*;
