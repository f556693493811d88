//! Whether the Redis user may use our channels. `~* +@all` lets a user run every command and grants no channel: Redis 7
//! says so in answer to each command, and a SUBSCRIBE that is refused answers nobody.

use fred::{
    error::ErrorKind,
    interfaces::ClientLike,
    types::{Builder, ClusterHash, CustomCommand, Value},
};
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// What Redis calls a refusal for want of rights.
const NO_RIGHTS: &str = "NOPERM";
/// How long an answer about rights is waited for.
const PATIENCE: Duration = Duration::from_secs(2);

/// Whether an error is a refusal for want of rights.
pub(super) fn is_refusal(error: &fred::error::Error) -> bool {
    error.details().contains(NO_RIGHTS)
}

/// What Redis refuses this process, by command; what is refused is said once, and once when it is allowed again.
#[derive(Debug, Default)]
pub(super) struct Rights(Mutex<BTreeMap<&'static str, String>>);

impl Rights {
    /// What is refused now, for health reports.
    pub(super) fn refused(&self) -> Option<String> {
        let refused = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (!refused.is_empty()).then(|| refused.values().cloned().collect::<Vec<_>>().join("; "))
    }

    /// Whether `command` is not known to be refused.
    pub(super) fn has(&self, command: &'static str) -> bool {
        !self.0.lock().unwrap_or_else(PoisonError::into_inner).contains_key(command)
    }

    /// Notes what became of `command`: the channels that are refused, none if all are allowed.
    pub(super) fn note(&self, command: &'static str, channels: &[String]) {
        let mut refused = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let channels = channels.join(", ");
        metrics::gauge!("bus_refused", "command" => command).set(u8::from(!channels.is_empty()));
        if channels.is_empty() {
            if refused.remove(command).is_some() {
                tracing::info!(command, "Redis allows this user the channels again");
            }
            return;
        }
        let said = format!("Redis refuses this user {command} on {channels}");
        if refused.insert(command, said).is_none() {
            tracing::warn!(
                command,
                channels,
                "Redis refuses this user its channels (ACL SETUSER … &branch:* &sector:* &session:*); events go by way \
                 of the log meanwhile"
            );
        }
    }

    /// Asks Redis whether `command` would be allowed on each of `channels`, on the node of `hash`, and notes it. Inside
    /// MULTI a command is judged and not run. Who may not begin a transaction cannot ask; then only what is run tells.
    ///
    /// On a connection of its own: a transaction that broke off ends with it, and on the connection that carries events
    /// it took some of them along after a server's restart.
    ///
    /// # Errors
    /// Redis does not answer.
    pub(super) async fn ask(
        &self,
        builder: &Builder,
        hash: &ClusterHash,
        command: &'static str,
        channels: Vec<String>,
    ) -> Result<(), fred::error::Error> {
        let client = builder.build()?;
        let connection = client.connect();
        let judged = tokio::time::timeout(PATIENCE, async {
            client.wait_for_connect().await?;
            Self::judge(&client, hash, command, channels).await
        })
        .await;
        let _ = tokio::time::timeout(PATIENCE, client.quit()).await;
        connection.abort();
        let silent = |_| Err(fred::error::Error::new(ErrorKind::Timeout, "nobody tells what this user may do"));
        if let Some(refused) = judged.unwrap_or_else(silent)? {
            self.note(command, &refused);
        }
        Ok(())
    }

    /// Whether a ping was answered as one. Inside of a MULTI that nobody ended it is queued, as is all that follows:
    /// then the connection is made anew.
    ///
    /// # Errors
    /// It was not.
    pub(super) async fn ensure_alive<C: ClientLike>(client: &C, reply: &Value) -> Result<(), fred::error::Error> {
        if reply.as_str().as_deref() == Some("PONG") {
            return Ok(());
        }
        client.force_reconnection().await?;
        Err(fred::error::Error::new(ErrorKind::Protocol, "a ping was not answered as one"))
    }

    /// The channels on which `command` is refused; none where nobody tells.
    async fn judge<C: ClientLike>(
        client: &C,
        hash: &ClusterHash,
        command: &'static str,
        channels: Vec<String>,
    ) -> Result<Option<Vec<String>>, fred::error::Error> {
        let run = |name: &'static str, arguments: Vec<String>| {
            client.custom::<Value, _>(CustomCommand::new_static(name, hash.clone(), false), arguments)
        };
        match run("MULTI", Vec::new()).await {
            Err(error) if is_refusal(&error) => return Ok(None),
            begun => begun?,
        };
        let mut refused = Vec::new();
        for channel in channels {
            let mut arguments = vec![channel.clone()];
            if command == PUBLISH {
                arguments.push(String::new());
            }
            match run(command, arguments).await {
                Err(error) if is_refusal(&error) => refused.push(channel),
                judged => {
                    judged?;
                }
            }
        }
        run("DISCARD", Vec::new()).await?;
        Ok(Some(refused))
    }
}

/// The command of the publishing end.
pub(super) const PUBLISH: &str = "PUBLISH";
/// The command of the listening end.
pub(super) const SUBSCRIBE: &str = "SUBSCRIBE";
