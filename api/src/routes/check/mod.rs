//! What a party owes.

mod claim;
mod discount;
mod quote;
mod read;
mod receipt;
mod request;
mod reverse_write_off;
mod withdraw;
mod write_off;

pub(crate) use claim::*;
pub(crate) use discount::*;
pub(crate) use quote::*;
pub(crate) use read::*;
pub(crate) use receipt::*;
pub(crate) use request::*;
pub(crate) use reverse_write_off::*;
pub(crate) use withdraw::*;
pub(crate) use write_off::*;
