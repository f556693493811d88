//! A look at Redis for an operator: one try, on a connection that ends with it.

use super::{
    COMMAND_TIMEOUT, CONNECT_TIMEOUT, builder_of_one_try,
    rights::{PUBLISH, Rights, SUBSCRIBE},
};
use crate::bus::channels;
use domain::Clock;
use fred::{
    clients::Client,
    interfaces::ClientLike,
    types::{ClusterHash, CustomCommand, Value},
};
use std::time::Instant;

/// What was found of a Redis that answers.
#[derive(Clone, Debug)]
pub struct BusCheckup {
    /// Name and version, such as `redis 7.4.1`; none where it does not tell this user.
    pub server: Option<String>,
    /// Whether the connection is encrypted.
    pub tls: bool,
    /// What of our channels this user may not use, in words; none where all is allowed.
    pub refused: Option<String>,
    /// How far its clock is ahead of this machine's, in milliseconds; none where it does not tell this user.
    pub ahead_ms: Option<i64>,
}

/// [`Bus::check_up`](crate::Bus::check_up).
pub(in crate::bus) async fn check_up(url: &str, clock: &dyn Clock) -> Result<BusCheckup, String> {
    let builder = builder_of_one_try(url, true).map_err(|error| error.to_string())?;
    let tls = builder.get_config().is_some_and(|config| config.uses_tls());
    let client = builder.build().map_err(|error| error.to_string())?;
    let connected = tokio::time::timeout(2 * CONNECT_TIMEOUT, client.init()).await;
    let silent = || format!("it does not answer within {} s", 2 * CONNECT_TIMEOUT.as_secs());
    connected.map_err(|_| silent())?.map_err(|error| error.details().to_owned())?;
    let rights = Rights::default();
    let hash = ClusterHash::Custom(0);
    // Who may not ask is told nothing; then only what is run tells.
    for command in [PUBLISH, SUBSCRIBE] {
        let _ = rights.ask(&builder, &hash, command, channels::of_each_kind()).await;
    }
    let found = BusCheckup {
        server: server(&client, &hash).await,
        tls,
        refused: rights.refused(),
        ahead_ms: ahead(&client, &hash, clock).await,
    };
    let _ = tokio::time::timeout(COMMAND_TIMEOUT, client.quit()).await;
    Ok(found)
}

async fn run<T: fred::types::FromValue>(
    client: &Client,
    hash: &ClusterHash,
    name: &'static str,
    arguments: Vec<&'static str>,
) -> Option<T> {
    let command = CustomCommand::new_static(name, hash.clone(), false);
    client.custom::<Value, _>(command, arguments).await.ok()?.convert().ok()
}

/// The name and version that `INFO server` tells: Valkey tells its own, and beside it that of the Redis it is like.
async fn server(client: &Client, hash: &ClusterHash) -> Option<String> {
    let text: String = run(client, hash, "INFO", vec!["server"]).await?;
    let field = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.map(|version| version.trim().to_owned())
    };
    let valkey = field("valkey_version:").map(|version| format!("valkey {version}"));
    valkey.or_else(|| field("redis_version:").map(|version| format!("redis {version}")))
}

/// How far the clock of the server is ahead, half of the way there and back taken off.
async fn ahead(client: &Client, hash: &ClusterHash, clock: &dyn Clock) -> Option<i64> {
    let asked = Instant::now();
    let parts: Vec<String> = run(client, hash, "TIME", Vec::new()).await?;
    let way = i64::try_from(asked.elapsed().as_millis()).ok()? / 2;
    let [seconds, micros] = <[String; 2]>::try_from(parts).ok()?;
    let theirs = seconds.parse::<i64>().ok()?.checked_mul(1_000)? + micros.parse::<i64>().ok()? / 1_000;
    Some(theirs + way - clock.now().timestamp_millis())
}
