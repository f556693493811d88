//! How many sockets there are in this process, and whose: the limits, the health report, and the way to a user's
//! sockets when something about the user changes.

use crate::{
    farewell::Farewell,
    wire::{SocketId, Wire},
};
use domain::{SessionId, UserId};
use runtime::config::SocketLimits;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Whose a socket is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Owner {
    /// A member of staff.
    User(UserId),
    /// The phones of a session, which share one token.
    Table(SessionId),
}

/// The count.
#[derive(Debug)]
pub(crate) struct Census {
    limits: SocketLimits,
    seats: Mutex<Seats>,
}

#[derive(Debug, Default)]
struct Seats {
    total: usize,
    admins: usize,
    sockets: HashMap<Owner, HashMap<SocketId, Arc<Wire>>>,
}

/// The count at one instant.
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

impl Census {
    pub(crate) fn new(limits: SocketLimits) -> Arc<Self> {
        Arc::new(Self { limits, seats: Mutex::default() })
    }

    fn seats(&self) -> MutexGuard<'_, Seats> {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a socket in for as long as the seat is kept, or says why it cannot stay.
    pub(crate) fn seat(self: &Arc<Self>, owner: Owner, wire: &Arc<Wire>) -> Result<Seat, Farewell> {
        let mut seats = self.seats();
        if seats.total >= self.limits.total {
            return Err(Farewell::FULL);
        }
        let most = match owner {
            Owner::User(_) => self.limits.per_user,
            Owner::Table(_) => self.limits.per_table,
        };
        let own = seats.sockets.get(&owner).map_or(0, HashMap::len);
        if own >= most {
            return Err(Farewell::CROWDED);
        }
        seats.sockets.entry(owner).or_default().insert(wire.id(), Arc::clone(wire));
        seats.total += 1;
        metrics::gauge!("wsgateway_connections_total").increment(1);
        Ok(Seat { census: Arc::clone(self), owner, id: wire.id(), admin: false })
    }

    /// Makes every socket of a user ask again what the user may do.
    pub(crate) fn recheck(&self, user: UserId) {
        if let Some(sockets) = self.seats().sockets.get(&Owner::User(user)) {
            sockets.values().for_each(|wire| wire.recheck());
        }
    }

    /// The most sockets allowed.
    pub(crate) fn capacity(&self) -> usize {
        self.limits.total
    }

    /// The count now.
    pub(crate) fn counts(&self) -> Counts {
        let seats = self.seats();
        let users = seats.sockets.keys().filter(|owner| matches!(owner, Owner::User(_))).count();
        Counts { total: seats.total, users, sessions: seats.sockets.len() - users, admins: seats.admins }
    }
}

/// A counted socket; dropping it counts it out.
#[derive(Debug)]
pub(crate) struct Seat {
    census: Arc<Census>,
    owner: Owner,
    id: SocketId,
    admin: bool,
}

impl Seat {
    /// Notes whether the socket listens as admin anywhere.
    pub(crate) fn set_admin(&mut self, admin: bool) {
        if self.admin != admin {
            self.admin = admin;
            let mut seats = self.census.seats();
            seats.admins = if admin { seats.admins + 1 } else { seats.admins - 1 };
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.set_admin(false);
        let mut seats = self.census.seats();
        seats.total -= 1;
        if let Some(sockets) = seats.sockets.get_mut(&self.owner) {
            sockets.remove(&self.id);
            if sockets.is_empty() {
                seats.sockets.remove(&self.owner);
            }
        }
        metrics::gauge!("wsgateway_connections_total").decrement(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Signal;

    fn census(total: usize, per_user: usize, per_table: usize) -> Arc<Census> {
        Census::new(SocketLimits { total, per_user, per_table })
    }

    #[test]
    fn each_limit_has_its_own_word() {
        let census = census(4, 2, 3);
        let (wires, _queues): (Vec<_>, Vec<_>) = (0..6).map(|_| Wire::new()).unzip();
        let user = Owner::User(UserId(7));
        let first = census.seat(user, &wires[0]).unwrap();
        let _second = census.seat(user, &wires[1]).unwrap();
        assert_eq!(census.seat(user, &wires[2]).unwrap_err(), Farewell::CROWDED);
        let _third = census.seat(Owner::Table(SessionId(7)), &wires[2]).unwrap();
        let _fourth = census.seat(Owner::Table(SessionId(7)), &wires[3]).unwrap();
        assert_eq!(census.seat(Owner::Table(SessionId(8)), &wires[4]).unwrap_err(), Farewell::FULL);
        drop(first);
        assert!(census.seat(user, &wires[5]).is_ok());
    }

    #[test]
    fn the_count_returns_to_nothing() {
        let census = census(10, 10, 10);
        let (wire, _queue) = Wire::new();
        let mut seat = census.seat(Owner::User(UserId(1)), &wire).unwrap();
        seat.set_admin(true);
        seat.set_admin(true);
        assert_eq!(census.counts(), Counts { total: 1, users: 1, sessions: 0, admins: 1 });
        drop(seat);
        assert_eq!(census.counts(), Counts::default());
        assert!(census.seats().sockets.is_empty());
    }

    #[tokio::test]
    async fn only_the_users_own_sockets_are_rechecked() {
        let census = census(10, 10, 10);
        let (ana, _a) = Wire::new();
        let (table, _t) = Wire::new();
        let _seats = [
            census.seat(Owner::User(UserId(1)), &ana).unwrap(),
            census.seat(Owner::Table(SessionId(1)), &table).unwrap(),
        ];
        census.recheck(UserId(1));
        assert_eq!(ana.signal().await, Signal::Recheck);
        table.close(Farewell::IDLE);
        assert_eq!(table.signal().await, Signal::Close(Farewell::IDLE));
    }
}
