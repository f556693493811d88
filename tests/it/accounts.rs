//! The office connects a branch with the provider: credentials are tried, sealed, renewed, and never shown (S27, S32).

use crate::shop::in_a_shop;
use fake_mercadopago::{Outcome, Route, Seller};
use harness::json;

in_a_shop! {
    async fn an_account_is_tried_sealed_and_never_shown(shop) {
        let admin = shop.app.login("admin@demo.com", "admin123").await;
        let own = admin.get("/api/admin/payment-accounts").await.expect(200);
        assert_eq!(own.as_array().map(Vec::len), Some(1));
        let branch = shop.app.sql_i64("select id from branch where slug = 'centro'").await;
        let new = Seller::argentina(2);
        let form = |token: &str| json!({ "branch_id": branch, "access_token": token,
            "webhook_secrets": [new.webhook_secret.clone()], "webhook_mode": "strict" });
        let refused = admin.post("/api/admin/payment-accounts", form("APP_USR-nobody-knows")).await;
        assert_eq!(refused.expect(400)["code"], "credentials_refused");
        shop.fake.add_seller(new.clone());
        let added = admin.post("/api/admin/payment-accounts", form(&new.access_token)).await;
        assert!(!added.text().contains(&new.access_token) && !added.text().contains(&new.webhook_secret), "{}", added.text());
        let added = added.expect(201);
        assert_eq!(added["collector_id"], new.collector_id.to_string());
        assert!(added["webhook_url"].as_str().is_some_and(|url| url.starts_with(&shop.app.api_url())), "{added}");
        admin.post("/api/admin/payment-accounts", form(&new.access_token)).await.expect(409);
        // The branch's payments go to its own account from now on.
        let bill = shop.bill("INT-01").await;
        let (preference, _) = shop.checkout(&bill).await;
        assert!(preference.starts_with(&new.collector_id.to_string()), "{preference}");
        let path = format!("/api/admin/payment-accounts/{}", added["id"]);
        let mode = admin.patch(&path, json!({ "webhook_mode": "hint" })).await.expect(200);
        assert_eq!(mode["webhook_mode"], "hint");
        admin.delete(&path).await.expect(204);
        admin.patch(&path, json!({ "webhook_mode": "hint" })).await.expect(404);
        assert_eq!(admin.get("/api/admin/payment-accounts").await.expect(200).as_array().map(Vec::len), Some(1));
        let told = format!("audit_log where new_values like '%{}%' or new_values like '%{}%'", new.access_token, new.webhook_secret);
        let told = told.replace("new_values like", "cast(new_values as text) like");
        assert_eq!(shop.count(&told).await, 0, "a secret is in the audit log");
    }

    async fn s27_new_credentials_let_parked_work_go_on(shop) {
        let admin = shop.app.login("admin@demo.com", "admin123").await;
        let bill = shop.bill("INT-01").await;
        let (preference, _) = shop.checkout(&bill).await;
        shop.fake.revoke(shop.seller.collector_id).unwrap();
        shop.fake.pay(&preference, Outcome::Approve, None).unwrap();
        // Which piece of work met the refusal first, and is parked, and which then rests in the queue, is chance.
        shop.until("select count(*) from provider_account where status = 'BROKEN'", 1).await;
        assert_eq!(shop.count("work where queue = 'payment.sync' and kind = 'PAYMENT' and status = 'DONE'").await, 0);
        assert_eq!(shop.count("money_incident where kind = 'CREDENTIALS_BROKEN'").await, 1);
        let again = Seller { access_token: "APP_USR-again-0001".to_owned(), ..shop.seller.clone() };
        shop.fake.add_seller(again.clone());
        let id = shop.app.sql_i64("select id from provider_account").await;
        let form = json!({ "access_token": again.access_token });
        let changed = admin.patch(&format!("/api/admin/payment-accounts/{id}"), form).await.expect(200);
        assert_eq!(changed["status"], "ACTIVE");
        shop.until(&format!("select paid_cents from guest_check where id = {}", bill.check), bill.total).await;
    }

    async fn s32_a_token_is_renewed_once(shop) {
        let admin = shop.app.login("admin@demo.com", "admin123").await;
        let id = shop.app.sql_i64("select id from provider_account").await;
        let Seller { access_token, refresh_token, client_id, client_secret, collector_id, .. } = shop.seller.clone();
        let form = json!({ "access_token": access_token, "refresh_token": refresh_token, "client_id": client_id,
            "client_secret": client_secret, "token_expires_at": "2026-01-01T00:00:00Z" });
        admin.patch(&format!("/api/admin/payment-accounts/{id}"), form).await.expect(200);
        // The server's own sweeps run at the same time.
        shop.app.operate(&["sweep-payments"]);
        shop.until("select count(*) from provider_account where token_expires_at > '2026-02-01'", 1).await;
        let now = shop.fake.seller(collector_id).unwrap();
        assert_ne!(now.access_token, access_token);
        assert_eq!(shop.fake.journal().requests_to(Route::Token).count(), 1);
        let bill = shop.bill("INT-01").await;
        shop.paid(&bill).await;
    }
}
