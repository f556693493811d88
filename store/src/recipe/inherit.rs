//! Allergen inheritance: a product that inherits from its recipe contains what the recipe contains, whatever else was
//! declared of it. A guest's health hangs on it, so it is written here and nowhere else.

use crate::{error::Result, scoped::json_array, sql::built_sql, unit_of_work::UnitOfWork};
use domain::{ProductId, RecipeId};
use sea_orm::Value;

/// Of which products the inheritance is written.
#[derive(Clone, Copy, Debug)]
enum Heirs {
    /// Those of one recipe, whose id is `$1`.
    OfRecipe,
    /// Those among a list of products, which is `$1`.
    Among,
}

impl Heirs {
    #[cfg(test)]
    const ALL: [Self; 2] = [Self::OfRecipe, Self::Among];

    /// Products `p` that inherit.
    const fn products(self) -> &'static str {
        match self {
            Self::OfRecipe => "product p where p.recipe_id = $1 and p.inherits_from_recipe",
            Self::Among => "product p where p.id in #list($1) and p.inherits_from_recipe",
        }
    }

    /// What was declared otherwise of what the recipe contains.
    fn overrule(self) -> String {
        format!(
            "delete from product_allergen where presence <> 'contains' and exists (select 1 from {}
                and p.id = product_allergen.product_id and product_allergen.allergen_id in (
                    select ra.allergen_id from recipe_allergen ra where ra.recipe_id = p.recipe_id))",
            self.products()
        )
    }

    /// What the recipe contains and was not declared.
    fn declare(self) -> String {
        format!(
            "insert into product_allergen (tenant_id, product_id, allergen_id, presence)
            select heir.tenant_id, heir.id, ra.allergen_id, 'contains'
            from (select p.tenant_id, p.id, p.recipe_id from {}) heir
                join recipe_allergen ra on ra.recipe_id = heir.recipe_id
            where not exists (select 1 from product_allergen pa
                where pa.product_id = heir.id and pa.allergen_id = ra.allergen_id and pa.presence = 'contains')",
            self.products()
        )
    }
}

impl UnitOfWork {
    /// Has every product that inherits from the recipe contain what it contains, whatever was declared of it before.
    ///
    /// # Errors
    /// The database failed.
    pub async fn inherit_allergens(&self, recipe: RecipeId) -> Result<()> {
        self.inherit(Heirs::OfRecipe, recipe.into()).await
    }

    /// The same of these products, each from its own recipe.
    pub(crate) async fn inherit_allergens_of(&self, products: &[ProductId]) -> Result<()> {
        self.inherit(Heirs::Among, json_array(products.iter())).await
    }

    async fn inherit(&self, heirs: Heirs, of: Value) -> Result<()> {
        let overrule = built_sql!(
            unscoped("a recipe and its products are of one business; recipe or products were read through the scope"),
            heirs: Heirs = heirs,
            in Heirs::ALL,
            heirs.overrule()
        );
        self.run(&overrule, [of.clone()]).await?;
        let declare = built_sql!(tenant, heirs: Heirs = heirs, in Heirs::ALL, heirs.declare());
        self.run(&declare, [of]).await.map(drop)
    }
}
