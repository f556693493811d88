//! Rounds.

mod advance;
mod cancel;
mod delete_item;
mod order;
mod recall;
mod submit;
mod take;
mod void_item;

pub(crate) use advance::*;
pub(crate) use cancel::*;
pub(crate) use delete_item::*;
pub(crate) use order::OrderBody;
pub(crate) use recall::*;
pub(crate) use submit::*;
pub(crate) use take::*;
pub(crate) use void_item::*;
