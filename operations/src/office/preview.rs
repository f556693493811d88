//! What a deletion would take, before anybody decides.

use super::delete::{blocked_by, counted, ids};
use crate::Result;
use auth::{RoleSet, Staff};
use domain::{UserId, office::EntityKind};
use store::{Database, Doomed};
use wire::office::{Affected, CascadePreview};

fn affected(thing: &Doomed) -> Affected {
    Affected { r#type: thing.kind, id: thing.id, name: thing.name.clone() }
}

/// What deleting the thing would take at this moment.
///
/// # Errors
/// No such thing, or it is gone already; it is in a branch that is not the caller's.
pub async fn preview<R: RoleSet>(db: &Database, staff: &Staff<R>, kind: EntityKind, id: i64) -> Result<CascadePreview> {
    if kind == EntityKind::Staff {
        // A person belongs to no branch, but is not every manager's to look at.
        db.staff_member(staff, UserId(id)).await?;
    }
    let doomed = db.preview_deletion(staff, kind, id).await?;
    let in_use = db.tables_in_use(staff, &ids(&doomed, EntityKind::Table)).await?;
    let open = db.open_registers(staff, &ids(&doomed, EntityKind::Branch)).await?;
    let rest = doomed.get(1..).unwrap_or_default();
    Ok(CascadePreview {
        entity_type: kind,
        entity_id: id,
        entity_name: doomed.first().and_then(|root| root.name.clone()),
        total_items: rest.len(),
        counts: counted(rest),
        affected: rest.iter().map(affected).collect(),
        blocked_by: blocked_by(&in_use, &open),
    })
}
