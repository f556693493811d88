//! The branch's currency: set until its first check, and everything that is divided or a percentage is in amounts that
//! can be paid in it.

use crate::ledger::assert_ledger;
use crate::scene::{Staff, number};
use crate::till::{Party, cash, discount, order, refund};
use harness::{App, Reply, StaffClient, Value, both_modes, json};

const BRANCH: &str = "/api/admin/branches/1";

async fn set(staff: &StaffClient, currency: &str) -> Reply {
    staff.patch(BRANCH, json!({ "currency": currency })).await
}

/// The demo's house in Chile, with a party that ordered for 1,000.00 and asked for the check.
async fn in_chile(app: &App) -> (Staff, Party) {
    let staff = Staff::of(app).await;
    set(&staff.manager, "CLP").await.expect(200);
    app.sql_exec("update branch_product set price_cents = 100000 where product_id = 111").await;
    (staff, Party::paying(app, "INT-01", &[(111, 1)]).await)
}

fn amounts(value: &Value) -> Vec<i64> {
    match value {
        Value::Object(fields) => {
            let cents = |(name, value): (&String, &Value)| match value.as_i64() {
                Some(cents) if name.ends_with("_cents") => vec![cents],
                _ => amounts(value),
            };
            fields.iter().flat_map(cents).collect()
        }
        Value::Array(all) => all.iter().flat_map(amounts).collect(),
        _ => Vec::new(),
    }
}

#[track_caller]
fn assert_whole(value: &Value) {
    assert!(amounts(value).iter().all(|cents| cents % 100 == 0), "a fraction of a peso in {value}");
}

both_modes! {
    /// The office reads it and sets it, until there is a check; then it stays.
    async fn a_currency_is_set_until_the_first_check(app: App) {
        let staff = Staff::of(&app).await;
        assert_eq!(staff.manager.get(BRANCH).await.expect(200)["currency"], json!("ARS"));
        assert_eq!(set(&staff.manager, "CLP").await.expect(200)["currency"], json!("CLP"));
        for wrong in ["EUR", "clp", "", "1"] {
            set(&staff.manager, wrong).await.expect(422);
        }
        staff.manager.patch(BRANCH, json!({ "currency": null })).await.expect(422);
        set(&staff.waiter, "ARS").await.expect(403);
        let party = Party::paying(&app, "INT-01", &[(111, 1)]).await;
        let seen = party.phone.get("/api/diner/check").await.expect(200);
        assert_eq!(seen["remaining_cents"], json!(party.total));
        let refused = set(&staff.manager, "BRL").await.expect(409);
        assert_eq!(refused["code"], json!("currency_in_use"), "{refused}");
        // What says the same changes nothing.
        set(&staff.manager, "CLP").await.expect(200);
        let admin = app.login("admin@demo.com", "admin123").await;
        let new = json!({ "name": "Sucursal Santiago" });
        assert_eq!(admin.post("/api/admin/branches", new).await.expect(201)["currency"], json!("CLP"));
        let new = json!({ "name": "Sucursal Lima", "currency": "PEN" });
        assert_eq!(admin.post("/api/admin/branches", new).await.expect(201)["currency"], json!("PEN"));
    }

    /// A price that no coin pays stands against a currency without cents, and the answer names it.
    async fn prices_must_be_payable_in_it(app: App) {
        let staff = Staff::of(&app).await;
        app.sql_exec("update branch_product set price_cents = 1250 where product_id = 111").await;
        let refused = set(&staff.manager, "CLP").await.expect(409);
        let name = app.sql_texts("select name from product where id = 111").await;
        assert!(refused["detail"].as_str().unwrap().contains(&name[0]), "{refused}");
        set(&staff.manager, "UYU").await.expect(200);
        app.sql_exec("update branch_product set price_cents = 1300 where product_id = 111").await;
        set(&staff.manager, "COP").await.expect(200);
        // And what is priced from now on is priced so.
        let admin = app.login("admin@demo.com", "admin123").await;
        let price = async |cents: i64| {
            let body = json!({ "branch_prices": [{ "branch_id": 1, "price_cents": cents, "is_available": true }] });
            admin.patch("/api/admin/products/111", body).await
        };
        let refused = price(1_250).await.expect(422);
        assert!(refused["detail"].as_str().unwrap().contains("branch_prices"), "{refused}");
        price(1_200).await.expect(200);
        let modifier = json!({ "name": "Con hielo", "extra_cost_cents": 50 });
        admin.post("/api/admin/customizations", modifier).await.expect(422);
        let modifier = json!({ "name": "Con hielo", "extra_cost_cents": 100 });
        admin.post("/api/admin/customizations", modifier).await.expect(201);
    }

    /// Of a currency change and a first check at once, either the check is in the new one or the change is refused.
    async fn a_check_and_a_change_at_once(app: App) {
        let staff = Staff::of(&app).await;
        let phone = app.scan("INT-01").await;
        order(&phone, &[(111, 1)]).await;
        let (changed, asked) = tokio::join!(set(&staff.manager, "CLP"), phone.post_empty("/api/billing/check/request"));
        asked.expect(200);
        let of = |table: &str| format!("select currency from {table} where {}", if table == "branch" { "id = 1" } else { "branch_id = 1" });
        let (branch, check) = (app.sql_texts(&of("branch")).await, app.sql_texts(&of("guest_check")).await);
        assert_eq!(branch, check, "the change was answered {}", changed.status);
    }

    /// Splits, claims, tips, discounts and refunds are whole pesos, and what is said in fractions is refused by name.
    async fn every_part_can_be_paid(app: App) {
        let (staff, party) = in_chile(&app).await;
        let (phone, check) = (&party.phone, party.check);
        assert_eq!(party.total, 100_000);
        let quote = async |plan: Value, tips: Value| {
            phone.post(&format!("/api/billing/check/{check}/quote"), json!({ "plan": plan, "tips": tips })).await
        };
        let equal = quote(json!({"method": "equal", "ways": 3}), json!([{"tip": {"percent": 10}}])).await.expect(200);
        assert_whole(&equal);
        let shares: Vec<_> = equal["shares"].as_array().unwrap().iter().map(|share| number(&share["share_cents"])).collect();
        assert_eq!(shares, [33_400, 33_300, 33_300]);
        let tips: Vec<_> = equal["shares"].as_array().unwrap().iter().map(|share| number(&share["tip_cents"])).collect();
        assert_eq!(tips, [3_300, 3_300, 3_300], "333.4 pesos are rounded to 33");
        let odd = json!({"method": "custom", "amounts": [{"diner_id": phone.diner_id, "amount_cents": 50_050}]});
        let refused = quote(odd, json!([])).await.expect(422);
        assert!(refused["detail"].as_str().unwrap().contains("amounts"), "{refused}");
        quote(json!({"method": "equal", "ways": 2}), json!([{"tip": {"amount_cents": 50}}])).await.expect(422);

        let charge = party.charges(&app).await[0];
        let claim = json!({"diner_id": phone.diner_id, "items": [{"charge_id": charge, "num": 1, "den": 3}]});
        let claimed = phone.put(&format!("/api/billing/check/{check}/claims"), claim).await.expect(200);
        assert_eq!(claimed["amount_cents"], json!(33_400));

        assert_eq!(discount(&staff, phone.session_id, "AMOUNT", 50).await.expect(400)["code"], json!("amount_not_whole"));
        let discounted = discount(&staff, phone.session_id, "PERCENT", 33).await.expect(200);
        assert_eq!(discounted["total_cents"], json!(67_000));
        discount(&staff, phone.session_id, "PERCENT", 7).await.expect(200);
        assert_whole(&party.read().await);
        let (_, total, _) = party.stands().await;
        assert_eq!(total, 62_300, "7 % of 670 pesos are 46.9, 47 in whole pesos");

        let pay = json!({"check_id": check, "amount_cents": 10_000, "tip": {"percent": 15}, "received_cents": 20_000});
        let paid = staff.waiter.post("/api/billing/cash/pay", pay).await.expect(200);
        assert_eq!((&paid["tip_cents"], &paid["change_cents"]), (&json!(1_500), &json!(8_500)));
        let payment = number(&paid["payment_id"]);
        assert_eq!(refund(&staff, payment, Some(150)).await.expect(400)["code"], json!("amount_not_whole"));
        refund(&staff, payment, Some(100)).await.expect(200);
        cash(&staff.waiter, check, total - 9_900).await.expect(200);
        assert_eq!(party.stands().await, ("PAID".to_owned(), total, total));
        assert_ledger(&app).await;
    }

    /// In a currency with cents all stays as it is: to the cent.
    async fn cents_are_still_divided_to_the_cent(app: App) {
        let staff = Staff::of(&app).await;
        app.sql_exec("update branch_product set price_cents = 1001 where product_id = 111").await;
        let party = Party::paying(&app, "INT-01", &[(111, 1)]).await;
        let plan = json!({ "plan": {"method": "equal", "ways": 2} });
        let quote = party.phone.post(&format!("/api/billing/check/{}/quote", party.check), plan).await.expect(200);
        assert_eq!((&quote["shares"][0]["share_cents"], &quote["shares"][1]["share_cents"]), (&json!(501), &json!(500)));
        assert_eq!(discount(&staff, party.phone.session_id, "PERCENT", 50).await.expect(200)["total_cents"], json!(500));
        for _ in 0..4 {
            cash(&staff.waiter, party.check, 125).await.expect(200);
        }
        assert_eq!(party.stands().await, ("PAID".to_owned(), 500, 500));
    }

    /// Chile's rule (Law 20.956): five pesos of ten and less are let go, six and more are added, for cash alone; the
    /// difference is a line of its own.
    async fn cash_is_rounded_at_the_end_of_the_bill(app: App) {
        let staff = Staff::of(&app).await;
        for wrong in [0, 2, 20, -10, 1000] {
            staff.manager.patch(BRANCH, json!({ "cash_rounding": wrong })).await.expect(422);
        }
        let branch = staff.manager.patch(BRANCH, json!({ "currency": "CLP", "cash_rounding": 10 })).await.expect(200);
        assert_eq!(branch["cash_rounding"], json!(10));
        let detail = async |check: i64| staff.manager.get(&format!("/api/billing/check/{check}")).await.expect(200);
        app.sql_exec("update branch_product set price_cents = 102500 where product_id = 111").await;
        app.sql_exec("update branch_product set price_cents = 102600 where product_id = 118").await;

        let down = Party::paying(&app, "INT-01", &[(111, 1)]).await;
        assert_eq!(detail(down.check).await["cash_remaining_cents"], json!(102_000));
        // What is not the rest, rounded, is a part as any other.
        cash(&staff.waiter, down.check, 2_000).await.expect(200);
        assert_eq!(down.stands().await, ("IN_PAYMENT".to_owned(), 102_500, 2_000));
        let paid = cash(&staff.waiter, down.check, 100_000).await.expect(200);
        assert_eq!((&paid["check_status"], &paid["check_total_cents"]), (&json!("PAID"), &json!(102_000)));
        let seen = detail(down.check).await;
        let line = &seen["discounts"][0];
        assert_eq!((&line["rounding"], &line["amount_cents"]), (&json!(true), &json!(500)));
        let page = staff.manager.get(&format!("/api/admin/receipts/customer-receipt/{}", down.check)).await;
        assert!(page.text().contains("Redondeo") && !page.text().contains("Descuento"), "{}", page.text());

        let up = Party::paying(&app, "INT-02", &[(118, 1)]).await;
        assert_eq!(cash(&staff.waiter, up.check, 104_000).await.expect(400)["code"], json!("more_than_owed"));
        let pay = json!({"check_id": up.check, "amount_cents": 103_000, "tip": {"amount_cents": 1_000}, "received_cents": 110_000});
        let paid = staff.waiter.post("/api/billing/cash/pay", pay).await.expect(200);
        assert_eq!((&paid["check_total_cents"], &paid["change_cents"]), (&json!(103_000), &json!(6_000)));
        let seen = detail(up.check).await;
        let line = seen["charges"].as_array().unwrap().iter().find(|line| line["rounding"] == json!(true)).unwrap();
        assert_eq!((&line["description"], &line["amount_cents"], &line["paid_cents"]), (&json!("Redondeo"), &json!(400), &json!(400)));
        // All of the cash went back, and a card pays to the peso.
        refund(&staff, number(&paid["payment_id"]), None).await.expect(200);
        assert_eq!(up.stands().await, ("REQUESTED".to_owned(), 102_600, 0));
        let card = json!({"check_id": up.check, "amount_cents": 102_600, "manual_method": "CARD_PHYSICAL"});
        staff.waiter.post("/api/waiter/payments/manual", card).await.expect(200);
        assert_eq!(up.stands().await, ("PAID".to_owned(), 102_600, 102_600));
        assert_eq!(app.sql_i64("select count(*) from check_discount where not rounding").await, 0);
        assert_ledger(&app).await;
    }

    /// Where no law says so, a house asks for no more than the bill.
    async fn elsewhere_cash_is_rounded_for_the_guest(app: App) {
        let staff = Staff::of(&app).await;
        staff.manager.patch(BRANCH, json!({ "cash_rounding": 100 })).await.expect(200);
        app.sql_exec("update branch_product set price_cents = 1299 where product_id = 111").await;
        let party = Party::paying(&app, "INT-01", &[(111, 1)]).await;
        let answers = [cash(&staff.waiter, party.check, 1_200).await, cash(&staff.waiter, party.check, 1_200).await];
        assert_eq!(answers.map(|answer| answer.status), [200, 400], "it is paid once");
        assert_eq!(party.stands().await, ("PAID".to_owned(), 1_200, 1_200));
        staff.manager.patch(BRANCH, json!({ "cash_rounding": null })).await.expect(200);
        let party = Party::paying(&app, "INT-02", &[(111, 1)]).await;
        cash(&staff.waiter, party.check, 1_200).await.expect(200);
        assert_eq!(party.stands().await, ("IN_PAYMENT".to_owned(), 1_299, 1_200));
        assert_ledger(&app).await;
    }

    /// A part of the cash goes back: what rounding had added or let go goes with it, for the rest may be paid by card,
    /// to the cent; cash that pays it is rounded anew.
    async fn rounding_goes_when_a_part_of_the_cash_does(app: App) {
        let staff = Staff::of(&app).await;
        staff.manager.patch(BRANCH, json!({ "currency": "CLP", "cash_rounding": 10 })).await.expect(200);
        app.sql_exec("update branch_product set price_cents = 102500 where product_id = 111").await;
        app.sql_exec("update branch_product set price_cents = 102600 where product_id = 118").await;
        for (table, product, bill, asked) in [("INT-01", 111, 102_500, 102_000), ("INT-02", 118, 102_600, 103_000)] {
            let party = Party::paying(&app, table, &[(product, 1)]).await;
            let payment = number(&cash(&staff.waiter, party.check, asked).await.expect(200)["payment_id"]);
            assert_eq!(party.stands().await, ("PAID".to_owned(), asked, asked));
            refund(&staff, payment, Some(50_000)).await.expect(200);
            assert_eq!(party.stands().await, ("IN_PAYMENT".to_owned(), bill, asked - 50_000));
            let seen = staff.manager.get(&format!("/api/billing/check/{}", party.check)).await.expect(200);
            assert_eq!((number(&seen["remaining_cents"]), number(&seen["cash_remaining_cents"])), (bill - asked + 50_000, 50_000));
            if product == 111 {
                cash(&staff.waiter, party.check, 50_000).await.expect(200);
                assert_eq!(party.stands().await, ("PAID".to_owned(), asked, asked));
            } else {
                let card = json!({ "check_id": party.check, "amount_cents": bill - asked + 50_000, "manual_method": "CARD_PHYSICAL" });
                staff.waiter.post("/api/waiter/payments/manual", card).await.expect(200);
                assert_eq!(party.stands().await, ("PAID".to_owned(), bill, bill));
            }
            assert_ledger(&app).await;
        }
    }
}
