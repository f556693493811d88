//! A check is paid with a second provider, over the routes that the first one's clients use (I14): checkout, notice,
//! look, allocation, refund. The core learns nothing from this test but an id.

use std::time::{Duration, Instant};

use ::testpay::server::{Sent, Testpay};
use harness::reqwest::Method;
use harness::{App, AppOptions, Caller, DinerPhone, Reply, StaffClient, both_modes, free_port, json};

use crate::ledger::assert_ledger;
use crate::scene;

const SECRET: &str = "testpay-secret-0123456789abcdef";
/// No step takes longer.
const PATIENCE: Duration = Duration::from_secs(30);

fn provided() -> AppOptions {
    let tempo = [
        ("COMANDA_PAYMENT_RETRY_BASE", "50ms"),
        ("COMANDA_PAYMENT_TIMEOUT", "1s"),
        ("COMANDA_PAYMENT_LEASE", "2s"),
        ("COMANDA_PAYMENT_SWEEP_EVERY", "24h"),
        ("TESTPAY_SECRET", SECRET),
    ];
    let url = format!("http://127.0.0.1:{}", free_port());
    // The first provider has no account here, so that nothing of it can help.
    let options = AppOptions::default().provider(&url, "", "").env("TESTPAY_BASE_URL", &url);
    tempo.into_iter().fold(options, |options, (name, value)| options.env(name, value))
}

/// A restaurant whose one account is with Testpay, and a party that asked for its check.
struct House {
    app: App,
    testpay: Testpay,
    manager: StaffClient,
    phone: DinerPhone,
    check: i64,
    total: i64,
}

impl House {
    async fn open(app: App) -> Self {
        let address = app.provider_url().trim_start_matches("http://").parse().expect("an address");
        let testpay = Testpay::start(address, SECRET).await.expect("a free port");
        let manager = app.login("manager@demo.com", "manager123").await;
        let phone = app.scan("INT-01").await;
        scene::send(&phone, &[111, 112, 113]).await;
        let bill = phone.post("/api/billing/check/request", json!({})).await.expect(200);
        let number = |field: &str| bill[field].as_i64().expect("a number");
        Self { check: number("check_id"), total: number("total_cents"), app, testpay, manager, phone }
    }

    async fn wish(&self) -> Reply {
        self.phone
            .post(
                "/api/billing/mercadopago/preference",
                json!({ "check_id": self.check, "tip": { "amount_cents": 500 } }),
            )
            .await
    }

    /// Opens a checkout and begins to pay it.
    async fn begun(&self, status: &str) -> String {
        let checkout = self.wish().await.expect(200);
        let checkout = checkout["preference_id"].as_str().expect("a checkout");
        self.testpay.pay(checkout, status).expect("an open checkout")
    }

    /// Testpay notifies, as it does.
    async fn notify(&self, payment: &str) -> u16 {
        let Sent { url, headers, body } = self.testpay.notice(payment).expect("a known payment");
        send(&url, &headers, body).await
    }

    /// Testpay moves the payment on and notifies.
    async fn moves(&self, payment: &str, status: &str, expected: &str) {
        self.testpay.set(payment, status);
        assert_eq!(self.notify(payment).await, 200);
        self.until(&format!("payment where provider_payment_id = '{payment}' and status = '{expected}'"), 1).await;
    }

    async fn until(&self, from: &str, expected: i64) {
        let deadline = Instant::now() + PATIENCE;
        while self.count(from).await != expected {
            assert!(Instant::now() < deadline, "`{from}` is never {expected}\n{}", self.app.logs());
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }

    async fn count(&self, from: &str) -> i64 {
        self.app.sql_i64(&format!("select count(*) from {from}")).await
    }

    async fn is_paid(&self, cents: i64) -> bool {
        self.count(&format!("guest_check where id = {} and paid_cents = {cents}", self.check)).await == 1
    }
}

async fn send(url: &str, headers: &[(&'static str, String)], body: String) -> u16 {
    let path = url.find("/api/").expect("a path of ours");
    let sender =
        headers.iter().fold(Caller::new(&url[..path]), |sender, (name, value)| sender.with_header(name, value));
    sender.send(Method::POST, &url[path..], "application/json", body).await.status
}

both_modes! {
    async fn a_check_is_paid_and_given_back(app: App = provided()) {
        let house = House::open(app).await;
        let (check, total) = (house.check, house.total);
        // A card that fails first and is captured later under the same number, by way of a reservation.
        let payment = house.begun("waiting").await;
        house.moves(&payment, "waiting", "PENDING").await;
        house.moves(&payment, "failed", "REJECTED").await;
        house.moves(&payment, "reserved", "AUTHORIZED").await;
        assert!(house.is_paid(0).await);
        house.moves(&payment, "paid", "APPROVED").await;
        assert!(house.is_paid(total).await);
        assert_eq!(house.count(&format!("guest_check where id = {check} and status = 'PAID'")).await, 1);
        assert_eq!(house.count("payment where tender = 'TESTPAY' and account_id is not null").await, 1);
        assert_eq!(house.count("tip where payment_method = 'TESTPAY' and amount_cents = 500").await, 1);
        assert_eq!(house.count("allocation").await, house.count("charge").await);
        assert_eq!(house.count("money_incident").await, 0, "nothing of it is odd");

        // The shipped diner app knows two words; the office is told which provider it was.
        let bill = house.phone.get("/api/diner/check").await.expect(200);
        assert_eq!(bill["payments"][0]["provider"], "MERCADO_PAGO", "{bill}");
        let tips = house.app.login("admin@demo.com", "admin123").await.get("/api/admin/payment-accounts").await.expect(200);
        assert_eq!((&tips[0]["provider"], &tips[0]["access_token_last4"]), (&json!("TESTPAY"), &json!("cdef")), "{tips}");

        // Nothing can be called off there, and nobody is sent to ask.
        let id = house.app.sql_i64("select id from payment").await;
        house.manager.post_empty(&format!("/api/billing/payments/{id}/cancel")).await.expect(409);
        let back = json!({ "amount_cents": 200, "reason": "estaba frío" });
        // The answer to the refund is lost on the way; its key makes one of two.
        house.testpay.lose(1);
        house.manager.post(&format!("/api/billing/payments/{id}/refund"), back).await.expect(202);
        house.until("refund where status = 'DONE'", 1).await;
        house.until("payment where refunded_cents = 200", 1).await;
        assert_eq!(house.testpay.refunds(), 1);
        assert_ledger(&house.app).await;
    }

    /// What is not signed by it, or was signed long ago, or over another body, leads to nothing.
    async fn only_its_own_notices_are_believed(app: App = provided()) {
        let house = House::open(app).await;
        let payment = house.begun("paid").await;
        let Sent { url, headers: [signature, time], body } = house.testpay.notice(&payment).expect("a known payment");
        assert!(url.contains("/api/billing/testpay/webhook/"), "{url}");
        let old = (time.0, (time.1.parse::<i64>().expect("seconds") - 1_000).to_string());
        let forged = (signature.0, "00".repeat(32));
        let other = body.replace("pay0", "pay1");
        assert_eq!(send(&url, &[], body.clone()).await, 401);
        assert_eq!(send(&url, &[forged, time.clone()], body.clone()).await, 401);
        assert_eq!(send(&url, &[signature.clone(), old], body.clone()).await, 401);
        assert_eq!(send(&url, &[signature.clone(), time.clone()], other).await, 401);
        assert_eq!(send(&format!("{url}x"), &[signature.clone(), time.clone()], body.clone()).await, 404);
        assert_eq!(house.count("work where queue = 'payment.sync'").await, 0);
        // The path's word is for people: the token names the account.
        let elsewhere = url.replace("/testpay/", "/mercadopago/");
        assert_eq!(send(&elsewhere, &[signature, time], body).await, 200);
        house.until("payment where status = 'APPROVED'", 1).await;
        assert_eq!(house.count("provider_notice where verdict = 'VERIFIED'").await, 1);
        let kept = house.app.sql_texts("select cast(headers as text) from provider_notice where verdict = 'VERIFIED'").await;
        assert!(kept[0].contains("x-testpay-signature"), "{kept:?}");
    }

    /// Its answer to a checkout is lost: the same call is made again under its key, and there is one checkout.
    async fn a_checkout_whose_answer_is_lost_is_asked_for_again(app: App = provided()) {
        let house = House::open(app).await;
        house.testpay.lose(1);
        house.wish().await.expect(200);
        house.wish().await.expect(200);
        assert_eq!((house.testpay.checkouts(), house.count("checkout").await), (1, 1));
    }

    /// It stamps nothing: a step back is not believed at once, and the sweep does not queue what it knows for ever.
    async fn a_step_back_is_asked_about_again(app: App = provided()) {
        let house = House::open(app).await;
        let payment = house.begun("paid").await;
        house.moves(&payment, "paid", "APPROVED").await;
        house.app.sweep();
        let fences = house.app.sql_i64("select fence from work where queue = 'payment.sync'").await;
        house.app.sweep();
        assert_eq!(house.app.sql_i64("select fence from work where queue = 'payment.sync'").await, fences, "nothing new was looked at");

        house.testpay.set(&payment, "waiting");
        assert_eq!(house.notify(&payment).await, 200);
        house.until("payment where doubted is not null and status = 'APPROVED'", 1).await;
        assert!(house.is_paid(house.total).await, "money stays counted");
        assert_eq!(house.count("work where queue = 'payment.sync' and status = 'QUEUED'").await, 1, "it is asked again");
        // It comes back to what it was: nothing happened.
        house.testpay.set(&payment, "paid");
        assert_eq!(house.notify(&payment).await, 200);
        house.until("payment where doubted is null", 1).await;
        // It goes back and stays there: after a minute that is the truth, and somebody is told.
        house.testpay.set(&payment, "waiting");
        assert_eq!(house.notify(&payment).await, 200);
        house.until("payment where doubted is not null", 1).await;
        let minute_ago = match house.app.mode() {
            harness::Mode::Embedded => "strftime('%Y-%m-%d %H:%M:%f+00:00', 'now', '-70 seconds')",
            harness::Mode::Distributed => "now() - interval '70 seconds'",
        };
        house.app.sql_exec(&format!("update payment set doubted_since = {minute_ago}")).await;
        house.moves(&payment, "waiting", "PENDING").await;
        assert!(house.is_paid(0).await);
        assert_eq!(house.count("money_incident where kind = 'ILLEGAL_MOVE'").await, 1);
        assert_ledger(&house.app).await;
    }
}
