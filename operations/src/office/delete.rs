//! The office deletes something, and with it everything that stands under it.
//!
//! Under the office lock nothing grows under the thing meanwhile, and under the tables' locks nobody sits down there.
//! Rows, audit row and events commit together (I1); a restore brings back exactly what this took.

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
use store::{Answer, Attempt, Database, Doomed};

/// What one CASCADE_DELETE names at most: its frame stays small enough for every proxy, and the clients drop what each
/// of several names.
const NAMED_AT_ONCE: usize = 500;

/// Deletes a thing of `kind`.
///
/// # Errors
/// No such thing, or it is gone already; it is in a branch that is not the caller's; it is in use, which the refusal
/// says how.
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

/// The ids of one kind.
pub(super) fn ids(doomed: &[Doomed], kind: EntityKind) -> Vec<i64> {
    doomed.iter().filter(|thing| thing.kind == kind).map(|thing| thing.id).collect()
}

/// Refused where a product goes that a branch of somebody else's sells.
fn ensure_own(scope: &impl Scope, sold_in: &[BranchId]) -> Result<()> {
    if sold_in.iter().all(|branch| scope.admits(*branch)) {
        return Ok(());
    }
    Err(Error::Forbidden("Another branch has a product of it on its menu"))
}

/// Refused while a party sits at one of the tables, or one of the cash registers is open.
pub(crate) fn ensure_free(tables_in_use: &[String], open_registers: &[String]) -> Result<()> {
    match blocked_by(tables_in_use, open_registers) {
        None => Ok(()),
        Some(detail) => Err(Error::Exists { code: ProblemCode::InUse, detail }),
    }
}

/// Why those tables and registers keep a deletion from happening.
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
    /// Deletes a thing with all that stands under it, and tells of it.
    pub(crate) async fn delete(&self, kind: EntityKind, id: i64) -> Result<()> {
        let doomed = self.uow.plan_deletion(self.by, kind, id).await?;
        let sold_in = self.uow.branches_pricing(&ids(&doomed, EntityKind::Product)).await?;
        ensure_own(self.by, &sold_in)?;
        let in_use = self.uow.lock_tables_in_use(self.by, &ids(&doomed, EntityKind::Table)).await?;
        let branches = ids(&doomed, EntityKind::Branch);
        for branch in &branches {
            // Whoever opens its drawer holds this lock, so that none opens from here on.
            self.uow.lock_branch(self.by, BranchId(*branch)).await?;
        }
        ensure_free(&in_use, &self.uow.open_registers(self.by, &branches).await?)?;
        self.let_go(&doomed).await?;
        self.uow.take(self.by, self.by.user_id(), &doomed).await?;
        if matches!(kind, EntityKind::Staff | EntityKind::Branch) {
            self.ensure_administrator().await?;
        }
        self.tell_deleted(&doomed, &sold_in).await
    }

    /// Ends what hangs on the things beyond their rows: a person's tokens.
    async fn let_go(&self, doomed: &[Doomed]) -> Result<()> {
        for user in ids(doomed, EntityKind::Staff) {
            if user == self.by.user_id().get() {
                return Err(Error::refused(ProblemCode::OwnAccount, "You cannot delete your own account"));
            }
            self.revoke(UserId(user)).await?;
        }
        Ok(())
    }

    /// Ends every token of a member of staff; the event that follows makes the gateways look at their sockets again.
    pub(crate) async fn revoke(&self, user: UserId) -> Result<()> {
        let account = self.uow.lock_account(user).await?.ok_or(Error::NotFound("staff"))?;
        self.uow.raise_token_version(&account).await?;
        self.uow.revoke_refresh_tokens(&account).await?;
        Ok(())
    }

    /// Refused when nobody would be left to run the business: no active account that is ADMIN in an open branch. The
    /// office lock makes two changes that each leave the other's administrator follow one another.
    pub(crate) async fn ensure_administrator(&self) -> Result<()> {
        if self.uow.has_administrator(self.by).await? {
            return Ok(());
        }
        let detail = "The business would be left without an active administrator".into();
        Err(Error::Exists { code: ProblemCode::LastAdmin, detail })
    }

    async fn tell_deleted(&self, doomed: &[Doomed], sold_in: &[BranchId]) -> Result<()> {
        let Some((root, rest)) = doomed.split_first() else { return Ok(()) };
        let entity = OfficeEntity { told: told(root, doomed, sold_in), ..OfficeEntity::of(root) };
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
    pub(super) fn of(thing: &Doomed) -> Self {
        Self::new(thing.kind, thing.id, thing.name.clone(), thing.branch)
    }
}

/// A branch concerns the admins of all, its own staff included, whom it does not concern for much longer; anything else
/// those of the branches that lose something, if only from their menu.
pub(super) fn told(root: &Doomed, all: &[Doomed], sold_in: &[BranchId]) -> ToldBranches {
    let Some(branch) = root.branch else { return ToldBranches::Everywhere };
    if root.kind == EntityKind::Branch {
        return ToldBranches::EverywhereAnd(branch);
    }
    let others = all.iter().filter_map(|thing| thing.branch).chain(sold_in.iter().copied());
    ToldBranches::Branches(others.chain([branch]).collect::<Vec<BranchId>>())
}

/// How many of each kind.
pub(super) fn counted(things: &[Doomed]) -> Value {
    let mut counts = serde_json::Map::new();
    for thing in things {
        let count = counts.entry(thing.kind.as_str()).or_insert_with(|| json!(0));
        *count = json!(count.as_u64().unwrap_or_default() + 1);
    }
    counts.into()
}
