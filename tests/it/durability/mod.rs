//! What was answered "done" is stored, whatever happens to the disk, the file or the connections under it (I9, I10).

mod disk;
mod file;
mod postgres;

use harness::{App, DinerPhone, Reply, Value, json};
use std::{collections::BTreeSet, time::Duration};

async fn order(phone: &DinerPhone, note: &str) -> Reply {
    let order = json!({"items": [{"product_id": 111, "qty": 1, "notes": note}]});
    phone.post("/api/diner/rounds/submit", order).await
}

async fn sent(phone: &DinerPhone, note: &str) -> i64 {
    order(phone, note).await.expect(200)["round_id"].as_i64().unwrap()
}

/// A refusal that the phone can repeat: 503, and when to come back.
fn come_back(reply: &Reply) {
    reply.expect(503);
    assert!(reply.header("retry-after").is_some(), "{}", reply.text());
}

/// Orders until one is refused for want of room; what was acknowledged on the way joins `acknowledged`.
async fn until_refused(phone: &DinerPhone, acknowledged: &mut BTreeSet<i64>) {
    for number in 0..3_000 {
        let reply = order(phone, &format!("until full {number}")).await;
        if reply.status == 503 {
            return come_back(&reply);
        }
        acknowledged.insert(reply.expect(200)["round_id"].as_i64().unwrap());
    }
    panic!("the disk was never full");
}

async fn stored(app: &App) -> BTreeSet<i64> {
    let rounds = app.sql_texts("select cast(id as text) from round").await;
    rounds.iter().map(|id| id.parse().unwrap()).collect()
}

async fn database(app: &App) -> Value {
    let report = app.anonymous().get("/api/health/detailed").await.json();
    let components = report["components"].as_array().unwrap().clone();
    components.into_iter().find(|component| component["name"] == "database").unwrap()
}

async fn wait_for_database(app: &App, status: &str) {
    for _ in 0..300 {
        if database(app).await["status"] == status {
            return;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    panic!("the database is not {status} after a minute: {}", database(app).await);
}
