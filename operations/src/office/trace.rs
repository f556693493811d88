//! The trace of a change of the office: its audit row, its events, and the menus it makes stale.

use crate::{Result, command::Act};
use auth::Author;
use domain::{
    BranchId,
    event::{EntityRef, Event, Place},
    office::EntityKind,
};
use serde::Serialize;
use serde_json::{Value, json};
use store::Change;

/// The branches that are told of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ToldBranches {
    /// These branches.
    Branches(Vec<BranchId>),
    /// Every branch of the business.
    Everywhere,
    /// Every branch, and this one, which is not one of them any more.
    EverywhereAnd(BranchId),
}

impl From<Option<BranchId>> for ToldBranches {
    fn from(branch: Option<BranchId>) -> Self {
        branch.map_or(Self::Everywhere, |branch| Self::Branches(vec![branch]))
    }
}

/// The entity that is changed.
#[derive(Clone, Debug)]
pub(crate) struct OfficeEntity {
    pub(crate) kind: EntityKind,
    pub(crate) id: i64,
    pub(crate) name: Option<String>,
    /// The branch its audit row belongs to; `None` where it is the whole business's.
    pub(crate) branch: Option<BranchId>,
    /// The branches whose admins are told, and whose menus show it.
    pub(crate) told: ToldBranches,
}

impl OfficeEntity {
    /// An entity of one branch, or of the whole business.
    pub(crate) fn new(kind: EntityKind, id: i64, name: impl Into<Option<String>>, branch: Option<BranchId>) -> Self {
        Self { kind, id, name: name.into(), branch, told: branch.into() }
    }

    /// Adds branches that are told too: it is on their menus.
    pub(crate) fn shown_in(mut self, branches: Vec<BranchId>) -> Self {
        if let ToldBranches::Branches(told) = &mut self.told {
            told.extend(branches);
        }
        self
    }

    pub(crate) fn as_event(&self) -> EntityRef {
        EntityRef { entity_type: self.kind.as_str(), entity_id: self.id, entity_name: self.name.clone() }
    }
}

impl<C: Author> Act<'_, C> {
    /// Traces a new entity.
    pub(crate) async fn created(&self, entity: &OfficeEntity, after: &impl Serialize) -> Result<()> {
        self.audit_entity("CREATE", entity, Value::Null, json!(after));
        self.tell_branches(entity, Event::EntityCreated(entity.as_event())).await
    }

    /// Traces a changed entity; a change of nothing leaves no trace.
    pub(crate) async fn updated<T: Serialize>(&self, entity: &OfficeEntity, before: &T, after: &T) -> Result<()> {
        let change = Change::update(entity.kind.as_str(), entity.id, entity.branch, before, after)?;
        let Some(change) = change else { return Ok(()) };
        self.audit(change);
        self.tell_branches(entity, Event::EntityUpdated(entity.as_event())).await
    }

    /// Notes `action` in the audit log.
    pub(crate) fn audit_entity(&self, action: &'static str, entity: &OfficeEntity, before: Value, after: Value) {
        let (entity_type, entity_id, branch) = (entity.kind.as_str(), entity.id, entity.branch);
        self.audit(Change { action, entity_type, entity_id, branch, before, after });
    }

    /// Emits `event` to the entity's branches, and voids their menus if menus show such entities.
    pub(crate) async fn tell_branches(&self, entity: &OfficeEntity, event: Event) -> Result<()> {
        for branch in self.branches(&entity.told).await? {
            self.emit_in(branch, event.clone());
            if entity.kind.is_on_menus() {
                self.uow.raise_menu_version(branch).await?;
            }
        }
        Ok(())
    }

    /// Emits an event to one branch.
    pub(crate) fn emit_in(&self, branch: BranchId, event: Event) {
        let place = Place::branch(self.by.tenant_id(), branch);
        self.emit(place, event);
    }

    /// The branches to tell, ascending: their rows are locked in that order.
    pub(crate) async fn branches(&self, told: &ToldBranches) -> Result<Vec<BranchId>> {
        match told {
            ToldBranches::Everywhere => Ok(self.uow.branches_of_business(self.by).await?),
            ToldBranches::EverywhereAnd(branch) => {
                let mut branches = self.uow.branches_of_business(self.by).await?;
                branches.push(*branch);
                Ok(in_order(branches))
            }
            ToldBranches::Branches(branches) => Ok(in_order(branches.clone())),
        }
    }
}

fn in_order(mut branches: Vec<BranchId>) -> Vec<BranchId> {
    branches.sort_unstable();
    branches.dedup();
    branches
}
