//! Imports a menu from a file: all of it or nothing, under the office lock, in a number of statements that does not
//! depend on its length.
//!
//! One audit row holds the whole difference, before and after. Each branch concerned gets one event per kind of entry:
//! screens read the whole list again on one event, and five thousand events would say no more.

use super::{
    index::MenuIndex,
    line::Line,
    plan::{PlannedRow, plan},
    refused,
};
use crate::{
    Result,
    command::{Act, Done},
    office::change,
};
use auth::{AdminOnly, Author, Staff};
use serde_json::{Map, Value, json};
use store::{Answer, Attempt, Change, Database, Outcome};
use wire::menu_file::{Created, Diff, Updated};

fn diff(wanted: &[PlannedRow], dry_run: bool) -> Diff {
    let new = wanted.iter().filter(|it| it.is_new()).map(created);
    let differing = wanted.iter().filter(|it| !it.is_new() && it.changes()).map(updated);
    let unchanged = wanted.iter().filter(|it| !it.changes()).count();
    Diff { dry_run, created: new.collect(), changed: differing.collect(), unchanged }
}

fn says_nothing(diff: &Diff) -> bool {
    diff.created.is_empty() && diff.changed.is_empty()
}

fn created(wanted: &PlannedRow) -> Created {
    let of = |name: &str| {
        let at = wanted.kind.keys().iter().position(|key| *key == name)?;
        wanted.key.get(at).filter(|part| !part.is_empty()).cloned()
    };
    Created { kind: wanted.kind, branch: of("branch"), category: of("category"), name: of("name").unwrap_or_default() }
}

fn updated(wanted: &PlannedRow) -> Updated {
    let pick = |from: &Value| {
        let fields = from.as_object().into_iter().flatten();
        let differ = fields.filter(|(name, _)| wanted.before[name.as_str()] != wanted.after[name.as_str()]);
        Value::Object(differ.map(|(name, value)| (name.clone(), value.clone())).collect::<Map<_, _>>())
    };
    Updated { which: created(wanted), before: pick(&wanted.before), after: pick(&wanted.after) }
}

/// Imports the menu, or with `dry_run` returns what an import would change.
///
/// # Errors
/// [`Error::Unfit`](crate::Error::Unfit) with everything that is wrong with the file.
pub async fn import(
    db: &Database,
    staff: &Staff<AdminOnly>,
    lines: &[Line],
    dry_run: bool,
    attempt: &Attempt,
) -> Result<Answer> {
    if dry_run {
        let index = MenuIndex::of(db.menu_rows(staff).await?);
        let wanted = plan(&index, lines).map_err(|problems| refused(&problems))?;
        return Ok(Answer::json(Outcome::Changed, &diff(&wanted, true))?);
    }
    change(db, "menu.import", (staff, attempt), Done::Changed, |act| async move { act.import_menu(lines).await }).await
}

impl<C: Author> Act<'_, C> {
    /// Imports the menu within a change that holds the office lock.
    pub(crate) async fn import_menu(&self, lines: &[Line]) -> Result<Diff> {
        let index = MenuIndex::of(self.uow.menu_rows(self.by).await?);
        let wanted = plan(&index, lines).map_err(|problems| refused(&problems))?;
        let diff = diff(&wanted, false);
        if !says_nothing(&diff) {
            self.write_menu(&wanted).await?;
            self.audit(Change {
                action: "IMPORT",
                entity_type: "menu",
                entity_id: self.by.tenant_id().get(),
                branch: None,
                before: Value::Null,
                after: json!(diff),
            });
        }
        Ok(diff)
    }
}
