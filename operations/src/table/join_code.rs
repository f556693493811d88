//! The secrets in tables' QR codes: printed, and replaced by new ones (design.md §10, joining a table).
//!
//! A table gets its join code when its QR code is first printed. Under the table's lock two who print at once print the
//! same, and a phone that joins meanwhile does so by the code that the table has at that moment: once a rotation has
//! committed, the old code lets nobody in. Who sits there stays. No code is in audit rows or events.

use super::entity;
use crate::{
    Error, Result,
    command::{Act, Done, Twice, keyless},
    office::change,
};
use auth::{Author, Management, Operator, Staff};
use domain::{BranchId, SectorId, TableId, event::Event, session::JoinRule, table::JoinCode};
use rand::{RngCore, TryRngCore, rngs::OsRng};
use serde_json::json;
use store::{Answer, Attempt, BranchRow, Change, Database, Locked, TableRow, UnitOfWork};
use url::Url;
use wire::table::{QrCode, RotatedCodes};

/// Where the diner app at `base` opens with a table of the branch.
///
/// # Errors
/// `base` is no address that can have a path, which the configuration rules out.
pub fn qr_link(base: &Url, branch_slug: &str, code: &str) -> Result<String> {
    let mut url = base.clone();
    url.path_segments_mut()
        .map_err(|()| Error::Internal("the diner app's address cannot have a path"))?
        .pop_if_empty()
        .extend(["join", branch_slug, code]);
    Ok(url.into())
}

/// The table's join code, which comes into being if it has none.
///
/// # Errors
/// No such table, or not in the caller's branches.
pub async fn print(db: &Database, staff: &Staff<Management>, id: TableId, attempt: &Attempt) -> Result<JoinCode> {
    keyless(db, "table.print", Twice::FindsTheFirst, |uow| async move {
        let table = uow.lock_office_table(staff, id).await?;
        Act::new(uow, staff, attempt).join_code(&table).await
    })
    .await
}

/// Gives a table a new join code: its printed QR code lets nobody in any more.
///
/// # Errors
/// No such table, or not in the caller's branches; the key was used for another request.
pub async fn rotate(
    db: &Database,
    staff: &Staff<Management>,
    id: TableId,
    base: &Url,
    attempt: &Attempt,
) -> Result<Answer> {
    change(db, "table.rotate", (staff, attempt), Done::Changed, |act| async move {
        let table = act.uow.lock_office_table(staff, id).await?;
        let branch = act.uow.lock_branch(staff, table.branch_id).await?;
        let printed = replace(&act.uow, &table, &branch, base).await?;
        let row = act.uow.office_tables(staff, &[id]).await?.pop().ok_or(Error::NotFound("table"))?;
        act.audit_entity("UPDATE", &entity(&row), json!({}), json!({ "join_code": "rotated" }));
        act.tell_branches(&entity(&row), Event::EntityUpdated(entity(&row).as_event())).await?;
        Ok(printed)
    })
    .await
}

/// Gives every table of a branch, or of one sector of it, a new join code; all or none.
///
/// # Errors
/// No such branch or sector, or not the caller's; the key was used for another request.
pub async fn rotate_all(
    db: &Database,
    staff: &Staff<Management>,
    branch: BranchId,
    sector: Option<SectorId>,
    base: &Url,
    attempt: &Attempt,
) -> Result<Answer> {
    change(db, "table.rotate_all", (staff, attempt), Done::Changed, |act| async move {
        // Tables come before everything else in the lock order.
        let tables = act.uow.lock_tables_of(staff, branch, sector).await?;
        let branch = act.uow.lock_branch(staff, branch).await?;
        if let Some(sector) = sector
            && !act.uow.sectors_of(staff, branch.id).await?.iter().any(|known| known.id == sector)
        {
            act.uow.ensure_sector(staff, sector).await?;
            return Err(Error::Invalid("sector_id: is another branch's"));
        }
        let mut printed = Vec::with_capacity(tables.len());
        for table in &tables {
            printed.push(replace(&act.uow, table, &branch, base).await?);
        }
        let ids: Vec<TableId> = tables.iter().map(|table| table.id).collect();
        let rows = act.uow.office_tables(staff, &ids).await?;
        for row in &rows {
            act.audit_entity("UPDATE", &entity(row), json!({}), json!({ "join_code": "rotated" }));
        }
        // One word for all: whoever hears it reads the tables again.
        if let Some(first) = rows.first().map(entity) {
            act.tell_branches(&first, Event::EntityUpdated(first.as_event())).await?;
        }
        Ok(RotatedCodes { rotated_count: printed.len(), tables: printed })
    })
    .await
}

/// A table and what its QR code says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Linked {
    /// The table's own code, as it is called in the house.
    pub code: String,
    /// Where a phone that scans it goes.
    pub url: String,
}

/// What the QR codes of a branch's tables say, for an operator who prints them.
///
/// # Errors
/// No such branch.
pub async fn links(db: &Database, operator: &Operator, branch: BranchId, base: &Url) -> Result<Vec<Linked>> {
    keyless(db, "table.links", Twice::FindsTheFirst, |uow| async move {
        Act::of_worker(&uow, operator).link_tables(branch, base).await
    })
    .await
}

impl<C: Author> Act<'_, C> {
    /// What the QR codes of a branch's tables say under its rule. A table that has no secret gets one where the rule
    /// wants one; what is printed already stays good.
    pub(crate) async fn link_tables(&self, branch: BranchId, base: &Url) -> Result<Vec<Linked>> {
        // Tables come before everything else in the lock order.
        let tables = self.uow.lock_tables_of(self.by, branch, None).await?;
        let branch = self.uow.lock_branch(self.by, branch).await?;
        let mut linked = Vec::with_capacity(tables.len());
        for table in tables.iter().filter(|table| table.is_active) {
            let code = match branch.join_rule {
                JoinRule::Open => table.code.clone(),
                JoinRule::QrSecret => self.join_code(table).await?.as_str().to_owned(),
            };
            linked.push(Linked { code: table.code.clone(), url: qr_link(base, &branch.slug, &code)? });
        }
        Ok(linked)
    }

    /// The table's join code, which comes into being if it has none.
    async fn join_code(&self, table: &Locked<TableRow>) -> Result<JoinCode> {
        if let Some(code) = table.join_code.as_deref().and_then(JoinCode::read) {
            return Ok(code);
        }
        let code = draw(&self.uow).await?;
        self.uow.set_join_code(table, &code).await?;
        self.audit(Change {
            action: "UPDATE",
            entity_type: "table",
            entity_id: table.id.get(),
            branch: Some(table.branch_id),
            before: json!({ "join_code": null }),
            after: json!({ "join_code": "made" }),
        });
        Ok(code)
    }
}

async fn replace(uow: &UnitOfWork, table: &Locked<TableRow>, branch: &BranchRow, base: &Url) -> Result<QrCode> {
    let code = draw(uow).await?;
    uow.set_join_code(table, &code).await?;
    Ok(QrCode {
        table_id: table.id,
        table_code: table.code.clone(),
        branch_slug: branch.slug.clone(),
        url: qr_link(base, &branch.slug, code.as_str())?,
        join_code: code,
    })
}

/// A code that no table of any business has, or has as its own.
async fn draw(uow: &UnitOfWork) -> Result<JoinCode> {
    loop {
        let mut random = OsRng.unwrap_err();
        let code = JoinCode::draw(|| {
            let mut byte = [0];
            random.fill_bytes(&mut byte);
            byte[0]
        });
        if !uow.is_code_taken(&code).await? {
            return Ok(code);
        }
    }
}
