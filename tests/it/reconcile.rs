//! A day compared with the provider: no difference, or every line of it.

use crate::shop::{field, in_a_shop};
use harness::json;

in_a_shop! {
    async fn a_day_matches_or_every_difference_is_told(shop) {
        let bill = shop.bill("INT-01").await;
        let (_, payment) = shop.paid(&bill).await;
        let manager = shop.app.login("manager@demo.com", "manager123").await;
        let branch = shop.app.sql_i64("select id from branch where slug = 'centro'").await;
        let path = format!("/api/admin/payments/reconciliation?branch_id={branch}");
        let report = manager.get(&path).await.expect(200)[0].clone();
        assert_eq!((field(&report, "matched"), field(&report, "difference_cents")), (1, 0), "{report}");
        assert_eq!(field(&report, "ledger_cents"), bill.total);
        assert_eq!((report["lines"].clone(), report["ledger_faults"].clone()), (json!([]), json!([])));
        let day = report["day"].as_str().unwrap().to_owned();
        assert!(shop.app.operate(&["reconcile", "--day", &day]).contains("1 matched, 0 differing"));
        assert_eq!(shop.count("reconciliation").await, 1, "the later report replaces the former");

        // Ours under another number: theirs is not in the ledger, ours is not theirs.
        shop.app.sql_exec(&format!("update payment set provider_payment_id = '77' where id = {payment}")).await;
        let report = manager.get(&path).await.expect(200)[0].clone();
        assert_eq!((field(&report, "orphan"), field(&report, "missing"), field(&report, "difference_cents")), (1, 1, 0), "{report}");
        manager.get(&format!("{path}&day=2999-01-01")).await.expect(422);
        manager.get("/api/admin/payments/reconciliation?branch_id=999999999").await.expect(404);
    }
}
