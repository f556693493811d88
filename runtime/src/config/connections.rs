//! How many connections there may be, and who speaks for others.

use super::Args;
use crate::serve::Proxies;
use ipnet::IpNet;
use std::net::IpAddr;

/// The limits of connections.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionSettings {
    /// In this process; none means what the limit of open files has room for.
    pub total: Option<usize>,
    /// Of one client address.
    pub per_address: usize,
    /// The peers that are reverse proxies of ours.
    pub proxies: Proxies,
}

pub(super) fn resolve(args: &Args) -> Result<ConnectionSettings, Vec<String>> {
    Ok(ConnectionSettings {
        total: args.connections.map(|total| total as usize),
        per_address: args.connections_per_address as usize,
        proxies: proxies(args)?,
    })
}

fn proxies(args: &Args) -> Result<Proxies, Vec<String>> {
    let written = args.trusted_proxies.iter().map(|entry| entry.trim()).filter(|entry| !entry.is_empty());
    let (networks, problems): (Vec<_>, Vec<_>) = written.map(network).partition(Result::is_ok);
    let mut problems: Vec<_> = problems.into_iter().filter_map(Result::err).collect();
    if args.trust_proxy && !networks.is_empty() {
        problems.push(
            "COMANDA_TRUST_PROXY=true trusts every peer, COMANDA_TRUSTED_PROXIES only some: set one of them".into(),
        );
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(if args.trust_proxy { Proxies::All } else { Proxies::Some(networks.into_iter().flatten().collect()) })
}

/// An address, or a network of them.
fn network(entry: &str) -> Result<IpNet, String> {
    let address = || entry.parse::<IpAddr>().ok().map(|address| IpNet::from(address.to_canonical()));
    entry.parse().ok().or_else(address).ok_or_else(|| {
        format!(
            "COMANDA_TRUSTED_PROXIES names `{entry}`: write addresses or networks, such as 10.0.0.5 or 172.18.0.0/16"
        )
    })
}
