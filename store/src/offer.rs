//! Offers: the rows that put a product on a branch's menu, as kitchen and orders change them. 86 takes a product off
//! and back; counted portions go down with each order.
//!
//! A phone that read the menu before must notice. So every change of what a branch offers raises `branch.menu_version`
//! in the same transaction. The menu caches of all processes compare that number and nothing else.

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

/// The branches of the caller that have a product on their menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OfferedIn {
    /// Exactly one.
    One(BranchId),
    /// Several: the caller must say which one.
    Several,
}

/// An offer whose 86 or count has ended.
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
    /// Finds the caller's branches that have the product on their menu.
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

    /// Locks the offer of a product in one of the caller's branches.
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

    /// Writes the supply of an offer. If that changes what can be ordered, or when, the caller must also
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

    /// Invalidates every cached menu of the branch from this commit on. The branch's row stays locked until the commit,
    /// so call this as late as possible.
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
    /// Finds offers whose 86 or count has ended: at most a hundred, in the order of branch and product, after `after`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn ended_restrictions(&self, after: Option<(BranchId, ProductId)>) -> Result<Vec<EndedRestriction>> {
        // Tagged `housekeeping`, so that the test that counts a request's statements ignores background queries.
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
    /// The supply that the row holds.
    #[must_use]
    pub fn supply(&self) -> Supply {
        Supply { is_available: self.is_available, remaining: self.remaining, until: self.restricted_until }
    }

    /// The place of an event about this offer.
    #[must_use]
    pub fn place(&self) -> Place {
        Place::branch(self.tenant_id, self.branch_id)
    }
}
