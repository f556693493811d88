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

/// Commits events of a type that this version does not know, each for whom it says: `(audience, session)`.
async fn commit_strange(app: &App, events: &[(&str, i64)]) {
    let rows: Vec<String> = events
        .iter()
        .enumerate()
        .map(|(n, (audience, session))| {
            format!("select {} as n, '{audience}' as audience, cast({session} as bigint) as session", n + 1)
        })
        .collect();
    app.sql_exec(&format!(
        "begin;
         update branch_stream set seq = seq + {count} where branch_id = 1;
         insert into event (tenant_id, branch_id, seq, type, session_id, entity, actor_role, ts, audience)
         select s.tenant_id, s.branch_id, s.seq - {count} + n, 'ROUND_PRINTED', session, '{STRANGE}', 'SYSTEM', '2026-11-01 00:00:00+00:00', audience
         from branch_stream s, ({rows}) as rows where s.branch_id = 1;
         commit",
        count = events.len(),
        rows = rows.join(" union all ")
    ))
    .await;
}

const STRANGE: &str = r#"{"shape": [1, {"of": null}], "round_id":"not a number"}"#;

/// The numbers of those of a socket's events that are of the strange type, counted from `before`; each is what was
/// logged and says nothing of whom it is for.
fn strange(events: &[Value], before: i64) -> Vec<i64> {
    let strange = events.iter().filter(|event| event["type"] == "ROUND_PRINTED");
    strange
        .map(|event| {
            assert_eq!(event["entity"], STRANGE.parse::<Value>().unwrap());
            assert!(event.get("audience").is_none(), "{event}");
            event["seq"].as_i64().unwrap() - before
        })
        .collect()
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
    /// A later version stores with each event whom it is for: whatever its type, they hear it, live, again and by HTTP.
    async fn an_event_of_a_later_version_reaches_whom_it_is_for(app: App) {
        let (admin, waiter) = (app.login("admin@demo.com", "admin123").await, app.login("waiter@demo.com", "waiter123").await);
        let cook = app.login("kitchen@demo.com", "kitchen123").await;
        let (phone, other) = (app.scan("INT-01").await, app.scan("BAR-01").await);
        let staff = [("office", &admin, "/ws/admin"), ("waiter", &waiter, "/ws/waiter"), ("kitchen", &cook, "/ws/kitchen")];
        let mut sockets = Vec::new();
        for (_, who, path) in &staff {
            sockets.push(who.socket(&app, path).await);
        }
        let (diner, neighbour) = (phone.socket(&app).await, other.socket(&app).await);
        let before = head(&app).await;
        let here = phone.session_id;
        // The last two cannot be read: nobody but the admins may be meant.
        let said = [("A", here), ("W", here), ("Ws", here), ("K", here), ("S", here), ("D", here), ("A Ws K S", here),
            ("S H", here), ("", here)];
        commit_strange(&app, &said).await;
        let of_staff = [vec![1, 7, 8, 9], vec![2, 3, 7], vec![4, 7]];
        let (of_diner, of_neighbour) = (vec![5, 6, 7], vec![6]);
        // What everybody hears comes after it all.
        let path = "/api/kitchen/products/111/availability";
        cook.patch(path, json!({"is_available": false})).await.expect(200);
        for socket in sockets.iter().chain([&diner, &neighbour]) {
            socket.wait_for("PRODUCT_AVAILABILITY_CHANGED").await;
        }
        for ((name, ..), (socket, wanted)) in staff.iter().zip(sockets.iter().zip(&of_staff)) {
            assert_eq!(&strange(&socket.events(), before), wanted, "{name}");
        }
        assert_eq!((strange(&diner.events(), before), strange(&neighbour.events(), before)), (of_diner.clone(), of_neighbour.clone()));

        // From the ring or the log, and by HTTP, byte for byte.
        for ((name, who, path), wanted) in staff.iter().zip(&of_staff) {
            let again = resumed(&app, who, path, before).await;
            again.wait_for("PRODUCT_AVAILABILITY_CHANGED").await;
            assert_eq!(&strange(&again.events(), before), wanted, "{name}");
            for from in [format!("after={before}"), "since=0".to_owned()] {
                let query = format!("/ws/catchup?branch_id=1&{from}&token={}", who.access_token);
                let answer = Caller::new(&app.gateway_url()).get(&query).await;
                assert!(answer.text().contains(&format!(r#""entity":{STRANGE}"#)), "byte for byte: {}", answer.text());
                let caught = answer.expect(200);
                assert_eq!(&strange(caught["events"].as_array().unwrap(), before), wanted, "{name} {from}");
            }
        }
        for (phone, wanted) in [(&phone, &of_diner), (&other, &of_neighbour)] {
            let own = format!("/ws/catchup/session?session_id={}&after={before}&table_token={}", phone.session_id, phone.token);
            assert_eq!(&strange(caught_up(&app, &own).await["events"].as_array().unwrap(), before), wanted);
        }
    }

    /// What this version writes says whom it is for, too, and no client reads it.
    async fn every_event_is_stored_with_whom_it_is_for(app: App) {
        let admin = app.login("admin@demo.com", "admin123").await;
        let phone = app.scan("INT-01").await;
        let (office, diner) = (admin.socket(&app, "/ws/admin").await, phone.socket(&app).await);
        order(&phone).await;
        for socket in [&office, &diner] {
            socket.wait_for("ROUND_SUBMITTED").await;
            assert!(socket.events().iter().all(|event| event.get("audience").is_none()), "{:?}", socket.events());
        }
        assert_eq!(app.sql_i64("select count(*) from event where audience is null").await, 0);
        let said = app.sql_texts("select audience from event where type = 'ROUND_SUBMITTED'").await;
        assert_eq!(said, ["A Ws K S"]);
    }

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
