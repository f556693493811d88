//! Ingredients and the lists of words as the office reads them, each in a fixed number of statements.

use super::IngredientRow;
use crate::{
    Database, Listed,
    error::{Error, Result},
    page::name_order,
    sql::sql,
    unit_of_work::{all, one},
};
use auth::Scope;
use domain::{IngredientGroupId, IngredientId, TenantId, name::NameOrder, office::Catalog};
use sea_orm::ConnectionTrait;
use std::collections::HashMap;
use wire::ingredient::{CatalogEntry, Ingredient, IngredientGroup, SubIngredient};

/// The row with its parts.
fn ingredient_of(row: IngredientRow, parts: Vec<SubIngredient>) -> Ingredient {
    Ingredient {
        id: row.id,
        tenant_id: row.tenant_id,
        name: row.name,
        description: row.description,
        group_id: row.group_id,
        group_name: row.group_name,
        is_processed: row.is_processed,
        is_active: row.is_active,
        created_at: row.created_at,
        sub_ingredients: parts,
    }
}

pub(super) const INGREDIENTS: &str =
    "select i.id, i.tenant_id, i.group_id, g.name as group_name, i.name, i.description,
        i.is_processed, i.is_active, i.deactivated, i.created_at
    from ingredient i left join ingredient_group g on g.id = i.group_id and g.deletion_id is null
    where i.tenant_id = $1";

/// What those ingredients are made of, by name.
async fn parts(
    db: &impl ConnectionTrait,
    order: &NameOrder,
    ingredients: &[IngredientId],
) -> Result<HashMap<IngredientId, Vec<SubIngredient>>> {
    let ids = serde_json::to_string(ingredients).unwrap_or_default();
    let sql = sql!(
        row("ingredient_id"),
        "select id, ingredient_id, name, description, is_active from sub_ingredient
         where deletion_id is null and ingredient_id in #list($1) order by id"
    );
    let mut rows: Vec<SubIngredient> = all(db, sql, [ids.into()]).await?;
    order.sort(&mut rows, |row| &row.name);
    let mut parts: HashMap<IngredientId, Vec<SubIngredient>> = HashMap::new();
    for row in rows {
        parts.entry(row.ingredient_id).or_default().push(row);
    }
    Ok(parts)
}

/// What one ingredient is made of, by name.
async fn sorted_parts(db: &impl ConnectionTrait, tenant: TenantId, of: IngredientId) -> Result<Vec<SubIngredient>> {
    let order = name_order(db, tenant).await?;
    Ok(parts(db, &order, &[of]).await?.remove(&of).unwrap_or_default())
}

impl Database {
    /// The groups of the caller's business, by name.
    ///
    /// # Errors
    /// The database failed.
    pub async fn ingredient_groups(&self, scope: &impl Scope, wanted: &Listed) -> Result<Vec<IngredientGroup>> {
        let sql = sql!(
            tenant,
            "select id, name, description, icon, is_active from ingredient_group
            where tenant_id = $1 and deletion_id is null order by id"
        );
        let rows: Vec<IngredientGroup> = all(self.reader(), sql, [scope.tenant_id().into()]).await?;
        let order = name_order(self.reader(), scope.tenant_id()).await?;
        Ok(wanted.by_name(&order, rows, |row| &row.name))
    }

    /// The ingredients of the caller's business, or of one group, by name.
    ///
    /// # Errors
    /// The database failed.
    pub async fn ingredients(
        &self,
        scope: &impl Scope,
        group: Option<IngredientGroupId>,
        deleted_too: bool,
        wanted: &Listed,
    ) -> Result<Vec<Ingredient>> {
        let sql = sql!(
            tenant,
            "{INGREDIENTS} and (i.group_id = $2 or $2 = 0) and (i.deletion_id is null or $3)
             order by i.id"
        );
        let only = group.map_or(0, IngredientGroupId::get);
        let values = [scope.tenant_id().into(), only.into(), deleted_too.into()];
        let rows: Vec<IngredientRow> = all(self.reader(), sql, values).await?;
        let order = name_order(self.reader(), scope.tenant_id()).await?;
        let rows = wanted.by_name(&order, rows, |row| &row.name);
        let mut parts = parts(self.reader(), &order, &rows.iter().map(|row| row.id).collect::<Vec<_>>()).await?;
        Ok(rows
            .into_iter()
            .map(|row| (parts.remove(&row.id), row))
            .map(|(of, row)| ingredient_of(row, of.unwrap_or_default()))
            .collect())
    }

    /// One ingredient of the caller's business.
    ///
    /// # Errors
    /// Not found.
    pub async fn find_ingredient(&self, scope: &impl Scope, id: IngredientId) -> Result<Ingredient> {
        let sql = sql!(tenant, "{INGREDIENTS} and i.id = $2 and i.deletion_id is null");
        let row: Option<IngredientRow> = one(self.reader(), sql, [scope.tenant_id().into(), id.into()]).await?;
        let row = row.ok_or(Error::NotFound("ingredient"))?;
        Ok(ingredient_of(row, sorted_parts(self.reader(), scope.tenant_id(), id).await?))
    }

    /// A list of words of the caller's business, by name.
    ///
    /// # Errors
    /// The database failed.
    pub async fn catalog(&self, scope: &impl Scope, catalog: Catalog, wanted: &Listed) -> Result<Vec<CatalogEntry>> {
        let sql = sql!(
            tenant,
            "select id, name, description, icon, is_active from catalog_entry
            where tenant_id = $1 and catalog = $2 and is_active order by id"
        );
        let rows = all(self.reader(), sql, [scope.tenant_id().into(), catalog.as_str().into()]).await?;
        let order = name_order(self.reader(), scope.tenant_id()).await?;
        Ok(wanted.by_name(&order, rows, |row: &CatalogEntry| &row.name))
    }
}

impl crate::UnitOfWork {
    /// An ingredient of the caller's business with its parts, as it is now.
    ///
    /// # Errors
    /// Not found.
    pub async fn ingredient_now(&self, scope: &impl Scope, id: IngredientId) -> Result<Ingredient> {
        let row = self.ingredient(scope, id).await?;
        Ok(ingredient_of(row, sorted_parts(self.tx(), scope.tenant_id(), id).await?))
    }
}
