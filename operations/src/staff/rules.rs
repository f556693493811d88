//! What a manager may do about staff, and an administrator about anybody (admin-kitchen.md §5.3, §7.6).
//!
//! A manager sees whoever has a role in the manager's branches, and of these people only those roles. Of somebody who
//! also works elsewhere the manager changes nothing but these roles: login, password and the rest are not the manager's
//! alone. An administrator is nobody a manager changes anything of.

use crate::{Error, Result};
use auth::Reach;
use domain::{BranchId, Role, staff::Post};

/// The posts somebody has when `wanted` replaces those within `reach`; the others stay, first as they were.
pub(super) fn replaced(reach: &Reach, current: &[Post], wanted: &[Post]) -> Vec<Post> {
    let kept = current.iter().filter(|post| !reach.covers(post.branch_id));
    kept.chain(wanted).copied().collect()
}

/// Whether two lists give the same posts; their order says nothing about rights.
pub(super) fn same(one: &[Post], other: &[Post]) -> bool {
    let sorted = |posts: &[Post]| {
        let mut posts = posts.to_vec();
        posts.sort_unstable();
        posts
    };
    sorted(one) == sorted(other)
}

/// The wanted posts are of the business and each is there once.
///
/// # Errors
/// A branch is not one of `branches`; a post is named twice.
pub(super) fn ensure_sound(branches: &[BranchId], wanted: &[Post]) -> Result<()> {
    if wanted.iter().any(|post| !branches.contains(&post.branch_id)) {
        return Err(Error::NotFound("branch"));
    }
    if wanted.iter().enumerate().any(|(at, post)| wanted[..at].contains(post)) {
        return Err(Error::Invalid("branch_roles: names the same role in the same branch twice"));
    }
    Ok(())
}

/// Whether whoever has that reach may give these posts.
///
/// # Errors
/// A manager makes an administrator, or gives a role in a branch that is not the manager's.
pub(super) fn ensure_may_give(reach: &Reach, wanted: &[Post]) -> Result<()> {
    if *reach == Reach::All {
        return Ok(());
    }
    if wanted.iter().any(|post| !reach.covers(post.branch_id)) {
        return Err(Error::Forbidden("branch_roles: No access to this branch"));
    }
    if wanted.iter().any(|post| post.role == Role::Admin) {
        return Err(Error::Forbidden("branch_roles: Only an administrator can make somebody an administrator"));
    }
    Ok(())
}

/// Whether whoever has that reach may change anything of somebody with these posts.
///
/// # Errors
/// A manager reaches for an administrator, or for somebody who does not work in the manager's branches.
pub(super) fn ensure_may_touch(reach: &Reach, posts: &[Post]) -> Result<()> {
    if *reach == Reach::All {
        return Ok(());
    }
    if !posts.iter().any(|post| reach.covers(post.branch_id)) {
        return Err(Error::Forbidden("No access to this staff"));
    }
    if posts.iter().any(|post| post.role == Role::Admin) {
        return Err(Error::Forbidden("Only an administrator can change an administrator"));
    }
    Ok(())
}

/// Whether somebody also works where that reach does not reach.
pub(super) fn works_elsewhere(reach: &Reach, posts: &[Post]) -> bool {
    posts.iter().any(|post| !reach.covers(post.branch_id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Role::{Admin, Kitchen, Manager, Waiter};

    fn post(branch: i64, role: Role) -> Post {
        Post { branch_id: BranchId(branch), role }
    }

    fn own(branches: &[i64]) -> Reach {
        Reach::Some(branches.iter().copied().map(BranchId).collect())
    }

    #[test]
    fn a_manager_replaces_what_is_in_own_branches_only() {
        let current = [post(1, Waiter), post(2, Manager), post(1, Kitchen)];
        let wanted = [post(1, Manager)];
        assert_eq!(replaced(&own(&[1]), &current, &wanted), [post(2, Manager), post(1, Manager)]);
        assert_eq!(replaced(&own(&[1]), &current, &[]), [post(2, Manager)]);
        assert_eq!(replaced(&Reach::All, &current, &wanted), wanted);
        assert!(same(&[post(1, Waiter), post(2, Waiter)], &[post(2, Waiter), post(1, Waiter)]));
        assert!(!same(&[post(1, Waiter)], &[post(1, Kitchen)]));
    }

    #[test]
    fn a_manager_gives_no_more_than_the_manager_has() {
        assert!(ensure_may_give(&own(&[1]), &[post(1, Manager), post(1, Kitchen)]).is_ok());
        assert!(ensure_may_give(&own(&[1]), &[post(1, Waiter), post(2, Waiter)]).is_err());
        assert!(ensure_may_give(&own(&[1]), &[post(1, Admin)]).is_err());
        assert!(ensure_may_give(&Reach::All, &[post(9, Admin)]).is_ok());
    }

    #[test]
    fn a_manager_touches_neither_administrators_nor_strangers() {
        assert!(ensure_may_touch(&own(&[1]), &[post(1, Waiter), post(2, Waiter)]).is_ok());
        assert!(ensure_may_touch(&own(&[1]), &[post(2, Waiter)]).is_err());
        assert!(ensure_may_touch(&own(&[1]), &[]).is_err());
        // Also where the administrator is one elsewhere.
        assert!(ensure_may_touch(&own(&[1]), &[post(1, Waiter), post(2, Admin)]).is_err());
        assert!(ensure_may_touch(&Reach::All, &[]).is_ok());
        assert!(works_elsewhere(&own(&[1]), &[post(1, Waiter), post(2, Waiter)]));
        assert!(!works_elsewhere(&own(&[1]), &[post(1, Waiter)]) && !works_elsewhere(&Reach::All, &[post(2, Waiter)]));
    }

    #[test]
    fn posts_are_of_the_business_and_there_once() {
        let branches = [BranchId(1), BranchId(2)];
        assert!(ensure_sound(&branches, &[post(1, Waiter), post(1, Kitchen), post(2, Waiter)]).is_ok());
        assert!(matches!(ensure_sound(&branches, &[post(3, Waiter)]), Err(Error::NotFound("branch"))));
        assert!(matches!(ensure_sound(&branches, &[post(1, Waiter), post(1, Waiter)]), Err(Error::Invalid(_))));
    }
}
