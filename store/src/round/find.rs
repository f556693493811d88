//! Rounds that were sent before.

use crate::{
    error::Result,
    session::Seated,
    unit_of_work::{Locked, UnitOfWork},
};
use chrono::TimeDelta;
use domain::round::{RESUBMIT_WINDOW, RoundStatus};
use entity::round;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

/// A round's row.
pub type RoundRow = round::Model;

impl UnitOfWork {
    /// The round with the same content that this session sent within the last ten seconds, if it still stands.
    ///
    /// # Errors
    /// The database failed.
    pub async fn find_same_round(&self, session: &Locked<Seated>, digest: &str) -> Result<Option<RoundRow>> {
        let query = round::Entity::find()
            .filter(round::Column::SessionId.eq(session.id))
            .filter(round::Column::ContentDigest.eq(digest))
            .filter(round::Column::CreatedAt.gt(self.now() - TimeDelta::seconds(RESUBMIT_WINDOW)))
            .filter(round::Column::Status.ne(RoundStatus::Canceled))
            .order_by_asc(round::Column::RoundNumber);
        Ok(query.one(self.tx()).await?)
    }
}
