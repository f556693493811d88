//! A round that is canceled is owed no more, by whichever of the two buttons, and whatever else is on the bill.

use crate::ledger::assert_ledger;
use crate::look;
use crate::scene::{Staff, list, number, text};
use crate::till::{Party, cash, order, withdraw};
use harness::{App, Caller, Reply, both_modes, json};

/// The two calls that cancel a round.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Button {
    Cancel,
    Status,
}

const BUTTONS: [(Button, &str); 2] = [(Button::Cancel, "INT-01"), (Button::Status, "INT-02")];

impl Button {
    async fn press(self, staff: &Caller, round: i64) -> Reply {
        match self {
            Self::Cancel => {
                staff.post(&format!("/api/kitchen/rounds/{round}/cancel"), json!({"reason": "cambio de planes"})).await
            }
            Self::Status => {
                let body = json!({"status": "CANCELED", "reason": "cambio de planes"});
                staff.post(&format!("/api/kitchen/rounds/{round}/status"), body).await
            }
        }
    }

    /// What it says of a round that cannot be canceled any more.
    fn refusal(self) -> u16 {
        if self == Self::Cancel { 409 } else { 400 }
    }
}

async fn receipt(staff: &Staff, check: i64) -> String {
    staff.waiter.get(&format!("/api/admin/receipts/customer-receipt/{check}")).await.text()
}

/// Names on the bill that the phones show.
async fn on_the_bill(party: &Party) -> Vec<String> {
    let bill = party.read().await;
    list(&bill["items"]).iter().map(|item| text(&item["product_name"]).to_owned()).collect()
}

async fn proposed(app: &App, check: i64) -> i64 {
    app.sql_i64(&format!(
        "select coalesce(sum(r.amount_cents), 0) from refund r join payment p on p.id = r.payment_id
         where p.check_id = {check} and r.status = 'PROPOSED' and r.kind = 'OVERPAYMENT'"
    ))
    .await
}

both_modes! {
    /// The total falls, and neither phones nor receipt nor waiter see the dish any more.
    async fn a_canceled_round_leaves_the_bill(app: App) {
        let staff = Staff::of(&app).await;
        app.sql_exec("update product set name = 'Plato cancelado' where id = 112").await;
        for (button, table) in BUTTONS {
            let phone = app.scan(table).await;
            order(&phone, &[(111, 1)]).await;
            let round = order(&phone, &[(112, 2)]).await;
            let party = Party::of(phone).await;
            assert!(receipt(&staff, party.check).await.contains("Plato cancelado"));
            let costs = app.sql_i64(&format!("select sum(qty * unit_price_cents) from round_item where round_id = {round}")).await;
            button.press(&staff.manager, round).await.expect(200);
            assert_eq!(party.stands().await, ("REQUESTED".to_owned(), party.total - costs, 0), "{button:?}");
            assert_eq!(on_the_bill(&party).await.len(), 1);
            assert!(!on_the_bill(&party).await.contains(&"Plato cancelado".to_owned()));
            assert!(!receipt(&staff, party.check).await.contains("Plato cancelado"));
            let total = party.phone.get(&format!("/api/diner/session/{}/total", party.phone.session_id)).await.expect(200);
            assert_eq!(total["total_cents"], json!(party.total - costs));
            // What is left is what the waiter can take, not a cent more.
            cash(&staff.waiter, party.check, party.total - costs + 1).await.expect(400);
            cash(&staff.waiter, party.check, party.total - costs).await.expect(200);
            assert_eq!(party.stands().await.0, "PAID");
            // It is canceled once: the buttons say it in their own words, and nothing happens.
            button.press(&staff.manager, round).await.expect(button.refusal());
            assert_eq!(look::audited(&app, "round", round).await, 1);
            assert_ledger(&app).await;
        }
    }

    /// A check of nothing else is paid by that, the table hears it, and can be cleared.
    async fn a_check_of_nothing_but_the_canceled_round_is_paid(app: App) {
        let staff = Staff::of(&app).await;
        for (button, table) in BUTTONS {
            let phone = app.scan(table).await;
            let round = order(&phone, &[(111, 1)]).await;
            let party = Party::of(phone).await;
            let clear = format!("/api/billing/tables/{}/clear", party.phone.table_id);
            assert_eq!(staff.waiter.post_empty(&clear).await.expect(400)["code"], json!("check_not_paid"));
            let screen = party.phone.socket(&app).await;
            button.press(&staff.manager, round).await.expect(200);
            assert_eq!(party.stands().await, ("PAID".to_owned(), 0, 0), "{button:?}");
            assert_eq!(screen.wait_for("CHECK_PAID").await["entity"]["total_cents"], json!(0));
            staff.waiter.post_empty(&clear).await.expect(200);
            assert_ledger(&app).await;
        }
    }

    /// What was paid for it is over-paid: a proposal to give exactly that back.
    async fn what_was_paid_for_a_canceled_round_is_to_be_given_back(app: App) {
        let staff = Staff::of(&app).await;
        for (button, table) in BUTTONS {
            let phone = app.scan(table).await;
            order(&phone, &[(111, 1)]).await;
            let round = order(&phone, &[(112, 1)]).await;
            let party = Party::of(phone).await;
            cash(&staff.waiter, party.check, party.total).await.expect(200);
            assert_eq!(proposed(&app, party.check).await, 0);
            let costs = app.sql_i64(&format!("select unit_price_cents from round_item where round_id = {round}")).await;
            let keyed = staff.manager.with_header("X-Idempotency-Key", &format!("cancel-{table}"));
            let first = button.press(&keyed, round).await;
            assert_eq!((first.status, proposed(&app, party.check).await), (200, costs), "{button:?}");
            // Told twice, it happened once.
            assert_eq!(button.press(&keyed, round).await.bytes, first.bytes);
            assert_eq!(party.stands().await, ("PAID".to_owned(), party.total - costs, party.total - costs));
            assert_eq!(proposed(&app, party.check).await, costs);
            assert_ledger(&app).await;
        }
    }

    /// Nor does a withdrawn check keep it, and what comes to nothing need not be asked for again for the party to
    /// leave.
    async fn a_withdrawn_check_of_canceled_rounds_keeps_nobody(app: App) {
        let (staff, admin) = (Staff::of(&app).await, app.login("admin@demo.com", "admin123").await);
        for (button, table) in BUTTONS {
            let phone = app.scan(table).await;
            let (first, second) = (order(&phone, &[(111, 1)]).await, order(&phone, &[(112, 1)]).await);
            let party = Party::of(phone).await;
            cash(&staff.waiter, party.check, 100).await.expect(200);
            withdraw(&staff, party.phone.session_id).await.expect(200);
            let third = order(&party.phone, &[(118, 1)]).await;
            let (close, clear) = (format!("/api/waiter/tables/{}/close", party.phone.table_id), format!("/api/billing/tables/{}/clear", party.phone.table_id));
            for round in [first, second] {
                button.press(&staff.manager, round).await.expect(200);
            }
            // The third is owed all the same, though nobody asked for the check since.
            let owed = staff.waiter.post_empty(&clear).await.expect(400);
            assert_eq!(owed["code"], json!("check_not_paid"));
            assert!(!text(&owed["detail"]).contains(": 0 cents"), "{owed}");
            staff.waiter.post(&close, json!({})).await.expect(400);
            assert_eq!(party.stands().await.0, "OPEN", "a refusal changes nothing");
            button.press(&staff.manager, third).await.expect(200);
            if button == Button::Cancel {
                staff.waiter.post_empty(&clear).await.expect(200);
            } else {
                let closed = staff.waiter.post(&close, json!({})).await.expect(200);
                assert_eq!((number(&closed["total_cents"]), number(&closed["paid_cents"])), (0, 0));
            }
            assert_eq!(proposed(&app, party.check).await, 100);
            assert_ledger(&app).await;
        }
        // Of a party that was let go with its bill unpaid, what was not served is canceled and owed no more.
        let phone = app.scan("INT-03").await;
        let round = order(&phone, &[(111, 1)]).await;
        let party = Party::of(phone).await;
        admin.post(&format!("/api/waiter/tables/{}/close", party.phone.table_id), json!({"force": true})).await.expect(200);
        Button::Status.press(&staff.manager, round).await.expect(400);
        let check = party.check;
        assert_eq!(app.sql_i64(&format!("select total_cents from guest_check where id = {check}")).await, 0);
        assert_ledger(&app).await;
    }

    /// Both buttons at once, while somebody pays: it is canceled once, and the money adds up.
    async fn both_buttons_at_once(app: App) {
        let staff = Staff::of(&app).await;
        for table in look::TABLES.iter().take(4) {
            let phone = app.scan(table).await;
            order(&phone, &[(111, 1)]).await;
            let round = order(&phone, &[(112, 1)]).await;
            let party = Party::of(phone).await;
            let (by_cancel, by_status, paid) = tokio::join!(
                Button::Cancel.press(&staff.manager, round),
                Button::Status.press(&staff.manager, round),
                cash(&staff.waiter, party.check, party.total),
            );
            let (by_cancel, by_status, paid) = (by_cancel.status, by_status.status, paid.status);
            assert!(matches!((by_cancel, by_status), (200, 400) | (409, 200)), "{by_cancel} {by_status}");
            assert!(matches!(paid, 200 | 400), "{paid}");
            assert_eq!(look::audited(&app, "round", round).await, 1);
            assert_ledger(&app).await;
        }
    }
}
