//! Who may do what to a round, and in which state.

use super::status::{RoundConfirmation, RoundStatus};
use crate::{
    IllegalTransition, Role, Roles,
    id::{DinerId, ProductId},
    menu::Choices,
    text::Quantity,
};

/// What a member of staff can do to a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoundAction {
    /// Accept a diner's round.
    Confirm,
    /// Hand it to the kitchen: its tickets come into being.
    Submit,
    /// Start cooking (fire).
    Start,
    /// Bump it: done, to be carried out.
    Ready,
    /// It is on the table.
    Serve,
    /// Undo the kitchen's last bump.
    Recall,
    /// It will not be made.
    Cancel,
    /// Strike one of its items.
    VoidItem,
    /// Give away an item that is on the table.
    CompItem,
    /// Take an item out before the kitchen knows of it.
    DeleteItem,
}

impl RoundAction {
    /// The action that leads to `status` through the status call (W14); `None` where no such call exists.
    #[must_use]
    pub const fn leading_to(status: RoundStatus) -> Option<Self> {
        match status {
            RoundStatus::Confirmed => Some(Self::Confirm),
            RoundStatus::Submitted => Some(Self::Submit),
            RoundStatus::InKitchen => Some(Self::Start),
            RoundStatus::Ready => Some(Self::Ready),
            RoundStatus::Served => Some(Self::Serve),
            RoundStatus::Canceled => Some(Self::Cancel),
            RoundStatus::Pending => None,
        }
    }

    /// Whether any of the roles held in the round's branch gives the right (design.md §5).
    #[must_use]
    pub fn allowed_for(self, roles: &Roles) -> bool {
        roles.manages()
            || match self {
                Self::Confirm | Self::Submit | Self::Serve | Self::DeleteItem => roles.has(Role::Waiter),
                Self::Start | Self::Ready | Self::Recall => roles.has(Role::Kitchen),
                Self::VoidItem => roles.has_any(&[Role::Waiter, Role::Kitchen]),
                Self::Cancel | Self::CompItem => false,
            }
    }

    const fn verb(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::Submit => "submit",
            Self::Start => "start",
            Self::Ready => "mark ready",
            Self::Serve => "serve",
            Self::Recall => "recall",
            Self::Cancel => "cancel",
            Self::VoidItem => "void an item of",
            Self::CompItem => "give away an item of",
            Self::DeleteItem => "delete an item of",
        }
    }
}

impl RoundStatus {
    /// The state after `action`. No skipping, no self-transition (diner-waiter.md §5.3).
    ///
    /// # Errors
    /// The present state does not allow it.
    pub const fn after(self, action: RoundAction) -> Result<Self, IllegalTransition> {
        use RoundAction as A;
        let next = match self {
            Self::Pending => match action {
                A::Confirm => Some(Self::Confirmed),
                A::Cancel => Some(Self::Canceled),
                A::DeleteItem => Some(Self::Pending),
                A::Submit | A::Start | A::Ready | A::Serve | A::Recall | A::VoidItem | A::CompItem => None,
            },
            Self::Confirmed => match action {
                A::Submit => Some(Self::Submitted),
                A::Cancel => Some(Self::Canceled),
                A::DeleteItem => Some(Self::Confirmed),
                A::Confirm | A::Start | A::Ready | A::Serve | A::Recall | A::VoidItem | A::CompItem => None,
            },
            Self::Submitted => match action {
                A::Start => Some(Self::InKitchen),
                A::Cancel => Some(Self::Canceled),
                A::VoidItem => Some(Self::Submitted),
                A::Confirm | A::Submit | A::Ready | A::Serve | A::Recall | A::DeleteItem | A::CompItem => None,
            },
            Self::InKitchen => match action {
                A::Ready => Some(Self::Ready),
                A::Recall => Some(Self::Submitted),
                A::Cancel => Some(Self::Canceled),
                A::VoidItem => Some(Self::InKitchen),
                A::Confirm | A::Submit | A::Start | A::Serve | A::DeleteItem | A::CompItem => None,
            },
            Self::Ready => match action {
                A::Serve => Some(Self::Served),
                A::Recall => Some(Self::InKitchen),
                A::VoidItem => Some(Self::Ready),
                A::Confirm | A::Submit | A::Start | A::Ready | A::Cancel | A::DeleteItem | A::CompItem => None,
            },
            Self::Served => match action {
                A::CompItem => Some(Self::Served),
                A::Confirm
                | A::Submit
                | A::Start
                | A::Ready
                | A::Serve
                | A::Recall
                | A::Cancel
                | A::VoidItem
                | A::DeleteItem => None,
            },
            Self::Canceled => None,
        };
        match next {
            Some(status) => Ok(status),
            None => Err(IllegalTransition { noun: "round", from: self.as_str(), action: action.verb() }),
        }
    }
}

impl RoundStatus {
    /// The state after one of its items was struck and `left` items still stand: nobody cooks or carries an empty
    /// round, so the last void cancels it, even a READY one that could not be canceled otherwise.
    ///
    /// # Errors
    /// The kitchen does not have the round, or it is on the table and nobody `approved`: what was served a manager
    /// gives away, and the round was served all the same.
    pub const fn after_void(self, left: usize, approved: bool) -> Result<Self, IllegalTransition> {
        if matches!(self, Self::Served) && approved {
            return self.after(RoundAction::CompItem);
        }
        match self.after(RoundAction::VoidItem) {
            Ok(_) if left == 0 => Ok(Self::Canceled),
            other => other,
        }
    }
}

/// The state in which a diner's round is born.
#[must_use]
pub const fn first_status(confirmation: RoundConfirmation) -> RoundStatus {
    match confirmation {
        RoundConfirmation::None => RoundStatus::Submitted,
        RoundConfirmation::Waiter => RoundStatus::Pending,
    }
}

/// Lines of one order, and of the cart that becomes one (M11): more than any table orders at once; a bound on what one
/// request can make the kitchen print.
pub const MAX_LINES: usize = 200;

/// How long, in seconds, an identical round without an idempotency key counts as the same one (I7): the
/// shipped diner app retries up to three times within about seven seconds.
pub const RESUBMIT_WINDOW: i64 = 10;

/// The canonical text of a round's lines, whose digest tells a resent round from a new one. The order of the lines
/// does not count: two phones list the same cart differently.
#[must_use]
pub fn content_digest_input<'a>(
    lines: impl IntoIterator<Item = (ProductId, Quantity, Option<&'a str>, Option<DinerId>, &'a Choices)>,
) -> String {
    let mut lines: Vec<String> = lines
        .into_iter()
        .map(|(product, quantity, notes, diner, choices)| {
            format!("{product}|{}|{diner:?}|{:?}|{choices}", quantity.get(), notes.unwrap_or_default())
        })
        .collect();
    lines.sort_unstable();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ACTIONS: [RoundAction; 10] = [
        RoundAction::CompItem,
        RoundAction::Confirm,
        RoundAction::Submit,
        RoundAction::Start,
        RoundAction::Ready,
        RoundAction::Serve,
        RoundAction::Recall,
        RoundAction::Cancel,
        RoundAction::VoidItem,
        RoundAction::DeleteItem,
    ];

    fn any_action() -> impl Strategy<Value = RoundAction> {
        prop::sample::select(ACTIONS.to_vec())
    }

    proptest! {
        #[test]
        fn no_path_leaves_the_end_or_enters_the_kitchen_without_submit(actions in prop::collection::vec(any_action(), 0..40)) {
            let mut status = RoundStatus::Pending;
            for action in actions {
                let before = status;
                if let Ok(next) = status.after(action) {
                    prop_assert!(before != RoundStatus::Canceled);
                    prop_assert!(before != RoundStatus::Served || action == RoundAction::CompItem);
                    if next.is_in_kitchen() && !before.is_in_kitchen() {
                        prop_assert_eq!(action, RoundAction::Submit);
                    }
                    status = next;
                }
            }
        }

        #[test]
        fn the_digest_ignores_the_order_of_lines(mut lines in prop::collection::vec((101..120_i64, 1..5_i64), 1..8)) {
            let none = Choices::NONE;
            let digest = |lines: &[(i64, i64)]| content_digest_input(
                lines.iter().map(|(p, q)| (ProductId(*p), Quantity::try_from(*q).unwrap(), None, None, &none)),
            );
            let before = digest(&lines);
            lines.reverse();
            prop_assert_eq!(before, digest(&lines));
        }
    }

    #[test]
    fn an_action_never_repeats() {
        for status in RoundStatus::ALL {
            for action in
                [RoundAction::Confirm, RoundAction::Submit, RoundAction::Start, RoundAction::Ready, RoundAction::Serve]
            {
                if let Ok(next) = status.after(action) {
                    assert!(next.after(action).is_err(), "{action:?} twice from {status}");
                }
            }
        }
    }

    #[test]
    fn the_last_void_cancels() {
        for status in [RoundStatus::Submitted, RoundStatus::InKitchen, RoundStatus::Ready] {
            assert_eq!(status.after_void(1, false), Ok(status));
            assert_eq!(status.after_void(0, false), Ok(RoundStatus::Canceled));
        }
        for status in [RoundStatus::Pending, RoundStatus::Confirmed, RoundStatus::Served, RoundStatus::Canceled] {
            assert!(status.after_void(0, false).is_err(), "{status}");
        }
        // What was served a manager gives away; it was served all the same.
        assert_eq!(RoundStatus::Served.after_void(0, true), Ok(RoundStatus::Served));
        assert!(RoundStatus::Canceled.after_void(0, true).is_err());
    }

    #[test]
    fn roles_match_the_design() {
        let waiter = Roles::new([Role::Waiter]);
        let kitchen = Roles::new([Role::Kitchen]);
        let manager = Roles::new([Role::Manager]);
        let allowed = |roles: &Roles| ACTIONS.into_iter().filter(|a| a.allowed_for(roles)).collect::<Vec<_>>();
        use RoundAction::*;
        assert_eq!(allowed(&waiter), [Confirm, Submit, Serve, VoidItem, DeleteItem]);
        assert_eq!(allowed(&kitchen), [Start, Ready, Recall, VoidItem]);
        assert_eq!(allowed(&manager), ACTIONS);
        assert!(allowed(&Roles::default()).is_empty());
    }
}
