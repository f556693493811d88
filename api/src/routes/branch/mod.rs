//! Branches: for anybody, and for the office.

mod create;
mod delete;
mod find;
mod list;
mod public_list;
mod update;

pub(crate) use create::*;
pub(crate) use delete::*;
pub(crate) use find::*;
pub(crate) use list::*;
pub(crate) use public_list::*;
pub(crate) use update::*;
