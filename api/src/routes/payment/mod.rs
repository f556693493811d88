//! Money comes in and goes back.

mod manual;
mod refund;

pub(crate) use manual::*;
pub(crate) use refund::*;
