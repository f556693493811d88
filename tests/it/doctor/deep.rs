//! `comanda doctor --deep`: nothing on a house that is whole, also while it works; and of a row that was broken past
//! the program, exactly that.

use super::scene::{Evening, evening, findings};
use crate::{
    look,
    scene::Staff,
    till::{Party, cash, order},
};
use harness::{App, AppOptions, Mode, both_modes, json};
use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// One way to break something: what finds it, the statements that break it, and those that mend it.
struct Broken {
    /// The invariants that do not hold any more; the same twice where two rows are broken.
    found: &'static [&'static str],
    breaks: String,
    mends: String,
}

fn broken(found: &'static [&'static str], breaks: impl Into<String>, mends: impl Into<String>) -> Broken {
    Broken { found, breaks: breaks.into(), mends: mends.into() }
}

/// A statement that adds `by` to a column, and the one that takes it off again.
fn shifted(found: &'static [&'static str], table: &str, column: &str, row: &str, by: i64) -> Broken {
    let statement = |by: i64| format!("update {table} set {column} = {column} + ({by}) where {row}");
    broken(found, statement(by), statement(-by))
}

/// What the database itself would not let through: its constraints and triggers go, as they would with a file that was
/// written over.
fn unguarded(app: &App, statements: &str) -> String {
    match app.mode() {
        Mode::Embedded => {
            format!("pragma foreign_keys = off; pragma ignore_check_constraints = on; {statements}")
        }
        Mode::Distributed => format!("set session_replication_role = replica; {statements}"),
    }
}

async fn lift_guards(app: &App) {
    app.sql_exec("drop index table_session_live; drop index cash_session_open").await;
    match app.mode() {
        Mode::Embedded => {
            app.sql_exec(
                "drop trigger allocation_counts; drop trigger allocation_stays; drop trigger allocation_never_changes",
            )
            .await;
        }
        Mode::Distributed => {
            let checks = "select 'alter table ' || conrelid::regclass || ' drop constraint ' || quote_ident(conname) from pg_constraint
                where contype = 'c' and conrelid in ('guest_check'::regclass, 'charge'::regclass, 'payment'::regclass,
                    'branch_stream'::regclass)";
            let drops = app.sql_texts(checks).await;
            app.sql_exec(&drops.join("; ")).await;
        }
    }
}

/// A number of rows that differ from one another: ids of the evening, as SQL.
struct Ids {
    evening: Evening,
    /// Of the party that paid in part: two payments and two charges.
    payments: Vec<i64>,
    charges: Vec<i64>,
}

impl Ids {
    async fn of(app: &App, evening: Evening) -> Self {
        let numbers = async |query: String| -> Vec<i64> {
            app.sql_texts(&query).await.iter().map(|id| id.parse().unwrap()).collect()
        };
        let check = evening.paying.check;
        let payments =
            numbers(format!("select cast(id as text) from payment where check_id = {check} order by id")).await;
        let charges =
            numbers(format!("select cast(id as text) from charge where check_id = {check} order by id")).await;
        assert!(payments.len() == 2 && charges.len() == 2, "{payments:?} {charges:?}");
        Self { evening, payments, charges }
    }

    fn streams_and_floor(&self) -> Vec<Broken> {
        let Evening { branch, left, canceled, cooking, eating, .. } = &self.evening;
        let now = "'2026-01-01T00:00:00+00:00'";
        let session = left.phone.session_id;
        let served = format!("(select min(id) from round where session_id = {session} and status = 'SERVED')");
        let ticket = |round: &str| {
            format!(
                "insert into kitchen_ticket (tenant_id, branch_id, round_id, station, status, created_at)
                select tenant_id, branch_id, id, 'BROKEN', 'PENDING', {now} from round where id = {round}"
            )
        };
        let no_ticket = "delete from kitchen_ticket where station = 'BROKEN'";
        vec![
            broken(
                &["stream-missing"],
                format!("insert into branch (tenant_id, name, slug, timezone, is_active, created_at)
                    select tenant_id, 'Fantasma', 'fantasma', 'UTC', false, {now} from branch where id = {branch}"),
                "delete from branch where slug = 'fantasma'",
            ),
            shifted(&["stream-head"], "branch_stream", "seq", &format!("branch_id = {branch}"), -1),
            broken(
                &["stream-gap"],
                format!("update event set branch_id = -1 where branch_id = {branch} and seq in (3, 4)"),
                format!("update event set branch_id = {branch} where branch_id = -1"),
            ),
            broken(
                &["table-two-parties"],
                format!("insert into table_session (tenant_id, branch_id, table_id, status, opened_by, opened_at, notes)
                    select tenant_id, branch_id, table_id, 'OPEN', 'DINER', opened_at, 'BROKEN' from table_session where id = {}", eating.session_id),
                "delete from table_session where notes = 'BROKEN'",
            ),
            broken(
                &["table-status"],
                format!("update dining_table set status = 'PAYING' where id = (select max(id) from dining_table
                    where status = 'FREE' and branch_id = {branch})"),
                "update dining_table set status = 'FREE' where status = 'PAYING' and not exists
                    (select 1 from table_session s where s.table_id = dining_table.id and s.status = 'PAYING')",
            ),
            broken(
                &["session-check"],
                format!("update guest_check set closed_at = null where id = {}", left.check),
                format!("update guest_check set closed_at = paid_at where id = {}", left.check),
            ),
            shifted(
                &["round-tickets"],
                "kitchen_ticket_item",
                "round_item_id",
                &format!("round_item_id % 1000000 = (select min(id) from round_item where round_id = {served})"),
                1_000_000,
            ),
            broken(&["ticket-stray"], ticket(&canceled.to_string()), no_ticket),
            broken(&["ticket-empty"], ticket(&cooking.to_string()), no_ticket),
            broken(
                &["round-status"],
                format!("update kitchen_ticket set status = 'READY' where id = (select min(id) from kitchen_ticket where round_id = {served})"),
                format!("update kitchen_ticket set status = 'DELIVERED' where round_id = {served}"),
            ),
        ]
    }

    fn money(&self) -> Vec<Broken> {
        let Evening { left, asking, paying, .. } = &self.evening;
        let (asking, paying, left) = (asking.check, paying.check, left.check);
        let ([one, other], [first, second]) =
            ([self.payments[0], self.payments[1]], [self.charges[0], self.charges[1]]);
        let id = |id: i64| format!("id = {id}");
        let moved = |payment: i64, charge: i64, cents: i64| {
            format!("insert into allocation (tenant_id, check_id, payment_id, charge_id, amount_cents, cause, created_at)
                select tenant_id, check_id, id, {charge}, {cents}, 'BROKEN', created_at from payment where id = {payment};")
        };
        let line = format!("id = (select round_item_id from charge where id = {first})");
        vec![
            shifted(&["check-total"], "guest_check", "total_cents", &id(asking), 100),
            shifted(&["check-paid"], "guest_check", "paid_cents", &id(paying), -1),
            shifted(&["check-paid", "check-overpaid"], "guest_check", "paid_cents", &id(left), 1),
            shifted(&["check-discounts"], "check_discount", "amount_cents", &format!("check_id = {left}"), 1),
            shifted(&["check-written-off"], "guest_check", "written_off_cents", &id(asking), 1),
            broken(
                &["check-status"],
                format!("update guest_check set status = 'IN_PAYMENT' where id = {asking}"),
                format!("update guest_check set status = 'REQUESTED' where id = {asking}"),
            ),
            shifted(&["check-lines"], "round_item", "unit_price_cents", &line, 1),
            shifted(&["charge-paid"], "charge", "paid_cents", &id(first), -1),
            broken(
                &["charge-paid", "charge-overpaid"],
                format!("update charge set paid_cents = paid_cents + amount_cents where id = {first}"),
                format!("update charge set paid_cents = paid_cents - amount_cents where id = {first}"),
            ),
            broken(
                &["charge-gone"],
                format!(
                    "update round_item set voided_at = '2026-01-01T00:00:00+00:00', void_reason = 'BROKEN' where {line}"
                ),
                format!("update round_item set voided_at = null, void_reason = null where {line}"),
            ),
            shifted(&["charge-claimed"], "charge_claim", "amount_cents", &format!("check_id = {asking}"), 10_000_000),
            broken(
                &["claim-foreign"],
                format!("update charge_claim set check_id = {paying} where check_id = {asking}"),
                format!("update charge_claim set check_id = {asking} where check_id = {paying}"),
            ),
            shifted(&["payment-allocated"], "payment", "allocated_cents", &id(one), -1),
            broken(
                &["payment-allocated", "payment-overspent"],
                format!("update payment set allocated_cents = allocated_cents + net_cents where id = {one}"),
                format!("update payment set allocated_cents = allocated_cents - net_cents where id = {one}"),
            ),
            shifted(&["payment-worth"], "payment", "amount_cents", &id(one), -1),
            broken(
                &["payment-parts", "payment-parts"],
                [
                    moved(one, first, -1_000_000),
                    moved(one, second, 1_000_000),
                    moved(other, first, 1_000_000),
                    moved(other, second, -1_000_000),
                ]
                .concat(),
                "delete from allocation where cause = 'BROKEN'",
            ),
            shifted(&["payment-refunded"], "refund", "amount_cents", &format!("payment_id = {one}"), 1),
        ]
    }

    fn tips_drawer_and_audit(&self) -> Vec<Broken> {
        let [counted, open] = self.evening.drawers;
        let payment = self.payments[1];
        let waiting = |cents: i64| {
            format!("insert into cash_waiting (tenant_id, branch_id, payment_id, movement_type, amount_cents, payment_method,
                    business_day, created_by_id, created_at)
                select tenant_id, branch_id, id, '{}', {cents}, 'CASH', business_day, registered_by_id, created_at from payment
                where id = {payment};", if cents > 0 { "SALE" } else { "REFUND" })
        };
        vec![
            shifted(&["payment-tip", "tip-shares"], "tip", "amount_cents", "payment_id is not null", 1),
            shifted(&["tip-shares"], "tip_share", "amount_cents", "role = 'WAITER'", 1),
            shifted(&["drawer-expected"], "cash_session", "expected_amount_cents", &format!("id = {counted}"), 1),
            broken(
                &["drawer-two-open"],
                format!("insert into cash_session (tenant_id, branch_id, cash_register_id, status, opening_amount_cents, opened_by_id,
                        opened_at, notes)
                    select tenant_id, branch_id, cash_register_id, 'OPEN', 0, opened_by_id, opened_at, 'BROKEN' from cash_session
                    where id = {open}"),
                "delete from cash_session where notes = 'BROKEN'",
            ),
            shifted(
                &["payment-booked"],
                "cash_movement",
                "amount_cents",
                &format!("payment_id = {payment} and cash_session_id = {open}"),
                1,
            ),
            broken(
                &["drawer-waiting", "drawer-waiting"],
                waiting(1) + &waiting(-1),
                format!("delete from cash_waiting where payment_id = {payment}"),
            ),
            broken(
                &["audit-chain"],
                "update audit_log set action = action || '!' where seq = 2",
                "update audit_log set action = replace(action, '!', '') where seq = 2",
            ),
        ]
    }
}

both_modes! {
    /// After an evening with some of everything nothing is found; and of each row that somebody breaks past the
    /// program, the invariant that it breaks, and nothing else.
    async fn what_is_broken_is_found_and_nothing_else(app: App) {
        let evening = evening(&app).await;
        assert_eq!(findings(&app), Vec::new());
        // What follows is broken at rest: no job of the program shall mend or move it.
        app.stop_api();
        let ids = Ids::of(&app, evening).await;
        lift_guards(&app).await;
        let mut seen = BTreeSet::new();
        for Broken { found, breaks, mends } in
            ids.streams_and_floor().into_iter().chain(ids.money()).chain(ids.tips_drawer_and_audit())
        {
            app.sql_exec(&unguarded(&app, &breaks)).await;
            let told = findings(&app);
            let mut names: Vec<&str> = told.iter().map(|(name, ..)| name.as_str()).collect();
            let mut wanted = found.to_vec();
            names.sort_unstable();
            wanted.sort_unstable();
            assert_eq!(names, wanted, "{breaks}: {told:?}");
            seen.extend(found.iter().copied());
            app.sql_exec(&unguarded(&app, &mends)).await;
        }
        assert_eq!(findings(&app), Vec::new(), "mended");
        let page = include_str!("../../../docs/doctor.md");
        let rows = page.lines().filter(|line| line.starts_with("| `") && line.contains("` | I"));
        assert_eq!(seen.len(), rows.count() + 1, "each invariant of the page, and the audit chain, is broken once: {seen:?}");
    }

    /// Old events are forgotten: a log that begins anywhere has no gap, nor one whose very edge is frayed by two
    /// clocks; what is missing later is one.
    async fn a_log_that_was_cut_has_no_gap(app: App) {
        let Evening { branch, .. } = evening(&app).await;
        app.stop_api();
        app.sql_exec(&format!("delete from event where branch_id = {branch} and (seq < 4 or seq = 6)")).await;
        assert_eq!(findings(&app), Vec::new());
        let later = "update event set ts = '2099-01-01T00:00:00+00:00' where seq > 8";
        app.sql_exec(&format!("{later}; delete from event where branch_id = {branch} and seq in (10, 11)")).await;
        let found = [("stream-gap".to_owned(), "event".to_owned(), branch)];
        assert_eq!(findings(&app), found);
        app.sql_exec(&format!("delete from event where branch_id = {branch}")).await;
        assert_eq!(findings(&app), Vec::new(), "a log of which all is forgotten");
    }

    /// The look is for a house in service: while everybody orders, pays and moves, nothing is found that is not there.
    async fn nothing_is_found_under_load(app: App = AppOptions::default().api_processes(2)) {
        let stop = Arc::new(AtomicBool::new(false));
        let app = Arc::new(app);
        let service = harness::race(look::TABLES.len(), |at| {
            let (app, stop) = (app.clone(), stop.clone());
            async move { serve(&app, look::TABLES[at], &stop).await }
        });
        let looks = async {
            for _ in 0..4 {
                assert_eq!(findings(&app), Vec::new());
            }
            stop.store(true, Ordering::Relaxed);
        };
        let (turns, ()) = tokio::join!(service, looks);
        assert!(turns.iter().all(|turns| *turns > 0), "{turns:?}");
        assert_eq!(findings(&app), Vec::new());
    }
}

/// Parties come, order, pay and leave at one table until told to stop; how many did.
async fn serve(app: &App, table: &str, stop: &AtomicBool) -> usize {
    let staff = Staff::of(app).await;
    let mut turns = 0;
    while turns == 0 || !stop.load(Ordering::Relaxed) {
        let phone = app.scan(table).await;
        let round = order(&phone, &[(111, 1), (118, 1)]).await;
        staff.walk(round, &["IN_KITCHEN", "READY"]).await;
        let party = Party::of(phone).await;
        cash(&staff.waiter, party.check, 100).await.expect(200);
        let tipped = json!({"check_id": party.check, "amount_cents": party.total - 100, "tip_cents": 10});
        staff.waiter.post("/api/billing/cash/pay", tipped).await.expect(200);
        staff.waiter.post_empty(&format!("/api/billing/tables/{}/clear", party.phone.table_id)).await.expect(200);
        turns += 1;
    }
    turns
}
