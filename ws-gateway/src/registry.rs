//! The registry of this process's sockets, by owner: it holds the limits, counts for the health report, and finds a
//! user's sockets when something about the user changes.

use crate::{
    close_reason::CloseReason,
    wire::{SocketId, Wire},
};
use domain::{SessionId, UserId};
use runtime::config::SocketLimits;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The owner of a socket, by whom sockets are counted and found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Owner {
    /// A member of staff.
    User(UserId),
    /// The phones of a session, which share one token.
    Table(SessionId),
}

/// All sockets of this process.
#[derive(Debug)]
pub(crate) struct ConnectionRegistry {
    limits: SocketLimits,
    connected: Mutex<Connected>,
}

#[derive(Debug, Default)]
struct Connected {
    total: usize,
    admins: usize,
    sockets: HashMap<Owner, HashMap<SocketId, Arc<Wire>>>,
}

/// Numbers of sockets at one instant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Sockets.
    pub(crate) total: usize,
    /// Members of staff with at least one.
    pub(crate) users: usize,
    /// Sessions with at least one.
    pub(crate) sessions: usize,
    /// Sockets that listen as admin or manager somewhere.
    pub(crate) admins: usize,
}

impl ConnectionRegistry {
    pub(crate) fn new(limits: SocketLimits) -> Arc<Self> {
        Arc::new(Self { limits, connected: Mutex::default() })
    }

    fn connected(&self) -> MutexGuard<'_, Connected> {
        self.connected.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Registers a socket for as long as the guard is kept, or says why it must close.
    pub(crate) fn register(self: &Arc<Self>, owner: Owner, wire: &Arc<Wire>) -> Result<ConnectionGuard, CloseReason> {
        let mut connected = self.connected();
        if connected.total >= self.limits.total {
            return Err(CloseReason::FULL);
        }
        let most = match owner {
            Owner::User(_) => self.limits.per_user,
            Owner::Table(_) => self.limits.per_table,
        };
        let own = connected.sockets.get(&owner).map_or(0, HashMap::len);
        if own >= most {
            return Err(CloseReason::CROWDED);
        }
        connected.sockets.entry(owner).or_default().insert(wire.id(), Arc::clone(wire));
        connected.total += 1;
        metrics::gauge!("wsgateway_connections_total").increment(1);
        Ok(ConnectionGuard { registry: Arc::clone(self), owner, id: wire.id(), admin: false })
    }

    /// Makes every socket of a user ask again what the user may do.
    pub(crate) fn recheck(&self, user: UserId) {
        if let Some(sockets) = self.connected().sockets.get(&Owner::User(user)) {
            sockets.values().for_each(|wire| wire.recheck());
        }
    }

    /// The most sockets allowed.
    pub(crate) fn capacity(&self) -> usize {
        self.limits.total
    }

    /// Numbers of sockets now.
    pub(crate) fn counts(&self) -> Counts {
        let connected = self.connected();
        let users = connected.sockets.keys().filter(|owner| matches!(owner, Owner::User(_))).count();
        Counts { total: connected.total, users, sessions: connected.sockets.len() - users, admins: connected.admins }
    }
}

/// A registered socket; dropping it removes the socket from the registry.
#[derive(Debug)]
pub(crate) struct ConnectionGuard {
    registry: Arc<ConnectionRegistry>,
    owner: Owner,
    id: SocketId,
    admin: bool,
}

impl ConnectionGuard {
    /// Notes whether the socket listens as admin anywhere.
    pub(crate) fn set_admin(&mut self, admin: bool) {
        if self.admin != admin {
            self.admin = admin;
            let mut connected = self.registry.connected();
            connected.admins = if admin { connected.admins + 1 } else { connected.admins - 1 };
        }
    }
}

impl Drop for ConnectionGuard {
    fn drop(&mut self) {
        self.set_admin(false);
        let mut connected = self.registry.connected();
        connected.total -= 1;
        if let Some(sockets) = connected.sockets.get_mut(&self.owner) {
            sockets.remove(&self.id);
            if sockets.is_empty() {
                connected.sockets.remove(&self.owner);
            }
        }
        metrics::gauge!("wsgateway_connections_total").decrement(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Signal;

    fn registry(total: usize, per_user: usize, per_table: usize) -> Arc<ConnectionRegistry> {
        ConnectionRegistry::new(SocketLimits { total, per_user, per_table })
    }

    #[test]
    fn each_limit_has_its_own_word() {
        let registry = registry(4, 2, 3);
        let (wires, _queues): (Vec<_>, Vec<_>) = (0..6).map(|_| Wire::new()).unzip();
        let user = Owner::User(UserId(7));
        let first = registry.register(user, &wires[0]).unwrap();
        let _second = registry.register(user, &wires[1]).unwrap();
        assert_eq!(registry.register(user, &wires[2]).unwrap_err(), CloseReason::CROWDED);
        let _third = registry.register(Owner::Table(SessionId(7)), &wires[2]).unwrap();
        let _fourth = registry.register(Owner::Table(SessionId(7)), &wires[3]).unwrap();
        assert_eq!(registry.register(Owner::Table(SessionId(8)), &wires[4]).unwrap_err(), CloseReason::FULL);
        drop(first);
        assert!(registry.register(user, &wires[5]).is_ok());
    }

    #[test]
    fn the_count_returns_to_nothing() {
        let registry = registry(10, 10, 10);
        let (wire, _queue) = Wire::new();
        let mut guard = registry.register(Owner::User(UserId(1)), &wire).unwrap();
        guard.set_admin(true);
        guard.set_admin(true);
        assert_eq!(registry.counts(), Counts { total: 1, users: 1, sessions: 0, admins: 1 });
        drop(guard);
        assert_eq!(registry.counts(), Counts::default());
        assert!(registry.connected().sockets.is_empty());
    }

    #[tokio::test]
    async fn only_the_users_own_sockets_are_rechecked() {
        let registry = registry(10, 10, 10);
        let (ana, _a) = Wire::new();
        let (table, _t) = Wire::new();
        let _seats = [
            registry.register(Owner::User(UserId(1)), &ana).unwrap(),
            registry.register(Owner::Table(SessionId(1)), &table).unwrap(),
        ];
        registry.recheck(UserId(1));
        assert_eq!(ana.signal().await, Signal::Recheck);
        table.close(CloseReason::IDLE);
        assert_eq!(table.signal().await, Signal::Close(CloseReason::IDLE));
    }
}
