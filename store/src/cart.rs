//! The shared cart's rows. All of them change under their session's lock, so that a sum of many hands is exact and
//! `unique (session_id, diner_id, product_id)` is never met by accident (DESIGN I5).

use crate::{
    error::{Error, Result},
    session::Seated,
    unit_of_work::{Locked, UnitOfWork},
};
use domain::{CartItemId, DinerId, ProductId, text::Quantity};
use entity::{cart_item, diner};
use sea_orm::{
    ActiveModelTrait, ActiveValue::NotSet, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder,
    sea_query::Expr,
};

/// A cart line's row.
pub type CartRow = cart_item::Model;

impl UnitOfWork {
    /// The diner of that id, or without one the diner who joined last (contract M6); `None` where the session has none.
    ///
    /// # Errors
    /// The database failed.
    pub async fn find_diner(&self, session: &Locked<Seated>, id: Option<DinerId>) -> Result<Option<diner::Model>> {
        let mut query = diner::Entity::find()
            .filter(diner::Column::SessionId.eq(session.session.id))
            .order_by_desc(diner::Column::JoinedAt)
            .order_by_desc(diner::Column::Id);
        if let Some(id) = id {
            query = query.filter(diner::Column::Id.eq(id));
        }
        Ok(query.one(self.tx()).await?)
    }

    /// The diner's line of that product, if there is one.
    ///
    /// # Errors
    /// The database failed.
    pub async fn find_cart_line_of(
        &self,
        session: &Locked<Seated>,
        diner: DinerId,
        product: ProductId,
    ) -> Result<Option<CartRow>> {
        let query = cart_item::Entity::find()
            .filter(cart_item::Column::SessionId.eq(session.session.id))
            .filter(cart_item::Column::DinerId.eq(diner))
            .filter(cart_item::Column::ProductId.eq(product));
        Ok(query.one(self.tx()).await?)
    }

    /// A line of this session's cart.
    ///
    /// # Errors
    /// Not in this cart.
    pub async fn find_cart_line(&self, session: &Locked<Seated>, id: CartItemId) -> Result<CartRow> {
        let query = cart_item::Entity::find_by_id(id).filter(cart_item::Column::SessionId.eq(session.session.id));
        query.one(self.tx()).await?.ok_or(Error::NotFound("cart item"))
    }

    /// Adds a line.
    ///
    /// # Errors
    /// The diner has a line of the product.
    pub async fn insert_cart_line(
        &self,
        session: &Locked<Seated>,
        diner: DinerId,
        product: ProductId,
        quantity: Quantity,
        notes: Option<String>,
    ) -> Result<CartRow> {
        let row = cart_item::ActiveModel {
            id: NotSet,
            tenant_id: Set(session.session.tenant_id),
            session_id: Set(session.session.id),
            diner_id: Set(diner),
            product_id: Set(product),
            quantity: Set(quantity),
            notes: Set(notes),
            created_at: Set(self.now()),
            changed_at: Set(None),
        };
        Ok(row.insert(self.tx()).await?)
    }

    /// Gives a line another quantity and note.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_cart_line(
        &self,
        _session: &Locked<Seated>,
        line: &CartRow,
        quantity: Quantity,
        notes: Option<String>,
    ) -> Result<()> {
        let row = cart_item::ActiveModel {
            id: Set(line.id),
            quantity: Set(quantity),
            notes: Set(notes),
            changed_at: Set(Some(self.now())),
            ..Default::default()
        };
        row.update(self.tx()).await?;
        Ok(())
    }

    /// Takes a line out for good, so that the same dish can be added again (contract §7.2).
    ///
    /// # Errors
    /// The database failed.
    pub async fn delete_cart_line(&self, _session: &Locked<Seated>, line: &CartRow) -> Result<()> {
        cart_item::Entity::delete_by_id(line.id).exec(self.tx()).await?;
        Ok(())
    }

    /// Takes every line out.
    ///
    /// # Errors
    /// The database failed.
    pub async fn clear_cart(&self, session: &Locked<Seated>) -> Result<()> {
        cart_item::Entity::delete_many()
            .filter(cart_item::Column::SessionId.eq(session.session.id))
            .exec(self.tx())
            .await?;
        Ok(())
    }

    /// Counts a write to the cart and tells its number.
    ///
    /// # Errors
    /// The database failed.
    pub async fn raise_cart_version(&self, session: &Locked<Seated>) -> Result<i64> {
        let version = session.session.cart_version + 1;
        entity::table_session::Entity::update_many()
            .col_expr(entity::table_session::Column::CartVersion, Expr::value(version))
            .filter(entity::table_session::Column::Id.eq(session.session.id))
            .exec(self.tx())
            .await?;
        Ok(version)
    }
}
