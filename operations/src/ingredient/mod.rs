//! What recipes are made of. The kitchen keeps the list; groups and deletions are the administrators'.

mod create;
mod group;
mod part;
mod update;

pub use create::create;
pub use group::create_group;
pub use part::{add_part, remove_part};
pub use update::update;

use crate::{Error, Result, office::OfficeEntity};
use domain::{ProblemCode, office::EntityKind};
use store::Answer;
use wire::ingredient::Ingredient;

fn entity(ingredient: &Ingredient) -> OfficeEntity {
    OfficeEntity::new(EntityKind::Ingredient, ingredient.id.get(), ingredient.name.clone(), None)
}

/// The contract answers a taken name with 400 here (U3).
fn named(done: Result<Answer>) -> Result<Answer> {
    match done {
        Err(Error::Store(store::Error::Taken(_))) => {
            Err(Error::refused(ProblemCode::NameTaken, "name: there is one of this name already"))
        }
        other => other,
    }
}
