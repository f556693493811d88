//! The requests of proxied clients that wait for their answer: bounded in all and for each client.
//!
//! A proxy's connections are not counted by client, so that without this one client could have all of them at work.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The requests under way, by client.
#[derive(Clone, Debug)]
pub(super) struct Requests(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    total: usize,
    per_client: usize,
    under_way: Mutex<UnderWay>,
}

#[derive(Debug, Default)]
struct UnderWay {
    all: usize,
    of: HashMap<IpAddr, usize>,
}

/// A request that is being answered; dropping it counts it out.
#[derive(Debug)]
pub(super) struct Answering {
    requests: Requests,
    client: IpAddr,
}

impl Requests {
    /// Half of the `slots` for requests under way, and a quarter of that for one client, at most `per_client`.
    pub(super) fn new(slots: usize, per_client: usize) -> Self {
        let total = (slots / 2).max(1);
        let per_client = (total / 4).clamp(1, per_client.max(1));
        Self(Arc::new(Inner { total, per_client, under_way: Mutex::default() }))
    }

    /// Counts one more of `client`; none if that is one too many. The last tenth is for clients that are staff.
    pub(super) fn begin(&self, client: IpAddr, staff: bool) -> Option<Answering> {
        let total = if staff { self.0.total } else { self.0.total - self.0.total / 10 };
        let mut under_way = self.under_way();
        let own = under_way.of.get(&client).copied().unwrap_or(0);
        if under_way.all >= total || own >= self.0.per_client {
            return None;
        }
        under_way.all += 1;
        under_way.of.insert(client, own + 1);
        Some(Answering { requests: self.clone(), client })
    }

    fn under_way(&self) -> MutexGuard<'_, UnderWay> {
        self.0.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        let mut under_way = self.requests.under_way();
        under_way.all -= 1;
        match under_way.of.get_mut(&self.client) {
            Some(own) if *own > 1 => *own -= 1,
            _ => {
                under_way.of.remove(&self.client);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    fn client(number: u32) -> IpAddr {
        IpAddr::V4(Ipv4Addr::from_bits(number))
    }

    #[test]
    fn one_client_behind_a_proxy_leaves_room_for_the_others() {
        let requests = Requests::new(80, 512);
        let flood: Vec<_> = (0..100).filter_map(|_| requests.begin(client(1), false)).collect();
        assert_eq!(flood.len(), 10);
        let others: Vec<_> = (2..100).filter_map(|number| requests.begin(client(number), false)).collect();
        assert_eq!(others.len(), 26, "the last tenth is for staff");
        assert!(requests.begin(client(500), true).is_some());
        drop(flood);
        assert!(requests.begin(client(1), false).is_some());
        drop(others);
        assert!(requests.under_way().of.is_empty() && requests.under_way().all == 0);
    }
}
