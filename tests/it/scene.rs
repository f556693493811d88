//! What the tests of rounds and of the kitchen have in common: the demo staff, an order, and a look into the log.

use harness::{App, DinerPhone, Reply, StaffClient, Value, json};

/// The demo's people.
pub(crate) struct Staff {
    pub(crate) waiter: StaffClient,
    pub(crate) cook: StaffClient,
    pub(crate) manager: StaffClient,
}

impl Staff {
    pub(crate) async fn of(app: &App) -> Self {
        Self {
            waiter: app.login("waiter@demo.com", "waiter123").await,
            cook: app.login("kitchen@demo.com", "kitchen123").await,
            manager: app.login("manager@demo.com", "manager123").await,
        }
    }

    /// Who presses the button that leads to `status`.
    pub(crate) fn whose(&self, status: &str) -> &StaffClient {
        match status {
            "IN_KITCHEN" | "READY" => &self.cook,
            "CANCELED" => &self.manager,
            _ => &self.waiter,
        }
    }

    /// Takes a round through `steps`.
    pub(crate) async fn walk(&self, round: i64, steps: &[&str]) {
        for status in steps {
            step(self.whose(status), round, status).await.expect(200);
        }
    }
}

/// The status call; the reason is read only where the step is to cancel.
pub(crate) async fn step(staff: &StaffClient, round: i64, status: &str) -> Reply {
    let body = json!({ "status": status, "reason": "cambio de planes" });
    staff.post(&format!("/api/kitchen/rounds/{round}/status"), body).await
}

/// From now on a waiter confirms what diners send.
pub(crate) async fn confirm_first(app: &App) {
    app.sql_exec("UPDATE branch SET round_confirmation = 'waiter'").await;
}

/// The id of the product of that name.
pub(crate) async fn product(app: &App, name: &str) -> i64 {
    app.sql_i64(&format!("SELECT id FROM product WHERE name = '{name}'")).await
}

/// One of each.
pub(crate) fn order(products: &[i64]) -> Value {
    let items: Vec<_> = products.iter().map(|id| json!({ "product_id": id, "qty": 1 })).collect();
    json!({ "items": items })
}

/// A diner sends one of each; the round's id.
pub(crate) async fn send(phone: &DinerPhone, products: &[i64]) -> i64 {
    let sent = phone.post("/api/diner/rounds/submit", order(products)).await.expect(200);
    sent["round_id"].as_i64().expect("a round id")
}

/// The id of the `line`th item of a round, from 1.
pub(crate) async fn item(app: &App, round: i64, line: i64) -> i64 {
    app.sql_i64(&format!("SELECT id FROM round_item WHERE round_id = {round} AND line = {line}")).await
}

pub(crate) async fn void(staff: &StaffClient, item: i64) -> Reply {
    staff.patch(&format!("/api/waiter/rounds/items/{item}/void"), json!({ "reason": "se cayó" })).await
}

/// A JSON integer.
#[track_caller]
pub(crate) fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| panic!("{value} is no integer"))
}

/// A JSON string.
#[track_caller]
pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

/// A JSON array.
#[track_caller]
pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("{value} is no list"))
}

/// How many events of a type speak of a round.
pub(crate) async fn events(app: &App, kind: &str, round: i64) -> i64 {
    let about = format!("(entity LIKE '%\"round_id\":{round},%' OR entity LIKE '%\"round_id\":{round}}}')");
    app.sql_i64(&format!("SELECT COUNT(*) FROM event WHERE type = '{kind}' AND {about}")).await
}

pub(crate) async fn tickets(app: &App, round: i64) -> i64 {
    app.sql_i64(&format!("SELECT COUNT(*) FROM kitchen_ticket WHERE round_id = {round}")).await
}

/// Whether the round stands at `status`, with tickets if and only if the kitchen has it.
pub(crate) async fn assert_stands(app: &App, round: i64, status: &str) {
    let at = format!("SELECT COUNT(*) FROM round WHERE id = {round} AND status = '{status}'");
    assert_eq!(app.sql_i64(&at).await, 1, "round {round} is not {status}");
    let in_kitchen = matches!(status, "SUBMITTED" | "IN_KITCHEN" | "READY" | "SERVED");
    assert_eq!(tickets(app, round).await > 0, in_kitchen, "tickets of a round that is {status}");
}

/// No number of the branch's stream is missing, and the counter stands at the last.
pub(crate) async fn assert_gap_free(app: &App) {
    let gaps = "SELECT COUNT(*) FROM branch_stream s WHERE s.seq <> (SELECT COUNT(*) FROM event e WHERE e.branch_id = s.branch_id)
        OR s.seq <> COALESCE((SELECT MAX(seq) FROM event e WHERE e.branch_id = s.branch_id), 0)";
    assert_eq!(app.sql_i64(gaps).await, 0, "the stream has gaps");
}

/// A second business and a second branch of ours with a round each, put there by SQL: `(foreign tenant's, other
/// branch's)`.
pub(crate) async fn strangers(app: &App) -> [Stranger; 2] {
    let now = "2026-01-01T00:00:00+00:00";
    app.sql_exec(&format!(
        "INSERT INTO tenant (name, slug, created_at) VALUES ('Otro', 'otro', '{now}');
         INSERT INTO branch (tenant_id, name, slug, timezone, round_confirmation, is_active, created_at)
         SELECT id, 'Ajena', 'ajena', 'UTC', 'none', true, '{now}' FROM tenant WHERE slug = 'otro';
         INSERT INTO branch (tenant_id, name, slug, timezone, round_confirmation, is_active, created_at)
         SELECT id, 'Norte', 'norte', 'UTC', 'none', true, '{now}' FROM tenant WHERE slug = 'buen-sabor';
         INSERT INTO branch_stream (branch_id, tenant_id, epoch) SELECT id, tenant_id, 'e' FROM branch WHERE slug IN ('ajena', 'norte');
         INSERT INTO dining_table (tenant_id, branch_id, code, capacity, status, is_active, created_at)
         SELECT tenant_id, id, 'X-01', 4, 'ACTIVE', true, '{now}' FROM branch WHERE slug IN ('ajena', 'norte');
         INSERT INTO table_session (tenant_id, branch_id, table_id, status, opened_by, opened_at)
         SELECT tenant_id, branch_id, id, 'OPEN', 'DINER', '{now}' FROM dining_table WHERE code = 'X-01';
         INSERT INTO round (tenant_id, branch_id, session_id, round_number, status, submitted_by, content_digest, created_at, submitted_at)
         SELECT tenant_id, branch_id, id, 1, 'SUBMITTED', 'DINER', 'd', '{now}', '{now}' FROM table_session
         WHERE table_id IN (SELECT id FROM dining_table WHERE code = 'X-01');
         INSERT INTO round_item (tenant_id, round_id, line, product_id, product_name, qty, unit_price_cents, station)
         SELECT tenant_id, id, 1, 101, 'Algo', 1, 100, 'GRILL' FROM round WHERE content_digest = 'd';
         INSERT INTO kitchen_ticket (tenant_id, branch_id, round_id, station, status, created_at)
         SELECT tenant_id, branch_id, id, 'GRILL', 'PENDING', '{now}' FROM round WHERE content_digest = 'd';
         INSERT INTO kitchen_ticket_item (tenant_id, ticket_id, round_item_id)
         SELECT k.tenant_id, k.id, i.id FROM kitchen_ticket k JOIN round_item i ON i.round_id = k.round_id
         WHERE i.product_name = 'Algo';
         INSERT INTO guest_check (tenant_id, branch_id, session_id, status, currency, total_cents, paid_cents, requested_at)
         SELECT tenant_id, branch_id, id, 'REQUESTED', 'ARS', 100, 0, '{now}' FROM table_session
         WHERE table_id IN (SELECT id FROM dining_table WHERE code = 'X-01');
         INSERT INTO check_discount (tenant_id, check_id, type, value, amount_cents, reason, granted_by_id, created_at)
         SELECT k.tenant_id, k.id, 'AMOUNT', 1, 0, 'x', (SELECT MIN(id) FROM app_user), '{now}' FROM guest_check k
         JOIN branch b ON b.id = k.branch_id WHERE b.slug IN ('ajena', 'norte');
         INSERT INTO payment (tenant_id, branch_id, check_id, tender, status, currency, amount_cents, net_cents, targets, registered_by, created_at)
         SELECT k.tenant_id, k.branch_id, k.id, 'CASH', 'APPROVED', 'ARS', 10, 10, '[]', 'WAITER', '{now}' FROM guest_check k
         JOIN branch b ON b.id = k.branch_id WHERE b.slug IN ('ajena', 'norte');
         INSERT INTO refund (tenant_id, branch_id, payment_id, key, kind, amount_cents, status, reason, next_at, created_at)
         SELECT p.tenant_id, p.branch_id, p.id, 'x' || p.id, 'OVERPAYMENT', 10, 'PROPOSED', 'x', '{now}', '{now}' FROM payment p
         JOIN branch b ON b.id = p.branch_id WHERE b.slug IN ('ajena', 'norte');
         INSERT INTO money_incident (tenant_id, branch_id, kind, key, detail, created_at)
         SELECT tenant_id, id, 'OVERPAID', 'x' || id, 'x', '{now}' FROM branch WHERE slug IN ('ajena', 'norte');
         INSERT INTO category (tenant_id, branch_id, name, created_at)
         SELECT tenant_id, id, 'Suya', '{now}' FROM branch WHERE slug IN ('ajena', 'norte');
         INSERT INTO sector (tenant_id, branch_id, name, prefix, created_at)
         SELECT tenant_id, id, 'Suyo', 'SU', '{now}' FROM branch WHERE slug IN ('ajena', 'norte');
         INSERT INTO app_user (tenant_id, email, password_hash, created_at)
         SELECT tenant_id, slug || '@x.com', 'none', '{now}' FROM branch WHERE slug IN ('ajena', 'norte');
         INSERT INTO user_branch_role (tenant_id, user_id, branch_id, role)
         SELECT b.tenant_id, u.id, b.id, 'WAITER' FROM branch b JOIN app_user u ON u.email = b.slug || '@x.com';
         INSERT INTO waiter_sector_assignment (tenant_id, branch_id, sector_id, waiter_id, created_at)
         SELECT s.tenant_id, s.branch_id, s.id, r.user_id, '{now}' FROM sector s JOIN user_branch_role r ON r.branch_id = s.branch_id
         WHERE s.prefix = 'SU';
         INSERT INTO tip_pool (tenant_id, branch_id, name, waiter_percent, kitchen_percent, other_percent, created_at)
         SELECT tenant_id, id, 'Suyo', 100, 0, 0, '{now}' FROM branch WHERE slug IN ('ajena', 'norte');
         INSERT INTO station (tenant_id, branch_id, code, name, display_order, created_at)
         SELECT tenant_id, id, 'SUYA', 'Suya', 1, '{now}' FROM branch WHERE slug IN ('ajena', 'norte');
         INSERT INTO tip (tenant_id, branch_id, amount_cents, payment_method, created_at)
         SELECT tenant_id, id, 100, 'CASH', '{now}' FROM branch WHERE slug IN ('ajena', 'norte');
         INSERT INTO cash_register (tenant_id, branch_id, name, created_at)
         SELECT tenant_id, id, 'Suya', '{now}' FROM branch WHERE slug IN ('ajena', 'norte');
         INSERT INTO cash_session (tenant_id, branch_id, cash_register_id, status, opening_amount_cents, opened_by_id, opened_at)
         SELECT tenant_id, branch_id, id, 'OPEN', 0, (SELECT MIN(id) FROM app_user), '{now}' FROM cash_register WHERE name = 'Suya';
         INSERT INTO subcategory (tenant_id, category_id, name, created_at)
         SELECT tenant_id, id, 'Suya', '{now}' FROM category WHERE name = 'Suya';
         INSERT INTO product (tenant_id, category_id, subcategory_id, name, created_at)
         SELECT tenant_id, category_id, id, 'Suyo', '{now}' FROM subcategory WHERE name = 'Suya';
         INSERT INTO branch_product (tenant_id, branch_id, product_id, price_cents)
         SELECT p.tenant_id, c.branch_id, p.id, 100 FROM product p JOIN category c ON c.id = p.category_id WHERE p.name = 'Suyo';
         INSERT INTO customization (tenant_id, name, extra_cost_cents, created_at) SELECT id, 'Suya', 0, '{now}' FROM tenant WHERE slug = 'otro';
         INSERT INTO promotion (tenant_id, name, price_cents, start_date, end_date, start_time, end_time, created_at)
         SELECT tenant_id, slug, 100, '2026-01-01', '2026-01-02', '00:00', '23:59', '{now}' FROM branch WHERE slug IN ('ajena', 'norte');
         INSERT INTO promotion_branch (promotion_id, branch_id, tenant_id)
         SELECT p.id, b.id, b.tenant_id FROM promotion p JOIN branch b ON b.slug = p.name;
         INSERT INTO recipe (tenant_id, branch_id, name, name_key, created_at)
         SELECT tenant_id, id, 'Suya', 'suya', '{now}' FROM branch WHERE slug IN ('ajena', 'norte');
         INSERT INTO ingredient (tenant_id, name, is_processed, created_at) SELECT id, 'Suyo', true, '{now}' FROM tenant WHERE slug = 'otro';
         INSERT INTO sub_ingredient (tenant_id, ingredient_id, name, created_at)
         SELECT tenant_id, id, 'Suyo', '{now}' FROM ingredient WHERE name = 'Suyo';
         INSERT INTO allergen (tenant_id, name, created_at) SELECT id, 'Suyo', '{now}' FROM tenant WHERE slug = 'otro';
         INSERT INTO allergen (tenant_id, name, created_at) SELECT id, 'Otro', '{now}' FROM tenant WHERE slug = 'otro';
         INSERT INTO cross_reaction (tenant_id, allergen_id, cross_reacts_with_id)
         SELECT a.tenant_id, a.id, o.id FROM allergen a JOIN allergen o ON o.name = 'Otro' WHERE a.name = 'Suyo'"
    ))
    .await;
    [Stranger::of(app, "ajena").await, Stranger::of(app, "norte").await]
}

/// What a branch of somebody else's has, to be reached for.
pub(crate) struct Stranger {
    pub(crate) branch: i64,
    pub(crate) session: i64,
    pub(crate) round: i64,
    pub(crate) item: i64,
    pub(crate) ticket: i64,
    pub(crate) check: i64,
    pub(crate) discount: i64,
    pub(crate) payment: i64,
    pub(crate) refund: i64,
    pub(crate) incident: i64,
    pub(crate) category: i64,
    pub(crate) member: i64,
    pub(crate) sector: i64,
    pub(crate) assignment: i64,
    pub(crate) tip_pool: i64,
    pub(crate) station: i64,
    pub(crate) tip: i64,
    pub(crate) cash_session: i64,
    pub(crate) subcategory: i64,
    pub(crate) product: i64,
    pub(crate) promotion: i64,
    /// Of its business; 0 where it has none.
    pub(crate) customization: i64,
    pub(crate) recipe: i64,
    /// Of its business.
    pub(crate) allergen: i64,
    /// Of its business; 0 where it has none.
    pub(crate) reaction: i64,
    /// Of its business.
    pub(crate) ingredient: i64,
    /// Of its business; 0 where it has none.
    pub(crate) sub_ingredient: i64,
}

impl Stranger {
    async fn of(app: &App, slug: &str) -> Self {
        let branch = app.sql_i64(&format!("SELECT id FROM branch WHERE slug = '{slug}'")).await;
        let of = async |table: &str| app.sql_i64(&format!("SELECT id FROM {table} WHERE branch_id = {branch}")).await;
        let (round, check, category) = (of("round").await, of("guest_check").await, of("category").await);
        let in_category =
            async |table: &str| app.sql_i64(&format!("SELECT id FROM {table} WHERE category_id = {category}")).await;
        let of_business = async |table: &str| {
            let tenant = format!("(SELECT tenant_id FROM branch WHERE id = {branch})");
            app.sql_i64(&format!("SELECT COALESCE(MIN(id), 0) FROM {table} WHERE tenant_id = {tenant}")).await
        };
        Self {
            branch,
            session: of("table_session").await,
            round,
            item: item(app, round, 1).await,
            ticket: of("kitchen_ticket").await,
            check,
            discount: app.sql_i64(&format!("SELECT id FROM check_discount WHERE check_id = {check}")).await,
            payment: of("payment").await,
            refund: of("refund").await,
            incident: of("money_incident").await,
            sector: of("sector").await,
            assignment: of("waiter_sector_assignment").await,
            member: app.sql_i64(&format!("SELECT user_id FROM user_branch_role WHERE branch_id = {branch}")).await,
            tip_pool: of("tip_pool").await,
            station: of("station").await,
            tip: of("tip").await,
            cash_session: of("cash_session").await,
            category,
            subcategory: in_category("subcategory").await,
            product: in_category("product").await,
            promotion: app
                .sql_i64(&format!("SELECT promotion_id FROM promotion_branch WHERE branch_id = {branch}"))
                .await,
            customization: of_business("customization").await,
            recipe: of("recipe").await,
            allergen: of_business("allergen").await,
            reaction: of_business("cross_reaction").await,
            ingredient: of_business("ingredient").await,
            sub_ingredient: of_business("sub_ingredient").await,
        }
    }
}
