//! A party leaves: what it was served stays owed, and nothing else of it stays on any screen.

use crate::ledger::assert_ledger;
use crate::look;
use crate::scene::{Staff, item, list, number, step, text};
use crate::till::{Party, cash, order, order_for, refund};
use harness::{App, DinerPhone, Value, both_modes, json};

const SERVED: [&str; 3] = ["IN_KITCHEN", "READY", "SERVED"];

/// The two calls that end a stay.
fn endings(phone: &DinerPhone) -> [String; 2] {
    let table = phone.table_id;
    [format!("/api/waiter/tables/{table}/close"), format!("/api/billing/tables/{table}/clear")]
}

async fn open_checks(staff: &Staff) -> Vec<Value> {
    list(&staff.manager.get("/api/admin/reports/open-checks").await.expect(200)).to_vec()
}

async fn cost(app: &App, round: i64) -> i64 {
    app.sql_i64(&format!("select sum(qty * unit_price_cents) from round_item where round_id = {round}")).await
}

async fn status(app: &App, round: i64, status: &str) -> bool {
    app.sql_i64(&format!("select count(*) from round where id = {round} and status = '{status}'")).await == 1
}

both_modes! {
    /// Served food of a party that never asked for its check is owed until somebody pays it (I12).
    async fn what_was_served_stays_owed(app: App) {
        let staff = Staff::of(&app).await;
        for (by, code) in ["INT-01", "INT-02"].into_iter().enumerate() {
            let phone = app.scan(code).await;
            let served = order(&phone, &[(111, 2)]).await;
            let ready = order(&phone, &[(112, 2)]).await;
            let cooking = order(&phone, &[(112, 1)]).await;
            let waiting = order(&phone, &[(118, 1)]).await;
            staff.walk(served, &SERVED).await;
            staff.walk(ready, &SERVED[..2]).await;
            staff.walk(cooking, &SERVED[..1]).await;
            let owed = cost(&app, served).await + cost(&app, ready).await;
            let total = owed + cost(&app, cooking).await + cost(&app, waiting).await;
            let left = staff.waiter.post(&endings(&phone)[by], json!({})).await.expect(200);
            if by == 0 {
                let told = ["total_cents", "paid_cents", "owed_cents"].map(|field| number(&left[field]));
                assert_eq!(told, [total, 0, owed]);
            }
            assert!(status(&app, ready, "SERVED").await, "what is ready is no longer cooking");
            let open = open_checks(&staff).await;
            let sums = (text(&open[0]["session_status"]), number(&open[0]["remaining_cents"]));
            assert_eq!((open.len(), sums), (1, ("CLOSED", owed)));
            for round in [cooking, waiting] {
                assert!(status(&app, round, "CANCELED").await);
                let told = format!("entity like '%\"round_id\":{round},%'");
                assert_eq!(look::events(&app, "ROUND_CANCELED", &told).await, 1);
                step(&staff.manager, round, "SERVED").await.expect(400);
            }
            step(&staff.manager, served, "SERVED").await.expect(400);
            assert_eq!(staff.cook.get("/api/kitchen/rounds").await.expect(200), json!([]));
            assert_eq!(staff.waiter.get("/api/admin/orders").await.expect(200), json!([]));
            let noted = format!("select count(*) from audit_log where entity_type = 'table_session'
                and entity_id = {} and cast(new_values as text) like '%owed_cents%{owed}%'", phone.session_id);
            assert_eq!(app.sql_i64(&noted).await, 1);
            let check = number(&open[0]["check_id"]);
            cash(&staff.waiter, check, owed + 1).await.expect(400);
            cash(&staff.waiter, check, owed).await.expect(200);
            assert_eq!(open_checks(&staff).await, Vec::<Value>::new());
            assert_ledger(&app).await;
        }
    }

    /// Who paid got it: closing neither cancels what was paid nor proposes to give the money back.
    async fn paid_dishes_were_served(app: App) {
        let staff = Staff::of(&app).await;
        for (by, code) in ["INT-01", "INT-02"].into_iter().enumerate() {
            let phone = app.scan(code).await;
            let round = order(&phone, &[(111, 1)]).await;
            let party = Party::of(phone).await;
            cash(&staff.waiter, party.check, party.total).await.expect(200);
            staff.waiter.post(&endings(&party.phone)[by], json!({})).await.expect(200);
            assert!(status(&app, round, "SERVED").await);
            assert_eq!(app.sql_i64("select count(*) from refund").await, 0);
            assert_eq!(staff.cook.get("/api/kitchen/rounds").await.expect(200), json!([]));
            assert_eq!(open_checks(&staff).await, Vec::<Value>::new());
            assert_ledger(&app).await;
        }
    }

    /// An earlier version left rounds of closed tables open: no screen shows them, and nobody serves them.
    async fn rounds_of_those_who_left_are_on_no_screen(app: App) {
        let staff = Staff::of(&app).await;
        let phone = app.scan("INT-01").await;
        let [left, other] = [order(&phone, &[(111, 1)]).await, order(&phone, &[(112, 1)]).await];
        staff.walk(other, &SERVED[..2]).await;
        let ticket = app.sql_i64(&format!("select id from kitchen_ticket where round_id = {left}")).await;
        let table = phone.table_id;
        app.sql_exec(&format!("update table_session set status = 'CLOSED', closed_at = opened_at where id = {};
            update dining_table set status = 'FREE' where id = {table}", phone.session_id)).await;
        let next = order(&app.anonymous().scan_as("INT-01", "Otro").await, &[(118, 1)]).await;
        let rounds = staff.cook.get("/api/kitchen/rounds").await.expect(200);
        assert_eq!(list(&rounds).iter().map(|round| number(&round["id"])).collect::<Vec<_>>(), [next]);
        let orders = staff.waiter.get("/api/admin/orders").await.expect(200);
        assert_eq!(list(&orders).iter().map(|round| number(&round["id"])).collect::<Vec<_>>(), [next]);
        let stats = staff.waiter.get("/api/admin/orders/stats").await.expect(200);
        assert_eq!((&stats["total_active"], &stats["ready"]), (&json!(1), &json!(0)));
        let tickets = staff.cook.get("/api/kitchen/tickets").await.expect(200).to_string();
        assert!(!tickets.contains(&format!("\"round_id\":{left},")), "{tickets}");
        step(&staff.cook, left, "IN_KITCHEN").await.expect(400);
        step(&staff.waiter, other, "SERVED").await.expect(400);
        let started = json!({"status": "IN_PROGRESS"});
        staff.cook.patch(&format!("/api/kitchen/tickets/{ticket}/status"), started).await.expect(400);
        // A manager takes them off the bill.
        step(&staff.manager, left, "CANCELED").await.expect(200);
    }

    /// Two waiters close one table at the same moment: one check, one end.
    async fn two_close_at_once(app: App) {
        let staff = Staff::of(&app).await;
        let phone = app.scan("INT-01").await;
        let served = order(&phone, &[(111, 2)]).await;
        staff.walk(served, &SERVED).await;
        let [close, _] = endings(&phone);
        let (one, two) = tokio::join!(staff.waiter.post(&close, json!({})), staff.manager.post(&close, json!({})));
        let mut answers = [one.status, two.status];
        answers.sort_unstable();
        assert_eq!(answers, [200, 400]);
        assert_eq!(app.sql_i64("select count(*) from guest_check").await, 1);
        assert_eq!(open_checks(&staff).await.len(), 1);
        assert_ledger(&app).await;
    }

    /// A party that was served nothing leaves no check behind.
    async fn nothing_served_is_nothing_owed(app: App) {
        let staff = Staff::of(&app).await;
        let phone = app.scan("INT-01").await;
        order(&phone, &[(111, 1)]).await;
        let closed = staff.waiter.post(&endings(&phone)[0], json!({})).await.expect(200);
        assert!(number(&closed["total_cents"]) > 0, "what was ordered, as ever");
        assert_eq!((number(&closed["paid_cents"]), number(&closed["owed_cents"])), (0, 0));
        assert_eq!(app.sql_i64("select count(*) from guest_check").await, 0);
        assert_eq!(open_checks(&staff).await, Vec::<Value>::new());
    }

    /// What nobody will pay is written off by a manager, and is then in its own report and nowhere else (I12).
    async fn a_debt_is_written_off(app: App) {
        let staff = Staff::of(&app).await;
        let phone = app.scan("INT-01").await;
        let served = order(&phone, &[(111, 2)]).await;
        staff.walk(served, &SERVED).await;
        let party = Party::of(phone).await;
        let path = format!("/api/billing/check/{}/write-off", party.check);
        let because = |amount: Option<i64>| json!({ "amount_cents": amount, "reason": "se fueron sin pagar" });
        assert_eq!(staff.manager.post(&path, because(None)).await.expect(400)["code"], json!("party_still_here"));
        let admin = app.login("admin@demo.com", "admin123").await;
        let close = &endings(&party.phone)[0];
        let closed = admin.post(close, json!({ "force": true })).await.expect(200);
        assert_eq!(closed["owed_cents"], json!(party.total));
        staff.waiter.post(&path, because(None)).await.expect(403);
        staff.manager.post(&path, json!({})).await.expect(422);
        staff.manager.post(&path, because(Some(0))).await.expect(422);
        assert_eq!(staff.manager.post(&path, because(Some(party.total + 1))).await.expect(400)["remaining_cents"], json!(party.total));
        let part = staff.manager.post(&path, because(Some(100))).await.expect(200);
        assert_eq!((&part["remaining_cents"], &part["status"]), (&json!(party.total - 100), &json!("REQUESTED")));
        assert_eq!(number(&open_checks(&staff).await[0]["remaining_cents"]), party.total - 100);
        // The rest, twice with one key.
        let keyed = staff.manager.with_header("X-Idempotency-Key", "write-off");
        let rest = keyed.post(&path, because(None)).await;
        assert_eq!(keyed.post(&path, because(None)).await.bytes, rest.bytes);
        let rest = rest.expect(200);
        assert_eq!((&rest["written_off_cents"], &rest["remaining_cents"], &rest["paid_cents"]), (&json!(party.total), &json!(0), &json!(0)));
        assert_eq!(staff.manager.post(&path, because(None)).await.expect(400)["code"], json!("nothing_owed"));
        assert_eq!(open_checks(&staff).await, Vec::<Value>::new());
        cash(&staff.waiter, party.check, 1).await.expect(400);
        let report = staff.manager.get("/api/admin/reports/write-offs").await.expect(200);
        let row = &list(&report)[0];
        let counts = ["write_off_count", "check_count", "total_written_off_cents"].map(|field| number(&row[field]));
        assert_eq!(counts, [2, 1, party.total]);
        let summary = staff.manager.get("/api/admin/reports/summary").await.expect(200);
        assert_eq!(summary["total_revenue_cents"], json!(0));
        let page = staff.manager.get("/api/admin/receipts/daily-report/1").await.text();
        assert!(page.contains("Incobrables"), "{page}");
        let noted = format!("select count(*) from audit_log where action = 'WRITE_OFF' and entity_type = 'check' and entity_id = {}
            and cast(new_values as text) like '%se fueron sin pagar%'", party.check);
        assert_eq!(app.sql_i64(&noted).await, 2);
        assert_ledger(&app).await;
    }

    /// A goodwill refund after the party left is owed again until it is written off; its incident goes with it.
    async fn goodwill_after_the_party_left_is_written_off(app: App) {
        let staff = Staff::of(&app).await;
        staff.manager.post("/api/admin/cash/open", json!({"branch_id": 1, "opening_amount_cents": 0})).await.expect(201);
        let party = Party::paying(&app, "INT-01", &[(111, 2)]).await;
        let payment = number(&cash(&staff.waiter, party.check, party.total).await.expect(200)["payment_id"]);
        staff.waiter.post(&endings(&party.phone)[1], json!({})).await.expect(200);
        refund(&staff, payment, Some(500)).await.expect(200);
        let incidents = async || list(&staff.manager.get("/api/billing/incidents").await.expect(200)).len();
        assert_eq!((number(&open_checks(&staff).await[0]["remaining_cents"]), incidents().await), (500, 1));
        let path = format!("/api/billing/check/{}/write-off", party.check);
        let body = json!({ "reason": "atención de la casa" });
        let (one, two) = tokio::join!(staff.manager.post(&path, body.clone()), staff.manager.post(&path, body));
        let mut answers = [one.status, two.status];
        answers.sort_unstable();
        assert_eq!(answers, [200, 400], "of two at once one finds nothing owed");
        assert_eq!((open_checks(&staff).await.len(), incidents().await), (0, 0));
        // What goes back after that is owed anew.
        refund(&staff, payment, Some(200)).await.expect(200);
        assert_eq!(number(&open_checks(&staff).await[0]["remaining_cents"]), 200);
        assert_ledger(&app).await;
    }

    /// A table that was closed by mistake is opened again, with what is owed on its check.
    async fn a_closed_session_is_opened_again(app: App) {
        let staff = Staff::of(&app).await;
        let phone = app.scan("INT-01").await;
        let served = order(&phone, &[(111, 2)]).await;
        staff.walk(served, &SERVED).await;
        let reopen = format!("/api/waiter/sessions/{}/reopen", phone.session_id);
        staff.manager.post_empty(&reopen).await.expect(400);
        staff.waiter.post(&endings(&phone)[0], json!({})).await.expect(200);
        staff.waiter.post_empty(&reopen).await.expect(403);
        let next = app.anonymous().scan_as("INT-01", "Otro").await;
        assert_eq!(staff.manager.post_empty(&reopen).await.expect(400)["code"], json!("table_occupied"));
        staff.waiter.post(&endings(&next)[1], json!({})).await.expect(200);
        let opened = staff.manager.post_empty(&reopen).await.expect(200);
        assert_eq!((&opened["session_status"], &opened["table_status"]), (&json!("PAYING"), &json!("PAYING")));
        let stands = format!("select count(*) from dining_table t join table_session s on s.table_id = t.id and s.status = 'PAYING'
            join guest_check k on k.session_id = s.id and k.closed_at is null where t.id = {} and t.status = 'PAYING'", phone.table_id);
        assert_eq!(app.sql_i64(&stands).await, 1);
        // The party orders on once its check is withdrawn, and pays all of it.
        staff.waiter.post_empty(&format!("/api/waiter/sessions/{}/check/withdraw", phone.session_id)).await.expect(200);
        order(&phone, &[(118, 1)]).await;
        let party = Party::of(phone).await;
        assert_eq!(json!(party.check), opened["check_id"]);
        cash(&staff.waiter, party.check, party.total).await.expect(200);
        staff.waiter.post(&endings(&party.phone)[1], json!({})).await.expect(200);
        assert_eq!(open_checks(&staff).await, Vec::<Value>::new());
        assert_ledger(&app).await;
    }

    /// What was written off is asked of nobody: not in balances, not in a quote. Each guest's part is less by one
    /// factor.
    async fn a_debt_that_was_written_off_is_asked_of_nobody(app: App) {
        let staff = Staff::of(&app).await;
        app.sql_exec("update branch_product set price_cents = 1000 where product_id in (111, 118)").await;
        let (ana, bruno) = (app.anonymous().scan_as("INT-01", "Ana").await, app.anonymous().scan_as("INT-01", "Bruno").await);
        for (phone, dish) in [(&ana, 111), (&bruno, 118)] {
            let round = order_for(phone, phone.diner_id, &[dish]).await;
            staff.walk(round, &SERVED).await;
        }
        let party = Party::of(ana).await;
        let admin = app.login("admin@demo.com", "admin123").await;
        admin.post(&endings(&party.phone)[0], json!({ "force": true })).await.expect(200);
        let asked = async || {
            let balances = party.phone.get(&format!("/api/billing/check/{}/balances", party.check)).await.expect(200);
            let rows = list(&balances).iter().map(|row| [number(&row["remaining_cents"]), number(&row["written_off_cents"])]);
            let rows: Vec<_> = rows.collect();
            let plan = json!({ "plan": { "method": "by_consumption" } });
            let quote = staff.manager.post(&format!("/api/waiter/checks/{}/quote", party.check), plan).await.expect(200);
            let owes = list(&quote["shares"]).iter().map(|share| number(&share["owes_cents"])).collect::<Vec<_>>();
            assert_eq!(owes, rows.iter().map(|[left, _]| *left).collect::<Vec<_>>(), "{quote}");
            assert_eq!(number(&quote["remaining_cents"]), owes.iter().sum::<i64>());
            rows
        };
        assert_eq!(asked().await, [[1000, 0], [1000, 0]]);
        let path = format!("/api/billing/check/{}/write-off", party.check);
        staff.manager.post(&path, json!({ "amount_cents": 400, "reason": "x" })).await.expect(200);
        assert_eq!(asked().await, [[800, 200], [800, 200]]);
        // Who pays its part leaves the other's as it is.
        let pay = json!({ "check_id": party.check, "amount_cents": 800, "diner_id": party.phone.diner_id });
        staff.waiter.post("/api/billing/cash/pay", pay).await.expect(200);
        assert_eq!(asked().await, [[0, 200], [800, 200]]);
        staff.manager.post(&path, json!({ "reason": "x" })).await.expect(200);
        assert_eq!(asked().await.iter().map(|[left, _]| left).sum::<i64>(), 0);
        assert_ledger(&app).await;
    }

    /// A party that comes back to pay owes what was written off, on a day of its own; what is struck then is a void and
    /// no write-off.
    async fn what_was_written_off_is_owed_again_by_who_comes_back(app: App) {
        let staff = Staff::of(&app).await;
        app.sql_exec("update branch_product set price_cents = 1000 where product_id in (111, 118)").await;
        let phone = app.scan("INT-01").await;
        let round = order(&phone, &[(111, 1), (118, 1)]).await;
        staff.walk(round, &SERVED).await;
        let party = Party::of(phone).await;
        let admin = app.login("admin@demo.com", "admin123").await;
        admin.post(&endings(&party.phone)[0], json!({ "force": true })).await.expect(200);
        let path = format!("/api/billing/check/{}/write-off", party.check);
        staff.manager.post(&path, json!({ "amount_cents": 500, "reason": "x" })).await.expect(200);
        staff.manager.post(&path, json!({ "reason": "x" })).await.expect(200);
        app.sql_exec("update write_off set business_day = '2026-01-10'").await;

        let told = staff.waiter.socket(&app, "/ws/waiter").await;
        let reopen = format!("/api/waiter/sessions/{}/reopen", party.phone.session_id);
        let keyed = staff.manager.with_header("X-Idempotency-Key", "back");
        let opened = keyed.post_empty(&reopen).await;
        assert_eq!(keyed.post_empty(&reopen).await.bytes, opened.bytes);
        assert_eq!(opened.expect(200)["write_off_reversed_cents"], json!(2000));
        let event = told.wait_for("CHECK_REQUESTED").await;
        assert_eq!((&event["entity"]["check_status"], &event["entity"]["paid_cents"]), (&json!("REQUESTED"), &json!(0)));
        assert_eq!(number(&open_checks(&staff).await[0]["remaining_cents"]), 2000);
        let audited = format!("select count(*) from audit_log where action = 'WRITE_OFF_REVERSAL' and entity_type = 'check' and entity_id = {}", party.check);
        assert_eq!(app.sql_i64(&audited).await, 1);
        assert_ledger(&app).await;

        // One dish is given away, the other is paid: no cent of the two is in two reports.
        let gift = json!({ "reason": "x", "approved_by": staff.manager.user_id });
        staff.manager.patch(&format!("/api/waiter/rounds/items/{}/void", item(&app, round, 1).await), gift).await.expect(200);
        cash(&staff.waiter, party.check, 1001).await.expect(400);
        cash(&staff.waiter, party.check, 1000).await.expect(200);
        staff.waiter.post(&endings(&party.phone)[1], json!({})).await.expect(200);
        let report = async |name: &str, query: &str| staff.manager.get(&format!("/api/admin/reports/{name}?{query}")).await.expect(200);
        let sums = |report: &Value| ["write_off_count", "total_written_off_cents", "reversal_count", "total_reversed_cents"].map(|field| number(&report[0][field]));
        assert_eq!(number(&report("voids", "").await[0]["total_voided_cents"]), 1000);
        assert_eq!(report("summary", "").await["total_revenue_cents"], json!(1000));
        // The day of the write-off stays as it was; today shows what was taken back.
        assert_eq!(sums(&report("write-offs", "date_from=2026-01-10&date_to=2026-01-10").await), [2, 2000, 0, 0]);
        assert_eq!(sums(&report("write-offs", "days=1").await), [0, 0, 2, 2000]);
        let page = staff.manager.get("/api/admin/receipts/daily-report/1").await.text();
        assert!(page.contains("Vueltos a cobrar") && page.contains("− $ 20,00"), "{page}");
        assert_eq!(open_checks(&staff).await, Vec::<Value>::new());
        assert_ledger(&app).await;
    }

    /// Somebody who had left is back at the counter while others sit at the table: a manager takes the write-off back,
    /// once, and the debt is paid.
    async fn a_write_off_is_taken_back(app: App) {
        let staff = Staff::of(&app).await;
        let phone = app.scan("INT-01").await;
        let round = order(&phone, &[(111, 2)]).await;
        staff.walk(round, &SERVED).await;
        let party = Party::of(phone).await;
        let admin = app.login("admin@demo.com", "admin123").await;
        admin.post(&endings(&party.phone)[0], json!({ "force": true })).await.expect(200);
        order(&app.anonymous().scan_as("INT-01", "Otro").await, &[(118, 1)]).await;
        let path = format!("/api/billing/check/{}/write-off", party.check);
        let (reverse, because) = (format!("{path}/reverse"), json!({ "reason": "volvieron a pagar" }));
        assert_eq!(staff.manager.post(&reverse, because.clone()).await.expect(400)["code"], json!("nothing_written_off"));
        staff.manager.post(&path, json!({ "amount_cents": 100, "reason": "x" })).await.expect(200);
        staff.manager.post(&path, json!({ "reason": "x" })).await.expect(200);
        staff.waiter.post(&reverse, because.clone()).await.expect(403);
        staff.manager.post(&reverse, json!({})).await.expect(422);
        let (one, two) = tokio::join!(staff.manager.post(&reverse, because.clone()), staff.manager.post(&reverse, because.clone()));
        let mut answers = [one.status, two.status];
        answers.sort_unstable();
        assert_eq!(answers, [200, 400], "of two at once one finds nothing written off");
        let back = if one.status == 200 { one } else { two }.expect(200);
        assert_eq!((&back["reversed_cents"], &back["remaining_cents"], &back["status"]), (&json!(party.total), &json!(party.total), &json!("REQUESTED")));
        let owing = open_checks(&staff).await;
        assert!(owing.iter().any(|check| check["check_id"] == json!(party.check) && check["remaining_cents"] == json!(party.total)), "{owing:?}");
        let audited = format!("select count(*) from audit_log where action = 'WRITE_OFF_REVERSAL' and entity_id = {}
            and cast(new_values as text) like '%volvieron a pagar%'", party.check);
        assert_eq!(app.sql_i64(&audited).await, 1);
        cash(&staff.waiter, party.check, party.total).await.expect(200);
        assert_eq!(staff.manager.post(&reverse, because).await.expect(400)["code"], json!("nothing_written_off"));
        assert_ledger(&app).await;
    }
}
