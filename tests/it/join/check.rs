//! Who may ask for the check: whoever was there before it was asked for.

use super::{ask_for_check, by_secret, join, manager, order, secret, waiter};
use crate::look::events;
use harness::both_modes;

both_modes! {
    /// Nobody who came when the check stood asks for it, until staff take it back; whoever was there may ask again.
    async fn only_who_was_there_asks_for_the_check(app: App) {
        let (manager, waiter) = (manager(&app).await, waiter(&app).await);
        let secret = secret(&app, &manager, "INT-01").await;
        by_secret(&app, &manager).await;
        let (ana, bruno) = (join(&app, &secret, "Ana").await, join(&app, &secret, "Bruno").await);
        order(&ana).await.expect(200);
        let check = ask_for_check(&ana).await.expect(200);
        assert_eq!(ask_for_check(&bruno).await.expect(200), check);
        // She may sit down and pay, but not ask, nor order.
        let eve = join(&app, &secret, "Eve").await;
        assert_eq!(ask_for_check(&eve).await.expect(403)["code"], "joined_after_check_request");
        assert_eq!(eve.caller.get("/api/diner/check").await.expect(200)["id"], check["check_id"]);
        eve.caller.get(&format!("/api/billing/check/{}/balances", check["check_id"])).await.expect(200);
        order(&eve).await.expect(400);
        assert_eq!(waiter.post_empty(&format!("/api/waiter/sessions/{}/check", ana.session)).await.expect(200)["check_id"], check["check_id"]);
        // A phone that scanned again is as old as its owner here, whose id of the visit nobody else knows.
        let again = join(&app, &secret, "Ana").await;
        assert_eq!((again.diner, ask_for_check(&again).await.expect(200)), (ana.diner, check.clone()));
        // Taken back, it is asked for anew: whoever is there now is there before.
        waiter.post_empty(&format!("/api/waiter/sessions/{}/check/withdraw", ana.session)).await.expect(200);
        assert_eq!(ask_for_check(&eve).await.expect(200)["check_id"], check["check_id"]);
        assert_eq!(ask_for_check(&ana).await.expect(200)["check_id"], check["check_id"]);
        let late = join(&app, &secret, "Tarde").await;
        assert_eq!(ask_for_check(&late).await.expect(403)["code"], "joined_after_check_request");
        assert_eq!(events(&app, "CHECK_REQUESTED", "true").await, 2);
    }

    /// Where anybody joins, the shipped client that came later is told of the check, as ever.
    async fn in_an_open_branch_whoever_comes_later_is_told_of_the_check(app: App) {
        let ana = join(&app, "INT-01", "Ana").await;
        order(&ana).await.expect(200);
        let check = ask_for_check(&ana).await.expect(200);
        assert_eq!(ask_for_check(&join(&app, "INT-01", "Bruno").await).await.expect(200), check);
    }
}
