//! What parties thought of their visit.

use crate::{
    error::Result,
    session::Seated,
    unit_of_work::{Locked, UnitOfWork},
};
use entity::feedback;
use sea_orm::{ActiveModelTrait, ActiveValue::NotSet, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

/// A feedback's row.
pub type FeedbackRow = feedback::Model;

impl UnitOfWork {
    /// What the session's party said already.
    ///
    /// # Errors
    /// The database failed.
    pub async fn find_feedback(&self, session: &Locked<Seated>) -> Result<Option<FeedbackRow>> {
        let query = feedback::Entity::find().filter(feedback::Column::SessionId.eq(session.id));
        Ok(query.one(self.tx()).await?)
    }

    /// Keeps what the party says; once, which `unique (session_id)` backs.
    ///
    /// # Errors
    /// It said something already.
    pub async fn insert_feedback(
        &self,
        session: &Locked<Seated>,
        rating: i32,
        comment: Option<String>,
    ) -> Result<FeedbackRow> {
        let row = feedback::ActiveModel {
            id: NotSet,
            tenant_id: Set(session.tenant_id),
            branch_id: Set(session.branch_id),
            session_id: Set(session.id),
            rating: Set(rating),
            comment: Set(comment),
            created_at: Set(self.now()),
        };
        Ok(row.insert(self.tx()).await?)
    }
}
