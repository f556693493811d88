//! Reports against the raw rows, after an evening in which everything happened that a report can get wrong; and what
//! else can be asked of them: files, prints, nonsense.

use crate::look::{centro, table};
use crate::recount::{Ask, Books};
use crate::scene::{Staff, Stranger, item, list, number, strangers, text, void};
use crate::till::{Party, cash, discount, order, refund};
use calamine::{Data, DataType, Reader, Xlsx};
use chrono::NaiveDate;
use domain::{Clock, SystemClock};
use harness::{App, Caller, Value, both_modes, json};
use std::io::Cursor;

const WORKBOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

const REPORTS: [&str; 9] = [
    "summary",
    "daily-sales",
    "top-products",
    "orders-by-hour",
    "waiter-performance",
    "sales-by-method",
    "voids",
    "discounts",
    "open-checks",
];

async fn report(caller: &Caller, name: &str, query: &str) -> Value {
    caller.get(&format!("/api/admin/reports/{name}?{query}")).await.expect(200)
}

/// Cents as a number of pesos.
fn units(cents: i64) -> Option<f64> {
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", cents.abs() / 100, cents.abs() % 100).parse().ok()
}

/// Voids, discounts of both kinds, tips, refunds in part and in full, an order by a waiter, a call, parties that owe;
/// then a chargeback, a dispute, money without a check and foreign money, which no test can wait for, by SQL.
async fn evening(app: &App, staff: &Staff) {
    let phone = app.scan("INT-01").await;
    let round = order(&phone, &[(118, 2), (111, 1), (112, 3)]).await;
    void(&staff.waiter, item(app, round, 3).await).await.expect(200);
    let party = Party::of(phone).await;
    discount(staff, party.phone.session_id, "AMOUNT", 700).await.expect(200);
    let owed = party.stands().await.1;
    let pay = json!({"check_id": party.check, "amount_cents": owed, "tip_cents": 2400, "received_cents": owed + 5000});
    let payment = number(&staff.waiter.post("/api/billing/cash/pay", pay).await.expect(200)["payment_id"]);
    refund(staff, payment, Some(1000)).await.expect(200);

    let party = Party::paying(app, "INT-02", &[(120, 1), (118, 1)]).await;
    discount(staff, party.phone.session_id, "PERCENT", 10).await.expect(200);
    let half = party.stands().await.1 / 2;
    let card = |amount: i64| json!({"check_id": party.check, "amount_cents": amount, "tip_cents": 500, "manual_method": "CARD_PHYSICAL"});
    staff.waiter.post("/api/waiter/payments/manual", card(half)).await.expect(200);
    let second = staff.manager.post("/api/waiter/payments/manual", card(half)).await.expect(200);
    refund(staff, number(&second["payment_id"]), None).await.expect(200);

    let ter = table(app, "TER-01").await;
    let opened =
        staff.waiter.post(&format!("/api/waiter/tables/{ter}/activate"), json!({"diner_count": 2})).await.expect(200);
    let session = number(&opened["session_id"]);
    let taken = json!({"items": [{"product_id": 118, "qty": 2}, {"product_id": 101, "qty": 2}]});
    let taken = staff.waiter.post(&format!("/api/waiter/sessions/{session}/rounds"), taken).await.expect(200);
    staff.walk(number(&taken["round_id"]), &["IN_KITCHEN", "READY", "SERVED"]).await;
    let phone = app.scan("TER-01").await;
    let call = phone.post("/api/diner/service-call", json!({"type": "WAITER_CALL"})).await.expect(200);
    staff.waiter.post_empty(&format!("/api/waiter/service-calls/{}/acknowledge", call["id"])).await.expect(200);
    let party = Party::of(phone).await;
    cash(&staff.manager, party.check, party.total).await.expect(200);

    order(&app.scan("BAR-01").await, &[(101, 1)]).await;
    let party = Party::paying(app, "BAR-02", &[(130, 2)]).await;
    cash(&staff.waiter, party.check, 1000).await.expect(200);
    let canceled = order(&app.scan("INT-03").await, &[(118, 9)]).await;
    staff.walk(canceled, &["CANCELED"]).await;

    // Status, currency, amount, refunded, tip, net, whether a check asked for it.
    let provided = [
        ("CHARGED_BACK", "ARS", [5000, 1000, 0, 0], true),
        ("IN_MEDIATION", "ARS", [3300, 0, 300, 3000], true),
        ("APPROVED", "USD", [900, 0, 0, 0], true),
        ("PENDING", "ARS", [800, 0, 0, 0], true),
        ("APPROVED", "ARS", [7777, 0, 0, 7777], false),
    ];
    for (number, (status, currency, [amount, refunded, tip, net], asked)) in provided.into_iter().enumerate() {
        let check = if asked { "id" } else { "null" };
        app.sql_exec(&format!(
            "insert into payment (tenant_id, branch_id, check_id, tender, status, currency, amount_cents, refunded_cents, tip_cents, net_cents,
                 targets, registered_by, provider_payment_id, created_at)
             select tenant_id, branch_id, {check}, 'MERCADO_PAGO', '{status}', '{currency}', {amount}, {refunded}, {tip}, {net}, '[]', 'SYSTEM',
                 'b{number}', requested_at from guest_check where id = {}",
            party.check
        ))
        .await;
    }
    app.sql_exec(
        "update service_call set created_at = '2026-01-10T10:00:00+00:00', acked_at = '2026-01-10T10:00:07.250+00:00';
         update round set submitted_at = '2026-01-10T18:00:00+00:00', served_at = '2026-01-10T18:12:30+00:00' where status = 'SERVED'",
    )
    .await;
}

/// The demo's branch stands in Kathmandu, where the day begins at 18:15 UTC; its rows are put at both sides of that, as
/// an earlier version left them, which kept no days.
async fn at_midnight(app: &App) {
    app.sql_exec(
        "update payment set business_day = null; delete from payment_change;
         update round_item set business_day = null, voided_business_day = null;
         update check_discount set business_day = null;
         update branch set timezone = 'Asia/Kathmandu' where slug = 'centro';
         update payment set approved_at = '2026-01-10T18:14:59.999999+00:00' where id in (select min(id) from payment where tender = 'CASH' and branch_id = 1);
         update payment set approved_at = '2026-01-10T18:15:00+00:00' where id in (select min(id) from payment where tender = 'CARD_PHYSICAL' and branch_id = 1);
         update round set submitted_at = '2026-01-10T18:14:59.9996+00:00' where id in (select min(id) from round where branch_id = 1);
         update round set submitted_at = '2026-01-10T18:15:00+00:00' where id in (select min(id) + 1 from round where branch_id = 1);
         update round_item set voided_at = '2026-01-10T18:14:59+00:00' where voided_at is not null;
         update check_discount set created_at = '2026-01-10T18:15:00+00:00' where type = 'PERCENT';
         update table_session set opened_at = '2026-01-10T18:14:59+00:00' where id in (select min(id) from table_session where branch_id = 1)",
    )
    .await;
}

/// A branch in Madrid on the night the clocks go back, and the same in another business.
async fn at_the_longest_day(app: &App, of: &Stranger) {
    app.sql_exec(&format!("update branch set timezone = 'Europe/Madrid' where id = {}", of.branch)).await;
    let instants = [
        "2026-10-24T21:59:59",
        "2026-10-24T22:00:00",
        "2026-10-25T00:30:00",
        "2026-10-25T01:30:00",
        "2026-10-25T22:59:59",
        "2026-10-25T23:00:00",
    ];
    for (index, at) in instants.iter().enumerate() {
        let (at, number) = (format!("{at}+00:00"), index + 2);
        app.sql_exec(&format!(
            "insert into payment (tenant_id, branch_id, check_id, tender, status, currency, amount_cents, tip_cents, net_cents, targets, registered_by,
                 registered_by_id, created_at, approved_at)
             select tenant_id, branch_id, id, 'TRANSFER_EXTERNAL', 'APPROVED', 'ARS', 1{number}00, 100, 1{number}00 - 100, '[]', 'WAITER', 4, '{at}', '{at}'
                 from guest_check where branch_id = {branch};
             insert into round (tenant_id, branch_id, session_id, round_number, status, submitted_by, content_digest, created_at, submitted_at)
             select tenant_id, branch_id, id, {number}, 'SERVED', 'DINER', 'n{number}', '{at}', '{at}' from table_session where branch_id = {branch};
             insert into round_item (tenant_id, round_id, line, product_id, product_name, qty, unit_price_cents, station)
             select tenant_id, id, 1, 102, 'Algo', {number}, 100, 'GRILL' from round where content_digest = 'n{number}' and branch_id = {branch}",
            branch = of.branch
        ))
        .await;
    }
}

/// Every report that has days, as one person gets it, against the recount of the branches they may see.
async fn compare(books: &Books, caller: &Caller, ask: &Ask, query: &str) {
    let expected = [
        ("summary", books.summary(ask)),
        ("daily-sales", books.daily_sales(ask)),
        ("top-products", books.top_products(ask, 10)),
        ("orders-by-hour", books.orders_by_hour(ask)),
        ("waiter-performance", books.waiters(ask)),
        ("sales-by-method", books.sales_by_method(ask)),
        ("voids", books.voids(ask)),
        ("discounts", books.discounts(ask)),
    ];
    for (name, expected) in expected {
        assert_eq!(report(caller, name, query).await, expected, "{name}?{query}");
    }
    assert_eq!(report(caller, "top-products", &format!("{query}&limit=2")).await, books.top_products(ask, 2));
}

both_modes! {
    async fn reports_say_what_the_rows_say(app: App) {
        let staff = Staff::of(&app).await;
        let admin = app.login("admin@demo.com", "admin123").await;
        evening(&app, &staff).await;
        let [foreign, north] = strangers(&app).await;
        at_midnight(&app).await;
        at_the_longest_day(&app, &foreign).await;
        at_the_longest_day(&app, &north).await;
        let books = Books::of(&app, "buen-sabor").await;
        let centro = centro(&app).await;
        let date = |day: &str| day.parse::<NaiveDate>().unwrap();
        for (first, last) in [("2026-01-10", "2026-01-10"), ("2026-01-11", "2026-01-11"), ("2026-01-01", "2026-01-31"),
            ("2026-10-24", "2026-10-24"), ("2026-10-25", "2026-10-25"), ("2026-10-26", "2026-10-26"), ("2026-01-01", "2026-12-31")] {
            let ask = |branches: &[i64]| Ask { branches: branches.to_vec(), first: date(first), last: date(last) };
            let dates = format!("date_from={first}&date_to={last}");
            compare(&books, &admin, &ask(&[centro, north.branch]), &dates).await;
            compare(&books, &admin, &ask(&[north.branch]), &format!("{dates}&branch_id={}", north.branch)).await;
            compare(&books, &staff.manager, &ask(&[centro]), &dates).await;
        }
        // So many days up to the branch's own today.
        let today = SystemClock.now().with_timezone(&chrono_tz::Asia::Kathmandu).date_naive();
        for days in [1, 7, 14, 30, 90] {
            let ask = Ask { branches: vec![centro], first: today - chrono::Days::new(days - 1), last: today };
            compare(&books, &staff.manager, &ask, &format!("days={days}")).await;
        }
        let month = Ask { branches: vec![centro], first: today - chrono::Days::new(29), last: today };
        compare(&books, &staff.manager, &month, "").await;
        // The two would agree on nothing at all, too.
        let of = |methods: &Value, method: &str, column: &str| {
            number(&list(methods).iter().find(|row| row["method"] == method).unwrap()[column])
        };
        let methods = report(&staff.manager, "sales-by-method", "").await;
        assert!(of(&methods, "CARD_PHYSICAL", "total_refunded_cents") > 0, "{methods}");
        assert_eq!(of(&methods, "MERCADO_PAGO", "payment_count"), 2, "{methods}");
        assert_eq!(of(&methods, "MERCADO_PAGO", "total_charged_back_cents"), 4000, "{methods}");
        let methods = report(&staff.manager, "sales-by-method", "date_from=2026-01-10&date_to=2026-01-11").await;
        assert_eq!(of(&methods, "CASH", "total_tips_cents"), 2400, "{methods}");
        assert_eq!(of(&methods, "CASH", "total_refunded_cents"), 1000, "{methods}");
        assert_eq!(of(&methods, "CARD_PHYSICAL", "total_tips_cents"), 500, "{methods}");
        let night = report(&admin, "orders-by-hour", "date_from=2026-10-25&date_to=2026-10-25").await;
        assert_eq!(night, json!([{"hour": 0, "order_count": 1}, {"hour": 2, "order_count": 2}, {"hour": 23, "order_count": 1}]));
        let midnight = report(&staff.manager, "daily-sales", "date_from=2026-01-10&date_to=2026-01-11").await;
        let days: Vec<&str> = list(&midnight).iter().map(|day| text(&day["date"])).collect();
        assert_eq!(days, ["2026-01-10", "2026-01-11"]);
        let hours = report(&staff.manager, "orders-by-hour", "date_from=2026-01-10&date_to=2026-01-11").await;
        assert_eq!(hours, json!([{"hour": 0, "order_count": 1}, {"hour": 23, "order_count": 2}]));
        for path in REPORTS {
            for caller in [&staff.waiter, &staff.cook] {
                caller.get(&format!("/api/admin/reports/{path}")).await.expect(403);
            }
        }
    }

    /// What the recount could agree on and be wrong about all the same: the figures of one small evening, written out.
    async fn revenue_is_without_tips_voids_discounts_and_refunds(app: App) {
        let staff = Staff::of(&app).await;
        app.sql_exec("update branch_product set price_cents = 10000 where product_id in (111, 112, 118)").await;
        let phone = app.scan("INT-01").await;
        let round = order(&phone, &[(118, 2), (111, 1), (112, 1)]).await;
        void(&staff.waiter, item(&app, round, 3).await).await.expect(200);
        let party = Party::of(phone).await;
        discount(&staff, party.phone.session_id, "AMOUNT", 5000).await.expect(200);
        let owing = report(&staff.manager, "open-checks", "").await;
        let [owing] = list(&owing) else { panic!("{owing}") };
        assert_eq!((number(&owing["total_cents"]), number(&owing["paid_cents"]), number(&owing["remaining_cents"])), (25_000, 0, 25_000));
        assert_eq!((text(&owing["table_code"]), text(&owing["check_status"]), text(&owing["session_status"])), ("INT-01", "REQUESTED", "PAYING"));
        let pay = json!({"check_id": party.check, "amount_cents": 25_000, "tip_cents": 2500});
        let payment = number(&staff.waiter.post("/api/billing/cash/pay", pay).await.expect(200)["payment_id"]);
        assert_eq!(report(&staff.manager, "open-checks", "").await, json!([]));
        refund(&staff, payment, Some(4000)).await.expect(200);

        let summary = report(&staff.manager, "summary", "days=7").await;
        assert_eq!((number(&summary["total_revenue_cents"]), number(&summary["total_orders"])), (21_000, 1));
        let methods = report(&staff.manager, "sales-by-method", "days=7").await;
        assert_eq!(methods, json!([{"method": "CASH", "payment_count": 1, "total_amount_cents": 27_500, "total_tips_cents": 2500,
            "total_refunded_cents": 4000, "total_charged_back_cents": 0, "total_sales_cents": 21_000}]));
        let products = report(&staff.manager, "top-products", "days=7").await;
        let sold: i64 = list(&products).iter().map(|row| number(&row["total_revenue_cents"])).sum();
        assert_eq!((list(&products).len(), sold), (2, 25_000), "what was sold, whatever was given back of its price");
        assert_eq!(number(&report(&staff.manager, "voids", "").await[0]["total_voided_cents"]), 10_000);
        assert_eq!(number(&report(&staff.manager, "discounts", "").await[0]["total_discount_cents"]), 5000);
        let owing = report(&staff.manager, "open-checks", "").await;
        assert_eq!(number(&owing[0]["remaining_cents"]), 4000);
        assert_eq!(report(&staff.manager, "open-checks", "date_to=2026-01-01").await, json!([]));

        // A party that left without paying owes for ever.
        let admin = app.login("admin@demo.com", "admin123").await;
        let int_01 = table(&app, "INT-01").await;
        admin.post(&format!("/api/waiter/tables/{int_01}/close"), json!({"force": true})).await.expect(200);
        let owing = report(&staff.manager, "open-checks", "").await;
        assert_eq!((text(&owing[0]["session_status"]), number(&owing[0]["remaining_cents"])), ("CLOSED", 4000));
    }

    /// Money goes back on another day than it came: the day that is over stays as it was, in every report and on paper
    /// (I11). The branch is put where it is tomorrow already, for no test can wait a night.
    async fn a_day_that_is_over_never_changes(app: App) {
        let (staff, admin) = (Staff::of(&app).await, app.login("admin@demo.com", "admin123").await);
        let stands_in = async |zone: &str| drop(admin.patch("/api/admin/branches/1", json!({"timezone": zone})).await.expect(200));
        let today = |zone: chrono_tz::Tz| SystemClock.now().with_timezone(&zone).date_naive().to_string();
        let of = async |name: &str, day: &str| report(&staff.manager, name, &format!("date_from={day}&date_to={day}")).await;
        app.sql_exec("update branch_product set price_cents = 3500 where product_id = 111").await;
        stands_in("Etc/GMT+12").await;
        staff.manager.post("/api/admin/cash/open", json!({"branch_id": 1, "opening_amount_cents": 0})).await.expect(201);
        let party = Party::paying(&app, "INT-01", &[(111, 2)]).await;
        let pay = json!({"check_id": party.check, "amount_cents": 7000, "tip_cents": 200});
        let payment = number(&staff.waiter.post("/api/billing/cash/pay", pay).await.expect(200)["payment_id"]);
        let first = today(chrono_tz::Etc::GMTPlus12);
        const DAILY: [&str; 7] = ["summary", "daily-sales", "top-products", "orders-by-hour", "waiter-performance", "sales-by-method", "voids"];
        let mut before = Vec::new();
        for name in DAILY {
            before.push(of(name, &first).await);
        }
        stands_in("Pacific/Kiritimati").await;
        let second = today(chrono_tz::Pacific::Kiritimati);
        assert_ne!(first, second);
        refund(&staff, payment, Some(1000)).await.expect(200);
        let summary = of("summary", &second).await;
        assert_eq!((&summary["total_revenue_cents"], &summary["total_orders"]), (&json!(-1000), &json!(0)));
        assert_eq!(of("daily-sales", &second).await, json!([{"date": second, "total_sales_cents": -1000, "order_count": 0, "avg_order_cents": 0}]));
        assert_eq!(of("sales-by-method", &second).await, json!([{"method": "CASH", "payment_count": 0, "total_amount_cents": 0,
            "total_tips_cents": 0, "total_refunded_cents": 1000, "total_charged_back_cents": 0, "total_sales_cents": -1000}]));
        assert_eq!(of("top-products", &second).await, json!([]));
        assert_eq!(of("orders-by-hour", &second).await, json!([]));
        let waiter = of("waiter-performance", &second).await;
        assert_eq!(number(&list(&waiter).iter().find(|row| number(&row["total_revenue_cents"]) != 0).unwrap()["total_revenue_cents"]), -1000);
        assert_eq!(number(&before[0]["total_revenue_cents"]), 7000);
        for (name, before) in DAILY.into_iter().zip(before) {
            let now = of(name, &first).await;
            // What the clock on the wall showed is another hour here; how many orders there were is not.
            let same = |report: &Value| match name {
                "orders-by-hour" => json!(list(report).iter().map(|row| number(&row["order_count"])).sum::<i64>()),
                "summary" => json!([report["total_revenue_cents"], report["total_orders"], report["avg_order_value_cents"]]),
                "waiter-performance" => json!(list(report).iter().map(|row| number(&row["total_revenue_cents"]) + number(&row["total_tips_cents"])).sum::<i64>()),
                _ => report.clone(),
            };
            assert_eq!(same(&now), same(&before), "{name}");
        }
        let page = async |day: &str| staff.manager.get(&format!("/api/admin/receipts/daily-report/1?report_date={day}")).await.text();
        assert!(page(&first).await.contains("$ 70,00") && page(&second).await.contains("− $ 10,00"));
        let csv = staff.manager.get(&format!("/api/admin/reports/daily-sales?date_from={second}&date_to={second}&format=csv")).await.text();
        assert!(csv.contains(",-1000,"), "{csv}");
        // The drawer says the same, row by row.
        for (table, day, cents) in [("payment", &first, 1), ("refund", &second, 1), ("round_item", &first, 1), ("cash_movement", &first, 2), ("cash_movement", &second, 1)] {
            let kept = format!("select count(*) from {table} where cast(business_day as text) = '{day}'");
            assert_eq!(app.sql_i64(&kept).await, cents, "{table} {day}");
        }
    }

    async fn a_report_is_a_file_too(app: App) {
        let staff = Staff::of(&app).await;
        evening(&app, &staff).await;
        app.sql_exec("update app_user set first_name = '=HYPERLINK(\"x\")', last_name = 'López, \"el\"' where email = 'waiter@demo.com'").await;
        for name in REPORTS {
            let path = format!("/api/admin/reports/{name}");
            let rows = match report(&staff.manager, name, "days=366").await {
                Value::Array(rows) => rows,
                one => vec![one],
            };
            assert!(!rows.is_empty(), "{name}");
            let by_query = staff.manager.get(&format!("{path}?days=366&format=csv")).await;
            let by_accept = staff.manager.with_header("Accept", "text/csv").get(&format!("{path}?days=366")).await;
            assert_eq!((by_query.status, by_query.text()), (200, by_accept.text()), "{name}");
            assert_eq!(by_query.header("content-type"), Some("text/csv; charset=utf-8; header=present"));
            let disposition = format!("attachment; filename=\"{name}.csv\"");
            assert_eq!(by_query.header("content-disposition"), Some(&*disposition));
            let file = by_query.text();
            assert_eq!(file.matches("\r\n").count(), rows.len() + 1, "{file}");
            let columns: Vec<&str> = file.lines().next().unwrap().split(',').collect();
            let mut fields: Vec<&str> = rows[0].as_object().unwrap().keys().map(String::as_str).collect();
            fields.sort_unstable();
            let mut sorted = columns.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, fields, "{name}");
            // Numbers are in the column they are called after.
            let cells: Vec<String> = columns.iter().filter(|column| rows[0][**column].is_i64()).map(|column| rows[0][*column].to_string()).collect();
            assert!(cells.iter().all(|cell| file.lines().nth(1).unwrap().contains(cell.as_str())), "{name}: {cells:?} in {file}");
            let json = staff.manager.with_header("Accept", "text/csv").get(&format!("{path}?format=json")).await;
            assert_eq!(json.header("content-type"), Some("application/json"), "{name}");
        }
        let file = staff.manager.get("/api/admin/reports/voids?format=csv").await.text();
        assert!(file.contains(",\"'=HYPERLINK(\"\"x\"\") López, \"\"el\"\"\",1,3,"), "{file}");
    }

    /// The accountant's spreadsheet adds up and sorts what it gets, without being told what is a number or a date.
    async fn a_report_is_a_workbook_too(app: App) {
        let staff = Staff::of(&app).await;
        evening(&app, &staff).await;
        app.sql_exec("update app_user set first_name = '=HYPERLINK(\"x\")', last_name = '@SUM(A1)' where email = 'waiter@demo.com'").await;
        for name in REPORTS {
            let path = format!("/api/admin/reports/{name}");
            let rows = match report(&staff.manager, name, "days=366").await {
                Value::Array(rows) => rows,
                one => vec![one],
            };
            let file = staff.manager.get(&format!("{path}?days=366&format=xlsx")).await;
            assert_eq!((file.status, file.header("content-type")), (200, Some(WORKBOOK)), "{name}");
            assert_eq!(file.header("content-disposition"), Some(&*format!("attachment; filename=\"{name}.xlsx\"")));
            let by_accept = staff.manager.with_header("Accept", WORKBOOK).get(&format!("{path}?days=366")).await;
            assert_eq!((by_accept.header("content-type"), by_accept.header("vary")), (Some(WORKBOOK), Some("accept")), "{name}");
            let mut book: Xlsx<_> = Xlsx::new(Cursor::new(file.bytes.to_vec())).unwrap();
            assert!(book.worksheet_formula(name).unwrap().is_empty(), "{name}");
            let sheet = book.worksheet_range(name).unwrap();
            let cells: Vec<&[Data]> = sheet.rows().collect();
            assert_eq!(cells.len(), rows.len() + 1, "{name}");
            for (at, head) in cells[0].iter().map(|head| head.as_string().unwrap()).enumerate() {
                let (column, is_amount) = head.strip_suffix(" (ARS)").map_or_else(|| (head.clone(), false), |column| (format!("{column}_cents"), true));
                for (row, line) in rows.iter().zip(&cells[1..]) {
                    let (told, cell) = (&row[&column], &line[at]);
                    match told {
                        Value::Null => assert_eq!(cell, &Data::Empty, "{name} {column}"),
                        // A mean of nothing is an empty cell.
                        Value::Number(number) if number.as_f64() == Some(0.0) && column.starts_with("avg_") => {}
                        Value::Number(number) => {
                            let wanted = if is_amount { units(number.as_i64().unwrap()) } else { number.as_f64() };
                            assert_eq!(cell.as_f64(), wanted, "{name} {column}");
                        }
                        Value::String(text) if column == "date" => assert_eq!(cell.as_date(), text.parse().ok(), "{name}"),
                        Value::String(_) if column.ends_with("_at") => assert!(cell.is_datetime(), "{name} {column} {cell:?}"),
                        Value::String(text) => assert_eq!(cell, &Data::String(text.clone()), "{name} {column}"),
                        other => panic!("{name} {column}: {other}"),
                    }
                }
            }
        }
        staff.manager.get("/api/admin/reports/voids?format=pdf").await.expect(422);
        staff.waiter.get("/api/admin/reports/voids?format=xlsx").await.expect(403);
    }

    /// Where decimals have a comma, a spreadsheet opens files with semicolons, and reads accents behind a mark.
    async fn a_file_suits_the_country_of_who_opens_it(app: App) {
        let staff = Staff::of(&app).await;
        evening(&app, &staff).await;
        for name in REPORTS {
            let path = format!("/api/admin/reports/{name}?days=366&format=csv");
            let (plain, suited) = (staff.manager.get(&path).await.text(), staff.manager.get(&format!("{path}&delimiter=semicolon&bom=true")).await.text());
            let unmarked = suited.strip_prefix('\u{feff}').unwrap();
            assert!(!plain.starts_with('\u{feff}'));
            assert_eq!(unmarked.lines().next().unwrap().replace(';', ","), plain.lines().next().unwrap(), "{name}");
            let width = plain.lines().next().unwrap().split(',').count();
            assert!(unmarked.lines().all(|line| line.split(';').count() == width), "{unmarked}");
        }
        staff.manager.get("/api/admin/reports/voids?format=csv&delimiter=tab").await.expect(422);
        staff.manager.get("/api/admin/reports/voids?format=csv&bom=perhaps").await.expect(422);
    }

    /// A mean of nothing is no number: a spreadsheet that averages the column would count it.
    async fn a_mean_of_nothing_is_an_empty_cell(app: App) {
        let staff = Staff::of(&app).await;
        evening(&app, &staff).await;
        // Somebody who opened a table and has neither served a round nor answered a call.
        let free = table(&app, "INT-04").await;
        let ana = app.login("ana@demo.com", "ana123").await;
        ana.post(&format!("/api/waiter/tables/{free}/activate"), json!({"diner_count": 2})).await.expect(200);
        let rows = report(&staff.manager, "waiter-performance", "days=366").await;
        let file = staff.manager.get("/api/admin/reports/waiter-performance?days=366&format=csv").await.text();
        let mut empty = 0;
        for (row, line) in list(&rows).iter().zip(file.lines().skip(1)) {
            let cells: Vec<&str> = line.rsplit(',').take(3).collect();
            let answered = number(&row["total_service_calls"]);
            assert_eq!(cells[1], answered.to_string(), "{line}");
            if answered == 0 {
                assert_eq!((cells[0], &row["avg_response_time_seconds"]), ("", &json!(0.0)), "{line}");
                empty += 1;
            } else {
                assert_eq!(cells[0], row["avg_response_time_seconds"].to_string(), "{line}");
            }
            if number(&row["total_rounds_processed"]) == 0 {
                assert_eq!((cells[2], &row["avg_service_time_minutes"]), ("", &json!(0.0)), "{line}");
            }
        }
        assert!(empty > 0 && empty < list(&rows).len(), "{file}");
        let nothing = staff.manager.get("/api/admin/reports/summary?date_from=2020-01-01&date_to=2020-01-01&format=csv").await.text();
        assert!(nothing.ends_with("\r\n0,0,,0,\r\n"), "{nothing}");
    }

    async fn a_day_and_a_round_are_printed(app: App) {
        let staff = Staff::of(&app).await;
        app.sql_exec("update branch_product set price_cents = 123450 where product_id = 118; update product set name = '<b>Bife</b>' where id = 118").await;
        let phone = app.scan("INT-01").await;
        let items = json!({"items": [{"product_id": 118, "qty": 2, "notes": "<i>jugoso</i>"}, {"product_id": 111, "qty": 1}]});
        let round = number(&phone.post("/api/diner/rounds/submit", items).await.expect(200)["round_id"]);
        void(&staff.waiter, item(&app, round, 2).await).await.expect(200);
        let ticket = staff.cook.get(&format!("/api/admin/receipts/kitchen-ticket/{round}")).await;
        assert_eq!((ticket.status, ticket.header("content-type")), (200, Some("text/html; charset=utf-8")));
        let page = ticket.text();
        for words in ["Mesa INT-01", "Ronda N.º 1", "2 × &lt;b&gt;Bife&lt;/b&gt;", "&lt;i&gt;jugoso&lt;/i&gt;", "ANULADO: se cayó", "<td>2</td>"] {
            assert!(page.contains(words), "{words} in {page}");
        }
        let party = Party::of(phone).await;
        let pay = json!({"check_id": party.check, "amount_cents": party.total, "tip_cents": 1000});
        staff.waiter.post("/api/billing/cash/pay", pay).await.expect(200);
        let centro = centro(&app).await;
        let path = format!("/api/admin/receipts/daily-report/{centro}");
        let page = staff.manager.get(&path).await.text();
        for words in ["Sucursal Centro", "Reporte del día", "VENTAS", "$ 2.469,00", "Efectivo (1)", "Propinas $ 10,00", "2 × &lt;b&gt;Bife&lt;/b&gt;",
            "Anulaciones", "Carlos López (1)", "no válido como factura"] {
            assert!(page.contains(words), "{words} in {page}");
        }
        assert!(!page.contains("http") && !page.contains("<b>"), "{page}");
        // What a day brought is for whoever runs the branch.
        for caller in [&staff.waiter, &staff.cook] {
            let refused = caller.get(&path).await;
            assert!(refused.status == 403 && !refused.text().contains("2.469"), "{}", refused.text());
        }
        let other = staff.manager.get(&format!("{path}?report_date=2026-01-10")).await.text();
        assert!(other.contains("10/01/2026") && other.contains("$ 0,00") && !other.contains("Bife"), "{other}");
        staff.walk(round, &["IN_KITCHEN"]).await;
        void(&staff.waiter, item(&app, round, 1).await).await.expect(200);
        assert!(staff.cook.get(&format!("/api/admin/receipts/kitchen-ticket/{round}")).await.text().contains("CANCELADA"));
        staff.cook.get("/api/admin/receipts/kitchen-ticket/999999").await.expect(404);
    }

    async fn nonsense_is_named_and_currencies_are_not_added_up(app: App) {
        let staff = Staff::of(&app).await;
        let admin = app.login("admin@demo.com", "admin123").await;
        let wrong = [("days=0", "days"), ("days=367", "days"), ("days=-7", "days"), ("days=x", "days"), ("days=1.5", "days"),
            ("days=99999999999999999999", "days"), ("date_from=2026-02-30", "date_from"), ("date_to=yesterday", "date_to"),
            ("date_from=2026-02-02&date_to=2026-02-01", "date_from"), ("date_from=2020-01-01&date_to=2026-01-01", "date_from"),
            ("date_from=2020-01-01", "date_from"), ("date_to=0001-01-01", "date_to"), ("branch_id=x", "branch_id"), ("format=xml", "format")];
        for name in REPORTS {
            for (query, field) in wrong {
                let refused = staff.manager.get(&format!("/api/admin/reports/{name}?{query}")).await.expect(422);
                assert!(text(&refused["detail"]).contains(field), "{name}?{query}: {refused}");
            }
        }
        for query in ["limit=0", "limit=1001", "limit=-1", "limit=many"] {
            let refused = staff.manager.get(&format!("/api/admin/reports/top-products?{query}")).await.expect(422);
            assert!(text(&refused["detail"]).contains("limit"), "{query}: {refused}");
        }
        for day in ["2026-13-01", "x", "0001-01-01"] {
            let refused = staff.manager.get(&format!("/api/admin/receipts/daily-report/1?report_date={day}")).await.expect(422);
            assert!(text(&refused["detail"]).contains("report_date"), "{refused}");
        }
        // Days that are still to come have nothing in them.
        assert_eq!(report(&staff.manager, "daily-sales", "date_from=2999-01-01").await, json!([]));
        assert_eq!(report(&staff.manager, "summary", "date_from=2999-01-01").await["busiest_hour"], Value::Null);

        let [_, north] = strangers(&app).await;
        app.sql_exec(&format!("update branch set currency = 'BRL' where id = {}", north.branch)).await;
        for name in REPORTS {
            let mixed = admin.get(&format!("/api/admin/reports/{name}")).await;
            if name == "orders-by-hour" {
                mixed.expect(200);
            } else {
                assert_eq!(mixed.expect(400)["code"], "mixed_currencies", "{name}");
            }
            admin.get(&format!("/api/admin/reports/{name}?branch_id={}", north.branch)).await.expect(200);
            staff.manager.get(&format!("/api/admin/reports/{name}")).await.expect(200);
        }
    }
}
