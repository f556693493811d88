//! Notices, as they came: stored before anything else is done with them, and never changed.

use super::AccountRow;
use crate::{error::Result, unit_of_work::UnitOfWork};
use domain::{NoticeId, payment::NoticeVerdict};
use entity::provider_notice;
use sea_orm::{ActiveModelTrait, ActiveValue::Set};

/// A notice to be kept.
#[derive(Clone, Debug)]
pub struct NewNotice {
    /// What its signature is worth.
    pub verdict: NoticeVerdict,
    /// Why it is worth nothing.
    pub reason: Option<String>,
    /// What it says it is about.
    pub topic: Option<String>,
    /// The id it names.
    pub resource_id: Option<String>,
    /// POST, or GET.
    pub method: String,
    /// As received.
    pub query: String,
    /// As received, those that matter.
    pub headers: serde_json::Value,
    /// As received, or its beginning.
    pub body: String,
}

impl UnitOfWork {
    /// Keeps a notice.
    ///
    /// # Errors
    /// The database failed.
    pub async fn insert_notice(&self, account: &AccountRow, new: NewNotice) -> Result<NoticeId> {
        let row = provider_notice::ActiveModel {
            tenant_id: Set(account.tenant_id),
            account_id: Set(account.id),
            verdict: Set(new.verdict),
            reason: Set(new.reason),
            topic: Set(new.topic),
            resource_id: Set(new.resource_id),
            method: Set(new.method),
            query: Set(new.query),
            headers: Set(new.headers),
            body: Set(new.body),
            received_at: Set(self.now()),
            ..Default::default()
        };
        Ok(row.insert(self.tx()).await?.id)
    }
}
