//! A party sits down, orders, changes tables, leaves.

use crate::look;
use harness::{App, AppOptions, DinerPhone, Reply, StaffClient, both_modes, duel, json, race};

async fn order(app: &App, phone: &DinerPhone) -> i64 {
    let order = json!({"items": [{"product_id": look::product(app).await, "qty": 1}]});
    phone.post("/api/diner/rounds/submit", order).await.expect(200)["round_id"].as_i64().expect("a round's id")
}

async fn activate(waiter: &StaffClient, table: i64) -> Reply {
    waiter.post(&format!("/api/waiter/tables/{table}/activate"), json!({"diner_count": 4, "notes": "Cumpleaños"})).await
}

async fn close(waiter: &StaffClient, table: i64) -> Reply {
    waiter.post_empty(&format!("/api/waiter/tables/{table}/close")).await
}

async fn move_to(waiter: &StaffClient, from: i64, to: i64) -> Reply {
    waiter.post_empty(&format!("/api/waiter/tables/{from}/move-to/{to}")).await
}

async fn waiter(app: &App) -> StaffClient {
    app.login("waiter@demo.com", "waiter123").await
}

async fn admin(app: &App) -> StaffClient {
    app.login("admin@demo.com", "admin123").await
}

both_modes! {
    /// Fifty phones, one code, one moment: one bill.
    async fn fifty_phones_open_one_session(app: App = AppOptions::default().api_processes(2)) {
        let phones: Vec<_> = (0..50).map(|_| app.anonymous()).collect();
        for (run, code) in look::TABLES.into_iter().enumerate() {
            let path = format!("/api/tables/code/{code}/session?branch_slug=centro");
            let sessions = race(50, |index| {
                let (phone, path) = (phones[index].clone(), path.clone());
                async move { phone.post_empty(&path).await.expect(200)["session_id"].as_i64().unwrap() }
            }).await;
            assert!(sessions.iter().all(|session| *session == sessions[0]), "{code}: {sessions:?}");
            let so_far = run as i64 + 1;
            assert_eq!(app.sql_i64("select count(*) from table_session").await, so_far);
            assert_eq!(look::events(&app, "TABLE_SESSION_STARTED", "true").await, so_far);
        }
    }

    /// Whoever scans while the waiter closes joins the old party or starts the next, and the table knows which.
    async fn joining_races_closing(app: App = AppOptions::default().api_processes(2)) {
        let waiter = waiter(&app).await;
        let table = look::table(&app, "INT-01").await;
        for run in 0..20 {
            let old = app.scan("INT-01").await.session_id;
            let (closer, phone) = (waiter.clone(), app.anonymous());
            let (closed, joined) = duel(
                async move { close(&closer, table).await },
                async move { phone.post_empty("/api/tables/code/INT-01/session?branch_slug=centro").await },
            ).await;
            closed.expect(200);
            let joined = joined.expect(200)["session_id"].as_i64().unwrap();
            let live = look::live_sessions(&app, table).await;
            assert_eq!(live, i64::from(joined != old), "run {run}: {joined} after {old}");
            assert!(look::is_consistent(&app, table).await, "run {run}");
            if live == 1 {
                close(&waiter, table).await.expect(200);
            }
        }
    }

    /// A waiter seats a party, once.
    async fn a_waiter_seats_a_party(app: App) {
        let (waiter, ana) = (waiter(&app).await, app.login("ana@demo.com", "ana123").await);
        let table = look::table(&app, "INT-03").await;
        for count in [json!(0), json!(21), json!(-1), json!("4"), json!(null)] {
            waiter.post(&format!("/api/waiter/tables/{table}/activate"), json!({"diner_count": count})).await.expect(422);
        }
        let long = json!({"diner_count": 2, "notes": "x".repeat(201)});
        waiter.post(&format!("/api/waiter/tables/{table}/activate"), long).await.expect(422);
        app.sql_exec(&format!("update dining_table set status = 'OUT_OF_SERVICE' where id = {table}")).await;
        activate(&waiter, table).await.expect(400);
        app.anonymous().post_empty(&format!("/api/tables/{table}/session")).await.expect(400);
        app.sql_exec(&format!("update dining_table set status = 'FREE' where id = {table}")).await;

        let keyed = StaffClient::clone(&waiter).with_header("X-Idempotency-Key", "seat-1");
        let path = format!("/api/waiter/tables/{table}/activate");
        let first = keyed.post(&path, json!({"diner_count": 4, "notes": "Cumpleaños"})).await;
        let seated = first.expect(200);
        assert_eq!((&seated["status"], &seated["opened_by"], &seated["diner_count"]), (&json!("OPEN"), &json!("WAITER"), &json!(4)));
        assert_eq!((&seated["table_code"], &seated["opened_by_waiter_id"]), (&json!("INT-03"), &json!(waiter.user_id)));
        assert_eq!(keyed.post(&path, json!({"diner_count": 4, "notes": "Cumpleaños"})).await.bytes, first.bytes);
        keyed.post(&path, json!({"diner_count": 5})).await.expect(409);
        activate(&ana, table).await.expect(400);
        let session = seated["session_id"].as_i64().unwrap();
        let kept = "select count(*) from table_session where covers = 4 and notes = 'Cumpleaños' and assigned_waiter_id";
        assert_eq!(app.sql_i64(&format!("{kept} = {} and id = {session}", waiter.user_id)).await, 1);
        assert_eq!(look::events(&app, "TABLE_SESSION_STARTED", &format!("session_id = {session} and table_id = {table}")).await, 1);
        assert_eq!(look::audited(&app, "table_session", session).await, 1);
        assert_eq!(app.scan("INT-03").await.session_id, session);

        let summary = waiter.get(&format!("/api/waiter/sessions/{session}/summary")).await.expect(200);
        assert_eq!((&summary["opened_by"], &summary["diner_count"], &summary["is_hybrid"]), (&json!("WAITER"), &json!(1), &json!(true)));
        assert_eq!((&summary["assigned_waiter_id"], &summary["rounds_count"]), (&json!(waiter.user_id), &json!(0)));
    }

    /// Two waiters, one free table.
    async fn one_of_two_waiters_gets_the_table(app: App) {
        let waiters = [waiter(&app).await, app.login("ana@demo.com", "ana123").await];
        let table = look::table(&app, "INT-02").await;
        for run in 0..10 {
            let mut statuses = race(2, |index| {
                let waiter = waiters[index].clone();
                async move { activate(&waiter, table).await.status }
            }).await;
            statuses.sort_unstable();
            assert_eq!(statuses, [200, 400], "run {run}");
            close(&waiters[0], table).await.expect(200);
        }
    }

    /// What the detail screen draws: no canceled round, no money for a voided item.
    async fn the_detail_shows_what_was_ordered(app: App) {
        let waiter = waiter(&app).await;
        let table = look::table(&app, "INT-01").await;
        let path = format!("/api/waiter/tables/{table}/session");
        let nobody = waiter.get(&path).await.expect(404);
        assert!(nobody["detail"].as_str().unwrap().contains("no active session"), "{nobody}");
        assert!(waiter.get("/api/waiter/tables/777777/session").await.expect(404)["detail"].as_str().unwrap().contains("not found"));

        let phone = app.scan("INT-01").await;
        let product = look::product(&app).await;
        let price = app.sql_i64(&format!("select price_cents from branch_product where product_id = {product}")).await;
        let lines = json!({"items": [{"product_id": product, "qty": 2, "diner_id": phone.diner_id}, {"product_id": product, "qty": 3}]});
        let round = phone.post("/api/diner/rounds/submit", lines).await.expect(200)["round_id"].clone();
        let gone = order(&app, &phone).await;
        app.sql_exec(&format!("update round set status = 'CANCELED' where id = {gone};
            update round_item set voided_at = created_at, void_reason = 'frío' from round r where r.id = round_id and qty = 3")).await;

        let detail = waiter.get(&path).await.expect(200);
        assert_eq!((&detail["session_id"], &detail["table_code"], &detail["status"]), (&json!(phone.session_id), &json!("INT-01"), &json!("OPEN")));
        assert_eq!((&detail["total_cents"], &detail["paid_cents"]), (&json!(2 * price), &json!(0)));
        assert_eq!(detail["diners"].as_array().unwrap().len(), 1);
        assert_eq!((&detail["diners"][0]["id"], &detail["diners"][0]["name"]), (&json!(phone.diner_id), &json!("Diner 1")));
        assert_eq!(detail["rounds"].as_array().unwrap().len(), 1, "{detail}");
        assert_eq!((&detail["rounds"][0]["id"], &detail["rounds"][0]["status"]), (&round, &json!("SUBMITTED")));
        let items = &detail["rounds"][0]["items"];
        assert_eq!((&items[0]["qty"], &items[0]["is_voided"], &items[0]["unit_price_cents"]), (&json!(2), &json!(false), &json!(price)));
        assert_eq!((&items[0]["diner_name"], &items[0]["diner_color"]), (&json!("Diner 1"), &json!("#F97316")));
        assert!(items[0]["category_name"].is_string());
        assert_eq!((&items[1]["is_voided"], &items[1]["diner_id"]), (&json!(true), &json!(null)));
        let summary = waiter.get(&format!("/api/waiter/sessions/{}/summary", phone.session_id)).await.expect(200);
        assert_eq!((&summary["total_cents"], &summary["rounds_count"]), (&json!(2 * price), &json!(1)));
        assert_eq!((&summary["is_hybrid"], summary.get("check_status")), (&json!(false), Some(&json!(null))));
    }

    /// Nothing of a party outlives it on any screen.
    async fn closing_takes_calls_and_cart_along(app: App) {
        let (waiter, admin) = (waiter(&app).await, admin(&app).await);
        let phone = app.scan("INT-04").await;
        let table = phone.table_id;
        let first = phone.post_empty("/api/diner/service-call").await.expect(200)["id"].clone();
        let call = phone.post("/api/diner/service-call", json!({"type": "OTHER"})).await.expect(200)["id"].clone();
        waiter.post_empty(&format!("/api/waiter/service-calls/{call}/acknowledge")).await.expect(200);
        order(&app, &phone).await;
        app.sql_exec(&format!("insert into cart_item (tenant_id, session_id, diner_id, product_id, quantity, created_at)
            select d.tenant_id, d.session_id, d.id, {}, 1, d.joined_at from diner d", look::product(&app).await)).await;

        let path = format!("/api/waiter/tables/{table}/close");
        waiter.post(&path, json!({"force": true})).await.expect(403);
        app.login("kitchen@demo.com", "kitchen123").await.post_empty(&path).await.expect(403);
        let total = app.sql_i64("select sum(qty * unit_price_cents) from round_item").await;
        let closed = admin.post(&path, json!({"force": true})).await.expect(200);
        assert_eq!((&closed["table_status"], &closed["session_status"]), (&json!("FREE"), &json!("CLOSED")));
        assert_eq!((&closed["session_id"], &closed["table_code"]), (&json!(phone.session_id), &json!("INT-04")));
        assert_eq!((&closed["total_cents"], &closed["paid_cents"]), (&json!(total), &json!(0)));
        assert_eq!(closed["owed_cents"], json!(0), "nothing was served");
        assert!(closed["closed_at"].is_string());
        assert!(look::is_consistent(&app, table).await);
        assert_eq!(app.sql_i64("select count(*) from service_call where status <> 'CLOSED'").await, 0);
        assert_eq!(app.sql_i64("select count(*) from cart_item").await, 0);
        assert_eq!(waiter.get("/api/waiter/service-calls").await.expect(200), json!([]));
        let here = format!("session_id = {} and table_id = {table}", phone.session_id);
        assert_eq!(look::events(&app, "SERVICE_CALL_CLOSED", &here).await, 0);
        let lists = format!("{here} and entity like '%\"closed_call_ids\":[{first},{call}]%'");
        assert_eq!(look::events(&app, "TABLE_CLEARED", &lists).await, 1);
        assert_eq!(look::events(&app, "TABLE_CLEARED", &format!("{here} and seq = (select max(seq) from event)")).await, 1);
        assert_eq!(look::audited(&app, "table_session", phone.session_id).await, 1);
        waiter.post_empty(&path).await.expect(400);
        phone.post("/api/diner/rounds/submit", json!({"items": [{"product_id": look::product(&app).await, "qty": 1}]})).await.expect(400);
    }

    /// Clearing heals a table that only says it is taken, quietly; with a party it is a departure like any other.
    async fn clearing_frees_the_table(app: App) {
        let waiter = waiter(&app).await;
        let phone = app.scan("TER-01").await;
        let path = format!("/api/billing/tables/{}/clear", phone.table_id);
        let cleared = waiter.post_empty(&path).await.expect(200);
        assert_eq!(cleared, json!({"table_id": phone.table_id, "status": "FREE"}));
        assert_eq!(look::events(&app, "TABLE_CLEARED", &format!("session_id = {}", phone.session_id)).await, 1);
        app.sql_exec(&format!("update dining_table set status = 'PAYING' where id = {}", phone.table_id)).await;
        let before = app.sql_i64("select count(*) from event").await;
        for _ in 0..2 {
            assert_eq!(waiter.post_empty(&path).await.expect(200), cleared);
        }
        assert!(look::is_consistent(&app, phone.table_id).await);
        assert_eq!(app.sql_i64("select count(*) from event").await, before);
        assert_eq!(look::audited(&app, "table", phone.table_id).await, 1);
        waiter.post_empty("/api/billing/tables/777777/clear").await.expect(404);
    }

    /// A table goes to somebody who can serve it, by the word of somebody who runs the branch.
    async fn a_manager_gives_a_table_to_another_waiter(app: App) {
        let (waiter, manager) = (waiter(&app).await, app.login("manager@demo.com", "manager123").await);
        let ana = app.login("ana@demo.com", "ana123").await.user_id;
        let cook = app.login("kitchen@demo.com", "kitchen123").await.user_id;
        let table = look::table(&app, "INT-01").await;
        let path = format!("/api/waiter/tables/{table}/transfer");
        let to = |user: i64| json!({"target_waiter_id": user});
        manager.post(&path, to(ana)).await.expect(400);
        let session = activate(&waiter, table).await.expect(200)["session_id"].as_i64().unwrap();
        waiter.post(&path, to(ana)).await.expect(403);
        manager.post(&path, to(cook)).await.expect(400);
        manager.post(&path, to(777_777)).await.expect(404);
        manager.post(&path, json!({})).await.expect(422);
        app.sql_exec(&format!("update app_user set is_active = false where id = {ana}")).await;
        manager.post(&path, to(ana)).await.expect(400);
        app.sql_exec(&format!("update app_user set is_active = true where id = {ana}")).await;
        let given = manager.post(&path, to(ana)).await.expect(200);
        assert_eq!((&given["previous_waiter_id"], &given["assigned_waiter_id"]), (&json!(waiter.user_id), &json!(ana)));
        let summary = waiter.get(&format!("/api/waiter/sessions/{session}/summary")).await.expect(200);
        assert_eq!((&summary["assigned_waiter_id"], &summary["opened_by_waiter_id"]), (&json!(ana), &json!(waiter.user_id)));
        let told = format!("session_id = {session} and table_id = {table} and entity like '%\"assigned_waiter_id\":{ana}}}'");
        assert_eq!(look::events(&app, "TABLE_TRANSFERRED", &told).await, 1);
        assert_eq!(look::audited(&app, "table_session", session).await, 2);
    }

    /// The party moves with all it has, and its phones go on working with the old code's token.
    async fn a_party_changes_tables(app: App) {
        let waiter = waiter(&app).await;
        let phone = app.scan("INT-01").await;
        let (from, to) = (phone.table_id, look::table(&app, "TER-01").await);
        order(&app, &phone).await;
        let call = phone.post_empty("/api/diner/service-call").await.expect(200)["id"].clone();
        app.sql_exec(&format!("update dining_table set status = 'PAYING' where id = {from}")).await;

        let cook = app.login("kitchen@demo.com", "kitchen123").await.socket(&app, "/ws/kitchen").await;
        let moved = move_to(&waiter, from, to).await.expect(200);
        assert_eq!(cook.wait_for("TABLE_TRANSFERRED").await["entity"]["other_table_code"], json!("TER-01"));
        assert_eq!((&moved["table_id"], &moved["table_code"], &moved["table_status"]), (&json!(to), &json!("TER-01"), &json!("PAYING")));
        assert_eq!((&moved["from_table_code"], &moved["from_table_status"]), (&json!("INT-01"), &json!("FREE")));
        let old = waiter.get(&format!("/api/tables/{from}")).await.expect(200);
        assert_eq!((&old["status"], &old["session_id"], &old["pending_calls"]), (&json!("FREE"), &json!(null), &json!(0)));
        let new = waiter.get(&format!("/api/tables/{to}")).await.expect(200);
        assert_eq!((&new["session_id"], &new["open_rounds"], &new["activeServiceCallIds"]), (&json!(phone.session_id), &json!(1), &json!([call])));
        assert_eq!(app.sql_i64(&format!("select table_id from service_call where id = {call}")).await, to);
        let session = format!("session_id = {}", phone.session_id);
        for (kind, table, condition) in [
            ("TABLE_TRANSFERRED", from, session.as_str()),
            ("TABLE_TRANSFERRED", to, session.as_str()),
            ("TABLE_STATUS_CHANGED", from, "session_id is null"),
            ("TABLE_STATUS_CHANGED", to, session.as_str()),
        ] {
            assert_eq!(look::events(&app, kind, &format!("table_id = {table} and {condition}")).await, 1, "{kind} {table}");
        }
        let order_of = "select min(seq) from event where type = 'TABLE_TRANSFERRED' and table_id";
        assert!(app.sql_i64(&format!("{order_of} = {from}")).await < app.sql_i64(&format!("{order_of} = {to}")).await);

        // The token still names the old table; everything happens at the new one.
        app.sql_exec("update round set created_at = '2026-01-01 00:00:00+00:00'").await;
        order(&app, &phone).await;
        let other = phone.post("/api/diner/service-call", json!({"type": "OTHER"})).await.expect(200);
        assert_eq!((&other["table_id"], &other["table_code"]), (&json!(to), &json!("TER-01")));
        for kind in ["ROUND_SUBMITTED", "SERVICE_CALL_CREATED"] {
            assert_eq!(look::events(&app, kind, &format!("table_id = {to}")).await, 1, "{kind}");
        }
        // Whoever scans the old code is a new party.
        assert_ne!(app.scan("INT-01").await.session_id, phone.session_id);
        let detail = waiter.get(&format!("/api/waiter/tables/{to}/session")).await.expect(200);
        assert_eq!(detail["rounds"].as_array().unwrap().len(), 2);
        assert_eq!(look::audited(&app, "table_session", phone.session_id).await, 1);
    }

    /// Where a party cannot go.
    async fn a_party_does_not_move_where_it_cannot(app: App) {
        let (waiter, admin) = (waiter(&app).await, admin(&app).await);
        let there = look::elsewhere(&app).await;
        let (from, taken) = (app.scan("INT-01").await.table_id, app.scan("INT-02").await.table_id);
        let (free, closed) = (look::table(&app, "INT-03").await, look::table(&app, "INT-04").await);
        app.sql_exec(&format!("update dining_table set status = 'OUT_OF_SERVICE' where id = {closed}")).await;
        for to in [taken, closed, from] {
            move_to(&waiter, from, to).await.expect(400);
        }
        // A table that only says FREE is not.
        app.sql_exec(&format!("update dining_table set status = 'FREE' where id = {taken}")).await;
        move_to(&waiter, from, taken).await.expect(400);
        move_to(&waiter, free, look::table(&app, "INT-05").await).await.expect(400);
        move_to(&waiter, from, there.table).await.expect(403);
        move_to(&waiter, there.table, free).await.expect(403);
        app.sql_exec(&format!("update dining_table set status = 'FREE' where id = {}", there.table)).await;
        app.sql_exec(&format!("update table_session set status = 'CLOSED' where id = {}", there.session)).await;
        move_to(&admin, from, there.table).await.expect(400);
        move_to(&admin, from, there.foreign_table).await.expect(404);
        move_to(&waiter, from, 777_777).await.expect(404);
        for verb in ["activate", "close"] {
            let path = |table: i64| format!("/api/waiter/tables/{table}/{verb}");
            waiter.lenient().post(&path(there.table), json!({"diner_count": 2})).await.expect(403);
            admin.lenient().post(&path(there.foreign_table), json!({"diner_count": 2})).await.expect(404);
        }
        admin.post(&format!("/api/waiter/tables/{}/transfer", there.foreign_table), json!({"target_waiter_id": 1})).await.expect(404);
        assert_eq!(look::events(&app, "TABLE_TRANSFERRED", "true").await, 0);
        assert_eq!(look::live_sessions(&app, from).await, 1);
    }

    /// Two parties are sent to one free table at once: one sits there, the other stays.
    async fn one_of_two_parties_gets_the_free_table(app: App = AppOptions::default().api_processes(2)) {
        let waiters = [waiter(&app).await, app.login("ana@demo.com", "ana123").await];
        let target = look::table(&app, "INT-03").await;
        for run in 0..8 {
            let homes = [app.scan("INT-01").await.table_id, app.scan("INT-05").await.table_id];
            let statuses = race(2, |index| {
                let (waiter, home) = (waiters[index].clone(), homes[index]);
                async move { move_to(&waiter, home, target).await.status }
            }).await;
            let winners = statuses.iter().filter(|status| **status == 200).count();
            assert!(winners == 1 && statuses.contains(&400), "run {run}: {statuses:?}");
            for table in homes.into_iter().chain([target]) {
                assert!(look::is_consistent(&app, table).await, "run {run}: table {table}");
            }
            let loser = homes[usize::from(statuses[0] == 200)];
            assert_eq!(look::live_sessions(&app, loser).await, 1, "run {run}");
            for table in [loser, target] {
                close(&waiters[0], table).await.expect(200);
            }
        }
    }

    /// A party is moved back and forth while it orders: every round is taken and none is lost.
    async fn rounds_are_sent_while_the_party_moves(app: App = AppOptions::default().api_processes(2)) {
        let waiter = waiter(&app).await;
        let phone = app.scan("INT-01").await;
        let tables = [phone.table_id, look::table(&app, "BAR-01").await];
        let product = look::product(&app).await;
        let mover = {
            let waiter = waiter.clone();
            async move {
                for turn in 0..12 {
                    move_to(&waiter, tables[turn % 2], tables[(turn + 1) % 2]).await.expect(200);
                }
            }
        };
        let eater = {
            let phone = phone.clone();
            async move {
                race(8, |sender| {
                    let phone = phone.clone();
                    async move {
                        for number in 0..5 {
                            // Notes keep the rounds apart; the same lines twice would count as one round.
                            let line = json!({"product_id": product, "qty": 1, "notes": format!("{sender}/{number}")});
                            phone.post("/api/diner/rounds/submit", json!({"items": [line]})).await.expect(200);
                        }
                    }
                }).await;
            }
        };
        duel(mover, eater).await;
        assert_eq!(app.sql_i64("select count(*) from round").await, 40);
        assert_eq!(app.sql_i64("select max(round_number) from round").await, 40);
        assert_eq!(look::events(&app, "ROUND_SUBMITTED", &format!("table_id in ({}, {})", tables[0], tables[1])).await, 40);
        assert_eq!(look::live_sessions(&app, tables[0]).await, 1);
        assert!(look::is_consistent(&app, tables[0]).await && look::is_consistent(&app, tables[1]).await);
    }
}
