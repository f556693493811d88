//! Whoever waits for the provider may hang up at any moment: what was begun there is finished, and written down (I6).

use std::time::{Duration, Instant};

use fake_mercadopago::{Fault, Outcome, Route, Rule, Seller, Status, When};
use harness::{Caller, Value, both_modes, json};

use super::house::{Checkout, Party, Till, provided, seller};

/// So long the provider takes.
const SLOW: Fault = Fault::Latency { min: Duration::from_millis(500), max: Duration::from_millis(500) };

/// A party with a payment under review; its path to be called off.
async fn reviewed(till: &Till) -> (Party, Checkout, u64, String) {
    let party = till.party("INT-01").await;
    let checkout = till.checkout(&party, None).await;
    let review = till.fake.pay(&checkout.preference, Outcome::InProcess, None).unwrap();
    till.quiet().await;
    let path = format!("/api/billing/payments/{}/cancel", till.payment(review, "id").await);
    (party, checkout, review, path)
}

/// Asks, and hangs up as soon as the provider was asked, long before its answer.
async fn hang_up(till: &Till, route: Route, caller: &Caller, path: &str, body: &Value) {
    let before = till.fake.journal().requests_to(route).count();
    let (caller, path, body) = (caller.clone(), path.to_owned(), body.clone());
    let asked = tokio::spawn(async move { caller.post(&path, body).await });
    let deadline = Instant::now() + Duration::from_secs(30);
    while till.fake.journal().requests_to(route).count() == before {
        assert!(!asked.is_finished() && Instant::now() < deadline, "the provider was not asked");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(!asked.is_finished(), "it was answered before anybody could hang up");
    asked.abort();
}

both_modes! {
    /// The wish and its audit row are there, the payment is called off, and asking again tells so.
    async fn a_cancellation_whose_client_is_gone_is_carried_out(app: App = provided()) {
        let till = Till::open(app).await;
        let (_, _, review, path) = reviewed(&till).await;
        till.fake.faults().add(Rule::new(Route::UpdatePayment, When::Always, SLOW));
        let keyed = till.manager.with_header("X-Idempotency-Key", "off");
        hang_up(&till, Route::UpdatePayment, &keyed, &path, &json!({})).await;
        till.until("select count(*) from cancellation where status = 'ACCEPTED'", 1).await;
        assert!(till.stands(review, "CANCELLED").await);
        assert_eq!(till.fake.oracle().payment(review).unwrap().status, Status::Cancelled);
        let audited = "audit_log where action = 'CANCEL' and entity_type = 'payment'";
        assert_eq!(till.count(audited).await, 1);
        let again = keyed.post(&path, json!({})).await;
        assert_eq!(again.expect(200)["status"], "CANCELLED");
        assert_eq!(keyed.post(&path, json!({})).await.bytes, again.bytes, "and says it again, byte by byte");
        // Without the key it is another command, and there is nothing left to call off.
        till.manager.post_empty(&path).await.expect(409);
        assert_eq!((till.count(audited).await, till.count("cancellation").await), (1, 1));
        assert_eq!(till.fake.journal().requests_to(Route::UpdatePayment).count(), 1, "the provider was asked once");
    }

    /// Its token ran out. The refresh token works once: what it brought is kept although nobody waits any more.
    async fn a_token_that_is_renewed_for_nobody_is_kept(app: App = provided()) {
        let till = Till::open(app).await;
        let Seller { access_token, refresh_token, client_id, client_secret, .. } = seller();
        let form = json!({ "access_token": access_token, "refresh_token": refresh_token, "client_id": client_id,
            "client_secret": client_secret, "token_expires_at": "2030-01-01T00:00:00Z" });
        let account = till.app.sql_i64("select id from provider_account").await;
        till.admin.patch(&format!("/api/admin/payment-accounts/{account}"), form).await.expect(200);
        let (party, _, review, path) = reviewed(&till).await;
        till.fake.faults().add(Rule::new(Route::Token, When::Always, SLOW));
        till.fake.clock().advance(Duration::from_secs(181 * 24 * 3_600));
        // A browser asks what came of a payment, and is closed while the token is renewed.
        let returned = json!({ "payment_id": review.to_string() });
        hang_up(&till, Route::Token, &party.phone, "/api/billing/mercadopago/verify", &returned).await;
        till.until(&format!("select count(*) from provider_account where id = {account} and version = 3"), 1).await;
        till.quiet().await;
        assert_eq!(till.fake.journal().requests_to(Route::Token).count(), 1);
        assert_eq!((till.incidents("CREDENTIALS_BROKEN").await, till.count("work where queue = 'payment.sync' and status = 'PARKED'").await), (0, 0));
        // The new token is a good one.
        assert_eq!(till.manager.post_empty(&path).await.expect(200)["status"], "CANCELLED");
        assert!(till.stands(review, "CANCELLED").await);
        till.assert_balanced().await;
    }

    /// The checkout is opened and kept: the next tap leads to it.
    async fn a_checkout_whose_client_is_gone_is_kept(app: App = provided()) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        till.fake.faults().add(Rule::new(Route::CreatePreference, When::Always, SLOW));
        let wish = json!({ "check_id": party.check });
        hang_up(&till, Route::CreatePreference, &party.phone, "/api/billing/mercadopago/preference", &wish).await;
        till.until("select count(*) from checkout where status = 'OPEN'", 1).await;
        party.phone.post("/api/billing/mercadopago/preference", wish).await.expect(200);
        assert_eq!(till.fake.journal().requests_to(Route::CreatePreference).count(), 1, "there is one preference");
        assert_eq!(till.count("checkout").await, 1);
    }

    /// Two at once, and a provider that is not there: each is told, nothing is done twice, and nothing is left waiting.
    async fn a_cancellation_that_fails_is_told_and_may_be_asked_again(app: App = provided()) {
        let till = Till::open(app).await;
        let (_, _, review, path) = reviewed(&till).await;
        let down = till.fake.faults().add(Rule::new(Route::UpdatePayment, When::Always, Fault::ResetBefore));
        let keyed = till.manager.with_header("X-Idempotency-Key", "off");
        let lost = keyed.post_empty(&path).await;
        lost.expect(502);
        assert_eq!(till.count("cancellation where status = 'FAILED' and failure = 'LOST'").await, 1);
        assert!(till.stands(review, "IN_PROCESS").await);
        till.fake.faults().remove(down);
        // The same command, and another manager's, at the same moment: one of them is what both wait for.
        let (one, other) = tokio::join!(keyed.post_empty(&path), till.admin.post_empty(&path));
        let answers = [one.status, other.status];
        assert!(answers.contains(&200) && answers.iter().all(|status| matches!(status, 200 | 409)), "{answers:?}");
        assert!(till.stands(review, "CANCELLED").await);
        assert_eq!(till.count("cancellation where status in ('QUEUED', 'RUNNING')").await, 0);
        assert!(till.count("cancellation where status <> 'FAILED'").await <= 2);
    }
}
