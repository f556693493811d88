//! Sessions.

mod activate;
mod detail;
mod end;
mod guests;
mod open;
mod relocate;

pub(crate) use activate::*;
pub(crate) use detail::*;
pub(crate) use end::*;
pub(crate) use guests::*;
pub(crate) use open::*;
pub(crate) use relocate::*;
