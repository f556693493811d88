//! What the tests of the money share: the provider the test plays, a party that asks for its check, and the two
//! comparisons everything ends with: the ledger with the provider's truth, and the ledger with itself.

use std::time::{Duration, Instant};

use fake_mercadopago::{FakeMercadoPago, Options, Outcome, Seller};
use harness::reqwest::Method;
use harness::{App, AppOptions, Caller, DinerPhone, Reply, StaffClient, Value, free_port, json};

use crate::ledger::assert_ledger;
use crate::scene;

/// The longest a storm may take to settle, retries and leases included.
const SETTLES: Duration = Duration::from_secs(30);

/// What will be done by itself: the work of an account whose credentials are refused waits for a person.
const WORK: &str = "work q join provider_account a on a.id = q.lane
    where q.queue = 'payment.sync' and a.status = 'ACTIVE' and q.status in ('QUEUED', 'RUNNING')";

/// Who sells.
pub(crate) fn seller() -> Seller {
    Seller::argentina(1)
}

/// An app with an account at a provider that [`Till::open`] starts.
pub(crate) fn provided() -> AppOptions {
    let seller = seller();
    let url = format!("http://127.0.0.1:{}", free_port());
    AppOptions::default()
        .provider(&url, &seller.access_token, &seller.webhook_secret)
        // Nothing is swept unless a test asks for it.
        .env("COMANDA_PAYMENT_SWEEP_EVERY", "24h")
        .env("COMANDA_BREAKER_COOLDOWN", "100ms")
}

/// The restaurant, its provider and its staff.
pub(crate) struct Till {
    pub(crate) app: App,
    pub(crate) fake: FakeMercadoPago,
    pub(crate) waiter: StaffClient,
    pub(crate) manager: StaffClient,
    pub(crate) admin: StaffClient,
}

/// A party that has eaten and asked for the check.
#[derive(Clone)]
pub(crate) struct Party {
    pub(crate) phone: DinerPhone,
    pub(crate) round: i64,
    pub(crate) check: i64,
    pub(crate) total: i64,
}

/// A payer's way to the provider.
#[derive(Clone, Debug)]
pub(crate) struct Checkout {
    pub(crate) preference: String,
    pub(crate) reference: String,
    pub(crate) amount: i64,
}

impl Checkout {
    pub(crate) fn of(answer: &Value) -> Self {
        let text = |field: &str| answer[field].as_str().expect("a preference").to_owned();
        let amount = answer["amount_cents"].as_i64().expect("an amount");
        Self { preference: text("preference_id"), reference: text("checkout_id"), amount }
    }
}

impl Till {
    pub(crate) async fn open(app: App) -> Self {
        Self::open_with(app, Options::default()).await
    }

    pub(crate) async fn open_with(app: App, options: Options) -> Self {
        let address = app.provider_url().trim_start_matches("http://").parse().expect("an address");
        let fake = FakeMercadoPago::selling(Options { address, ..options }, [seller()]).await.expect("a free port");
        let waiter = app.login("waiter@demo.com", "waiter123").await;
        let manager = app.login("manager@demo.com", "manager123").await;
        let admin = app.login("admin@demo.com", "admin123").await;
        Self { app, fake, waiter, manager, admin }
    }

    /// A party at `table` orders three things, one after the other, and asks for the check.
    pub(crate) async fn party(&self, table: &str) -> Party {
        let phone = self.app.scan(table).await;
        let round = scene::send(&phone, &[111, 112, 113]).await;
        let check = phone.post("/api/billing/check/request", json!({})).await.expect(200);
        let number = |field: &str| check[field].as_i64().expect("a number");
        Party { round, check: number("check_id"), total: number("total_cents"), phone }
    }

    /// The check of a party whose owner may be anywhere.
    pub(crate) async fn checkout(&self, party: &Party, amount: Option<i64>) -> Checkout {
        Checkout::of(&preference(&party.phone, party.check, amount).await.expect(200))
    }

    /// Opens a checkout of all that is owed and pays it; the provider's number.
    pub(crate) async fn paid(&self, party: &Party) -> u64 {
        let checkout = self.checkout(party, None).await;
        self.pay(&checkout, None).await
    }

    /// Pays `amount` (all, if not given) of a checkout and waits until that is known.
    pub(crate) async fn pay(&self, checkout: &Checkout, amount: Option<i64>) -> u64 {
        let payment = self.fake.pay(&checkout.preference, Outcome::Approve, amount).expect("an open preference");
        self.quiet().await;
        payment
    }

    /// Moves a payment on, in a second of its own: the provider's stamps have no fractions.
    pub(crate) async fn advance(&self, payment: u64, step: fake_mercadopago::Move) {
        self.fake.clock().advance(Duration::from_secs(1));
        self.fake.advance(payment, step).expect("a legal move");
        self.quiet().await;
    }

    pub(crate) async fn cash(&self, check: i64, amount: i64) -> Reply {
        self.waiter.post("/api/billing/cash/pay", json!({ "check_id": check, "amount_cents": amount })).await
    }

    /// A manager gives back `amount` (all, if not given) of a payment of the provider's.
    pub(crate) async fn refund(&self, payment: u64, amount: Option<i64>) -> Reply {
        let our = self.payment(payment, "id").await;
        let body = json!({ "amount_cents": amount, "reason": "estaba frío" });
        self.manager.post(&format!("/api/billing/payments/{our}/refund"), body).await
    }

    /// An administrator ends a stay, whatever is owed.
    pub(crate) async fn force_close(&self, table: i64) -> Reply {
        self.admin.post(&format!("/api/waiter/tables/{table}/close"), json!({ "force": true })).await
    }

    /// Waits until the provider has nothing more to say and the queues are empty.
    pub(crate) async fn quiet(&self) {
        let deadline = Instant::now() + SETTLES;
        // Once may be the moment between a refund at the provider and its notice here.
        let mut times = 0;
        while times < 2 {
            tokio::time::timeout(SETTLES, self.fake.deliveries_idle()).await.expect("the provider falls silent");
            let busy = self.count(WORK).await + self.count("refund where status in ('QUEUED', 'RUNNING')").await;
            times = if busy == 0 { times + 1 } else { 0 };
            assert!(Instant::now() < deadline, "{busy} jobs still wait\n{}", self.app.logs());
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }

    /// The operator's sweep, and the quiet after it.
    pub(crate) async fn sweep(&self) {
        self.app.sweep();
        self.quiet().await;
    }

    /// Waits until the query says so.
    pub(crate) async fn until(&self, query: &str, expected: i64) {
        let deadline = Instant::now() + SETTLES;
        while self.app.sql_i64(query).await != expected {
            assert!(Instant::now() < deadline, "`{query}` is never {expected}\n{}", self.app.logs());
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }

    pub(crate) async fn count(&self, from: &str) -> i64 {
        self.app.sql_i64(&format!("select count(*) from {from}")).await
    }

    /// A column of a payment of the provider's, as a number.
    pub(crate) async fn payment(&self, payment: u64, column: &str) -> i64 {
        self.app.sql_i64(&format!("select {column} from payment where provider_payment_id = '{payment}'")).await
    }

    /// Whether the payment stands there.
    pub(crate) async fn stands(&self, payment: u64, status: &str) -> bool {
        self.count(&format!("payment where provider_payment_id = '{payment}' and status = '{status}'")).await == 1
    }

    /// Whether the check stands there, with so much paid.
    pub(crate) async fn assert_check(&self, check: i64, status: &str, paid: i64) {
        let as_said = format!("guest_check where id = {check} and status = '{status}' and paid_cents = {paid}");
        let now = self.app.sql_i64(&format!("select paid_cents from guest_check where id = {check}")).await;
        assert_eq!(self.count(&as_said).await, 1, "check {check} is not {status} with {paid}, but has {now} paid");
    }

    /// How often a person was asked to look.
    pub(crate) async fn incidents(&self, kind: &str) -> i64 {
        self.count(&format!("money_incident where kind = '{kind}'")).await
    }

    /// Notices kept, with that verdict.
    pub(crate) async fn notices(&self, verdict: &str) -> i64 {
        self.count(&format!("provider_notice where verdict = '{verdict}'")).await
    }

    /// The ledger says what the provider says, to the cent, and agrees with itself.
    pub(crate) async fn assert_balanced(&self) {
        let oracle = self.fake.oracle();
        for truth in &oracle.payments {
            let ours = format!(
                "select coalesce((select net_cents + tip_cents from payment where provider_payment_id = '{}'), 0)",
                truth.payment
            );
            let ours = self.app.sql_i64(&ours).await;
            assert_eq!(ours, truth.net, "payment {} of the provider: {truth:?}", truth.payment);
        }
        assert_ledger(&self.app).await;
    }

    /// The address the provider was given for its notices, with the query it adds to.
    pub(crate) fn notice_url(&self, payment: u64) -> String {
        let message = self.fake.message(payment, &fake_mercadopago::DeliverySpec::webhook()).expect("a known payment");
        message.url.split('?').next().expect("an address").to_owned()
    }
}

/// M27.
pub(crate) async fn preference(caller: &Caller, check: i64, amount: Option<i64>) -> Reply {
    caller.post("/api/billing/mercadopago/preference", wish(check, amount)).await
}

pub(crate) fn wish(check: i64, amount: Option<i64>) -> Value {
    match amount {
        Some(amount) => json!({ "check_id": check, "amount_cents": amount }),
        None => json!({ "check_id": check }),
    }
}

/// POST to a server that may be down just now.
pub(crate) async fn try_post(caller: &Caller, path: &str, body: &Value) -> Option<Reply> {
    caller.try_send(Method::POST, path, "application/json", body.to_string()).await.ok()
}

/// A fingerprint of every row of the ledger: a second sweep may change none of them.
pub(crate) async fn fingerprint(app: &App) -> Vec<i64> {
    let sums = [
        "select count(*) from allocation",
        "select coalesce(sum(id * 31 + amount_cents * (payment_id * 7 + charge_id)), 0) from allocation",
        "select coalesce(sum(id * (net_cents * 3 + tip_cents * 5 + refunded_cents * 7 + allocated_cents * 11 + length(status))), 0) from payment",
        "select coalesce(sum(id * (amount_cents * 3 + gross_cents * 5 + paid_cents * 7)), 0) from charge",
        "select coalesce(sum(id * (total_cents * 3 + paid_cents * 5 + length(status))), 0) from guest_check",
        "select coalesce(sum(id * (amount_cents * 3 + length(status))), 0) from refund",
        "select count(*) from event where type in ('PAYMENT_APPROVED', 'PAYMENT_REJECTED', 'PAYMENT_FAILED', 'PAYMENT_REFUNDED', 'CHECK_PAID')",
        "select count(*) from money_incident",
    ];
    let mut numbers = Vec::with_capacity(sums.len());
    for sum in sums {
        numbers.push(app.sql_i64(sum).await);
    }
    numbers
}
