//! Promotions: products at a price of their own for a while. What they do to prices stands in
//! `domain::menu::promotion`; here the office says what they are.
//!
//! A promotion concerns the branches that take part: the caller must be at home in all of them, all of them are told,
//! and their menus are void from the commit on.

mod form;

use self::form::{branches, changed, first, items};
use crate::{
    Error, Result,
    command::{Act, Done},
    office::{OfficeEntity, change},
};
use auth::{AdminOnly, Management, RoleSet, Staff};
use domain::{BranchId, ProblemCode, PromotionId, office::EntityKind};
use store::{Answer, Attempt, Database};
use wire::{
    menu::PromotionItem,
    promotion::{NewPromotion, Promotion, PromotionPatch},
};

/// A promotion as events and audit rows name it; `others` are the branches that it concerned before.
fn entity(promotion: &Promotion, others: &[BranchId]) -> OfficeEntity {
    let branches: Vec<_> = promotion.branch_ids.iter().chain(others).copied().collect();
    let mut entity = OfficeEntity::new(EntityKind::Promotion, promotion.id.get(), promotion.name.clone(), None);
    entity.told = crate::office::ToldBranches::Branches(branches);
    entity
}

/// Adds a promotion.
///
/// # Errors
/// A branch or a product is not the business's, or named twice; a branch is not the caller's; it ends before it begins.
pub async fn create(db: &Database, staff: &Staff<Management>, new: &NewPromotion, attempt: &Attempt) -> Result<Answer> {
    let (set, branches, items) = (
        &first(new)?,
        &branches(new.branch_ids.as_deref().unwrap_or_default())?,
        &items(new.items.as_deref().unwrap_or_default())?,
    );
    change(db, "promotion.create", (staff, attempt), Done::Made, |act| async move {
        let id = act.uow.insert_promotion(staff, set.clone()).await?;
        act.place(id, Some(branches), Some(items)).await?;
        let promotion = act.uow.promotion(staff, id).await?;
        act.ensure_bounded(&promotion).await?;
        act.created(&entity(&promotion, &[]), &promotion).await?;
        Ok(promotion)
    })
    .await
}

/// Changes a promotion. A list that is there replaces the whole set.
///
/// # Errors
/// No such promotion; it holds in a branch that is not the caller's; what [`create`] refuses.
pub async fn update(
    db: &Database,
    staff: &Staff<Management>,
    id: PromotionId,
    patch: &PromotionPatch,
    attempt: &Attempt,
) -> Result<Answer> {
    let (branches, items) =
        (&patch.branch_ids.as_deref().map(branches).transpose()?, &patch.items.as_deref().map(items).transpose()?);
    change(db, "promotion.update", (staff, attempt), Done::Changed, |act| async move {
        let before = act.uow.promotion(staff, id).await?;
        act.uow.set_promotion(id, changed(patch, &before)?).await?;
        // A form sends back what it read, which leaves out what is deleted for now: only what differs is an answer.
        let branches = branches.as_deref().filter(|branches| **branches != *before.branch_ids);
        let items = items.as_deref().filter(|items| **items != *before.items);
        act.place(id, branches, items).await?;
        let after = act.uow.promotion(staff, id).await?;
        act.ensure_bounded(&after).await?;
        act.updated(&entity(&after, &before.branch_ids), &before, &after).await?;
        Ok(after)
    })
    .await
}

/// Deletes a promotion; what was sold under it keeps its price.
///
/// # Errors
/// No such promotion.
pub async fn delete(db: &Database, staff: &Staff<AdminOnly>, id: PromotionId, attempt: &Attempt) -> Result<Answer> {
    crate::office::delete(db, staff, EntityKind::Promotion, id.get(), attempt).await
}

impl<R: RoleSet> Act<'_, Staff<R>> {
    /// Refuses a price that a branch of the promotion cannot sell for.
    async fn ensure_bounded(&self, promotion: &Promotion) -> Result<()> {
        let prices: Vec<_> = promotion.branch_ids.iter().map(|branch| (*branch, promotion.price_cents)).collect();
        self.ensure_prices("price_cents", &prices).await
    }

    /// The contract knows unknown branches and products as 400 here.
    async fn place(
        &self,
        id: PromotionId,
        branches: Option<&[BranchId]>,
        items: Option<&[PromotionItem]>,
    ) -> Result<()> {
        if let Some(branches) = branches {
            known(
                self.uow.ensure_branches(self.by, branches).await,
                "branch_ids: not all of these are branches of yours",
            )?;
            self.uow.set_promotion_branches(self.by, id, branches).await?;
        }
        if let Some(items) = items {
            let products: Vec<_> = items.iter().map(|item| item.product_id).collect();
            known(self.uow.ensure_products(self.by, &products).await, "items: not all of these are products of yours")?;
            self.uow.set_promotion_items(self.by, id, items).await?;
        }
        Ok(())
    }
}

fn known(found: store::Result<()>, detail: &str) -> Result<()> {
    match found {
        Err(store::Error::NotFound(_)) => Err(Error::refused(ProblemCode::UnknownReference, detail)),
        other => Ok(other?),
    }
}
