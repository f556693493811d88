//! The menu as ordering sees it: what a product is called and costs in the branch at this moment.

use crate::{
    error::Result,
    session::Seated,
    unit_of_work::{Locked, UnitOfWork},
};
use domain::{Cents, ProductId, kitchen::Station};
use sea_orm::{DbBackend, FromQueryResult};

/// A product with a price in the branch.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Offered {
    /// The product.
    pub product_id: ProductId,
    /// Its name.
    pub name: String,
    /// Its picture.
    pub image: Option<String>,
    /// Its price, in cents.
    pub price_cents: Cents,
    /// False once 86'd.
    pub is_available: bool,
    /// Its category's name.
    pub category: String,
    /// Its subcategory's name.
    pub subcategory: Option<String>,
}

impl Offered {
    /// Who makes it.
    #[must_use]
    pub fn station(&self) -> Station {
        Station::for_menu_place(&self.category, self.subcategory.as_deref())
    }
}

const OFFERED: &str = "select p.id as product_id, p.name, p.image, bp.price_cents, bp.is_available,
        c.name as category, sc.name as subcategory
    from branch_product bp
    join product p on p.id = bp.product_id and p.is_active
    join category c on c.id = p.category_id
    left join subcategory sc on sc.id = p.subcategory_id
    where bp.branch_id = $1 and bp.product_id in ";

impl UnitOfWork {
    /// What the session's branch offers of `products`, in one statement whatever their number.
    ///
    /// # Errors
    /// The database failed.
    pub async fn find_offered(&self, session: &Locked<Seated>, products: &[ProductId]) -> Result<Vec<Offered>> {
        let ids = serde_json::to_string(products).unwrap_or_default();
        let list = match self.backend() {
            DbBackend::Postgres => "(select value::bigint from jsonb_array_elements_text($2::jsonb))",
            _ => "(select value from json_each($2))",
        };
        self.all(&format!("{OFFERED}{list}"), [session.session.branch_id.into(), ids.into()]).await
    }
}
