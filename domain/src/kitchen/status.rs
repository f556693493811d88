//! Ticket: PENDING → IN_PROGRESS → READY → DELIVERED, and what a station's bump means for the whole round.

use crate::{
    round::RoundStatus,
    status::{IllegalTransition, text_enum},
};

text_enum! {
    /// Where a station is with its share of a round.
    TicketStatus {
        /// Not begun.
        Pending = "PENDING",
        /// Being made.
        InProgress = "IN_PROGRESS",
        /// Waiting to be carried out.
        Ready = "READY",
        /// Carried out.
        Delivered = "DELIVERED",
    }
}

impl TicketStatus {
    /// Whether the station still makes it.
    #[must_use]
    pub const fn is_being_made(self) -> bool {
        match self {
            Self::Pending | Self::InProgress => true,
            Self::Ready | Self::Delivered => false,
        }
    }

    /// Whether it is not carried out yet.
    #[must_use]
    pub const fn is_open(self) -> bool {
        match self {
            Self::Pending | Self::InProgress | Self::Ready => true,
            Self::Delivered => false,
        }
    }

    /// Moves the ticket on to `next`.
    ///
    /// # Errors
    /// `next` is not the step that follows.
    pub const fn advance_to(self, next: Self) -> Result<Self, IllegalTransition> {
        match (self, next) {
            (Self::Pending, Self::InProgress) | (Self::InProgress, Self::Ready) | (Self::Ready, Self::Delivered) => {
                Ok(next)
            }
            (Self::Pending | Self::InProgress | Self::Ready | Self::Delivered, _) => Err(IllegalTransition {
                noun: "ticket",
                from: self.as_str(),
                action: match next {
                    Self::Pending => "reset",
                    Self::InProgress => "start",
                    Self::Ready => "mark ready",
                    Self::Delivered => "deliver",
                },
            }),
        }
    }

    /// The state of every ticket of a round that is moved as a whole on the kitchen display.
    #[must_use]
    pub const fn of_round(round: RoundStatus) -> Option<Self> {
        match round {
            RoundStatus::Submitted => Some(Self::Pending),
            RoundStatus::InKitchen => Some(Self::InProgress),
            RoundStatus::Ready => Some(Self::Ready),
            RoundStatus::Served => Some(Self::Delivered),
            RoundStatus::Pending | RoundStatus::Confirmed | RoundStatus::Canceled => None,
        }
    }
}

/// The round's state once its tickets stand at `tickets`: it is being cooked as soon as one station began, and ready
/// when the last one is. It never goes back, and carrying tickets out does not serve the round: that is the waiter's
/// word.
#[must_use]
pub fn round_after_tickets(round: RoundStatus, tickets: &[TicketStatus]) -> RoundStatus {
    let all_ready =
        !tickets.is_empty() && tickets.iter().all(|t| matches!(t, TicketStatus::Ready | TicketStatus::Delivered));
    let begun = tickets.iter().any(|t| !matches!(t, TicketStatus::Pending));
    match round {
        RoundStatus::Submitted | RoundStatus::InKitchen if all_ready => RoundStatus::Ready,
        RoundStatus::Submitted if begun => RoundStatus::InKitchen,
        RoundStatus::Pending
        | RoundStatus::Confirmed
        | RoundStatus::Submitted
        | RoundStatus::InKitchen
        | RoundStatus::Ready
        | RoundStatus::Served
        | RoundStatus::Canceled => round,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use TicketStatus::*;

    #[test]
    fn a_round_is_ready_with_its_last_station() {
        let round = round_after_tickets(RoundStatus::Submitted, &[InProgress, Pending]);
        assert_eq!(round, RoundStatus::InKitchen);
        assert_eq!(round_after_tickets(round, &[Ready, InProgress]), RoundStatus::InKitchen);
        assert_eq!(round_after_tickets(round, &[Ready, Delivered]), RoundStatus::Ready);
        assert_eq!(round_after_tickets(RoundStatus::Canceled, &[Ready]), RoundStatus::Canceled);
        assert_eq!(round_after_tickets(RoundStatus::Submitted, &[]), RoundStatus::Submitted);
    }

    #[test]
    fn tickets_do_not_skip() {
        for (from, to) in [(Pending, Ready), (Ready, InProgress), (Delivered, Delivered), (Pending, Pending)] {
            assert!(from.advance_to(to).is_err(), "{from} to {to}");
        }
    }
}
