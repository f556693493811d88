//! Claims: two phones never pay the same item.

use crate::ledger::assert_ledger;
use crate::scene::{Staff, number};
use crate::till::{Party, cash};
use harness::{App, DinerPhone, Reply, both_modes, json, race};

struct Table {
    ana: DinerPhone,
    bruno: DinerPhone,
    party: Party,
    charges: Vec<i64>,
}

impl Table {
    async fn of(app: &App) -> Self {
        let ana = app.anonymous().scan_as("INT-01", "Ana").await;
        let bruno = app.anonymous().scan_as("INT-01", "Bruno").await;
        let party = Party::paying(app, "INT-01", &[(111, 1), (118, 1)]).await;
        let charges = party.charges(app).await;
        Self { ana, bruno, party, charges }
    }

    fn path(&self) -> String {
        format!("/api/billing/check/{}/claims", self.party.check)
    }

    /// Claims (charge, num, den) for the phone's diner.
    async fn claim(&self, phone: &DinerPhone, items: &[(i64, i64, i64)]) -> Reply {
        let items: Vec<_> =
            items.iter().map(|(charge, num, den)| json!({"charge_id": charge, "num": num, "den": den})).collect();
        phone.put(&self.path(), json!({"diner_id": phone.diner_id, "items": items})).await
    }
}

both_modes! {
    /// One has the item, the other is told; halves fit together to the cent; letting go frees.
    async fn an_item_is_paid_by_one(app: App) {
        let table = Table::of(&app).await;
        let (first, second) = (table.charges[0], table.charges[1]);
        let mine = table.claim(&table.ana, &[(first, 1, 1), (second, 1, 2)]).await.expect(200);
        assert_eq!((&mine["diner_id"], mine["items"].as_array().unwrap().len()), (&json!(table.ana.diner_id), 2));
        let sum: i64 = mine["items"].as_array().unwrap().iter().map(|item| number(&item["amount_cents"])).sum();
        assert_eq!((&mine["amount_cents"], mine["expires_at"].is_string()), (&json!(sum), true));
        let taken = table.claim(&table.bruno, &[(second, 1, 2), (first, 1, 2)]).await.expect(409);
        assert_eq!((&taken["code"], &taken["charge_id"], &taken["free_cents"]), (&json!("item_claimed"), &json!(first), &json!(0)));
        // All or nothing: the half that was free was not kept.
        let held = table.ana.get(&table.path()).await.expect(200);
        assert_eq!(held.as_array().unwrap().len(), 2);
        assert_eq!((&held[0]["diner_name"], &held[0]["num"], &held[0]["den"]), (&json!("Ana"), &json!(1), &json!(1)));
        let half = table.claim(&table.bruno, &[(second, 1, 2)]).await.expect(200);
        let price = app.sql_i64(&format!("select amount_cents from charge where id = {second}")).await;
        assert_eq!(number(&half["amount_cents"]) + number(&mine["items"][1]["amount_cents"]), price);
        // Saying it anew replaces what was said.
        table.claim(&table.ana, &[(second, 1, 2)]).await.expect(200);
        table.claim(&table.bruno, &[(first, 1, 1), (second, 1, 2)]).await.expect(200);
        let release = format!("{}?diner_id={}", table.path(), table.bruno.diner_id);
        table.bruno.delete(&release).await.expect(204);
        table.bruno.delete(&release).await.expect(204);
        assert_eq!(table.ana.get(&table.path()).await.expect(200).as_array().unwrap().len(), 1);
        assert_ledger(&app).await;
    }

    /// What was claimed comes to what it costs now: nobody is asked for a dish that was struck, or for a price of
    /// before.
    async fn a_claim_follows_its_dish(app: App) {
        let (table, manager) = (Table::of(&app).await, Staff::of(&app).await.manager);
        let (struck, kept) = (table.charges[0], table.charges[1]);
        let price = app.sql_i64(&format!("select amount_cents from charge where id = {kept}")).await;
        table.claim(&table.ana, &[(struck, 1, 1), (kept, 1, 3)]).await.expect(200);
        table.claim(&table.bruno, &[(kept, 2, 3)]).await.expect(200);
        let item = app.sql_i64(&format!("select round_item_id from charge where id = {struck}")).await;
        manager.patch(&format!("/api/waiter/rounds/items/{item}/void"), json!({"reason": "frío"})).await.expect(200);
        let claimed = async || {
            let held = table.ana.get(&table.path()).await.expect(200);
            let held = held.as_array().unwrap().iter();
            held.map(|claim| (number(&claim["charge_id"]), number(&claim["amount_cents"]))).collect::<Vec<_>>()
        };
        let before = claimed().await;
        assert_eq!(before.iter().map(|(charge, _)| *charge).collect::<Vec<_>>(), [kept, kept]);
        assert_eq!(before.iter().map(|(_, cents)| cents).sum::<i64>(), price);
        let half = json!({"discount_type": "PERCENT", "value": 50, "reason": "la espera"});
        let path = format!("/api/waiter/sessions/{}/discount", table.ana.session_id);
        manager.post(&path, half).await.expect(200);
        let now = app.sql_i64(&format!("select amount_cents from charge where id = {kept}")).await;
        assert!(now < price);
        assert_eq!(claimed().await.iter().map(|(_, cents)| cents).sum::<i64>(), now);
        assert_ledger(&app).await;
    }

    /// A free dish is somebody's like any other, and keeps nobody from claiming the rest; a struck one is nobody's.
    async fn a_free_dish_is_claimed_too(app: App) {
        app.sql_exec("update branch_product set price_cents = 0 where product_id = 118").await;
        let table = Table::of(&app).await;
        let (dear, free) = (table.charges[0], table.charges[1]);
        let mine = table.claim(&table.ana, &[(dear, 1, 1), (free, 1, 1)]).await.expect(200);
        assert_eq!((&mine["amount_cents"], &mine["items"][1]["amount_cents"]), (&json!(table.party.total), &json!(0)));
        table.claim(&table.bruno, &[(free, 1, 2)]).await.expect(409);
        app.sql_exec(&format!("update round_item set voided_at = '2026-01-01 00:00:00+00:00', void_reason = 'x'
            where id = (select round_item_id from charge where id = {free})")).await;
        table.claim(&table.ana, &[(free, 1, 1)]).await.expect(409);
    }

    /// Of two that claim at the same moment one has it.
    async fn two_claim_at_once(app: App) {
        let table = Table::of(&app).await;
        let (path, charge) = (table.path(), table.charges[0]);
        let statuses = race(6, |at| {
            let phone = if at % 2 == 0 { table.ana.clone() } else { table.bruno.clone() };
            let path = path.clone();
            async move {
                let body = json!({"diner_id": phone.diner_id, "items": [{"charge_id": charge}]});
                phone.put(&path, body).await.status
            }
        })
        .await;
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 3, "{statuses:?}");
        assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 3, "{statuses:?}");
        assert_eq!(app.sql_i64("select count(*) from charge_claim").await, 1);
    }

    /// A claim lapses, and is nothing against money.
    async fn a_claim_lapses_and_dies_with_payment(app: App) {
        let (table, staff) = (Table::of(&app).await, Staff::of(&app).await);
        let charge = table.charges[0];
        table.claim(&table.ana, &[(charge, 1, 1)]).await.expect(200);
        table.claim(&table.bruno, &[(charge, 1, 1)]).await.expect(409);
        app.sql_exec("update charge_claim set expires_at = '2026-01-01 00:00:00+00:00'").await;
        assert_eq!(table.ana.get(&table.path()).await.expect(200), json!([]));
        table.claim(&table.bruno, &[(charge, 1, 1)]).await.expect(200);
        table.bruno.delete(&format!("{}?diner_id={}", table.path(), table.bruno.diner_id)).await.expect(204);
        // Half of it is paid in cash: the whole is the other half.
        let price = app.sql_i64(&format!("select amount_cents from charge where id = {charge}")).await;
        cash(&staff.waiter, table.party.check, price / 2).await.expect(200);
        let rest = table.claim(&table.ana, &[(charge, 1, 1)]).await.expect(200);
        assert_eq!(rest["amount_cents"], json!(price - price / 2));
        cash(&staff.waiter, table.party.check, price - price / 2).await.expect(200);
        let paid = table.claim(&table.bruno, &[(charge, 1, 1)]).await.expect(409);
        assert_eq!((&paid["code"], &paid["free_cents"]), (&json!("item_claimed"), &json!(0)));
        assert_ledger(&app).await;
    }

    /// What is no claim: of nobody, of nothing, on a check that is not being paid.
    async fn odd_claims_are_refused(app: App) {
        let (table, staff) = (Table::of(&app).await, Staff::of(&app).await);
        let charge = table.charges[0];
        for (num, den) in [(0, 1), (2, 1), (1, 41), (-1, 1)] {
            table.claim(&table.ana, &[(charge, num, den)]).await.expect(422);
        }
        table.claim(&table.ana, &[(charge, 1, 2), (charge, 1, 2)]).await.expect(422);
        table.claim(&table.ana, &[(999_999, 1, 1)]).await.expect(404);
        table.ana.put(&table.path(), json!({"diner_id": 999_999, "items": []})).await.expect(400);
        table.ana.put("/api/billing/check/999999/claims", json!({"diner_id": 1, "items": []})).await.expect(404);
        let empty = table.claim(&table.ana, &[]).await.expect(200);
        assert_eq!((&empty["items"], &empty["expires_at"], &empty["amount_cents"]), (&json!([]), &json!(null), &json!(0)));
        cash(&staff.waiter, table.party.check, table.party.total).await.expect(200);
        table.claim(&table.ana, &[(charge, 1, 1)]).await.expect(400);
        staff.waiter.post_empty(&format!("/api/billing/tables/{}/clear", table.ana.table_id)).await.expect(200);
        table.claim(&table.ana, &[(charge, 1, 1)]).await.expect(400);
    }

    /// A free dish that is struck is claimed by nobody any more, whatever its price says; one that stands stays
    /// claimed.
    async fn a_struck_free_dish_is_claimed_by_nobody(app: App) {
        app.sql_exec("update branch_product set price_cents = 0 where product_id = 118").await;
        let (table, staff) = (Table::of(&app).await, Staff::of(&app).await);
        let (dear, free) = (table.charges[0], table.charges[1]);
        table.claim(&table.ana, &[(dear, 1, 1), (free, 1, 2)]).await.expect(200);
        table.claim(&table.bruno, &[(free, 1, 2)]).await.expect(200);
        let item = app.sql_i64(&format!("select round_item_id from charge where id = {free}")).await;
        let path = format!("/api/waiter/rounds/items/{item}/void");
        staff.waiter.patch(&path, json!({ "reason": "se cayó" })).await.expect(200);
        let held = table.bruno.get(&table.path()).await.expect(200);
        let held: Vec<_> = held.as_array().unwrap().iter().map(|claim| number(&claim["charge_id"])).collect();
        assert_eq!(held, [dear]);
        assert_eq!(app.sql_i64("select count(*) from charge_claim").await, 1);
        assert_ledger(&app).await;
    }
}
