//! The parts of a branch's menu.

mod create;
mod update;

pub use create::create;
pub use update::update;

use crate::{
    Error, Result,
    office::{OfficeEntity, ToldBranches},
};
use domain::{ProblemCode, office::EntityKind};
use store::CategoryRow;

/// A category as events and audit rows name it.
fn entity(row: &CategoryRow) -> OfficeEntity {
    OfficeEntity {
        told: ToldBranches::Branches(vec![row.branch_id]),
        ..OfficeEntity::new(EntityKind::Category, row.id.get(), row.name.clone(), Some(row.branch_id))
    }
}

/// The only unique key of a category is its name in the branch.
fn named(done: Result<store::Answer>) -> Result<store::Answer> {
    match done {
        Err(Error::Store(store::Error::Taken(_))) => Err(Error::Exists {
            code: ProblemCode::NameTaken,
            detail: "name: the branch has a category of this name already".into(),
        }),
        other => other,
    }
}
