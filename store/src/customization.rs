//! Modifiers and the products they can be chosen of, as the office manages them: the whole business's.

use crate::{
    Database, Listed,
    error::{Error, Result},
    menu::{Standing, in_order},
    page::name_order,
    sql::sql,
    unit_of_work::{UnitOfWork, all, one},
};
use auth::Scope;
use domain::{BranchId, Cents, CustomizationId, ProductId, TenantId};
use sea_orm::{ConnectionTrait, FromQueryResult};
use std::collections::HashMap;
use wire::customization::Customization;

/// What the office says of a modifier.
#[derive(Clone, Debug)]
pub struct SetCustomization {
    /// What it is called.
    pub name: String,
    /// Modifiers of one kind stand together.
    pub category: Option<String>,
    /// What it adds to the price of one, in cents.
    pub extra_cost_cents: Cents,
    /// Its place among its like.
    pub order: i32,
}

#[derive(FromQueryResult)]
struct Row {
    id: CustomizationId,
    tenant_id: TenantId,
    name: String,
    category: Option<String>,
    extra_cost_cents: Cents,
    display_order: i32,
    is_active: bool,
}

impl Row {
    fn standing(&self) -> Standing<'_> {
        (self.category.as_deref(), self.display_order, &self.name)
    }
}

#[derive(FromQueryResult)]
struct Link {
    customization_id: CustomizationId,
    product_id: ProductId,
}

#[derive(FromQueryResult)]
struct Id {
    id: CustomizationId,
}

const SELECT: &str = "select id, tenant_id, name, category, extra_cost_cents, display_order, is_active
    from customization where tenant_id = $1";

/// The rows with their products. A deleted product's links come back with it and are nobody's business until then.
async fn with_products(db: &impl ConnectionTrait, rows: Vec<Row>) -> Result<Vec<Customization>> {
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let ids = serde_json::to_string(&ids).unwrap_or_default();
    let sql = sql!(
        row("customization_id"),
        "select x.customization_id, x.product_id from customization_product x
         join product p on p.id = x.product_id and p.deletion_id is null
         where x.customization_id in #list($1) order by x.product_id"
    );
    let mut products: HashMap<CustomizationId, Vec<ProductId>> = HashMap::new();
    for link in all::<Link>(db, sql, [ids.into()]).await? {
        products.entry(link.customization_id).or_default().push(link.product_id);
    }
    let customization = |row: Row| Customization {
        product_ids: products.remove(&row.id).unwrap_or_default(),
        id: row.id,
        tenant_id: row.tenant_id,
        name: row.name,
        category: row.category,
        extra_cost_cents: row.extra_cost_cents,
        order: row.display_order,
        is_active: row.is_active,
    };
    Ok(rows.into_iter().map(customization).collect())
}

async fn find(db: &impl ConnectionTrait, tenant: TenantId, id: CustomizationId) -> Result<Customization> {
    let sql = sql!(tenant, "{SELECT} and id = $2 and deletion_id is null");
    let row: Option<Row> = one(db, sql, [tenant.into(), id.into()]).await?;
    with_products(db, row.into_iter().collect()).await?.pop().ok_or(Error::NotFound("customization"))
}

impl Database {
    /// The business's modifiers by category, order and name.
    ///
    /// # Errors
    /// The database failed.
    pub async fn customizations(
        &self,
        scope: &impl Scope,
        deleted_too: bool,
        wanted: &Listed,
    ) -> Result<Vec<Customization>> {
        let sql = sql!(tenant, "{SELECT} and (deletion_id is null or $2) order by display_order, id");
        let mut rows: Vec<Row> = all(self.reader(), sql, [scope.tenant_id().into(), deleted_too.into()]).await?;
        let order = name_order(self.reader(), scope.tenant_id()).await?;
        rows.sort_by(|one, other| in_order(&order, one.standing(), other.standing()));
        let rows = wanted.part(rows, |row| [&row.name, row.category.as_deref().unwrap_or_default()]);
        with_products(self.reader(), rows).await
    }

    /// One modifier of the business.
    ///
    /// # Errors
    /// Not found.
    pub async fn find_customization(&self, scope: &impl Scope, id: CustomizationId) -> Result<Customization> {
        find(self.reader(), scope.tenant_id(), id).await
    }
}

impl UnitOfWork {
    /// A modifier of the business. Under the office lock it stays as it is.
    ///
    /// # Errors
    /// Not found.
    pub async fn customization(&self, scope: &impl Scope, id: CustomizationId) -> Result<Customization> {
        find(self.tx(), scope.tenant_id(), id).await
    }

    /// Adds a modifier.
    ///
    /// # Errors
    /// The name is taken.
    pub async fn insert_customization(&self, scope: &impl Scope, new: SetCustomization) -> Result<CustomizationId> {
        let sql = sql!(
            tenant,
            "insert into customization (tenant_id, name, category, extra_cost_cents, display_order, created_at)
            values ($1, $2, $3, $4, $5, $6) returning id"
        );
        let values = [
            scope.tenant_id().into(),
            new.name.into(),
            new.category.into(),
            new.extra_cost_cents.get().into(),
            new.order.into(),
            self.now().into(),
        ];
        let row: Option<Id> = self.one(sql, values).await?;
        Ok(row.ok_or(Error::NotFound("customization"))?.id)
    }

    /// Writes what the office says of a modifier.
    ///
    /// # Errors
    /// The name is taken.
    pub async fn set_customization(&self, id: CustomizationId, set: SetCustomization) -> Result<()> {
        let sql = sql!(
            row("id"),
            "update customization set name = $2, category = $3, extra_cost_cents = $4, display_order = $5
            where id = $1"
        );
        let SetCustomization { name, category, extra_cost_cents, order } = set;
        let values = [id.into(), name.into(), category.into(), extra_cost_cents.get().into(), order.into()];
        self.run(sql, values).await?;
        Ok(())
    }

    /// Lets a modifier be chosen of these products.
    ///
    /// # Errors
    /// It can be already of one of them.
    pub async fn link_customization(&self, to: &Customization, products: &[ProductId]) -> Result<()> {
        let ids = serde_json::to_string(products).unwrap_or_default();
        let sql = sql!(
            tenant,
            "insert into customization_product (customization_id, product_id, tenant_id)
             select $1, p.id, p.tenant_id from product p where p.tenant_id = $2 and p.id in #list($3)"
        );
        self.run(sql, [to.id.into(), to.tenant_id.into(), ids.into()]).await?;
        Ok(())
    }

    /// Ends that for these products.
    ///
    /// # Errors
    /// The database failed.
    pub async fn unlink_customization(&self, from: &Customization, products: &[ProductId]) -> Result<()> {
        let ids = serde_json::to_string(products).unwrap_or_default();
        let sql = sql!(
            row("customization_id"),
            "delete from customization_product where customization_id = $1 and product_id in #list($2)"
        );
        self.run(sql, [from.id.into(), ids.into()]).await?;
        Ok(())
    }

    /// That all these are products of the caller's business that were not deleted.
    ///
    /// # Errors
    /// One of them is not.
    pub async fn ensure_products(&self, scope: &impl Scope, products: &[ProductId]) -> Result<()> {
        #[derive(FromQueryResult)]
        struct Found {
            id: ProductId,
        }
        if products.is_empty() {
            return Ok(());
        }
        let ids = serde_json::to_string(products).unwrap_or_default();
        let sql =
            sql!(tenant, "select id from product where tenant_id = $1 and deletion_id is null and id in #list($2)");
        let found: Vec<Found> = self.all(sql, [scope.tenant_id().into(), ids.into()]).await?;
        let all = products.iter().all(|product| found.iter().any(|row| row.id == *product));
        if all { Ok(()) } else { Err(Error::NotFound("product")) }
    }

    /// The branches whose menus show a modifier: those that price a product of it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn branches_choosing(&self, customization: &Customization) -> Result<Vec<BranchId>> {
        let products: Vec<i64> = customization.product_ids.iter().map(|product| product.get()).collect();
        self.branches_pricing(&products).await
    }
}
