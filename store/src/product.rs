//! Products with their prices per branch and their allergens, as the office manages them.
//!
//! A product stands in one category, which is one branch's; prices put it on the menus of any branches of the business.
//! Whoever changes it must be admitted to all of these. Its rows in `branch_product` are locked in the order of the
//! branches, after the office lock and before any branch's row.

use crate::{
    error::{Error, Result},
    page::name_order,
    sql::{Sql, sql},
    unit_of_work::{Locked, UnitOfWork},
};
use auth::Scope;
use domain::{
    AllergenId, BranchId, BranchProductId, CategoryId, Cents, Currency, ProductId, SubcategoryId, TenantId,
    menu::{Presence, Supply},
};
use entity::{branch_product, product, product_allergen};
use sea_orm::{
    ActiveModelTrait, ActiveValue::NotSet, ActiveValue::Set, ColumnTrait, EntityTrait, FromQueryResult,
    IntoActiveModel, QueryFilter,
};
use std::collections::BTreeMap;
use wire::product::Product;

/// A product's row.
pub type ProductRow = product::Model;

/// A product's price and supply in one branch.
pub type OfferRow = branch_product::Model;

/// A product and whose menu its category is a part of.
#[derive(Clone, Debug, FromQueryResult)]
pub struct PlacedProduct {
    /// The product.
    #[sea_orm(nested)]
    pub row: ProductRow,
    /// The branch of its category.
    pub branch_id: BranchId,
    /// The name of its recipe, while that stands.
    pub recipe_name: Option<String>,
}

pub(crate) const PRODUCTS: &str = "select p.*, c.branch_id, rc.name as recipe_name
    from product p join category c on c.id = p.category_id
    left join recipe rc on rc.id = p.recipe_id and rc.deletion_id is null where p.tenant_id = $1";

// What a deleted branch charged comes back with it and is nobody's business until then.
static OFFERS: &Sql = sql!(
    tenant,
    "select * from branch_product where product_id = $2
      and branch_id in (select id from branch where tenant_id = $1 and deletion_id is null)
    order by branch_id #lock"
);

impl UnitOfWork {
    /// A product that the caller may change, with its prices locked by branch. Under the office lock nothing else of it
    /// changes meanwhile.
    ///
    /// # Errors
    /// Not found; or its category's branch, or one that prices it, is not the caller's.
    pub async fn product(&self, scope: &impl Scope, id: ProductId) -> Result<(PlacedProduct, Vec<Locked<OfferRow>>)> {
        let sql = sql!(tenant, "{PRODUCTS} and p.id = $2 and p.deletion_id is null");
        let values = || [scope.tenant_id().into(), id.into()];
        let found: Option<PlacedProduct> = self.one(sql, values()).await?;
        let found = found.ok_or(Error::NotFound("product"))?;
        let offers: Vec<OfferRow> = self.all(OFFERS, values()).await?;
        let mut branches = offers.iter().map(|offer| offer.branch_id).chain([found.branch_id]);
        if !branches.all(|branch| scope.admits(branch)) {
            return Err(Error::Forbidden("product"));
        }
        Ok((found, offers.into_iter().map(Locked::new).collect()))
    }

    /// The product as the office reads it, as this transaction leaves it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn product_now(&self, scope: &impl Scope, id: ProductId) -> Result<Product> {
        let sql = sql!(tenant, "{PRODUCTS} and p.id = $2");
        let row: Option<PlacedProduct> = self.one(sql, [scope.tenant_id().into(), id.into()]).await?;
        let row = row.ok_or(Error::NotFound("product"))?;
        let order = name_order(self.tx(), scope.tenant_id()).await?;
        let mut products = crate::view::with_details(self.tx(), &order, vec![row], self.now()).await?;
        products.pop().ok_or(Error::NotFound("product"))
    }

    /// That the caller may put something on the menus of all these branches.
    ///
    /// # Errors
    /// One of them does not exist or is not the caller's.
    pub async fn ensure_branches(&self, scope: &impl Scope, branches: &[BranchId]) -> Result<()> {
        #[derive(FromQueryResult)]
        struct Found {
            id: BranchId,
        }
        let ids = serde_json::to_string(branches).unwrap_or_default();
        let sql =
            sql!(tenant, "select id from branch where tenant_id = $1 and deletion_id is null and id in #list($2)");
        let found: Vec<Found> = self.all(sql, [scope.tenant_id().into(), ids.into()]).await?;
        if !branches.iter().all(|branch| found.iter().any(|row| row.id == *branch)) {
            return Err(Error::NotFound("branch"));
        }
        if branches.iter().all(|branch| scope.admits(*branch)) { Ok(()) } else { Err(Error::Forbidden("branch")) }
    }

    /// What the branches count in.
    ///
    /// # Errors
    /// The database failed.
    pub async fn branch_currencies(
        &self,
        scope: &impl Scope,
        branches: &[BranchId],
    ) -> Result<BTreeMap<BranchId, Currency>> {
        #[derive(FromQueryResult)]
        struct Found {
            id: BranchId,
            currency: Currency,
        }
        let ids = serde_json::to_string(branches).unwrap_or_default();
        let sql = sql!(tenant, "select id, currency from branch where tenant_id = $1 and id in #list($2)");
        let found: Vec<Found> = self.all(sql, [scope.tenant_id().into(), ids.into()]).await?;
        Ok(found.into_iter().map(|row| (row.id, row.currency)).collect())
    }

    /// That all these allergens are the business's and not switched off.
    ///
    /// # Errors
    /// One of them is not.
    pub async fn ensure_allergens(&self, scope: &impl Scope, allergens: &[AllergenId]) -> Result<()> {
        #[derive(FromQueryResult)]
        struct Found {
            id: AllergenId,
        }
        if allergens.is_empty() {
            return Ok(());
        }
        let ids = serde_json::to_string(allergens).unwrap_or_default();
        let sql = sql!(tenant, "select id from allergen where tenant_id = $1 and is_active and id in #list($2)");
        let found: Vec<Found> = self.all(sql, [scope.tenant_id().into(), ids.into()]).await?;
        let all = allergens.iter().all(|allergen| found.iter().any(|row| row.id == *allergen));
        if all { Ok(()) } else { Err(Error::NotFound("allergen")) }
    }

    /// Adds a product; `new` has everything but what the database and the caller's tenant say.
    ///
    /// # Errors
    /// The database failed.
    pub async fn add_product(&self, tenant: TenantId, new: ProductRow) -> Result<ProductRow> {
        let mut row = new.clone().into_active_model().reset_all();
        row.id = NotSet;
        row.tenant_id = Set(tenant);
        row.is_active = Set(!new.deactivated);
        row.deletion_id = Set(None);
        row.created_at = Set(self.now());
        Ok(row.insert(self.tx()).await?)
    }

    /// Writes what the office changed of `before`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_product(&self, before: &ProductRow, changed: ProductRow) -> Result<ProductRow> {
        let changed = ProductRow {
            id: before.id,
            tenant_id: before.tenant_id,
            created_at: before.created_at,
            deletion_id: before.deletion_id,
            is_active: !changed.deactivated,
            ..changed
        };
        Ok(changed.into_active_model().reset_all().update(self.tx()).await?)
    }

    /// Puts a product on a branch's menu.
    ///
    /// # Errors
    /// It is on it already.
    pub async fn insert_offer(
        &self,
        product: &ProductRow,
        branch: BranchId,
        price: Cents,
        supply: Supply,
    ) -> Result<()> {
        let row = branch_product::ActiveModel {
            id: NotSet,
            tenant_id: Set(product.tenant_id),
            branch_id: Set(branch),
            product_id: Set(product.id),
            price_cents: Set(price),
            is_available: Set(supply.is_available),
            remaining: Set(supply.remaining),
            restricted_until: Set(supply.until),
        };
        branch_product::Entity::insert(row).exec_without_returning(self.tx()).await?;
        Ok(())
    }

    /// Gives a product another price in a branch; supply and count stay.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_price(&self, offer: &Locked<OfferRow>, price: Cents) -> Result<()> {
        let id: BranchProductId = offer.id;
        self.run(
            sql!(row("id"), "update branch_product set price_cents = $2 where id = $1"),
            [id.into(), price.get().into()],
        )
        .await?;
        Ok(())
    }

    /// Takes a product off a branch's menu.
    ///
    /// # Errors
    /// The database failed.
    pub async fn delete_offer(&self, offer: &Locked<OfferRow>) -> Result<()> {
        branch_product::Entity::delete_by_id(offer.id).exec(self.tx()).await?;
        Ok(())
    }

    /// Replaces what is declared of a product.
    ///
    /// # Errors
    /// An allergen is named twice with the same presence.
    pub async fn declare_allergens(&self, product: &ProductRow, declared: &[(AllergenId, Presence)]) -> Result<()> {
        let old = product_allergen::Entity::delete_many().filter(product_allergen::Column::ProductId.eq(product.id));
        old.exec(self.tx()).await?;
        if declared.is_empty() {
            return Ok(());
        }
        let rows = declared.iter().map(|(allergen, presence)| product_allergen::ActiveModel {
            id: NotSet,
            tenant_id: Set(product.tenant_id),
            product_id: Set(product.id),
            allergen_id: Set(*allergen),
            presence: Set(*presence),
        });
        product_allergen::Entity::insert_many(rows).exec_without_returning(self.tx()).await?;
        Ok(())
    }

    /// The branches on whose menus something of a category is, beside its own.
    ///
    /// # Errors
    /// The database failed.
    pub async fn branches_selling(
        &self,
        category: CategoryId,
        subcategory: Option<SubcategoryId>,
    ) -> Result<Vec<BranchId>> {
        let sql = sql!(
            row("category_id"),
            "select distinct bp.branch_id from branch_product bp join product p on p.id = bp.product_id
            join branch b on b.id = bp.branch_id and b.deletion_id is null
            where p.category_id = $1 and (p.subcategory_id = $2 or $2 = 0)"
        );
        let of = subcategory.map_or(0, SubcategoryId::get);
        let rows: Vec<At> = self.all(sql, [category.into(), of.into()]).await?;
        Ok(rows.into_iter().map(|row| row.branch_id).collect())
    }

    /// The same of several categories at once: each with the branches that sell something of it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn branches_selling_any(&self, categories: &[CategoryId]) -> Result<Vec<(CategoryId, BranchId)>> {
        #[derive(FromQueryResult)]
        struct Sold {
            category_id: CategoryId,
            branch_id: BranchId,
        }
        let ids = serde_json::to_string(categories).unwrap_or_default();
        let sql = sql!(
            row("category_id"),
            "select distinct p.category_id, bp.branch_id from branch_product bp join product p on p.id = bp.product_id
             join branch b on b.id = bp.branch_id and b.deletion_id is null where p.category_id in #list($1)"
        );
        let rows: Vec<Sold> = self.all(sql, [ids.into()]).await?;
        Ok(rows.into_iter().map(|row| (row.category_id, row.branch_id)).collect())
    }

    /// The branches on whose menus one of these products is.
    ///
    /// # Errors
    /// The database failed.
    pub async fn branches_pricing(&self, products: &[i64]) -> Result<Vec<BranchId>> {
        if products.is_empty() {
            return Ok(Vec::new());
        }
        let ids = serde_json::to_string(products).unwrap_or_default();
        let sql = sql!(
            row("product_id"),
            "select distinct bp.branch_id from branch_product bp
             join branch b on b.id = bp.branch_id and b.deletion_id is null where bp.product_id in #list($1)"
        );
        let rows: Vec<At> = self.all(sql, [ids.into()]).await?;
        Ok(rows.into_iter().map(|row| row.branch_id).collect())
    }
}

#[derive(FromQueryResult)]
struct At {
    branch_id: BranchId,
}
