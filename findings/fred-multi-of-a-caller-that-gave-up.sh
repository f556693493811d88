#!/usr/bin/env bash
# fred 10.1.0 with redis-server 7.0 (Debian 12): a command is sent after a reconnection although its caller has stopped
# waiting for it (a tokio time-out that dropped the future). For MULTI, sent as a custom command, that means: nobody ends
# the transaction, and everything that the client says later is answered with QUEUED and never done. PUBLISH is Ok, and
# no subscriber hears it.
#
# fred documents that commands wait in a queue while there is no connection, and that futures may be dropped. What the two
# come to together one has to try. `Options::timeout` of fred itself ends the waiting too, and also leaves the command in the
# queue.
#
# What Comanda makes of it: it asks inside MULTI what a Redis user may do, on a connection of its own that is closed after
# each question, never on the one that carries events (runtime/src/bus/redis/rights.rs).
#
# Seen on 2026-11-29:
#
#   published: heard by 1
#   server gone, MULTI: the caller gave up
#   server back, publish: QUEUED
#   server back, publish: QUEUED
#   heard: before
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/frame"

write Cargo.toml <<'TOML'
[package]
name = "finding"
version = "0.0.0"
edition = "2024"

[dependencies]
fred = { version = "=10.1.0", default-features = false, features = ["i-keys", "i-pubsub", "subscriber-client"] }
tokio = { version = "=1.54.1", features = ["macros", "rt-multi-thread", "time"] }
TOML

write src/main.rs <<'RUST'
use fred::{
    prelude::*,
    types::{ClusterHash, CustomCommand, Value},
};
use std::{
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::time::{sleep, timeout};

struct Server(Child);

impl Server {
    async fn start(port: u16) -> Self {
        let port_text = port.to_string();
        let arguments = ["--port", &port_text, "--bind", "127.0.0.1", "--save", ""];
        let server = Self(Command::new("redis-server").args(arguments).stdout(Stdio::null()).spawn().unwrap());
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            sleep(Duration::from_millis(20)).await;
        }
        server
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

fn said(value: Value) -> String {
    match value {
        Value::Integer(heard) => format!("heard by {heard}"),
        other => other.as_string().unwrap_or_default(),
    }
}

#[tokio::main]
async fn main() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let server = Server::start(port).await;
    let mut builder = Builder::from_config(Config::from_url(&format!("redis://127.0.0.1:{port}")).unwrap());
    builder.set_policy(ReconnectPolicy::new_constant(0, 100));
    let client = builder.build().unwrap();
    client.init().await.unwrap();
    let subscriber = builder.build_subscriber_client().unwrap();
    subscriber.init().await.unwrap();
    subscriber.manage_subscriptions();
    subscriber.subscribe("orders").await.unwrap();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let notes = heard.clone();
    subscriber.on_message(move |message| {
        let text = message.value.as_string();
        notes.lock().unwrap().extend(text);
        async { Ok(()) }
    });
    sleep(Duration::from_millis(300)).await;
    let publish = async |text: &str| said(client.publish::<Value, _, _>("orders", text).await.unwrap());
    println!("published: {}", publish("before").await);

    drop(server);
    sleep(Duration::from_millis(500)).await;
    let multi = CustomCommand::new_static("MULTI", ClusterHash::FirstKey, false);
    let asked = timeout(Duration::from_millis(500), client.custom::<Value, Value>(multi, vec![])).await;
    println!("server gone, MULTI: {}", if asked.is_err() { "the caller gave up" } else { "answered" });

    let _server = Server::start(port).await;
    sleep(Duration::from_secs(2)).await;
    for text in ["first", "second"] {
        println!("server back, publish: {}", publish(text).await);
    }
    sleep(Duration::from_millis(500)).await;
    println!("heard: {}", heard.lock().unwrap().join(", "));
}
RUST

compare cargo run --quiet
