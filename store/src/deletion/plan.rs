//! Plans a deletion: finds the rows that it takes.

#[cfg(test)]
use super::tree::Edge;
use super::tree::{Condition, EDGES, TABLES, Table, table};
use crate::{
    Database,
    error::{Error, Result},
    page::name_order,
    sql::{built_sql, sql},
    unit_of_work::{UnitOfWork, all, one},
};
use auth::Scope;
use domain::{BranchId, TenantId, office::EntityKind};
use sea_orm::{ConnectionTrait, FromQueryResult};
use std::collections::BTreeMap;

/// A row that a deletion takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CascadeRow {
    /// The kind of entity.
    pub kind: EntityKind,
    /// Its id.
    pub id: i64,
    /// Its name for people.
    pub name: Option<String>,
    /// The branch it belongs to; `None` for an entity of the whole business.
    pub branch: Option<BranchId>,
}

#[derive(FromQueryResult)]
pub(super) struct Row {
    id: i64,
    name: Option<String>,
    branch_id: Option<BranchId>,
}

impl Row {
    pub(super) fn of(self, kind: EntityKind) -> CascadeRow {
        CascadeRow { kind, id: self.id, name: self.name, branch: self.branch_id }
    }
}

pub(super) fn select(table: &Table) -> String {
    let Table { name, label, branch, .. } = table;
    format!("select t.id, {label} as name, {branch} as branch_id from {name} t")
}

/// Reads an entity of the tenant that is not deleted.
async fn root(db: &impl ConnectionTrait, tenant: TenantId, kind: EntityKind, id: i64) -> Result<CascadeRow> {
    let table = table(kind).ok_or(Error::NotFound("entity"))?;
    let sql = built_sql!(
        tenant,
        table: &Table = table,
        in TABLES,
        format!("{} where t.tenant_id = $1 and t.id = $2 and t.deletion_id is null", select(table))
    );
    let row: Option<Row> = one(db, &sql, [tenant.into(), id.into()]).await?;
    row.map(|row| row.of(kind)).ok_or(Error::NotFound(kind.as_str()))
}

/// Finds everything that is deleted with `root`: the root first, then the others by kind and id.
async fn plan(db: &impl ConnectionTrait, tenant: TenantId, root: CascadeRow) -> Result<Vec<CascadeRow>> {
    let mut found: BTreeMap<EntityKind, BTreeMap<i64, CascadeRow>> = BTreeMap::new();
    found.entry(root.kind).or_default().insert(root.id, root.clone());
    for edge in EDGES {
        let Some(parents) = found.get(&edge.parent).filter(|parents| !parents.is_empty()) else { continue };
        let ids: Vec<i64> = parents.keys().copied().collect();
        let ids = serde_json::to_string(&ids).unwrap_or_default();
        for goes in edge.goes_with() {
            let sql = built_sql!(
                tenant,
                goes: Condition = goes,
                in EDGES.iter().flat_map(Edge::goes_with),
                format!("{} where t.tenant_id = $1 and t.deletion_id is null and {}", select(goes.child), goes.sql)
            );
            let rows: Vec<Row> = all(db, &sql, [tenant.into(), ids.as_str().into()]).await?;
            let children = found.entry(edge.child).or_default();
            children.extend(rows.into_iter().map(|row| (row.id, row.of(edge.child))));
        }
    }
    let mut cascade = vec![root.clone()];
    for table in TABLES {
        let of_kind = found.remove(&table.kind).into_iter().flat_map(BTreeMap::into_values);
        cascade.extend(of_kind.filter(|thing| (thing.kind, thing.id) != (root.kind, root.id)));
    }
    Ok(cascade)
}

/// Refuses an entity in a branch that the caller may not act in. An entity of the whole business is in no branch.
fn ensure_admitted(scope: &impl Scope, thing: &CascadeRow) -> Result<()> {
    match thing.branch {
        Some(branch) if !scope.admits(branch) => Err(Error::Forbidden(thing.kind.as_str())),
        _ => Ok(()),
    }
}

impl Database {
    /// Lists what deleting the entity would take: the entity first, then all that is below it.
    ///
    /// # Errors
    /// No such entity, or it is deleted already; it is in a branch that is not the caller's.
    pub async fn preview_deletion(&self, scope: &impl Scope, kind: EntityKind, id: i64) -> Result<Vec<CascadeRow>> {
        let root = root(self.reader(), scope.tenant_id(), kind, id).await?;
        ensure_admitted(scope, &root)?;
        plan(self.reader(), scope.tenant_id(), root).await
    }

    /// Lists the codes of those tables where a party sits.
    ///
    /// # Errors
    /// The database failed.
    pub async fn tables_in_use(&self, scope: &impl Scope, tables: &[i64]) -> Result<Vec<String>> {
        in_use(self.reader(), scope.tenant_id(), tables).await
    }

    /// Lists the open cash registers of those branches by name.
    ///
    /// # Errors
    /// The database failed.
    pub async fn open_registers(&self, scope: &impl Scope, branches: &[i64]) -> Result<Vec<String>> {
        open_registers(self.reader(), scope.tenant_id(), branches).await
    }
}

/// Lists the open cash registers of those branches by name.
async fn open_registers(db: &impl ConnectionTrait, tenant: TenantId, branches: &[i64]) -> Result<Vec<String>> {
    #[derive(FromQueryResult)]
    struct Name {
        name: String,
    }
    if branches.is_empty() {
        return Ok(Vec::new());
    }
    let ids = serde_json::to_string(branches).unwrap_or_default();
    let sql = sql!(
        tenant,
        "select r.name from cash_session s join cash_register r on r.id = s.cash_register_id
         where s.tenant_id = $1 and s.status = 'OPEN' and s.branch_id in #list($2) order by r.id"
    );
    let mut names: Vec<Name> = all(db, sql, [tenant.into(), ids.into()]).await?;
    name_order(db, tenant).await?.sort(&mut names, |row| &row.name);
    Ok(names.into_iter().map(|row| row.name).collect())
}

impl UnitOfWork {
    /// Lists the open cash registers of those branches by name. Under the branches' locks no other one opens.
    ///
    /// # Errors
    /// The database failed.
    pub async fn open_registers(&self, scope: &impl Scope, branches: &[i64]) -> Result<Vec<String>> {
        open_registers(self.tx(), scope.tenant_id(), branches).await
    }

    /// Lists what deleting the entity takes, as of this transaction.
    ///
    /// # Errors
    /// As of [`Database::preview_deletion`].
    pub async fn plan_deletion(&self, scope: &impl Scope, kind: EntityKind, id: i64) -> Result<Vec<CascadeRow>> {
        let root = root(self.tx(), scope.tenant_id(), kind, id).await?;
        ensure_admitted(scope, &root)?;
        plan(self.tx(), scope.tenant_id(), root).await
    }

    /// Locks those tables, so that no party sits down there until this transaction ends. Returns the codes of those
    /// where a party sits already.
    ///
    /// # Errors
    /// The database failed.
    pub async fn lock_tables_in_use(&self, scope: &impl Scope, tables: &[i64]) -> Result<Vec<String>> {
        if tables.is_empty() {
            return Ok(Vec::new());
        }
        #[derive(FromQueryResult)]
        struct Id {
            #[expect(dead_code, reason = "the lock is what is wanted")]
            id: i64,
        }
        let ids = serde_json::to_string(tables).unwrap_or_default();
        let sql =
            sql!(tenant, "select id from dining_table where tenant_id = $1 and id in #list($2) order by id #lock");
        let _locked: Vec<Id> = self.all(sql, [scope.tenant_id().into(), ids.into()]).await?;
        in_use(self.tx(), scope.tenant_id(), tables).await
    }
}

async fn in_use(db: &impl ConnectionTrait, tenant: TenantId, tables: &[i64]) -> Result<Vec<String>> {
    #[derive(FromQueryResult)]
    struct Code {
        code: String,
    }
    let ids = serde_json::to_string(tables).unwrap_or_default();
    let sql = sql!(
        tenant,
        "select t.code from dining_table t where t.tenant_id = $1 and t.id in #list($2) and exists (
            select 1 from table_session s where s.table_id = t.id and #live_session(s)) order by t.id"
    );
    let mut codes: Vec<Code> = all(db, sql, [tenant.into(), ids.into()]).await?;
    name_order(db, tenant).await?.sort(&mut codes, |row| &row.code);
    Ok(codes.into_iter().map(|row| row.code).collect())
}
