//! What handlers are given: a body that parsed, a path that makes sense, an attempt that can be told from its repeat.
//!
//! Unknown fields are ignored (the clients send some) and named in the answer, or refused where the client wants
//! that; a body that does not fit is 422 and names the field.

mod body;
mod command;
mod handling;
mod named;
mod paged;
mod path;

pub(crate) use body::{Body, MOST_IGNORED, parse_naming};
pub(crate) use command::{Command, Nothing, Reply, Upload, Visitor};
pub(crate) use handling::{Handling, IGNORED_FIELDS, name_ignored_fields, place};
pub(crate) use named::{Named, NamedPart};
pub(crate) use paged::{Paged, Part};
pub(crate) use path::{Params, Segment};
