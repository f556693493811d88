//! What recipes are made of: groups of ingredients, ingredients, and what a processed ingredient is made of itself. All
//! of it is the business's.

mod read;

use crate::{
    error::{Error, Result},
    sql::{Sql, sql},
    unit_of_work::UnitOfWork,
};
use auth::Scope;
use chrono::{DateTime, Utc};
use domain::{IngredientGroupId, IngredientId, SubIngredientId, TenantId, office::Catalog};
use sea_orm::FromQueryResult;
use wire::ingredient::{IngredientGroup, SubIngredient};

/// An ingredient's row.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
#[expect(missing_docs, reason = "the fields are those of `Ingredient`")]
pub struct IngredientRow {
    pub id: IngredientId,
    pub tenant_id: TenantId,
    pub group_id: Option<IngredientGroupId>,
    pub group_name: Option<String>,
    pub name: String,
    pub description: Option<String>,
    pub is_processed: bool,
    pub is_active: bool,
    /// Switched off by the office.
    pub deactivated: bool,
    pub created_at: DateTime<Utc>,
}

static GROUP: &Sql = sql!(
    tenant,
    "select id, name, description, icon, is_active from ingredient_group
    where tenant_id = $1 and id = $2 and deletion_id is null"
);

static INSERT_GROUP: &Sql = sql!(
    tenant,
    "insert into ingredient_group (tenant_id, name, description, icon, created_at)
    values ($1, $2, $3, $4, $5) returning id, name, description, icon, is_active"
);

static INSERT: &Sql = sql!(
    tenant,
    "insert into ingredient (tenant_id, group_id, name, description, is_processed, created_at)
    values ($1, $2, $3, $4, $5, $6) returning id"
);

static UPDATE: &Sql = sql!(
    row("id"),
    "update ingredient set group_id = $2, name = $3, description = $4, is_processed = $5, is_active = $6,
    deactivated = $7 where id = $1"
);

static INSERT_SUB: &Sql = sql!(
    tenant,
    "insert into sub_ingredient (tenant_id, ingredient_id, name, description, created_at)
    values ($1, $2, $3, $4, $5) returning id, ingredient_id, name, description, is_active"
);

static INSERT_ENTRY: &Sql = sql!(tenant, "insert into catalog_entry (tenant_id, catalog, name) values ($1, $2, $3)");

#[derive(FromQueryResult)]
struct Id {
    id: IngredientId,
}

impl UnitOfWork {
    /// A group of the caller's business.
    ///
    /// # Errors
    /// Not found.
    pub async fn ingredient_group(&self, scope: &impl Scope, id: IngredientGroupId) -> Result<IngredientGroup> {
        self.one(GROUP, [scope.tenant_id().into(), id.into()]).await?.ok_or(Error::NotFound("ingredient group"))
    }

    /// Adds a group.
    ///
    /// # Errors
    /// The name is taken.
    pub async fn insert_ingredient_group(
        &self,
        tenant: TenantId,
        name: &str,
        description: Option<String>,
        icon: Option<String>,
    ) -> Result<IngredientGroup> {
        let values = [tenant.into(), name.into(), description.into(), icon.into(), self.now().into()];
        self.one(INSERT_GROUP, values).await?.ok_or(Error::NotFound("ingredient group"))
    }

    /// An ingredient of the caller's business. Under the office lock it stays as it is.
    ///
    /// # Errors
    /// Not found.
    pub async fn ingredient(&self, scope: &impl Scope, id: IngredientId) -> Result<IngredientRow> {
        let sql = sql!(tenant, "{} and i.id = $2 and i.deletion_id is null", read::INGREDIENTS);
        self.one(sql, [scope.tenant_id().into(), id.into()]).await?.ok_or(Error::NotFound("ingredient"))
    }

    /// Adds an ingredient.
    ///
    /// # Errors
    /// The name is taken.
    pub async fn insert_ingredient(
        &self,
        tenant: TenantId,
        group: Option<IngredientGroupId>,
        (name, description): (&str, Option<String>),
        is_processed: bool,
    ) -> Result<IngredientId> {
        let values =
            [tenant.into(), group.into(), name.into(), description.into(), is_processed.into(), self.now().into()];
        let row: Option<Id> = self.one(INSERT, values).await?;
        row.map(|row| row.id).ok_or(Error::NotFound("ingredient"))
    }

    /// Writes what the office changed of `ingredient`.
    ///
    /// # Errors
    /// The name is taken.
    pub async fn set_ingredient(&self, ingredient: &IngredientRow, changed: &IngredientRow) -> Result<()> {
        let values = [
            ingredient.id.into(),
            changed.group_id.into(),
            changed.name.as_str().into(),
            changed.description.clone().into(),
            changed.is_processed.into(),
            (!changed.deactivated).into(),
            changed.deactivated.into(),
        ];
        self.run(UPDATE, values).await.map(drop)
    }

    /// Adds what a processed ingredient is made of.
    ///
    /// # Errors
    /// The name is taken.
    pub async fn insert_sub_ingredient(
        &self,
        of: &IngredientRow,
        name: &str,
        description: Option<String>,
    ) -> Result<SubIngredient> {
        let values = [of.tenant_id.into(), of.id.into(), name.into(), description.into(), self.now().into()];
        self.one(INSERT_SUB, values).await?.ok_or(Error::NotFound("ingredient"))
    }

    /// Whether `sub` is a part of `ingredient`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn is_made_of(&self, ingredient: IngredientId, sub: SubIngredientId) -> Result<bool> {
        let sql =
            sql!(row("id"), "select ingredient_id as id from sub_ingredient where id = $1 and ingredient_id = $2");
        let row: Option<Id> = self.one(sql, [sub.into(), ingredient.into()]).await?;
        Ok(row.is_some())
    }

    /// Adds a word to a list.
    ///
    /// # Errors
    /// It is there already.
    pub async fn insert_catalog_entry(&self, tenant: TenantId, catalog: Catalog, name: &str) -> Result<()> {
        self.run(INSERT_ENTRY, [tenant.into(), catalog.as_str().into(), name.into()]).await.map(drop)
    }
}
