//! The cash register and the tips: what staff take for checks is booked by itself, exactly once, and what had to be in
//! the drawer is known to the cent.

use crate::scene::{Staff, list, number, strangers};
use crate::till::{Party, cash, refund};
use harness::{Value, both_modes, json, race};

async fn open(staff: &Staff, branch: i64, cents: i64) -> i64 {
    let body = json!({"branch_id": branch, "opening_amount_cents": cents});
    number(&staff.manager.post("/api/admin/cash/open", body).await.expect(201)["id"])
}

async fn summary(staff: &Staff, session: i64) -> Value {
    staff.manager.get(&format!("/api/admin/cash/sessions/{session}/summary")).await.expect(200)
}

both_modes! {
    async fn the_drawer_knows_what_must_be_in_it(app: App) {
        let staff = Staff::of(&app).await;
        let branch = staff.manager.branch_ids[0];
        // What moves before the drawer is open is booked when it is.
        let early = Party::paying(&app, "INT-02", &[(111, 1)]).await;
        cash(&staff.waiter, early.check, 10).await.expect(200);
        assert_eq!(staff.manager.get(&format!("/api/admin/cash/current?branch_id={branch}")).await.expect(200)["session"], Value::Null);
        let session = open(&staff, branch, 5000).await;
        let again = json!({"branch_id": branch, "opening_amount_cents": 1, "register_name": "Otra"});
        staff.manager.post("/api/admin/cash/open", again).await.expect(400);

        let party = Party::paying(&app, "INT-01", &[(111, 2)]).await;
        let paid = json!({"check_id": party.check, "amount_cents": 700, "tip_cents": 100, "received_cents": 1000});
        let paid = staff.waiter.post("/api/billing/cash/pay", paid).await.expect(200);
        let card = json!({"check_id": party.check, "amount_cents": 300, "manual_method": "CARD_PHYSICAL"});
        staff.waiter.post("/api/waiter/payments/manual", card).await.expect(200);
        refund(&staff, number(&paid["payment_id"]), Some(200)).await.expect(200);
        let book = async |kind: &str, cents: i64| {
            let body = json!({"session_id": session, "movement_type": kind, "amount_cents": cents, "payment_method": "CASH", "description": "x"});
            staff.manager.post("/api/admin/cash/movement", body).await
        };
        assert_eq!(book("EXPENSE", 150).await.expect(201)["amount_cents"], -150);
        assert_eq!(book("WITHDRAWAL", -50).await.expect(201)["amount_cents"], -50);
        book("DEPOSIT", 25).await.expect(201);
        for (kind, cents) in [("DEPOSIT", -1), ("SALE", 0), ("THEFT", 1), ("EXPENSE", i64::MIN), ("DEPOSIT", i64::MAX)] {
            book(kind, cents).await.expect(422);
        }
        let seen = summary(&staff, session).await;
        assert_eq!(seen["totals_by_method"], json!({"CASH": 10 + 700 + 100 - 200 - 150 - 50 + 25, "CARD": 300}));
        assert_eq!(
            seen["totals_by_type"],
            json!({"SALE": 1010, "TIP_IN": 100, "REFUND": -200, "EXPENSE": -150, "WITHDRAWAL": -50, "DEPOSIT": 25})
        );
        assert_eq!((&seen["movement_count"], &seen["expected_amount_cents"]), (&json!(8), &Value::Null));

        let count = json!({"session_id": session, "actual_amount_cents": 5410, "notes": "faltan 25"});
        let closed = staff.manager.post("/api/admin/cash/close", count.clone()).await.expect(200);
        assert_eq!((&closed["expected_amount_cents"], &closed["difference_cents"], &closed["status"]), (&json!(5435), &json!(-25), &json!("CLOSED")));
        staff.manager.post("/api/admin/cash/close", count).await.expect(400);
        book("DEPOSIT", 1).await.expect(400);
        cash(&staff.waiter, party.check, 10).await.expect(200);
        assert_eq!(summary(&staff, session).await["movement_count"], 8);
        let listed = staff.manager.get(&format!("/api/admin/cash/sessions?branch_id={branch}&limit=1")).await.expect(200);
        assert_eq!((&listed[0]["id"], &listed[0]["difference_cents"]), (&json!(session), &json!(-25)));
        staff.waiter.get("/api/admin/cash/sessions").await.expect(403);
    }

    /// Nobody would ever count what is in the drawer of a branch that is gone.
    async fn a_branch_with_an_open_drawer_stays(app: App) {
        let staff = Staff::of(&app).await;
        let admin = app.login("admin@demo.com", "admin123").await;
        let path = "/api/admin/branches";
        let branch = number(&admin.post(path, json!({"name": "Norte"})).await.expect(201)["id"]);
        let path = format!("{path}/{branch}");
        let body = json!({"branch_id": branch, "opening_amount_cents": 0, "register_name": "Caja Norte"});
        let session = number(&admin.post("/api/admin/cash/open", body.clone()).await.expect(201)["id"]);
        let preview = admin.get(&format!("{path}/cascade-preview")).await.expect(200);
        assert_eq!(preview["blocked_by"], "Cash register Caja Norte is open");
        for refused in [admin.delete(&path).await, admin.patch(&path, json!({"is_active": false})).await] {
            let refused = refused.expect(409);
            assert_eq!((&refused["code"], &refused["detail"]), (&json!("in_use"), &preview["blocked_by"]));
        }
        staff.manager.patch(&path, json!({"name": "Norte"})).await.expect(403);
        let count = json!({"session_id": session, "actual_amount_cents": 0});
        admin.post("/api/admin/cash/close", count).await.expect(200);
        // Of the one who opens the drawer and the one who deletes the branch at the same moment, one is refused.
        let (opener, deleter) = (admin.clone(), admin.clone());
        let open = async move { opener.post("/api/admin/cash/open", body).await };
        let (opened, deleted) = harness::duel(open, async move { deleter.delete(&path).await }).await;
        assert!(matches!((opened.status, deleted.status), (201, 409) | (404, 204)), "{} {}", opened.text(), deleted.text());
        let left = format!("select count(*) from cash_session s join branch b on b.id = s.branch_id where s.status = 'OPEN' and b.deletion_id is not null and b.id = {branch}");
        assert_eq!(app.sql_i64(&left).await, 0);
    }

    /// Every peso is in the drawer that was open when it was taken, or in the next: the closing waits for who is
    /// booking.
    async fn closing_races_paying(app: App) {
        let staff = Staff::of(&app).await;
        let branch = staff.manager.branch_ids[0];
        let party = Party::paying(&app, "INT-01", &[(111, 9)]).await;
        let session = open(&staff, branch, 0).await;
        let replies = race(9, |at| {
            let (manager, waiter, check) = (staff.manager.clone(), staff.waiter.clone(), party.check);
            async move {
                match at {
                    4 => manager.post("/api/admin/cash/close", json!({"session_id": session, "actual_amount_cents": 0})).await,
                    _ => cash(&waiter, check, 100).await,
                }
            }
        }).await;
        assert!(replies.iter().all(|reply| reply.status == 200));
        let booked = "select cast(coalesce(sum(amount_cents), 0) as bigint) from cash_movement where cash_session_id";
        let booked = app.sql_i64(&format!("{booked} = {session}")).await;
        assert_eq!(summary(&staff, session).await["expected_amount_cents"], booked);
        assert!(booked <= 800);
        // Two managers open at once: one does.
        let opened = race(4, |_| {
            let manager = staff.manager.clone();
            async move { manager.post("/api/admin/cash/open", json!({"branch_id": branch, "opening_amount_cents": 1})).await }
        }).await;
        assert_eq!(opened.iter().filter(|reply| reply.status == 201).count(), 1);
        // The same request twice is one movement.
        let second = number(&opened.iter().find(|reply| reply.status == 201).unwrap().json()["id"]);
        // What was taken after the closing is in it, and nothing of it twice.
        let every = format!("select cast(sum(amount_cents) as bigint) from cash_movement where cash_session_id in ({session}, {second})");
        assert_eq!(app.sql_i64(&every).await, 800);
        let waited = number(&summary(&staff, second).await["movement_count"]);
        let keyed = staff.manager.with_header("X-Idempotency-Key", "once");
        let body = json!({"session_id": second, "movement_type": "DEPOSIT", "amount_cents": 5, "payment_method": "CASH"});
        let first = keyed.post("/api/admin/cash/movement", body.clone()).await.expect(201);
        assert_eq!(keyed.post("/api/admin/cash/movement", body).await.expect(201), first);
        assert_eq!(summary(&staff, second).await["movement_count"], waited + 1);
    }

    async fn tips_follow_their_payments_and_are_shared_out_once(app: App) {
        let staff = Staff::of(&app).await;
        let branch = staff.manager.branch_ids[0];
        let party = Party::paying(&app, "INT-01", &[(111, 2)]).await;
        let taken = json!({"check_id": party.check, "amount_cents": 500, "tip_cents": 101, "received_cents": 601});
        let taken = staff.waiter.post("/api/billing/cash/pay", taken).await.expect(200);
        let by_hand = json!({"session_id": party.phone.session_id, "amount_cents": 40, "payment_method": "CARD"});
        let by_hand = staff.manager.post("/api/admin/tips", by_hand).await.expect(201);
        assert_eq!(by_hand["branch_id"], branch);
        let tips = staff.manager.get(&format!("/api/admin/tips?branch_id={branch}")).await.expect(200);
        assert_eq!(tips.as_array().unwrap().len(), 2);
        let of_payment = &tips.as_array().unwrap().iter().find(|tip| tip["payment_id"] == taken["payment_id"]).unwrap().clone();
        assert_eq!(
            (&of_payment["amount_cents"], &of_payment["payment_method"], &of_payment["table_code"], &of_payment["distributed"]),
            (&json!(101), &json!("CASH"), &json!("INT-01"), &json!(false))
        );
        assert_eq!((&of_payment["session_id"], &of_payment["table_session_id"]), (&json!(party.phone.session_id), &json!(party.phone.session_id)));

        let report = staff.manager.get(&format!("/api/admin/tips/report?branch_id={branch}")).await.expect(200);
        assert_eq!((&report["total_cents"], &report["tip_count"], &report["by_method"]), (&json!(141), &json!(2), &json!({"CASH": 101, "CARD": 40})));
        let before = staff.manager.get(&format!("/api/admin/tips/report?branch_id={branch}&date_to=2020-01-01")).await.expect(200);
        assert_eq!(before["tip_count"], 0);

        let pool = json!({"branch_id": branch, "name": "Salón", "waiter_pct": 50, "kitchen_pct": 30, "other_pct": 20});
        let pool = staff.manager.post("/api/admin/tip-pools", pool).await.expect(201);
        for wrong in [json!({"waiter_percent": 51}), json!({"waiter_percent": 300}), json!({"name": ""}), json!({"kitchen_percent": -1})] {
            staff.manager.put(&format!("/api/admin/tip-pools/{}", pool["id"]), wrong).await.expect(422);
        }
        // Ids as the dashboard sends them; two at once.
        let ask = json!({"tip_id": of_payment["id"].to_string(), "pool_id": pool["id"].to_string()});
        let replies = race(3, |_| {
            let (manager, ask) = (staff.manager.clone(), ask.clone());
            async move { manager.post("/api/admin/tips/distribute", ask).await }
        }).await;
        let shared: Vec<_> = replies.iter().filter(|reply| reply.status == 200).collect();
        assert_eq!((shared.len(), replies.iter().filter(|reply| reply.status == 400).count()), (1, 2));
        let parts = shared[0].json();
        let parts: Vec<_> = parts.as_array().unwrap().iter().map(|part| (part["role"].as_str().unwrap(), number(&part["amount_cents"]))).collect();
        assert_eq!(parts, [("WAITER", 51), ("KITCHEN", 30), ("MANAGER", 20)]);

        // The payment goes back, and the tip with it.
        refund(&staff, number(&taken["payment_id"]), None).await.expect(200);
        let left = staff.manager.get(&format!("/api/admin/tips/report?branch_id={branch}")).await.expect(200);
        assert_eq!(left["total_cents"], 40);

        staff.manager.delete(&format!("/api/admin/tip-pools/{}", pool["id"])).await.expect(204);
        let gone = json!({"tip_id": by_hand["id"], "pool_id": pool["id"]});
        staff.manager.post("/api/admin/tips/distribute", gone).await.expect(404);
        for wrong in [
            json!({"branch_id": branch, "amount_cents": 0, "payment_method": "CASH"}),
            json!({"amount_cents": 5, "payment_method": "CASH"}),
            json!({"branch_id": branch, "amount_cents": 5, "payment_method": "SHELLS"}),
            json!({"branch_id": branch, "amount_cents": 1.5, "payment_method": "CASH"}),
        ] {
            staff.manager.post("/api/admin/tips", wrong).await.expect(422);
        }
    }

    async fn another_restaurants_drawer_and_tips_are_out_of_reach(app: App) {
        let staff = Staff::of(&app).await;
        let [foreign, north] = strangers(&app).await;
        let before = app.sql_i64("select count(*) from cash_movement").await + app.sql_i64("select count(*) from tip_share").await;
        for (status, of) in [(404, &foreign), (403, &north)] {
            let movement = json!({"session_id": of.cash_session, "movement_type": "DEPOSIT", "amount_cents": 1, "payment_method": "CASH"});
            staff.manager.post("/api/admin/cash/movement", movement).await.expect(status);
            staff.manager.post("/api/admin/cash/close", json!({"session_id": of.cash_session, "actual_amount_cents": 1})).await.expect(status);
            staff.manager.post("/api/admin/tips/distribute", json!({"tip_id": of.tip, "pool_id": of.tip_pool})).await.expect(status);
            let tip = json!({"session_id": of.session, "amount_cents": 1, "payment_method": "CASH"});
            staff.manager.post("/api/admin/tips", tip).await.expect(status);
            let pool = json!({"branch_id": of.branch, "name": "Mío", "waiter_percent": 100, "kitchen_percent": 0, "other_percent": 0});
            staff.manager.post("/api/admin/tip-pools", pool).await.expect(status);
        }
        assert_eq!(app.sql_i64("select count(*) from cash_movement").await + app.sql_i64("select count(*) from tip_share").await, before);
        assert_eq!(staff.manager.get("/api/admin/tips").await.expect(200), json!([]));
        assert_eq!(staff.manager.get("/api/admin/cash/sessions").await.expect(200), json!([]));
    }

    /// Cash that is taken while the drawer is closed is put before a person and booked by the next session.
    async fn cash_without_a_session_is_booked_by_the_next(app: App) {
        let staff = Staff::of(&app).await;
        let party = Party::paying(&app, "INT-01", &[(111, 2)]).await;
        let pay = json!({"check_id": party.check, "amount_cents": 1000, "tip_cents": 50});
        let payment = number(&staff.waiter.post("/api/billing/cash/pay", pay).await.expect(200)["payment_id"]);
        let card = json!({"check_id": party.check, "amount_cents": 300, "manual_method": "CARD_PHYSICAL"});
        staff.waiter.post("/api/waiter/payments/manual", card).await.expect(200);
        crate::till::refund(&staff, payment, Some(200)).await.expect(200);
        let incidents = async || staff.manager.get("/api/billing/incidents").await.expect(200);
        let noted = incidents().await;
        assert_eq!((list(&noted).len(), &noted[0]["kind"], &noted[0]["payment_id"]), (1, &json!("CASH_UNBOOKED"), &json!(payment)));
        let opening = json!({"branch_id": 1, "opening_amount_cents": 5000});
        let session = staff.manager.post("/api/admin/cash/open", opening.clone()).await.expect(201)["id"].clone();
        assert_eq!(incidents().await, json!([]));
        let summary = staff.manager.get(&format!("/api/admin/cash/sessions/{session}/summary")).await.expect(200);
        assert_eq!(summary["totals_by_method"], json!({"CASH": 850, "CARD": 300}));
        assert_eq!(summary["totals_by_type"], json!({"SALE": 1300, "TIP_IN": 50, "REFUND": -200}));
        let count = json!({"session_id": session, "actual_amount_cents": 5850});
        let closed = staff.manager.post("/api/admin/cash/close", count).await.expect(200);
        assert_eq!(closed["difference_cents"], json!(0));
        // What was booked is booked once.
        let next = staff.manager.post("/api/admin/cash/open", opening).await.expect(201)["id"].clone();
        let summary = staff.manager.get(&format!("/api/admin/cash/sessions/{next}/summary")).await.expect(200);
        assert_eq!(summary["movement_count"], json!(0));
    }

    /// A branch that wants a session for cash takes and gives none without it; cards are no cash.
    async fn cash_without_a_session_is_refused_where_the_branch_says_so(app: App) {
        let staff = Staff::of(&app).await;
        let patch = json!({"cash_without_session": "refuse"});
        let branch = staff.manager.patch("/api/admin/branches/1", patch).await.expect(200);
        assert_eq!(branch["cash_without_session"], json!("refuse"));
        staff.manager.patch("/api/admin/branches/1", json!({"cash_without_session": "perhaps"})).await.expect(422);
        let party = Party::paying(&app, "INT-01", &[(111, 2)]).await;
        assert_eq!(cash(&staff.waiter, party.check, 100).await.expect(400)["code"], json!("no_cash_session"));
        let card = json!({"check_id": party.check, "amount_cents": 300, "manual_method": "CARD_PHYSICAL"});
        staff.waiter.post("/api/waiter/payments/manual", card).await.expect(200);
        let opening = json!({"branch_id": 1, "opening_amount_cents": 0});
        let session = staff.manager.post("/api/admin/cash/open", opening).await.expect(201)["id"].clone();
        let payment = number(&cash(&staff.waiter, party.check, 100).await.expect(200)["payment_id"]);
        staff.manager.post("/api/admin/cash/close", json!({"session_id": session, "actual_amount_cents": 100})).await.expect(200);
        assert_eq!(crate::till::refund(&staff, payment, Some(50)).await.expect(400)["code"], json!("no_cash_session"));
        assert_eq!(app.sql_i64("select count(*) from cash_waiting where payment_method = 'CASH'").await, 0);
    }
}
