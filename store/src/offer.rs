//! A product's place in a branch's menu as kitchen and orders change it: 86 and back, and portions counted down.
//!
//! A phone that read the menu before must notice: whoever changes what a branch offers raises `branch.menu_version` in
//! the same transaction, which is all that the menu caches of all processes go by.

use crate::{
    Database,
    error::{Error, Result},
    scoped::admitted,
    session::Seated,
    sql::{Sql, sql},
    unit_of_work::{Locked, UnitOfWork, all},
};
use auth::Scope;
use domain::{BranchId, BranchProductId, ProductId, TenantId, event::Place, menu::Supply};
use entity::branch_product;
use sea_orm::FromQueryResult;

/// The branches where the caller could mean a product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OfferedIn {
    /// Exactly one.
    One(BranchId),
    /// Several: which one, only the caller knows.
    Several,
}

/// A place in a menu where an 86 or a count is over.
#[derive(Clone, Copy, Debug, FromQueryResult)]
pub struct EndedRestriction {
    /// The business.
    pub tenant_id: TenantId,
    /// Where.
    pub branch_id: BranchId,
    /// Of what.
    pub product_id: ProductId,
}

#[derive(FromQueryResult)]
struct At {
    branch_id: BranchId,
}

static BRANCHES: &Sql = sql!(
    tenant,
    "select bp.branch_id from branch_product bp
    join branch b on b.id = bp.branch_id and b.is_active
    join product p on p.id = bp.product_id and p.is_active
    where bp.product_id = $1 and bp.tenant_id = $2 order by bp.branch_id"
);

static LOCK: &Sql = sql!(
    tenant,
    "select * from branch_product
    where product_id = $1 and tenant_id = $2 and branch_id = $3
      and product_id in (select id from product where is_active) #lock"
);

static OWN_BRANCH: &Sql =
    sql!(tenant, "select id as branch_id from branch where id = $1 and tenant_id = $2 and is_active");

impl UnitOfWork {
    /// Where, among the caller's branches, the product is on the menu.
    ///
    /// # Errors
    /// On no menu, or on none of the caller's.
    pub async fn find_offering_branch(&self, scope: &impl Scope, product: ProductId) -> Result<OfferedIn> {
        let rows: Vec<At> = self.all(BRANCHES, [product.into(), scope.tenant_id().into()]).await?;
        let mut reached = rows.iter().map(|row| row.branch_id).filter(|branch| scope.admits(*branch));
        match (reached.next(), reached.next()) {
            (Some(branch), None) => Ok(OfferedIn::One(branch)),
            (Some(_), Some(_)) => Ok(OfferedIn::Several),
            (None, _) if rows.is_empty() => Err(Error::NotFound("product")),
            (None, _) => Err(Error::Forbidden("product")),
        }
    }

    /// Locks the product's place in the menu of one of the caller's branches.
    ///
    /// # Errors
    /// No such branch or not the caller's; the product is not on its menu.
    pub async fn lock_offer(
        &self,
        scope: &impl Scope,
        product: ProductId,
        branch: BranchId,
    ) -> Result<Locked<branch_product::Model>> {
        let own: Option<At> = self.one(OWN_BRANCH, [branch.into(), scope.tenant_id().into()]).await?;
        admitted(scope, "branch", own, |row| row.branch_id)?;
        let offer = self.one(LOCK, [product.into(), scope.tenant_id().into(), branch.into()]).await?;
        offer.map(Locked::new).ok_or(Error::NotFound("product"))
    }

    /// Locks the places in the menu of the session's branch of those products, in the order of their ids: every order
    /// takes its counted portions under these locks, after its session's.
    ///
    /// # Errors
    /// The database failed.
    pub async fn lock_offers(
        &self,
        session: &Locked<Seated>,
        products: &[ProductId],
    ) -> Result<Vec<Locked<branch_product::Model>>> {
        let ids = serde_json::to_string(products).unwrap_or_default();
        let sql = sql!(
            branch,
            "select * from branch_product where branch_id = $1 and product_id in #list($2) order by product_id #lock"
        );
        let rows: Vec<branch_product::Model> = self.all(sql, [session.branch_id.into(), ids.into()]).await?;
        Ok(rows.into_iter().map(Locked::new).collect())
    }

    /// Writes what the branch has of a product. Where that changes what can be had, or when, its menus are void: see
    /// [`raise_menu_version`](Self::raise_menu_version).
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_supply(&self, offer: &Locked<branch_product::Model>, supply: Supply) -> Result<()> {
        let id: BranchProductId = offer.id;
        let sql = sql!(
            row("id"),
            "update branch_product set is_available = $2, remaining = $3, restricted_until = $4 where id = $1"
        );
        let values = [id.into(), supply.is_available.into(), supply.remaining.into(), supply.until.into()];
        self.run(sql, values).await?;
        Ok(())
    }

    /// Says that what the branch offers has changed: every cached menu of it is void from this commit on. The branch's
    /// row stays locked until then, so this comes as late as it can.
    ///
    /// # Errors
    /// The database failed.
    pub async fn raise_menu_version(&self, branch: BranchId) -> Result<()> {
        self.run(sql!(branch, "update branch set menu_version = menu_version + 1 where id = $1"), [branch.into()])
            .await?;
        Ok(())
    }
}

impl Database {
    /// At most a hundred places in menus where an 86 or a count is over, by branch and product, behind the place
    /// `after`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn ended_restrictions(&self, after: Option<(BranchId, ProductId)>) -> Result<Vec<EndedRestriction>> {
        // The word in the comment is how a look at the connection tells it from what a request asks.
        let sql = sql!(
            unscoped("the restrictions of all businesses: a job ends those that are due"),
            "/* housekeeping */ select bp.tenant_id, bp.branch_id, bp.product_id from branch_product bp
            join product p on p.id = bp.product_id and p.is_active
            join branch b on b.id = bp.branch_id and b.is_active
            where bp.restricted_until <= $1 and (bp.branch_id, bp.product_id) > ($2, $3)
            order by bp.branch_id, bp.product_id limit 100"
        );
        let (branch, product) = after.map_or((0, 0), |(branch, product)| (branch.get(), product.get()));
        all(self.reader(), sql, [self.clock().now().into(), branch.into(), product.into()]).await
    }
}

impl Locked<branch_product::Model> {
    /// What is written down of the branch's supply.
    #[must_use]
    pub fn supply(&self) -> Supply {
        Supply { is_available: self.is_available, remaining: self.remaining, until: self.restricted_until }
    }

    /// Where an event about this place in the menu happens.
    #[must_use]
    pub fn place(&self) -> Place {
        Place::branch(self.tenant_id, self.branch_id)
    }
}
