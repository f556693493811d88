//! S17 with two businesses on one server, each with an account of its own, a check and money: whatever comes to one in
//! the other's name changes nothing in either.

use fake_mercadopago::{DeliverySpec, Fault, Outcome, Route, Rule, Seller, When};
use harness::{App, Caller, StaffClient, both_modes, json};

use super::house::{Checkout, Till, fingerprint, preference, provided, seller};
use crate::scene::{number, order, text};

/// The other business: its administrator, and a party that has asked for its check.
pub(super) struct Neighbour {
    pub(super) seller: Seller,
    pub(super) admin: StaffClient,
    phone: Caller,
    check: i64,
}

impl Neighbour {
    pub(super) async fn move_in(till: &Till) -> Self {
        build(&till.app).await;
        let seller = Seller::argentina(2);
        till.fake.add_seller(seller.clone());
        let admin = till.app.login("admin@otro.com", "admin123").await;
        let form = json!({ "access_token": seller.access_token, "webhook_secrets": [seller.webhook_secret], "webhook_mode": "strict" });
        admin.post("/api/admin/payment-accounts", form).await.expect(201);
        let anonymous = till.app.anonymous();
        let scanned = anonymous.post_empty("/api/tables/code/AJE-01/session?branch_slug=ajena").await.expect(200);
        let phone = anonymous.with_header("X-Table-Token", text(&scanned["table_token"]));
        phone.post("/api/diner/register", json!({ "name": "Eva", "color": "#F97316" })).await;
        phone.post("/api/diner/rounds/submit", order(&[9_003])).await.expect(200);
        let check = phone.post("/api/billing/check/request", json!({})).await.expect(200);
        Self { seller, admin, phone, check: number(&check["check_id"]) }
    }

    pub(super) async fn checkout(&self, amount: i64) -> Checkout {
        Checkout::of(&preference(&self.phone, self.check, Some(amount)).await.expect(200))
    }
}

/// A tenant, its branch with one table and one dish, and its administrator.
async fn build(app: &App) {
    let now = "2026-01-01T00:00:00+00:00";
    app.sql_exec(&format!(
        "insert into tenant (id, name, slug, created_at) values (9003, 'Otro', 'otro', '{now}');
         insert into branch (id, tenant_id, name, slug, timezone, created_at) values (9003, 9003, 'Ajena', 'ajena', 'UTC', '{now}');
         insert into branch_stream (branch_id, tenant_id, epoch, seq) values (9003, 9003, 'e', 0);
         insert into dining_table (id, tenant_id, branch_id, code, status, created_at) values (9003, 9003, 9003, 'AJE-01', 'FREE', '{now}');
         insert into category (id, tenant_id, branch_id, name, created_at) values (9003, 9003, 9003, 'Todo', '{now}');
         insert into product (id, tenant_id, category_id, name, created_at) values (9003, 9003, 9003, 'Locro', '{now}');
         insert into branch_product (tenant_id, branch_id, product_id, price_cents) values (9003, 9003, 9003, 5000);
         insert into app_user (id, tenant_id, email, password_hash, created_at)
             select 9003, 9003, 'admin@otro.com', password_hash, '{now}' from app_user where email = 'admin@demo.com';
         insert into user_branch_role (tenant_id, user_id, branch_id, role) values (9003, 9003, 9003, 'ADMIN')"
    ))
    .await;
}

both_modes! {
    async fn s17_two_tenants_money_never_meets(app: App = provided()) {
        let till = Till::open(app).await;
        let theirs = Neighbour::move_in(&till).await;
        let party = till.party("INT-01").await;
        let ours = till.checkout(&party, Some(700)).await;
        let (mine, yours) = (till.pay(&ours, None).await, till.pay(&theirs.checkout(300).await, None).await);
        let stand = async || {
            till.assert_check(party.check, "IN_PAYMENT", 700).await;
            till.assert_check(theirs.check, "IN_PAYMENT", 300).await;
        };
        stand().await;
        assert_eq!(till.count("payment where tenant_id = 9003").await, 1);

        // Each one's payment at the other's address, signed by either: the signature says who notifies, not whose it
        // is.
        let before = fingerprint(&till.app).await;
        let sellers = (seller().collector_id, theirs.seller.collector_id);
        let (to_us, to_them) = (till.notice_url(mine), till.notice_url(yours));
        for (payment, url, owner, host) in [(mine, &to_them, sellers.0, sellers.1), (yours, &to_us, sellers.1, sellers.0)] {
            for (signed_by, status) in [(owner, 401), (host, 200)] {
                let spec = DeliverySpec::webhook();
                let notice = till.fake.message_to(signed_by, &payment.to_string(), url, &spec).unwrap();
                assert_eq!(till.fake.send(&notice).await.status, Some(status), "{payment} signed by {signed_by}");
            }
        }
        till.quiet().await;
        let foreign = format!("work where queue = 'payment.sync' and status = 'DEAD' and subject in ('{mine}', '{yours}')");
        assert_eq!(till.count(&foreign).await, 2, "each looked with its own token, and the provider did not know it");
        let letters = theirs.admin.get("/api/admin/payments/dead-letters").await.expect(200);
        assert!(letters.to_string().contains(&mine.to_string()) && !letters.to_string().contains(&yours.to_string()), "{letters}");

        // Browsers and staff of the one with the other's numbers.
        let verify = "/api/billing/mercadopago/verify";
        party.phone.post(verify, json!({ "payment_id": yours.to_string() })).await.expect(404);
        theirs.phone.post(verify, json!({ "payment_id": mine.to_string(), "external_reference": ours.reference })).await.expect(404);
        preference(&theirs.phone, party.check, Some(100)).await.expect(404);
        let refund = json!({ "amount_cents": 100, "reason": "ajeno" });
        let path = format!("/api/billing/payments/{}/refund", till.payment(mine, "id").await);
        theirs.admin.post(&path, refund.clone()).await.expect(404);
        let path = format!("/api/billing/payments/{}/refund", till.payment(yours, "id").await);
        till.manager.post(&path, refund).await.expect(404);
        stand().await;
        assert_eq!(fingerprint(&till.app).await, before);
        till.assert_balanced().await;
    }

    /// A seller can write any reference into a preference: that of the neighbour's checkout finds nothing.
    async fn s17_a_reference_counts_only_within_its_tenant(app: App = provided()) {
        let till = Till::open(app).await;
        let theirs = Neighbour::move_in(&till).await;
        let party = till.party("INT-01").await;
        let (ours, own) = (till.checkout(&party, Some(700)).await, theirs.checkout(300).await);
        let swaps = [(theirs.seller.collector_id, &ours.reference, &own), (seller().collector_id, &own.reference, &ours)];
        for (paid_to, reference, checkout) in swaps {
            let foreign = Fault::Reference(Some(reference.clone()));
            let rule = till.fake.faults().add(Rule::new(Route::ReadPayment, When::Always, foreign).seller(paid_to));
            let payment = till.fake.pay(&checkout.preference, Outcome::Approve, None).unwrap();
            till.quiet().await;
            till.fake.faults().remove(rule);
            assert!(till.stands(payment, "APPROVED").await);
            assert_eq!(till.count(&format!("payment where provider_payment_id = '{payment}' and check_id is null")).await, 1);
        }
        till.assert_check(party.check, "REQUESTED", 0).await;
        till.assert_check(theirs.check, "REQUESTED", 0).await;
        for tenant in ["<> 9003", "= 9003"] {
            assert_eq!(till.count(&format!("money_incident where kind = 'ORPHAN' and tenant_id {tenant}")).await, 1);
        }
        till.assert_balanced().await;
    }
}
