//! Who sent a request, as far as the serve loop knows it.

use super::{
    Origin,
    connections::Connections,
    counted,
    requests::{Requester, Turn},
    standing::{Digest, Rank},
};
use std::{net::IpAddr, time::Instant};

/// Who sent a request: an extension of every request that [`serve`](super::serve) takes.
#[derive(Clone, Debug)]
pub struct Peer {
    pub(super) connections: Connections,
    pub(super) client: IpAddr,
    pub(super) origin: Origin,
    /// Of the header `Authorization`.
    pub(super) token: Option<Digest>,
}

impl Peer {
    /// The client's address, as a trusted proxy tells it or as the connection shows it.
    #[must_use]
    pub const fn address(&self) -> IpAddr {
        self.client
    }

    /// Notes that a good staff token came with this request: for a day the address may use the slots kept for staff.
    /// Only to be called when the token was verified.
    pub fn note_staff(&self) {
        let now = Instant::now();
        self.connections.slots().note_staff(self.origin, now);
        if matches!(self.origin, Origin::Proxy(_)) {
            self.connections.slots().note_staff(self.behind(), now);
        }
    }

    /// The same where the token is the one in the header `Authorization`: requests that bring it again are known by it,
    /// whatever else comes from their address.
    pub fn note_staff_token(&self) {
        if let Some(token) = self.token {
            self.connections.tokens().note(token, Instant::now());
        }
        self.note_staff();
    }

    /// Counts the request among those under way.
    pub(super) fn arrive(&self) -> Turn {
        let now = Instant::now();
        let proxied = matches!(self.origin, Origin::Proxy(_));
        let rank = if proxied { self.rank(now) } else { Rank::Stranger };
        let who = Requester { client: counted(self.client), proxied, rank };
        self.connections.requests().arrive(who, now)
    }

    fn rank(&self, now: Instant) -> Rank {
        if self.token.is_some_and(|token| self.connections.tokens().knows(token, now)) {
            Rank::StaffToken
        } else if self.connections.slots().staff(self.behind(), now) {
            Rank::StaffAddress
        } else {
            Rank::Stranger
        }
    }

    fn behind(&self) -> Origin {
        Origin::Address(counted(self.client))
    }
}
