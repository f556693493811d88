//! A business with as many rows of everything as a test wants, put there by SQL.

use harness::App;

/// The rows `first` to `last` of every list the office, the floor and the till can ask for. PostgreSQL's.
pub(crate) async fn fill(app: &App, first: i64, last: i64) {
    let now = "'2026-01-01 00:00:00+00:00'";
    let of_branch = format!("from branch b cross join generate_series({first}, {last}) g where b.slug = 'centro'");
    let letters = "chr(65 + g / 676 % 26) || chr(65 + g / 26 % 26) || chr(65 + g % 26) || 'X'";
    let named = |table: &str| {
        format!(
            "insert into {table} (tenant_id, branch_id, name, created_at) select b.tenant_id, b.id, '#' || g, {now} {of_branch}"
        )
    };
    let of_business = |table: &str| {
        format!("insert into {table} (tenant_id, name, created_at) select b.tenant_id, '#' || g, {now} {of_branch}")
    };
    // Rows made by this call, found again by their name.
    let mine = |alias: &str, name: &str| {
        format!("{alias}.{name} like '#%' and cast(substr({alias}.{name}, 2) as bigint) between {first} and {last}")
    };
    let statements = [
        format!("insert into branch (tenant_id, name, slug, timezone, created_at) select b.tenant_id, '#' || g, 'm' || g, 'UTC', {now} {of_branch}"),
        named("category"),
        format!("insert into subcategory (tenant_id, category_id, name, created_at) select tenant_id, id, name, {now} from category c where {}", mine("c", "name")),
        format!("insert into product (tenant_id, category_id, subcategory_id, name, created_at)
            select tenant_id, category_id, id, name, {now} from subcategory s where {}", mine("s", "name")),
        format!("insert into branch_product (tenant_id, branch_id, product_id, price_cents)
            select p.tenant_id, c.branch_id, p.id, 100 from product p join category c on c.id = p.category_id where {}", mine("p", "name")),
        of_business("allergen"),
        format!("insert into cross_reaction (tenant_id, allergen_id, cross_reacts_with_id)
            select a.tenant_id, a.id, (select min(id) from allergen) from allergen a where {}", mine("a", "name")),
        format!("insert into product_allergen (tenant_id, product_id, allergen_id, presence)
            select p.tenant_id, p.id, a.id, 'contains' from product p join allergen a on a.name = p.name where {}", mine("p", "name")),
        format!("insert into sector (tenant_id, branch_id, name, prefix, created_at) select b.tenant_id, b.id, '#' || g, {letters}, {now} {of_branch}"),
        format!("insert into dining_table (tenant_id, branch_id, code, status, sector_id, created_at)
            select s.tenant_id, s.branch_id, s.name, 'ACTIVE', s.id, {now} from sector s where {}", mine("s", "name")),
        format!("insert into app_user (tenant_id, email, password_hash, first_name, created_at)
            select b.tenant_id, 'm' || g || '@m.com', 'none', '#' || g, {now} {of_branch}"),
        format!("insert into user_branch_role (tenant_id, user_id, branch_id, role)
            select u.tenant_id, u.id, b.id, 'WAITER' from app_user u join branch b on b.slug = 'centro' where {}", mine("u", "first_name")),
        format!("insert into waiter_sector_assignment (tenant_id, branch_id, sector_id, waiter_id, created_at)
            select s.tenant_id, s.branch_id, s.id, u.id, {now} from sector s join app_user u on u.first_name = s.name where {}", mine("s", "name")),
        format!("insert into table_session (tenant_id, branch_id, table_id, status, opened_by, opened_at)
            select tenant_id, branch_id, id, 'OPEN', 'DINER', now() from dining_table t where {}", mine("t", "code")),
        format!("insert into diner (tenant_id, branch_id, session_id, name, color, joined_at)
            select s.tenant_id, s.branch_id, s.id, t.code, '#112233', now() from table_session s join dining_table t on t.id = s.table_id where {}", mine("t", "code")),
        format!("insert into round (tenant_id, branch_id, session_id, round_number, status, submitted_by, content_digest, created_at, submitted_at, confirmed_by_id)
            select s.tenant_id, s.branch_id, s.id, 1, 'SUBMITTED', 'DINER', t.code, now(), now(), u.id
            from table_session s join dining_table t on t.id = s.table_id join app_user u on u.first_name = t.code where {}", mine("t", "code")),
        format!("insert into round_item (tenant_id, round_id, line, product_id, product_name, qty, unit_price_cents, station, diner_id)
            select r.tenant_id, r.id, 1, p.id, p.name, 1, 100, 'GRILL', d.id from round r join product p on p.name = r.content_digest
            join diner d on d.session_id = r.session_id where {}", mine("r", "content_digest")),
        format!("insert into round_item (tenant_id, round_id, line, product_id, product_name, qty, unit_price_cents, station, voided_at, void_reason, voided_by_id)
            select r.tenant_id, r.id, 2, p.id, p.name, 1, 100, 'GRILL', now(), 'x', r.confirmed_by_id from round r join product p on p.name = r.content_digest
            where {}", mine("r", "content_digest")),
        format!("insert into kitchen_ticket (tenant_id, branch_id, round_id, station, status, created_at)
            select tenant_id, branch_id, id, 'GRILL', 'PENDING', now() from round r where {}", mine("r", "content_digest")),
        format!("insert into kitchen_ticket_item (tenant_id, ticket_id, round_item_id)
            select k.tenant_id, k.id, i.id from kitchen_ticket k join round_item i on i.round_id = k.round_id and i.line = 1 where {}", mine("i", "product_name")),
        format!("insert into service_call (tenant_id, branch_id, table_id, session_id, type, status, created_at)
            select s.tenant_id, s.branch_id, t.id, s.id, 'OTHER', 'OPEN', now() from table_session s join dining_table t on t.id = s.table_id where {}", mine("t", "code")),
        format!("insert into guest_check (tenant_id, branch_id, session_id, status, currency, total_cents, paid_cents, requested_at)
            select s.tenant_id, s.branch_id, s.id, 'REQUESTED', 'ARS', 100, 0, now() from table_session s join dining_table t on t.id = s.table_id where {}", mine("t", "code")),
        format!("insert into check_discount (tenant_id, check_id, type, value, amount_cents, reason, granted_by_id, created_at)
            select k.tenant_id, k.id, 'AMOUNT', 1, 0, t.code, u.id, now() from guest_check k join table_session s on s.id = k.session_id
            join dining_table t on t.id = s.table_id join app_user u on u.first_name = t.code where {}", mine("t", "code")),
        format!("insert into payment (tenant_id, branch_id, check_id, tender, status, currency, amount_cents, net_cents, targets, registered_by, registered_by_id, created_at, approved_at)
            select k.tenant_id, k.branch_id, k.id, 'CASH', 'APPROVED', 'ARS', 10, 10, '[]', 'WAITER', d.granted_by_id, now(), now()
            from guest_check k join check_discount d on d.check_id = k.id where {}", mine("d", "reason")),
        format!("insert into refund (tenant_id, branch_id, payment_id, key, kind, amount_cents, status, reason, next_at, created_at)
            select p.tenant_id, p.branch_id, p.id, d.reason, 'OVERPAYMENT', 10, 'PROPOSED', 'x', now(), now()
            from payment p join check_discount d on d.check_id = p.check_id where {}", mine("d", "reason")),
        format!("insert into money_incident (tenant_id, branch_id, kind, key, detail, created_at) select b.tenant_id, b.id, 'OVERPAID', '#' || g, 'x', now() {of_branch}"),
        format!("insert into provider_account (tenant_id, provider, branch_id, currency, sealed, webhook_token, webhook_mode, status, created_at, updated_at)
            select tenant_id, 'MERCADO_PAGO', id, 'ARS', '', 'token-' || name, 'strict', 'BROKEN', now(), now() from branch o where {}", mine("o", "name")),
        format!("insert into work (tenant_id, queue, lane, kind, subject, status, cause, rank, next_at, created_at, updated_at)
            select tenant_id, 'payment.sync', id, 'PAYMENT', webhook_token, 'DEAD', 'WEBHOOK', 0, now(), now(), now() from provider_account a
            where cast(substr(webhook_token, 8) as bigint) between {first} and {last}"),
        format!("insert into tip_pool (tenant_id, branch_id, name, waiter_percent, kitchen_percent, other_percent, created_at)
            select b.tenant_id, b.id, '#' || g, 100, 0, 0, now() {of_branch}"),
        format!("insert into tip (tenant_id, branch_id, amount_cents, payment_method, waiter_id, session_id, created_at)
            select s.tenant_id, s.branch_id, 10, 'CASH', r.confirmed_by_id, s.id, now() from table_session s join round r on r.session_id = s.id where {}", mine("r", "content_digest")),
        named("cash_register"),
        format!("insert into cash_session (tenant_id, branch_id, cash_register_id, status, opening_amount_cents, expected_amount_cents, actual_amount_cents, opened_by_id, opened_at, closed_at)
            select r.tenant_id, r.branch_id, r.id, 'CLOSED', 0, 0, 0, (select min(id) from app_user), now(), now() from cash_register r where {}", mine("r", "name")),
        format!("insert into cash_movement (tenant_id, cash_session_id, movement_type, amount_cents, payment_method, created_at)
            select b.tenant_id, (select min(id) from cash_session), 'DEPOSIT', 1, 'CASH', now() {of_branch}"),
        of_business("ingredient_group"),
        format!("insert into ingredient (tenant_id, name, group_id, is_processed, created_at)
            select tenant_id, name, id, true, now() from ingredient_group i where {}", mine("i", "name")),
        format!("insert into sub_ingredient (tenant_id, ingredient_id, name, created_at) select tenant_id, id, name, now() from ingredient i where {}", mine("i", "name")),
        format!("insert into catalog_entry (tenant_id, catalog, name) select b.tenant_id, 'cooking-methods', '#' || g {of_branch}"),
        format!("insert into audit_log (tenant_id, branch_id, user_id, action, entity_type, entity_id, created_at)
            select tenant_id, branch_id, confirmed_by_id, 'CANCEL', 'round', id, now() from round r where {}", mine("r", "content_digest")),
        format!("insert into customization (tenant_id, name, extra_cost_cents, created_at) select b.tenant_id, '#' || g, 0, {now} {of_branch}"),
        format!("insert into customization_product (tenant_id, customization_id, product_id)
            select c.tenant_id, c.id, p.id from customization c join product p on p.name = c.name where {}", mine("c", "name")),
        format!("insert into promotion (tenant_id, name, price_cents, start_date, end_date, start_time, end_time, created_at)
            select b.tenant_id, '#' || g, 1, '2026-01-01', '2099-01-01', '00:00', '23:59', {now} {of_branch}"),
        format!("insert into promotion_branch (tenant_id, promotion_id, branch_id)
            select r.tenant_id, r.id, b.id from promotion r join branch b on b.slug = 'centro' where {}", mine("r", "name")),
        format!("insert into promotion_item (tenant_id, promotion_id, product_id, quantity)
            select r.tenant_id, r.id, p.id, 2 from promotion r join product p on p.name = r.name where {}", mine("r", "name")),
        format!("insert into recipe (tenant_id, branch_id, name, name_key, created_at) select b.tenant_id, b.id, '#' || g, '#' || g, {now} {of_branch}"),
        format!("insert into branch_category_exclusion (tenant_id, branch_id, category_id) select c.tenant_id, b.id, c.id from category c join branch b on b.name = c.name where {}", mine("c", "name")),
    ];
    for statement in statements {
        app.sql_exec(&statement).await;
    }
}
