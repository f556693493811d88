//! W12: a waiter takes an order: only what can be ordered, with the signs of what it contains.

use crate::{extract::Segment, problem::ApiResult, state::AppState};
use auth::{Floor, Staff};
use axum::{Json, extract::State};
use domain::{BranchId, CategoryId, Cents, ProductId, SubcategoryId};
use runtime::ProblemBody;
use serde::Serialize;
use utoipa::ToSchema;
use wire::menu::{Menu, MenuCategory, MenuChoice, MenuProduct};

/// The menu as waiters read it.
#[derive(Serialize, ToSchema)]
pub(crate) struct FloorMenu {
    branch_id: BranchId,
    branch_name: String,
    /// Those with something to order, in the order of the menu.
    categories: Vec<FloorCategory>,
    total_products: usize,
}

/// A category with what can be ordered of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct FloorCategory {
    id: CategoryId,
    name: String,
    products: Vec<FloorProduct>,
}

/// A product that can be ordered.
#[derive(Serialize, ToSchema)]
pub(crate) struct FloorProduct {
    id: ProductId,
    name: String,
    description: Option<String>,
    /// Price of one, in cents.
    price_cents: Cents,
    category_id: CategoryId,
    category_name: String,
    subcategory_id: Option<SubcategoryId>,
    subcategory_name: Option<String>,
    /// The icon, or else the name, of each allergen it contains.
    allergen_icons: Vec<String>,
    /// Always true here.
    is_available: bool,
    /// What can be chosen of it.
    customizations: Vec<MenuChoice>,
}

/// What can be ordered in a branch now.
#[utoipa::path(get, path = "/api/waiter/branches/{branch_id}/menu", tag = "menu", params(("branch_id" = BranchId, Path)),
    security(("staff" = [])),
    responses((status = 200, body = FloorMenu), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn floor_menu(
    State(state): State<AppState>,
    staff: Staff<Floor>,
    Segment(id): Segment<BranchId>,
) -> ApiResult<Json<FloorMenu>> {
    let branch = state.db.find_branch(&staff, id).await?;
    let menu = state.menus().get(&state.db, &branch).await?;
    Ok(Json(FloorMenu::from(&menu.menu)))
}

impl From<&Menu> for FloorMenu {
    fn from(menu: &Menu) -> Self {
        let categories = menu.categories.iter().map(FloorCategory::from);
        let categories: Vec<_> = categories.filter(|category| !category.products.is_empty()).collect();
        let total_products = categories.iter().map(|category| category.products.len()).sum();
        Self { branch_id: menu.branch_id, branch_name: menu.branch_name.clone(), categories, total_products }
    }
}

impl From<&MenuCategory> for FloorCategory {
    fn from(category: &MenuCategory) -> Self {
        let available = category.products.iter().filter(|product| product.is_available);
        let products = available.map(|product| FloorProduct::new(category, product)).collect();
        Self { id: category.id, name: category.name.clone(), products }
    }
}

impl FloorProduct {
    fn new(category: &MenuCategory, product: &MenuProduct) -> Self {
        let subcategory = category.subcategories.iter().find(|sub| Some(sub.id) == product.subcategory_id);
        let contains = product.allergens.iter().flat_map(|declared| &declared.contains);
        Self {
            id: product.id,
            name: product.name.clone(),
            description: product.description.clone(),
            price_cents: product.price_cents,
            category_id: category.id,
            category_name: category.name.clone(),
            subcategory_id: subcategory.map(|sub| sub.id),
            subcategory_name: subcategory.map(|sub| sub.name.clone()),
            allergen_icons: contains.map(|a| a.icon.clone().unwrap_or_else(|| a.name.clone())).collect(),
            is_available: product.is_available,
            customizations: product.customizations.clone(),
        }
    }
}
