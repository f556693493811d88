//! The check: asked for from several sides, withdrawn, discounted, changed by the kitchen, left behind.

use crate::ledger::assert_ledger;
use crate::look;
use crate::scene::{Staff, confirm_first, item, list, number, strangers, void};
use crate::till::{Party, cash, discount, order, order_for, refund, withdraw};
use harness::{both_modes, json, race};

const ASK: &str = "/api/billing/check/request";

/// How many voids were told once so many of four portions are left.
fn shown_times(left: i64) -> usize {
    match left {
        2 => 1,
        1 => 2,
        _ => 3,
    }
}

both_modes! {
    /// M26, W20, M15, M16 and the waiter's views say the same of one check.
    async fn everybody_is_told_of_the_same_check(app: App) {
        let (staff, menu, phone) = (Staff::of(&app).await, app.menu().await, app.scan("INT-01").await);
        let total_path = format!("/api/diner/session/{}/total", phone.session_id);
        let none = phone.get(&total_path).await.expect(200);
        assert_eq!(none, json!({"session_id": phone.session_id, "total_cents": 0, "paid_cents": 0, "check_id": null, "check_status": null}));
        phone.get("/api/diner/check").await.expect(404);
        order(&phone, &[(111, 2), (118, 1)]).await;
        let price = |id: i64| {
            let all = menu.0["categories"].as_array().unwrap().iter().flat_map(|c| c["products"].as_array().unwrap());
            number(&all.clone().find(|product| product["id"] == json!(id)).unwrap()["price_cents"])
        };
        let total = 2 * price(111) + price(118);
        let asked = phone.post_empty(ASK).await.expect(200);
        let check = number(&asked["check_id"]);
        assert_eq!(asked, json!({"check_id": check, "total_cents": total, "paid_cents": 0, "status": "REQUESTED"}));
        let by_waiter = staff.waiter.post_empty(&format!("/api/waiter/sessions/{}/check", phone.session_id)).await.expect(200);
        assert_eq!(by_waiter, json!({"check_id": check, "session_id": phone.session_id, "total_cents": total, "paid_cents": 0,
            "status": "REQUESTED", "items_count": 3}));
        let sums = json!({"session_id": phone.session_id, "total_cents": total, "paid_cents": 0, "check_id": check, "check_status": "REQUESTED"});
        assert_eq!(phone.get(&total_path).await.expect(200), sums);

        let bill = phone.get("/api/diner/check").await.expect(200);
        assert_eq!((&bill["id"], &bill["status"], &bill["total_cents"]), (&json!(check), &json!("REQUESTED"), &json!(total)));
        assert_eq!((&bill["remaining_cents"], &bill["table_code"], &bill["payments"]), (&json!(total), &json!("INT-01"), &json!([])));
        let line = &bill["items"][0];
        assert_eq!((&line["qty"], &line["unit_price_cents"], &line["subtotal_cents"]), (&json!(2), &json!(price(111)), &json!(2 * price(111))));
        assert_eq!((&line["round_number"], &line["notes"]), (&json!(1), &json!(null)));
        assert!(line["product_name"].is_string() && line["charge_id"].is_i64() && bill["created_at"].is_string());

        cash(&staff.waiter, check, 100).await.expect(200);
        let bill = phone.get("/api/diner/check").await.expect(200);
        let payment = &bill["payments"][0];
        assert_eq!((&payment["provider"], &payment["status"], &payment["amount_cents"]), (&json!("CASH"), &json!("APPROVED"), &json!(100)));
        for path in [format!("/api/tables/{}", phone.table_id), format!("/api/waiter/sessions/{}/summary", phone.session_id),
            format!("/api/waiter/tables/{}/session", phone.table_id)] {
            let seen = staff.waiter.get(&path).await.expect(200);
            assert_eq!(seen["check_status"], json!("IN_PAYMENT"), "{path}");
            if seen.get("total_cents").is_some() {
                assert_eq!((&seen["total_cents"], &seen["paid_cents"]), (&json!(total), &json!(100)), "{path}");
            }
        }
        let grid = staff.manager.get("/api/waiter/tables?branch_id=1").await.expect(200);
        let row = grid.as_array().unwrap().iter().find(|row| row["table_id"] == json!(phone.table_id)).unwrap();
        assert_eq!((&row["check_status"], &row["status"]), (&json!("IN_PAYMENT"), &json!("PAYING")));
        assert_ledger(&app).await;
    }

    /// Asking again answers the same in every state; a closed session has nothing to ask for.
    async fn asking_is_idempotent_in_every_state(app: App) {
        let staff = Staff::of(&app).await;
        let party = Party::paying(&app, "INT-01", &[(111, 1)]).await;
        let phone = &party.phone;
        let ask = async || phone.post_empty(ASK).await.expect(200);
        assert_eq!(ask().await["status"], json!("REQUESTED"));
        cash(&staff.waiter, party.check, 1).await.expect(200);
        assert_eq!(ask().await["status"], json!("IN_PAYMENT"));
        withdraw(&staff, phone.session_id).await.expect(200);
        assert_eq!(party.stands().await.0, "OPEN");
        assert_eq!(ask().await["status"], json!("IN_PAYMENT"));
        cash(&staff.waiter, party.check, party.total - 1).await.expect(200);
        let paid = ask().await;
        assert_eq!(paid, json!({"check_id": party.check, "total_cents": party.total, "paid_cents": party.total, "status": "PAID"}));
        withdraw(&staff, phone.session_id).await.expect(409);

        let keyed = phone.with_header("X-Idempotency-Key", "ask-1");
        let first = keyed.post_empty(ASK).await;
        assert_eq!(keyed.post_empty(ASK).await.bytes, first.bytes);
        keyed.lenient().post(ASK, json!({"x": 1})).await.expect(409);
        let news = format!("session_id = {}", phone.session_id);
        assert_eq!(look::events(&app, "CHECK_REQUESTED", &news).await, 2);
        assert_eq!(look::events(&app, "CHECK_PAID", &news).await, 1);

        // By staff it is the same, and noted whenever it changes something.
        let other = app.scan("INT-02").await;
        order(&other, &[(111, 1)]).await;
        let by_waiter = format!("/api/waiter/sessions/{}/check", other.session_id);
        let check = number(&staff.waiter.post_empty(&by_waiter).await.expect(200)["check_id"]);
        staff.waiter.post_empty(&by_waiter).await.expect(200);
        assert_eq!(look::audited(&app, "check", check).await, 1);
        withdraw(&staff, other.session_id).await.expect(200);
        staff.waiter.post_empty(&by_waiter).await.expect(200);
        assert_eq!(look::audited(&app, "check", check).await, 3);

        staff.waiter.post(&format!("/api/waiter/tables/{}/close", phone.table_id), json!({})).await.expect(200);
        phone.post_empty(ASK).await.expect(400);
        staff.waiter.post_empty(&format!("/api/waiter/sessions/{}/check", phone.session_id)).await.expect(404);
        assert_ledger(&app).await;
    }

    /// However many phones ask at once, there is one check, one charge a line and one event.
    async fn many_phones_ask_at_once(app: App) {
        let phone = app.scan("INT-01").await;
        order(&phone, &[(111, 2), (118, 1)]).await;
        let answers = race(8, |_| {
            let phone = phone.clone();
            async move { phone.post_empty(ASK).await.expect(200) }
        })
        .await;
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
        assert_eq!(app.sql_i64("select count(*) from charge").await, 2);
        assert_eq!(look::events(&app, "CHECK_REQUESTED", "true").await, 1);
        assert_ledger(&app).await;
    }

    /// A withdrawn check takes on what is ordered meanwhile, once.
    async fn a_withdrawn_check_takes_on_what_is_ordered(app: App) {
        let staff = Staff::of(&app).await;
        let party = Party::paying(&app, "INT-01", &[(111, 1)]).await;
        let (phone, session) = (&party.phone, party.phone.session_id);
        phone.post("/api/diner/rounds/submit", json!({"items": [{"product_id": 118, "qty": 1}]})).await.expect(400);
        cash(&staff.waiter, party.check, 300).await.expect(200);
        let back = withdraw(&staff, session).await.expect(200);
        assert_eq!(back, json!({"check_id": party.check, "session_id": session, "status": "OPEN", "session_status": "OPEN",
            "table_status": "ACTIVE", "total_cents": party.total, "paid_cents": 300}));
        withdraw(&staff, session).await.expect(409);
        cash(&staff.waiter, party.check, 1).await.expect(400);
        order(phone, &[(118, 1)]).await;
        let more = number(&phone.get(&format!("/api/diner/session/{session}/total")).await.expect(200)["total_cents"]);
        assert!(more > party.total);
        assert_eq!(party.stands().await, ("OPEN".to_owned(), more, 300));
        let again = phone.post_empty(ASK).await.expect(200);
        assert_eq!(again, json!({"check_id": party.check, "total_cents": more, "paid_cents": 300, "status": "IN_PAYMENT"}));
        assert_eq!(app.sql_i64("select count(*) from charge").await, 2);
        assert_ledger(&app).await;
    }

    /// What the kitchen strikes after it was paid is not owed: the money moves on, or becomes credit with a task.
    async fn what_is_struck_is_not_owed(app: App) {
        let staff = Staff::of(&app).await;
        let phone = app.scan("INT-01").await;
        let round = order(&phone, &[(111, 1), (118, 1)]).await;
        let canceled = order(&phone, &[(112, 1)]).await;
        let party = Party::of(phone).await;
        cash(&staff.waiter, party.check, party.total - 100).await.expect(200);
        let first = item(&app, round, 1).await;
        void(&staff.waiter, first).await.expect(200);
        let after = party.stands().await;
        assert_eq!((after.0.as_str(), after.1 == after.2), ("PAID", true), "{after:?}");
        let freed = app.sql_i64(&format!("select unit_price_cents from round_item where id = {first}")).await;
        let proposals = async || staff.manager.get("/api/billing/refunds?branch_id=1").await.expect(200);
        let waiting = proposals().await;
        assert_eq!((&waiting[0]["status"], &waiting[0]["amount_cents"], &waiting[0]["kind"]),
            (&json!("PROPOSED"), &json!(freed - 100), &json!("OVERPAYMENT")));
        assert_eq!(look::events(&app, "CHECK_PAID", "true").await, 1);
        staff.manager.post(&format!("/api/kitchen/rounds/{canceled}/cancel"), json!({"reason": "no hay"})).await.expect(200);
        assert!(number(&proposals().await[0]["amount_cents"]) > freed - 100);
        assert_eq!(proposals().await.as_array().unwrap().len(), 1);
        assert_ledger(&app).await;
        // Given back, the task is gone.
        let task = number(&proposals().await[0]["refund_id"]);
        let done = staff.manager.post_empty(&format!("/api/billing/refunds/{task}/approve")).await.expect(200);
        assert_eq!((&done["refund_status"], &done["check_status"]), (&json!("DONE"), &json!("PAID")));
        assert_eq!(proposals().await, json!([]));
        staff.manager.post_empty(&format!("/api/billing/refunds/{task}/approve")).await.expect(409);
        staff.manager.post_empty(&format!("/api/billing/refunds/{task}/dismiss")).await.expect(409);
        assert_ledger(&app).await;
    }

    /// A discount takes off, also after payment; removed, it is owed again.
    async fn discounts_come_and_go(app: App) {
        let staff = Staff::of(&app).await;
        let party = Party::paying(&app, "INT-01", &[(111, 3), (118, 1)]).await;
        let session = party.phone.session_id;
        let path = format!("/api/waiter/sessions/{session}/discount");
        staff.waiter.post(&path, json!({"discount_type": "PERCENT", "value": 10, "reason": "x"})).await.expect(403);
        for bad in [json!({"discount_type": "PERCENT", "value": 0, "reason": "x"}), json!({"discount_type": "PERCENT", "value": 101, "reason": "x"}),
            json!({"discount_type": "AMOUNT", "value": -5, "reason": "x"}), json!({"discount_type": "AMOUNT", "value": 5, "reason": " "}),
            json!({"discount_type": "AMOUNT", "value": 5.5, "reason": "x"}), json!({"discount_type": "GIFT", "value": 5, "reason": "x"})] {
            staff.manager.post(&path, bad).await.expect(422);
        }
        discount(&staff, session, "AMOUNT", party.total + 1).await.expect(400);
        cash(&staff.waiter, party.check, party.total).await.expect(200);
        let off = discount(&staff, session, "PERCENT", 10).await.expect(200);
        let taken = number(&off["discount_cents"]);
        assert_eq!(taken, (party.total * 10 + 50) / 100);
        assert_eq!((&off["status"], &off["total_cents"], &off["remaining_cents"]), (&json!("PAID"), &json!(party.total - taken), &json!(0)));
        let waiting = staff.manager.get("/api/billing/refunds").await.expect(200);
        assert_eq!(waiting[0]["amount_cents"], json!(taken));
        assert_ledger(&app).await;

        let remove = format!("/api/waiter/discounts/{}", off["discount_id"]);
        staff.waiter.delete(&remove).await.expect(403);
        let keyed = staff.manager.with_header("X-Idempotency-Key", "off-1");
        let removed = keyed.delete(&remove).await;
        assert_eq!((&removed.expect(200)["total_cents"], &removed.expect(200)["status"]), (&json!(party.total), &json!("PAID")));
        assert_eq!(keyed.delete(&remove).await.bytes, removed.bytes);
        staff.manager.delete(&remove).await.expect(404);
        assert_eq!(staff.manager.get("/api/billing/refunds").await.expect(200), json!([]));
        assert_eq!(look::audited(&app, "check_discount", number(&off["discount_id"])).await, 1);
        assert_ledger(&app).await;
    }

    /// What was ordered since the check was withdrawn counts when something is taken off, and what is told is what it
    /// took.
    async fn a_discount_on_a_withdrawn_check_knows_what_was_ordered_since(app: App) {
        let staff = Staff::of(&app).await;
        let party = Party::paying(&app, "INT-01", &[(111, 1)]).await;
        let session = party.phone.session_id;
        withdraw(&staff, session).await.expect(200);
        order(&party.phone, &[(118, 2)]).await;
        let more = party.stands().await.1;
        assert!(more > party.total);
        let off = discount(&staff, session, "AMOUNT", party.total + 1).await.expect(200);
        assert_eq!((&off["discount_cents"], &off["total_cents"], &off["status"]),
            (&json!(party.total + 1), &json!(more - party.total - 1), &json!("OPEN")));
        assert_ledger(&app).await;
        let asked = party.phone.post_empty(ASK).await.expect(200);
        assert_eq!(asked["total_cents"], json!(more - party.total - 1));
        assert_ledger(&app).await;
    }

    /// A party that ordered nothing owes nothing: its check is paid at once and its table can be cleared.
    async fn a_check_of_nothing_is_paid(app: App) {
        let staff = Staff::of(&app).await;
        let phone = app.scan("INT-01").await;
        let by_waiter = format!("/api/waiter/sessions/{}/check", phone.session_id);
        assert_eq!(staff.waiter.post_empty(&by_waiter).await.expect(400)["code"], json!("nothing_ordered"));
        assert_eq!(app.sql_i64("select count(*) from guest_check").await, 0);
        let party = Party::of(phone).await;
        assert_eq!(party.stands().await, ("PAID".to_owned(), 0, 0));
        // One that a phone opened is told of.
        assert_eq!(staff.waiter.post_empty(&by_waiter).await.expect(200)["check_id"], json!(party.check));
        cash(&staff.waiter, party.check, 1).await.expect(400);
        staff.waiter.post_empty(&format!("/api/billing/tables/{}/clear", party.phone.table_id)).await.expect(200);
        assert_ledger(&app).await;
    }

    /// What no waiter has confirmed is on no bill, and whoever asks for the bill hears that it waits.
    async fn a_round_that_waits_is_on_no_bill(app: App) {
        let staff = Staff::of(&app).await;
        confirm_first(&app).await;
        let phone = app.scan("INT-01").await;
        let first = order(&phone, &[(111, 1)]).await;
        let by_waiter = format!("/api/waiter/sessions/{}/check", phone.session_id);
        assert_eq!(phone.post_empty("/api/billing/check/request").await.expect(400)["code"], json!("round_waits"));
        assert_eq!(staff.waiter.post_empty(&by_waiter).await.expect(400)["code"], json!("round_waits"));
        assert_eq!(app.sql_i64("select count(*) from guest_check").await, 0);
        staff.walk(first, &["CONFIRMED"]).await;
        let second = order(&phone, &[(118, 1)]).await;
        let price = async |round: i64| app.sql_i64(&format!("select unit_price_cents from round_item where round_id = {round}")).await;
        let (first_costs, second_costs) = (price(first).await, price(second).await);
        let asked = phone.post_empty("/api/billing/check/request").await.expect(200);
        assert_eq!((&asked["total_cents"], &asked["waiting_round_ids"]), (&json!(first_costs), &json!([second])));
        let again = staff.waiter.post_empty(&by_waiter).await.expect(200);
        assert_eq!((&again["items_count"], &again["waiting_round_ids"]), (&json!(1), &json!([second])));
        let bill = phone.get("/api/diner/check").await.expect(200);
        assert_eq!((&bill["total_cents"], list(&bill["items"]).len()), (&json!(first_costs), 1));
        let check = number(&asked["check_id"]);
        cash(&staff.waiter, check, first_costs + 1).await.expect(400);
        cash(&staff.waiter, check, first_costs).await.expect(200);
        assert_ledger(&app).await;
        // Confirmed after all, it is owed.
        staff.walk(second, &["CONFIRMED"]).await;
        let bill = phone.get("/api/diner/check").await.expect(200);
        assert_eq!((&bill["status"], &bill["total_cents"]), (&json!("IN_PAYMENT"), &json!(first_costs + second_costs)));
        cash(&staff.waiter, check, second_costs).await.expect(200);
        // One that still waits when the table is cleared goes, and no money with it.
        let phone = app.scan("INT-02").await;
        let wanted = order(&phone, &[(111, 1)]).await;
        staff.walk(wanted, &["CONFIRMED", "SUBMITTED"]).await;
        let late = order(&phone, &[(118, 1)]).await;
        let party = Party::of(phone).await;
        cash(&staff.waiter, party.check, party.total).await.expect(200);
        staff.waiter.post_empty(&format!("/api/billing/tables/{}/clear", party.phone.table_id)).await.expect(200);
        assert_eq!(app.sql_i64(&format!("select count(*) from round where id = {wanted} and status = 'SERVED'")).await, 1);
        assert_eq!(app.sql_i64(&format!("select count(*) from round where id = {late} and status = 'CANCELED'")).await, 1);
        assert_eq!(app.sql_i64("select count(*) from refund").await, 0);
        assert_ledger(&app).await;
    }

    /// A discount for one guest's soup leaves the other's pasta alone.
    async fn a_discount_names_what_it_is_for(app: App) {
        let staff = Staff::of(&app).await;
        let (ana, bruno) = (app.anonymous().scan_as("INT-01", "Ana").await, app.anonymous().scan_as("INT-01", "Bruno").await);
        order_for(&ana, ana.diner_id, &[111]).await;
        order_for(&bruno, bruno.diner_id, &[118]).await;
        let party = Party::of(ana).await;
        let charges = party.charges(&app).await;
        let costs = async |charge: i64| app.sql_i64(&format!("select amount_cents from charge where id = {charge}")).await;
        let (soup, pasta) = (costs(charges[0]).await, costs(charges[1]).await);
        let path = format!("/api/waiter/sessions/{}/discount", party.phone.session_id);
        let off = |kind: &str, value: i64, charges: &[i64]| json!({ "discount_type": kind, "value": value, "reason": "fría", "charge_ids": charges });
        for wrong in [off("PERCENT", 50, &[]), off("PERCENT", 50, &[charges[0], charges[0]])] {
            staff.manager.post(&path, wrong).await.expect(422);
        }
        staff.manager.post(&path, off("PERCENT", 50, &[999_999])).await.expect(404);
        assert_eq!(staff.manager.post(&path, off("AMOUNT", soup + 1, &[charges[0]])).await.expect(400)["code"], json!("discount_too_large"));
        let keyed = staff.manager.with_header("X-Idempotency-Key", "soup");
        let taken = keyed.post(&path, off("PERCENT", 50, &[charges[0]])).await;
        assert_eq!(keyed.post(&path, off("PERCENT", 50, &[charges[0]])).await.bytes, taken.bytes);
        let (taken, half) = (taken.expect(200), (soup + 1) / 2);
        assert_eq!((&taken["discount_cents"], &taken["total_cents"]), (&json!(half), &json!(soup - half + pasta)));
        assert_eq!((costs(charges[0]).await, costs(charges[1]).await), (soup - half, pasta));
        // Whoever asks what the guests owe hears the same: balances, a quote, a claim.
        let balances = bruno.get(&format!("/api/billing/check/{}/balances", party.check)).await.expect(200);
        let owes = |diner: i64| number(&list(&balances).iter().find(|row| row["diner_id"] == json!(diner)).unwrap()["total_cents"]);
        assert_eq!((owes(party.phone.diner_id), owes(bruno.diner_id)), (soup - half, pasta));
        let quote = bruno.post(&format!("/api/billing/check/{}/quote", party.check), json!({ "plan": { "method": "by_consumption" } })).await.expect(200);
        let share = |diner: i64| number(&list(&quote["shares"]).iter().find(|row| row["diner_id"] == json!(diner)).unwrap()["owes_cents"]);
        assert_eq!((share(party.phone.diner_id), share(bruno.diner_id)), (soup - half, pasta));
        let claim = json!({ "diner_id": bruno.diner_id, "items": [{ "charge_id": charges[1] }] });
        assert_eq!(bruno.put(&format!("/api/billing/check/{}/claims", party.check), claim).await.expect(200)["amount_cents"], json!(pasta));
        let seen = staff.manager.get(&format!("/api/billing/check/{}", party.check)).await.expect(200);
        assert_eq!(seen["discounts"][0]["charge_ids"], json!([charges[0]]));
        assert_ledger(&app).await;

        // Ana has paid for her half when the rest of the soup is given to her: it is hers to have back, and Bruno owes
        // what he owed.
        let pay = json!({ "check_id": party.check, "amount_cents": soup - half, "diner_id": party.phone.diner_id });
        staff.waiter.post("/api/billing/cash/pay", pay).await.expect(200);
        let item = app.sql_i64(&format!("select round_item_id from charge where id = {}", charges[0])).await;
        let gift = json!({ "discount_type": "PERCENT", "value": 100, "reason": "invita la casa", "item_ids": [item] });
        staff.manager.post(&path, gift.clone()).await.expect(200);
        staff.manager.post(&path, gift).await.expect(400);
        assert_eq!(party.stands().await, ("REQUESTED".to_owned(), pasta, 0));
        let proposed = staff.manager.get("/api/billing/refunds").await.expect(200);
        assert_eq!((list(&proposed).len(), &proposed[0]["amount_cents"]), (1, &json!(soup - half)));
        assert_ledger(&app).await;
    }

    /// A discount names the dishes of its own table, and a void is approved by a manager of its own branch: those of
    /// others do not exist.
    async fn what_is_named_is_the_tables_own(app: App) {
        let staff = Staff::of(&app).await;
        let [foreign, north] = strangers(&app).await;
        let party = Party::paying(&app, "INT-01", &[(111, 1)]).await;
        let other = Party::paying(&app, "INT-02", &[(118, 1)]).await;
        let path = format!("/api/waiter/sessions/{}/discount", party.phone.session_id);
        let off = |field: &str, id: i64| json!({ "discount_type": "PERCENT", "value": 10, "reason": "x", field: [id] });
        let charge = async |check: i64| app.sql_i64(&format!("select coalesce(min(id), 999999) from charge where check_id = {check}")).await;
        let theirs = app.sql_i64(&format!("select round_item_id from charge where check_id = {}", other.check)).await;
        for id in [charge(other.check).await, charge(foreign.check).await, charge(north.check).await] {
            staff.manager.post(&path, off("charge_ids", id)).await.expect(404);
        }
        for id in [theirs, foreign.item, north.item] {
            staff.manager.post(&path, off("item_ids", id)).await.expect(404);
        }
        assert_eq!((party.stands().await.1, other.stands().await.1), (party.total, other.total));

        let line = app.sql_i64(&format!("select round_item_id from charge where check_id = {}", party.check)).await;
        app.sql_exec(&format!("update round set status = 'SERVED' where id = (select round_id from round_item where id = {line})")).await;
        app.sql_exec(&format!("update user_branch_role set role = 'MANAGER' where user_id in ({}, {})", foreign.member, north.member)).await;
        for (approved_by, refusal) in [(north.member, 422), (foreign.member, 404), (staff.waiter.user_id, 422), (999_999, 404)] {
            let body = json!({ "reason": "x", "approved_by": approved_by });
            staff.manager.patch(&format!("/api/waiter/rounds/items/{line}/void"), body).await.expect(refusal);
        }
        assert_eq!(app.sql_i64(&format!("select count(*) from round_item where id = {line} and voided_at is null")).await, 1);
    }

    /// Who paid a dish that is struck has the money back; what the others owe stays owed.
    async fn a_void_gives_its_guest_the_money_back(app: App) {
        let staff = Staff::of(&app).await;
        let (ana, bruno) = (app.anonymous().scan_as("INT-01", "Ana").await, app.anonymous().scan_as("INT-01", "Bruno").await);
        let hers = order_for(&ana, ana.diner_id, &[111]).await;
        order_for(&bruno, bruno.diner_id, &[118]).await;
        let party = Party::of(ana).await;
        let price = async |product: i64| app.sql_i64(&format!("select unit_price_cents from round_item where product_id = {product}")).await;
        let (soup, pasta) = (price(111).await, price(118).await);
        let pay = json!({ "check_id": party.check, "amount_cents": soup, "diner_id": party.phone.diner_id });
        staff.waiter.post("/api/billing/cash/pay", pay).await.expect(200);
        void(&staff.waiter, item(&app, hers, 1).await).await.expect(200);
        assert_eq!(party.stands().await, ("REQUESTED".to_owned(), pasta, 0));
        let proposed = staff.manager.get("/api/billing/refunds").await.expect(200);
        assert_eq!((list(&proposed).len(), &proposed[0]["amount_cents"]), (1, &json!(soup)));
        assert_ledger(&app).await;
        cash(&staff.waiter, party.check, pasta).await.expect(200);
        staff.manager.post_empty(&format!("/api/billing/refunds/{}/approve", proposed[0]["refund_id"])).await.expect(200);
        assert_eq!(party.stands().await, ("PAID".to_owned(), pasta, pasta));
        assert_ledger(&app).await;
    }

    /// Two of four are struck; what was served a manager gives away, and a waiter does not.
    async fn a_part_of_a_line_and_a_served_dish_are_struck(app: App) {
        let staff = Staff::of(&app).await;
        let phone = app.scan("INT-01").await;
        let told = staff.cook.socket(&app, "/ws/kitchen").await;
        let round = order(&phone, &[(111, 4), (118, 1)]).await;
        let party = Party::of(phone).await;
        let price = app.sql_i64(&format!("select unit_price_cents from round_item where round_id = {round} and product_id = 111")).await;
        let line = item(&app, round, 1).await;
        let strike = async |by: &harness::Caller, qty: i64, approved_by: Option<i64>| {
            let body = json!({ "reason": "se cayó", "qty": qty, "approved_by": approved_by });
            by.patch(&format!("/api/waiter/rounds/items/{line}/void"), body).await
        };
        for qty in [0, 5, 100] {
            strike(&staff.waiter, qty, None).await.expect(422);
        }
        let keyed = staff.waiter.with_header("X-Idempotency-Key", "two");
        let two = strike(&keyed, 2, None).await;
        assert_eq!(strike(&keyed, 2, None).await.bytes, two.bytes);
        assert_eq!(two.header("x-ignored-fields"), None);
        let part_of = json!({ "item_id": line, "voided_qty": 2, "left_qty": 2 });
        assert_eq!(two.expect(200)["part_of"], part_of);
        assert_eq!(told.wait_for("ROUND_ITEM_VOIDED").await["entity"]["part_of"], part_of);
        assert_eq!(party.stands().await.1, party.total - 2 * price);
        let kitchen = staff.cook.get(&format!("/api/kitchen/rounds/{round}")).await.expect(200);
        let lines: Vec<_> = list(&kitchen["items"]).iter().map(|line| (number(&line["qty"]), line["is_voided"].clone())).collect();
        assert_eq!(lines, [(2, json!(false)), (1, json!(false)), (2, json!(true))]);
        let charge = format!("select qty * 1000000 + gross_cents from charge where round_item_id = {line}");
        assert_eq!(app.sql_i64(&charge).await, 2_000_000 + 2 * price);

        staff.walk(round, &["IN_KITCHEN", "READY", "SERVED"]).await;
        let manager = Some(staff.manager.user_id);
        // Not without a manager's word, and not by somebody who only says that he has it.
        strike(&staff.manager, 1, None).await.expect(400);
        strike(&staff.waiter, 1, None).await.expect(400);
        strike(&staff.waiter, 1, manager).await.expect(403);
        strike(&staff.cook, 1, manager).await.expect(403);
        assert_eq!(party.stands().await.1, party.total - 2 * price);
        let given = strike(&staff.manager, 1, manager).await.expect(200);
        assert_eq!((&given["round_canceled"], &given["approved_by"]), (&json!(false), &json!(staff.manager.user_id)));
        let rest = strike(&staff.manager, 1, manager).await.expect(200);
        assert_eq!((&rest["item_id"], &rest["round_canceled"]), (&json!(line), &json!(false)));
        strike(&staff.manager, 1, manager).await.expect(400);
        assert_eq!(party.stands().await.1, party.total - 4 * price);
        assert_eq!(app.sql_i64(&format!("select count(*) from round where id = {round} and status = 'SERVED'")).await, 1);
        let audited = app.sql_texts("select cast(new_values as text) from audit_log where action = 'VOID' order by id").await;
        let audited: Vec<harness::Value> = audited.iter().map(|row| row.parse().unwrap()).collect();
        assert_eq!(audited.iter().map(|row| row["qty"].clone()).collect::<Vec<_>>(), [json!(2), json!(1), json!(1)]);
        assert_eq!(audited.iter().map(|row| row["approved_by"].clone()).collect::<Vec<_>>(), [json!(null), json!(manager), json!(manager)]);
        let voids = staff.manager.get("/api/admin/reports/voids").await.expect(200);
        let struck: i64 = list(&voids).iter().map(|row| number(&row["total_quantity"])).sum();
        assert_eq!(struck, 4);
        cash(&staff.waiter, party.check, party.total - 4 * price).await.expect(200);
        staff.waiter.post_empty(&format!("/api/billing/tables/{}/clear", party.phone.table_id)).await.expect(200);
        let pasta = json!({ "reason": "x", "approved_by": manager });
        staff.manager.patch(&format!("/api/waiter/rounds/items/{}/void", item(&app, round, 2).await), pasta).await.expect(400);
        assert_ledger(&app).await;
    }

    /// Several people strike portions of one line at once: no more are struck than there are, and each is owed or not.
    async fn two_who_strike_at_once_share_the_line(app: App) {
        let staff = Staff::of(&app).await;
        let phone = app.scan("INT-01").await;
        let round = order(&phone, &[(111, 8), (118, 1)]).await;
        let party = Party::of(phone).await;
        let line = item(&app, round, 1).await;
        let price = app.sql_i64(&format!("select unit_price_cents from round_item where id = {line}")).await;
        let results = race(6, |index| {
            let by = if index % 2 == 0 { staff.waiter.clone() } else { staff.manager.clone() };
            async move { by.patch(&format!("/api/waiter/rounds/items/{line}/void"), json!({ "reason": "x", "qty": 3 })).await.status }
        })
        .await;
        let struck = i64::try_from(results.iter().filter(|status| **status == 200).count()).unwrap();
        assert_eq!((struck, results.iter().filter(|status| **status == 422).count()), (2, 4), "{results:?}");
        assert_eq!(app.sql_i64(&format!("select sum(qty) from round_item where round_id = {round} and voided_at is not null")).await, 6);
        assert_eq!(party.stands().await.1, party.total - 6 * price);
        assert_ledger(&app).await;
    }

    /// Whatever was struck and given away, in a currency without decimals too, every split adds up.
    async fn what_is_left_is_split_to_the_unit(app: App) {
        let staff = Staff::of(&app).await;
        staff.manager.patch("/api/admin/branches/1", json!({ "currency": "CLP" })).await.expect(200);
        let (ana, bruno) = (app.anonymous().scan_as("INT-01", "Ana").await, app.anonymous().scan_as("INT-01", "Bruno").await);
        let items = json!([{ "product_id": 111, "qty": 3, "diner_id": ana.diner_id }, { "product_id": 118, "qty": 1, "diner_id": bruno.diner_id }]);
        let round = number(&ana.post("/api/diner/rounds/submit", json!({ "items": items })).await.expect(200)["round_id"]);
        let party = Party::of(ana).await;
        let charges = party.charges(&app).await;
        let path = format!("/api/waiter/sessions/{}/discount", party.phone.session_id);
        for (value, charges) in [(33, json!([charges[0]])), (7, json!(charges))] {
            let off = json!({ "discount_type": "PERCENT", "value": value, "reason": "x", "charge_ids": charges });
            staff.manager.post(&path, off).await.expect(200);
        }
        let line = item(&app, round, 1).await;
        staff.waiter.patch(&format!("/api/waiter/rounds/items/{line}/void"), json!({ "reason": "x", "qty": 1 })).await.expect(200);
        let (_, total, _) = party.stands().await;
        for plan in [json!({ "method": "by_consumption" }), json!({ "method": "equal", "ways": 3 }), json!({ "method": "equal", "ways": 7 })] {
            let quote = party.phone.post(&format!("/api/billing/check/{}/quote", party.check), json!({ "plan": plan })).await.expect(200);
            let shares: Vec<i64> = list(&quote["shares"]).iter().map(|share| number(&share["owes_cents"])).collect();
            assert_eq!(shares.iter().sum::<i64>() + number(&quote["unassigned_cents"]), total, "{quote}");
            assert!(shares.iter().all(|share| share % 100 == 0), "{quote}");
        }
        assert_eq!(app.sql_i64("select count(*) from charge where amount_cents % 100 <> 0").await, 0);
        assert_ledger(&app).await;
    }

    /// W11, W24: a party leaves when it has paid or never asked; only an administrator lets it go otherwise.
    async fn a_party_leaves_when_it_has_paid(app: App) {
        let (staff, admin) = (Staff::of(&app).await, app.login("admin@demo.com", "admin123").await);
        let party = Party::paying(&app, "INT-01", &[(111, 1)]).await;
        let (close, clear) = (format!("/api/waiter/tables/{}/close", party.phone.table_id), format!("/api/billing/tables/{}/clear", party.phone.table_id));
        staff.waiter.post(&close, json!({})).await.expect(400);
        staff.waiter.post_empty(&clear).await.expect(400);
        staff.manager.post(&close, json!({"force": true})).await.expect(403);
        cash(&staff.waiter, party.check, 300).await.expect(200);
        staff.waiter.post(&close, json!({})).await.expect(400);
        let closed = admin.post(&close, json!({"force": true})).await.expect(200);
        assert_eq!((&closed["total_cents"], &closed["paid_cents"]), (&json!(party.total), &json!(300)));
        assert_ledger(&app).await;

        // What was paid for the one is not moved to the other any more: whoever was told that its dish is paid stays
        // told.
        let party = Party::paying(&app, "INT-03", &[(111, 1), (118, 1)]).await;
        let off = discount(&staff, party.phone.session_id, "AMOUNT", 10).await.expect(200);
        let first = number(&cash(&staff.waiter, party.check, 400).await.expect(200)["payment_id"]);
        let second = number(&cash(&staff.waiter, party.check, party.total - 410).await.expect(200)["payment_id"]);
        staff.waiter.post(&format!("/api/waiter/tables/{}/close", party.phone.table_id), json!({})).await.expect(200);
        let rows = format!("select count(*) from allocation where payment_id = {second}");
        let before = app.sql_i64(&rows).await;
        refund(&staff, first, Some(300)).await.expect(200);
        assert_eq!(app.sql_i64(&rows).await, before);
        let remove = format!("/api/waiter/discounts/{}", off["discount_id"]);
        assert_eq!(staff.manager.delete(&remove).await.expect(400)["code"], json!("check_closed"));
        assert_ledger(&app).await;

        // A withdrawn check that is forced closed owes what was ordered since.
        let party = Party::paying(&app, "INT-02", &[(111, 1)]).await;
        withdraw(&staff, party.phone.session_id).await.expect(200);
        order(&party.phone, &[(118, 1)]).await;
        let close = format!("/api/waiter/tables/{}/close", party.phone.table_id);
        staff.waiter.post(&close, json!({})).await.expect(400);
        let closed = admin.post(&close, json!({"force": true})).await.expect(200);
        assert!(number(&closed["total_cents"]) > party.total);
        assert_ledger(&app).await;

        // Never asked.
        let phone = app.scan("INT-03").await;
        order(&phone, &[(111, 1)]).await;
        staff.waiter.post_empty(&format!("/api/billing/tables/{}/clear", phone.table_id)).await.expect(200);
        // Paid: CHECK_PAID comes before TABLE_CLEARED.
        let party = Party::paying(&app, "INT-04", &[(111, 1)]).await;
        cash(&staff.waiter, party.check, party.total).await.expect(200);
        staff.waiter.post_empty(&format!("/api/billing/tables/{}/clear", party.phone.table_id)).await.expect(200);
        let seq = async |kind: &str| app.sql_i64(&format!("select max(seq) from event where type = '{kind}' and session_id = {}", party.phone.session_id)).await;
        assert!(seq("CHECK_PAID").await < seq("TABLE_CLEARED").await);
        assert_ledger(&app).await;
    }

    /// Another business's check does not exist, another branch's is forbidden, another table's is not a phone's
    /// business.
    async fn checks_stay_where_they_belong(app: App) {
        let staff = Staff::of(&app).await;
        let [foreign, north] = strangers(&app).await;
        let party = Party::paying(&app, "INT-01", &[(111, 1)]).await;
        let other = app.scan("INT-02").await;
        let body = json!({"plan": {"method": "by_consumption"}});
        for check in [party.check, foreign.check, north.check] {
            other.get(&format!("/api/billing/check/{check}/balances")).await.expect(if check == north.check { 403 } else { 404 });
        }
        let path = format!("/api/billing/check/{}", party.check);
        other.post(&format!("{path}/quote"), body.clone()).await.expect(404);
        other.get(&format!("{path}/claims")).await.expect(404);
        other.put(&format!("{path}/claims"), json!({"diner_id": other.diner_id, "items": []})).await.expect(404);
        for (of, status) in [(&foreign, 404), (&north, 403)] {
            staff.waiter.get(&format!("/api/billing/check/{}", of.check)).await.expect(status);
            staff.waiter.post(&format!("/api/waiter/checks/{}/quote", of.check), body.clone()).await.expect(status);
            cash(&staff.waiter, of.check, 1).await.expect(status);
            let manual = json!({"check_id": of.check, "amount_cents": 1, "manual_method": "CASH"});
            staff.waiter.post("/api/waiter/payments/manual", manual).await.expect(status);
        }
        assert_eq!(app.sql_i64("select count(*) from allocation").await, 0);
    }

    /// Whoever's a struck dish was and whoever paid for it, its money pays for no other guest's (decisions/040). Only
    /// what nobody in particular paid for nobody's dish moves on.
    async fn money_of_a_struck_dish_pays_for_nobody_else(app: App) {
        let staff = Staff::of(&app).await;
        let price = async |item: i64| app.sql_i64(&format!("select unit_price_cents from round_item where id = {item}")).await;
        for (table, owned, said) in [("INT-01", true, true), ("INT-02", true, false), ("INT-03", false, true), ("INT-04", false, false)] {
            let (ana, bruno) = (app.anonymous().scan_as(table, "Ana").await, app.anonymous().scan_as(table, "Bruno").await);
            let struck = if owned { order_for(&ana, ana.diner_id, &[111]).await } else { order(&ana, &[(111, 1)]).await };
            let struck = item(&app, struck, 1).await;
            order_for(&bruno, bruno.diner_id, &[118]).await;
            let payer = said.then_some(ana.diner_id);
            let party = Party::of(ana).await;
            let soup = price(struck).await;
            let pasta = party.total - soup;
            let pay = json!({ "check_id": party.check, "amount_cents": soup, "diner_id": payer });
            staff.waiter.post("/api/billing/cash/pay", pay).await.expect(200);
            void(&staff.waiter, struck).await.expect(200);
            let moved = if owned || said { 0 } else { soup.min(pasta) };
            assert_eq!((party.stands().await.1, party.stands().await.2), (pasta, moved), "{owned} {said}");
            let proposed = format!("select coalesce(sum(r.amount_cents), 0) from refund r join payment p on p.id = r.payment_id
                where r.status = 'PROPOSED' and p.check_id = {}", party.check);
            assert_eq!(app.sql_i64(&proposed).await, soup - moved, "{owned} {said}");
            let quote = json!({ "plan": { "method": "by_consumption" } });
            let quote = bruno.post(&format!("/api/billing/check/{}/quote", party.check), quote).await.expect(200);
            let share = list(&quote["shares"]).iter().find(|share| share["diner_id"] == json!(bruno.diner_id)).unwrap();
            assert_eq!(number(&share["owes_cents"]), pasta - moved, "{owned} {said}");
            assert_ledger(&app).await;
        }
    }

    /// A line that a waiter takes out of a confirmed round after it was paid gives its guest the money back, as a
    /// struck one does.
    async fn what_is_deleted_gives_its_guest_the_money_back(app: App) {
        let staff = Staff::of(&app).await;
        confirm_first(&app).await;
        let (ana, bruno) = (app.anonymous().scan_as("INT-01", "Ana").await, app.anonymous().scan_as("INT-01", "Bruno").await);
        let hers = order_for(&ana, ana.diner_id, &[111, 112]).await;
        let his = order_for(&bruno, bruno.diner_id, &[118]).await;
        for round in [hers, his] {
            staff.walk(round, &["CONFIRMED"]).await;
        }
        let party = Party::of(ana).await;
        let costs = async |round: i64| app.sql_i64(&format!("select sum(qty * unit_price_cents) from round_item where round_id = {round}")).await;
        let (mine, theirs) = (costs(hers).await, costs(his).await);
        let pay = json!({ "check_id": party.check, "amount_cents": mine, "diner_id": party.phone.diner_id });
        staff.waiter.post("/api/billing/cash/pay", pay).await.expect(200);
        let soup = item(&app, hers, 1).await;
        let price = app.sql_i64(&format!("select unit_price_cents from round_item where id = {soup}")).await;
        staff.waiter.delete(&format!("/api/waiter/rounds/{hers}/items/{soup}")).await.expect(200);
        assert_eq!(party.stands().await, ("IN_PAYMENT".to_owned(), mine - price + theirs, mine - price));
        let proposed = staff.manager.get("/api/billing/refunds").await.expect(200);
        assert_eq!((list(&proposed).len(), &proposed[0]["amount_cents"]), (1, &json!(price)));
        assert_ledger(&app).await;
        // It stays so whatever is settled afterwards.
        cash(&staff.waiter, party.check, theirs).await.expect(200);
        assert_eq!(party.stands().await, ("PAID".to_owned(), mine - price + theirs, mine - price + theirs));
        let proposed = staff.manager.get("/api/billing/refunds").await.expect(200);
        assert_eq!((list(&proposed).len(), &proposed[0]["amount_cents"]), (1, &json!(price)));
        assert_ledger(&app).await;
    }

    /// An amount off Ana's soup and Bruno's pasta: when the soup is struck its part goes with it, and the pasta costs
    /// what it cost. What is for the whole check stays with the check.
    async fn an_amount_goes_with_the_dish_it_was_for(app: App) {
        let staff = Staff::of(&app).await;
        app.sql_exec("update branch_product set price_cents = 1000 where product_id in (111, 118)").await;
        for (table, named, left) in [("INT-01", true, 700), ("INT-02", false, 400)] {
            let (ana, bruno) = (app.anonymous().scan_as(table, "Ana").await, app.anonymous().scan_as(table, "Bruno").await);
            let hers = order_for(&ana, ana.diner_id, &[111]).await;
            order_for(&bruno, bruno.diner_id, &[118]).await;
            let party = Party::of(ana).await;
            let charges = party.charges(&app).await;
            let mut off = json!({ "discount_type": "AMOUNT", "value": 600, "reason": "la espera" });
            if named {
                off["charge_ids"] = json!(charges);
            }
            staff.manager.post(&format!("/api/waiter/sessions/{}/discount", party.phone.session_id), off).await.expect(200);
            assert_eq!(party.stands().await.1, 1400);
            void(&staff.waiter, item(&app, hers, 1).await).await.expect(200);
            assert_eq!(party.stands().await.1, left, "{named}");
            let balances = bruno.get(&format!("/api/billing/check/{}/balances", party.check)).await.expect(200);
            let his = list(&balances).iter().find(|row| row["diner_id"] == json!(bruno.diner_id)).unwrap();
            assert_eq!(number(&his["remaining_cents"]), left, "{named}");
            let taken = staff.manager.get(&format!("/api/billing/check/{}", party.check)).await.expect(200);
            assert_eq!(number(&taken["discounts"][0]["amount_cents"]), 1000 - left, "{named}");
            assert_ledger(&app).await;
        }
    }

    /// The office tells what was given away from what was struck, and who approved it; the guest reads on the receipt
    /// what the house gave, and its sums add up.
    async fn a_comp_is_told_from_a_void(app: App) {
        let staff = Staff::of(&app).await;
        app.sql_exec("update branch_product set price_cents = 1000 where product_id = 111; update branch_product set price_cents = 500 where product_id = 118").await;
        let phone = app.scan("INT-01").await;
        let round = order(&phone, &[(111, 4), (118, 2)]).await;
        let party = Party::of(phone).await;
        let (steak, bread) = (item(&app, round, 1).await, item(&app, round, 2).await);
        let off = json!({ "discount_type": "PERCENT", "value": 10, "reason": "la espera", "item_ids": [bread] });
        staff.manager.post(&format!("/api/waiter/sessions/{}/discount", party.phone.session_id), off).await.expect(200);
        let manager = staff.manager.user_id;
        let strike = async |by: &harness::Caller, item: i64, qty: i64, approved_by: Option<i64>| {
            let body = json!({ "reason": "tardó", "qty": qty, "approved_by": approved_by });
            by.patch(&format!("/api/waiter/rounds/items/{item}/void"), body).await.expect(200)
        };
        // Struck before it is served: a void, whoever approved it.
        strike(&staff.manager, steak, 1, Some(manager)).await;
        staff.walk(round, &["IN_KITCHEN", "READY", "SERVED"]).await;
        strike(&staff.manager, steak, 2, Some(manager)).await;
        strike(&staff.manager, bread, 2, Some(manager)).await;
        let report = async |name: &str| staff.manager.get(&format!("/api/admin/reports/{name}")).await.expect(200);
        let (voids, comps) = (report("voids").await, report("comps").await);
        assert_eq!((&voids[0]["void_count"], &voids[0]["total_quantity"], &voids[0]["total_voided_cents"]), (&json!(3), &json!(5), &json!(4000)));
        let comp = &comps[0];
        assert_eq!((list(&comps).len(), &comp["user_id"], &comp["approved_by_id"]), (1, &json!(manager), &json!(manager)));
        assert_eq!((&comp["comp_count"], &comp["total_quantity"], &comp["total_comped_cents"]), (&json!(2), &json!(4), &json!(3000)));
        assert!(comp["approved_by_name"].is_string() && comp["user_name"].is_string(), "{comp}");
        staff.waiter.get("/api/admin/reports/comps").await.expect(403);
        let file = staff.manager.get("/api/admin/reports/comps?format=csv").await.text();
        assert!(file.contains("approved_by_name") && file.lines().count() == 2, "{file}");

        let detail = staff.manager.get(&format!("/api/billing/check/{}", party.check)).await.expect(200);
        let given: Vec<_> = list(&detail["comps"]).iter().map(|line| (number(&line["qty"]), number(&line["amount_cents"]))).collect();
        assert_eq!(given, [(2, 2000), (2, 1000)]);
        assert_eq!((&detail["comps"][0]["reason"], &detail["comps"][0]["approved_by_id"]), (&json!("tardó"), &json!(manager)));
        let page = staff.manager.get(&format!("/api/admin/receipts/customer-receipt/{}", party.check)).await.text();
        // One steak that stands, two and the bread that were given: 40 less 20 less 10 is the 10 that are owed. The
        // discount on the bread takes off nothing any more.
        for words in ["1 × ", "2 × ", "Invitación de la casa", "− $ 20,00", "− $ 10,00", "$ 40,00", "TOTAL", "RESTA PAGAR"] {
            assert!(page.contains(words), "{words} in {page}");
        }
        assert!(!page.contains("Descuento"), "{page}");
        assert_eq!(party.stands().await.1, 1000);
        let day = staff.manager.get("/api/admin/receipts/daily-report/1").await.text();
        assert!(day.contains("De ellas, invitaciones") && day.contains("Autorizó"), "{day}");
        assert_ledger(&app).await;
    }

    /// Two of four are struck: the kitchen hears which line is shorter now and by how much, and its list says the same,
    /// so that nobody cooks four.
    async fn the_kitchen_knows_how_many_are_left(app: App) {
        let staff = Staff::of(&app).await;
        let phone = app.scan("INT-01").await;
        let told = staff.cook.socket(&app, "/ws/kitchen").await;
        let round = order(&phone, &[(111, 4)]).await;
        let line = item(&app, round, 1).await;
        let card = async || staff.cook.get("/api/kitchen/rounds").await.expect(200)[0]["items"].clone();
        let mut shown: std::collections::BTreeMap<i64, i64> =
            list(&card().await).iter().map(|item| (number(&item["id"]), number(&item["qty"]))).collect();
        for (qty, left) in [(2, 2), (1, 1), (1, 0)] {
            let body = json!({ "reason": "se cayó", "qty": qty });
            staff.cook.patch(&format!("/api/waiter/rounds/items/{line}/void"), body).await.expect(200);
            let heard = told.wait_until(|events| events.iter().filter(|event| event["type"] == "ROUND_ITEM_VOIDED").count() == shown_times(left)).await;
            let event = &heard.iter().rfind(|event| event["type"] == "ROUND_ITEM_VOIDED").unwrap()["entity"];
            // What a display does with it: the line is shorter by what was struck, or it is struck itself.
            match event.get("part_of") {
                Some(part) => {
                    assert_eq!(part, &json!({ "item_id": line, "voided_qty": qty, "left_qty": left }));
                    shown.insert(number(&part["item_id"]), number(&part["left_qty"]));
                }
                None => drop(shown.remove(&number(&event["item_id"]))),
            }
            let items = if left > 0 { card().await } else { json!([]) };
            let stands = list(&items).iter().filter(|item| item["is_voided"] == json!(false));
            let stands: std::collections::BTreeMap<i64, i64> = stands.map(|item| (number(&item["id"]), number(&item["qty"]))).collect();
            assert_eq!(shown, stands, "the display that followed the events, and the list");
            let tickets = staff.cook.get("/api/kitchen/tickets").await.expect(200);
            let cooking: i64 = list(&tickets["stations"]).iter().flat_map(|station| list(&station["tickets"])).flat_map(|ticket| list(&ticket["items"]))
                .filter(|item| item["status"] != json!("VOIDED")).map(|item| number(&item["qty"])).sum();
            assert_eq!(cooking, left, "{tickets}");
        }
        assert_eq!(staff.cook.get("/api/kitchen/rounds").await.expect(200), json!([]));
    }
}
