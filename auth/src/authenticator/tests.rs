//! Revocation and role changes count at once.

use super::*;
use crate::{
    roles::{AnyRole, Management},
    testing::{REMOVED, authenticator, diner, start, waiter, with_clock},
    tokens::ACCESS_TTL,
};
use domain::{BranchId, ProblemCode, Role, TenantId};
use http::StatusCode;
use uuid::Uuid;

/// The status that a token for `waiter` gets when the directory says `now`.
async fn status(now: Option<StaffRecord>) -> StatusCode {
    let authenticator = authenticator(now);
    let token = authenticator.keys().mint_access(&waiter().subject(), start());
    match authenticator.staff::<AnyRole>(&token).await {
        Ok(_) => StatusCode::OK,
        Err(problem) => problem.status,
    }
}

#[tokio::test]
async fn what_the_directory_says_now_decides() {
    assert_eq!(status(Some(waiter())).await, StatusCode::OK);
    assert_eq!(status(None).await, StatusCode::UNAUTHORIZED);
    assert_eq!(status(Some(StaffRecord { is_active: false, ..waiter() })).await, StatusCode::UNAUTHORIZED);
    assert_eq!(status(Some(StaffRecord { token_version: 6, ..waiter() })).await, StatusCode::UNAUTHORIZED);
    assert_eq!(status(Some(StaffRecord { tenant_id: TenantId(2), ..waiter() })).await, StatusCode::UNAUTHORIZED);
    assert_eq!(status(Some(StaffRecord { grants: vec![], ..waiter() })).await, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn roles_come_from_the_directory_not_from_the_token() {
    let promoted = StaffRecord { grants: vec![(BranchId(2), Role::Manager)], ..waiter() };
    let authenticator = authenticator([promoted]);
    let token = authenticator.keys().mint_access(&waiter().subject(), start());
    let staff = authenticator.staff::<Management>(&token).await.unwrap();
    assert_eq!(staff.branch_ids(), [BranchId(2)]);
}

#[tokio::test]
async fn kept_claims_expire_like_their_token() {
    let (authenticator, clock) = with_clock([waiter()]);
    let token = authenticator.keys().mint_access(&waiter().subject(), start());
    let claims = authenticator.access(&token).unwrap();
    assert!(authenticator.admit::<AnyRole>(&claims).await.is_ok());
    clock.advance(ACCESS_TTL);
    assert_eq!(authenticator.admit::<AnyRole>(&claims).await.unwrap_err().status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn one_kind_of_token_does_not_stand_in_for_another() {
    let authenticator = authenticator([waiter()]);
    let keys = authenticator.keys();
    let refresh = keys.mint_refresh(UserId(3), TenantId(1), (Uuid::nil(), "family"), start());
    let table = keys.mint_table(&diner(), start());
    let access = keys.mint_access(&waiter().subject(), start());
    for token in [&refresh, &table] {
        assert_eq!(authenticator.staff::<AnyRole>(token).await.unwrap_err().status, StatusCode::UNAUTHORIZED);
    }
    for token in [&refresh, &access] {
        assert_eq!(authenticator.diner(token).await.unwrap_err().status, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(authenticator.diner(&table).await.unwrap(), diner());
}

#[tokio::test]
async fn a_removed_phone_is_refused_and_one_of_before_phones_is_not() {
    let authenticator = authenticator([]);
    let token = |diner: &Diner| authenticator.keys().mint_table(diner, start());
    assert!(authenticator.diner(&token(&diner())).await.is_ok());
    let seated = authenticator.diner(&token(&diner().on_phone(PhoneId(7)))).await.unwrap();
    assert_eq!(seated.phone_id(), Some(PhoneId(7)));
    let gone = diner().on_phone(REMOVED);
    let refused = authenticator.diner(&token(&gone)).await.unwrap_err();
    assert_eq!((refused.status, refused.code), (StatusCode::UNAUTHORIZED, ProblemCode::RemovedFromTable));
    assert_eq!(authenticator.table(&token(&gone)).unwrap(), gone);
}
