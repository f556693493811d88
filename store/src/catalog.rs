//! The rows of the menu.

use crate::{branch::BranchRow, error::Result, unit_of_work::UnitOfWork};
use domain::{
    AllergenId, CategoryId, Cents, ProductId, SubcategoryId, TenantId,
    menu::{Presence, Severity},
};
use entity::{allergen, branch_product, product, product_allergen, subcategory};
use sea_orm::{ActiveModelTrait, ActiveValue::NotSet, ActiveValue::Set, EntityTrait};

/// A new product.
#[derive(Clone, Debug)]
pub struct NewProduct<'a> {
    /// Where it stands.
    pub category: CategoryId,
    /// Where it stands there.
    pub subcategory: Option<SubcategoryId>,
    /// What it is called.
    pub name: &'a str,
    /// What the menu says of it.
    pub description: Option<&'a str>,
    /// Its picture's address.
    pub image: Option<&'a str>,
    /// Shown first.
    pub featured: bool,
    /// Marked as well liked.
    pub popular: bool,
    /// What it costs in the branch, in cents.
    pub price: Cents,
    /// What it contains.
    pub contains: &'a [AllergenId],
}

impl UnitOfWork {
    /// Adds an allergen.
    ///
    /// # Errors
    /// The name is taken.
    pub async fn insert_allergen(
        &self,
        tenant: TenantId,
        name: &str,
        icon: &str,
        mandatory: bool,
        severity: Severity,
    ) -> Result<AllergenId> {
        let row = allergen::ActiveModel {
            id: NotSet,
            tenant_id: Set(tenant),
            name: Set(name.to_owned()),
            icon: Set(Some(icon.to_owned())),
            description: Set(None),
            is_mandatory: Set(mandatory),
            severity: Set(severity),
            is_active: Set(true),
            created_at: Set(self.now()),
            ..Default::default()
        };
        Ok(row.insert(self.tx()).await?.id)
    }

    /// Adds a subcategory.
    ///
    /// # Errors
    /// The name is taken.
    pub async fn insert_subcategory(
        &self,
        tenant: TenantId,
        category: CategoryId,
        (name, image): (&str, Option<String>),
        order: i32,
    ) -> Result<SubcategoryId> {
        let row = subcategory::ActiveModel {
            id: NotSet,
            tenant_id: Set(tenant),
            category_id: Set(category),
            name: Set(name.to_owned()),
            image: Set(image),
            display_order: Set(order),
            is_active: Set(true),
            created_at: Set(self.now()),
            ..Default::default()
        };
        Ok(row.insert(self.tx()).await?.id)
    }

    /// Adds a product with its price in the branch.
    ///
    /// # Errors
    /// The database failed.
    pub async fn insert_product(&self, branch: &BranchRow, new: NewProduct<'_>) -> Result<ProductId> {
        let row = product::ActiveModel {
            tenant_id: Set(branch.tenant_id),
            category_id: Set(new.category),
            subcategory_id: Set(new.subcategory),
            name: Set(new.name.to_owned()),
            description: Set(new.description.map(str::to_owned)),
            image: Set(new.image.map(str::to_owned)),
            featured: Set(new.featured),
            popular: Set(new.popular),
            is_active: Set(true),
            created_at: Set(self.now()),
            ..Default::default()
        };
        let product = row.insert(self.tx()).await?.id;
        let price = branch_product::ActiveModel {
            id: NotSet,
            tenant_id: Set(branch.tenant_id),
            branch_id: Set(branch.id),
            product_id: Set(product),
            price_cents: Set(new.price),
            is_available: Set(true),
            remaining: Set(None),
            restricted_until: Set(None),
        };
        branch_product::Entity::insert(price).exec_without_returning(self.tx()).await?;
        for allergen in new.contains {
            let row = product_allergen::ActiveModel {
                id: NotSet,
                tenant_id: Set(branch.tenant_id),
                product_id: Set(product),
                allergen_id: Set(*allergen),
                presence: Set(Presence::Contains),
            };
            product_allergen::Entity::insert(row).exec_without_returning(self.tx()).await?;
        }
        Ok(product)
    }
}
