//! The shared cart: many hands, one sum; what every phone shows in the end.

use crate::{
    jobs,
    scene::{self, number},
};
use chrono::{DateTime, TimeDelta, Utc};
use harness::{App, AppOptions, DinerPhone, Value, both_modes, duel, json, race};
use std::time::{Duration, Instant};

const ADD: &str = "/api/diner/cart/add";
const CART: &str = "/api/diner/cart";

fn item(id: i64) -> String {
    format!("{CART}/{id}")
}

async fn add(phone: &DinerPhone, product: i64, quantity: i64) -> Value {
    phone.post(ADD, json!({"product_id": product, "quantity": quantity})).await.expect(200)
}

fn instant(event: &Value) -> DateTime<Utc> {
    scene::text(&event["ts"]).parse().expect("an instant")
}

async fn events(app: &App, kind: &str) -> i64 {
    app.sql_i64(&format!("select count(*) from event where type = '{kind}'")).await
}

async fn events_holding(app: &App, kind: &str, text: &str) -> i64 {
    app.sql_i64(&format!("select count(*) from event where type = '{kind}' and entity like '%{text}%'")).await
}

both_modes! {
    /// What the phones mean by "add" (diner-waiter.md §7.1), and what they all show afterwards.
    async fn adding_is_an_increment(app: App) {
        let menu = app.menu().await;
        let (limonada, image) = (menu.id("Limonada"), menu.product("Limonada")["image"].clone());
        let phone = app.scan("INT-01").await;
        let line = phone.lenient().post(ADD, json!({"product_id": limonada, "notes": "sin azúcar", "x": 1})).await.expect(200);
        let shown = json!({
            "item_id": line["item_id"], "product_id": limonada, "product_name": "Limonada", "product_image": image,
            "price_cents": 1800, "quantity": 1, "customization_ids": [], "customizations": [], "notes": "sin azúcar",
            "diner_id": phone.diner_id, "diner_name": "Diner 1", "diner_color": "#F97316", "is_available": true,
        });
        assert_eq!(line, shown);
        let line = add(&phone, limonada, 2).await;
        assert_eq!((&line["quantity"], &line["notes"], &line["item_id"]), (&json!(3), &json!("sin azúcar"), &shown["item_id"]));
        let line = phone.post(ADD, json!({"product_id": limonada, "quantity": 99, "notes": "con hielo"})).await.expect(200);
        assert_eq!((&line["quantity"], &line["notes"]), (&json!(99), &json!("con hielo")));
        assert_eq!(phone.get(CART).await.expect(200), json!({"items": [line], "version": 3, "total_cents": 99 * 1_800}));

        assert_eq!((events(&app, "CART_ITEM_ADDED").await, events(&app, "CART_ITEM_UPDATED").await), (1, 2));
        assert_eq!(events_holding(&app, "CART_ITEM_UPDATED", "\"quantity\":3,").await, 1);
        let named = format!("select count(*) from event where actor_role = 'DINER' and actor_id = {}", phone.diner_id);
        assert!(app.sql_i64(&named).await >= 3, "cart events name the diner");
        let seated = format!("select count(*) from event where type like 'CART_%' and session_id = {}", phone.session_id);
        assert!(app.sql_i64(&seated).await >= 3, "cart events belong to the session");
    }

    /// Twenty phones tap at once: nothing is lost, nothing exceeds the cap, and there is one line.
    async fn twenty_phones_add_up(app: App) {
        let limonada = app.menu().await.id("Limonada");
        let phone = app.scan("INT-01").await;
        for (round, total) in [(1, 60), (2, 99)] {
            let answers = race(20, |_| {
                let phone = phone.clone();
                async move {
                    let body = json!({"product_id": limonada, "quantity": 3, "diner_id": phone.diner_id});
                    phone.post(ADD, body).await.expect(200)["quantity"].as_i64().expect("a number")
                }
            })
            .await;
            assert_eq!(answers.iter().max(), Some(&total));
            let cart = phone.get(CART).await.expect(200);
            assert_eq!(cart["items"].as_array().expect("a list").len(), 1);
            assert_eq!((&cart["items"][0]["quantity"], &cart["version"]), (&json!(total), &json!(20 * round)));
        }
        assert_eq!((events(&app, "CART_ITEM_ADDED").await, events(&app, "CART_ITEM_UPDATED").await), (1, 39));
        assert_eq!(events_holding(&app, "CART_ITEM_UPDATED", "\"quantity\":60,").await, 1);
    }

    /// Phones drop a second change within five seconds (diner-waiter.md §7.10); what the burst came to is told when
    /// they listen.
    async fn a_burst_is_told_once_more_when_it_is_over(app: App) {
        let menu = app.menu().await;
        let phone = app.scan("INT-01").await;
        let other = app.scan("INT-01").await.socket(&app).await;
        let once = add(&phone, menu.id("Provoleta"), 1).await["item_id"].clone();
        phone.patch(&item(once.as_i64().unwrap()), json!({"quantity": 3})).await.expect(200);
        let burst = add(&phone, menu.id("Limonada"), 1).await["item_id"].clone();
        for quantity in [2, 4, 7] {
            phone.patch(&item(burst.as_i64().unwrap()), json!({"quantity": quantity})).await.expect(200);
        }
        let version = phone.get(CART).await.expect(200)["version"].clone();
        let told = |events: &[Value]| -> Vec<Value> {
            let updates = events.iter().filter(|event| event["type"] == "CART_ITEM_UPDATED");
            updates.map(|event| json!([event["entity"]["item_id"], event["entity"]["quantity"]])).collect()
        };
        other.wait_until_within(|events| told(events).len() > 4, Duration::from_secs(20)).await;
        let events = other.quiet(Duration::from_millis(2_500)).await;
        let wanted = json!([[once, 3], [burst, 2], [burst, 4], [burst, 7], [burst, 7]]);
        assert_eq!(json!(told(&events)), wanted, "once more, and only the line that changed in a burst");
        let (last, late) = (&events[events.len() - 2], &events[events.len() - 1]);
        assert!(instant(late) - instant(last) >= TimeDelta::seconds(6), "the phones are still deaf: {last} {late}");
        assert_eq!((&late["actor"], &late["entity"]), (&last["actor"], &last["entity"]));
        assert_eq!(phone.get(CART).await.expect(200)["version"], version, "nothing changed");
        assert_eq!(app.sql_i64("select count(*) from event where type = 'CART_SYNC'").await, 0, "diner-waiter.md §7.9");

        // The phones are deaf after that word, too.
        phone.patch(&item(burst.as_i64().unwrap()), json!({"quantity": 8})).await.expect(200);
        assert_eq!(app.sql_i64("select count(*) from cart_item where settle_at is not null").await, 1);
    }

    /// However many processes look, a burst has one last word; a line that is gone and a party that left have none.
    async fn a_burst_has_one_last_word(app: App = AppOptions::default().api_processes(3)) {
        let limonada = app.menu().await.id("Limonada");
        let mut lines = Vec::new();
        for table in ["INT-01", "INT-02", "INT-03", "BAR-01", "TER-01"] {
            let phone = app.scan(table).await;
            let id = number(&add(&phone, limonada, 1).await["item_id"]);
            for quantity in [5, 6, 7] {
                phone.patch(&item(id), json!({"quantity": quantity})).await.expect(200);
            }
            lines.push((phone, id));
        }
        let [_, _, _, (removing, removed), (leaving, _)] = &lines[..] else { unreachable!("five tables") };
        removing.delete(&item(*removed)).await.expect(204);
        app.sql_exec(&format!("update table_session set status = 'CLOSED' where id = {}", leaving.session_id)).await;
        // On a busy machine some were settled before this line is reached: those that were not are held until all is
        // counted.
        app.sql_exec("update cart_item set settle_at = '2999-01-10 20:00:00+00:00' where settle_at is not null").await;
        let before = events(&app, "CART_ITEM_UPDATED").await;
        let told = "select count(*) from cart_item c join table_session s on s.id = c.session_id
            where c.settle_at is not null and s.status = 'OPEN'";
        let told = app.sql_i64(told).await;
        assert!((1..=3).contains(&told), "{told}");
        app.sql_exec("update cart_item set settle_at = '2026-01-10 20:00:00+00:00' where settle_at is not null").await;
        let unsettled = "select count(*) from cart_item where settle_at is not null";
        let deadline = Instant::now() + Duration::from_secs(60);
        while app.sql_i64(unsettled).await > 0 {
            assert!(Instant::now() < deadline, "nobody settles");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        jobs::ran_again(&app, "cart.settle").await;
        assert_eq!(events(&app, "CART_ITEM_UPDATED").await - before, told);
        scene::assert_gap_free(&app).await;
    }

    /// A dish that was taken out can come back (diner-waiter.md §7.2), and goes once however often it is taken out.
    async fn a_removed_dish_can_come_back(app: App) {
        let limonada = app.menu().await.id("Limonada");
        let phone = app.scan("INT-01").await;
        let first = add(&phone, limonada, 5).await["item_id"].as_i64().expect("a number");
        let (one, other) = (phone.clone(), phone.clone());
        let (one, other) = duel(
            async move { one.delete(&item(first)).await },
            async move { other.delete(&item(first)).await },
        )
        .await;
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 404]);
        assert_eq!(events(&app, "CART_ITEM_REMOVED").await, 1);
        let again = add(&phone, limonada, 2).await;
        assert_eq!(again["quantity"], 2);
        assert_ne!(again["item_id"], first);
        phone.patch(&item(first), json!({"quantity": 1})).await.expect(404);
        assert_eq!(phone.get(CART).await.expect(200)["version"], 3);
    }

    /// A correction is absolute; a note stays unless it is named, and null takes it away.
    async fn a_correction_is_absolute(app: App) {
        let limonada = app.menu().await.id("Limonada");
        let phone = app.scan("INT-01").await;
        let line = phone.post(ADD, json!({"product_id": limonada, "quantity": 5, "notes": "fría"})).await.expect(200);
        let path = item(line["item_id"].as_i64().expect("a number"));
        let line = phone.patch(&path, json!({"quantity": 2})).await.expect(200);
        assert_eq!((&line["quantity"], &line["notes"]), (&json!(2), &json!("fría")));
        let line = phone.patch(&path, json!({"quantity": 2, "notes": "tibia"})).await.expect(200);
        assert_eq!(line["notes"], "tibia");
        let line = phone.patch(&path, json!({"quantity": 2, "notes": null})).await.expect(200);
        assert_eq!(line["notes"], Value::Null);
        // Any phone of the table may, whoever added the line (diner-waiter.md §5.5).
        app.scan("INT-01").await.patch(&path, json!({"quantity": 9})).await.expect(200);
    }

    /// Another table's cart is out of reach, and so are its diners.
    async fn a_cart_belongs_to_its_table(app: App) {
        let limonada = app.menu().await.id("Limonada");
        let (here, there) = (app.scan("INT-01").await, app.scan("INT-02").await);
        let id = add(&here, limonada, 5).await["item_id"].as_i64().expect("a number");
        there.patch(&item(id), json!({"quantity": 1})).await.expect(404);
        there.delete(&item(id)).await.expect(404);
        let foreign = json!({"product_id": limonada, "diner_id": here.diner_id});
        there.post(ADD, foreign).await.expect(400);
        assert_eq!(there.get(CART).await.expect(200), json!({"items": [], "version": 0, "total_cents": 0}));
        assert_eq!(here.get(CART).await.expect(200)["items"][0]["quantity"], 5);
        there.delete(CART).await.expect(204);
        assert_eq!(here.get(CART).await.expect(200)["items"].as_array().expect("a list").len(), 1);
        app.anonymous().get(CART).await.expect(401);
    }

    /// What is not on the menu, is out, or makes no sense never reaches the cart.
    async fn nonsense_is_refused(app: App) {
        let menu = app.menu().await;
        let phone = app.scan("INT-01").await;
        let limonada = menu.id("Limonada");
        for body in [
            json!({}), json!({"product_id": limonada, "quantity": 0}), json!({"product_id": limonada, "quantity": 100}),
            json!({"product_id": limonada, "quantity": -1}), json!({"product_id": "x"}),
            json!({"product_id": limonada, "notes": "x".repeat(501)}), json!({"product_id": limonada, "notes": "\u{0}"}),
        ] {
            phone.post(ADD, body).await.expect(422);
        }
        phone.post(ADD, json!({"product_id": 999_999})).await.expect(404);
        phone.patch(&item(1), json!({"quantity": 1})).await.expect(404);
        phone.patch(&item(1), json!({"notes": "no quantity"})).await.expect(422);
        phone.delete(&item(1)).await.expect(404);
        phone.delete("/api/diner/cart/x").await.expect(422);
        let (out, gone, dear) = (menu.id("Provoleta"), menu.id("Torrontés"), menu.id("Malbec Reserva"));
        app.sql_exec(&format!(
            "update branch_product set is_available = false where product_id = {out};
             delete from branch_product where product_id = {gone};
             update product set is_active = false where id = {dear};"
        ))
        .await;
        phone.post(ADD, json!({"product_id": out})).await.expect(400);
        phone.post(ADD, json!({"product_id": gone})).await.expect(404);
        phone.post(ADD, json!({"product_id": dear})).await.expect(404);
        assert_eq!(phone.get(CART).await.expect(200), json!({"items": [], "version": 0, "total_cents": 0}));
        assert_eq!(app.sql_i64("select count(*) from event where type like 'CART_%'").await, 0);

        // A table that nobody has joined by name.
        let anonymous = app.anonymous();
        let opened = anonymous.post_empty("/api/tables/code/INT-03/session").await.expect(200);
        let nobody = anonymous.with_header("X-Table-Token", opened["table_token"].as_str().expect("text"));
        nobody.post(ADD, json!({"product_id": limonada})).await.expect(400);
    }

    /// Once the party asked for the bill or left, the cart is only to be read.
    async fn a_closed_session_keeps_its_cart(app: App) {
        let limonada = app.menu().await.id("Limonada");
        let phone = app.scan("INT-01").await;
        let id = add(&phone, limonada, 5).await["item_id"].as_i64().expect("a number");
        for status in ["PAYING", "CLOSED"] {
            app.sql_exec(&format!("update table_session set status = '{status}' where id = {}", phone.session_id)).await;
            phone.post(ADD, json!({"product_id": limonada})).await.expect(400);
            phone.patch(&item(id), json!({"quantity": 1})).await.expect(400);
            phone.delete(&item(id)).await.expect(400);
            phone.delete(CART).await.expect(400);
            let cart = phone.get(CART).await.expect(200);
            assert_eq!((&cart["items"][0]["quantity"], &cart["version"]), (&json!(5), &json!(1)));
        }
    }

    /// A lost answer and a second try must not double an increment.
    async fn a_repeat_with_a_key_adds_once(app: App) {
        let limonada = app.menu().await.id("Limonada");
        let phone = app.scan("INT-01").await;
        let body = json!({"product_id": limonada, "quantity": 3});
        let keyed = phone.with_header("X-Idempotency-Key", "k1");
        let answers = race(8, |_| {
            let (keyed, body) = (keyed.clone(), body.clone());
            async move { keyed.post(ADD, body).await }
        })
        .await;
        assert!(answers.iter().all(|answer| answer.status == 200 && answer.bytes == answers[0].bytes));
        assert_eq!(phone.get(CART).await.expect(200)["items"][0]["quantity"], 3);
        keyed.post(ADD, json!({"product_id": limonada, "quantity": 4})).await.expect(409);

        let id = answers[0].json()["item_id"].as_i64().expect("a number");
        let keyed = phone.with_header("Idempotency-Key", "k2");
        keyed.patch(&item(id), json!({"quantity": 9})).await.expect(200);
        phone.patch(&item(id), json!({"quantity": 5})).await.expect(200);
        keyed.patch(&item(id), json!({"quantity": 9})).await.expect(200);
        assert_eq!(phone.get(CART).await.expect(200)["items"][0]["quantity"], 5, "a repeat must not undo what came later");
        let keyed = phone.with_header("X-Idempotency-Key", "k3");
        keyed.delete(&item(id)).await.expect(204);
        keyed.delete(&item(id)).await.expect(204);
        let keyed = phone.with_header("X-Idempotency-Key", "k4");
        keyed.delete(CART).await.expect(204);
        add(&phone, limonada, 1).await;
        keyed.delete(CART).await.expect(204);
        assert_eq!(phone.get(CART).await.expect(200)["items"][0]["quantity"], 1);
    }

    /// The table starts anew, and each phone hears it.
    async fn the_cart_is_emptied(app: App) {
        let menu = app.menu().await;
        let phone = app.scan("INT-01").await;
        add(&phone, menu.id("Limonada"), 5).await;
        add(&phone, menu.id("Provoleta"), 1).await;
        phone.delete(CART).await.expect(204);
        assert_eq!(phone.get(CART).await.expect(200), json!({"items": [], "version": 3, "total_cents": 0}));
        assert_eq!(events(&app, "CART_CLEARED").await, 1);
    }
}
