//! Notices, as they came: stored before anything else is done with them, and never changed.

use super::AccountRow;
use crate::{Database, error::Result, unit_of_work::UnitOfWork};
use chrono::TimeDelta;
use domain::{NoticeId, payment::NoticeVerdict};
use entity::provider_notice;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ConnectionTrait, Statement};

/// Days a notice is kept that may have come from anybody: long enough to see who rattles at the door, short enough that
/// a flood does not stay.
const UNPROVEN_DAYS: i64 = 30;
/// Days a notice of the provider's is kept: a dispute can be opened for half a year and takes months.
const PROVEN_DAYS: i64 = 400;

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

impl Database {
    /// Forgets old notices, a bounded number at a time.
    ///
    /// # Errors
    /// The database failed.
    pub async fn forget_notices(&self) -> Result<u64> {
        let sql = "delete from provider_notice where id in (
            select id from provider_notice
            where received_at < $1 or received_at < $2 and verdict <> 'VERIFIED' limit 5000)";
        let now = self.clock().now();
        let values = [(now - TimeDelta::days(PROVEN_DAYS)).into(), (now - TimeDelta::days(UNPROVEN_DAYS)).into()];
        let statement = Statement::from_sql_and_values(self.reader().get_database_backend(), sql, values);
        Ok(self.reader().execute_raw(statement).await?.rows_affected())
    }
}
