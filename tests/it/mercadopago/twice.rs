//! S23-S25: the phones ask twice.

use harness::{both_modes, json, race};

use super::house::{Checkout, Till, preference, provided, wish};

const PATH: &str = "/api/billing/mercadopago/preference";

both_modes! {
    /// S23: the same answer, byte for byte.
    async fn s23_a_key_gives_the_same_answer(app: App = provided()) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let phone = party.phone.with_header("X-Idempotency-Key", "s23");
        let first = phone.post(PATH, wish(party.check, Some(500))).await;
        first.expect(200);
        assert_eq!(phone.post(PATH, wish(party.check, Some(500))).await.bytes, first.bytes);
        let cash = till.waiter.with_header("X-Idempotency-Key", "s23-cash");
        let body = json!({ "check_id": party.check, "amount_cents": 700 });
        let first = cash.post("/api/billing/cash/pay", body.clone()).await;
        first.expect(200);
        assert_eq!(cash.post("/api/billing/cash/pay", body).await.bytes, first.bytes);
        till.assert_check(party.check, "IN_PAYMENT", 700).await;
        till.assert_balanced().await;
    }

    /// S24: nothing happens.
    async fn s24_a_key_with_another_body_is_refused(app: App = provided()) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let phone = party.phone.with_header("X-Idempotency-Key", "s24");
        phone.post(PATH, wish(party.check, Some(500))).await.expect(200);
        phone.post(PATH, wish(party.check, Some(600))).await.expect(409);
        assert_eq!(till.count("checkout").await, 1);
        let cash = till.waiter.with_header("X-Idempotency-Key", "s24-cash");
        cash.post("/api/billing/cash/pay", json!({ "check_id": party.check, "amount_cents": 700 })).await.expect(200);
        cash.post("/api/billing/cash/pay", json!({ "check_id": party.check, "amount_cents": 800 })).await.expect(409);
        till.assert_check(party.check, "IN_PAYMENT", 700).await;
        till.assert_balanced().await;
    }

    /// S25: two taps lead to one checkout; two guests to one each, of what the other leaves.
    async fn s25_taps_and_guests_at_once(app: App = provided()) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let (phone, check, total) = (party.phone.clone(), party.check, party.total);
        let taps = race(6, move |_| {
            let phone = phone.clone();
            async move { Checkout::of(&preference(&phone, check, Some(total - 1000)).await.expect(200)) }
        })
        .await;
        assert!(taps.iter().all(|tap| tap.reference == taps[0].reference), "{taps:?}");
        assert_eq!(till.fake.preferences_of(&taps[0].reference).len(), 1);
        let guest = till.app.scan("INT-01").await;
        let rest = Checkout::of(&preference(&guest, check, None).await.expect(200));
        assert_eq!(rest.amount, 1000, "what nobody else is about to pay");
        till.pay(&taps[0], None).await;
        till.pay(&rest, None).await;
        till.assert_check(check, "PAID", total).await;
        till.assert_balanced().await;
    }
}
