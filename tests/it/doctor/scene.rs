//! What the doctor's tests have in common: its report, and an evening with some of everything in it.

use crate::{
    scene::{Staff, item, list, number, step, void},
    till::{Party, cash, discount, order, refund},
};
use harness::{App, DinerPhone, Value, json};
use tokio::task::block_in_place;

const SERVED: [&str; 3] = ["IN_KITCHEN", "READY", "SERVED"];

/// Secrets as production wants them: those of the harness would be warnings.
pub(super) const SECRETS: [(&str, &str); 2] = [
    ("JWT_SECRET", "7f3a9c51e84b60d2a7f3a9c51e84b60d2f00dfeedbead1234"),
    ("TABLE_TOKEN_SECRET", "19ce52a8b7d3f4601e19ce52a8b7d3f4601ecafe98765432a"),
];

/// Whether `comanda doctor --json` with those variables and flags ended well, and what it said.
pub(super) fn report(app: &App, variables: &[(&str, &str)], flags: &[&str]) -> (bool, Value) {
    let arguments = [&["doctor", "--json"], flags].concat();
    let variables = [&SECRETS, variables].concat();
    let (sound, said) = block_in_place(|| app.try_operate_with(&variables, &arguments));
    // What it says of itself on standard error follows the object.
    let mut objects = serde_json::Deserializer::from_str(&said).into_iter::<Value>();
    match objects.next() {
        Some(Ok(report)) => (sound, report),
        other => panic!("{other:?} in {said}"),
    }
}

/// What `--deep` finds: the invariant and the row of each finding.
pub(super) fn findings(app: &App) -> Vec<(String, String, i64)> {
    let (sound, report) = report(app, &[], &["--deep"]);
    let deep = &report["deep"];
    assert_eq!(deep["complete"], json!(true), "{report:#}");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let told = list(&deep["findings"]).iter();
    let found: Vec<_> = told
        .map(|finding| {
            assert_eq!(finding["business"], "buen-sabor", "{finding}");
            assert!(!text(&finding["what"]).contains('{'), "{finding}");
            (text(&finding["invariant"]), text(&finding["table"]), number(&finding["id"]))
        })
        .collect();
    assert_eq!(sound, found.is_empty(), "{report:#}");
    found
}

/// Every invariant holds of every row, whatever else the doctor finds. For the end of tests that kill, restore and
/// upgrade.
pub(crate) fn assert_whole(app: &App) {
    let (_, report) = report(app, &[], &["--deep"]);
    let deep = &report["deep"];
    assert_eq!((&deep["complete"], &deep["findings"]), (&json!(true), &json!([])), "{report:#}");
}

/// Rows that the tests break afterwards.
pub(crate) struct Evening {
    pub(super) branch: i64,
    /// A party that paid with two payments, had a discount and left.
    pub(super) left: Party,
    /// A party that asked for its check, and of whose phones one claims an item.
    pub(super) asking: Party,
    /// A party that paid a part, in two payments of which one was given back in part.
    pub(super) paying: Party,
    /// A party that still eats: its round is with the kitchen.
    pub(crate) eating: DinerPhone,
    /// The round that was canceled.
    pub(super) canceled: i64,
    /// The round that the kitchen has to make.
    pub(super) cooking: i64,
    /// The drawer's session that was counted, and the one that is open.
    pub(super) drawers: [i64; 2],
}

async fn open_drawer(staff: &Staff, branch: i64) -> i64 {
    let body = json!({"branch_id": branch, "opening_amount_cents": 5000});
    number(&staff.manager.post("/api/admin/cash/open", body).await.expect(201)["id"])
}

/// An evening with rounds, a void, a cancellation, a move, discounts, claims, payments in cash and by card, tips shared
/// out, a refund, a write-off and two drawers.
pub(crate) async fn evening(app: &App) -> Evening {
    let staff = Staff::of(app).await;
    let branch = staff.manager.branch_ids[0];
    let first_drawer = open_drawer(&staff, branch).await;

    // Two payments, a discount, a tip that is shared out; the party leaves.
    let phone = app.scan("INT-01").await;
    let served = order(&phone, &[(111, 2), (118, 1)]).await;
    staff.walk(served, &SERVED).await;
    let canceled = order(&phone, &[(112, 1)]).await;
    step(&staff.manager, canceled, "CANCELED").await.expect(200);
    let left = Party::of(phone).await;
    discount(&staff, left.phone.session_id, "PERCENT", 10).await.expect(200);
    let (_, total, _) = left.stands().await;
    let tipped = json!({"check_id": left.check, "amount_cents": 1000, "tip_cents": 150, "received_cents": 2000});
    let tipped = staff.waiter.post("/api/billing/cash/pay", tipped).await.expect(200);
    let card = json!({"check_id": left.check, "amount_cents": total - 1000, "manual_method": "CARD_PHYSICAL"});
    staff.waiter.post("/api/waiter/payments/manual", card).await.expect(200);
    staff.waiter.post_empty(&format!("/api/billing/tables/{}/clear", left.phone.table_id)).await.expect(200);
    let pool = json!({"branch_id": branch, "name": "Salón", "waiter_pct": 50, "kitchen_pct": 30, "other_pct": 20});
    let pool = staff.manager.post("/api/admin/tip-pools", pool).await.expect(201);
    let tips = staff.manager.get(&format!("/api/admin/tips?branch_id={branch}")).await.expect(200);
    let tip = list(&tips).iter().find(|tip| tip["payment_id"] == tipped["payment_id"]).expect("a tip")["id"].clone();
    let shared = json!({"tip_id": tip, "pool_id": pool["id"]});
    staff.manager.post("/api/admin/tips/distribute", shared).await.expect(200);

    // Somebody leaves without paying, and the house gives it up.
    let gone = app.scan("INT-05").await;
    let eaten = order(&gone, &[(111, 1)]).await;
    staff.walk(eaten, &SERVED).await;
    let gone = Party::of(gone).await;
    let admin = app.login("admin@demo.com", "admin123").await;
    let close = format!("/api/waiter/tables/{}/close", gone.phone.table_id);
    admin.post(&close, json!({ "force": true })).await.expect(200);
    let path = format!("/api/billing/check/{}/write-off", gone.check);
    staff.manager.post(&path, json!({ "amount_cents": 100, "reason": "se fueron" })).await.expect(200);

    let counted = json!({"session_id": first_drawer, "actual_amount_cents": 6000});
    staff.manager.post("/api/admin/cash/close", counted).await.expect(200);
    // It waits for the next drawer, which books it.
    let phone = app.scan("INT-03").await;
    let served = order(&phone, &[(111, 2), (118, 2)]).await;
    staff.walk(served, &SERVED).await;
    let paying = Party::of(phone).await;
    let paid = cash(&staff.waiter, paying.check, 900).await.expect(200);
    let second_drawer = open_drawer(&staff, branch).await;
    cash(&staff.waiter, paying.check, 700).await.expect(200);
    refund(&staff, number(&paid["payment_id"]), Some(200)).await.expect(200);

    // Phones claim items of a check that is asked for; a line of it was struck.
    let phone = app.anonymous().scan_as("INT-02", "Ana").await;
    let round = order(&phone, &[(111, 1), (118, 2)]).await;
    void(&staff.waiter, item(app, round, 2).await).await.expect(200);
    let asking = Party::of(phone).await;
    let charge = asking.charges(app).await[0];
    let claim = json!({"diner_id": asking.phone.diner_id, "items": [{"charge_id": charge, "num": 1, "den": 2}]});
    asking.phone.put(&format!("/api/billing/check/{}/claims", asking.check), claim).await.expect(200);

    // A party moves to another table while the kitchen has its round.
    let eating = app.scan("INT-04").await;
    let cooking = order(&eating, &[(111, 1), (118, 1)]).await;
    let free = app.sql_i64("select min(id) from dining_table where status = 'FREE' and branch_id = 1").await;
    let moved = format!("/api/waiter/tables/{}/move-to/{free}", eating.table_id);
    staff.waiter.post_empty(&moved).await.expect(200);
    Evening { branch, left, asking, paying, eating, canceled, cooking, drawers: [first_drawer, second_drawer] }
}
