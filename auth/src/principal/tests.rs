//! Roles are paired with branches, whatever the set asked for.

use super::*;
use crate::{
    roles::{AdminOnly, Floor, KitchenCrew, Management},
    testing::{diner, employee},
};
use domain::event::ActorRole;

fn staff<R: RoleSet>(grants: &[(i64, Role)]) -> Option<Staff<R>> {
    Staff::of(Arc::new(employee(grants)))
}

#[test]
fn a_manager_here_who_waits_there_manages_only_here() {
    let grants = [(1, Role::Manager), (2, Role::Waiter)];
    let manager: Staff<Management> = staff(&grants).unwrap();
    assert!(manager.admits(BranchId(1)));
    assert!(!manager.admits(BranchId(2)));
    assert!(!manager.roles_in(BranchId(2)).manages());
    assert_eq!(manager.branches(), Reach::Some(vec![BranchId(1)]));

    let floor: Staff<Floor> = staff(&grants).unwrap();
    assert!(floor.admits(BranchId(1)) && floor.admits(BranchId(2)) && !floor.admits(BranchId(3)));
    assert_eq!(floor.actor(BranchId(1)).role, ActorRole::Manager);
    assert_eq!(floor.actor(BranchId(2)).role, ActorRole::Waiter);
}

#[test]
fn an_admin_reaches_a_branch_opened_since() {
    let admin: Staff<Management> = staff(&[(1, Role::Admin), (2, Role::Waiter)]).unwrap();
    assert!(admin.is_admin() && admin.admits(BranchId(99)));
    assert_eq!(admin.branches(), Reach::All);
    assert_eq!(admin.actor(BranchId(99)), Actor::staff(UserId(3), Role::Admin));
    assert!(!admin.roles_in(BranchId(99)).has(Role::Waiter));
    assert_eq!(admin.branch_ids(), [BranchId(1), BranchId(2)]);
}

#[test]
fn a_set_without_a_held_role_has_no_principal() {
    assert!(staff::<Management>(&[(1, Role::Waiter), (2, Role::Kitchen)]).is_none());
    assert!(staff::<AdminOnly>(&[(1, Role::Manager)]).is_none());
    assert!(staff::<AnyRole>(&[]).is_none());
    let anyone: Staff = staff(&[(1, Role::Waiter)]).unwrap();
    assert!(anyone.narrow::<Floor>().is_some());
    assert!(anyone.narrow::<KitchenCrew>().is_none());
}

#[test]
fn the_actor_is_named_by_the_role_that_let_them_in() {
    let grants = [(1, Role::Kitchen), (1, Role::Waiter), (2, Role::Kitchen)];
    assert_eq!(staff::<AnyRole>(&grants).unwrap().actor(BranchId(1)).role, ActorRole::Waiter);
    let cook: Staff<KitchenCrew> = staff(&grants).unwrap();
    assert_eq!(cook.actor(BranchId(1)).role, ActorRole::Kitchen);
    assert_eq!(cook.actor(BranchId(7)).role, ActorRole::Kitchen, "told to a branch they do not work in");
    assert_eq!(cook.caller(), Caller::User(UserId(3)));
}

#[test]
fn what_clients_see_is_distinct_and_sorted() {
    let someone: Staff =
        staff(&[(4, Role::Waiter), (2, Role::Manager), (4, Role::Kitchen), (2, Role::Waiter)]).unwrap();
    assert_eq!(someone.branch_ids(), [BranchId(2), BranchId(4)]);
    assert_eq!(someone.role_names(), ["KITCHEN", "MANAGER", "WAITER"]);
    assert!(someone.branches().covers(BranchId(4)) && !someone.branches().covers(BranchId(3)));
}

#[test]
fn reach_and_admits_agree() {
    let sets: [&[(i64, Role)]; 4] = [
        &[(1, Role::Admin)],
        &[(1, Role::Manager), (2, Role::Waiter)],
        &[(3, Role::Kitchen)],
        &[(2, Role::Kitchen), (2, Role::Manager)],
    ];
    fn agree<R: RoleSet>(grants: &[(i64, Role)]) {
        let Some(staff) = staff::<R>(grants) else { return };
        for branch in (1..6).map(BranchId) {
            assert_eq!(staff.branches().covers(branch), staff.admits(branch), "{grants:?} in {branch}");
        }
    }
    for grants in sets {
        agree::<AnyRole>(grants);
        agree::<Floor>(grants);
        agree::<KitchenCrew>(grants);
        agree::<Management>(grants);
        agree::<AdminOnly>(grants);
    }
}

#[test]
fn a_diner_stays_in_the_branch_and_names_no_person() {
    let diner = diner();
    assert!(diner.admits(BranchId(10)) && !diner.admits(BranchId(11)));
    assert_eq!(diner.actor(BranchId(10)), Actor::DINER);
    assert_eq!(diner.caller().to_string(), "session:40");
}
