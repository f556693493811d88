//! Money that staff take and give back.

use crate::ledger::assert_ledger;
use crate::look;
use crate::scene::{Staff, number, text};
use crate::till::{Party, cash, discount, refund};
use harness::{App, both_modes, json, race};

both_modes! {
    /// W21 and W23 as the waiter app reads them, with tip, change and a remark.
    async fn staff_register_what_they_took(app: App) {
        let staff = Staff::of(&app).await;
        let party = Party::paying(&app, "INT-01", &[(111, 2), (118, 1)]).await;
        let screen = staff.waiter.socket(&app, "/ws/waiter").await;
        let taken = staff.waiter.post("/api/billing/cash/pay", json!({"check_id": party.check, "amount_cents": 1000, "tip_cents": 100,
            "received_cents": 2000, "diner_id": party.phone.diner_id})).await.expect(200);
        assert_eq!((&taken["check_id"], &taken["amount_cents"], &taken["provider"], &taken["status"]),
            (&json!(party.check), &json!(1000), &json!("CASH"), &json!("APPROVED")));
        assert_eq!((&taken["check_status"], &taken["check_paid_cents"], &taken["check_total_cents"]),
            (&json!("IN_PAYMENT"), &json!(1000), &json!(party.total)));
        assert_eq!((&taken["tip_cents"], &taken["change_cents"], &taken["diner_id"]), (&json!(100), &json!(900), &json!(party.phone.diner_id)));
        let rest = party.total - 1000;
        let manual = staff.manager.post("/api/waiter/payments/manual", json!({"check_id": party.check, "amount_cents": rest,
            "manual_method": "CARD_PHYSICAL", "notes": "Visa", "tip": {"percent": 10}})).await.expect(200);
        assert_eq!((&manual["manual_method"], &manual["payment_category"], &manual["registered_by"]),
            (&json!("CARD_PHYSICAL"), &json!("MANUAL"), &json!("WAITER")));
        assert_eq!((&manual["registered_by_waiter_id"], &manual["check_remaining_cents"], &manual["check_status"]),
            (&json!(staff.manager.user_id), &json!(0), &json!("PAID")));
        assert_eq!(number(&manual["tip_cents"]), (rest * 10 + 50) / 100);

        let events = screen.wait_until(|events| events.iter().any(|event| event["type"] == "CHECK_PAID")).await;
        let money: Vec<_> = events.iter().filter(|event| text(&event["type"]).starts_with("PAYMENT")).collect();
        assert_eq!(money.len(), 2);
        assert_eq!(money[0]["entity"]["payment_id"], taken["payment_id"]);
        assert_eq!((&money[0]["entity"]["amount_cents"], &money[0]["entity"]["paid_cents"]), (&json!(1100), &json!(1000)));
        assert_eq!(money[0]["actor"]["user_id"], json!(staff.waiter.user_id));

        let detail = staff.waiter.get(&format!("/api/billing/check/{}", party.check)).await.expect(200);
        let history = &detail["payments"];
        assert_eq!((&history[0]["method"], &history[1]["notes"]), (&json!("CASH"), &json!("Visa")));
        let covered: i64 = history.as_array().unwrap().iter().flat_map(|line| line["allocations"].as_array().unwrap())
            .map(|part| number(&part["amount_cents"])).sum();
        assert_eq!((covered, &detail["remaining_cents"]), (party.total, &json!(0)));
        assert_eq!(look::audited(&app, "payment", number(&taken["payment_id"])).await, 1);
        cash(&staff.waiter, party.check, 1).await.expect(400);
        assert_ledger(&app).await;
    }

    /// Nothing but whole cents that are owed gets in.
    async fn odd_amounts_are_refused(app: App) {
        let staff = Staff::of(&app).await;
        let party = Party::paying(&app, "INT-01", &[(111, 1)]).await;
        let pay = async |field: &str, value: &str| {
            let body = format!(r#"{{"check_id":{},"amount_cents":10,"manual_method":"CASH","{field}":{value}}}"#, party.check);
            let body = if field == "amount_cents" { body.replacen(r#""amount_cents":10,"#, "", 1) } else { body };
            let post = "POST".parse().unwrap();
            staff.waiter.send(post, "/api/waiter/payments/manual", "application/json", body).await
        };
        for field in ["amount_cents", "received_cents"] {
            for value in ["10.0", "10.50", "1e3", "0", "-10", "\"10\"", "10000000000001", "99999999999999999999"] {
                let refused = pay(field, value).await.expect(422);
                assert!(text(&refused["detail"]).contains(field), "{field} {value}: {refused}");
            }
        }
        for (field, value) in [("tip_cents", "-1"), ("tip_cents", "1.5"), ("tip", "{\"percent\":101}"), ("notes", &format!("\"{}\"", "x".repeat(501))),
            ("manual_method", "\"MERCADO_PAGO\""), ("manual_method", "\"GOLD\""), ("tip_cents", "10000000000001")] {
            let refused = pay(field, value).await.expect(422);
            assert!(text(&refused["detail"]).contains(field), "{field} {value}: {refused}");
        }
        let both = json!({"check_id": party.check, "amount_cents": 10, "tip_cents": 1, "tip": {"percent": 1}});
        staff.waiter.post("/api/billing/cash/pay", both).await.expect(422);
        let much = cash(&staff.waiter, party.check, party.total + 1).await.expect(400);
        assert_eq!(much["remaining_cents"], json!(party.total));
        let little = json!({"check_id": party.check, "amount_cents": 10, "tip_cents": 5, "received_cents": 14});
        assert_eq!(staff.waiter.post("/api/billing/cash/pay", little).await.expect(400)["code"], json!("too_little"));
        let stranger = json!({"check_id": party.check, "amount_cents": 10, "diner_id": 999_999});
        assert_eq!(staff.waiter.post("/api/billing/cash/pay", stranger).await.expect(400)["code"], json!("unknown_diner"));
        cash(&staff.waiter, 999_999, 10).await.expect(404);
        cash(&staff.cook, party.check, 10).await.expect(403);
        assert_eq!(app.sql_i64("select count(*) from payment").await, 0);
        assert_ledger(&app).await;
    }

    /// A repeated request is one payment; the key of another request is refused.
    async fn a_repeated_payment_is_one(app: App) {
        let staff = Staff::of(&app).await;
        let party = Party::paying(&app, "INT-01", &[(111, 1)]).await;
        let keyed = staff.waiter.with_header("X-Idempotency-Key", "pay-1");
        let body = json!({"check_id": party.check, "amount_cents": 100});
        let answers = race(6, |_| {
            let (keyed, body) = (keyed.clone(), body.clone());
            async move { keyed.post("/api/billing/cash/pay", body).await }
        })
        .await;
        answers[0].expect(200);
        assert!(answers.iter().all(|answer| answer.bytes == answers[0].bytes));
        keyed.post("/api/billing/cash/pay", json!({"check_id": party.check, "amount_cents": 101})).await.expect(409);
        assert_eq!(party.stands().await.2, 100);
        assert_eq!(look::events(&app, "PAYMENT_APPROVED", "true").await, 1);
        assert_ledger(&app).await;
    }

    /// Eight waiters take what is left at the same moment: one has it, the others are told what remains.
    async fn the_last_peso_is_taken_once(app: App) {
        let staff = Staff::of(&app).await;
        let party = Party::paying(&app, "INT-01", &[(111, 1)]).await;
        cash(&staff.waiter, party.check, party.total - 100).await.expect(200);
        let check = party.check;
        let answers = race(8, |_| {
            let waiter = staff.waiter.clone();
            async move { cash(&waiter, check, 100).await }
        })
        .await;
        let took = answers.iter().filter(|answer| answer.status == 200).count();
        assert_eq!(took, 1);
        assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 400)));
        assert_eq!(look::events(&app, "CHECK_PAID", "true").await, 1);
        assert_eq!(party.stands().await, ("PAID".to_owned(), party.total, party.total));
        assert_ledger(&app).await;
    }

    /// A manager gives back a part, then the rest; the check is owed again, and the tip goes last.
    async fn money_goes_back(app: App) {
        let staff = Staff::of(&app).await;
        let party = Party::paying(&app, "INT-01", &[(111, 1)]).await;
        let body = json!({"check_id": party.check, "amount_cents": party.total, "tip_cents": 50});
        let payment = number(&staff.waiter.post("/api/billing/cash/pay", body).await.expect(200)["payment_id"]);
        let path = format!("/api/billing/payments/{payment}/refund");
        staff.waiter.post(&path, json!({"reason": "x"})).await.expect(403);
        staff.manager.post(&path, json!({})).await.expect(422);
        staff.manager.post(&path, json!({"reason": "x", "amount_cents": 0})).await.expect(422);
        staff.manager.post("/api/billing/payments/999999/refund", json!({"reason": "x"})).await.expect(404);
        let much = refund(&staff, payment, Some(party.total + 51)).await.expect(400);
        assert_eq!(much["remaining_cents"], json!(party.total + 50));

        let keyed = staff.manager.with_header("X-Idempotency-Key", "back-1");
        let part = keyed.post(&path, json!({"reason": "frío", "amount_cents": 100})).await;
        let told = part.expect(200);
        assert_eq!((&told["refund_status"], &told["payment_status"], &told["refunded_cents"], &told["tip_cents"]),
            (&json!("DONE"), &json!("APPROVED"), &json!(100), &json!(50)));
        assert_eq!((&told["check_status"], &told["check_remaining_cents"]), (&json!("IN_PAYMENT"), &json!(100)));
        assert_eq!(keyed.post(&path, json!({"reason": "frío", "amount_cents": 100})).await.bytes, part.bytes);
        assert_ledger(&app).await;

        let rest = refund(&staff, payment, None).await.expect(200);
        assert_eq!((&rest["amount_cents"], &rest["payment_status"], &rest["tip_cents"], &rest["net_cents"]),
            (&json!(party.total - 50), &json!("REFUNDED"), &json!(0), &json!(0)));
        assert_eq!(rest["check_status"], json!("REQUESTED"));
        refund(&staff, payment, None).await.expect(400);
        let bill = party.read().await;
        assert_eq!((&bill["payments"][0]["status"], &bill["payments"][0]["refunded_cents"]), (&json!("REJECTED"), &json!(party.total + 50)));
        assert_eq!(look::events(&app, "PAYMENT_REFUNDED", "true").await, 2);
        assert_eq!(app.sql_i64("select count(*) from audit_log where action = 'REFUND'").await, 2);
        // It can be paid again, and is paid again.
        cash(&staff.waiter, party.check, party.total).await.expect(200);
        assert_eq!(look::events(&app, "CHECK_PAID", "true").await, 2);
        assert_eq!(app.sql_i64("select count(*) from money_incident").await, 0);
        assert_ledger(&app).await;
    }

    /// Two managers give the same payment back at once: once.
    async fn money_goes_back_once(app: App) {
        let staff = Staff::of(&app).await;
        let party = Party::paying(&app, "INT-01", &[(111, 1)]).await;
        let payment = number(&cash(&staff.waiter, party.check, party.total).await.expect(200)["payment_id"]);
        let total = party.total;
        let answers = race(6, |_| {
            let manager = staff.manager.clone();
            async move {
                let body = json!({"reason": "x", "amount_cents": total});
                manager.post(&format!("/api/billing/payments/{payment}/refund"), body).await.status
            }
        })
        .await;
        assert_eq!(answers.iter().filter(|status| **status == 200).count(), 1, "{answers:?}");
        assert_eq!(app.sql_i64(&format!("select refunded_cents from payment where id = {payment}")).await, total);
        assert_ledger(&app).await;
    }

    /// Money that goes back after the party left opens the check and is put before a person, who deals with it.
    async fn a_refund_after_the_party_left_is_an_incident(app: App) {
        let staff = Staff::of(&app).await;
        let party = Party::paying(&app, "INT-01", &[(111, 1)]).await;
        let payment = number(&cash(&staff.waiter, party.check, party.total).await.expect(200)["payment_id"]);
        staff.waiter.post_empty(&format!("/api/billing/tables/{}/clear", party.phone.table_id)).await.expect(200);
        let back = refund(&staff, payment, Some(100)).await.expect(200);
        assert_eq!(back["check_status"], json!("IN_PAYMENT"));
        let incidents = staff.manager.get("/api/billing/incidents?branch_id=1").await.expect(200);
        assert_eq!((&incidents[0]["kind"], &incidents[0]["check_id"], &incidents[0]["payment_id"]),
            (&json!("REOPENED"), &json!(party.check), &json!(payment)));
        let path = format!("/api/billing/incidents/{}/resolve", incidents[0]["incident_id"]);
        staff.waiter.post_empty(&path).await.expect(403);
        staff.manager.post_empty(&path).await.expect(204);
        staff.manager.post_empty(&path).await.expect(409);
        assert_eq!(staff.manager.get("/api/billing/incidents").await.expect(200), json!([]));
        discount(&staff, party.phone.session_id, "AMOUNT", 1).await.expect(400);
        assert_ledger(&app).await;
    }

    /// A proposal that a manager leaves stays left; what is over beyond it is proposed anew.
    async fn a_dismissed_proposal_stays_dismissed(app: App) {
        let staff = Staff::of(&app).await;
        let party = Party::paying(&app, "INT-01", &[(111, 3)]).await;
        cash(&staff.waiter, party.check, party.total).await.expect(200);
        discount(&staff, party.phone.session_id, "AMOUNT", 100).await.expect(200);
        let waiting = staff.manager.get("/api/billing/refunds").await.expect(200);
        let path = format!("/api/billing/refunds/{}/dismiss", waiting[0]["refund_id"]);
        staff.waiter.post_empty(&path).await.expect(403);
        assert_eq!(staff.manager.post_empty(&path).await.expect(200)["refund_status"], json!("DISMISSED"));
        party.phone.post_empty("/api/billing/check/request").await.expect(200);
        assert_eq!(staff.manager.get("/api/billing/refunds").await.expect(200), json!([]));
        discount(&staff, party.phone.session_id, "AMOUNT", 30).await.expect(200);
        assert_eq!(staff.manager.get("/api/billing/refunds").await.expect(200)[0]["amount_cents"], json!(30));
        assert_ledger(&app).await;
    }

    /// What a phone paid goes back through the provider: asked for, never beyond what is left, not yet counted.
    async fn a_refund_at_the_provider_is_queued(app: App) {
        let staff = Staff::of(&app).await;
        let party = Party::paying(&app, "INT-01", &[(111, 1)]).await;
        let payment = number(&cash(&staff.waiter, party.check, party.total).await.expect(200)["payment_id"]);
        // Through an account that is out of order, so that nobody asks a provider.
        app.sql_exec(&format!(
            "insert into provider_account (tenant_id, branch_id, provider, currency, sealed, webhook_token, webhook_mode, status, created_at, updated_at)
                 select tenant_id, branch_id, 'MERCADO_PAGO', 'ARS', '', 'none', 'strict', 'BROKEN', created_at, created_at from payment where id = {payment};
             update payment set tender = 'MERCADO_PAGO', provider_payment_id = 'mp-1',
                 account_id = (select id from provider_account where webhook_token = 'none') where id = {payment}"
        ))
        .await;
        let asked = refund(&staff, payment, Some(party.total - 100)).await.expect(202);
        assert_eq!((&asked["refund_status"], &asked["refunded_cents"], &asked["check_status"]), (&json!("QUEUED"), &json!(0), &json!("PAID")));
        assert_eq!(refund(&staff, payment, Some(101)).await.expect(400)["remaining_cents"], json!(100));
        assert_eq!(refund(&staff, payment, None).await.expect(202)["amount_cents"], json!(100));
        refund(&staff, payment, None).await.expect(400);
        assert_eq!(staff.manager.get("/api/billing/refunds").await.expect(200).as_array().unwrap().len(), 2);
        assert_ledger(&app).await;
    }

    /// The database itself refuses what the ledger must not hold, whoever types it.
    async fn the_database_holds_the_sums(app: App) {
        let staff = Staff::of(&app).await;
        let party = Party::paying(&app, "INT-01", &[(111, 1)]).await;
        let payment = number(&cash(&staff.waiter, party.check, 100).await.expect(200)["payment_id"]);
        let charge = party.charges(&app).await[0];
        let allocate = |cents: i64| format!("insert into allocation (tenant_id, check_id, payment_id, charge_id, amount_cents, cause, created_at)
            values (1, {}, {payment}, {charge}, {cents}, 'test', '2026-01-01 00:00:00+00:00')", party.check);
        for sql in [allocate(1), allocate(-101), allocate(0),
            format!("update payment set net_cents = 99 where id = {payment}"),
            format!("update charge set amount_cents = 99 where id = {charge}"),
            format!("update guest_check set total_cents = 99 where id = {}", party.check),
            "delete from allocation".to_owned(), "update allocation set amount_cents = 1".to_owned()] {
            assert!(refused(&app, &sql).await, "{sql}");
        }
        assert_ledger(&app).await;
    }
}

/// Whether the database refuses the statement. (The harness panics on a refusal, so it is tried in a task of its own.)
async fn refused(app: &App, sql: &str) -> bool {
    std::panic::AssertUnwindSafe(app.sql_exec(sql)).catch().await
}

trait Catch {
    async fn catch(self) -> bool;
}

impl<F: Future<Output = ()>> Catch for std::panic::AssertUnwindSafe<F> {
    async fn catch(self) -> bool {
        let mut future = Box::pin(self.0);
        std::future::poll_fn(move |context| {
            let polled = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| future.as_mut().poll(context)));
            match polled {
                Ok(std::task::Poll::Pending) => std::task::Poll::Pending,
                Ok(std::task::Poll::Ready(())) => std::task::Poll::Ready(false),
                Err(_) => std::task::Poll::Ready(true),
            }
        })
        .await
    }
}
