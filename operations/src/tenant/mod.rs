//! The business itself: its office changes how it presents itself, its operator suspends it and lets it go on.

mod suspend;
mod update;

pub use suspend::{resume, suspend};
pub use update::update;

use crate::Error;
use domain::ProblemCode;

/// What everybody of a suspended business is told.
pub(crate) const SUSPENDED: Error = Error::Denied {
    code: ProblemCode::BusinessSuspended,
    detail: "The business is suspended; whoever runs this server can let it go on",
};
