//! One cart of many phones: what is sent leaves it and nothing else, "send" pressed together is one order, and a price
//! that changes is heard before it is paid.

use crate::{
    hours::window,
    scene::{assert_gap_free, list, number, product, text},
};
use harness::{App, Caller, DinerPhone, Socket, Value, both_modes, json, race};
use std::collections::{BTreeMap, BTreeSet};

const ADD: &str = "/api/diner/cart/add";
const CART: &str = "/api/diner/cart";
const SUBMIT: &str = "/api/diner/rounds/submit";
const PROMOTIONS: &str = "/api/admin/promotions";

async fn guest(app: &App, name: &str) -> DinerPhone {
    app.anonymous().scan_as("INT-01", name).await
}

async fn add(phone: &DinerPhone, product: i64, quantity: i64) -> i64 {
    let body = json!({"product_id": product, "quantity": quantity, "diner_id": phone.diner_id});
    number(&phone.post(ADD, body).await.expect(200)["item_id"])
}

fn line(product: i64, qty: i64, of: &str) -> Value {
    json!({"product_id": product, "qty": qty, "notes": format!("[{of}]")})
}

async fn send(phone: &Caller, lines: Value) -> Value {
    phone.post(SUBMIT, json!({"items": lines})).await.expect(200)
}

/// What the shipped app's cart shows after these events (diner-waiter.md §2): line and quantity.
fn shown(events: &[Value]) -> BTreeMap<i64, i64> {
    let mut cart = BTreeMap::new();
    for event in events {
        let entity = &event["entity"];
        match text(&event["type"]) {
            "CART_ITEM_ADDED" | "CART_ITEM_UPDATED" => {
                cart.insert(number(&entity["item_id"]), number(&entity["quantity"]));
            }
            "CART_ITEM_REMOVED" => {
                cart.remove(&number(&entity["item_id"]));
            }
            "CART_CLEARED" => cart.clear(),
            "CART_SYNC" => cart = stands(entity),
            _ => {}
        }
    }
    cart
}

fn stands(cart: &Value) -> BTreeMap<i64, i64> {
    list(&cart["items"]).iter().map(|line| (number(&line["item_id"]), number(&line["quantity"]))).collect()
}

fn kinds(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| text(&event["type"])).filter(|kind| kind.starts_with("CART_")).collect()
}

async fn heard_until(socket: &Socket, kind: &str, times: usize) -> Vec<Value> {
    let count = |events: &[Value]| kinds(events).iter().filter(|heard| **heard == kind).count();
    socket.wait_until(|events| count(events) >= times).await
}

both_modes! {
    /// One guest's view of the cart is sent; what the others put there meanwhile is still theirs, on every phone.
    async fn what_one_sends_leaves_the_others_lines(app: App) {
        let (soup, pasta) = (product(&app, "Limonada").await, product(&app, "Sorrentinos de jamón y queso").await);
        let (ana, beto) = (guest(&app, "Ana").await, guest(&app, "Beto").await);
        let sockets = [ana.socket(&app).await, beto.socket(&app).await];
        let (first, second) = (add(&ana, soup, 2).await, add(&beto, soup, 1).await);
        let third = add(&beto, pasta, 3).await;

        send(&ana, json!([line(soup, 2, "Ana")])).await;
        for socket in &sockets {
            let events = heard_until(socket, "CART_SYNC", 1).await;
            assert_eq!(kinds(&events)[3..], ["CART_ITEM_REMOVED", "CART_SYNC"]);
            assert_eq!(shown(&events), BTreeMap::from([(second, 1), (third, 3)]));
            let removed = events.iter().find(|event| event["type"] == "CART_ITEM_REMOVED").unwrap();
            assert_eq!(removed["entity"], json!({"item_id": first, "product_id": soup, "diner_id": ana.diner_id}));
        }
        // A view from before two of three were added: the other two stay.
        send(&ana, json!([line(pasta, 1, "Beto")])).await;
        for socket in &sockets {
            assert_eq!(shown(&heard_until(socket, "CART_SYNC", 2).await), BTreeMap::from([(second, 1), (third, 2)]));
        }
        let cart = beto.get(CART).await.expect(200);
        assert_eq!(stands(&cart), BTreeMap::from([(second, 1), (third, 2)]));
        send(&beto, json!([line(soup, 1, "Beto"), line(pasta, 2, "Beto")])).await;
        for socket in &sockets {
            let events = heard_until(socket, "CART_CLEARED", 1).await;
            assert_eq!(kinds(&events).iter().filter(|kind| **kind == "CART_CLEARED").count(), 1);
            assert_eq!(shown(&events), BTreeMap::new());
        }
        assert_eq!(beto.get(CART).await.expect(200)["items"], json!([]));
        assert_eq!(app.sql_i64("select cast(sum(qty) as bigint) from round_item").await, 2 + 1 + 1 + 2);
        assert_gap_free(&app).await;
    }

    /// A key changes nothing of that, and its repeat takes nothing more.
    async fn a_keyed_order_takes_its_lines_once(app: App) {
        let beer = product(&app, "Limonada").await;
        let (ana, beto) = (guest(&app, "Ana").await, guest(&app, "Beto").await);
        add(&ana, beer, 1).await;
        let kept = add(&beto, beer, 1).await;
        let keyed = ana.with_header("X-Idempotency-Key", "k-1");
        let body = json!({"items": [line(beer, 1, "Ana")]});
        let answers = race(6, |_| {
            let (keyed, body) = (keyed.clone(), body.clone());
            async move { keyed.post(SUBMIT, body).await }
        })
        .await;
        assert!(answers.iter().all(|answer| answer.status == 200 && answer.bytes == answers[0].bytes));
        assert_eq!(answers[0].json()["repeated"], Value::Null);
        assert_eq!(stands(&ana.get(CART).await.expect(200)), BTreeMap::from([(kept, 1)]));
        assert_eq!(app.sql_i64("select count(*) from round").await, 1);
    }

    /// Everybody presses "send" on the same cart: one round, told to each, and one of them made it.
    async fn one_cart_sent_by_all_at_once_is_one_round(app: App) {
        let (soup, pasta) = (product(&app, "Limonada").await, product(&app, "Sorrentinos de jamón y queso").await);
        let (ana, beto) = (guest(&app, "Ana").await, guest(&app, "Beto").await);
        for run in 1..=5 {
            add(&ana, soup, 2).await;
            add(&beto, pasta, 1).await;
            let answers = race(8, |index| {
                let phone = if index % 2 == 0 { (*ana).clone() } else { (*beto).clone() };
                // Each phone lists the cart in an order of its own; one has not heard of the pasta yet.
                let lines = match index % 3 {
                    0 => json!([line(soup, 2, "Ana"), line(pasta, 1, "Beto")]),
                    1 => json!([line(pasta, 1, "Beto"), line(soup, 2, "Ana")]),
                    _ => json!([line(pasta, 1, "Beto"), line(soup, 1, "Ana"), line(soup, 1, "Ana")]),
                };
                async move { send(&phone, lines).await }
            })
            .await;
            let rounds: BTreeSet<i64> = answers.iter().map(|answer| number(&answer["round_id"])).collect();
            assert_eq!(rounds.len(), 1, "{answers:?}");
            assert_eq!(answers.iter().filter(|answer| answer["repeated"] == json!(true)).count(), 7, "{answers:?}");
            assert_eq!(app.sql_i64("select count(*) from round").await, run, "what was added again is a new round");
            assert_eq!(app.sql_i64("select cast(sum(qty) as bigint) from round_item").await, 3 * run);
        }
    }

    /// Each orders its own beer: two beers, with a cart and without.
    async fn each_guest_orders_its_own(app: App) {
        let beer = product(&app, "Limonada").await;
        let (ana, beto) = (guest(&app, "Ana").await, guest(&app, "Beto").await);
        let both = async |lines: [Value; 2]| {
            race(2, |index| {
                let (phone, at) = if index == 0 { ((*ana).clone(), 0) } else { ((*beto).clone(), 1) };
                let lines = lines[at].clone();
                async move { send(&phone, lines).await }
            })
            .await
        };
        for answer in both([json!([{"product_id": beer, "qty": 1}]), json!([{"product_id": beer, "qty": 1}])]).await {
            assert_eq!(answer["repeated"], Value::Null, "{answer}");
        }
        assert_eq!(app.sql_i64("select count(*) from round").await, 2, "no cart: the phone counts");
        add(&ana, beer, 1).await;
        add(&beto, beer, 1).await;
        both([json!([line(beer, 1, "Ana")]), json!([line(beer, 1, "Beto")])]).await;
        assert_eq!(app.sql_i64("select count(*) from round").await, 4, "each from its own line");
        assert_eq!(ana.get(CART).await.expect(200)["items"], json!([]));
        // The same phone again, without a cart: its retry.
        let cola = product(&app, "Coca-Cola 500ml").await;
        send(&ana, json!([{"product_id": cola, "qty": 2}])).await;
        assert_eq!(send(&ana, json!([{"product_id": cola, "qty": 2}])).await["repeated"], true);
        assert_eq!(app.sql_i64("select count(*) from round").await, 5);
    }

    /// One phone sends a moment after another and shows one line more: the line is ordered, the rest not twice.
    async fn only_what_nobody_sent_is_ordered(app: App) {
        let (soup, beer) = (product(&app, "Sorrentinos de jamón y queso").await, product(&app, "Limonada").await);
        let (ana, beto) = (guest(&app, "Ana").await, guest(&app, "Beto").await);
        add(&ana, soup, 2).await;
        send(&ana, json!([line(soup, 2, "Ana")])).await;
        add(&beto, beer, 1).await;
        let view = json!([line(soup, 2, "Ana"), line(beer, 1, "Beto")]);
        let sent = send(&beto, view.clone()).await;
        assert_eq!((&sent["round_number"], &sent["already_sent"]), (&json!(2), &json!([{"product_id": soup, "qty": 2}])));
        assert_eq!(app.sql_i64("select cast(sum(qty) as bigint) from round_item").await, 3);
        let again = send(&beto, view).await;
        assert_eq!((&again["round_id"], &again["repeated"]), (&sent["round_id"], &json!(true)));
        // A canceled round is no first one.
        let manager = app.login("manager@demo.com", "manager123").await;
        manager.post(&format!("/api/kitchen/rounds/{}/cancel", sent["round_id"]), json!({"reason": "x"})).await.expect(200);
        assert_eq!(send(&ana, json!([line(beer, 1, "Beto")])).await["repeated"], Value::Null);
    }

    /// A price that changes under a line is heard by the table's phones, whoever or whatever changed it.
    async fn a_changed_price_is_heard(app: App) {
        let admin = app.login("admin@demo.com", "admin123").await;
        let lemonade = product(&app, "Limonada").await;
        let (ana, other) = (guest(&app, "Ana").await, app.anonymous().scan_as("INT-02", "Otra").await);
        let (socket, elsewhere) = (ana.socket(&app).await, other.socket(&app).await);
        let item = add(&ana, lemonade, 2).await;
        let prices = |events: &[Value]| -> Vec<i64> {
            let lines = events.iter().filter(|event| event["type"] == "CART_ITEM_UPDATED" && event["entity"]["item_id"] == item);
            lines.map(|event| number(&event["entity"]["price_cents"])).collect()
        };
        let heard = async |price: i64| {
            socket.wait_until(|events| prices(events).contains(&price)).await;
            let cart = ana.get(CART).await.expect(200);
            assert_eq!((&cart["items"][0]["price_cents"], &cart["total_cents"]), (&json!(price), &json!(2 * price)));
        };
        let branch = admin.branch_ids[0];
        admin.patch(&format!("/api/admin/products/{lemonade}"), json!({"branch_prices": [{"branch_id": branch, "price_cents": 2_000}]})).await.expect(200);
        heard(2_000).await;
        // A promotion begins, and is over by the clock: nobody touches it.
        let new = json!({"name": "Hoy", "price_cents": 900, "start_date": "2020-01-01", "end_date": "2090-01-01",
            "branch_ids": [branch], "items": [{"product_id": lemonade}]});
        let promotion = number(&admin.post(PROMOTIONS, new).await.expect(201)["id"]);
        heard(900).await;
        app.sql_exec(&format!("update promotion set end_date = '2020-01-02' where id = {promotion}")).await;
        socket.wait_until(|events| prices(events).last() == Some(&2_000)).await;
        assert_eq!(kinds(&elsewhere.events()), Vec::<&str>::new(), "another table's cart");
        assert_gap_free(&app).await;
    }

    /// A line that cannot be sent any more is heard before somebody presses "send": out of hours, out, or gone.
    async fn a_line_that_is_no_longer_served_is_heard(app: App) {
        let lemonade = product(&app, "Limonada").await;
        let ana = guest(&app, "Ana").await;
        let socket = ana.socket(&app).await;
        add(&ana, lemonade, 1).await;
        let told = |events: &[Value]| -> Vec<bool> {
            let lines = events.iter().filter(|event| text(&event["type"]).starts_with("CART_ITEM_"));
            lines.map(|event| event["entity"]["is_available"].as_bool().expect("a truth")).collect()
        };
        let elsewhere = format!("where product_id = {lemonade}");
        // Nobody's hand, only the clock or a row: whatever changes it is heard.
        for (ends, begins) in [
            (format!("update product set service_hours = '{}' where id = {lemonade}", window(120, 180)),
                format!("update product set service_hours = null where id = {lemonade}")),
            (format!("update category set service_hours = '{}'", window(120, 180)), "update category set service_hours = null".to_owned()),
            (format!("update branch_product set is_available = false {elsewhere}"), format!("update branch_product set is_available = true {elsewhere}")),
            (format!("update product set is_active = false where id = {lemonade}"), format!("update product set is_active = true where id = {lemonade}")),
        ] {
            for (change, is_available) in [(ends, false), (begins, true)] {
                app.sql_exec(&change).await;
                socket.wait_until(|events| told(events).last() == Some(&is_available)).await;
                assert_eq!(ana.get(CART).await.expect(200)["items"][0]["is_available"], json!(is_available), "{change}");
                if !is_available {
                    ana.post(SUBMIT, json!({"items": [line(lemonade, 1, "Ana")]})).await.expect(400);
                }
            }
        }
        send(&ana, json!([line(lemonade, 1, "Ana")])).await;
        assert_gap_free(&app).await;
    }

    /// A phone says what its owner saw: a dearer order is refused with the new sum, a cheaper one is sent.
    async fn a_dearer_order_is_refused_with_its_new_sum(app: App) {
        let lemonade = product(&app, "Limonada").await;
        let phone = guest(&app, "Ana").await;
        let kept = add(&phone, lemonade, 2).await;
        let body = |expected: i64| json!({"items": [line(lemonade, 2, "Ana")], "expected_total_cents": expected});
        let refused = phone.post(SUBMIT, body(3_599)).await.expect(409);
        assert_eq!((&refused["code"], &refused["total_cents"]), (&json!("price_rose"), &json!(3_600)));
        assert_eq!(app.sql_i64("select count(*) from round").await, 0);
        assert_eq!(stands(&phone.get(CART).await.expect(200)), BTreeMap::from([(kept, 2)]));
        phone.post(SUBMIT, body(-1)).await.expect(422);
        // A refusal keeps no key.
        let keyed = phone.with_header("X-Idempotency-Key", "k-1");
        keyed.post(SUBMIT, body(0)).await.expect(409);
        keyed.post(SUBMIT, body(3_600)).await.expect(200);
        let waiter = app.login("waiter@demo.com", "waiter123").await;
        let path = format!("/api/waiter/sessions/{}/rounds", phone.session_id);
        assert_eq!(waiter.post(&path, body(3_000)).await.expect(409)["total_cents"], 3_600);
        waiter.post(&path, body(9_999)).await.expect(200);
    }

    /// The cart's sum is its round's, combos and 2x1 included.
    async fn the_carts_sum_is_the_rounds(app: App) {
        let admin = app.login("admin@demo.com", "admin123").await;
        let (cola, lemonade) = (product(&app, "Coca-Cola 500ml").await, product(&app, "Limonada").await);
        let two = json!({"name": "2x1", "price_cents": 1_501, "start_date": "2020-01-01", "end_date": "2090-01-01",
            "branch_ids": admin.branch_ids, "items": [{"product_id": cola, "quantity": 2}]});
        admin.post(PROMOTIONS, two).await.expect(201);
        let (ana, beto) = (guest(&app, "Ana").await, guest(&app, "Beto").await);
        add(&ana, cola, 2).await;
        add(&beto, cola, 3).await;
        add(&beto, lemonade, 1).await;
        let total = number(&ana.get(CART).await.expect(200)["total_cents"]);
        assert_eq!(total, 2 * 1_501 + 1_500 + 1_800);
        let lines = json!([line(cola, 2, "Ana"), line(cola, 3, "Beto"), line(lemonade, 1, "Beto")]);
        ana.post(SUBMIT, json!({"items": lines, "expected_total_cents": total})).await.expect(200);
        assert_eq!(app.sql_i64("select cast(sum(qty * unit_price_cents) as bigint) from round_item").await, total);
    }

    /// The shipped app names the guest in the note and sends no `diner_id`: the dish is the diner's whose line of the
    /// cart it was all the same, and is that guest's to pay.
    async fn a_dish_of_the_cart_is_its_guests(app: App) {
        let (soup, pasta) = (product(&app, "Limonada").await, product(&app, "Sorrentinos de jamón y queso").await);
        let (ana, beto) = (guest(&app, "Ana").await, guest(&app, "Beto").await);
        let price = async |product: i64| app.sql_i64(&format!("select price_cents from branch_product where product_id = {product} and branch_id = 1")).await;
        add(&ana, soup, 2).await;
        add(&beto, soup, 1).await;
        add(&beto, pasta, 1).await;
        // One line has no name: it is of both, and of nobody where no line of the cart is left.
        send(&ana, json!([{"product_id": soup, "qty": 4}, line(pasta, 1, "Beto")])).await;
        let rows = app.sql_texts("select product_id || ':' || coalesce(cast(diner_id as text), '-') || ':' || qty from round_item order by line").await;
        let (a, b) = (ana.diner_id, beto.diner_id);
        assert_eq!(rows, [format!("{soup}:{a}:2"), format!("{soup}:{b}:1"), format!("{soup}:-:1"), format!("{pasta}:{b}:1")]);
        let check = number(&ana.post_empty("/api/billing/check/request").await.expect(200)["check_id"]);
        let balances = ana.get(&format!("/api/billing/check/{check}/balances")).await.expect(200);
        let owes: Vec<_> = list(&balances).iter().map(|row| number(&row["remaining_cents"])).collect();
        let (soup, pasta) = (price(soup).await, price(pasta).await);
        assert_eq!(owes, [2 * soup, soup + pasta, soup]);
        assert_gap_free(&app).await;
    }
}
