//! Splits: the server says what each owes, to the cent, before, between and after payments.

use crate::ledger::assert_ledger;
use crate::scene::{Staff, number};
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
}
