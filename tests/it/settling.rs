//! Settling costs the same number of statements however long the bill is and however many paid it (I8): the locks of
//! table, session and check are held no longer for a banquet than for a coffee.

use crate::{
    ledger::assert_ledger,
    scene::{Staff, list, number},
    till::{Party, cash, discount, order, refund},
};
use harness::{App, AppOptions, Mode, Reply, both_modes, json};

/// The statements that requests have cost since the process started: on PostgreSQL as the wire shows them, on SQLite as
/// the process counts them. What it runs by itself is in neither.
async fn spent(app: &App) -> usize {
    if app.mode() == Mode::Distributed {
        return app.wire().round_trips().iter().filter(|trip| *trip != "ping" && !trip.starts_with("prepare")).count();
    }
    let text = app.anonymous().get("/metrics").await.text();
    let line = text.lines().find(|line| line.starts_with("database_statements_total{purpose=\"request\"}"));
    line.and_then(|line| line.rsplit(' ').next()?.parse().ok()).expect("the process counts its statements")
}

/// What a request costs.
async fn cost(app: &App, request: impl Future<Output = Reply>) -> usize {
    let before = spent(app).await;
    request.await.expect(200);
    spent(app).await - before
}

/// A party with a bill of `items` charges.
async fn banquet(app: &App, table: &str, items: i64) -> Party {
    let phone = app.scan(table).await;
    let lines: Vec<(i64, i64)> = (0..items).map(|n| (101 + n % 20, 1 + n / 20)).collect();
    for round in lines.chunks(30) {
        order(&phone, round).await;
    }
    let party = Party::of(phone).await;
    assert_eq!(list(&party.read().await["items"]).len(), usize::try_from(items).unwrap());
    party
}

/// A tenth off before anything is paid, the rest in cash by `hands`, and another tenth off, which is given back; and
/// all of it undone. What each costs.
async fn evening(app: &App, staff: &Staff, table: &str, items: i64, hands: i64) -> Vec<usize> {
    let party = banquet(app, table, items).await;
    let session = party.phone.session_id;
    let mut costs = Vec::new();
    let asking = async || party.phone.post_empty("/api/billing/check/request").await;
    costs.push(cost(app, asking()).await);
    costs.push(cost(app, discount(staff, session, "PERCENT", 10)).await);
    let (_, total, _) = party.stands().await;
    for _ in 1..hands {
        cash(&staff.waiter, party.check, total / hands).await.expect(200);
    }
    let paid = party.stands().await.2;
    costs.push(cost(app, cash(&staff.waiter, party.check, total - paid)).await);
    let mut off = None;
    costs.push(
        cost(app, async {
            let reply = discount(staff, session, "PERCENT", 10).await;
            off = Some(number(&reply.expect(200)["discount_id"]));
            reply
        })
        .await,
    );
    assert_ledger(app).await;
    let proposed = staff.manager.get("/api/billing/refunds").await.expect(200);
    let proposed: i64 = list(&proposed).iter().map(|refund| number(&refund["amount_cents"])).sum();
    let (_, now, paid) = party.stands().await;
    assert_eq!((now, proposed), (paid, total - now), "what is paid too much is proposed to be given back");
    let path = format!("/api/waiter/discounts/{}", off.unwrap());
    costs.push(cost(app, async { staff.manager.delete(&path).await }).await);
    assert_eq!(staff.manager.get("/api/billing/refunds").await.expect(200), json!([]));
    let payment = app.sql_i64(&format!("select min(id) from payment where check_id = {}", party.check)).await;
    costs.push(cost(app, refund(staff, payment, Some(1))).await);
    costs.push(cost(app, cash(&staff.waiter, party.check, 1)).await);
    assert_ledger(app).await;
    costs
}

both_modes! {
    async fn a_banquet_costs_the_statements_of_a_coffee(
        app: App = AppOptions::default().count_round_trips().env("COMANDA_DB_POOL", "1")
    ) {
        let staff = Staff::of(&app).await;
        // Each statement is prepared before anything is counted.
        evening(&app, &staff, "INT-01", 3, 2).await;
        let few = evening(&app, &staff, "INT-02", 5, 2).await;
        let many = evening(&app, &staff, "INT-03", 150, 2).await;
        assert_eq!(few, many, "with 5 and with 150 items");
        let crowd = evening(&app, &staff, "INT-04", 5, 40).await;
        assert_eq!(few, crowd, "paid by 2 and by 40 hands");
        assert!(few.iter().all(|cost| *cost <= 30), "{few:?}");
    }
}
