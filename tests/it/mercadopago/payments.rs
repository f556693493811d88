//! S3-S6, S18-S20, S22, S31: whose money it is and what it covers.

use fake_mercadopago::{DeliveryFault, DeliveryRule, Fault, Move, Outcome, Route, Rule, When};
use harness::{both_modes, json};

use super::house::{Till, provided};
use crate::scene::{item, void};

both_modes! {
    /// S3: one preference can be paid twice; both are recorded, one covers, the other is credit to give back.
    async fn s03_a_second_payment_is_credit(app: App = provided()) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let checkout = till.checkout(&party, None).await;
        let (one, other) = (till.pay(&checkout, None).await, till.pay(&checkout, None).await);
        till.assert_check(party.check, "PAID", party.total).await;
        assert_eq!(till.payment(one, "allocated_cents").await, party.total);
        assert_eq!(till.payment(other, "allocated_cents").await, 0);
        assert_eq!(till.count(&format!("refund where status = 'PROPOSED' and amount_cents = {}", party.total)).await, 1);
        till.assert_balanced().await;
    }

    /// S4.
    async fn s04_an_overpayment_stays_visible(app: App = provided()) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let checkout = till.checkout(&party, None).await;
        let payment = till.pay(&checkout, Some(party.total + 5000)).await;
        till.assert_check(party.check, "PAID", party.total).await;
        assert_eq!(till.payment(payment, "net_cents").await, party.total + 5000);
        assert_eq!(till.count("refund where status = 'PROPOSED' and amount_cents = 5000").await, 1);
        assert_eq!(till.incidents("OVERPAID").await, 1);
        till.assert_balanced().await;
    }

    /// S5: charges are covered in order, the last one in part.
    async fn s05_a_partial_payment_covers_the_oldest_charges(app: App = provided()) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let checkout = till.checkout(&party, Some(party.total - 100)).await;
        till.pay(&checkout, None).await;
        till.assert_check(party.check, "IN_PAYMENT", party.total - 100).await;
        assert_eq!(till.count("charge where paid_cents = amount_cents").await, 2);
        let rest = till.checkout(&party, None).await;
        assert_eq!(rest.amount, 100);
        till.pay(&rest, None).await;
        till.assert_check(party.check, "PAID", party.total).await;
        till.assert_balanced().await;
    }

    /// S6: who has left still pays; a person hears of it.
    async fn s06_money_that_comes_after_the_party_left_is_taken(app: App = provided()) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let checkout = till.checkout(&party, None).await;
        let late = till.fake.pay(&checkout.preference, Outcome::InProcess, None).unwrap();
        till.quiet().await;
        till.force_close(party.phone.table_id).await.expect(200);
        till.advance(late, Move::Approve).await;
        assert!(till.stands(late, "APPROVED").await);
        assert_eq!(till.incidents("LATE_PAYMENT").await, 1);
        till.assert_check(party.check, "PAID", party.total).await;
        till.assert_balanced().await;
    }

    /// S6: what was given up and is paid after all was given up for nothing: it is taken back, and no cent is in two
    /// reports.
    async fn s06_money_that_comes_after_a_write_off_is_no_loss(app: App = provided()) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let checkout = till.checkout(&party, None).await;
        let late = till.fake.pay(&checkout.preference, Outcome::InProcess, None).unwrap();
        till.quiet().await;
        till.force_close(party.phone.table_id).await.expect(200);
        let given_up = till.app.sql_i64(&format!("select total_cents from guest_check where id = {}", party.check)).await;
        let path = format!("/api/billing/check/{}/write-off", party.check);
        till.manager.post(&path, json!({ "reason": "se fueron" })).await.expect(200);
        till.advance(late, Move::Approve).await;
        let stands = format!("select paid_cents - written_off_cents from guest_check where id = {}", party.check);
        assert_eq!(till.app.sql_i64(&stands).await, given_up, "paid, and nothing is written off");
        let report = till.manager.get("/api/admin/reports/write-offs").await.expect(200);
        let sums = ["total_written_off_cents", "total_reversed_cents"].map(|field| report[0][field].as_i64().unwrap());
        assert_eq!(sums, [given_up, given_up]);
        till.assert_balanced().await;
    }

    /// S18: what was really received is credited, never what was asked.
    async fn s18_the_amount_received_counts(app: App = provided()) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let checkout = till.checkout(&party, None).await;
        till.pay(&checkout, Some(100)).await;
        till.assert_check(party.check, "IN_PAYMENT", 100).await;
        assert_eq!(till.incidents("AMOUNT_DIFFERS").await, 1);
        till.assert_balanced().await;
    }

    /// S19.
    async fn s19_another_currency_covers_nothing(app: App = provided()) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let checkout = till.checkout(&party, None).await;
        till.fake.faults().add(Rule::new(Route::ReadPayment, When::Always, Fault::Currency("USD".into())));
        let payment = till.pay(&checkout, None).await;
        till.assert_check(party.check, "REQUESTED", 0).await;
        assert_eq!(till.payment(payment, "amount_cents").await, party.total, "recorded");
        assert_eq!(till.payment(payment, "net_cents").await, 0);
        assert_eq!(till.incidents("CURRENCY_DIFFERS").await, 1);
    }

    /// S20.
    async fn s20_what_is_pending_counts_when_it_is_approved(app: App = provided()) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let checkout = till.checkout(&party, None).await;
        let payment = till.fake.pay(&checkout.preference, Outcome::InProcess, None).unwrap();
        till.quiet().await;
        till.assert_check(party.check, "REQUESTED", 0).await;
        till.advance(payment, Move::Wait).await;
        assert!(till.stands(payment, "PENDING").await);
        till.advance(payment, Move::Approve).await;
        till.assert_check(party.check, "PAID", party.total).await;
        till.assert_balanced().await;
    }

    /// S22: a second try is another payment; both are kept, one counts.
    async fn s22_a_rejection_does_not_stand_in_the_way(app: App = provided()) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let checkout = till.checkout(&party, None).await;
        let refused = till.fake.pay(&checkout.preference, Outcome::Reject("cc_rejected_other_reason".into()), None).unwrap();
        till.quiet().await;
        assert!(till.stands(refused, "REJECTED").await);
        till.pay(&checkout, None).await;
        till.assert_check(party.check, "PAID", party.total).await;
        assert_eq!(till.count("payment").await, 2);
        till.assert_balanced().await;
    }

    /// S31: what a voided dish had of the money covers what is owed elsewhere, then is credit.
    async fn s31_money_of_a_voided_charge_moves_on(app: App = provided()) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let first = till.app.sql_i64("select amount_cents from charge order by id limit 1").await;
        let checkout = till.checkout(&party, Some(first + 50)).await;
        till.pay(&checkout, None).await;
        void(&till.manager, item(&till.app, party.round, 1).await).await.expect(200);
        till.assert_check(party.check, "IN_PAYMENT", first + 50).await;
        till.assert_balanced().await;
        for line in [2, 3] {
            void(&till.manager, item(&till.app, party.round, line).await).await;
            till.assert_balanced().await;
        }
    }

    /// S28: a notice that is lost for good costs time, not money.
    async fn s28_a_lost_notice_is_found_by_the_sweep(app: App = provided()) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let checkout = till.checkout(&party, None).await;
        till.fake.faults().add_delivery(DeliveryRule::new(When::Always, DeliveryFault::Drop));
        let payment = till.pay(&checkout, None).await;
        till.assert_check(party.check, "REQUESTED", 0).await;
        till.sweep().await;
        till.assert_check(party.check, "PAID", party.total).await;
        till.fake.clock().advance(std::time::Duration::from_secs(1));
        till.fake.advance(payment, Move::RefundFromPanel(Some(100))).unwrap();
        till.sweep().await;
        till.assert_check(party.check, "IN_PAYMENT", party.total - 100).await;
        till.assert_balanced().await;
    }

    /// S28: what waits for its retry waits, however often the sweep comes by.
    async fn s28_a_sweep_brings_no_retry_forward(
        app: App = provided().env("COMANDA_PAYMENT_SWEEP_EVERY", "250ms").env("COMANDA_PAYMENT_RETRY_BASE", "60s")
    ) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let checkout = till.checkout(&party, None).await;
        till.fake.faults().add_delivery(DeliveryRule::new(When::Always, DeliveryFault::Drop));
        till.fake.faults().add(Rule::new(Route::ReadPayment, When::Always, Fault::Status(500)));
        till.fake.pay(&checkout.preference, Outcome::Approve, None).unwrap();
        for _ in 0..4 {
            till.app.sql_exec("update checkout set sweep_at = created_at").await;
            till.until("select count(*) from checkout where sweep_at > created_at", 1).await;
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        }
        assert_eq!(till.fake.journal().requests_to(Route::ReadPayment).count(), 1);
        assert_eq!(till.count("work where queue = 'payment.sync' and status = 'QUEUED' and attempts = 1").await, 1);
    }
}
