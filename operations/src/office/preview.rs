//! Previews a deletion: what it would take, before a person decides.

use super::delete::{blocked_by, counted, ids};
use crate::Result;
use auth::{RoleSet, Staff};
use domain::{UserId, office::EntityKind};
use store::{CascadeRow, Database};
use wire::office::{Affected, CascadePreview};

fn affected(thing: &CascadeRow) -> Affected {
    Affected { r#type: thing.kind, id: thing.id, name: thing.name.clone() }
}

/// Lists what deleting the entity would take at this moment.
///
/// # Errors
/// No such entity, or it is deleted already; it is in a branch that is not the caller's.
pub async fn preview<R: RoleSet>(db: &Database, staff: &Staff<R>, kind: EntityKind, id: i64) -> Result<CascadePreview> {
    if kind == EntityKind::Staff {
        // A member of staff belongs to no branch, but not every manager may see every member.
        db.staff_member(staff, UserId(id)).await?;
    }
    let cascade = db.preview_deletion(staff, kind, id).await?;
    let in_use = db.tables_in_use(staff, &ids(&cascade, EntityKind::Table)).await?;
    let open = db.open_registers(staff, &ids(&cascade, EntityKind::Branch)).await?;
    let rest = cascade.get(1..).unwrap_or_default();
    Ok(CascadePreview {
        entity_type: kind,
        entity_id: id,
        entity_name: cascade.first().and_then(|root| root.name.clone()),
        total_items: rest.len(),
        counts: counted(rest),
        affected: rest.iter().map(affected).collect(),
        blocked_by: blocked_by(&in_use, &open),
    })
}
