//! Recipes as the office and the kitchen read them: in four statements, however many there are.

use super::RecipeRow;
use crate::{
    Database, Listed,
    error::{Error, Result},
    page::name_order,
    scoped::{admitted, json_array, reach},
    sql::{Sql, sql},
    unit_of_work::{all, one},
};
use auth::{RoleSet, Scope, Staff};
use domain::{AllergenId, BranchId, CategoryId, RecipeId, name::NameOrder, recipe::total_time};
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::HashMap;
use wire::recipe::{DerivedProduct, Recipe, RecipeAllergen};

/// Which recipes.
#[derive(Clone, Debug, Default)]
pub struct RecipeFilter {
    /// Of one branch.
    pub branch: Option<BranchId>,
    /// In the categories of this name.
    pub category: Option<String>,
    /// Those that were deleted, too.
    pub deleted_too: bool,
}

#[derive(FromQueryResult)]
struct Named {
    id: RecipeId,
    name: String,
}

/// A recipe with the names of what it speaks of.
#[derive(FromQueryResult)]
struct NamedRecipe {
    #[sea_orm(nested)]
    row: RecipeRow,
    branch_name: Option<String>,
    product_name: Option<String>,
    subcategory_name: Option<String>,
    category_id: Option<CategoryId>,
    category_name: Option<String>,
    created_by_email: Option<String>,
}

#[derive(FromQueryResult)]
struct AllergenRow {
    recipe_id: RecipeId,
    id: AllergenId,
    name: String,
    icon: Option<String>,
}

const FROM: &str = "from recipe r join branch b on b.id = r.branch_id
    left join product p on p.id = r.product_id and p.deletion_id is null
    left join subcategory s on s.id = r.subcategory_id and s.deletion_id is null
    left join category c on c.id = s.category_id and c.deletion_id is null
    left join app_user u on u.id = r.created_by_id
    where r.tenant_id = $1";

const NAMES: &str =
    "r.*, b.name as branch_name, p.name as product_name, s.name as subcategory_name, c.id as category_id,
    c.name as category_name, u.email as created_by_email";

static ALLERGENS: &Sql = sql!(
    row("recipe_id"),
    "select ra.recipe_id, a.id, a.name, a.icon
    from recipe_allergen ra join allergen a on a.id = ra.allergen_id and a.is_active
    where ra.recipe_id in #list($1) order by a.id"
);

/// Lines as they were checked when they were written.
fn lines<T: DeserializeOwned>(written: Option<Value>) -> Option<T> {
    written.and_then(|lines| serde_json::from_value(lines).ok())
}

/// The rows with what they contain, in their order; the allergens of each by name, in that order.
async fn with_allergens(db: &impl ConnectionTrait, order: &NameOrder, rows: Vec<NamedRecipe>) -> Result<Vec<Recipe>> {
    let ids: Vec<RecipeId> = rows.iter().map(|named| named.row.id).collect();
    let ids = serde_json::to_string(&ids).unwrap_or_default();
    let mut found: Vec<AllergenRow> = all(db, ALLERGENS, [ids.into()]).await?;
    order.sort(&mut found, |row| &row.name);
    let mut allergens: HashMap<RecipeId, Vec<RecipeAllergen>> = HashMap::new();
    for row in found {
        let allergen = RecipeAllergen { id: row.id, name: row.name, icon: row.icon };
        allergens.entry(row.recipe_id).or_default().push(allergen);
    }
    let recipe = |named: NamedRecipe| {
        let contained = allergens.remove(&named.row.id).unwrap_or_default();
        described(named, contained)
    };
    Ok(rows.into_iter().map(recipe).collect())
}

fn described(named: NamedRecipe, allergens: Vec<RecipeAllergen>) -> Recipe {
    let row = named.row;
    Recipe {
        id: row.id,
        tenant_id: row.tenant_id,
        branch_id: row.branch_id,
        branch_name: named.branch_name,
        product_id: row.product_id,
        product_name: named.product_name,
        subcategory_id: row.subcategory_id,
        subcategory_name: named.subcategory_name,
        category_id: named.category_id,
        category_name: named.category_name,
        name: row.name,
        description: row.description,
        short_description: row.short_description,
        image: row.image,
        cuisine_type: row.cuisine_type,
        difficulty: row.difficulty,
        prep_time_minutes: row.prep_time_minutes,
        cook_time_minutes: row.cook_time_minutes,
        total_time_minutes: total_time(row.prep_time_minutes, row.cook_time_minutes),
        servings: row.servings,
        calories_per_serving: row.calories_per_serving,
        ingredients: lines(row.ingredients),
        preparation_steps: lines(row.preparation_steps),
        chef_notes: row.chef_notes,
        presentation_tips: row.presentation_tips,
        storage_instructions: row.storage_instructions,
        allergen_ids: allergens.iter().map(|allergen| allergen.id).collect(),
        allergens,
        dietary_tags: lines(row.dietary_tags),
        flavors: lines(row.flavors),
        textures: lines(row.textures),
        cooking_methods: lines(row.cooking_methods),
        uses_oil: row.uses_oil,
        is_celiac_safe: row.is_celiac_safe,
        allergen_notes: row.allergen_notes,
        modifications: lines(row.modifications),
        warnings: lines(row.warnings),
        cost_cents: row.cost_cents,
        suggested_price_cents: row.suggested_price_cents,
        yield_quantity: row.yield_quantity,
        yield_unit: row.yield_unit,
        portion_size: row.portion_size,
        risk_level: row.risk_level,
        custom_rag_disclaimer: row.custom_rag_disclaimer,
        is_active: row.is_active,
        is_ingested: row.is_ingested,
        last_ingested_at: row.last_ingested_at,
        created_at: row.created_at,
        created_by_email: named.created_by_email,
    }
}

/// One recipe of the caller's branches that stands.
pub(super) async fn find(db: &impl ConnectionTrait, scope: &impl Scope, id: RecipeId) -> Result<Recipe> {
    let sql = sql!(tenant, "select {NAMES} {FROM} and r.id = $2 and r.deletion_id is null");
    let row: Option<NamedRecipe> = one(db, sql, [scope.tenant_id().into(), id.into()]).await?;
    let named = admitted(scope, "recipe", row, |named| named.row.branch_id)?;
    let order = name_order(db, scope.tenant_id()).await?;
    with_allergens(db, &order, vec![named]).await?.pop().ok_or(Error::NotFound("recipe"))
}

impl Database {
    /// The recipes of the caller's branches, by name.
    ///
    /// # Errors
    /// The branch is not found or not the caller's.
    pub async fn recipes<R: RoleSet>(
        &self,
        staff: &Staff<R>,
        which: RecipeFilter,
        wanted: &Listed,
    ) -> Result<Vec<Recipe>> {
        if let Some(branch) = which.branch {
            self.find_branch(staff, branch).await?;
        }
        let sql = sql!(
            tenant,
            "select r.id, r.name {FROM} and (r.deletion_id is null or $2) and (r.branch_id = $3 or $3 = 0)
               and (c.name = $4 or $4 = '') and #within(r.branch_id, $5)
             order by r.id"
        );
        let branch = which.branch.map_or(0, BranchId::get);
        let category = which.category.unwrap_or_default();
        let tenant = staff.tenant_id().into();
        let values = [tenant, which.deleted_too.into(), branch.into(), category.into(), reach(staff)];
        let names: Vec<Named> = all(self.reader(), sql, values).await?;
        let order = name_order(self.reader(), staff.tenant_id()).await?;
        let names = wanted.by_name(&order, names, |row| &row.name);
        let ids = json_array(names.iter().map(|row| row.id));
        let sql = sql!(tenant, "select {NAMES} {FROM} and r.id in #list($2) order by r.id");
        let mut rows: Vec<NamedRecipe> = all(self.reader(), sql, [staff.tenant_id().into(), ids]).await?;
        let place: HashMap<RecipeId, usize> = names.iter().enumerate().map(|(at, row)| (row.id, at)).collect();
        rows.sort_by_key(|named| place.get(&named.row.id).copied());
        with_allergens(self.reader(), &order, rows).await
    }

    /// One recipe of the caller's branches.
    ///
    /// # Errors
    /// Not found, or not in the caller's branches.
    pub async fn find_recipe(&self, scope: &impl Scope, id: RecipeId) -> Result<Recipe> {
        find(self.reader(), scope, id).await
    }

    /// The names of the categories that the caller's recipes are in, in order.
    ///
    /// # Errors
    /// The database failed.
    pub async fn recipe_categories<R: RoleSet>(&self, staff: &Staff<R>) -> Result<Vec<String>> {
        #[derive(FromQueryResult)]
        struct Named {
            name: String,
        }
        let sql = sql!(
            tenant,
            "select distinct c.name {FROM} and r.deletion_id is null and c.id is not null and #within(r.branch_id, $2)"
        );
        let mut rows: Vec<Named> = all(self.reader(), sql, [staff.tenant_id().into(), reach(staff)]).await?;
        name_order(self.reader(), staff.tenant_id()).await?.sort(&mut rows, |row| &row.name);
        Ok(rows.into_iter().map(|row| row.name).collect())
    }

    /// The products that are made by a recipe of the caller's branches, by name.
    ///
    /// # Errors
    /// The recipe is not found, or not in the caller's branches.
    pub async fn products_of_recipe(&self, scope: &impl Scope, id: RecipeId) -> Result<Vec<DerivedProduct>> {
        self.find_recipe(scope, id).await?;
        let sql = sql!(
            tenant,
            "select id, name, description, category_id, subcategory_id, inherits_from_recipe, is_active
            from product where tenant_id = $1 and recipe_id = $2 and deletion_id is null order by id"
        );
        let mut rows: Vec<DerivedProduct> = all(self.reader(), sql, [scope.tenant_id().into(), id.into()]).await?;
        name_order(self.reader(), scope.tenant_id()).await?.sort(&mut rows, |row| &row.name);
        Ok(rows)
    }
}
