//! The office opens, changes and closes its branches; deleting is [`office::delete`](crate::office::delete).

mod create;
mod update;

pub use create::{add, create};
pub use update::update;

use crate::{
    Error, Result,
    office::{OfficeEntity, ToldBranches},
};
use domain::{ProblemCode, office::EntityKind};
use store::BranchRow;

/// A branch as events and audit rows name it.
fn entity(row: &BranchRow, told: ToldBranches) -> OfficeEntity {
    OfficeEntity { told, ..OfficeEntity::new(EntityKind::Branch, row.id.get(), row.name.clone(), Some(row.id)) }
}

fn ensure_hours(opening: Option<&str>, closing: Option<&str>) -> Result<()> {
    if opening.is_some() && opening == closing {
        return Err(Error::Invalid("closing_time: must differ from opening_time"));
    }
    Ok(())
}

/// The only unique key of a branch is its slug.
fn named<T>(done: Result<T>) -> Result<T> {
    match done {
        Err(Error::Store(store::Error::Taken(_))) => {
            Err(Error::Conflict { code: ProblemCode::SlugTaken, detail: "Another branch has this slug".into() })
        }
        other => other,
    }
}
