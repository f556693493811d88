//! What staff and guests do with an upgraded database: the same as before.

use super::past::{Past, Rows};
use crate::{
    mercadopago::house::seller,
    scene::{Staff, item, number, text, void},
};
use auth::{Diner, TokenKeys};
use domain::{BranchId, Clock, SessionId, SystemClock, TableId, TenantId};
use fake_mercadopago::{FakeMercadoPago, Options};
use harness::{App, Caller, JWT_SECRET, Socket, StaffClient, TABLE_TOKEN_SECRET, Value, json, reqwest::Method};
use std::collections::BTreeMap;

/// The dumped evening: who sits where, by the table's code.
const EATING: &str = "INT-02";
const PAYING: &str = "INT-03";
const OVERPAID: &str = "TER-01";
const LEFT: &str = "INT-01";

const LOGINS: [(&str, &str); 4] = [
    ("admin@demo.com", "admin123"),
    ("manager@demo.com", "manager123"),
    ("kitchen@demo.com", "kitchen123"),
    ("waiter@demo.com", "waiter123"),
];

/// The provider that the dumped account sells at, without the payments of that evening.
pub(super) async fn provider(app: &App) -> FakeMercadoPago {
    let address = app.provider_url().trim_start_matches("http://").parse().expect("an address");
    FakeMercadoPago::selling(Options { address, ..Options::default() }, [seller()]).await.expect("a free port")
}

/// Plays on. `before` is what the database held, to see that no row is gone.
pub(super) async fn goes_on(app: &App, past: &Past, before: &Rows) {
    nothing_is_gone(app, before).await;
    repeats_are_answered_as_ever(app, past).await;
    let staff = Staff::of(app).await;
    let admin = app.login("admin@demo.com", "admin123").await;
    those_who_eat_order_more(app, &staff).await;
    those_who_pay_pay_the_rest(app, &staff).await;
    what_was_paid_too_much_goes_back(app, &staff).await;
    those_who_left_are_found(app, &staff, &admin).await;
    the_log_goes_on(app, &admin).await;
}

/// Every row that was there, by what is first in it, is there: jobs of the new program forget nothing of last night.
async fn nothing_is_gone(app: &App, before: &Rows) {
    let tables = super::past::tables(app).await;
    let after = super::past::rows(app, &tables, false).await;
    let first = |row: &String| row.trim_start_matches('[').split(',').next().unwrap_or_default().trim().to_owned();
    for (table, rows) in before {
        let mut left: Vec<_> = after[table].iter().map(first).collect();
        for row in rows {
            let at = left.iter().position(|key| *key == first(row));
            left.swap_remove(at.unwrap_or_else(|| panic!("gone from {table}: {row}")));
        }
    }
}

/// A phone at that table with a token of the older program's, which told no phones apart.
async fn old_phone(app: &App, code: &str) -> Caller {
    let of = async |column: &str| {
        let query = format!(
            "select s.{column} from table_session s join dining_table t on t.id = s.table_id where t.code = '{code}'
                and s.status <> 'CLOSED'"
        );
        app.sql_i64(&query).await
    };
    let (tenant, branch) = (TenantId(of("tenant_id").await), BranchId(of("branch_id").await));
    let diner = Diner::for_session(tenant, branch, TableId(of("table_id").await), SessionId(of("id").await));
    let keys = TokenKeys::new(JWT_SECRET.to_owned().into(), TABLE_TOKEN_SECRET.to_owned().into());
    app.anonymous().with_header("X-Table-Token", &keys.mint_table(&diner, SystemClock.now()))
}

/// I7 over an upgrade: whoever did not get the answer asks again, and gets it byte for byte; nothing happens twice.
async fn repeats_are_answered_as_ever(app: &App, past: &Past) {
    let mut callers = BTreeMap::<String, Caller>::new();
    for (email, password) in LOGINS {
        callers.insert(email.to_owned(), (*app.login(email, password).await).clone());
    }
    for code in [EATING, PAYING] {
        callers.insert(code.to_owned(), old_phone(app, code).await);
    }
    let counts = ["round", "payment", "refund", "checkout", "cart_item", "charge_claim", "branch", "audit_log"];
    let done = format!("select {}", counts.map(|table| format!("(select count(*) from {table})")).join(" + "));
    let before = app.sql_i64(&done).await;
    let (mut repeated, mut of_phones) = (0, 0);
    for command in past.keyed() {
        // The party at the first table has left; its key died with its token.
        let Some(caller) = callers.get(text(&command["who"])) else { continue };
        let method: Method = text(&command["method"]).parse().expect("a method");
        let caller = caller.with_header("X-Idempotency-Key", text(&command["key"]));
        let body = text(&command["body"]).to_owned();
        let reply = caller.send(method, text(&command["path"]), "application/json", body).await;
        assert_eq!(
            (i64::from(reply.status), &*reply.text()),
            (number(&command["status"]), text(&command["answer"])),
            "{command}"
        );
        repeated += 1;
        of_phones += usize::from(!text(&command["who"]).contains('@'));
    }
    assert!(repeated >= 12 && of_phones >= 4, "{repeated} commands, {of_phones} of phones");
    assert_eq!(app.sql_i64(&done).await, before, "a repeat did something");
}

async fn those_who_eat_order_more(app: &App, staff: &Staff) {
    let old = old_phone(app, EATING).await;
    let new = app.scan(EATING).await;
    let rounds = "select count(*) from round r join table_session s on s.id = r.session_id
        join dining_table t on t.id = s.table_id where s.status <> 'CLOSED' and t.code = 'INT-02'";
    assert_eq!(app.sql_i64(rounds).await, 2, "a new phone joins the party that sits there");
    let cart = new.get("/api/diner/cart").await.expect(200);
    assert_eq!(cart["items"].as_array().map(Vec::len), Some(2), "{cart}");
    for (phone, nth) in [(&old, 3), (&*new, 4)] {
        let order = json!({ "items": [{ "product_id": 111 + nth, "qty": 1 }] });
        let sent = phone.post("/api/diner/rounds/submit", order).await.expect(200);
        assert_eq!(sent["round_number"], nth, "{sent}");
        staff.walk(number(&sent["round_id"]), &["IN_KITCHEN", "READY", "SERVED"]).await;
    }
    let cooking = "select min(id) from round where status = 'IN_KITCHEN'";
    let cooking = app.sql_i64(cooking).await;
    void(&staff.manager, item(app, cooking, 1).await).await.expect(200);
    staff.walk(cooking, &["READY", "SERVED"]).await;
    let call = app.sql_i64("select id from service_call where status = 'OPEN' and type = 'OTHER'").await;
    staff.waiter.post_empty(&format!("/api/waiter/service-calls/{call}/acknowledge")).await.expect(200);
    // What is new works with what is old: the table gets its code, the phones that came late are told apart.
    let admin = app.login("admin@demo.com", "admin123").await;
    admin.get(&format!("/api/admin/tables/{}/qr-url", new.table_id)).await.expect(200);
}

async fn those_who_pay_pay_the_rest(app: &App, staff: &Staff) {
    let phone = app.scan(PAYING).await;
    let check = phone.get("/api/diner/check").await.expect(200);
    let (id, owed) = (number(&check["id"]), number(&check["total_cents"]) - number(&check["paid_cents"]));
    assert!(check["status"] == "IN_PAYMENT" && owed > 100, "{check}");
    // The account was sealed by the older program.
    let wish = json!({ "check_id": id, "amount_cents": 100, "diner_id": phone.diner_id });
    let checkout = phone.post("/api/billing/mercadopago/preference", wish).await.expect(200);
    assert!(text(&checkout["init_point"]).starts_with(app.provider_url()), "{checkout}");
    let pay = json!({ "check_id": id, "amount_cents": owed, "tip_cents": 50 });
    let keyed = staff.waiter.clone().keyed("after-the-upgrade");
    let paid = keyed.post("/api/billing/cash/pay", pay.clone()).await;
    paid.expect(200);
    assert_eq!(keyed.post("/api/billing/cash/pay", pay).await.bytes, paid.bytes);
    assert_eq!(phone.get("/api/diner/check").await.expect(200)["status"], "PAID");
    crate::ledger::assert_ledger(app).await;
    let close = format!("/api/waiter/tables/{}/close", phone.table_id);
    staff.waiter.post(&close, json!({})).await.expect(200);
}

async fn what_was_paid_too_much_goes_back(app: &App, staff: &Staff) {
    let proposed =
        "select r.id from refund r join payment p on p.id = r.payment_id join guest_check k on k.id = p.check_id
        join table_session s on s.id = k.session_id join dining_table t on t.id = s.table_id
        where r.status = 'PROPOSED' and t.code = ";
    let refund = app.sql_i64(&format!("{proposed} '{OVERPAID}'")).await;
    staff.manager.post_empty(&format!("/api/billing/refunds/{refund}/approve")).await.expect(200);
    crate::ledger::assert_ledger(app).await;
}

async fn those_who_left_are_found(app: &App, staff: &Staff, admin: &StaffClient) {
    let left = format!(
        "select k.id from guest_check k join table_session s on s.id = k.session_id join dining_table t on t.id = s.table_id
            where s.status = 'CLOSED' and t.code = '{LEFT}'"
    );
    let check = app.sql_i64(&left).await;
    assert_eq!(staff.manager.get(&format!("/api/admin/receipts/customer-receipt/{check}")).await.status, 200);
    assert_eq!(staff.manager.get(&format!("/api/billing/check/{check}")).await.expect(200)["status"], "PAID");
    for path in [
        "/api/admin/reports/summary",
        "/api/admin/orders",
        "/api/admin/tips",
        "/api/billing/incidents",
        "/api/admin/payments/dead-letters",
        "/api/admin/payment-accounts",
        "/api/admin/audit-log",
        "/api/recipes",
        "/api/admin/promotions",
        "/api/admin/exclusions",
        "/api/admin/cash/sessions",
        "/api/admin/branches",
    ] {
        let found = admin.get(path).await.expect(200);
        assert!(found.as_array().is_none_or(|list| !list.is_empty()), "{path} finds nothing");
    }
    let dead = app.sql_i64("select min(id) from payment_sync where status = 'DEAD'").await;
    admin.get(&format!("/api/admin/payments/dead-letters/{dead}")).await.expect(200);
    // What the office deleted before comes back as it was.
    let product =
        app.sql_i64("select entity_id from deletion where entity_type = 'product' and restored_at is null").await;
    admin.post_empty(&format!("/api/admin/products/{product}/restore")).await.expect(200);
    let branch = admin.branch_ids[0];
    let drawer = admin.get(&format!("/api/admin/cash/current?branch_id={branch}")).await.expect(200);
    assert_eq!(drawer["session"]["status"], "OPEN", "{drawer}");
}

/// A screen that was away during the upgrade hears what it missed, in order, across it.
async fn the_log_goes_on(app: &App, admin: &StaffClient) {
    let branch = admin.branch_ids[0];
    let head = app.sql_i64(&format!("select seq from branch_stream where branch_id = {branch}")).await;
    let path = format!("/ws/admin?token={}&branch_id={branch}&after=0", admin.access_token);
    let screen = Socket::connect(&app.ws_url(), &path).await;
    let numbers = |events: &[Value]| {
        // An administrator hears every branch, and without a number how far the screen is.
        let ours = events.iter().filter(|event| event["branch_id"] == branch && event["type"] != "POSITION");
        ours.filter_map(|event| event["seq"].as_i64()).collect::<Vec<_>>()
    };
    let heard = screen.wait_until(|events| numbers(events).last() >= Some(&head)).await;
    assert!(heard.iter().all(|event| event["type"] != "RESYNC"), "the log of the evening is there");
    let heard = numbers(&heard);
    assert!(heard[0] == 1 && heard.windows(2).all(|pair| pair[0] < pair[1]), "{heard:?}");
}
