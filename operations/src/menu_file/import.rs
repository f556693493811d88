//! Imports a menu from a file: all of it or nothing, under the office lock, in a number of statements that does not
//! depend on its length.
//!
//! One audit row holds the whole difference, before and after. Each branch concerned gets one event per kind of entry:
//! screens read the whole list again on one event, and five thousand events would say no more.

use super::{
    index::MenuIndex,
    line::{Kind, Line},
    plan::{PlannedRow, plan},
    refused,
};
use crate::{Result, command::Done, office::change};
use auth::{AdminOnly, Staff};
use serde::Serialize;
use serde_json::{Map, Value, json};
use store::{Answer, Attempt, Change, Database, Outcome};
use utoipa::ToSchema;

/// A thing the file adds.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Created {
    /// What it is.
    kind: Kind,
    /// The slug of its branch, where it has one.
    branch: Option<String>,
    /// Its category, where it has one.
    category: Option<String>,
    /// Its name.
    name: String,
}

/// A thing the file changes.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Updated {
    /// Which.
    #[serde(flatten)]
    which: Created,
    /// The fields that differ, as they were.
    #[schema(value_type = Object)]
    before: Value,
    /// The same as they are to be.
    #[schema(value_type = Object)]
    after: Value,
}

/// What a file changes.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Diff {
    /// Whether nothing was written.
    pub dry_run: bool,
    /// What is new.
    pub created: Vec<Created>,
    /// What is different.
    pub changed: Vec<Updated>,
    /// How many things are as the file says.
    pub unchanged: usize,
}

impl Diff {
    fn of(wanted: &[PlannedRow], dry_run: bool) -> Self {
        let new = wanted.iter().filter(|it| it.is_new()).map(Created::of);
        let differing = wanted.iter().filter(|it| !it.is_new() && it.changes()).map(Updated::of);
        let unchanged = wanted.iter().filter(|it| !it.changes()).count();
        Self { dry_run, created: new.collect(), changed: differing.collect(), unchanged }
    }

    fn is_empty(&self) -> bool {
        self.created.is_empty() && self.changed.is_empty()
    }
}

impl Created {
    fn of(wanted: &PlannedRow) -> Self {
        let of = |name: &str| {
            let at = wanted.kind.keys().iter().position(|key| *key == name)?;
            wanted.key.get(at).filter(|part| !part.is_empty()).cloned()
        };
        Self { kind: wanted.kind, branch: of("branch"), category: of("category"), name: of("name").unwrap_or_default() }
    }
}

impl Updated {
    fn of(wanted: &PlannedRow) -> Self {
        let pick = |from: &Value| {
            let fields = from.as_object().into_iter().flatten();
            let differ = fields.filter(|(name, _)| wanted.before[name.as_str()] != wanted.after[name.as_str()]);
            Value::Object(differ.map(|(name, value)| (name.clone(), value.clone())).collect::<Map<_, _>>())
        };
        Self { which: Created::of(wanted), before: pick(&wanted.before), after: pick(&wanted.after) }
    }
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
        return Ok(Answer::json(Outcome::Changed, &Diff::of(&wanted, true))?);
    }
    change(db, "menu.import", (staff, attempt), Done::Changed, |act| async move {
        let index = MenuIndex::of(act.uow.menu_rows(staff).await?);
        let wanted = plan(&index, lines).map_err(|problems| refused(&problems))?;
        let diff = Diff::of(&wanted, false);
        if !diff.is_empty() {
            act.write_menu(&wanted).await?;
            act.uow.audit(
                staff,
                attempt,
                Change {
                    action: "IMPORT",
                    entity_type: "menu",
                    entity_id: staff.tenant_id().get(),
                    branch: None,
                    before: Value::Null,
                    after: json!(diff),
                },
            );
        }
        Ok(diff)
    })
    .await
}
