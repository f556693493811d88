//! The hub of a branch: who is connected here, and who of them hears an event. Plain data: no IO, no time, no tasks.
//!
//! Two questions have one answer: "does this listener hear this event" ([`Recipients::reaches`]), which replay asks,
//! and "who hears it" ([`Hub::recipients`]), which live delivery asks through an index. A diner hears another session's
//! events through neither.

use crate::wire::SocketId;
use domain::{
    BranchId, PhoneId, Role, SessionId, UserId,
    event::{Audience, Envelope, Waiters},
};
use std::collections::{BTreeMap, HashMap};
use store::view::Roster;

/// The roles in which a member of staff listens to one branch. With several roles each event is still heard once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct BranchRoles {
    /// Runs the branch (A).
    pub(crate) admin: bool,
    /// Serves its tables (W).
    pub(crate) waiter: bool,
    /// Cooks (K).
    pub(crate) kitchen: bool,
}

impl BranchRoles {
    /// Computes the roles branch by branch. An administrator runs all of `branches`, which are the tenant's; for other
    /// staff they are not read.
    pub(crate) fn of(grants: &[(BranchId, Role)], branches: &[BranchId]) -> BTreeMap<BranchId, Self> {
        let mut roles: BTreeMap<BranchId, Self> = BTreeMap::new();
        for (branch, role) in grants {
            let here = roles.entry(*branch).or_default();
            match role {
                Role::Admin | Role::Manager => here.admin = true,
                Role::Waiter => here.waiter = true,
                Role::Kitchen => here.kitchen = true,
            }
        }
        if grants.iter().any(|(_, role)| *role == Role::Admin) {
            for branch in branches {
                roles.entry(*branch).or_default().admin = true;
            }
        }
        roles
    }
}

/// The listener behind a socket, in one branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Listener {
    /// A member of staff.
    Staff {
        /// Who.
        user: UserId,
        /// In which roles.
        roles: BranchRoles,
    },
    /// A phone of a session.
    Diner {
        /// The session.
        session: SessionId,
        /// The phone; `None` with a token of before phones were told apart.
        phone: Option<PhoneId>,
    },
}

/// The waiters an event is for.
#[derive(Clone, Copy, Debug)]
enum Floor<'a> {
    Nobody,
    Everybody,
    These(&'a [UserId]),
}

/// An event's audience, resolved by a roster.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Recipients<'a> {
    audience: Audience,
    floor: Floor<'a>,
    session: Option<SessionId>,
}

impl<'a> Recipients<'a> {
    /// Resolves the audience of `event` with today's `roster`.
    pub(crate) fn new(event: &Envelope, roster: &'a Roster) -> Self {
        let audience = event.heard_by();
        let floor = match (audience.waiters, event.sector_id.map(|sector| roster.waiters_of(sector))) {
            (Waiters::No, _) => Floor::Nobody,
            (Waiters::All, _) | (Waiters::OfSector, None | Some([])) => Floor::Everybody,
            (Waiters::OfSector, Some(waiters)) => Floor::These(waiters),
        };
        Self { audience, floor, session: event.session_id.filter(|_| audience.session) }
    }

    /// Whether it is for that listener.
    pub(crate) fn reaches(&self, listener: &Listener) -> bool {
        match listener {
            Listener::Staff { user, roles } => {
                let on_the_floor = match self.floor {
                    Floor::Nobody => false,
                    Floor::Everybody => true,
                    Floor::These(waiters) => waiters.contains(user),
                };
                (roles.admin && self.audience.admins)
                    || (roles.kitchen && self.audience.kitchen)
                    || (roles.waiter && on_the_floor)
            }
            Listener::Diner { session, .. } => self.audience.diners || self.session == Some(*session),
        }
    }
}

/// The listeners of one branch. `W` is how each is reached.
#[derive(Debug)]
pub(crate) struct Hub<W> {
    staff: BTreeMap<SocketId, (Listener, W)>,
    tables: HashMap<SessionId, BTreeMap<SocketId, (Option<PhoneId>, W)>>,
    connected: HashMap<SocketId, Option<SessionId>>,
}

impl<W> Default for Hub<W> {
    fn default() -> Self {
        Self { staff: BTreeMap::new(), tables: HashMap::new(), connected: HashMap::new() }
    }
}

impl<W> Hub<W> {
    /// Adds a socket; a socket that is here already changes its listener.
    pub(crate) fn insert(&mut self, id: SocketId, listener: Listener, wire: W) {
        self.remove(id);
        match listener {
            Listener::Staff { .. } => {
                self.staff.insert(id, (listener, wire));
                self.connected.insert(id, None);
            }
            Listener::Diner { session, phone } => {
                self.tables.entry(session).or_default().insert(id, (phone, wire));
                self.connected.insert(id, Some(session));
            }
        }
    }

    /// Forgets a socket, if it is here.
    pub(crate) fn remove(&mut self, id: SocketId) {
        match self.connected.remove(&id) {
            None => {}
            Some(None) => {
                self.staff.remove(&id);
            }
            Some(Some(session)) => {
                if let Some(table) = self.tables.get_mut(&session) {
                    table.remove(&id);
                    if table.is_empty() {
                        self.tables.remove(&session);
                    }
                }
            }
        }
    }

    /// The sockets that an event is for, each once. Staff come before diners: a fan-out to a full house takes
    /// milliseconds, and the kitchen must not wait for the phones.
    pub(crate) fn recipients<'a>(&'a self, to: Recipients<'a>) -> impl Iterator<Item = (SocketId, &'a W)> {
        let staff = self.staff.iter().filter(move |(_, (listener, _))| to.reaches(listener));
        let everywhere = to.audience.diners.then(|| self.tables.values()).into_iter().flatten();
        let one = to.session.filter(|_| !to.audience.diners).and_then(|session| self.tables.get(&session));
        let diners = everywhere.chain(one).flatten().map(|(id, (_, wire))| (id, wire));
        staff.map(|(id, (_, wire))| (*id, wire)).chain(diners.map(|(id, wire)| (*id, wire)))
    }

    /// The members of staff here.
    pub(crate) fn staff(&self) -> impl Iterator<Item = &W> {
        self.staff.values().map(|(_, wire)| wire)
    }

    /// The phones here.
    pub(crate) fn diners(&self) -> impl Iterator<Item = &W> {
        self.tables.values().flat_map(BTreeMap::values).map(|(_, wire)| wire)
    }

    /// Removes the sockets of some phones of a session, and those of phones without a number, which have to join anew.
    /// Returns them, for the caller to close.
    pub(crate) fn evict(&mut self, session: SessionId, phones: &[PhoneId]) -> Vec<W> {
        let Some(table) = self.tables.get_mut(&session) else { return Vec::new() };
        let is_out = |phone: &Option<PhoneId>| phone.is_none_or(|phone| phones.contains(&phone));
        let out: Vec<SocketId> = table.iter().filter(|(_, (phone, _))| is_out(phone)).map(|(id, _)| *id).collect();
        let wires = out.iter().filter_map(|id| table.remove(id)).map(|(_, wire)| wire).collect();
        if table.is_empty() {
            self.tables.remove(&session);
        }
        for id in out {
            self.connected.remove(&id);
        }
        wires
    }

    /// Everybody here.
    pub(crate) fn everybody(&self) -> impl Iterator<Item = &W> {
        self.staff().chain(self.diners())
    }

    /// Panics if the index and the lists of sockets disagree.
    #[cfg(test)]
    pub(crate) fn check_invariants(&self) {
        for (id, session) in &self.connected {
            match session {
                None => assert!(self.staff.contains_key(id), "{id:?} is not among the staff"),
                Some(session) => assert!(self.tables[session].contains_key(id), "{id:?} is not at its table"),
            }
        }
        let seated = self.staff.len() + self.tables.values().map(BTreeMap::len).sum::<usize>();
        assert_eq!(seated, self.connected.len(), "a socket is in two places");
        assert!(self.tables.values().all(|table| !table.is_empty()), "an empty table is kept");
        assert!(self.staff.values().all(|(listener, _)| matches!(listener, Listener::Staff { .. })));
    }
}

#[cfg(test)]
mod tests;
