//! Who of a branch is connected here, and who of them hears an event. Plain data: no IO, no time, no tasks.
//!
//! Two questions have one answer: "does this listener hear this event" ([`Call::reaches`]), which replay asks, and "who
//! hears it" ([`Hub::recipients`]), which live delivery asks through an index. A diner hears another session's events
//! through neither.

use crate::wire::SocketId;
use domain::{
    BranchId, PhoneId, Role, SessionId, UserId,
    event::{Audience, Envelope, Waiters},
};
use std::collections::{BTreeMap, HashMap};
use store::view::Roster;

/// What a member of staff hears in one branch. Whoever is several of these still hears each event once.
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
    /// What those grants mean, branch by branch. An administrator runs all of `branches`, which are the tenant's; for
    /// anybody else they are not looked at.
    pub(crate) fn of(grants: &[(BranchId, Role)], branches: &[BranchId]) -> BTreeMap<BranchId, Self> {
        let mut roles: BTreeMap<BranchId, Self> = BTreeMap::new();
        for (branch, role) in grants {
            let duty = roles.entry(*branch).or_default();
            match role {
                Role::Admin | Role::Manager => duty.admin = true,
                Role::Waiter => duty.waiter = true,
                Role::Kitchen => duty.kitchen = true,
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

/// As whom a socket listens to a branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Listener {
    /// A member of staff.
    Staff {
        /// Who.
        user: UserId,
        /// What for.
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
pub(crate) struct Call<'a> {
    audience: Audience,
    floor: Floor<'a>,
    session: Option<SessionId>,
}

impl<'a> Call<'a> {
    /// Whom `event` calls when the waiters are placed as `roster` says.
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
    /// Seats a socket; one that is already here changes what it listens as.
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

    /// Those an event is for, each once: staff before diners, as a fan-out to a full house takes milliseconds and the
    /// kitchen must not wait for the phones.
    pub(crate) fn recipients<'a>(&'a self, call: Call<'a>) -> impl Iterator<Item = (SocketId, &'a W)> {
        let staff = self.staff.iter().filter(move |(_, (listener, _))| call.reaches(listener));
        let everywhere = call.audience.diners.then(|| self.tables.values()).into_iter().flatten();
        let one = call.session.filter(|_| !call.audience.diners).and_then(|session| self.tables.get(&session));
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

    /// Forgets the sockets of some phones of a session, and of those without a number, which have to join anew; gives
    /// them up to whoever says goodbye to them.
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

    /// Panics if the index and the seats disagree.
    #[cfg(test)]
    pub(crate) fn check_invariants(&self) {
        for (id, register) in &self.connected {
            match register {
                None => assert!(self.staff.contains_key(id), "{id:?} has no post"),
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
