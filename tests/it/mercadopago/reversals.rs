//! S7, S8, S11: money goes back.

use fake_mercadopago::{DeliverySpec, Fault, Move, Route, Rule, When, Winner};
use harness::{both_modes, json};

use super::house::{Checkout, Till, provided};

both_modes! {
    /// S7: from the provider's panel, in parts and in full; the check is owed again.
    async fn s07_a_refund_from_the_panel_reopens_the_check(app: App = provided()) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let payment = till.paid(&party).await;
        till.advance(payment, Move::RefundFromPanel(Some(300))).await;
        till.assert_check(party.check, "IN_PAYMENT", party.total - 300).await;
        till.assert_balanced().await;
        till.advance(payment, Move::RefundFromPanel(None)).await;
        till.assert_check(party.check, "REQUESTED", 0).await;
        assert!(till.stands(payment, "REFUNDED").await);
        till.assert_balanced().await;
        assert_eq!(till.cash(party.check, party.total).await.status, 200, "it can be paid otherwise");
        till.assert_check(party.check, "PAID", party.total).await;
    }

    /// S7: what is refunded was asked for with a tip; that the reference is missing from a later answer changes
    /// nothing.
    async fn s07_a_payment_keeps_its_tip_without_its_reference(app: App = provided()) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let wish = json!({ "check_id": party.check, "tip": { "amount_cents": 500 } });
        let checkout = party.phone.post("/api/billing/mercadopago/preference", wish).await.expect(200);
        let payment = till.pay(&Checkout::of(&checkout), None).await;
        assert_eq!(till.payment(payment, "tip_cents").await, 500);
        till.fake.faults().add(Rule::new(Route::ReadPayment, When::Always, Fault::Reference(None)));
        till.advance(payment, Move::RefundFromPanel(Some(300))).await;
        assert_eq!(till.payment(payment, "tip_cents").await, 500);
        till.assert_check(party.check, "IN_PAYMENT", party.total - 300).await;
        till.assert_balanced().await;
    }

    /// S7, by us: counted when the provider says so.
    async fn s07_a_refund_of_ours_is_done_once(app: App = provided()) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let payment = till.paid(&party).await;
        till.fake.clock().advance(std::time::Duration::from_secs(1));
        till.refund(payment, Some(200)).await.expect(202);
        till.quiet().await;
        assert_eq!(till.fake.refunds_created(payment).len(), 1);
        till.assert_check(party.check, "IN_PAYMENT", party.total - 200).await;
        till.assert_balanced().await;
    }

    /// S9: what was paid to the account though no check of ours asked for it goes back by a manager's word.
    async fn s09_an_orphan_is_given_back(app: App = provided()) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let checkout = till.checkout(&party, Some(900)).await;
        till.fake.faults().add(Rule::new(Route::ReadPayment, When::Always, Fault::Reference(None)));
        let payment = till.pay(&checkout, None).await;
        till.assert_check(party.check, "REQUESTED", 0).await;
        till.fake.clock().advance(std::time::Duration::from_secs(1));
        assert_eq!(till.refund(payment, Some(901)).await.expect(400)["remaining_cents"], 900);
        let answer = till.refund(payment, Some(400)).await.expect(202);
        assert!(answer["check_id"].is_null() && answer["check_status"].is_null(), "{answer}");
        till.quiet().await;
        assert_eq!(till.payment(payment, "net_cents").await, 500);
        till.refund(payment, None).await.expect(202);
        till.quiet().await;
        assert!(till.stands(payment, "REFUNDED").await);
        assert_eq!(till.fake.refunds_created(payment).iter().map(|made| made.1).collect::<Vec<_>>(), [400, 500]);
        till.assert_check(party.check, "REQUESTED", 0).await;
        till.assert_balanced().await;
    }

    /// S9, refused by the provider first: the task stays on the manager's list, who asks again, or leaves it.
    async fn s09_an_orphans_failed_refund_is_decided(app: App = provided()) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let checkout = till.checkout(&party, Some(900)).await;
        till.fake.faults().add(Rule::new(Route::ReadPayment, When::Always, Fault::Reference(None)));
        let payment = till.pay(&checkout, None).await;
        let rich = till.fake.seller(crate::mercadopago::house::seller().collector_id).unwrap();
        till.fake.add_seller(fake_mercadopago::Seller { balance: Some(0), ..rich.clone() });
        for _ in 0..2 {
            till.refund(payment, Some(100)).await.expect(202);
        }
        till.until("select count(*) from refund where status = 'FAILED'", 2).await;
        till.fake.add_seller(rich);
        till.fake.clock().advance(std::time::Duration::from_secs(1));
        let tasks = till.manager.get("/api/billing/refunds").await.expect(200);
        let path = |index: usize, verb: &str| format!("/api/billing/refunds/{}/{verb}", tasks[index]["refund_id"]);
        till.manager.post_empty(&path(0, "approve")).await.expect(202);
        till.manager.post_empty(&path(1, "dismiss")).await.expect(200);
        till.quiet().await;
        assert_eq!(till.fake.refunds_created(payment).iter().map(|made| made.1).collect::<Vec<_>>(), [100]);
        assert_eq!(till.payment(payment, "net_cents").await, 800);
        till.assert_balanced().await;
    }

    /// S8: a dispute keeps the money and tells somebody; a chargeback takes it, a reimbursement brings it back.
    async fn s08_disputes_and_chargebacks(app: App = provided()) {
        let till = Till::open(app).await;
        let (one, other) = (till.party("INT-01").await, till.party("INT-02").await);
        let (kept, taken) = (till.paid(&one).await, till.paid(&other).await);
        till.advance(kept, Move::Mediate).await;
        till.assert_check(one.check, "PAID", one.total).await;
        assert_eq!(till.incidents("DISPUTED").await, 1);
        till.advance(kept, Move::ResolveMediation(Winner::Seller)).await;
        till.assert_check(one.check, "PAID", one.total).await;

        till.advance(taken, Move::ChargeBack).await;
        till.assert_check(other.check, "REQUESTED", 0).await;
        assert_eq!(till.incidents("CHARGED_BACK").await, 1);
        assert_eq!(till.count("payment where approved_at is null").await, 0, "it keeps its place among the payments");
        till.assert_balanced().await;
        till.advance(taken, Move::ReimburseChargeback).await;
        till.assert_check(other.check, "PAID", other.total).await;
        till.assert_balanced().await;
    }

    /// S8: opened and settled for us within one second of the provider's clock: no later stamp will ever tell.
    async fn s08_a_dispute_that_ends_in_its_second(app: App = provided()) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let payment = till.paid(&party).await;
        // The clock runs: a second may end between the two, but not so often.
        for _ in 0..5 {
            till.advance(payment, Move::Mediate).await;
            assert!(till.stands(payment, "IN_MEDIATION").await);
            till.fake.advance(payment, Move::ResolveMediation(Winner::Seller)).unwrap();
            till.quiet().await;
            assert!(till.stands(payment, "APPROVED").await);
        }
        till.assert_check(party.check, "PAID", party.total).await;
        till.assert_balanced().await;
    }

    /// S8: an approval that comes after the chargeback, and is older, brings nothing back; nor does it after the party
    /// left.
    async fn s08_a_late_approval_does_not_undo_a_chargeback(app: App = provided()) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let payment = till.paid(&party).await;
        till.waiter.post(&format!("/api/waiter/tables/{}/close", party.phone.table_id), json!({})).await.expect(200);
        till.advance(payment, Move::ChargeBack).await;
        till.assert_check(party.check, "REQUESTED", 0).await;
        assert_eq!((till.incidents("CHARGED_BACK").await, till.incidents("REOPENED").await), (1, 1));
        let rows = till.count("allocation").await;
        till.fake.faults().add(Rule::new(Route::ReadPayment, When::Times(3), Fault::Stale));
        for _ in 0..3 {
            till.fake.deliver(payment, &DeliverySpec::webhook()).await.unwrap();
            till.quiet().await;
        }
        till.assert_check(party.check, "REQUESTED", 0).await;
        assert_eq!(till.count("allocation").await, rows);
        till.assert_balanced().await;
    }

    /// S8: what was resolved for the payer is gone, and stays gone.
    async fn s08_a_lost_dispute_is_a_refund(app: App = provided()) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let payment = till.paid(&party).await;
        till.advance(payment, Move::Mediate).await;
        till.advance(payment, Move::ResolveMediation(Winner::Payer)).await;
        till.assert_check(party.check, "REQUESTED", 0).await;
        till.assert_balanced().await;
    }

    /// S11: an answer that is lost, whether or not it was done, never makes two refunds.
    async fn s11_a_refund_whose_answer_is_lost_is_not_done_twice(app: App = provided()) {
        let till = Till::open(app).await;
        let tables = ["INT-01", "INT-02", "INT-03", "INT-04"];
        let faults = [Fault::ResetAfter, Fault::StatusAfter(500), Fault::ResetBefore, Fault::HangAfter];
        for (table, fault) in tables.into_iter().zip(faults) {
            let party = till.party(table).await;
            let payment = till.paid(&party).await;
            till.fake.faults().add(Rule::new(Route::CreateRefund, When::Times(1), fault.clone()));
            till.fake.clock().advance(std::time::Duration::from_secs(1));
            let our = till.payment(payment, "id").await;
            let refund = till.manager.with_header("X-Idempotency-Key", table);
            let (path, body) = (format!("/api/billing/payments/{our}/refund"), json!({ "amount_cents": 150, "reason": "frío" }));
            refund.post(&path, body.clone()).await.expect(202);
            refund.post(&path, body).await.expect(202);
            till.quiet().await;
            assert_eq!(till.fake.refunds_created(payment).len(), 1, "{fault:?}");
            assert_eq!(till.payment(payment, "refunded_cents").await, 150, "{fault:?}");
        }
        till.assert_balanced().await;
    }
}
