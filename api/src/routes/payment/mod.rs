//! Money comes in and goes back: staff register it, phones go to the provider and return, the provider notifies.

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
