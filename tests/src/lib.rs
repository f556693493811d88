//! Plays the restaurant from outside: real processes, real HTTP, real sockets, in both ways to run.
//!
//! A black-box test is worth having only if it could not pass against a broken server, so everything here waits with
//! a deadline, says what it saw when it gives up, and leaves no process, database or directory behind.
//!
//! ```text
//! both_modes! {
//!     /// One line saying what the restaurant would notice if this broke.
//!     async fn a_diner_is_heard(app: App) {
//!         let waiter = app.login("waiter@demo.com", "waiter123").await;
//!         let mut floor = waiter.socket(&app, "/ws/waiter").await;
//!         let phone = app.scan("INT-01").await;
//!         phone.post("/api/diner/service-call", json!({"type": "WAITER_CALL"})).await.expect(201);
//!         floor.wait_for("SERVICE_CALL_CREATED").await;
//!     }
//! }
//! ```

mod addresses;
mod amount;
mod app;
mod client;
mod conditions;
mod database;
mod disk;
mod flood;
mod mode;
mod options;
mod process;
mod provider;
mod race;
mod redis;
mod socket;
mod wire;

pub use amount::amount;
pub use app::App;
pub use client::{Anonymous, Caller, DinerPhone, Menu, Reply, StaffClient};
pub use conditions::{Conditions, Output, limit_files};
pub use database::{Database, Held};
pub use disk::SmallDisk;
pub use flood::{Flood, Manner};
pub use mode::{Mode, play};
pub use options::{AppOptions, CREDENTIALS_KEY, JWT_SECRET, TABLE_TOKEN_SECRET};
pub use process::{Process, free_port};
pub use race::{duel, race};
pub use redis::RedisServer;
pub use socket::Socket;
pub use wire::CountingProxy;

pub use reqwest;
pub use serde_json::{Value, json};
pub use tokio_tungstenite::tungstenite::{
    Message,
    protocol::frame::{
        Frame,
        coding::{Data, OpCode},
    },
};
