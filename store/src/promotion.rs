//! Promotions as the office manages them; what they do to prices is read in [`crate::menu::promotions`].

use crate::{
    Database, Listed,
    error::{Error, Result},
    page::name_order,
    scoped::reach,
    sql::sql,
    unit_of_work::{UnitOfWork, all, one},
};
use auth::{RoleSet, Scope, Staff};
use chrono::{DateTime, NaiveDate, Utc};
use domain::{BranchId, Cents, ProductId, PromotionId, TenantId};
use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use std::collections::HashMap;
use wire::{menu::PromotionItem, promotion::Promotion};

/// What the office says of a promotion, beside branches and portions.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are those of `Promotion`")]
pub struct SetPromotion {
    pub name: String,
    pub description: Option<String>,
    pub price_cents: Cents,
    pub image: Option<String>,
    pub start_date: NaiveDate,
    pub end_date: NaiveDate,
    pub start_time: String,
    pub end_time: String,
    pub promotion_type_id: Option<String>,
    /// Switched off by the office.
    pub deactivated: bool,
}

#[derive(FromQueryResult)]
struct Row {
    id: PromotionId,
    tenant_id: TenantId,
    name: String,
    description: Option<String>,
    price_cents: Cents,
    image: Option<String>,
    start_date: NaiveDate,
    end_date: NaiveDate,
    start_time: String,
    end_time: String,
    promotion_type_id: Option<String>,
    is_active: bool,
    created_at: DateTime<Utc>,
    updated_at: Option<DateTime<Utc>>,
}

#[derive(FromQueryResult)]
struct BranchLink {
    promotion_id: PromotionId,
    branch_id: BranchId,
}

#[derive(FromQueryResult)]
struct ItemLink {
    promotion_id: PromotionId,
    product_id: ProductId,
    quantity: i32,
}

#[derive(FromQueryResult)]
struct Id {
    id: PromotionId,
}

const SELECT: &str =
    "select id, tenant_id, name, description, price_cents, image, start_date, end_date, start_time, end_time,
        promotion_type_id, is_active, created_at, updated_at
    from promotion t where tenant_id = $1";

/// The rows with branches and portions. What was deleted of these comes back with them and is nobody's business until
/// then.
async fn with_details(db: &impl ConnectionTrait, rows: Vec<Row>) -> Result<Vec<Promotion>> {
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let ids = serde_json::to_string(&ids).unwrap_or_default();
    let sql = sql!(row("promotion_id"), "select x.promotion_id, x.branch_id from promotion_branch x
         join branch b on b.id = x.branch_id and b.deletion_id is null where x.promotion_id in #list($1) order by x.branch_id");
    let mut branches: HashMap<PromotionId, Vec<BranchId>> = HashMap::new();
    for link in all::<BranchLink>(db, sql, [ids.as_str().into()]).await? {
        branches.entry(link.promotion_id).or_default().push(link.branch_id);
    }
    let sql = sql!(row("promotion_id"), "select x.promotion_id, x.product_id, x.quantity from promotion_item x
         join product p on p.id = x.product_id and p.deletion_id is null where x.promotion_id in #list($1) order by x.product_id");
    let mut items: HashMap<PromotionId, Vec<PromotionItem>> = HashMap::new();
    for ItemLink { promotion_id, product_id, quantity } in all(db, sql, [ids.into()]).await? {
        items.entry(promotion_id).or_default().push(PromotionItem { product_id, quantity });
    }
    let promotion = |row: Row| Promotion {
        branch_ids: branches.remove(&row.id).unwrap_or_default(),
        items: items.remove(&row.id).unwrap_or_default(),
        id: row.id,
        tenant_id: row.tenant_id,
        name: row.name,
        description: row.description,
        price_cents: row.price_cents,
        image: row.image,
        start_date: row.start_date,
        end_date: row.end_date,
        start_time: row.start_time,
        end_time: row.end_time,
        promotion_type_id: row.promotion_type_id,
        is_active: row.is_active,
        created_at: row.created_at,
        updated_at: row.updated_at,
    };
    Ok(rows.into_iter().map(promotion).collect())
}

async fn find(db: &impl ConnectionTrait, tenant: TenantId, id: PromotionId) -> Result<Promotion> {
    let sql = sql!(tenant, "{SELECT} and id = $2 and deletion_id is null");
    let row: Option<Row> = one(db, sql, [tenant.into(), id.into()]).await?;
    with_details(db, row.into_iter().collect()).await?.pop().ok_or(Error::NotFound("promotion"))
}

impl Database {
    /// The business's promotions by name, of one branch if it is given. Whoever is not at home everywhere sees those of
    /// their own branches, and those that no branch takes part in yet.
    ///
    /// # Errors
    /// The branch is not the caller's.
    pub async fn promotions<R: RoleSet>(
        &self,
        staff: &Staff<R>,
        branch: Option<BranchId>,
        deleted_too: bool,
        wanted: &Listed,
    ) -> Result<Vec<Promotion>> {
        if let Some(branch) = branch {
            self.find_branch(staff, branch).await?;
        }
        let sql = sql!(tenant, "{SELECT} and (deletion_id is null or $2)
               and ($3 = 0 or exists (select 1 from promotion_branch x where x.promotion_id = t.id and x.branch_id = $3))
               and (exists (select 1 from promotion_branch x where x.promotion_id = t.id and #within(x.branch_id, $4))
                    or not exists (select 1 from promotion_branch x where x.promotion_id = t.id))
             order by id");
        let only = branch.map_or(0, BranchId::get);
        let values = [staff.tenant_id().into(), deleted_too.into(), only.into(), reach(staff)];
        let rows: Vec<Row> = all(self.reader(), sql, values).await?;
        let order = name_order(self.reader(), staff.tenant_id()).await?;
        let rows = wanted.by_name(&order, rows, |row| &row.name);
        with_details(self.reader(), rows).await
    }

    /// One promotion of the business.
    ///
    /// # Errors
    /// Not found, or only in branches that are not the caller's.
    pub async fn find_promotion(&self, scope: &impl Scope, id: PromotionId) -> Result<Promotion> {
        let found = find(self.reader(), scope.tenant_id(), id).await?;
        let is_own = found.branch_ids.is_empty() || found.branch_ids.iter().any(|branch| scope.admits(*branch));
        if is_own { Ok(found) } else { Err(Error::Forbidden("promotion")) }
    }
}

impl SetPromotion {
    fn values(self) -> Vec<Value> {
        vec![
            self.name.into(),
            self.description.into(),
            self.price_cents.get().into(),
            self.image.into(),
            self.start_date.into(),
            self.end_date.into(),
            self.start_time.into(),
            self.end_time.into(),
            self.promotion_type_id.into(),
            (!self.deactivated).into(),
            self.deactivated.into(),
        ]
    }
}

impl UnitOfWork {
    /// A promotion that the caller may change: every branch that takes part is theirs. Under the office lock it stays
    /// as it is.
    ///
    /// # Errors
    /// Not found; or it holds in a branch that is not the caller's.
    pub async fn promotion(&self, scope: &impl Scope, id: PromotionId) -> Result<Promotion> {
        let found = find(self.tx(), scope.tenant_id(), id).await?;
        // Deleted ones, too: they take part again when they are restored.
        let sql =
            sql!(row("promotion_id"), "select promotion_id, branch_id from promotion_branch where promotion_id = $1");
        let all: Vec<BranchLink> = self.all(sql, [id.into()]).await?;
        let is_own = all.iter().all(|link| scope.admits(link.branch_id));
        if is_own { Ok(found) } else { Err(Error::Forbidden("promotion")) }
    }

    /// Adds a promotion that holds nowhere yet.
    ///
    /// # Errors
    /// The database failed.
    pub async fn insert_promotion(&self, scope: &impl Scope, new: SetPromotion) -> Result<PromotionId> {
        let sql = sql!(
            tenant,
            "insert into promotion (name, description, price_cents, image, start_date, end_date, start_time, end_time,
                promotion_type_id, is_active, deactivated, tenant_id, created_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) returning id"
        );
        let values = new.values().into_iter().chain([scope.tenant_id().into(), self.now().into()]);
        let row: Option<Id> = self.one(sql, values).await?;
        Ok(row.ok_or(Error::NotFound("promotion"))?.id)
    }

    /// Writes what the office says of a promotion.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_promotion(&self, id: PromotionId, set: SetPromotion) -> Result<()> {
        let sql = sql!(row("id"), "update promotion set name = $1, description = $2, price_cents = $3, image = $4, start_date = $5,
                end_date = $6, start_time = $7, end_time = $8, promotion_type_id = $9, is_active = $10, deactivated = $11,
                updated_at = $13
            where id = $12");
        self.run(sql, set.values().into_iter().chain([id.into(), self.now().into()])).await?;
        Ok(())
    }

    /// Has exactly these branches of the business take part.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_promotion_branches(
        &self,
        scope: &impl Scope,
        id: PromotionId,
        branches: &[BranchId],
    ) -> Result<()> {
        // A deleted branch takes part again when it is restored.
        let sql = sql!(
            row("promotion_id"),
            "delete from promotion_branch where promotion_id = $1
            and branch_id in (select id from branch where deletion_id is null)"
        );
        self.run(sql, [id.into()]).await?;
        let ids = serde_json::to_string(branches).unwrap_or_default();
        let sql = sql!(
            tenant,
            "insert into promotion_branch (promotion_id, branch_id, tenant_id)
             select $1, b.id, b.tenant_id from branch b where b.tenant_id = $2 and b.id in #list($3)"
        );
        self.run(sql, [id.into(), scope.tenant_id().into(), ids.into()]).await?;
        Ok(())
    }

    /// Has the promotion be exactly these portions; what was deleted of it before is forgotten.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_promotion_items(
        &self,
        scope: &impl Scope,
        id: PromotionId,
        items: &[PromotionItem],
    ) -> Result<()> {
        self.run(sql!(row("promotion_id"), "delete from promotion_item where promotion_id = $1"), [id.into()]).await?;
        for item in items {
            let sql = sql!(
                tenant,
                "insert into promotion_item (promotion_id, product_id, tenant_id, quantity) values ($1, $2, $3, $4)"
            );
            let values = [id.into(), item.product_id.into(), scope.tenant_id().into(), item.quantity.into()];
            self.run(sql, values).await?;
        }
        Ok(())
    }
}
