//! A payment is one, through whichever account of the business it is seen, and money follows the account in use.

use fake_mercadopago::{Move, Seller};
use harness::{both_modes, json};

use super::house::{Till, provided, seller};

const ACCOUNTS: &str = "/api/admin/payment-accounts";

both_modes! {
    /// The business and one of its branches use the same seller's account: both list all that the seller was paid.
    async fn two_accounts_of_one_seller_count_it_once(app: App = provided()) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let payment = till.paid(&party).await;
        let branch = till.app.sql_i64("select id from branch where slug = 'centro'").await;
        let form = json!({ "branch_id": branch, "access_token": seller().access_token,
            "webhook_secrets": [seller().webhook_secret] });
        till.admin.post(ACCOUNTS, form).await.expect(201);
        till.sweep().await;
        assert_eq!(till.count("payment").await, 1);
        assert_eq!(till.incidents("OVERPAID").await, 0);
        till.advance(payment, Move::RefundFromPanel(Some(300))).await;
        till.sweep().await;
        till.assert_check(party.check, "IN_PAYMENT", party.total - 300).await;
        assert_eq!((till.count("payment").await, till.count("refund").await), (1, 0));
        till.assert_balanced().await;
        let report = till.manager.get(&format!("/api/admin/payments/reconciliation?branch_id={branch}")).await.expect(200);
        assert!(report.as_array().is_some_and(|all| all.iter().all(|one| one["difference_cents"] == 0 && one["orphan"] == 0)), "{report}");
    }

    /// An account that was taken out of use and connected again goes on with what was paid through it before.
    async fn an_account_connected_again_knows_its_payments(app: App = provided()) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let payment = till.paid(&party).await;
        let old = till.app.sql_i64("select id from provider_account").await;
        till.admin.delete(&format!("{ACCOUNTS}/{old}")).await.expect(204);
        let form = json!({ "access_token": seller().access_token, "webhook_secrets": [seller().webhook_secret] });
        till.admin.post(ACCOUNTS, form).await.expect(201);
        till.advance(payment, Move::RefundFromPanel(Some(300))).await;
        till.sweep().await;
        assert_eq!((till.count("payment").await, till.count("refund").await), (1, 0));
        till.assert_check(party.check, "IN_PAYMENT", party.total - 300).await;
        till.assert_balanced().await;
        // What it was paid can be given back through the account that is in use now.
        till.fake.clock().advance(std::time::Duration::from_secs(1));
        till.refund(payment, Some(200)).await.expect(202);
        till.quiet().await;
        assert_eq!(till.fake.refunds_created(payment).len(), 1);
        till.assert_check(party.check, "IN_PAYMENT", party.total - 500).await;
        till.assert_balanced().await;
    }

    /// Credentials of one account that nobody can open keep the sweep from no other account.
    async fn a_sealed_account_hides_no_other(app: App = provided()) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let checkout = till.checkout(&party, None).await;
        let other = Seller::argentina(7);
        till.fake.add_seller(other.clone());
        let branch = till.app.sql_i64("select id from branch where slug = 'centro'").await;
        let form = json!({ "branch_id": branch, "access_token": other.access_token, "token_expires_at": "2026-01-01T00:00:00Z" });
        till.admin.post(ACCOUNTS, form).await.expect(201);
        let second = till.party("INT-02").await;
        till.checkout(&second, None).await;
        till.app.sql_exec(&format!("update provider_account set sealed = 'nobody knows' where branch_id = {branch}")).await;
        till.app.sql_exec("update checkout set id = '0' where account_id <> (select min(id) from provider_account)").await;
        till.fake.faults().add_delivery(fake_mercadopago::DeliveryRule::new(fake_mercadopago::When::Always, fake_mercadopago::DeliveryFault::Drop));
        till.fake.pay(&checkout.preference, fake_mercadopago::Outcome::Approve, None).unwrap();
        till.sweep().await;
        till.assert_check(party.check, "PAID", party.total).await;
    }

    /// A second tap after the office changed the account leads to the account in use, not to the former one's checkout.
    async fn a_tap_leads_to_the_account_in_use(app: App = provided()) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let before = till.checkout(&party, Some(500)).await;
        let other = Seller::argentina(7);
        till.fake.add_seller(other.clone());
        let old = till.app.sql_i64("select id from provider_account").await;
        till.admin.delete(&format!("{ACCOUNTS}/{old}")).await.expect(204);
        let form = json!({ "access_token": other.access_token, "webhook_secrets": [other.webhook_secret] });
        till.admin.post(ACCOUNTS, form).await.expect(201);
        let now = till.checkout(&party, Some(500)).await;
        assert_ne!(now.reference, before.reference);
        assert!(now.preference.starts_with(&other.collector_id.to_string()), "{now:?}");
        till.pay(&now, None).await;
        till.assert_check(party.check, "IN_PAYMENT", 500).await;
    }
}
