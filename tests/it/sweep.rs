//! What no notice told of is found, and what was given up is put back (S3, S7, S10, S28, S29).

use crate::shop::in_a_shop;
use fake_mercadopago::{Fault, Move, Outcome, Route, Rule, When};
use harness::json;

in_a_shop! {
    async fn s28_a_lost_notice_is_found(shop) {
        let bill = shop.bill("INT-01").await;
        shop.silence();
        let (preference, _) = shop.checkout(&bill).await;
        shop.fake.pay(&preference, Outcome::Approve, None).unwrap();
        let said = shop.app.operate(&["sweep-payments"]);
        assert!(said.contains("1 checkouts"), "{said}");
        shop.until(&format!("select paid_cents from guest_check where id = {}", bill.check), bill.total).await;
        let before = shop.count("allocation").await;
        shop.app.operate(&["sweep-payments"]);
        assert_eq!(shop.count("allocation").await, before, "a second sweep changed the ledger");
        assert_eq!(shop.count("payment").await, 1);
    }

    async fn s7_a_refund_from_the_panel_is_found(shop) {
        let bill = shop.bill("INT-01").await;
        let (number, payment) = shop.paid(&bill).await;
        shop.silence();
        // The provider's clock shows whole seconds: the refund must not share the approval's.
        shop.fake.clock().advance(std::time::Duration::from_secs(1));
        shop.fake.advance(number, Move::RefundFromPanel(Some(700))).unwrap();
        shop.app.operate(&["sweep-payments"]);
        shop.until(&format!("select refunded_cents from payment where id = {payment}"), 700).await;
        shop.until(&format!("select paid_cents from guest_check where id = {}", bill.check), bill.total - 700).await;
    }

    async fn s10_a_checkout_whose_answer_was_lost_is_adopted(shop) {
        let bill = shop.bill("INT-01").await;
        shop.fake.faults().add(Rule::new(Route::CreatePreference, When::Times(1), Fault::ResetAfter));
        shop.fake.faults().add(Rule::new(Route::SearchPreferences, When::Times(1), Fault::Status(503)));
        let body = json!({ "check_id": bill.check });
        let lost = bill.phone.post("/api/billing/mercadopago/preference", body).await;
        assert!(lost.status >= 500, "{}", lost.text());
        assert_eq!(shop.count("checkout where status = 'CREATING'").await, 1);
        shop.app.operate(&["sweep-payments"]);
        assert_eq!(shop.count("checkout where status = 'OPEN' and provider_ref is not null").await, 1);
        // The second tap leads to the one that was made.
        let (preference, reference) = shop.checkout(&bill).await;
        assert_eq!(shop.fake.preferences_of(&reference), [preference]);
    }

    async fn s3_what_is_paid_cannot_be_paid_again(shop) {
        let bill = shop.bill("INT-01").await;
        let (first, _) = shop.checkout(&bill).await;
        let other = json!({ "check_id": bill.check, "amount_cents": 100 });
        let second = bill.phone.post("/api/billing/mercadopago/preference", other).await.expect(200);
        shop.fake.pay(&first, Outcome::Approve, None).unwrap();
        shop.until("select count(*) from checkout where status = 'EXPIRED'", 2).await;
        let late = shop.fake.pay(second["preference_id"].as_str().unwrap(), Outcome::Approve, None);
        assert!(late.is_err(), "{late:?}");
    }

    async fn s29_a_dead_letter_is_read_and_replayed(shop) {
        let bill = shop.bill("INT-01").await;
        let (preference, _) = shop.checkout(&bill).await;
        shop.fake.faults().add(Rule::new(Route::ReadPayment, When::Always, Fault::InvalidJson));
        let number = shop.fake.pay(&preference, Outcome::Approve, None).unwrap();
        shop.until("select count(*) from work where queue = 'payment.sync' and status = 'DEAD'", 1).await;
        let manager = shop.app.login("manager@demo.com", "manager123").await;
        let dead = manager.get("/api/admin/payments/dead-letters").await.expect(200);
        assert_eq!((dead[0]["resource_id"].clone(), dead[0]["status"].clone()), (json!(number.to_string()), json!("DEAD")));
        let path = format!("/api/admin/payments/dead-letters/{}", dead[0]["id"]);
        let detail = manager.get(&path).await.expect(200);
        assert!(detail["notices"].as_array().is_some_and(|notices| !notices.is_empty()), "{detail}");
        assert!(shop.app.operate(&["dead-letters"]).contains(&number.to_string()));
        assert!(shop.app.operate(&["dead-letters", "show", &dead[0]["id"].to_string()]).contains("notices"));
        let health = shop.app.anonymous().get("/api/health/detailed").await.expect(200);
        assert_eq!((health["status"].clone(), health["webhook_retry"]["dead"].clone()), (json!("degraded"), json!(1)));
        assert!(health["circuit_breakers"].as_array().is_some_and(|circuits| !circuits.is_empty()), "{health}");
        shop.fake.faults().clear();
        manager.post_empty(&format!("{path}/replay")).await.expect(200);
        shop.until(&format!("select paid_cents from guest_check where id = {}", bill.check), bill.total).await;
        assert_eq!(shop.count("audit_log where action = 'REPLAY'").await, 1);
        assert!(shop.app.operate(&["dead-letters", "replay", "--all"]).starts_with("0 "));
    }
}
