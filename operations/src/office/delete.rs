//! Deletes an entity of the office, and with it everything that belongs to it.
//!
//! Under the office lock nothing is added to the entity meanwhile; under the tables' locks no party sits down there.
//! Rows, audit row and events commit together (I1). A restore brings back exactly what the deletion took.

use super::{OfficeEntity, ToldBranches, change};
use crate::{
    Error, Result,
    command::{Act, Done},
};
use auth::{RoleSet, Scope, Staff};
use domain::{
    BranchId, ProblemCode, UserId,
    event::{Affected, CascadeDelete, Event},
    office::EntityKind,
};
use serde_json::{Value, json};
use store::{Answer, Attempt, CascadeRow, Database};

/// The most entities that one CASCADE_DELETE names, so that its frame is small enough for every proxy. The clients drop
/// what each of several such events names.
const NAMED_AT_ONCE: usize = 500;

/// Deletes an entity of `kind`.
///
/// # Errors
/// No such entity, or it is deleted already; it is in a branch that is not the caller's; it is in use: the refusal says
/// how.
pub async fn delete<R: RoleSet>(
    db: &Database,
    staff: &Staff<R>,
    kind: EntityKind,
    id: i64,
    attempt: &Attempt,
) -> Result<Answer> {
    change(db, "office.delete", (staff, attempt), |()| Done::Nothing, |act| async move { act.delete(kind, id).await })
        .await
}

/// Selects the ids of one kind.
pub(super) fn ids(cascade: &[CascadeRow], kind: EntityKind) -> Vec<i64> {
    cascade.iter().filter(|thing| thing.kind == kind).map(|thing| thing.id).collect()
}

/// Refuses to delete a product that a branch outside of the caller's sells.
fn ensure_own(scope: &impl Scope, sold_in: &[BranchId]) -> Result<()> {
    if sold_in.iter().all(|branch| scope.admits(*branch)) {
        return Ok(());
    }
    Err(Error::Forbidden("Another branch has a product of it on its menu"))
}

/// Refuses a deletion while a party sits at one of the tables, or one of the cash registers is open.
pub(crate) fn ensure_free(tables_in_use: &[String], open_registers: &[String]) -> Result<()> {
    match blocked_by(tables_in_use, open_registers) {
        None => Ok(()),
        Some(detail) => Err(Error::Conflict { code: ProblemCode::InUse, detail }),
    }
}

/// The reason why tables and registers block a deletion; `None` when there are none.
pub(super) fn blocked_by(tables_in_use: &[String], open_registers: &[String]) -> Option<String> {
    let tables = match tables_in_use {
        [] => None,
        [one] => Some(format!("Table {one} has a live session")),
        many => Some(format!("Tables {} have live sessions", many.join(", "))),
    };
    let registers = match open_registers {
        [] => None,
        [one] => Some(format!("Cash register {one} is open")),
        many => Some(format!("Cash registers {} are open", many.join(", "))),
    };
    tables.into_iter().chain(registers).reduce(|tables, registers| format!("{tables}. {registers}"))
}

impl<R: RoleSet> Act<'_, Staff<R>> {
    /// Deletes an entity with all that belongs to it, and emits the events.
    pub(crate) async fn delete(&self, kind: EntityKind, id: i64) -> Result<()> {
        let cascade = self.uow.plan_deletion(self.by, kind, id).await?;
        let sold_in = self.uow.branches_pricing(&ids(&cascade, EntityKind::Product)).await?;
        ensure_own(self.by, &sold_in)?;
        let in_use = self.uow.lock_tables_in_use(self.by, &ids(&cascade, EntityKind::Table)).await?;
        let branches = ids(&cascade, EntityKind::Branch);
        for branch in &branches {
            // Opening a cash register takes this lock, so that none opens from here on.
            self.uow.lock_branch(self.by, BranchId(*branch)).await?;
        }
        ensure_free(&in_use, &self.uow.open_registers(self.by, &branches).await?)?;
        self.revoke_tokens_of(&cascade).await?;
        self.uow.mark_deleted(self.by, self.by.user_id(), &cascade).await?;
        if matches!(kind, EntityKind::Staff | EntityKind::Branch) {
            self.ensure_administrator().await?;
        }
        self.tell_deleted(&cascade, &sold_in).await
    }

    /// Ends the tokens of the staff among the rows.
    async fn revoke_tokens_of(&self, cascade: &[CascadeRow]) -> Result<()> {
        for user in ids(cascade, EntityKind::Staff) {
            if user == self.by.user_id().get() {
                return Err(Error::refused(ProblemCode::OwnAccount, "You cannot delete your own account"));
            }
            self.revoke(UserId(user)).await?;
        }
        Ok(())
    }

    /// Ends every token of a member of staff. The event that follows makes the gateways check their sockets again.
    pub(crate) async fn revoke(&self, user: UserId) -> Result<()> {
        let account = self.uow.lock_account(user).await?.ok_or(Error::NotFound("staff"))?;
        self.uow.raise_token_version(&account).await?;
        self.uow.revoke_refresh_tokens(&account).await?;
        Ok(())
    }

    /// Refuses a change that leaves the business without an active account that is ADMIN in an open branch. Under the
    /// office lock two such changes follow one another, so that each cannot count on the other's administrator.
    pub(crate) async fn ensure_administrator(&self) -> Result<()> {
        if self.uow.has_administrator(self.by).await? {
            return Ok(());
        }
        let detail = "The business would be left without an active administrator".into();
        Err(Error::Conflict { code: ProblemCode::LastAdmin, detail })
    }

    async fn tell_deleted(&self, cascade: &[CascadeRow], sold_in: &[BranchId]) -> Result<()> {
        let Some((root, rest)) = cascade.split_first() else { return Ok(()) };
        let entity = OfficeEntity { told: told(root, cascade, sold_in), ..OfficeEntity::of(root) };
        self.audit_entity("DELETE", &entity, json!({ "name": root.name, "affected": counted(rest) }), Value::Null);
        if rest.is_empty() {
            return self.tell_branches(&entity, Event::EntityDeleted(entity.as_event())).await;
        }
        for part in rest.chunks(NAMED_AT_ONCE) {
            let event = CascadeDelete {
                entity_type: root.kind.as_str(),
                entity_id: root.id,
                entity_name: root.name.clone(),
                affected_entities: part.iter().map(|it| Affected { r#type: it.kind.as_str(), id: it.id }).collect(),
            };
            self.tell_branches(&entity, Event::CascadeDelete(event)).await?;
        }
        Ok(())
    }
}

impl OfficeEntity {
    pub(super) fn of(thing: &CascadeRow) -> Self {
        Self::new(thing.kind, thing.id, thing.name.clone(), thing.branch)
    }
}

/// The branches that are told of a deletion.
///
/// A deleted branch is told to the admins of all branches, and to its own staff a last time. Any other deletion is told
/// to the branches that lose something, even if it is only from their menu.
pub(super) fn told(root: &CascadeRow, all: &[CascadeRow], sold_in: &[BranchId]) -> ToldBranches {
    let Some(branch) = root.branch else { return ToldBranches::Everywhere };
    if root.kind == EntityKind::Branch {
        return ToldBranches::EverywhereAnd(branch);
    }
    let others = all.iter().filter_map(|thing| thing.branch).chain(sold_in.iter().copied());
    ToldBranches::Branches(others.chain([branch]).collect::<Vec<BranchId>>())
}

/// Counts the entities of each kind.
pub(super) fn counted(things: &[CascadeRow]) -> Value {
    let mut counts = serde_json::Map::new();
    for thing in things {
        let count = counts.entry(thing.kind.as_str()).or_insert_with(|| json!(0));
        *count = json!(count.as_u64().unwrap_or_default() + 1);
    }
    counts.into()
}
