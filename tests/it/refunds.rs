//! Money goes back through the provider: once, whatever is lost on the way (S7, S11), and payments are called off.

use crate::shop::in_a_shop;
use fake_mercadopago::{Fault, Outcome, Route, Rule, Status, When};

in_a_shop! {
    async fn s11_a_refund_whose_answer_is_lost_is_made_once(shop) {
        let bill = shop.bill("INT-01").await;
        let (number, payment) = shop.paid(&bill).await;
        shop.fake.faults().add(Rule::new(Route::CreateRefund, When::Times(2), Fault::ResetAfter));
        shop.queue_refund(payment, 500).await;
        shop.until(&format!("select count(*) from refund where payment_id = {payment} and status = 'DONE' and provider_refund_id is not null"), 1).await;
        shop.until(&format!("select paid_cents from guest_check where id = {}", bill.check), bill.total - 500).await;
        assert_eq!(shop.fake.refunds_created(number).iter().map(|made| made.1).collect::<Vec<_>>(), [500]);
        assert_eq!(shop.app.sql_i64(&format!("select refunded_cents from payment where id = {payment}")).await, 500);
        assert_eq!(shop.count("money_incident where kind = 'REFUND_FAILED'").await, 0);
    }

    async fn two_refunds_of_one_amount_are_two(shop) {
        let bill = shop.bill("INT-01").await;
        let (number, payment) = shop.paid(&bill).await;
        shop.queue_refund(payment, 500).await;
        shop.app.sql_exec("insert into refund (tenant_id, branch_id, payment_id, key, kind, amount_cents, status, reason, next_at, created_at)
            select tenant_id, branch_id, payment_id, 'second', kind, amount_cents, 'QUEUED', reason, created_at, created_at from refund").await;
        shop.until("select count(*) from refund where status = 'DONE'", 2).await;
        shop.until(&format!("select refunded_cents from payment where id = {payment}"), 1000).await;
        assert_eq!(shop.fake.refunds_created(number).len(), 2);
    }

    async fn a_refund_that_takes_its_time_is_asked_about_until_it_is_decided(shop) {
        let bill = shop.bill("INT-01").await;
        let (number, payment) = shop.paid(&bill).await;
        shop.fake.set_quirks(|quirks| quirks.slow_refunds = true);
        shop.queue_refund(payment, 500).await;
        shop.until(&format!("select count(*) from refund where payment_id = {payment} and status = 'PENDING'"), 1).await;
        let (refund, _) = shop.fake.refunds_created(number)[0];
        shop.fake.settle_refund(refund, true).unwrap();
        shop.until(&format!("select count(*) from refund where payment_id = {payment} and status = 'DONE'"), 1).await;
        shop.until(&format!("select refunded_cents from payment where id = {payment}"), 500).await;
        assert_eq!(shop.fake.refunds_created(number).len(), 1);
        assert_eq!(shop.fake.journal().requests_to(Route::CreateRefund).count(), 1, "what was taken is not asked for again");
    }

    async fn a_refused_refund_is_a_persons_to_look_at(shop) {
        let bill = shop.bill("INT-01").await;
        let (_, payment) = shop.paid(&bill).await;
        let mut poor = shop.fake.seller(shop.seller.collector_id).unwrap();
        poor.balance = Some(0);
        shop.fake.add_seller(poor);
        shop.queue_refund(payment, 500).await;
        shop.until(&format!("select count(*) from refund where payment_id = {payment} and status = 'FAILED'"), 1).await;
        assert_eq!(shop.count("money_incident where kind = 'REFUND_FAILED'").await, 1);
        assert_eq!(shop.app.sql_i64(&format!("select paid_cents from guest_check where id = {}", bill.check)).await, bill.total);
    }

    async fn a_provider_that_stays_away_ends_a_refund_after_its_retries(shop) {
        let bill = shop.bill("INT-01").await;
        let (number, payment) = shop.paid(&bill).await;
        shop.fake.faults().add(Rule::new(Route::CreateRefund, When::Always, Fault::Status(503)));
        shop.queue_refund(payment, 500).await;
        shop.until(&format!("select count(*) from refund where payment_id = {payment} and status = 'FAILED'"), 1).await;
        assert_eq!(shop.count("money_incident where kind = 'REFUND_FAILED'").await, 1);
        assert!(shop.fake.refunds_created(number).is_empty());
    }

    async fn a_payment_that_is_not_decided_is_called_off(shop) {
        let bill = shop.bill("INT-01").await;
        let manager = shop.app.login("manager@demo.com", "manager123").await;
        let (preference, _) = shop.checkout(&bill).await;
        let review = shop.fake.pay(&preference, Outcome::InProcess, None).unwrap();
        shop.until(&format!("select count(*) from payment where provider_payment_id = '{review}'"), 1).await;
        let path = format!("/api/billing/payments/{}/cancel", shop.payment(review).await);
        assert_eq!(manager.post_empty(&path).await.expect(200)["status"], "CANCELLED");
        assert_eq!(shop.fake.oracle().payment(review).unwrap().status, Status::Cancelled);
        manager.post_empty(&path).await.expect(409);
        let paid = shop.fake.pay(&preference, Outcome::Approve, None).unwrap();
        shop.until(&format!("select paid_cents from guest_check where id = {}", bill.check), bill.total).await;
        manager.post_empty(&format!("/api/billing/payments/{}/cancel", shop.payment(paid).await)).await.expect(409);
        assert_eq!(shop.count("audit_log where action = 'CANCEL' and entity_type = 'payment'").await, 1);
    }
}
