//! Marks the rows that a deletion takes, and removes the marks in a restore.

#[cfg(test)]
use super::tree::Edge;
use super::{
    CascadeRow,
    plan::{Row, select},
    tree::{Condition, EDGES, TABLES, Table, table},
};
use crate::{
    error::{Error, Result},
    sql::{Sql, built_sql, sql},
    unit_of_work::{Locked, UnitOfWork},
};
use auth::Scope;
use domain::{BranchId, DeletionId, UserId, office::EntityKind};
use sea_orm::FromQueryResult;

/// A deletion that was not restored.
#[derive(Clone, Debug, FromQueryResult)]
pub struct DeletionRow {
    /// The deletion.
    pub id: DeletionId,
    /// The branch of the deleted entity; `None` for an entity of the whole business.
    pub branch_id: Option<BranchId>,
}

static INSERT: &Sql = sql!(
    tenant,
    "insert into deletion (tenant_id, branch_id, entity_type, entity_id, deleted_by_id, deleted_at)
    values ($1, $2, $3, $4, $5, $6) returning id, branch_id"
);

static LOCK: &Sql = sql!(
    tenant,
    "select id, branch_id from deletion
    where tenant_id = $1 and entity_type = $2 and entity_id = $3 and restored_at is null #lock"
);

impl UnitOfWork {
    /// Marks all rows of `cascade`, the deleted entity first, as taken by one deletion.
    ///
    /// # Errors
    /// The database failed.
    pub async fn mark_deleted(&self, scope: &impl Scope, by: UserId, cascade: &[CascadeRow]) -> Result<()> {
        let root = cascade.first().ok_or(Error::NotFound("entity"))?;
        let tenant = scope.tenant_id();
        // A deleted branch keeps its row, so that the deletion may point to the branch it takes.
        let values = [
            tenant.into(),
            root.branch.into(),
            root.kind.as_str().into(),
            root.id.into(),
            by.into(),
            self.now().into(),
        ];
        let deletion: Option<DeletionRow> = self.one(INSERT, values).await?;
        let deletion = deletion.ok_or(Error::NotFound("entity"))?;
        for table in TABLES {
            let ids: Vec<i64> = cascade.iter().filter(|thing| thing.kind == table.kind).map(|thing| thing.id).collect();
            if ids.is_empty() {
                continue;
            }
            let ids = serde_json::to_string(&ids).unwrap_or_default();
            let sql = built_sql!(
                tenant,
                table: &Table = table,
                in TABLES,
                format!(
                    "update {} set is_active = false, deletion_id = $3 where tenant_id = $1 and id in #list($2)",
                    table.name
                )
            );
            self.run(&sql, [tenant.into(), ids.into(), deletion.id.into()]).await?;
        }
        Ok(())
    }

    /// Locks the deletion that the entity was the root of.
    ///
    /// # Errors
    /// The entity is not deleted, never existed, or was deleted with something else; or it was in a branch that is not
    /// the caller's.
    pub async fn lock_deletion(&self, scope: &impl Scope, kind: EntityKind, id: i64) -> Result<Locked<DeletionRow>> {
        let values = [scope.tenant_id().into(), kind.as_str().into(), id.into()];
        let row: Option<DeletionRow> = self.one(LOCK, values).await?;
        let row = row.ok_or(Error::NotFound(kind.as_str()))?;
        match row.branch_id {
            Some(branch) if !scope.admits(branch) => Err(Error::Forbidden(kind.as_str())),
            _ => Ok(Locked::new(row)),
        }
    }

    /// Finds the root of the deletion that took the entity, for an entity that was deleted with something else.
    ///
    /// # Errors
    /// The database failed.
    pub async fn deleted_with(
        &self,
        scope: &impl Scope,
        kind: EntityKind,
        id: i64,
    ) -> Result<Option<(EntityKind, i64)>> {
        #[derive(FromQueryResult)]
        struct Root {
            entity_type: String,
            entity_id: i64,
        }
        let Some(table) = table(kind) else { return Ok(None) };
        let sql = built_sql!(
            tenant,
            table: &Table = table,
            in TABLES,
            format!(
                "select d.entity_type, d.entity_id from {} t join deletion d on d.id = t.deletion_id
                 where t.tenant_id = $1 and t.id = $2",
                table.name
            )
        );
        let root: Option<Root> = self.one(&sql, [scope.tenant_id().into(), id.into()]).await?;
        Ok(root.and_then(|root| Some((EntityKind::parse(&root.entity_type)?, root.entity_id))))
    }

    /// Finds a deleted parent that the restored rows would need.
    ///
    /// # Errors
    /// The database failed.
    pub async fn missing_parent(&self, deletion: &Locked<DeletionRow>) -> Result<Option<CascadeRow>> {
        for edge in EDGES {
            for under in edge.stands_under() {
                let sql = built_sql!(
                    row("deletion_id"),
                    under: Condition = under,
                    in EDGES.iter().flat_map(Edge::stands_under),
                    {
                        let Condition { parent, child, sql } = under;
                        format!(
                            "select t.id, {} as name, {} as branch_id from {} c join {} t on {sql} where c.deletion_id = $1
                             and t.deletion_id is not null and t.deletion_id <> $1 order by t.id limit 1",
                            parent.label, parent.branch, child.name, parent.name
                        )
                    }
                );
                let gone: Option<Row> = self.one(&sql, [deletion.id.into()]).await?;
                if let Some(gone) = gone {
                    return Ok(Some(gone.of(edge.parent)));
                }
            }
        }
        Ok(None)
    }

    /// Removes the marks from everything the deletion took, each row as it was then, and returns the rows by kind and
    /// id.
    ///
    /// # Errors
    /// [`Error::Taken`] when something else has the name, code or login by now.
    pub async fn unmark_deleted(&self, deletion: &Locked<DeletionRow>) -> Result<Vec<CascadeRow>> {
        let mut restored = Vec::new();
        for table in TABLES {
            // Read before the update: the two databases name the columns of `returning` differently.
            let sql = built_sql!(
                row("deletion_id"),
                table: &Table = table,
                in TABLES,
                format!("{} where t.deletion_id = $1 order by t.id", select(table))
            );
            let rows: Vec<Row> = self.all(&sql, [deletion.id.into()]).await?;
            if rows.is_empty() {
                continue;
            }
            let sql = built_sql!(
                row("deletion_id"),
                table: &Table = table,
                in TABLES,
                format!("update {} set deletion_id = null, is_active = not deactivated where deletion_id = $1", table.name)
            );
            self.run(&sql, [deletion.id.into()]).await?;
            restored.extend(rows.into_iter().map(|row| row.of(table.kind)));
        }
        let values = [deletion.id.into(), self.now().into()];
        self.run(sql!(row("id"), "update deletion set restored_at = $2 where id = $1"), values).await?;
        Ok(restored)
    }
}
