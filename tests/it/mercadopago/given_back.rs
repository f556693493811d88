//! What is on its way back is not given back again, however long the provider's word about it takes.

use fake_mercadopago::{Fault, Route, Rule, When};
use harness::{both_modes, json};

use super::house::{Till, provided};
use crate::scene::number;

both_modes! {
    /// The provider gave an over-payment back, but cannot be asked about the payment just now. Whatever settles the check
    /// meanwhile proposes nothing anew, and no more than the rest can be asked back.
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
