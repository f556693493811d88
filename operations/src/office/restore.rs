//! The office takes a deletion back: everything that went with it returns as it was.
//!
//! What went by an earlier deletion, or was switched off by hand, stays as it is. A thing whose parent is gone cannot
//! stand; a name that somebody else has by now cannot be had twice (partial unique keys back this).

use super::{
    OfficeEntity, change,
    delete::{counted, ids, told},
};
use crate::{
    Error, Result,
    command::{Act, Done},
};
use auth::{AdminOnly, Staff};
use domain::{BranchId, ProblemCode, event::Event, office::EntityKind};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use store::{Answer, Attempt, Database, Doomed};
use wire::office::Restored;

/// Restores a thing of `kind` and all that its deletion took.
///
/// # Errors
/// No such thing, or it stands: 404. It went with something else, stands under something that is gone, or its name is
/// another's by now: 409.
pub async fn restore(
    db: &Database,
    staff: &Staff<AdminOnly>,
    kind: EntityKind,
    id: i64,
    attempt: &Attempt,
) -> Result<Answer> {
    let restored = change(db, "office.restore", (staff, attempt), Done::Changed, |act| async move {
        let deletion = match act.uow.lock_deletion(staff, kind, id).await {
            Err(store::Error::NotFound(noun)) => return Err(act.why_not(kind, id, noun).await?),
            found => found?,
        };
        if let Some(parent) = act.uow.missing_parent(&deletion).await? {
            return Err(gone_parent(&parent));
        }
        let mut back = act.uow.give_back(&deletion).await?;
        let at = back.iter().position(|thing| (thing.kind, thing.id) == (kind, id)).ok_or(Error::NotFound("entity"))?;
        let root = back.remove(at);
        let sold_in = act.uow.branches_pricing(&products(&root, &back)).await?;
        act.tell_restored(&root, &back, &sold_in).await?;
        let message = format!("{} restored", root.name.as_deref().unwrap_or(kind.as_str()));
        Ok(Restored { success: true, message, entity_type: kind, entity_id: id, restored_items: back.len() })
    })
    .await;
    match restored {
        Err(Error::Store(store::Error::Taken(_))) => {
            let detail = "Something else has its name, code or login by now".to_owned();
            Err(Error::Exists { code: ProblemCode::NameTaken, detail })
        }
        other => other,
    }
}

fn products(root: &Doomed, rest: &[Doomed]) -> Vec<i64> {
    let mut products = ids(rest, EntityKind::Product);
    products.extend(ids(std::slice::from_ref(root), EntityKind::Product));
    products
}

fn gone_parent(parent: &Doomed) -> Error {
    let name = parent.name.as_deref().unwrap_or_default();
    let detail = format!("It stands under {} {} {name}, which is deleted: restore that first", parent.kind, parent.id);
    Error::Exists { code: ProblemCode::ParentDeleted, detail }
}

impl Act<'_, Staff<AdminOnly>> {
    async fn why_not(&self, kind: EntityKind, id: i64, noun: &'static str) -> Result<Error> {
        Ok(match self.uow.went_with(self.by, kind, id).await? {
            Some((root, root_id)) => Error::Exists {
                code: ProblemCode::WentWithAnother,
                detail: format!("It went when {root} {root_id} was deleted: restore that"),
            },
            None => Error::NotFound(noun),
        })
    }

    /// The clients read a whole kind again when one of it is new, so each kind is told of once.
    async fn tell_restored(&self, root: &Doomed, rest: &[Doomed], sold_in: &[BranchId]) -> Result<()> {
        let entity = OfficeEntity { told: told(root, rest, sold_in), ..OfficeEntity::of(root) };
        self.audit_entity("RESTORE", &entity, Value::Null, json!({ "name": root.name, "affected": counted(rest) }));
        self.tell_branches(&entity, Event::EntityCreated(entity.as_event())).await?;
        let mut kinds = BTreeSet::from([root.kind]);
        for thing in rest.iter().filter(|thing| kinds.insert(thing.kind)) {
            let part = OfficeEntity { told: entity.told.clone(), ..OfficeEntity::of(thing) };
            self.tell_branches(&part, Event::EntityCreated(part.as_event())).await?;
        }
        Ok(())
    }
}
