//! Reads and writes the whole menu of a business at once, for menu files: ten statements to read, batches to write,
//! however long it is.

use crate::{
    BranchRow, CategoryRow, Database, OfferRow, ProductRow, StationRow, SubcategoryRow,
    allergen::AllergenRow,
    error::Result,
    sql::{Sql, built_sql, sql},
    unit_of_work::{UnitOfWork, all},
};
use auth::Scope;
use domain::{CustomizationId, ProductId, TenantId};
use entity::{
    allergen, branch_product, category, customization, customization_product, product, product_allergen, station,
    subcategory,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::NotSet, ConnectionTrait, EntityTrait, FromQueryResult, IntoActiveModel, Iterable,
    PrimaryKeyToColumn, Value, sea_query::OnConflict,
};
use serde_json::Value as Json;
use std::collections::HashMap;

/// The most rows of one statement: SQLite binds 32,766 values, and a product has eighteen.
const BATCH: usize = 1_000;

/// An allergen declaration of a product.
pub type DeclaredRow = product_allergen::Model;

/// A modifier.
pub type ModifierRow = customization::Model;

/// A link: a product that a modifier can be chosen with.
pub type ChoosableRow = customization_product::Model;

/// All rows of a menu that are not deleted, in the order of age; those switched on come first.
#[derive(Clone, Debug)]
pub struct MenuRows {
    /// Of the business.
    pub branches: Vec<BranchRow>,
    /// Of the business.
    pub allergens: Vec<AllergenRow>,
    /// Of all branches, in the order of age; a station is not switched off.
    pub stations: Vec<StationRow>,
    /// Of all branches.
    pub categories: Vec<CategoryRow>,
    /// Of all categories.
    pub subcategories: Vec<SubcategoryRow>,
    /// Of all categories.
    pub products: Vec<ProductRow>,
    /// Prices of the products by branch.
    pub offers: Vec<OfferRow>,
    /// Allergen declarations of the products.
    pub declared: Vec<DeclaredRow>,
    /// Of the business.
    pub modifiers: Vec<ModifierRow>,
    /// Products that the modifiers can be chosen with; links of deleted modifiers too.
    pub choosable: Vec<ChoosableRow>,
}

/// The tables whose rows are entries of their own.
#[cfg(test)]
const TABLES: [&str; 6] = ["branch", "allergen", "category", "subcategory", "product", "customization"];
/// The tables whose rows belong to products.
#[cfg(test)]
const OF_PRODUCTS: [&str; 3] = ["branch_product", "product_allergen", "customization_product"];

static STATIONS: &Sql = sql!(tenant, "select * from station where tenant_id = $1 order by id");

async fn read(db: &impl ConnectionTrait, tenant: TenantId) -> Result<MenuRows> {
    async fn table<T: FromQueryResult>(db: &impl ConnectionTrait, name: &str, tenant: TenantId) -> Result<Vec<T>> {
        let sql = built_sql!(tenant, name: &str = name, in TABLES, format!(
            "select * from {name} where tenant_id = $1 and deletion_id is null
             order by case when is_active then 0 else 1 end, id"
        ));
        all(db, &sql, [tenant.into()]).await
    }
    async fn of_products<T: FromQueryResult>(
        db: &impl ConnectionTrait,
        name: &str,
        tenant: TenantId,
    ) -> Result<Vec<T>> {
        let sql = built_sql!(tenant, name: &str = name, in OF_PRODUCTS, format!(
            "select * from {name} where tenant_id = $1
               and product_id in (select id from product where tenant_id = $1 and deletion_id is null)"
        ));
        all(db, &sql, [tenant.into()]).await
    }
    Ok(MenuRows {
        branches: table(db, "branch", tenant).await?,
        allergens: table(db, "allergen", tenant).await?,
        stations: all(db, STATIONS, [tenant.into()]).await?,
        categories: table(db, "category", tenant).await?,
        subcategories: table(db, "subcategory", tenant).await?,
        products: table(db, "product", tenant).await?,
        offers: of_products(db, "branch_product", tenant).await?,
        declared: of_products(db, "product_allergen", tenant).await?,
        modifiers: table(db, "customization", tenant).await?,
        choosable: of_products(db, "customization_product", tenant).await?,
    })
}

impl Database {
    /// Reads the business's menu.
    ///
    /// # Errors
    /// The database failed.
    pub async fn menu_rows(&self, scope: &impl Scope) -> Result<MenuRows> {
        read(self.reader(), scope.tenant_id()).await
    }
}

impl UnitOfWork {
    /// Reads the business's menu as this transaction leaves it. Under the office lock it stays so.
    ///
    /// # Errors
    /// The database failed.
    pub async fn menu_rows(&self, scope: &impl Scope) -> Result<MenuRows> {
        read(self.tx(), scope.tenant_id()).await
    }

    /// Inserts the rows without an id (0) and rewrites the others, except their owner and the time of their creation.
    ///
    /// # Errors
    /// A name is taken.
    pub async fn save_allergens(&self, rows: Vec<AllergenRow>) -> Result<()> {
        let (new, old) = rows.into_iter().partition(|row| row.id.get() == 0);
        self.save::<allergen::Entity, _>(new, old).await
    }

    /// As [`save_allergens`](Self::save_allergens). The code of a station that stands is its own.
    ///
    /// # Errors
    /// A code is taken.
    pub async fn save_stations(&self, rows: Vec<StationRow>) -> Result<()> {
        let (new, old) = rows.into_iter().partition(|row| row.id.get() == 0);
        self.save::<station::Entity, _>(new, old).await
    }

    /// As [`save_allergens`](Self::save_allergens).
    ///
    /// # Errors
    /// A name is taken.
    pub async fn save_categories(&self, rows: Vec<CategoryRow>) -> Result<()> {
        let (new, old) = rows.into_iter().partition(|row| row.id.get() == 0);
        self.save::<category::Entity, _>(new, old).await
    }

    /// As [`save_allergens`](Self::save_allergens).
    ///
    /// # Errors
    /// A name is taken.
    pub async fn save_subcategories(&self, rows: Vec<SubcategoryRow>) -> Result<()> {
        let (new, old) = rows.into_iter().partition(|row| row.id.get() == 0);
        self.save::<subcategory::Entity, _>(new, old).await
    }

    /// As [`save_allergens`](Self::save_allergens). Recipe, taste and the numbers of cooking methods are not part of a
    /// file and stay as they are.
    ///
    /// # Errors
    /// The database failed.
    pub async fn save_products(&self, rows: Vec<ProductRow>) -> Result<()> {
        let (new, mut old): (Vec<ProductRow>, Vec<ProductRow>) = rows.into_iter().partition(|row| row.id.get() == 0);
        self.keep_cooking_methods(&mut old).await?;
        self.save::<product::Entity, _>(new, old).await
    }

    async fn keep_cooking_methods(&self, rows: &mut [ProductRow]) -> Result<()> {
        #[derive(FromQueryResult)]
        struct Cooked {
            id: ProductId,
            cooking: Option<Json>,
        }
        const IDS: &str = "cooking_method_ids";
        let ids: Vec<ProductId> = rows.iter().map(|row| row.id).collect();
        let ids = serde_json::to_string(&ids).unwrap_or_default();
        let sql = sql!(row("id"), "select id, cooking from product where id in #list($1)");
        let known: Vec<Cooked> = self.all(sql, [ids.into()]).await?;
        let mut known: HashMap<ProductId, Json> =
            known.into_iter().filter_map(|row| Some((row.id, row.cooking?.get(IDS)?.clone()))).collect();
        for row in rows {
            if let (Some(cooking), Some(methods)) = (&mut row.cooking, known.remove(&row.id)) {
                cooking[IDS] = methods;
            }
        }
        Ok(())
    }

    /// Saves prices: new ones are available, of the others only the price changes.
    ///
    /// # Errors
    /// The database failed.
    pub async fn save_offers(&self, mut rows: Vec<OfferRow>) -> Result<()> {
        use branch_product::Column;
        // In the order in which orders lock them.
        rows.sort_unstable_by_key(|row| (row.product_id, row.branch_id));
        for batch in rows.chunks(BATCH) {
            let rows = batch.iter().map(|row| {
                let mut row = row.clone().into_active_model().reset_all();
                row.id = NotSet;
                row
            });
            let known =
                OnConflict::columns([Column::BranchId, Column::ProductId]).update_column(Column::PriceCents).to_owned();
            branch_product::Entity::insert_many(rows).on_conflict(known).exec_without_returning(self.tx()).await?;
        }
        Ok(())
    }

    /// Replaces the allergen declarations of these products. Declarations of a deleted allergen stay for its restore.
    ///
    /// # Errors
    /// The database failed.
    pub async fn replace_declared(&self, products: &[ProductId], rows: Vec<DeclaredRow>) -> Result<()> {
        if products.is_empty() {
            return Ok(());
        }
        let ids: Value = serde_json::to_string(products).unwrap_or_default().into();
        let sql = sql!(
            row("product_id"),
            "delete from product_allergen where product_id in #list($1)
               and allergen_id in (select id from allergen where deletion_id is null)"
        );
        self.run(sql, [ids]).await?;
        for batch in rows.chunks(BATCH) {
            let rows = batch.iter().map(|row| {
                let mut row = row.clone().into_active_model().reset_all();
                row.id = NotSet;
                row
            });
            product_allergen::Entity::insert_many(rows).exec_without_returning(self.tx()).await?;
        }
        // Allergens that come from a recipe count, whatever the file says of them.
        self.inherit_allergens_of(products).await
    }

    /// As [`save_allergens`](Self::save_allergens).
    ///
    /// # Errors
    /// A name is taken.
    pub async fn save_modifiers(&self, rows: Vec<ModifierRow>) -> Result<()> {
        let (new, old) = rows.into_iter().partition(|row| row.id.get() == 0);
        self.save::<customization::Entity, _>(new, old).await
    }

    /// Replaces the products that these modifiers can be chosen with. Links of a deleted product stay for its restore.
    ///
    /// # Errors
    /// The database failed.
    pub async fn replace_choosable(&self, modifiers: &[CustomizationId], rows: Vec<ChoosableRow>) -> Result<()> {
        if modifiers.is_empty() {
            return Ok(());
        }
        let ids: Value = serde_json::to_string(modifiers).unwrap_or_default().into();
        let sql = sql!(
            row("customization_id"),
            "delete from customization_product where customization_id in #list($1)
               and product_id in (select id from product where deletion_id is null)"
        );
        self.run(sql, [ids]).await?;
        for batch in rows.chunks(BATCH) {
            let rows = batch.iter().map(|row| row.clone().into_active_model().reset_all());
            customization_product::Entity::insert_many(rows).exec_without_returning(self.tx()).await?;
        }
        Ok(())
    }

    async fn save<E, M>(&self, new: Vec<M>, old: Vec<M>) -> Result<()>
    where
        E: EntityTrait<Model = M>,
        M: IntoActiveModel<E::ActiveModel> + Clone,
        E::ActiveModel: ActiveModelTrait<Entity = E> + Send,
    {
        let key = || E::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column);
        for batch in new.chunks(BATCH) {
            let rows = batch.iter().map(|row| {
                let mut row = row.clone().into_active_model().reset_all();
                key().for_each(|column| row.not_set(column));
                row
            });
            E::insert_many(rows).exec_without_returning(self.tx()).await?;
        }
        let kept = ["id", "tenant_id", "created_at", "deletion_id", "recipe_id", "inherits_from_recipe", "sensory"];
        let written: Vec<E::Column> =
            E::Column::iter().filter(|column| !kept.contains(&sea_orm::IdenStatic::as_str(column))).collect();
        for batch in old.chunks(BATCH) {
            let rows = batch.iter().map(|row| row.clone().into_active_model().reset_all());
            let known = OnConflict::columns(key()).update_columns(written.clone()).to_owned();
            E::insert_many(rows).on_conflict(known).exec_without_returning(self.tx()).await?;
        }
        Ok(())
    }
}
