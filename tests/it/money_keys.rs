//! Every command that moves money, or says how it moves, sent twice under one key: the second answer is the first
//! one's, byte for byte, and nothing happens again; under the same key another body, or another query, is refused (I7).

use crate::ledger::assert_ledger;
use crate::mercadopago::house::{Till, fingerprint, provided};
use crate::scene::number;
use fake_mercadopago::{Fault, Outcome, Route, Rule, Seller, When};
use harness::{Caller, Reply, Value, both_modes, json, reqwest::Method};

/// What a command must not do twice: the ledger, and whatever else a repeat might leave.
async fn marks(till: &Till) -> Vec<i64> {
    let mut marks = fingerprint(&till.app).await;
    for table in ["audit_log", "event", "charge_claim", "check_discount", "checkout", "provider_account", "payment"] {
        marks.push(till.count(table).await);
    }
    marks.push(till.app.sql_i64("select coalesce(sum(version), 0) from provider_account").await);
    marks
}

/// Sends it, sends it again, sends another under the same key; the first answer.
async fn twice(till: &Till, caller: &Caller, command: (Method, &str, Value), other: Value) -> Reply {
    let (method, path, body) = command;
    // Where a command has no body, another one is of a field that nobody reads.
    let keyed = caller.lenient().with_header("X-Idempotency-Key", &format!("{method} {path}"));
    let send = async |path: &str, body: &Value| {
        let text = if body.is_null() { String::new() } else { body.to_string() };
        keyed.send(method.clone(), path, "application/json", text).await
    };
    let first = send(path, &body).await;
    assert!((200..300).contains(&first.status), "{method} {path}: {} {}", first.status, first.text());
    let after = marks(till).await;
    let again = send(path, &body).await;
    assert_eq!((again.status, &again.bytes), (first.status, &first.bytes), "{method} {path} again: {}", again.text());
    let reused = send(path, &other).await;
    assert_eq!(reused.status, 409, "{method} {path} with another body: {}", reused.text());
    assert_eq!(reused.json()["code"], "idempotency_key_reused", "{method} {path}");
    assert_eq!(marks(till).await, after, "{method} {path} did something again");
    first
}

both_modes! {
    /// What happens at the table and at the till.
    async fn at_the_till(app: App = provided()) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let (session, check, other) = (party.phone.session_id, party.check, json!({ "x": 1 }));
        let (phone, waiter, manager): (&Caller, &Caller, &Caller) = (&party.phone, &till.waiter, &till.manager);
        twice(&till, phone, (Method::POST, "/api/billing/check/request", Value::Null), other.clone()).await;
        twice(&till, waiter, (Method::POST, &format!("/api/waiter/sessions/{session}/check/withdraw"), Value::Null), other.clone()).await;
        twice(&till, waiter, (Method::POST, &format!("/api/waiter/sessions/{session}/check"), Value::Null), other.clone()).await;
        let off = |value: i64| json!({ "discount_type": "AMOUNT", "value": value, "reason": "la espera" });
        let path = format!("/api/waiter/sessions/{session}/discount");
        let off = twice(&till, manager, (Method::POST, &path, off(100)), off(101)).await;
        let remove = format!("/api/waiter/discounts/{}", off.json()["discount_id"]);
        twice(&till, manager, (Method::DELETE, &remove, Value::Null), other.clone()).await;

        let charge = till.app.sql_i64(&format!("select min(id) from charge where check_id = {check}")).await;
        let claims = format!("/api/billing/check/{check}/claims");
        let claim = json!({ "diner_id": party.phone.diner_id, "items": [{ "charge_id": charge }] });
        twice(&till, phone, (Method::PUT, &claims, claim), json!({ "diner_id": party.phone.diner_id, "items": [] })).await;
        twice(&till, phone, (Method::DELETE, &format!("{claims}?diner_id={}", party.phone.diner_id), Value::Null), other.clone()).await;

        let pay = |amount: i64| json!({ "check_id": check, "amount_cents": amount });
        let cash = twice(&till, waiter, (Method::POST, "/api/billing/cash/pay", pay(300)), pay(301)).await;
        let by = |amount: i64| json!({ "check_id": check, "amount_cents": amount, "manual_method": "TRANSFER_EXTERNAL" });
        twice(&till, waiter, (Method::POST, "/api/waiter/payments/manual", by(200)), by(201)).await;
        let back = format!("/api/billing/payments/{}/refund", cash.json()["payment_id"]);
        let reason = |amount: i64| json!({ "amount_cents": amount, "reason": "frío" });
        twice(&till, manager, (Method::POST, &back, reason(50)), reason(51)).await;

        // Both dishes that were struck leave a credit: one is given back, the other is left.
        till.cash(check, party.total - 450).await.expect(200);
        for (line, decision) in [(1, "approve"), (2, "dismiss")] {
            let item = crate::scene::item(&till.app, party.round, line).await;
            crate::scene::void(&till.waiter, item).await.expect(200);
            while let Some(task) = proposal(&till).await {
                let path = format!("/api/billing/refunds/{task}/{decision}");
                twice(&till, manager, (Method::POST, &path, Value::Null), other.clone()).await;
            }
        }
        assert_ledger(&till.app).await;
        let clear = format!("/api/billing/tables/{}/clear", party.phone.table_id);
        twice(&till, waiter, (Method::POST, &clear, Value::Null), other.clone()).await;
        let next = till.party("INT-01").await;
        till.cash(next.check, next.total).await.expect(200);
        let close = format!("/api/waiter/tables/{}/close", next.phone.table_id);
        twice(&till, waiter, (Method::POST, &close, Value::Null), other).await;
        assert_ledger(&till.app).await;
    }

    /// What goes through the provider, and what the office does about it.
    async fn through_the_provider(app: App = provided()) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let (phone, manager, admin): (&Caller, &Caller, &Caller) = (&party.phone, &till.manager, &till.admin);
        let other = json!({ "x": 1 });
        let wish = |amount: i64| json!({ "check_id": party.check, "amount_cents": amount });
        let opened = twice(&till, phone, (Method::POST, "/api/billing/mercadopago/preference", wish(700)), wish(701)).await;
        let preference = opened.json()["preference_id"].as_str().unwrap().to_owned();
        let review = till.fake.pay(&preference, Outcome::InProcess, None).unwrap();
        till.quiet().await;
        let path = format!("/api/billing/payments/{}/cancel", till.payment(review, "id").await);
        twice(&till, manager, (Method::POST, &path, Value::Null), other.clone()).await;

        let paid = till.fake.pay(&preference, Outcome::Approve, None).unwrap();
        till.quiet().await;
        let path = format!("/api/billing/payments/{}/refund", till.payment(paid, "id").await);
        till.fake.faults().add(Rule::new(Route::CreateRefund, When::Always, Fault::Hang));
        let reason = |amount: i64| json!({ "amount_cents": amount, "reason": "frío" });
        // A worker carries it out meanwhile, so the marks would move by themselves.
        let keyed = manager.with_header("X-Idempotency-Key", "back");
        let first = keyed.post(&path, reason(100)).await;
        first.expect(202);
        assert_eq!(keyed.post(&path, reason(100)).await.bytes, first.bytes);
        keyed.post(&path, reason(101)).await.expect(409);
        assert_eq!(till.count("refund").await, 1);
        till.fake.faults().clear();
        till.quiet().await;

        // An incident, and a dead letter that dies again.
        till.fake.faults().add(Rule::new(Route::ReadPayment, When::Always, Fault::InvalidJson));
        let unread = till.fake.pay(&preference, Outcome::Approve, Some(10)).unwrap();
        let dead = format!("work where queue = 'payment.sync' and status = 'DEAD' and kind = 'PAYMENT' and subject = '{unread}'");
        till.until(&format!("select count(*) from {dead}"), 1).await;
        let letter = till.app.sql_i64(&format!("select id from {dead}")).await;
        let path = format!("/api/admin/payments/dead-letters/{letter}/replay");
        let keyed = manager.with_header("X-Idempotency-Key", "replay");
        let first = keyed.post_empty(&path).await;
        first.expect(200);
        till.until(&format!("select count(*) from {dead}"), 1).await;
        assert_eq!(keyed.post_empty(&path).await.bytes, first.bytes);
        keyed.lenient().post(&path, other.clone()).await.expect(409);
        assert_eq!(till.count(&dead).await, 1, "it was replayed again");
        assert_eq!(till.count("audit_log where action = 'REPLAY'").await, 1);
        till.fake.faults().clear();
        manager.post_empty(&path).await.expect(200);
        till.quiet().await;
        let incident = till.app.sql_i64("select min(id) from money_incident where resolved_at is null").await;
        let path = format!("/api/billing/incidents/{incident}/resolve");
        twice(&till, manager, (Method::POST, &path, Value::Null), other.clone()).await;

        let new = Seller::argentina(9);
        till.fake.add_seller(new.clone());
        let branch = till.app.sql_i64("select id from branch where slug = 'centro'").await;
        let form = |token: &str| json!({ "branch_id": branch, "access_token": token });
        let path = "/api/admin/payment-accounts";
        let added = twice(&till, admin, (Method::POST, path, form(&new.access_token)), form("APP_USR-another")).await;
        let path = format!("/api/admin/payment-accounts/{}", number(&added.json()["id"]));
        let secrets = json!({ "webhook_secrets": ["one-secret-of-many"] });
        twice(&till, admin, (Method::PATCH, &path, secrets), other.clone()).await;
        twice(&till, admin, (Method::DELETE, &path, Value::Null), other).await;
    }

    /// A key that let one diner's claims go says nothing of another diner's.
    async fn a_query_is_part_of_what_was_asked(app: App = provided()) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let guest = till.app.scan("INT-01").await;
        let claims = format!("/api/billing/check/{}/claims", party.check);
        let charge = till.app.sql_i64(&format!("select min(id) from charge where check_id = {}", party.check)).await;
        guest.put(&claims, json!({ "diner_id": guest.diner_id, "items": [{ "charge_id": charge }] })).await.expect(200);
        let keyed = party.phone.with_header("X-Idempotency-Key", "let-go");
        keyed.delete(&format!("{claims}?diner_id={}", party.phone.diner_id)).await.expect(204);
        keyed.delete(&format!("{claims}?diner_id={}", guest.diner_id)).await.expect(409);
        assert_eq!(till.count("charge_claim").await, 1);
    }
}

/// A proposal to give money back, if there is one.
async fn proposal(till: &Till) -> Option<i64> {
    let open = till.manager.get("/api/billing/refunds").await.expect(200);
    open.as_array().unwrap().iter().find(|one| one["status"] == "PROPOSED").map(|one| number(&one["refund_id"]))
}
