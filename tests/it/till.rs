//! What the tests of money have in common: a party that ordered, its check, and hands that pay.

use crate::scene::{Staff, number};
use harness::{App, DinerPhone, Reply, StaffClient, Value, json};

/// A party with an order on its table and the check on its way.
pub(crate) struct Party {
    pub(crate) phone: DinerPhone,
    pub(crate) check: i64,
    pub(crate) total: i64,
}

impl Party {
    /// `items` are (product, how many, for whom), all in one round; then a phone asks for the check.
    pub(crate) async fn paying(app: &App, table: &str, items: &[(i64, i64)]) -> Self {
        let phone = app.scan(table).await;
        order(&phone, items).await;
        Self::of(phone).await
    }

    /// A phone that has ordered asks for the check.
    pub(crate) async fn of(phone: DinerPhone) -> Self {
        let asked = phone.post_empty("/api/billing/check/request").await.expect(200);
        let (check, total) = (number(&asked["check_id"]), number(&asked["total_cents"]));
        Self { phone, check, total }
    }

    pub(crate) async fn read(&self) -> Value {
        self.phone.get("/api/diner/check").await.expect(200)
    }

    /// Status, total, paid.
    pub(crate) async fn stands(&self) -> (String, i64, i64) {
        let check = self.read().await;
        (check["status"].as_str().unwrap().to_owned(), number(&check["total_cents"]), number(&check["paid_cents"]))
    }

    /// The charges, oldest first.
    pub(crate) async fn charges(&self, app: &App) -> Vec<i64> {
        let manager = app.login("manager@demo.com", "manager123").await;
        let detail = manager.get(&format!("/api/billing/check/{}", self.check)).await.expect(200);
        detail["charges"].as_array().unwrap().iter().map(|charge| number(&charge["charge_id"])).collect()
    }
}

/// Sends one round, nobody's in particular; the round's id.
pub(crate) async fn order(phone: &DinerPhone, items: &[(i64, i64)]) -> i64 {
    let items: Vec<_> = items.iter().map(|(product, qty)| json!({ "product_id": product, "qty": qty })).collect();
    number(&phone.post("/api/diner/rounds/submit", json!({ "items": items })).await.expect(200)["round_id"])
}

/// Sends one round for `diner`.
pub(crate) async fn order_for(phone: &DinerPhone, diner: i64, products: &[i64]) -> i64 {
    let items: Vec<_> =
        products.iter().map(|product| json!({ "product_id": product, "qty": 1, "diner_id": diner })).collect();
    number(&phone.post("/api/diner/rounds/submit", json!({ "items": items })).await.expect(200)["round_id"])
}

pub(crate) async fn cash(staff: &StaffClient, check: i64, amount: i64) -> Reply {
    staff.post("/api/billing/cash/pay", json!({ "check_id": check, "amount_cents": amount })).await
}

pub(crate) async fn withdraw(staff: &Staff, session: i64) -> Reply {
    staff.waiter.post_empty(&format!("/api/waiter/sessions/{session}/check/withdraw")).await
}

pub(crate) async fn discount(staff: &Staff, session: i64, kind: &str, value: i64) -> Reply {
    let body = json!({ "discount_type": kind, "value": value, "reason": "la espera" });
    staff.manager.post(&format!("/api/waiter/sessions/{session}/discount"), body).await
}

pub(crate) async fn refund(staff: &Staff, payment: i64, amount: Option<i64>) -> Reply {
    let body = json!({ "amount_cents": amount, "reason": "estaba frío" });
    staff.manager.post(&format!("/api/billing/payments/{payment}/refund"), body).await
}
