//! Recipes: how a branch makes things, as rows of one transaction.
//!
//! A recipe stands in its branch. Product and subcategory are what it speaks of: once they are deleted the link keeps
//! its number and loses its name, as an ingredient's group does, and says again what it said when they are restored.
//!
//! A product that inherits contains at least what its recipe contains: [`UnitOfWork::inherit_allergens`] runs whenever
//! either of the two changes.

mod inherit;
mod read;

pub use read::RecipeFilter;

use crate::{
    error::{Error, Result},
    page::name_order,
    product::{PRODUCTS, PlacedProduct},
    scoped::{admitted, json_array},
    sql::{Sql, sql},
    unit_of_work::UnitOfWork,
};
use auth::Scope;
use domain::{AllergenId, BranchId, CatalogEntryId, CategoryId, IngredientId, ProductId, RecipeId, office::Catalog};
use entity::{recipe, recipe_allergen};
use sea_orm::{
    ActiveModelTrait, ActiveValue::NotSet, ActiveValue::Set, EntityTrait, FromQueryResult, IntoActiveModel, Value,
};
use wire::{product::Product, recipe::Recipe};

/// A recipe's row.
pub type RecipeRow = recipe::Model;

static RECIPE: &Sql =
    sql!(tenant, "select * from recipe where tenant_id = $1 and id = $2 and deletion_id is null #lock");

static FORGET: &Sql = sql!(
    row("recipe_id"),
    "delete from recipe_allergen
    where recipe_id = $1 and allergen_id in (select id from allergen where is_active)"
);

#[derive(FromQueryResult)]
struct Found {
    id: i64,
}

impl UnitOfWork {
    /// A recipe of the caller's branches, for the rest of the transaction. Under the office lock.
    ///
    /// # Errors
    /// Not found, or not in the caller's branches.
    pub async fn recipe(&self, scope: &impl Scope, id: RecipeId) -> Result<RecipeRow> {
        let row: Option<RecipeRow> = self.one(RECIPE, [scope.tenant_id().into(), id.into()]).await?;
        admitted(scope, "recipe", row, |row| row.branch_id)
    }

    /// The recipe as the office reads it, as this transaction leaves it.
    ///
    /// # Errors
    /// Not found, or not in the caller's branches.
    pub async fn recipe_now(&self, scope: &impl Scope, id: RecipeId) -> Result<Recipe> {
        read::find(self.tx(), scope, id).await
    }

    /// Adds a recipe; `new` has everything but its number and its moment.
    ///
    /// # Errors
    /// The name is taken.
    pub async fn insert_recipe(&self, new: RecipeRow) -> Result<RecipeRow> {
        let mut row = new.clone().into_active_model().reset_all();
        row.id = NotSet;
        row.is_active = Set(!new.deactivated);
        row.deletion_id = Set(None);
        row.created_at = Set(self.now());
        Ok(row.insert(self.tx()).await?)
    }

    /// Writes what changed of `before`.
    ///
    /// # Errors
    /// The name is taken.
    pub async fn set_recipe(&self, before: &RecipeRow, changed: RecipeRow) -> Result<RecipeRow> {
        let changed = RecipeRow {
            id: before.id,
            tenant_id: before.tenant_id,
            branch_id: before.branch_id,
            created_by_id: before.created_by_id,
            created_at: before.created_at,
            deletion_id: before.deletion_id,
            is_active: !changed.deactivated,
            ..changed
        };
        Ok(changed.into_active_model().reset_all().update(self.tx()).await?)
    }

    /// Replaces what a recipe contains, but for what is switched off or deleted and so was not to be seen: it would be
    /// missing once it is back.
    ///
    /// # Errors
    /// An allergen is named twice.
    pub async fn set_recipe_allergens(&self, recipe: &RecipeRow, allergens: &[AllergenId]) -> Result<()> {
        self.run(FORGET, [recipe.id.into()]).await?;
        if allergens.is_empty() {
            return Ok(());
        }
        let rows = allergens.iter().map(|allergen| recipe_allergen::ActiveModel {
            id: NotSet,
            tenant_id: Set(recipe.tenant_id),
            recipe_id: Set(recipe.id),
            allergen_id: Set(*allergen),
        });
        recipe_allergen::Entity::insert_many(rows).exec_without_returning(self.tx()).await?;
        Ok(())
    }

    /// The products that inherit from the recipe, each with the branch of its category.
    ///
    /// # Errors
    /// The database failed.
    pub async fn products_inheriting(&self, scope: &impl Scope, recipe: RecipeId) -> Result<Vec<(BranchId, Product)>> {
        let sql = sql!(
            tenant,
            "{PRODUCTS} and p.recipe_id = $2 and p.inherits_from_recipe and p.deletion_id is null order by p.id"
        );
        let rows: Vec<PlacedProduct> = self.all(sql, [scope.tenant_id().into(), recipe.into()]).await?;
        let homes: Vec<BranchId> = rows.iter().map(|placed| placed.branch_id).collect();
        let order = name_order(self.tx(), scope.tenant_id()).await?;
        let products = crate::view::with_details(self.tx(), &order, rows, self.now()).await?;
        Ok(homes.into_iter().zip(products).collect())
    }

    /// Notes that a product is made by the recipe; what is declared of it stays its own.
    ///
    /// # Errors
    /// The database failed.
    pub async fn make_by(&self, product: ProductId, recipe: RecipeId) -> Result<()> {
        self.run(sql!(row("id"), "update product set recipe_id = $2 where id = $1"), [product.into(), recipe.into()])
            .await
            .map(drop)
    }

    /// Whether something of that name stands in the category.
    ///
    /// # Errors
    /// The database failed.
    pub async fn is_product_name(&self, category: CategoryId, name: &str) -> Result<bool> {
        let sql = sql!(
            row("category_id"),
            "select id from product where category_id = $1 and name = $2 and deletion_id is null limit 1"
        );
        let row: Option<Found> = self.one(sql, [category.into(), name.into()]).await?;
        Ok(row.is_some())
    }

    /// Whether a product of the business stands, and in which of the caller's branches it is: in its category's or on
    /// the menu of one.
    ///
    /// # Errors
    /// No such product, or none of its branches is the caller's.
    pub async fn ensure_product(&self, scope: &impl Scope, id: ProductId) -> Result<()> {
        #[derive(FromQueryResult)]
        struct At {
            branch_id: BranchId,
        }
        let sql = sql!(
            tenant,
            "select c.branch_id from product p join category c on c.id = p.category_id
            where p.tenant_id = $1 and p.id = $2 and p.deletion_id is null
            union select bp.branch_id from product p join branch_product bp on bp.product_id = p.id
            where p.tenant_id = $1 and p.id = $2 and p.deletion_id is null"
        );
        let at: Vec<At> = self.all(sql, [scope.tenant_id().into(), id.into()]).await?;
        if at.is_empty() {
            return Err(Error::NotFound("product"));
        }
        if at.iter().any(|at| scope.admits(at.branch_id)) { Ok(()) } else { Err(Error::Forbidden("product")) }
    }

    /// Those of `allergens` that the business does not have or has switched off.
    ///
    /// # Errors
    /// The database failed.
    pub async fn unknown_allergens(&self, scope: &impl Scope, allergens: &[AllergenId]) -> Result<Vec<i64>> {
        let ids: Vec<i64> = allergens.iter().map(|id| id.get()).collect();
        let sql = sql!(tenant, "select id from allergen where tenant_id = $1 and is_active and id in #list($2)");
        self.missing(sql, [scope.tenant_id().into(), json_array(ids.iter())], &ids).await
    }

    /// Those of `ingredients` that the business does not have.
    ///
    /// # Errors
    /// The database failed.
    pub async fn unknown_ingredients(&self, scope: &impl Scope, ingredients: &[IngredientId]) -> Result<Vec<i64>> {
        let ids: Vec<i64> = ingredients.iter().map(|id| id.get()).collect();
        let sql =
            sql!(tenant, "select id from ingredient where tenant_id = $1 and deletion_id is null and id in #list($2)");
        self.missing(sql, [scope.tenant_id().into(), json_array(ids.iter())], &ids).await
    }

    /// Those of `entries` that are not in that list of words of the business.
    ///
    /// # Errors
    /// The database failed.
    pub async fn unknown_entries(
        &self,
        scope: &impl Scope,
        catalog: Catalog,
        entries: &[CatalogEntryId],
    ) -> Result<Vec<i64>> {
        let ids: Vec<i64> = entries.iter().map(|id| id.get()).collect();
        let sql = sql!(
            tenant,
            "select id from catalog_entry where tenant_id = $1 and is_active and id in #list($2) and catalog = $3"
        );
        let values = [scope.tenant_id().into(), json_array(ids.iter()), catalog.as_str().into()];
        self.missing(sql, values, &ids).await
    }

    /// Those of `ids` that a statement does not find.
    async fn missing<const N: usize>(&self, sql: &Sql, values: [Value; N], ids: &[i64]) -> Result<Vec<i64>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let found: Vec<Found> = self.all(sql, values).await?;
        Ok(ids.iter().copied().filter(|id| !found.iter().any(|row| row.id == *id)).collect())
    }
}
