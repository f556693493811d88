//! The office lays tables; deleting is [`office::delete`](crate::office::delete), refused while a party sits there.

mod batch;
mod create;
mod join_code;
mod update;

pub use batch::batch;
pub use create::create;
pub use join_code::{Linked, links, print, qr_link, rotate, rotate_all};
pub use update::update;

use crate::{Error, Result, office::OfficeEntity};
use domain::{ProblemCode, SectorId, office::EntityKind, table::TableCode};
use store::{Answer, SectorRow};
use wire::table::OfficeTable;

/// A table as events and audit rows name it.
fn entity(table: &OfficeTable) -> OfficeEntity {
    OfficeEntity::new(EntityKind::Table, table.id.get(), table.code.clone(), Some(table.branch_id))
}

/// The sector of that name among those of the branch, however it is written.
fn sector_named(sectors: &[SectorRow], name: &str) -> Result<SectorId> {
    let found = sectors.iter().find(|sector| sector.name.to_lowercase() == name.to_lowercase());
    found.map(|sector| sector.id).ok_or(Error::Invalid("sector: the branch has no sector of this name"))
}

/// What a phone sends must mean one thing only.
fn ensure_no_join_code(code: &TableCode) -> Result<()> {
    if code.could_be_join_code() {
        return Err(Error::Invalid(
            "code: must not be ten letters and digits without 0 and 1, as the codes in QR codes are",
        ));
    }
    Ok(())
}

/// The only unique key of a table is its code in the branch.
fn named(done: Result<Answer>) -> Result<Answer> {
    match done {
        Err(Error::Store(store::Error::Taken(_))) => Err(Error::Conflict {
            code: ProblemCode::CodeTaken,
            detail: "code: the branch has a table of this code already".into(),
        }),
        other => other,
    }
}
