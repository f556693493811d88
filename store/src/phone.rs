//! The phones of a session: who joined, who was sent away.
//!
//! A phone's row is written and marked under its session's lock. A removal raises the session's `phones_removed`, so a
//! request that has the lock knows from the locked row alone that nobody was removed, and looks at the phone only where
//! somebody was.

use crate::{
    Database,
    diner::DinerRow,
    error::{Error, Result},
    session::{Seated, SessionRow},
    sql::{Sql, sql},
    unit_of_work::{Locked, UnitOfWork, one},
};
use auth::{Caller, Scope};
use domain::{DinerId, PhoneId, SessionId, session::SessionStatus};
use entity::{diner, session_phone};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{NotSet, Set},
    ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    sea_query::{Expr, ExprTrait},
};
use std::collections::BTreeSet;

/// A phone's row.
pub type PhoneRow = session_phone::Model;

/// Phones of a session that have not registered. One that joins beyond them takes the place of the one that has waited
/// longest, which has to scan again: nobody who joins for ever fills the disk, keeps others out, or shares a row with
/// them.
const MOST_UNREGISTERED: i64 = 100;

/// Somebody at a table, with every phone and every name of theirs, removed ones included.
#[derive(Clone, Debug)]
pub struct Guest {
    /// The names.
    pub diners: Vec<DinerRow>,
    /// The phones.
    pub phones: Vec<PhoneRow>,
}

/// What a phone says of itself that its owner does not change between two scans.
#[derive(Clone, Copy, Debug, Default)]
pub struct DeviceMarks<'a> {
    /// Its own id across visits.
    pub device_id: Option<&'a str>,
    /// Its own id of this visit.
    pub local_id: Option<&'a str>,
}

#[derive(FromQueryResult)]
struct Present {
    seated: bool,
}

static PRESENT: &Sql =
    sql!(session, "select removed_at is null as seated from session_phone where id = $1 and session_id = $2");

impl Database {
    /// Whether the phone joined the session and was not removed from it. A phone without a number, of a token from
    /// before there were any, is seated as long as nobody was removed.
    ///
    /// # Errors
    /// The database failed.
    pub async fn is_phone_seated(&self, session: SessionId, phone: Option<PhoneId>) -> Result<bool> {
        let Some(phone) = phone else {
            let sql = sql!(session, "select phones_removed = 0 as seated from table_session where id = $1");
            let row: Option<Present> = one(self.reader(), sql, [session.into()]).await?;
            return Ok(row.is_none_or(|row| row.seated));
        };
        let row: Option<Present> = one(self.reader(), PRESENT, [phone.into(), session.into()]).await?;
        Ok(row.is_some_and(|row| row.seated))
    }
}

impl UnitOfWork {
    /// Refuses the caller's phone if it was removed from the locked session.
    ///
    /// # Errors
    /// It was.
    pub(crate) async fn ensure_seated(&self, scope: &impl Scope, session: &SessionRow) -> Result<()> {
        if session.phones_removed == 0 || !matches!(scope.caller(), Caller::Session(_)) {
            return Ok(());
        }
        // A token from before phones had numbers: nobody can tell whether its holder was sent away, so it scans again.
        let phone = scope.phone().ok_or(Error::Removed)?;
        let row: Option<Present> = self.one(PRESENT, [phone.into(), session.id.into()]).await?;
        if row.is_some_and(|row| row.seated) { Ok(()) } else { Err(Error::Removed) }
    }

    /// Adds a phone to a locked session.
    ///
    /// # Errors
    /// The database failed.
    pub async fn insert_phone(&self, session: &Locked<SessionRow>) -> Result<PhoneId> {
        #[derive(FromQueryResult)]
        struct Unregistered {
            phones: i64,
            first: Option<PhoneId>,
        }
        let sql = sql!(
            session,
            "select count(*) as phones, min(id) as first from session_phone
            where session_id = $1 and diner_id is null and removed_at is null"
        );
        let unregistered: Option<Unregistered> = self.one(sql, [session.id.into()]).await?;
        if let Some(Unregistered { phones: MOST_UNREGISTERED.., first: Some(first) }) = unregistered {
            self.run(sql!(row("id"), "delete from session_phone where id = $1"), [first.into()]).await?;
            // From now on it is looked at who speaks under the session's lock.
            let look = sql!(
                session,
                "update table_session set phones_removed = phones_removed + 1 where id = $1 and phones_removed = 0"
            );
            self.run(look, [session.id.into()]).await?;
        }
        let row = session_phone::ActiveModel {
            id: NotSet,
            tenant_id: Set(session.tenant_id),
            branch_id: Set(session.branch_id),
            session_id: Set(session.id),
            diner_id: Set(None),
            after_check: Set(session.status == SessionStatus::Paying),
            joined_at: Set(self.now()),
            removed_at: Set(None),
            removed_by_id: Set(None),
        };
        Ok(row.insert(self.tx()).await?.id)
    }

    /// A phone of a locked session, removed or not.
    ///
    /// # Errors
    /// The database failed.
    pub async fn find_phone(&self, session: SessionId, phone: PhoneId) -> Result<Option<PhoneRow>> {
        let query = session_phone::Entity::find_by_id(phone).filter(session_phone::Column::SessionId.eq(session));
        Ok(query.one(self.tx()).await?)
    }

    /// Whether somebody was removed from the session who had named this device or this id of the visit. Fingerprints do
    /// not count: two phones of one make have the same.
    ///
    /// # Errors
    /// The database failed.
    pub async fn is_device_removed(&self, session: SessionId, marks: &DeviceMarks<'_>) -> Result<bool> {
        let sql = sql!(
            session,
            "select false as seated from diner where session_id = $1 and removed_at is not null
            and (device_id = $2 or local_id = $3) limit 1"
        );
        let values = [session.into(), marks.device_id.into(), marks.local_id.into()];
        let row: Option<Present> = self.one(sql, values).await?;
        Ok(row.is_some())
    }

    /// Notes as whom the caller's phone registered. One that scanned again after the check was asked for, and registers
    /// as a diner who was there before, was there before.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_phone_diner(&self, session: &Locked<Seated>, phone: PhoneId, diner: DinerId) -> Result<()> {
        let sql = sql!(
            session,
            "update session_phone set diner_id = $3,
                after_check = after_check and not exists (select 1 from session_phone o
                    where o.diner_id = $3 and not o.after_check and o.removed_at is null)
            where id = $1 and session_id = $2"
        );
        self.run(sql, [phone.into(), session.id.into(), diner.into()]).await?;
        Ok(())
    }

    /// The check was withdrawn: whoever is there now is there before it is asked for again.
    ///
    /// # Errors
    /// The database failed.
    pub async fn forget_late_phones(&self, session: &Locked<Seated>) -> Result<()> {
        let sql = sql!(session, "update session_phone set after_check = false where session_id = $1 and after_check");
        self.run(sql, [session.id.into()]).await?;
        Ok(())
    }

    /// The guest who is that diner: the phones that registered as it, and all names those phones registered first.
    ///
    /// A name that another phone registered is left alone: who registers as somebody else does not take them along.
    ///
    /// # Errors
    /// The database failed.
    pub async fn guest_of_diner(&self, session: &Locked<Seated>, diner: DinerId) -> Result<Option<Guest>> {
        let here = diner::Entity::find_by_id(diner).filter(diner::Column::SessionId.eq(session.id));
        let Some(row) = here.one(self.tx()).await? else { return Ok(None) };
        let phones = session_phone::Entity::find()
            .filter(session_phone::Column::SessionId.eq(session.id))
            .filter(session_phone::Column::DinerId.eq(diner).or(Expr::col(session_phone::Column::Id).eq(row.phone_id)))
            .order_by_asc(session_phone::Column::Id)
            .all(self.tx())
            .await?;
        Ok(Some(self.guest(vec![row], phones).await?))
    }

    /// The guest who has that phone.
    ///
    /// # Errors
    /// The database failed.
    pub async fn guest_of_phone(&self, session: &Locked<Seated>, phone: PhoneId) -> Result<Option<Guest>> {
        let Some(phone) = self.find_phone(session.id, phone).await? else { return Ok(None) };
        Ok(Some(self.guest(Vec::new(), vec![phone]).await?))
    }

    async fn guest(&self, mut diners: Vec<DinerRow>, phones: Vec<PhoneRow>) -> Result<Guest> {
        let known: BTreeSet<DinerId> = diners.iter().map(|diner| diner.id).collect();
        let first = phones.iter().map(|phone| phone.id);
        let named = diner::Entity::find().filter(diner::Column::PhoneId.is_in(first)).all(self.tx()).await?;
        diners.extend(named.into_iter().filter(|diner| !known.contains(&diner.id)));
        diners.sort_unstable_by_key(|diner| diner.id);
        Ok(Guest { diners, phones })
    }

    /// Marks everything of the guest that is not yet as removed, now and by the caller.
    ///
    /// # Errors
    /// The database failed.
    pub async fn remove_guest(
        &self,
        session: &Locked<Seated>,
        guest: &Guest,
        by: Option<domain::UserId>,
    ) -> Result<()> {
        let phones: Vec<PhoneId> =
            guest.phones.iter().filter(|phone| phone.removed_at.is_none()).map(|phone| phone.id).collect();
        let diners: Vec<DinerId> =
            guest.diners.iter().filter(|diner| diner.removed_at.is_none()).map(|diner| diner.id).collect();
        // At least one: a name of before there were phones is looked for when somebody registers, too.
        let raised = i32::try_from(phones.len().clamp(1, 1_000)).unwrap_or(1);
        session_phone::Entity::update_many()
            .col_expr(session_phone::Column::RemovedAt, Expr::value(self.now()))
            .col_expr(session_phone::Column::RemovedById, Expr::value(by))
            .filter(session_phone::Column::SessionId.eq(session.id))
            .filter(session_phone::Column::Id.is_in(phones))
            .exec(self.tx())
            .await?;
        diner::Entity::update_many()
            .col_expr(diner::Column::RemovedAt, Expr::value(self.now()))
            .filter(diner::Column::SessionId.eq(session.id))
            .filter(diner::Column::Id.is_in(diners))
            .exec(self.tx())
            .await?;
        let sql = sql!(session, "update table_session set phones_removed = phones_removed + $2 where id = $1");
        self.run(sql, [session.id.into(), raised.into()]).await?;
        Ok(())
    }
}
