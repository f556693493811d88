//! The log holds what this version cannot understand: events of a later version's, and a row that nobody can read.
//! Neither may silence a branch.

use crate::streams::commit_unpublished;
use harness::{App, Caller, DinerPhone, Socket, StaffClient, Value, both_modes, json};
use std::time::Duration;

/// A row for [`commit_unpublished`]: the `n`th of its transaction, about a session.
fn row(n: usize, kind: &str, session: i64, entity: &str) -> String {
    format!(
        "select {n} as n, '{kind}' as type, cast({session} as bigint) as session, cast(null as bigint) as sector, '{entity}' as entity"
    )
}

async fn head(app: &App) -> i64 {
    app.sql_i64("select seq from branch_stream where branch_id = 1").await
}

async fn order(phone: &DinerPhone) {
    phone.post("/api/diner/rounds/submit", json!({"items": [{"product_id": 111, "qty": 1}]})).await.expect(200);
}

/// A socket of the branch that goes on after `after`, when it has heard all that it missed.
async fn resumed(app: &App, staff: &StaffClient, path: &str, after: i64) -> Socket {
    let path = format!("{path}?token={}&branch_id=1&after={after}", staff.access_token);
    Socket::connect(&app.ws_url(), &path).await
}

async fn caught_up(app: &App, query: &str) -> Value {
    Caller::new(&app.gateway_url()).get(query).await.expect(200)
}

both_modes! {
    /// Administrators hear it as it is, once and in order; everybody goes on hearing what follows; and it is replayed.
    async fn an_event_of_a_later_version_is_passed_on(app: App) {
        let (admin, cook) = (app.login("admin@demo.com", "admin123").await, app.login("kitchen@demo.com", "kitchen123").await);
        let phone = app.scan("INT-01").await;
        let (office, kitchen, diner) = (admin.socket(&app, "/ws/admin").await, cook.socket(&app, "/ws/kitchen").await, phone.socket(&app).await);
        let before = head(&app).await;
        let strange = r#"{"shape": [1, {"of": null}], "round_id":"not a number"}"#;
        let rows = [row(1, "ROUND_READY", phone.session_id, "{}"), row(2, "ROUND_PRINTED", phone.session_id, strange),
            row(3, "ROUND_READY", phone.session_id, "{}")];
        commit_unpublished(&app, 1, 3, &rows.join(" union all ")).await;
        office.wait_until(|events| events.len() >= 3).await;
        order(&phone).await;
        let heard = ["ROUND_READY", "ROUND_PRINTED", "ROUND_READY", "ROUND_SUBMITTED"];
        for (socket, wanted) in [(&office, &heard[..]), (&kitchen, &["ROUND_READY", "ROUND_READY", "ROUND_SUBMITTED"]),
            (&diner, &["ROUND_READY", "ROUND_READY", "ROUND_SUBMITTED", "CART_CLEARED"])] {
            socket.wait_until(|events| events.len() >= wanted.len()).await;
            socket.quiet(Duration::from_millis(200)).await;
            assert_eq!(socket.types(), wanted);
        }
        let told = office.events();
        assert_eq!(told[1]["entity"], strange.parse::<Value>().unwrap());
        assert_eq!(told.iter().map(|event| event["seq"].as_i64().unwrap() - before).collect::<Vec<_>>(), [1, 2, 3, 4]);

        // Whoever comes back across it, from memory or from the log, and whoever asks by HTTP, hears the same.
        let again = resumed(&app, &admin, "/ws/admin", before).await;
        again.wait_until(|events| events.len() > told.len()).await;
        let mut replayed = again.events();
        replayed.retain(|event| event["type"] != "POSITION");
        assert_eq!(replayed, told);
        for from in [format!("after={before}"), "since=0".to_owned()] {
            let answer = Caller::new(&app.gateway_url()).get(&format!("/ws/catchup?branch_id=1&{from}&token={}", admin.access_token)).await;
            assert!(answer.text().contains(&format!(r#""entity":{strange}"#)), "byte for byte: {}", answer.text());
            let caught = answer.expect(200);
            let events: Vec<_> = caught["events"].as_array().unwrap().iter().filter(|event| event["seq"].as_i64() > Some(before)).cloned().collect();
            assert_eq!((&caught["resync"], &events), (&json!(false), &told), "{from}");
        }
        let own = format!("/ws/catchup/session?session_id={}&after={before}&table_token={}", phone.session_id, phone.token);
        let own = caught_up(&app, &own).await;
        assert_eq!((&own["resync"], &own["count"]), (&json!(false), &json!(4)), "{own}");
    }

    /// Whom a row that cannot be read may have been for is told to read again; nobody waits for it.
    async fn a_row_that_cannot_be_read_silences_nobody(app: App) {
        let (admin, cook) = (app.login("admin@demo.com", "admin123").await, app.login("kitchen@demo.com", "kitchen123").await);
        let (phone, other) = (app.scan("INT-01").await, app.scan("BAR-01").await);
        let (office, kitchen) = (admin.socket(&app, "/ws/admin").await, cook.socket(&app, "/ws/kitchen").await);
        let (diner, neighbour) = (phone.socket(&app).await, other.socket(&app).await);
        let before = head(&app).await;
        let rows = [row(1, "ROUND_READY", phone.session_id, "{}"), row(2, "SERVICE_CALL_ACKED", phone.session_id, "{not json"),
            row(3, "ROUND_READY", phone.session_id, "{}")];
        commit_unpublished(&app, 1, 3, &rows.join(" union all ")).await;
        office.wait_until(|events| events.len() >= 3).await;
        order(&phone).await;
        for (name, socket, wanted) in [("office", &office, &["ROUND_READY", "RESYNC", "ROUND_READY", "ROUND_SUBMITTED"][..]),
            ("kitchen", &kitchen, &["ROUND_READY", "ROUND_READY", "ROUND_SUBMITTED"]),
            ("diner", &diner, &["ROUND_READY", "RESYNC", "ROUND_READY", "ROUND_SUBMITTED", "CART_CLEARED"])] {
            socket.wait_until(|events| events.len() >= wanted.len()).await;
            socket.quiet(Duration::from_millis(200)).await;
            assert_eq!(socket.types(), wanted, "{name}");
        }
        assert!(neighbour.events().is_empty());
        assert_eq!(office.events()[1]["seq"], json!(before + 2));

        // Resumed across: read again, and then the next event. From behind it nothing is missing, nor for the kitchen.
        let again = resumed(&app, &admin, "/ws/admin", before).await;
        again.wait_for("RESYNC").await;
        let behind = resumed(&app, &admin, "/ws/admin", before + 2).await;
        behind.wait_for("ROUND_SUBMITTED").await;
        assert!(!behind.types().iter().any(|kind| kind == "RESYNC"), "{:?}", behind.types());
        let cooks = resumed(&app, &cook, "/ws/kitchen", before).await;
        cooks.wait_for("POSITION").await;
        assert_eq!(cooks.types(), ["ROUND_READY", "ROUND_READY", "ROUND_SUBMITTED", "POSITION"]);
        order(&other).await;
        for socket in [&office, &again, &behind, &cooks, &kitchen] {
            socket.wait_until(|events| events.iter().any(|event| event["session_id"] == json!(other.session_id))).await;
        }
        for (token, resync) in [(&admin.access_token, true), (&cook.access_token, false)] {
            let caught = caught_up(&app, &format!("/ws/catchup?branch_id=1&after={before}&token={token}")).await;
            assert_eq!(caught["resync"], json!(resync), "{caught}");
        }
        let own = format!("/ws/catchup/session?session_id={}&after={before}&table_token={}", other.session_id, other.token);
        assert_eq!(caught_up(&app, &own).await["resync"], json!(false));
    }
}
