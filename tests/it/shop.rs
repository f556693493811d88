//! A restaurant that takes payments through a fake Mercado Pago in the test's own process.

use crate::scene::{number, product, send};
use fake_mercadopago::{DeliveryFault, DeliveryRule, FakeMercadoPago, Options, Outcome, Seller, When};
use harness::{App, AppOptions, DinerPhone, Mode, Value, json};
use std::{path::Path, time::Duration};

/// No test here needs longer.
const PATIENCE: Duration = Duration::from_secs(120);

/// The restaurant, its provider, and who sells there.
pub(crate) struct Shop {
    pub(crate) app: App,
    pub(crate) fake: FakeMercadoPago,
    pub(crate) seller: Seller,
}

/// A table's bill on the way to being paid.
pub(crate) struct Bill {
    pub(crate) phone: DinerPhone,
    pub(crate) check: i64,
    pub(crate) total: i64,
}

/// Plays `body` in both modes' restaurant.
pub(crate) fn play<Body: Future<Output = ()>>(mode: Mode, body: impl FnOnce(Shop) -> Body) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let fake = FakeMercadoPago::start(Options::default()).await.unwrap();
        let seller = Seller::argentina(1);
        fake.add_seller(seller.clone());
        let options = AppOptions::default()
            .provider(&fake.base_url(), &seller.access_token, &seller.webhook_secret)
            .env("COMANDA_BREAKER_COOLDOWN", "100ms");
        let app = App::start_with(Path::new(env!("CARGO_BIN_EXE_comanda")), mode, options).await;
        let done = tokio::time::timeout(PATIENCE, body(Shop { app, fake, seller })).await;
        assert!(done.is_ok(), "the test took longer than {PATIENCE:?}");
    });
}

/// Each `async fn name(shop) { … }` becomes a test in either mode.
macro_rules! in_a_shop {
    ($($(#[$meta:meta])* async fn $name:ident($shop:ident) $body:block)*) => { $(
        mod $name {
            use super::*;

            async fn body($shop: crate::shop::Shop) $body

            $(#[$meta])*
            #[test]
            fn embedded() {
                crate::shop::play(harness::Mode::Embedded, body);
            }

            $(#[$meta])*
            #[test]
            fn distributed() {
                crate::shop::play(harness::Mode::Distributed, body);
            }
        }
    )* };
}
pub(crate) use in_a_shop;

impl Shop {
    /// A party ordered, and its check was asked for.
    pub(crate) async fn bill(&self, table: &str) -> Bill {
        let app = &self.app;
        let phone = app.scan(table).await;
        let dish = product(app, "Bife de chorizo").await;
        send(&phone, &[dish]).await;
        let session = phone.session_id;
        let total = format!(
            "(select coalesce(sum(i.qty * i.unit_price_cents), 0) from round_item i join round r on r.id = i.round_id
              where r.session_id = {session})"
        );
        app.sql_exec(&format!(
            "insert into guest_check (tenant_id, branch_id, session_id, status, currency, total_cents, paid_cents, requested_at)
             select tenant_id, branch_id, id, 'REQUESTED', 'ARS', {total}, 0, opened_at from table_session where id = {session};
             update table_session set status = 'PAYING' where id = {session}"
        ))
        .await;
        let check = app.sql_i64(&format!("select id from guest_check where session_id = {session}")).await;
        let total = app.sql_i64(&format!("select total_cents from guest_check where id = {check}")).await;
        Bill { phone, check, total }
    }

    /// The phone is sent to the provider: the preference and our reference.
    pub(crate) async fn checkout(&self, bill: &Bill) -> (String, String) {
        let body = json!({ "check_id": bill.check });
        let opened = bill.phone.post("/api/billing/mercadopago/preference", body).await.expect(200);
        let text = |name: &str| opened[name].as_str().unwrap().to_owned();
        (text("preference_id"), text("checkout_id"))
    }

    /// The bill is paid in full, and everybody knows: the provider's number and ours.
    pub(crate) async fn paid(&self, bill: &Bill) -> (u64, i64) {
        let (preference, _) = self.checkout(bill).await;
        let number = self.fake.pay(&preference, Outcome::Approve, None).unwrap();
        self.until(&format!("select paid_cents from guest_check where id = {}", bill.check), bill.total).await;
        (number, self.payment(number).await)
    }

    /// Our number of a payment.
    pub(crate) async fn payment(&self, number: u64) -> i64 {
        self.app.sql_i64(&format!("select id from payment where provider_payment_id = '{number}'")).await
    }

    /// Nothing of what happens is notified from now on.
    pub(crate) fn silence(&self) {
        self.fake.faults().add_delivery(DeliveryRule::new(When::Always, DeliveryFault::Drop));
    }

    /// Waits until the query says so.
    pub(crate) async fn until(&self, query: &str, expected: i64) {
        let mut last = 0;
        for _ in 0..400 {
            last = self.app.sql_i64(query).await;
            if last == expected {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("`{query}` is {last}, never {expected}\n{}", self.app.logs());
    }

    /// How many rows there are.
    pub(crate) async fn count(&self, from: &str) -> i64 {
        self.app.sql_i64(&format!("select count(*) from {from}")).await
    }

    /// A manager's refund, as the office's route leaves it in the queue.
    pub(crate) async fn queue_refund(&self, payment: i64, cents: i64) {
        self.app
            .sql_exec(&format!(
                "insert into refund (tenant_id, branch_id, payment_id, key, kind, amount_cents, status, reason, next_at, created_at)
                 select tenant_id, branch_id, id, 'key-{payment}-{cents}', 'REQUEST', {cents}, 'QUEUED', 'frío', created_at, created_at
                 from payment where id = {payment}"
            ))
            .await;
    }
}

/// A field that must be a number.
pub(crate) fn field(value: &Value, name: &str) -> i64 {
    number(&value[name])
}
