//! The reports counted once more, row by row, from what the tables hold: no query here adds anything up.

use chrono::{DateTime, NaiveDate, Timelike, Utc};
use chrono_tz::Tz;
use harness::{App, Mode, Value, json};
use std::collections::{BTreeMap, BTreeSet};

type Row = Vec<String>;

/// What one business has in its tables.
pub(crate) struct Books {
    zones: BTreeMap<i64, Tz>,
    people: BTreeMap<i64, String>,
    products: BTreeMap<i64, String>,
    payments: Vec<Row>,
    rounds: Vec<Row>,
    items: Vec<Row>,
    /// What went with whole rounds: who canceled them is in the audit log.
    canceled: Vec<Row>,
    sessions: Vec<Row>,
    calls: Vec<Row>,
    discounts: Vec<Row>,
}

/// Where and when.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) branches: Vec<i64>,
    pub(crate) first: NaiveDate,
    pub(crate) last: NaiveDate,
}

async fn rows(app: &App, columns: &[&str], from: &str) -> Vec<Row> {
    let columns: Vec<String> = columns.iter().map(|column| format!("coalesce(cast({column} as text), '')")).collect();
    let rows = app.sql_texts(&format!("select {} from {from}", columns.join(" || '|' || "))).await;
    rows.iter().map(|row| row.split('|').map(str::to_owned).collect()).collect()
}

/// An instant as text that [`instant`] reads.
fn at(app: &App, column: &str) -> String {
    match app.mode() {
        Mode::Embedded => column.to_owned(),
        Mode::Distributed => format!("to_char({column} at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"+00:00\"')"),
    }
}

fn instant(text: &str) -> Option<DateTime<Utc>> {
    (!text.is_empty()).then(|| text.parse().unwrap())
}

fn int(text: &str) -> i64 {
    text.parse().unwrap_or_else(|_| panic!("{text:?} is no integer"))
}

fn id(text: &str) -> Option<i64> {
    (!text.is_empty()).then(|| int(text))
}

impl Books {
    pub(crate) async fn of(app: &App, tenant: &str) -> Self {
        let tenant = app.sql_i64(&format!("select id from tenant where slug = '{tenant}'")).await;
        let map = async |columns: [&str; 2], table: &str| -> BTreeMap<i64, String> {
            let rows = rows(app, &columns, &format!("{table} where tenant_id = {tenant}")).await;
            rows.into_iter().map(|row| (int(&row[0]), row[1].clone())).collect()
        };
        let zones = map(["id", "timezone"], "branch").await;
        let money = [
            "p.branch_id",
            &at(app, "coalesce(p.approved_at, p.created_at)"),
            "p.tender",
            "p.status",
            "p.amount_cents",
            "p.refunded_cents",
            "p.tip_cents",
            "p.net_cents",
            "p.check_id",
            "case when p.currency = k.currency then 1 else 0 end",
            "s.id",
            "coalesce(s.assigned_waiter_id, p.registered_by_id)",
        ];
        let orders = [
            "r.branch_id",
            &at(app, "r.submitted_at"),
            "r.status",
            "r.session_id",
            "coalesce(r.confirmed_by_id, r.submitted_by_waiter_id)",
            &at(app, "r.served_at"),
        ];
        let lines = [
            "r.branch_id",
            &at(app, "r.submitted_at"),
            "r.status",
            "i.product_id",
            "i.qty",
            "i.unit_price_cents",
            &at(app, "i.voided_at"),
            "i.voided_by_id",
            "coalesce(c.amount_cents, i.qty * i.unit_price_cents)",
        ];
        let of = |table: &str, alias: &str| format!("{table} where {alias}.tenant_id = {tenant}");
        Self {
            zones: zones.into_iter().map(|(branch, zone)| (branch, zone.parse().unwrap())).collect(),
            people: map(["id", "first_name || ' ' || last_name"], "app_user").await,
            products: map(["id", "name"], "product").await,
            payments: rows(
                app,
                &money,
                &of(
                    "payment p left join guest_check k on k.id = p.check_id
                left join table_session s on s.id = k.session_id",
                    "p",
                ),
            )
            .await,
            rounds: rows(app, &orders, &of("round r", "r")).await,
            items: rows(
                app,
                &lines,
                &of(
                    "round_item i join round r on r.id = i.round_id
                left join charge c on c.round_item_id = i.id",
                    "i",
                ),
            )
            .await,
            canceled: rows(
                app,
                &["r.branch_id", &at(app, "a.created_at"), "a.user_id", "i.qty", "i.unit_price_cents"],
                &of(
                    "audit_log a join round r on a.entity_type = 'round' and a.action = 'CANCEL' and r.id = a.entity_id
                join round_item i on i.round_id = r.id and i.voided_at is null",
                    "a",
                ),
            )
            .await,
            sessions: rows(
                app,
                &["s.branch_id", &at(app, "s.opened_at"), "s.id", "s.assigned_waiter_id"],
                &of("table_session s", "s"),
            )
            .await,
            calls: rows(
                app,
                &["c.branch_id", &at(app, "c.created_at"), &at(app, "c.acked_at"), "c.acked_by_id"],
                &of("service_call c", "c"),
            )
            .await,
            discounts: rows(
                app,
                &["k.branch_id", &at(app, "d.created_at"), "d.granted_by_id", "d.check_id", "d.amount_cents"],
                &of("check_discount d join guest_check k on k.id = d.check_id", "d"),
            )
            .await,
        }
    }

    /// The rows whose instant, in column `when`, lies in what was asked for, each with the wall clock of its branch.
    fn within<'a>(
        &'a self,
        ask: &'a Ask,
        rows: &'a [Row],
        when: usize,
    ) -> impl Iterator<Item = (DateTime<Tz>, &'a Row)> {
        rows.iter().filter_map(move |row| {
            let branch = int(&row[0]);
            let wall = instant(&row[when])?.with_timezone(self.zones.get(&branch)?);
            let within = (ask.first..=ask.last).contains(&wall.date_naive());
            (ask.branches.contains(&branch) && within).then_some((wall, row))
        })
    }

    fn orders<'a>(&'a self, ask: &'a Ask, rows: &'a [Row]) -> impl Iterator<Item = (DateTime<Tz>, &'a Row)> {
        let counted = ["SUBMITTED", "IN_KITCHEN", "READY", "SERVED"];
        self.within(ask, rows, 1).filter(move |(_, row)| counted.contains(&row[2].as_str()))
    }

    /// Payments of some check.
    fn sales<'a>(&'a self, ask: &'a Ask) -> impl Iterator<Item = (DateTime<Tz>, &'a Row)> {
        self.within(ask, &self.payments, 1).filter(|(_, row)| !row[8].is_empty())
    }

    pub(crate) fn summary(&self, ask: &Ask) -> Value {
        let revenue: i64 = self.sales(ask).map(|(_, row)| int(&row[7])).sum();
        let hours: Vec<(u32, i64)> = self.hours(ask).into_iter().collect();
        let orders: i64 = hours.iter().map(|(_, count)| count).sum();
        let most = hours.iter().map(|(_, count)| *count).max();
        json!({
            "total_revenue_cents": revenue,
            "total_orders": orders,
            "avg_order_value_cents": if orders == 0 { 0 } else { revenue / orders },
            "total_sessions": self.within(ask, &self.sessions, 1).count(),
            "busiest_hour": most.map(|most| hours.iter().find(|(_, count)| *count == most).unwrap().0),
        })
    }

    fn hours(&self, ask: &Ask) -> BTreeMap<u32, i64> {
        let mut hours = BTreeMap::new();
        for (wall, _) in self.orders(ask, &self.rounds) {
            *hours.entry(wall.hour()).or_default() += 1;
        }
        hours
    }

    pub(crate) fn orders_by_hour(&self, ask: &Ask) -> Value {
        self.hours(ask).into_iter().map(|(hour, count)| json!({"hour": hour, "order_count": count})).collect()
    }

    pub(crate) fn daily_sales(&self, ask: &Ask) -> Value {
        let mut days: BTreeMap<NaiveDate, (i64, i64)> = BTreeMap::new();
        for (wall, row) in self.sales(ask).filter(|(_, row)| int(&row[7]) > 0) {
            days.entry(wall.date_naive()).or_default().0 += int(&row[7]);
        }
        for (wall, _) in self.orders(ask, &self.rounds) {
            days.entry(wall.date_naive()).or_default().1 += 1;
        }
        let day = |(date, (sales, count)): (NaiveDate, (i64, i64))| json!({"date": date.to_string(), "total_sales_cents": sales, "order_count": count, "avg_order_cents": sales.checked_div(count).unwrap_or(0)});
        days.into_iter().map(day).collect()
    }

    pub(crate) fn top_products(&self, ask: &Ask, limit: usize) -> Value {
        let mut products: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
        for (_, row) in self.orders(ask, &self.items).filter(|(_, row)| row[6].is_empty()) {
            let sold = products.entry(int(&row[3])).or_default();
            *sold = (sold.0 + int(&row[4]), sold.1 + id(&row[8]).unwrap_or(0));
        }
        let mut products: Vec<_> = products.into_iter().collect();
        products.sort_by_key(|(id, (quantity, revenue))| (-quantity, -revenue, *id));
        let line = |(id, (quantity, revenue)): (i64, (i64, i64))| json!({"product_id": id, "product_name": self.products[&id], "quantity_sold": quantity, "total_revenue_cents": revenue});
        products.into_iter().take(limit).map(line).collect()
    }

    pub(crate) fn sales_by_method(&self, ask: &Ask) -> Value {
        // Count, amount, tips, refunded, charged back, sales.
        let mut methods: BTreeMap<String, [i64; 6]> = BTreeMap::new();
        for (_, row) in self.sales(ask).filter(|(_, row)| row[9] == "1") {
            let [amount, refunded, tip, net] = [4, 5, 6, 7].map(|column| int(&row[column]));
            let (refunded, charged_back) = match row[3].as_str() {
                "APPROVED" | "IN_MEDIATION" if net + tip == amount - refunded => (refunded, 0),
                "REFUNDED" => (amount - net - tip, 0),
                "CHARGED_BACK" => (refunded, amount - refunded - net - tip),
                _ => continue,
            };
            let sums = methods.entry(row[2].clone()).or_default();
            for (sum, more) in sums.iter_mut().zip([1, amount, tip, refunded, charged_back, net]) {
                *sum += more;
            }
            assert_eq!(sums[1], sums[2] + sums[3] + sums[4] + sums[5], "{}", row[2]);
        }
        let mut methods: Vec<_> = methods.into_iter().collect();
        methods.sort_by_key(|(method, sums)| (-sums[5], method.clone()));
        let line = |(method, sums): (String, [i64; 6])| {
            json!({"method": method, "payment_count": sums[0], "total_amount_cents": sums[1], "total_tips_cents": sums[2],
                "total_refunded_cents": sums[3], "total_charged_back_cents": sums[4], "total_sales_cents": sums[5]})
        };
        methods.into_iter().map(line).collect()
    }

    pub(crate) fn voids(&self, ask: &Ask) -> Value {
        let mut people: BTreeMap<i64, [i64; 3]> = BTreeMap::new();
        let struck = self.within(ask, &self.items, 6).map(|(_, row)| (&row[7], &row[4], &row[5]));
        let canceled = self.within(ask, &self.canceled, 1).map(|(_, row)| (&row[2], &row[3], &row[4]));
        for (who, quantity, price) in struck.chain(canceled) {
            let sums = people.entry(int(who)).or_default();
            *sums = [sums[0] + 1, sums[1] + int(quantity), sums[2] + int(quantity) * int(price)];
        }
        let mut people: Vec<_> = people.into_iter().collect();
        people.sort_by_key(|(id, sums)| (-sums[2], *id));
        let line = |(id, [count, quantity, cents]): (i64, [i64; 3])| json!({"user_id": id, "user_name": self.people[&id], "void_count": count, "total_quantity": quantity, "total_voided_cents": cents});
        people.into_iter().map(line).collect()
    }

    pub(crate) fn discounts(&self, ask: &Ask) -> Value {
        let mut people: BTreeMap<i64, (i64, BTreeSet<i64>, i64)> = BTreeMap::new();
        for (_, row) in self.within(ask, &self.discounts, 1) {
            let sums = people.entry(int(&row[2])).or_default();
            sums.0 += 1;
            sums.1.insert(int(&row[3]));
            sums.2 += int(&row[4]);
        }
        let mut people: Vec<_> = people.into_iter().collect();
        people.sort_by_key(|(id, sums)| (-sums.2, *id));
        let line = |(id, (count, checks, cents)): (i64, (i64, BTreeSet<i64>, i64))| json!({"user_id": id, "user_name": self.people[&id], "discount_count": count, "check_count": checks.len(), "total_discount_cents": cents});
        people.into_iter().map(line).collect()
    }

    pub(crate) fn waiters(&self, ask: &Ask) -> Value {
        #[derive(Default)]
        struct Work {
            tables: BTreeSet<i64>,
            rounds: i64,
            revenue: i64,
            tips: i64,
            service_ms: Vec<i64>,
            response_ms: Vec<i64>,
        }
        let mut people: BTreeMap<i64, Work> = BTreeMap::new();
        for (_, row) in self.within(ask, &self.sessions, 1) {
            if let Some(who) = id(&row[3]) {
                people.entry(who).or_default().tables.insert(int(&row[2]));
            }
        }
        for (_, row) in self.orders(ask, &self.rounds) {
            let Some(who) = id(&row[4]) else { continue };
            let work = people.entry(who).or_default();
            work.tables.insert(int(&row[3]));
            work.rounds += 1;
            work.service_ms
                .extend(instant(&row[5]).map(|served| (served - instant(&row[1]).unwrap()).num_milliseconds()));
        }
        for (_, row) in self.sales(ask).filter(|(_, row)| int(&row[6]) + int(&row[7]) > 0) {
            let Some(who) = id(&row[11]) else { continue };
            let work = people.entry(who).or_default();
            work.tables.insert(int(&row[10]));
            work.revenue += int(&row[7]);
            work.tips += int(&row[6]);
        }
        for (_, row) in self.within(ask, &self.calls, 1).filter(|(_, row)| !row[2].is_empty()) {
            let waited = instant(&row[2]).unwrap() - instant(&row[1]).unwrap();
            people.entry(int(&row[3])).or_default().response_ms.push(waited.num_milliseconds());
        }
        let mut people: Vec<_> = people.into_iter().collect();
        people.sort_by_key(|(id, work)| (-work.revenue, *id));
        let line = |(id, work): (i64, Work)| {
            json!({"user_id": id, "user_name": self.people[&id], "total_tables_served": work.tables.len(),
                "total_rounds_processed": work.rounds, "total_revenue_cents": work.revenue, "total_tips_cents": work.tips,
                "avg_service_time_minutes": mean(&work.service_ms, 60_000), "total_service_calls": work.response_ms.len(),
                "avg_response_time_seconds": mean(&work.response_ms, 1000)})
        };
        people.into_iter().map(line).collect()
    }
}

/// In units of `unit` milliseconds, to a tenth.
#[expect(clippy::float_arithmetic, reason = "a time for people")]
fn mean(millis: &[i64], unit: i64) -> f64 {
    if millis.is_empty() {
        return 0.0;
    }
    let mean = millis.iter().sum::<i64>() as f64 / millis.len() as f64 / unit as f64;
    (mean * 10.0).round() / 10.0
}
