//! A clock that stands still and a directory in memory, for this crate's tests.

use crate::{Authenticator, Diner, Directory, FindPhone, FindStaff, StaffRecord, TokenKeys};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{BranchId, Clock, PhoneId, Role, SessionId, TableId, TenantId, UserId};
use std::sync::{Arc, Mutex};

/// When every test begins; not on a full second, as no real instant is.
pub(crate) fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 250_000_000).expect("within range")
}

#[derive(Debug)]
pub(crate) struct StillClock(Mutex<DateTime<Utc>>);

impl StillClock {
    pub(crate) fn advance(&self, by: TimeDelta) {
        *self.0.lock().expect("no panic while held") += by;
    }
}

impl Clock for StillClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().expect("no panic while held")
    }
}

#[derive(Debug)]
struct Payroll(Vec<StaffRecord>);

/// The phone that was removed from its table.
pub(crate) const REMOVED: PhoneId = PhoneId(666);

impl Directory for Payroll {
    fn find_staff(&self, user: UserId) -> FindStaff<'_> {
        Box::pin(async move { Ok(self.0.iter().find(|record| record.user_id == user).cloned()) })
    }

    fn is_seated(&self, _session: SessionId, phone: Option<PhoneId>) -> FindPhone<'_> {
        Box::pin(async move { Ok(phone != Some(REMOVED)) })
    }
}

pub(crate) fn keys() -> TokenKeys {
    TokenKeys::new("staff-secret-of-thirty-two-characters".into(), "table-secret-of-thirty-two-characters".into())
}

pub(crate) fn authenticator(staff: impl IntoIterator<Item = StaffRecord>) -> Authenticator {
    with_clock(staff).0
}

pub(crate) fn with_clock(staff: impl IntoIterator<Item = StaffRecord>) -> (Authenticator, Arc<StillClock>) {
    let clock = Arc::new(StillClock(Mutex::new(start())));
    let directory = Arc::new(Payroll(staff.into_iter().collect()));
    (Authenticator::new(keys(), directory, clock.clone()), clock)
}

pub(crate) fn employee(grants: &[(i64, Role)]) -> StaffRecord {
    StaffRecord {
        user_id: UserId(3),
        tenant_id: TenantId(1),
        email: "waiter@demo.com".into(),
        is_active: true,
        token_version: 5,
        grants: grants.iter().map(|(branch, role)| (BranchId(*branch), *role)).collect(),
    }
}

pub(crate) fn waiter() -> StaffRecord {
    employee(&[(1, Role::Waiter)])
}

pub(crate) fn diner() -> Diner {
    Diner::for_session(TenantId(1), BranchId(10), TableId(20), SessionId(40))
}
