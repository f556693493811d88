//! The diners of a session: who its phones registered as.

use crate::{
    error::Result,
    session::Seated,
    unit_of_work::{Locked, UnitOfWork},
};
use domain::PhoneId;
use entity::diner;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, NotSet, PaginatorTrait, QueryFilter,
};

/// A diner's row.
pub type DinerRow = diner::Model;

/// A phone that joins.
#[derive(Clone, Debug)]
pub struct NewDiner {
    /// What the others see.
    pub name: String,
    /// `#RRGGBB`.
    pub color: String,
    /// The phone's own id of this visit: registering twice with it is one diner.
    pub local_id: Option<String>,
    /// The phone's own id across visits.
    pub device_id: Option<String>,
    /// What tells phones apart that forgot their id.
    pub device_fingerprint: Option<String>,
}

impl UnitOfWork {
    /// The diner that this phone registered before in the session.
    ///
    /// # Errors
    /// The database failed.
    pub async fn find_diner_of_phone(&self, session: &Locked<Seated>, local_id: &str) -> Result<Option<diner::Model>> {
        let query = diner::Entity::find()
            .filter(diner::Column::SessionId.eq(session.id))
            .filter(diner::Column::LocalId.eq(local_id));
        Ok(query.one(self.tx()).await?)
    }

    /// How many diners the session has had, removed ones included.
    ///
    /// # Errors
    /// The database failed.
    pub async fn count_diners(&self, session: &Locked<Seated>) -> Result<i64> {
        let query = diner::Entity::find().filter(diner::Column::SessionId.eq(session.id));
        Ok(i64::try_from(query.count(self.tx()).await?).unwrap_or(i64::MAX))
    }

    /// Adds a diner; `diner_phone` backs the check that the phone is new.
    ///
    /// # Errors
    /// The phone is there already.
    pub async fn insert_diner(
        &self,
        session: &Locked<Seated>,
        phone: Option<PhoneId>,
        new: NewDiner,
    ) -> Result<diner::Model> {
        let row = diner::ActiveModel {
            id: NotSet,
            tenant_id: Set(session.tenant_id),
            branch_id: Set(session.branch_id),
            session_id: Set(session.id),
            name: Set(new.name),
            color: Set(new.color),
            local_id: Set(new.local_id),
            device_id: Set(new.device_id),
            device_fingerprint: Set(new.device_fingerprint),
            preferences: Set(None),
            preferences_at: Set(None),
            joined_at: Set(self.now()),
            phone_id: Set(phone),
            removed_at: Set(None),
        };
        Ok(row.insert(self.tx()).await?)
    }

    /// Fills in the device of a diner that registered without one.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_diner_device(
        &self,
        _session: &Locked<Seated>,
        diner: diner::Model,
        device_id: String,
    ) -> Result<diner::Model> {
        let mut row = diner.into_active_model();
        row.device_id = Set(Some(device_id));
        Ok(row.update(self.tx()).await?)
    }

    /// Keeps what a diner said of their taste.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_diner_preferences(
        &self,
        _session: &Locked<Seated>,
        diner: diner::Model,
        preferences: serde_json::Value,
    ) -> Result<()> {
        let mut row = diner.into_active_model();
        row.preferences = Set(Some(preferences));
        row.preferences_at = Set(Some(self.now()));
        row.update(self.tx()).await?;
        Ok(())
    }
}
