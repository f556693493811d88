//! What is on its way back is not given back again, however long the provider's word about it takes.

use fake_mercadopago::{Fault, Route, Rule, When};
use harness::{both_modes, json};

use super::house::{Till, provided};
use crate::scene::number;

both_modes! {
    /// A manager asks for a part of an over-paid payment back while its task waits: the task is for what covers
    /// nothing, and that part is on its way already.
    async fn what_is_on_its_way_is_not_approved_again(app: App = provided()) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let checkout = till.checkout(&party, None).await;
        let payment = till.pay(&checkout, Some(party.total + 500)).await;
        let open = till.manager.get("/api/billing/refunds").await.expect(200);
        assert_eq!(open[0]["amount_cents"], 500);
        till.fake.faults().add(Rule::new(Route::CreateRefund, When::Always, Fault::Status(503)));
        till.refund(payment, Some(500)).await.expect(202);
        let approve = format!("/api/billing/refunds/{}/approve", open[0]["refund_id"]);
        assert_eq!(till.manager.post_empty(&approve).await.expect(400)["remaining_cents"], 0);
        till.fake.faults().clear();
        till.fake.clock().advance(std::time::Duration::from_secs(1));
        till.quiet().await;
        till.sweep().await;
        assert_eq!(till.fake.refunds_created(payment).iter().map(|made| made.1).sum::<i64>(), 500);
        till.assert_check(party.check, "PAID", party.total).await;
        assert_eq!(till.count("refund where status = 'PROPOSED'").await, 0);
        till.assert_balanced().await;
    }

    /// The provider gave an over-payment back, but cannot be asked about the payment just now. Whatever settles the
    /// check meanwhile proposes nothing anew, and no more than the rest can be asked back.
    async fn what_went_back_unseen_is_not_proposed_again(app: App = provided().env("COMANDA_PAYMENT_RETRY_BASE", "1s")) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let (first, second) = (till.checkout(&party, Some(party.total)).await, till.checkout(&party, Some(party.total - 100)).await);
        till.pay(&first, None).await;
        let twice = till.pay(&second, None).await;
        let open = till.manager.get("/api/billing/refunds").await.expect(200);
        let (task, most) = (number(&open[0]["refund_id"]), number(&open[0]["amount_cents"]));
        assert_eq!(most, party.total - 100);
        till.fake.faults().add(Rule::new(Route::ReadPayment, When::Always, Fault::Status(500)));
        till.fake.clock().advance(std::time::Duration::from_secs(1));
        till.manager.post_empty(&format!("/api/billing/refunds/{task}/approve")).await.expect(202);
        till.until(&format!("select count(*) from refund where id = {task} and status = 'DONE'"), 1).await;
        // Settles the check, with the payment still at its old worth.
        let discount = json!({ "discount_type": "AMOUNT", "value": 50, "reason": "la espera" });
        till.manager.post(&format!("/api/waiter/sessions/{}/discount", party.phone.session_id), discount).await.expect(200);
        let open = till.manager.get("/api/billing/refunds").await.expect(200);
        let again: Vec<i64> = open.as_array().unwrap().iter().map(|one| number(&one["amount_cents"])).collect();
        assert_eq!(again, [50], "only what the discount freed of the other payment");
        till.refund(twice, None).await.expect(400);
        till.fake.faults().clear();
        till.sweep().await;
        assert_eq!(till.fake.refunds_created(twice).iter().map(|made| made.1).collect::<Vec<_>>(), [most]);
        till.assert_check(party.check, "PAID", party.total - 50).await;
        till.assert_balanced().await;
    }
}
