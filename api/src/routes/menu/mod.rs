//! The menu.

mod allergens;
mod availability;
mod floor;
mod product;
mod public;

pub(crate) use allergens::*;
pub(crate) use availability::*;
pub(crate) use floor::*;
pub(crate) use product::*;
pub(crate) use public::*;

use crate::{problem::ApiResult, state::AppState};
use domain::text::Text;
use operations::Error;
use store::BranchRow;

/// A branch's slug in a path; longer than any.
pub(crate) type Slug = Text<100>;

/// The open branch of that slug.
async fn branch(state: &AppState, slug: &Slug) -> ApiResult<BranchRow> {
    let found = state.db.find_public_branch(slug.as_str()).await?;
    Ok(found.ok_or(Error::NotFound("branch"))?)
}
