//! A product's place in a branch's menu as the kitchen changes it: 86 and back.
//!
//! A phone that read the menu before must notice: whoever changes what a branch offers raises `branch.menu_version` in
//! the same transaction, which is all that the menu caches of all processes go by.

use crate::{
    error::{Error, Result},
    scoped::admitted,
    unit_of_work::{Locked, UnitOfWork},
};
use auth::Scope;
use domain::{BranchId, BranchProductId, ProductId, event::Place};
use entity::branch_product;

/// The branches where the caller could mean a product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OfferedIn {
    /// Exactly one.
    One(BranchId),
    /// Several: which one, only the caller knows.
    Several,
}

#[derive(sea_orm::FromQueryResult)]
struct At {
    branch_id: BranchId,
}

const BRANCHES: &str = "select bp.branch_id from branch_product bp
    join branch b on b.id = bp.branch_id and b.is_active
    join product p on p.id = bp.product_id and p.is_active
    where bp.product_id = $1 and bp.tenant_id = $2 order by bp.branch_id";

const LOCK: &str = "select * from branch_product
    where product_id = $1 and tenant_id = $2 and branch_id = $3
      and product_id in (select id from product where is_active) {lock}";

const OWN_BRANCH: &str = "select id as branch_id from branch where id = $1 and tenant_id = $2 and is_active";

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

    /// 86's a product or brings it back.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_available(&self, offer: &Locked<branch_product::Model>, is_available: bool) -> Result<()> {
        let id: BranchProductId = offer.id;
        let sql = "update branch_product set is_available = $2 where id = $1";
        self.run(sql, [id.into(), is_available.into()]).await?;
        self.raise_menu_version(offer.branch_id).await
    }

    /// Says that what the branch offers has changed: every cached menu of it is void from this commit on. The branch's
    /// row stays locked until then, so this comes as late as it can.
    ///
    /// # Errors
    /// The database failed.
    pub async fn raise_menu_version(&self, branch: BranchId) -> Result<()> {
        self.run("update branch set menu_version = menu_version + 1 where id = $1", [branch.into()]).await?;
        Ok(())
    }
}

impl Locked<branch_product::Model> {
    /// Where an event about this place in the menu happens.
    #[must_use]
    pub fn place(&self) -> Place {
        Place::branch(self.tenant_id, self.branch_id)
    }
}
