//! What handlers are given: a body that parsed, a path that makes sense, an attempt that can be told from its repeat.
//!
//! Unknown fields are ignored (the clients send some); a body that does not fit is 422 and names the field.

mod body;
mod command;
mod paged;
mod path;

pub(crate) use body::{Body, parse};
pub(crate) use command::{Command, Nothing, Reply, Upload, Visitor};
pub(crate) use paged::{Paged, Part};
pub(crate) use path::{Params, Segment};
