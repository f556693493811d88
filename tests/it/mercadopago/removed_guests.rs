//! A guest whom staff removed had a checkout open: the others do not wait for it, the provider is told that it is off,
//! and money that comes through it all the same is this check's.

use super::house::{Checkout, Till, provided};
use harness::{both_modes, json};

both_modes! {
    async fn a_removed_guests_checkout_keeps_nobody_waiting(app: App = provided().env("COMANDA_PAYMENT_SWEEP_EVERY", "250ms")) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let eve = till.app.anonymous().scan_as("INT-01", "Eve").await;
        let ask = |amount: i64| json!({"check_id": party.check, "amount_cents": amount, "diner_id": eve.diner_id});
        let hers = eve.post("/api/billing/mercadopago/preference", ask(party.total - 100)).await.expect(200);
        let rest = |answer: harness::Value| Checkout::of(&answer).amount;
        let all = json!({"check_id": party.check});
        assert_eq!(rest(party.phone.post("/api/billing/mercadopago/preference", all.clone()).await.expect(200)), 100);
        let path = format!("/api/waiter/sessions/{}/diners/{}", eve.session_id, eve.diner_id);
        till.waiter.delete(&path).await.expect(200);
        // She is not led back to it, and nobody waits for what she wanted to pay.
        eve.post("/api/billing/mercadopago/preference", ask(party.total - 100)).await.expect(401);
        till.app.sql_exec("update checkout set status = 'EXPIRED' where diner_id is null").await;
        assert_eq!(rest(party.phone.post("/api/billing/mercadopago/preference", all).await.expect(200)), party.total);
        let off = format!("select count(*) from checkout where id = '{}' and status = 'EXPIRED'", hers["checkout_id"].as_str().unwrap());
        for _ in 0..200 {
            if till.app.sql_i64(&off).await == 1 {
                return till.assert_balanced().await;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        panic!("the sweep did not call the checkout off");
    }

    async fn money_of_a_removed_guest_is_the_checks(app: App = provided()) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let eve = till.app.anonymous().scan_as("INT-01", "Eve").await;
        let wish = json!({"check_id": party.check, "amount_cents": party.total, "diner_id": eve.diner_id});
        let checkout = Checkout::of(&eve.post("/api/billing/mercadopago/preference", wish).await.expect(200));
        let path = format!("/api/waiter/sessions/{}/diners/{}", eve.session_id, eve.diner_id);
        till.waiter.delete(&path).await.expect(200);
        till.pay(&checkout, None).await;
        till.assert_check(party.check, "PAID", party.total).await;
        till.assert_balanced().await;
    }
}
