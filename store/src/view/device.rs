//! What a phone's own id brings back: its taste and its visits, within one business (M18, M19).
//!
//! A device id is a secret of its owner: it is the whole proof of who asks, so no answer ever shows one to anybody who
//! did not send it.

use crate::{
    Database,
    error::Result,
    sql::{Sql, sql},
    unit_of_work::{all, one},
};
use auth::{Diner, Scope};
use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;
use wire::visit::DeviceVisit;

/// What a device's owner said last of their taste.
#[derive(Clone, Debug)]
pub struct DeviceTaste {
    /// As written by the last visit that had any; and when.
    pub preferences: Option<(serde_json::Value, Option<DateTime<Utc>>)>,
    /// In how many sessions the device was.
    pub visits: i64,
}

#[derive(FromQueryResult)]
struct TasteRow {
    preferences: Option<serde_json::Value>,
    preferences_at: Option<DateTime<Utc>>,
}

#[derive(FromQueryResult)]
struct Visits {
    visits: i64,
}

static TASTE: &Sql = sql!(
    tenant,
    "select preferences, preferences_at from diner
    where tenant_id = $1 and device_id = $2 and preferences_at is not null
    order by preferences_at desc, id desc limit 1"
);

static VISITS: &Sql =
    sql!(tenant, "select count(distinct session_id) as visits from diner where tenant_id = $1 and device_id = $2");

// Phones do not say whose a line is (M11); alone at the table there is no doubt.
static HISTORY: &Sql = sql!(
    tenant,
    "select d.session_id, d.id as diner_id, d.name as diner_name, d.branch_id, b.name as branch_name,
        d.joined_at as visited_at,
        cast(coalesce(sum(i.qty * i.unit_price_cents), 0) as bigint) as total_spent_cents,
        cast(coalesce(sum(i.qty), 0) as bigint) as items_ordered
    from diner d
    join branch b on b.id = d.branch_id
    left join round r on r.session_id = d.session_id and #counts(r)
    left join round_item i on i.round_id = r.id and i.voided_at is null
        and (i.diner_id = d.id or (i.diner_id is null
            and not exists (select 1 from diner o where o.session_id = d.session_id and o.id <> d.id)))
    where d.tenant_id = $1 and d.device_id = $2
    group by d.session_id, d.id, d.name, d.branch_id, b.name, d.joined_at
    order by d.joined_at desc, d.id desc"
);

impl Database {
    /// What the owner of a device likes.
    ///
    /// # Errors
    /// The database failed.
    pub async fn taste_of_device(&self, scope: &Diner, device: &str) -> Result<DeviceTaste> {
        let values = || [Scope::tenant_id(scope).into(), device.into()];
        let row: Option<TasteRow> = one(self.reader(), TASTE, values()).await?;
        let visits: Option<Visits> = one(self.reader(), VISITS, values()).await?;
        let preferences = row.and_then(|row| Some((row.preferences?, row.preferences_at)));
        Ok(DeviceTaste { preferences, visits: visits.map_or(0, |row| row.visits) })
    }

    /// The visits of a device to the business, the latest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn visits_of_device(&self, scope: &Diner, device: &str) -> Result<Vec<DeviceVisit>> {
        all(self.reader(), HISTORY, [Scope::tenant_id(scope).into(), device.into()]).await
    }
}
