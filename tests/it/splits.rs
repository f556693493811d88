//! Splits: the server says what each owes, to the cent, before, between and after payments.

use crate::ledger::assert_ledger;
use crate::scene::{Staff, item, number};
use crate::till::{Party, order, order_for};
use harness::{DinerPhone, Value, both_modes, json};

async fn quote(phone: &DinerPhone, check: i64, plan: Value, tips: Value) -> Value {
    let quote = phone
        .post(&format!("/api/billing/check/{check}/quote"), json!({ "plan": plan, "tips": tips }))
        .await
        .expect(200);
    let owed: i64 = quote["shares"].as_array().unwrap().iter().map(|share| number(&share["owes_cents"])).sum();
    assert_eq!(owed + number(&quote["unassigned_cents"]), number(&quote["remaining_cents"]), "{quote}");
    quote
}

fn of(quote: &Value, diner: i64) -> &Value {
    quote["shares"].as_array().unwrap().iter().find(|share| share["diner_id"] == json!(diner)).unwrap()
}

both_modes! {
    /// By consumption, equally, by item, custom, mixed; with tips; after one has paid.
    async fn a_bill_is_divided(app: App) {
        let staff = Staff::of(&app).await;
        let (ana, bruno) = (app.anonymous().scan_as("INT-01", "Ana").await, app.anonymous().scan_as("INT-01", "Bruno").await);
        order_for(&ana, ana.diner_id, &[111]).await;
        order_for(&bruno, bruno.diner_id, &[118]).await;
        order(&ana, &[(101, 1)]).await;
        let (a, b) = (ana.diner_id, bruno.diner_id);
        let party = Party::of(ana).await;
        let (phone, check, total) = (&party.phone, party.check, party.total);
        let balances = phone.get(&format!("/api/billing/check/{check}/balances")).await.expect(200);
        let names: Vec<_> = balances.as_array().unwrap().iter().map(|row| row["diner_name"].as_str().unwrap()).collect();
        assert_eq!(names, ["Ana", "Bruno", "Compartido"]);
        assert_eq!((&balances[2]["diner_id"], balances.as_array().unwrap().iter().map(|row| number(&row["total_cents"])).sum::<i64>()), (&json!(null), total));
        let (steak, bread) = (number(&balances[1]["total_cents"]), number(&balances[2]["total_cents"]));

        let each = quote(phone, check, json!({"method": "by_consumption"}), json!([])).await;
        assert_eq!(number(&of(&each, b)["share_cents"]), steak + bread / 2);
        let equal = quote(phone, check, json!({"method": "equal", "ways": 3}), json!([])).await;
        assert_eq!((equal["shares"].as_array().unwrap().len(), &equal["unassigned_cents"]), (3, &json!(0)));
        let charges = party.charges(&app).await;
        let items = json!([{"diner_id": a, "charge_id": charges[1], "num": 1, "den": 3}]);
        let by_item = quote(phone, check, json!({"method": "by_item", "items": items}), json!([])).await;
        assert!((number(&of(&by_item, a)["owes_cents"]) - steak / 3).abs() <= 1);
        let custom = json!({"method": "custom", "amounts": [{"diner_id": a, "amount_cents": 500}]});
        let custom = quote(phone, check, custom, json!([{"diner_id": a, "tip": {"percent": 10}}])).await;
        assert_eq!((&of(&custom, a)["pay_cents"], &custom["unassigned_cents"]), (&json!(550), &json!(total - 500)));
        quote(phone, check, json!({"method": "mixed", "items": items, "rest": "equal"}), json!([{"tip": {"amount_cents": 7}}])).await;

        // Bruno pays in cash; what he paid counts for him, and staff divide like the phones.
        let share = number(&of(&each, b)["owes_cents"]);
        let pay = json!({"check_id": check, "amount_cents": share, "diner_id": b});
        staff.waiter.post("/api/billing/cash/pay", pay).await.expect(200);
        let after = quote(phone, check, json!({"method": "by_consumption"}), json!([])).await;
        assert_eq!((&of(&after, b)["owes_cents"], &of(&after, b)["paid_cents"]), (&json!(0), &json!(share)));
        assert_eq!(&of(&after, a)["owes_cents"], &after["remaining_cents"]);
        let path = format!("/api/waiter/checks/{check}/quote");
        assert_eq!(staff.waiter.post(&path, json!({"plan": {"method": "by_consumption"}})).await.expect(200), after);
        let balances = phone.get(&format!("/api/billing/check/{check}/balances")).await.expect(200);
        assert_eq!(balances[1]["remaining_cents"], json!(0));
        assert_ledger(&app).await;
    }

    /// A plan that makes no sense says which field is wrong.
    async fn a_plan_that_makes_no_sense_is_refused(app: App) {
        let party = Party::paying(&app, "INT-01", &[(111, 1)]).await;
        let (me, path) = (party.phone.diner_id, format!("/api/billing/check/{}/quote", party.check));
        let charge = party.charges(&app).await[0];
        for (plan, word) in [
            (json!({"method": "equal", "ways": 0}), "ways"),
            (json!({"method": "equal", "ways": 101}), "ways"),
            (json!({"method": "by_item", "items": [{"diner_id": me, "charge_id": charge, "num": 2, "den": 1}]}), "items"),
            (json!({"method": "by_item", "items": [{"diner_id": me, "charge_id": 999_999}]}), "charge_id"),
            (json!({"method": "by_item", "items": [{"diner_id": 999_999, "charge_id": charge}]}), "diner_id"),
            (json!({"method": "custom", "amounts": [{"diner_id": me, "amount_cents": party.total + 1}]}), "amounts"),
            (json!({"method": "custom", "amounts": [{"diner_id": me, "amount_cents": 1.5}]}), "plan"),
            (json!({"method": "by_guessing"}), "plan"),
        ] {
            let refused = party.phone.post(&path, json!({ "plan": plan })).await.expect(422);
            assert!(refused["detail"].as_str().unwrap().contains(word), "{plan}: {refused}");
        }
        party.phone.post(&path, json!({})).await.expect(422);
    }

    /// Every way to divide a bill holds after a dish was struck, and a part of one, before and after a guest has paid.
    async fn a_bill_is_divided_after_a_void(app: App) {
        let staff = Staff::of(&app).await;
        app.sql_exec("update branch_product set price_cents = 1000 where product_id in (111, 118); update branch_product set price_cents = 300 where product_id = 101").await;
        let (ana, bruno) = (app.anonymous().scan_as("INT-01", "Ana").await, app.anonymous().scan_as("INT-01", "Bruno").await);
        let items = json!([{ "product_id": 111, "qty": 3, "diner_id": ana.diner_id }, { "product_id": 118, "qty": 1, "diner_id": ana.diner_id },
            { "product_id": 118, "qty": 1, "diner_id": bruno.diner_id }, { "product_id": 101, "qty": 1 }]);
        let round = number(&ana.post("/api/diner/rounds/submit", json!({ "items": items })).await.expect(200)["round_id"]);
        let (a, b) = (ana.diner_id, bruno.diner_id);
        let party = Party::of(ana).await;
        let charges = party.charges(&app).await;
        let strike = async |line: i64, qty: i64| {
            let item = item(&app, round, line).await;
            staff.waiter.patch(&format!("/api/waiter/rounds/items/{item}/void"), json!({ "reason": "x", "qty": qty })).await.expect(200);
        };
        strike(1, 2).await;
        strike(2, 1).await;
        for paid in [0, 400] {
            if paid > 0 {
                let pay = json!({ "check_id": party.check, "amount_cents": paid, "diner_id": b });
                staff.waiter.post("/api/billing/cash/pay", pay).await.expect(200);
            }
            let ask = async |plan: Value| quote(&party.phone, party.check, plan, json!([])).await;
            let owes = |quote: &Value| [a, b].map(|diner| number(&of(quote, diner)["owes_cents"]));
            let each = ask(json!({ "method": "by_consumption" })).await;
            assert_eq!((number(&each["total_cents"]), number(&each["remaining_cents"]), owes(&each)), (2300, 2300 - paid, [1150, 1150 - paid]));
            let equal = ask(json!({ "method": "equal", "ways": 2 })).await;
            assert_eq!(owes(&equal), [1150, 1150 - paid]);
            // Whoever names the struck dish pays nothing for it, and of the shortened line what is left.
            let named = json!([{ "diner_id": a, "charge_id": charges[0] }, { "diner_id": a, "charge_id": charges[1] }, { "diner_id": b, "charge_id": charges[2] }]);
            let by_item = ask(json!({ "method": "by_item", "items": named })).await;
            assert_eq!((owes(&by_item), number(&by_item["unassigned_cents"])), ([1000, 1000 - paid], 300));
            let mixed = ask(json!({ "method": "mixed", "items": named, "rest": "equal" })).await;
            assert_eq!(owes(&mixed), [1150, 1150 - paid]);
            let amounts = json!([{ "diner_id": a, "amount_cents": 1500 }, { "diner_id": b, "amount_cents": 500 }]);
            let custom = ask(json!({ "method": "custom", "amounts": amounts })).await;
            assert_eq!((owes(&custom), number(&custom["unassigned_cents"])), ([1500, 500 - paid], 300));
        }
        // Amounts that the bill no longer has are refused by name.
        let path = format!("/api/billing/check/{}/quote", party.check);
        let amounts = json!([{ "diner_id": a, "amount_cents": 2301 }]);
        party.phone.post(&path, json!({ "plan": { "method": "custom", "amounts": amounts } })).await.expect(422);
        assert_ledger(&app).await;
    }
}
