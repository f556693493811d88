//! What others see of us and we of them: the bus, our ports, and the addresses by which guests and providers come.

use super::{
    Patient,
    database::{is_of_this_machine, skew},
    report::Line,
};
use domain::SystemClock;
use reqwest::{Client, redirect::Policy};
use runtime::{Bus, BusTarget, tls};
use secrecy::ExposeSecret;
use std::{io, net::SocketAddr, time::Duration};

/// How long another server may take to answer.
const ANSWER: Duration = Duration::from_secs(5);

/// Redis or Valkey.
pub(super) async fn bus(patient: &Patient) -> Vec<Line> {
    let url = match &patient.known.bus {
        Some(BusTarget::InProcess) => return vec![Line::ok("bus.connection", "inside the one process")],
        Some(BusTarget::Redis(url)) => url.expose_secret(),
        // Said among the settings.
        None => return Vec::new(),
    };
    let found = match Bus::check_up(url, &SystemClock).await {
        Ok(found) => found,
        Err(why) => {
            let cure = cure_of(&why);
            // Events arrive by way of the log meanwhile: the house goes on.
            return vec![Line::wrong("bus.connection", format!("Redis cannot be used: {why}"), cure)];
        }
    };
    let server = found.server.unwrap_or_else(|| "Redis, which does not tell this user its version".to_owned());
    let mut lines = vec![Line::ok("bus.connection", server)];
    lines.push(match found.refused {
        None => Line::ok("bus.rights", "may publish and subscribe on our channels"),
        Some(refused) => {
            Line::wrong("bus.rights", refused, "ACL SETUSER <user> resetchannels &branch:* &sector:* &session:*")
        }
    });
    lines.push(if found.tls {
        Line::ok("bus.tls", "the connection is encrypted")
    } else if is_of_this_machine(url) {
        Line::ok("bus.tls", "none, and none needed: the server is this machine")
    } else {
        Line::warning("bus.tls", "the connection is not encrypted", "write rediss:// in REDIS_URL")
    });
    lines.extend(found.ahead_ms.map(|ahead| skew("clock.bus", "Redis's", ahead)));
    lines
}

fn cure_of(why: &str) -> &'static str {
    if ["WRONGPASS", "NOAUTH", "AUTH", "password"].iter().any(|word| why.contains(word)) {
        "look at user and password in REDIS_URL; characters such as @ : / % must be written as %40 %3A %2F %25"
    } else if why.contains("refused") {
        "nothing listens there: start Redis, or correct host and port in REDIS_URL"
    } else {
        "look at REDIS_URL, and at what stands between"
    }
}

/// Whether our ports are free, or ours.
pub(super) async fn ports(patient: &Patient) -> Vec<Line> {
    let (api, gateway) = (patient.args.api_addr, patient.args.ws_addr);
    let (api, gateway) = tokio::join!(
        port("ports.api", "COMANDA_API_ADDR", api, "/api/health"),
        port("ports.gateway", "COMANDA_WS_ADDR", gateway, "/ws/health"),
    );
    vec![api, gateway]
}

async fn port(check: &'static str, setting: &str, address: SocketAddr, path: &str) -> Line {
    let taken = match std::net::TcpListener::bind(address) {
        Ok(_) => return Line::ok(check, format!("{address} is free: no server of ours runs on it")),
        Err(error) => error,
    };
    if taken.kind() != io::ErrorKind::AddrInUse {
        let cure = match taken.kind() {
            io::ErrorKind::PermissionDenied => format!("name a port from 1024 on in {setting}, with a proxy before it"),
            _ => format!("name an address of this machine in {setting}"),
        };
        return Line::wrong(check, format!("{address} cannot be listened on: {taken}"), cure);
    }
    // An address such as 0.0.0.0 is reached by the loopback one.
    let ip = match address.ip() {
        ip if ip.is_unspecified() && ip.is_ipv4() => std::net::Ipv4Addr::LOCALHOST.into(),
        ip if ip.is_unspecified() => std::net::Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    match health(&format!("http://{}{path}", SocketAddr::new(ip, address.port()))).await {
        Ok(()) => Line::ok(check, format!("{address} is ours: a server of Comanda answers")),
        Err(why) => {
            let what = format!("{address} is taken by another program, or ours does not answer: {why}");
            let cure = format!("stop that program (`ss -ltnp` names it), or name another port in {setting}");
            Line::wrong(check, what, cure)
        }
    }
}

/// Whether the addresses that guests and providers are given lead to us, as far as that can be seen from here.
pub(super) async fn reach(patient: &Patient) -> Vec<Line> {
    let mut lines = Vec::new();
    if let Some(url) = &patient.known.public_url {
        let base = url.as_str().trim_end_matches('/');
        lines.push(match health(&format!("{base}/api/health")).await {
            Ok(()) => Line::ok("reach.public", format!("{base} leads to Comanda")),
            Err(why) => {
                let cure = "start the API, look at DNS, certificate and proxy, or correct COMANDA_PUBLIC_URL; where this \
                    machine cannot reach its own outside address, try from another";
                Line::warning("reach.public", format!("{base}/api/health does not answer from here: {why}"), cure)
            }
        });
    }
    if let Some(url) = &patient.known.diner_url {
        lines.push(match answered(url.as_str()).await {
            Ok(status) if status < 500 => Line::ok("reach.diner", format!("{url} answers")),
            Ok(status) => {
                Line::warning("reach.diner", format!("{url} answers {status}"), "look at the diner app's server")
            }
            Err(why) => {
                let cure = "look at DNS, certificate and proxy, or correct COMANDA_DINER_URL: the QR codes lead there";
                Line::warning("reach.diner", format!("{url} does not answer from here: {why}"), cure)
            }
        });
    }
    if lines.is_empty() {
        lines.push(Line::ok("reach", "neither COMANDA_PUBLIC_URL nor COMANDA_DINER_URL is set"));
    }
    lines
}

fn client(url: &str) -> Result<Client, String> {
    let tls = tls::client(url.starts_with("https:")).map_err(|error| error.to_string())?;
    let client = Client::builder().timeout(ANSWER).redirect(Policy::none()).no_proxy().tls_backend_preconfigured(tls);
    client.build().map_err(|error| error.to_string())
}

/// Whether a health report of ours answers there.
async fn health(url: &str) -> Result<(), String> {
    let answer = client(url)?.get(url).send().await.map_err(plain)?;
    let status = answer.status();
    let body: serde_json::Value = answer.json().await.unwrap_or_default();
    match body["status"].as_str() {
        Some("healthy" | "degraded") => Ok(()),
        _ => Err(format!("{status}, and no health report of Comanda")),
    }
}

async fn answered(url: &str) -> Result<u16, String> {
    let answer = client(url)?.get(url).send().await.map_err(plain)?;
    Ok(answer.status().as_u16())
}

/// The last cause is what an operator can do something about.
fn plain(error: reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = &error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}
