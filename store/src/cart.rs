//! The shared cart's rows. All of them change under their session's lock, so that a sum of many hands is exact and
//! `unique (session_id, diner_id, product_id, choices)` is never met by accident (I5).

use crate::{
    Database,
    error::{Error, Result},
    session::Seated,
    sql::{Sql, sql},
    unit_of_work::{Locked, UnitOfWork, all},
};
use auth::{Caller, Scope};
use chrono::{DateTime, Utc};
use domain::{
    BranchId, CartItemId, Cents, DinerId, ProductId, SessionId, TenantId,
    event::{Actor, ActorRole, CartLine},
    menu::Choices,
    text::Quantity,
};
use entity::{cart_item, diner};
use sea_orm::{
    ActiveModelTrait, ActiveValue::NotSet, ActiveValue::Set, ColumnTrait, EntityTrait, FromQueryResult, QueryFilter,
    QueryOrder,
};

/// A cart line's row.
pub type CartRow = cart_item::Model;

/// A cart with changed lines that the table must be told of now. As a scope it reaches its own session, nothing else.
#[derive(Clone, Copy, Debug, FromQueryResult)]
pub struct DueCart {
    /// The business.
    pub tenant_id: TenantId,
    /// The branch.
    pub branch_id: BranchId,
    /// The party.
    pub session_id: SessionId,
}

impl Scope for DueCart {
    fn tenant_id(&self) -> TenantId {
        self.tenant_id
    }

    fn admits(&self, branch: BranchId) -> bool {
        self.branch_id == branch
    }

    fn admits_session(&self, session: SessionId) -> bool {
        self.session_id == session
    }

    fn actor(&self, _branch: BranchId) -> Actor {
        Actor { user_id: None, role: ActorRole::System }
    }

    fn caller(&self) -> Caller {
        Caller::Session(self.session_id)
    }
}

impl Database {
    /// Finds carts with lines that are due now: at most a hundred, in the order of their sessions, after session
    /// `after`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn due_carts(&self, after: Option<SessionId>) -> Result<Vec<DueCart>> {
        // Tagged `housekeeping`, so that the test that counts a request's statements ignores background queries.
        let sql = sql!(
            unscoped("the carts of all businesses: a job settles those that are due"),
            "/* housekeeping */ select distinct s.tenant_id, s.branch_id, s.id as session_id
            from cart_item i join table_session s on s.id = i.session_id where i.settle_at <= $1 and s.id > $2
            order by session_id limit 100"
        );
        let after = after.map_or(0, SessionId::get);
        all(self.reader(), sql, [self.clock().now().into(), after.into()]).await
    }
}

static BRANCHES_WITH_CARTS: &Sql = sql!(
    unscoped("the branches of all businesses: a job compares the prices of their carts"),
    "/* housekeeping */ select distinct s.branch_id from cart_item i
    join table_session s on s.id = i.session_id and #live_session(s) where s.branch_id > $1
    order by s.branch_id limit 100"
);

impl Database {
    /// Finds branches whose tables have something in their carts: at most a hundred, in the order of their ids, after
    /// branch `after`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn branches_with_carts(&self, after: Option<BranchId>) -> Result<Vec<BranchId>> {
        #[derive(FromQueryResult)]
        struct At {
            branch_id: BranchId,
        }
        let after = after.map_or(0, BranchId::get);
        let rows: Vec<At> = all(self.reader(), BRANCHES_WITH_CARTS, [after.into()]).await?;
        Ok(rows.into_iter().map(|row| row.branch_id).collect())
    }
}

impl UnitOfWork {
    /// Finds the diner of that id; without an id, the diner who joined last (M6). `None` if the session has no such
    /// diner. A diner who was removed does not count.
    ///
    /// # Errors
    /// The database failed.
    pub async fn find_diner(&self, session: &Locked<Seated>, id: Option<DinerId>) -> Result<Option<diner::Model>> {
        let mut query = diner::Entity::find()
            .filter(diner::Column::SessionId.eq(session.id))
            .filter(diner::Column::RemovedAt.is_null())
            .order_by_desc(diner::Column::JoinedAt)
            .order_by_desc(diner::Column::Id);
        if let Some(id) = id {
            query = query.filter(diner::Column::Id.eq(id));
        }
        Ok(query.one(self.tx()).await?)
    }

    /// The diner's line of that product with just these choices, if there is one.
    ///
    /// # Errors
    /// The database failed.
    pub async fn find_cart_line_of(
        &self,
        session: &Locked<Seated>,
        diner: DinerId,
        product: ProductId,
        choices: &Choices,
    ) -> Result<Option<CartRow>> {
        let query = cart_item::Entity::find()
            .filter(cart_item::Column::SessionId.eq(session.id))
            .filter(cart_item::Column::DinerId.eq(diner))
            .filter(cart_item::Column::ProductId.eq(product))
            .filter(cart_item::Column::Choices.eq(choices.to_string()));
        Ok(query.one(self.tx()).await?)
    }

    /// The lines of some diners, oldest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn cart_lines_of(&self, session: &Locked<Seated>, diners: &[DinerId]) -> Result<Vec<CartRow>> {
        let query = cart_item::Entity::find()
            .filter(cart_item::Column::SessionId.eq(session.id))
            .filter(cart_item::Column::DinerId.is_in(diners.iter().copied()))
            .order_by_asc(cart_item::Column::Id);
        Ok(query.all(self.tx()).await?)
    }

    /// A line of this session's cart.
    ///
    /// # Errors
    /// Not in this cart.
    pub async fn find_cart_line(&self, session: &Locked<Seated>, id: CartItemId) -> Result<CartRow> {
        let query = cart_item::Entity::find_by_id(id).filter(cart_item::Column::SessionId.eq(session.id));
        query.one(self.tx()).await?.ok_or(Error::NotFound("cart item"))
    }

    /// Adds a line.
    ///
    /// # Errors
    /// The diner has such a line.
    pub async fn insert_cart_line(
        &self,
        session: &Locked<Seated>,
        diner: DinerId,
        (product, choices): (ProductId, &Choices),
        quantity: Quantity,
        notes: Option<String>,
    ) -> Result<CartRow> {
        let row = cart_item::ActiveModel {
            id: NotSet,
            tenant_id: Set(session.tenant_id),
            session_id: Set(session.id),
            diner_id: Set(diner),
            product_id: Set(product),
            quantity: Set(quantity),
            notes: Set(notes),
            created_at: Set(self.now()),
            told_at: Set(None),
            settle_at: Set(None),
            choices: Set(choices.to_string()),
            told_price_cents: Set(None),
            told_available: Set(None),
        };
        Ok(row.insert(self.tx()).await?)
    }

    /// Changes a line's quantity and note. The table is told now, and once more at `settle_at` if that is set.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_cart_line(
        &self,
        _session: &Locked<Seated>,
        line: &CartRow,
        quantity: Quantity,
        notes: Option<String>,
        settle_at: Option<DateTime<Utc>>,
    ) -> Result<()> {
        let row = cart_item::ActiveModel {
            id: Set(line.id),
            quantity: Set(quantity),
            notes: Set(notes),
            told_at: Set(Some(self.now())),
            settle_at: Set(settle_at),
            ..Default::default()
        };
        row.update(self.tx()).await?;
        Ok(())
    }

    /// Keeps what the table is told of these lines: their prices, and whether they can be sent.
    ///
    /// # Errors
    /// The database failed.
    pub async fn note_told(&self, session: &Locked<Seated>, lines: &[CartLine]) -> Result<()> {
        #[derive(serde::Serialize)]
        struct Told {
            id: CartItemId,
            price_cents: Cents,
            is_available: bool,
        }
        let told = lines.iter().map(|line| Told {
            id: line.item_id,
            price_cents: line.price_cents,
            is_available: line.is_available,
        });
        let told = serde_json::to_string(&told.collect::<Vec<_>>()).unwrap_or_default();
        let sql = sql!(
            session,
            "update cart_item set told_price_cents = cast(e.value->>'price_cents' as bigint),
                told_available = #pg(cast(e.value->>'is_available' as boolean))#sqlite(e.value->>'is_available')
            from #rows($2)
            where session_id = $1 and id = cast(e.value->>'id' as bigint)"
        );
        self.run(sql, [session.id.into(), told.into()]).await?;
        Ok(())
    }

    /// Marks the lines that are due as told, and returns their ids so that the caller tells the table.
    ///
    /// # Errors
    /// The database failed.
    pub async fn settle_cart_lines(&self, session: &Locked<Seated>) -> Result<Vec<CartItemId>> {
        #[derive(FromQueryResult)]
        struct Settled {
            id: CartItemId,
        }
        let sql = sql!(
            session,
            "update cart_item set told_at = $2, settle_at = null
            where session_id = $1 and settle_at <= $2 returning id"
        );
        let settled: Vec<Settled> = self.all(sql, [session.id.into(), self.now().into()]).await?;
        Ok(settled.into_iter().map(|line| line.id).collect())
    }

    /// Takes a line out for good, so that the same dish can be added again (diner-waiter.md §7.2).
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
        cart_item::Entity::delete_many().filter(cart_item::Column::SessionId.eq(session.id)).exec(self.tx()).await?;
        Ok(())
    }

    /// Counts a write to the cart.
    ///
    /// # Errors
    /// The database failed.
    pub async fn raise_cart_version(&self, session: &Locked<Seated>) -> Result<()> {
        let sql = sql!(session, "update table_session set cart_version = cart_version + 1 where id = $1");
        self.run(sql, [session.id.into()]).await?;
        Ok(())
    }
}
