//! The office changes a product. A list that is there replaces the whole set, an empty one clears it.

use super::{declared, entity};
use crate::{
    Result,
    command::Done,
    office::{change, written},
};
use auth::{Management, Staff};
use domain::{BranchId, Patch, ProductId, text::Text};
use store::{Answer, Attempt, Database, ProductRow};
use wire::product::ProductPatch;

fn apply(patch: ProductPatch, row: ProductRow) -> Result<ProductRow> {
    let text = |patch: Patch<Text<50>>, now| patch.map(String::from).or(now).filter(|text| !text.is_empty());
    let category_id = patch.category_id.unwrap_or(row.category_id);
    let recipe_id = patch.recipe_id.or(row.recipe_id);
    let stays = row.subcategory_id.filter(|_| category_id == row.category_id);
    Ok(ProductRow {
        category_id,
        subcategory_id: patch.subcategory_id.or(stays),
        name: patch.name.map_or(row.name, Into::into),
        description: patch.description.map(Into::into).or(row.description),
        image: patch.image.map_or(row.image, Into::into),
        featured: patch.featured.unwrap_or(row.featured),
        popular: patch.popular.unwrap_or(row.popular),
        badge: text(patch.badge, row.badge),
        seal: text(patch.seal, row.seal),
        dietary: match &patch.dietary_profile {
            Patch::Absent => row.dietary,
            Patch::Null => None,
            Patch::Value(profile) => declared::dietary(Some(profile)),
        },
        cooking: match &patch.cooking_info {
            Patch::Absent => row.cooking,
            Patch::Null => None,
            Patch::Value(info) => declared::cooking(Some(info))?,
        },
        sensory: match &patch.sensory_profile {
            Patch::Absent => row.sensory,
            Patch::Null => None,
            Patch::Value(profile) => declared::sensory(Some(profile)),
        },
        recipe_id,
        inherits_from_recipe: patch.inherits_from_recipe.unwrap_or(row.inherits_from_recipe && recipe_id.is_some()),
        service_hours: match &patch.service_hours {
            Patch::Absent => row.service_hours,
            Patch::Null => None,
            Patch::Value(hours) => written(Some(hours)),
        },
        station: patch.station.or(row.station),
        deactivated: patch.is_active.map_or(row.deactivated, |active| !active),
        ..row
    })
}

/// Changes a product.
///
/// # Errors
/// No such product, or it or a branch that sells it is not the caller's; what [`create`](super::create) refuses.
pub async fn update(
    db: &Database,
    staff: &Staff<Management>,
    id: ProductId,
    patch: &ProductPatch,
    attempt: &Attempt,
) -> Result<Answer> {
    let allergens = &declared::allergens(patch.allergens.as_deref(), patch.allergen_ids.as_deref())?;
    change(db, "product.update", (staff, attempt), Done::Changed, |act| async move {
        let (found, offers) = act.uow.product(staff, id).await?;
        let before = act.uow.product_now(staff, id).await?;
        let changed = apply(patch.clone(), found.row.clone())?;
        let home = act.shelf(changed.category_id, changed.subcategory_id).await?;
        if changed.station != found.row.station {
            act.ensure_station(home, changed.station.as_ref()).await?;
        }
        act.ensure_words(value(&patch.cooking_info), value(&patch.sensory_profile)).await?;
        act.ensure_made_by(Some(&found.row), &changed).await?;
        let row = act.uow.set_product(&found.row, changed).await?;
        if let Some(prices) = &patch.branch_prices {
            act.set_prices(&row, &offers, prices).await?;
        }
        if let Some(allergens) = allergens {
            let ids: Vec<_> = allergens.iter().map(|(id, _)| *id).collect();
            act.uow.ensure_allergens(staff, &ids).await?;
            act.uow.declare_allergens(&row, allergens).await?;
        }
        act.inherit(&row).await?;
        let after = act.uow.product_now(staff, id).await?;
        let mut others: Vec<BranchId> = before.branch_prices.iter().map(|price| price.branch_id).collect();
        others.push(found.branch_id);
        act.updated(&entity(&after, home, &others), &before, &after).await?;
        Ok(after)
    })
    .await
}

const fn value<T>(patch: &Patch<T>) -> Option<&T> {
    match patch {
        Patch::Value(value) => Some(value),
        Patch::Absent | Patch::Null => None,
    }
}
