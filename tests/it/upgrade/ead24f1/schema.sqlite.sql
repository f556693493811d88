CREATE TABLE "seaql_migrations" ( "version" varchar NOT NULL PRIMARY KEY, "applied_at" integer NOT NULL );
CREATE TABLE tenant (
    id integer primary key autoincrement,
    name text not null,
    slug text not null unique,
    description text,
    logo text,
    theme_color text not null default '#f97316',
    created_at text not null
);
CREATE TABLE branch (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    name text not null,
    slug text not null,
    address text,
    phone text,
    timezone text not null,
    opening_time text,
    closing_time text,
    round_confirmation text not null default 'none' check (round_confirmation in ('none', 'waiter')),
    menu_version bigint not null default 1,
    is_active boolean not null default true,
    created_at text not null
, currency text not null default 'ARS'
    check (currency in ('ARS', 'BRL', 'CLP', 'COP', 'MXN', 'PEN', 'UYU')), deletion_id bigint references deletion (id), deactivated boolean not null default false);
CREATE TABLE app_user (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    email text not null,
    password_hash text not null,
    first_name text,
    last_name text,
    phone text,
    dni text,
    hire_date text,
    totp_secret text,
    totp_enabled_at text,
    totp_last_step bigint,
    token_version bigint not null default 1,
    is_active boolean not null default true,
    created_at text not null
, deletion_id bigint references deletion (id), deactivated boolean not null default false);
CREATE TABLE user_branch_role (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    user_id bigint not null references app_user (id),
    branch_id bigint not null references branch (id),
    role text not null check (role in ('ADMIN', 'KITCHEN', 'MANAGER', 'WAITER')),
    unique (user_id, branch_id, role)
);
CREATE TABLE refresh_token (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    user_id bigint not null references app_user (id),
    family text not null,
    token_hash text not null unique,
    created_at text not null,
    expires_at text not null,
    used_at text,
    revoked_at text
);
CREATE TABLE sector (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    branch_id bigint references branch (id),
    name text not null,
    prefix text not null,
    display_order integer not null default 0,
    is_active boolean not null default true,
    created_at text not null
, deletion_id bigint references deletion (id), deactivated boolean not null default false);
CREATE TABLE dining_table (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    branch_id bigint not null references branch (id),
    sector_id bigint references sector (id),
    code text not null,
    capacity integer not null default 4 check (capacity > 0),
    status text not null default 'FREE' check (status in ('FREE', 'ACTIVE', 'PAYING', 'OUT_OF_SERVICE')),
    is_active boolean not null default true,
    created_at text not null
, deletion_id bigint references deletion (id), deactivated boolean not null default false);
CREATE TABLE waiter_sector_assignment (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    branch_id bigint not null references branch (id),
    sector_id bigint not null references sector (id),
    waiter_id bigint not null references app_user (id),
    assignment_date text,
    shift text check (shift in ('MORNING', 'AFTERNOON', 'NIGHT')),
    is_active boolean not null default true,
    created_at text not null
, deletion_id bigint references deletion (id), deactivated boolean not null default false);
CREATE TABLE category (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    branch_id bigint not null references branch (id),
    name text not null,
    icon text,
    image text,
    display_order integer not null default 0,
    is_active boolean not null default true,
    created_at text not null
, deletion_id bigint references deletion (id), deactivated boolean not null default false, service_hours text);
CREATE TABLE subcategory (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    category_id bigint not null references category (id),
    name text not null,
    image text,
    display_order integer not null default 0,
    is_active boolean not null default true,
    created_at text not null
, deletion_id bigint references deletion (id), deactivated boolean not null default false);
CREATE TABLE product (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    category_id bigint not null references category (id),
    subcategory_id bigint references subcategory (id),
    name text not null,
    description text,
    image text,
    featured boolean not null default false,
    popular boolean not null default false,
    badge text,
    seal text,
    dietary text,
    cooking text,
    is_active boolean not null default true,
    created_at text not null
, deletion_id bigint references deletion (id), deactivated boolean not null default false, service_hours text, recipe_id bigint references recipe (id), inherits_from_recipe boolean not null default false, sensory text);
CREATE TABLE branch_product (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    branch_id bigint not null references branch (id),
    product_id bigint not null references product (id),
    price_cents bigint not null check (price_cents between 0 and 10000000),
    is_available boolean not null default true, remaining integer check (remaining >= 0), restricted_until text,
    unique (branch_id, product_id)
);
CREATE TABLE allergen (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    name text not null,
    icon text,
    description text,
    is_mandatory boolean not null default false,
    severity text not null default 'moderate' check (severity in ('mild', 'moderate', 'severe', 'life_threatening')),
    is_active boolean not null default true,
    created_at text not null
, deletion_id bigint references deletion (id), deactivated boolean not null default false);
CREATE TABLE cross_reaction (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    allergen_id bigint not null references allergen (id),
    cross_reacts_with_id bigint not null references allergen (id) check (cross_reacts_with_id <> allergen_id),
    probability text not null default 'medium' check (probability in ('high', 'medium', 'low')),
    notes text,
    is_active boolean not null default true
, deletion_id bigint references deletion (id), deactivated boolean not null default false);
CREATE TABLE product_allergen (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    product_id bigint not null references product (id),
    allergen_id bigint not null references allergen (id),
    presence text not null check (presence in ('contains', 'may_contain', 'free_from')),
    unique (product_id, allergen_id, presence)
);
CREATE TABLE table_session (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    branch_id bigint not null references branch (id),
    table_id bigint not null references dining_table (id),
    status text not null check (status in ('OPEN', 'PAYING', 'CLOSED')),
    opened_by text not null check (opened_by in ('DINER', 'WAITER')),
    opened_by_waiter_id bigint references app_user (id),
    assigned_waiter_id bigint references app_user (id),
    covers integer check (covers > 0),
    notes text,
    cart_version bigint not null default 0,
    rounds_sent integer not null default 0,
    opened_at text not null,
    closed_at text
);
CREATE TABLE diner (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    branch_id bigint not null references branch (id),
    session_id bigint not null references table_session (id),
    name text not null,
    color text not null,
    local_id text,
    device_id text,
    device_fingerprint text,
    preferences text,
    preferences_at text,
    joined_at text not null
);
CREATE TABLE feedback (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    branch_id bigint not null references branch (id),
    session_id bigint not null unique references table_session (id),
    rating integer not null check (rating between 1 and 5),
    comment text,
    created_at text not null
);
CREATE TABLE round (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    branch_id bigint not null references branch (id),
    session_id bigint not null references table_session (id),
    round_number integer not null check (round_number > 0),
    status text not null
        check (status in ('PENDING', 'CONFIRMED', 'SUBMITTED', 'IN_KITCHEN', 'READY', 'SERVED', 'CANCELED')),
    submitted_by text not null check (submitted_by in ('DINER', 'WAITER')),
    submitted_by_waiter_id bigint references app_user (id),
    content_digest text not null,
    idempotency_key text,
    notes text,
    created_at text not null,
    confirmed_at text,
    confirmed_by_id bigint references app_user (id),
    submitted_at text,
    started_at text,
    ready_at text,
    served_at text,
    canceled_at text,
    cancel_reason text,
    unique (session_id, round_number)
);
CREATE TABLE round_item (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    round_id bigint not null references round (id),
    line integer not null,
    product_id bigint not null references product (id),
    product_name text not null,
    qty integer not null check (qty between 1 and 99),
    unit_price_cents bigint not null check (unit_price_cents between 0 and 10000000),
    notes text,
    diner_id bigint references diner (id),
    station text not null check (station in ('BAR', 'HOT_KITCHEN', 'COLD_KITCHEN', 'GRILL', 'PASTRY', 'OTHER')),
    voided_at text,
    void_reason text,
    voided_by_id bigint references app_user (id), modifiers text, customizations text, promotion_id bigint references promotion (id),
    unique (round_id, line),
    check ((voided_at is null) = (void_reason is null))
);
CREATE TABLE kitchen_ticket (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    branch_id bigint not null references branch (id),
    round_id bigint not null references round (id),
    station text not null check (station in ('BAR', 'HOT_KITCHEN', 'COLD_KITCHEN', 'GRILL', 'PASTRY', 'OTHER')),
    status text not null check (status in ('PENDING', 'IN_PROGRESS', 'READY', 'DELIVERED')),
    priority integer not null default 0,
    notes text,
    created_at text not null,
    started_at text,
    completed_at text,
    delivered_at text
);
CREATE TABLE kitchen_ticket_item (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    ticket_id bigint not null references kitchen_ticket (id),
    round_item_id bigint not null unique references round_item (id)
);
CREATE TABLE service_call (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    branch_id bigint not null references branch (id),
    table_id bigint not null references dining_table (id),
    session_id bigint not null references table_session (id),
    type text not null check (type in ('WAITER_CALL', 'PAYMENT_HELP', 'OTHER')),
    status text not null check (status in ('OPEN', 'ACKED', 'CLOSED')),
    created_at text not null,
    acked_at text,
    acked_by_id bigint references app_user (id),
    closed_at text,
    closed_by_id bigint references app_user (id)
);
CREATE TABLE branch_stream (
    branch_id bigint primary key references branch (id),
    tenant_id bigint not null references tenant (id),
    epoch text not null,
    seq bigint not null default 0 check (seq >= 0)
);
CREATE TABLE event (
    id integer primary key autoincrement,
    tenant_id bigint not null,
    branch_id bigint not null,
    seq bigint not null check (seq > 0),
    type text not null,
    table_id bigint,
    session_id bigint,
    sector_id bigint,
    entity text not null,
    actor_id bigint,
    actor_role text not null check (actor_role in ('DINER', 'WAITER', 'KITCHEN', 'MANAGER', 'ADMIN', 'SYSTEM')),
    ts text not null,
    unique (branch_id, seq)
);
CREATE TABLE idempotency_key (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    caller text not null,
    key text not null,
    fingerprint text not null,
    status integer,
    response text,
    created_at text not null,
    unique (caller, key)
);
CREATE TABLE audit_log (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    branch_id bigint references branch (id),
    user_id bigint references app_user (id),
    user_email text,
    action text not null,
    entity_type text not null,
    entity_id bigint,
    old_values text,
    new_values text,
    ip_address text,
    user_agent text,
    created_at text not null
, seq bigint, hash text);
CREATE TABLE guest_check (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    branch_id bigint not null references branch (id),
    session_id bigint not null unique references table_session (id),
    status text not null check (status in ('OPEN', 'REQUESTED', 'IN_PAYMENT', 'PAID')),
    currency text not null check (currency in ('ARS', 'BRL', 'CLP', 'COP', 'MXN', 'PEN', 'UYU')),
    total_cents bigint not null check (total_cents >= 0),
    paid_cents bigint not null default 0,
    requested_at text not null,
    paid_at text,
    closed_at text,
    check (paid_cents >= 0 and paid_cents <= total_cents)
);
CREATE TABLE charge (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    check_id bigint not null references guest_check (id),
    round_item_id bigint unique references round_item (id) on delete set null,
    diner_id bigint references diner (id),
    description text not null,
    qty integer not null,
    gross_cents bigint not null check (gross_cents >= 0),
    amount_cents bigint not null,
    paid_cents bigint not null default 0,
    created_at text not null,
    check (amount_cents >= 0 and amount_cents <= gross_cents),
    check (paid_cents >= 0 and paid_cents <= amount_cents)
);
CREATE TABLE check_discount (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    check_id bigint not null references guest_check (id),
    type text not null check (type in ('PERCENT', 'AMOUNT')),
    value bigint not null check (value > 0),
    amount_cents bigint not null check (amount_cents >= 0),
    reason text not null,
    granted_by_id bigint not null references app_user (id),
    created_at text not null
);
CREATE TABLE charge_claim (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    check_id bigint not null references guest_check (id),
    charge_id bigint not null references charge (id),
    diner_id bigint not null references diner (id),
    numerator integer not null check (numerator > 0),
    denominator integer not null,
    amount_cents bigint not null check (amount_cents >= 0),
    expires_at text not null,
    unique (charge_id, diner_id),
    check (numerator <= denominator)
);
CREATE TABLE provider_account (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    branch_id bigint references branch (id),
    provider text not null check (provider in ('MERCADO_PAGO')),
    external_id text,
    currency text not null check (currency in ('ARS', 'BRL', 'CLP', 'COP', 'MXN', 'PEN', 'UYU')),
    sealed text not null,
    version bigint not null default 0,
    webhook_token text not null unique,
    webhook_mode text not null check (webhook_mode in ('strict', 'hint')),
    status text not null check (status in ('ACTIVE', 'BROKEN', 'DISABLED')),
    token_expires_at text,
    refresh_lease_until text,
    swept_until text,
    created_at text not null,
    updated_at text not null
);
CREATE TABLE checkout (
    id text primary key not null,
    tenant_id bigint not null references tenant (id),
    branch_id bigint not null references branch (id),
    check_id bigint not null references guest_check (id),
    account_id bigint not null references provider_account (id),
    diner_id bigint references diner (id),
    amount_cents bigint not null check (amount_cents > 0),
    tip_cents bigint not null default 0 check (tip_cents >= 0),
    currency text not null check (currency in ('ARS', 'BRL', 'CLP', 'COP', 'MXN', 'PEN', 'UYU')),
    targets text not null,
    status text not null check (status in ('CREATING', 'OPEN', 'EXPIRED', 'FAILED')),
    provider_ref text,
    redirect_url text,
    created_at text not null,
    expires_at text not null,
    sweep_at text,
    unique (account_id, provider_ref)
);
CREATE TABLE payment (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    branch_id bigint not null references branch (id),
    check_id bigint references guest_check (id),
    tender text not null check (tender in ('CASH', 'CARD_PHYSICAL', 'TRANSFER_EXTERNAL', 'OTHER_MANUAL', 'MERCADO_PAGO')),
    status text not null check (status in ('PENDING', 'IN_PROCESS', 'AUTHORIZED', 'APPROVED', 'IN_MEDIATION', 'REJECTED',
        'CANCELLED', 'REFUNDED', 'CHARGED_BACK', 'UNKNOWN')),
    detail text not null default '',
    currency text not null,
    amount_cents bigint not null check (amount_cents >= 0),
    refunded_cents bigint not null default 0,
    tip_cents bigint not null default 0 check (tip_cents >= 0),
    net_cents bigint not null check (net_cents >= 0),
    allocated_cents bigint not null default 0,
    diner_id bigint references diner (id),
    targets text not null,
    registered_by text not null check (registered_by in ('SYSTEM', 'DINER', 'WAITER')),
    registered_by_id bigint references app_user (id),
    received_cents bigint,
    notes text,
    account_id bigint references provider_account (id),
    provider_payment_id text,
    checkout_id text references checkout (id),
    method text,
    provider_updated_at text,
    provider_snapshot text,
    seen_at text,
    created_at text not null,
    approved_at text,
    unique (account_id, provider_payment_id),
    check (refunded_cents >= 0 and refunded_cents <= amount_cents),
    check (net_cents + tip_cents <= amount_cents),
    check (allocated_cents >= 0 and allocated_cents <= net_cents),
    check ((tender = 'MERCADO_PAGO') = (provider_payment_id is not null))
);
CREATE TABLE allocation (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    check_id bigint not null references guest_check (id),
    payment_id bigint not null references payment (id),
    charge_id bigint not null references charge (id),
    amount_cents bigint not null check (amount_cents <> 0),
    cause text not null,
    created_at text not null
);
CREATE TABLE provider_notice (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    account_id bigint not null references provider_account (id),
    verdict text not null check (verdict in ('VERIFIED', 'UNSIGNED', 'INVALID', 'OVERSIZE')),
    reason text,
    topic text,
    resource_id text,
    method text not null,
    query text not null,
    headers text not null,
    body text not null,
    received_at text not null
);
CREATE TABLE payment_sync (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    account_id bigint not null references provider_account (id),
    kind text not null check (kind in ('PAYMENT', 'ORDER', 'CHARGEBACK')),
    resource_id text not null,
    status text not null check (status in ('QUEUED', 'RUNNING', 'DONE', 'DEAD', 'PARKED')),
    cause text not null check (cause in ('WEBHOOK', 'HINT', 'RETURN', 'SWEEP', 'REFUND', 'OPERATOR')),
    dirty boolean not null default false,
    attempts integer not null default 0,
    next_at text not null,
    lease_until text,
    fence bigint not null default 0,
    last_error text,
    created_at text not null,
    updated_at text not null,
    unique (account_id, kind, resource_id)
);
CREATE TABLE refund (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    branch_id bigint not null references branch (id),
    payment_id bigint not null references payment (id),
    key text not null unique,
    kind text not null check (kind in ('REQUEST', 'OVERPAYMENT')),
    amount_cents bigint not null check (amount_cents > 0),
    status text not null check (status in ('PROPOSED', 'QUEUED', 'RUNNING', 'PENDING', 'DONE', 'FAILED', 'DISMISSED')),
    reason text not null,
    requested_by_id bigint references app_user (id),
    provider_refund_id text,
    attempts integer not null default 0,
    next_at text not null,
    lease_until text,
    fence bigint not null default 0,
    last_error text,
    created_at text not null,
    done_at text
);
CREATE TABLE money_incident (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    branch_id bigint references branch (id),
    kind text not null check (kind in ('ORPHAN', 'AMOUNT_DIFFERS', 'CURRENCY_DIFFERS', 'ACCOUNT_DIFFERS', 'UNKNOWN_STATUS',
        'ILLEGAL_MOVE', 'OVERPAID', 'LATE_PAYMENT', 'DISPUTED', 'CHARGED_BACK', 'REOPENED', 'REFUND_FAILED',
        'CREDENTIALS_BROKEN')),
    key text not null,
    account_id bigint references provider_account (id),
    check_id bigint references guest_check (id),
    payment_id bigint references payment (id),
    detail text not null,
    created_at text not null,
    resolved_at text,
    resolved_by_id bigint references app_user (id),
    unique (tenant_id, key)
);
CREATE TABLE reconciliation (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    branch_id bigint not null references branch (id),
    account_id bigint not null references provider_account (id),
    day text not null,
    report text not null,
    created_at text not null,
    unique (branch_id, account_id, day)
);
CREATE TABLE audit_chain (
    tenant_id bigint not null primary key references tenant (id),
    seq bigint not null check (seq >= 0),
    hash text not null
);
CREATE TABLE deletion (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    branch_id bigint references branch (id),
    entity_type text not null check (entity_type in ('branch', 'category', 'subcategory', 'product', 'allergen', 'cross_reaction', 'sector', 'table', 'staff', 'sector_assignment', 'promotion', 'recipe', 'ingredient_group', 'ingredient', 'sub_ingredient', 'customization', 'tip_pool')),
    entity_id bigint not null,
    deleted_by_id bigint references app_user (id),
    deleted_at text not null,
    restored_at text
);
CREATE TABLE branch_category_exclusion (
    branch_id bigint not null references branch (id),
    category_id bigint not null references category (id),
    tenant_id bigint not null references tenant (id),
    primary key (branch_id, category_id)
);
CREATE TABLE branch_subcategory_exclusion (
    branch_id bigint not null references branch (id),
    subcategory_id bigint not null references subcategory (id),
    tenant_id bigint not null references tenant (id),
    primary key (branch_id, subcategory_id)
);
CREATE TABLE tip (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    branch_id bigint not null references branch (id),
    amount_cents bigint not null check (amount_cents >= 0),
    payment_method text not null check (payment_method in ('CASH', 'CARD', 'TRANSFER', 'MERCADOPAGO', 'OTHER')),
    waiter_id bigint references app_user (id),
    session_id bigint references table_session (id),
    check_id bigint references guest_check (id),
    payment_id bigint unique references payment (id),
    pool_id bigint,
    distributed_at text,
    created_at text not null
);
CREATE TABLE tip_pool (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    branch_id bigint not null references branch (id),
    name text not null,
    waiter_percent integer not null check (waiter_percent between 0 and 100),
    kitchen_percent integer not null check (kitchen_percent between 0 and 100),
    other_percent integer not null check (other_percent between 0 and 100),
    is_active boolean not null default true,
    deactivated boolean not null default false,
    deletion_id bigint references deletion (id),
    created_at text not null,
    check (waiter_percent + kitchen_percent + other_percent = 100)
);
CREATE TABLE tip_share (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    tip_id bigint not null references tip (id),
    role text not null check (role in ('ADMIN', 'KITCHEN', 'MANAGER', 'WAITER')),
    amount_cents bigint not null check (amount_cents > 0),
    user_id bigint references app_user (id),
    created_at text not null,
    unique (tip_id, role)
);
CREATE TABLE cash_register (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    branch_id bigint not null references branch (id),
    name text not null,
    created_at text not null,
    unique (branch_id, name)
);
CREATE TABLE cash_session (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    branch_id bigint not null references branch (id),
    cash_register_id bigint not null references cash_register (id),
    status text not null check (status in ('OPEN', 'CLOSED')),
    opening_amount_cents bigint not null check (opening_amount_cents >= 0),
    expected_amount_cents bigint,
    actual_amount_cents bigint check (actual_amount_cents >= 0),
    notes text,
    opened_by_id bigint not null references app_user (id),
    closed_by_id bigint references app_user (id),
    opened_at text not null,
    closed_at text,
    check ((status = 'CLOSED') = (closed_at is not null and expected_amount_cents is not null and actual_amount_cents is not null))
);
CREATE TABLE cash_movement (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    cash_session_id bigint not null references cash_session (id),
    movement_type text not null check (movement_type in ('SALE', 'REFUND', 'EXPENSE', 'DEPOSIT', 'WITHDRAWAL', 'TIP_IN')),
    amount_cents bigint not null check (amount_cents <> 0),
    payment_method text not null check (payment_method in ('CASH', 'CARD', 'TRANSFER', 'MERCADOPAGO', 'OTHER')),
    description text,
    reference_type text,
    reference_id bigint,
    payment_id bigint references payment (id),
    created_by_id bigint references app_user (id),
    created_at text not null,
    check ((movement_type in ('REFUND', 'EXPENSE', 'WITHDRAWAL')) = (amount_cents < 0))
);
CREATE TABLE ingredient_group (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    name text not null,
    description text,
    icon text,
    is_active boolean not null default true,
    deactivated boolean not null default false,
    deletion_id bigint references deletion (id),
    created_at text not null
);
CREATE TABLE ingredient (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    group_id bigint references ingredient_group (id),
    name text not null,
    description text,
    is_processed boolean not null default false,
    is_active boolean not null default true,
    deactivated boolean not null default false,
    deletion_id bigint references deletion (id),
    created_at text not null
);
CREATE TABLE sub_ingredient (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    ingredient_id bigint not null references ingredient (id),
    name text not null,
    description text,
    is_active boolean not null default true,
    deactivated boolean not null default false,
    deletion_id bigint references deletion (id),
    created_at text not null
);
CREATE TABLE catalog_entry (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    catalog text not null check (catalog in ('cooking-methods', 'flavor-profiles', 'texture-profiles', 'cuisine-types')),
    name text not null,
    description text,
    icon text,
    is_active boolean not null default true,
    unique (tenant_id, catalog, name)
);
CREATE TABLE customization (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    name text not null,
    category text,
    extra_cost_cents bigint not null check (extra_cost_cents between 0 and 10000000),
    display_order integer not null default 0,
    is_active boolean not null default true,
    deactivated boolean not null default false,
    deletion_id bigint references deletion (id),
    created_at text not null
);
CREATE TABLE customization_product (
    customization_id bigint not null references customization (id),
    product_id bigint not null references product (id),
    tenant_id bigint not null references tenant (id),
    primary key (customization_id, product_id)
);
CREATE TABLE "cart_item" (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    session_id bigint not null references table_session (id),
    diner_id bigint not null references diner (id),
    product_id bigint not null references product (id),
    quantity integer not null check (quantity between 1 and 99),
    notes text,
    created_at text not null,
    told_at text,
    settle_at text,
    choices text not null default '[]'
);
CREATE TABLE promotion (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    name text not null,
    description text,
    image text,
    price_cents bigint not null check (price_cents between 0 and 10000000),
    start_date text not null,
    end_date text not null,
    start_time text not null,
    end_time text not null,
    promotion_type_id text,
    is_active boolean not null default true,
    deactivated boolean not null default false,
    deletion_id bigint references deletion (id),
    created_at text not null,
    updated_at text,
    check (start_date <= end_date),
    check (start_time <= end_time)
);
CREATE TABLE promotion_branch (
    promotion_id bigint not null references promotion (id),
    branch_id bigint not null references branch (id),
    tenant_id bigint not null references tenant (id),
    primary key (promotion_id, branch_id)
);
CREATE TABLE promotion_item (
    promotion_id bigint not null references promotion (id),
    product_id bigint not null references product (id),
    tenant_id bigint not null references tenant (id),
    quantity integer not null check (quantity between 1 and 99),
    primary key (promotion_id, product_id)
);
CREATE TABLE recipe (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    branch_id bigint not null references branch (id),
    product_id bigint references product (id),
    subcategory_id bigint references subcategory (id),
    name text not null,
    name_key text not null,
    description text,
    short_description text,
    image text,
    cuisine_type text,
    difficulty text,
    prep_time_minutes integer check (prep_time_minutes >= 0),
    cook_time_minutes integer check (cook_time_minutes >= 0),
    servings integer check (servings > 0),
    calories_per_serving integer check (calories_per_serving >= 0),
    ingredients text,
    preparation_steps text,
    chef_notes text,
    presentation_tips text,
    storage_instructions text,
    dietary_tags text,
    flavors text,
    textures text,
    cooking_methods text,
    uses_oil boolean not null default false,
    is_celiac_safe boolean not null default false,
    allergen_notes text,
    modifications text,
    warnings text,
    cost_cents bigint check (cost_cents between 0 and 10000000),
    suggested_price_cents bigint check (suggested_price_cents between 0 and 10000000),
    yield_quantity text,
    yield_unit text,
    portion_size text,
    risk_level text not null default 'low' check (risk_level in ('low', 'medium', 'high')),
    custom_rag_disclaimer text,
    is_ingested boolean not null default false,
    last_ingested_at text,
    is_active boolean not null default true,
    deactivated boolean not null default false,
    deletion_id bigint references deletion (id),
    created_by_id bigint references app_user (id),
    created_at text not null,
    check (cost_cents <= suggested_price_cents)
);
CREATE TABLE recipe_allergen (
    id integer primary key autoincrement,
    tenant_id bigint not null references tenant (id),
    recipe_id bigint not null references recipe (id),
    allergen_id bigint not null references allergen (id),
    unique (recipe_id, allergen_id)
);
-- The rows are loaded here.
CREATE INDEX branch_tenant on branch (tenant_id);
CREATE UNIQUE INDEX branch_slug_active on branch (slug) where is_active;
CREATE INDEX app_user_tenant on app_user (tenant_id);
CREATE UNIQUE INDEX app_user_email_active on app_user (email) where is_active;
CREATE INDEX user_branch_role_tenant on user_branch_role (tenant_id);
CREATE INDEX user_branch_role_branch on user_branch_role (branch_id);
CREATE INDEX refresh_token_tenant on refresh_token (tenant_id);
CREATE INDEX refresh_token_user on refresh_token (user_id);
CREATE INDEX refresh_token_family on refresh_token (family);
CREATE INDEX refresh_token_expiry on refresh_token (expires_at);
CREATE INDEX sector_tenant on sector (tenant_id);
CREATE INDEX sector_branch on sector (branch_id);
CREATE UNIQUE INDEX sector_prefix_active on sector (tenant_id, coalesce(branch_id, 0), prefix) where is_active;
CREATE INDEX dining_table_tenant on dining_table (tenant_id);
CREATE INDEX dining_table_sector on dining_table (sector_id);
CREATE UNIQUE INDEX dining_table_code_active on dining_table (branch_id, code) where is_active;
CREATE INDEX waiter_sector_assignment_tenant on waiter_sector_assignment (tenant_id);
CREATE INDEX waiter_sector_assignment_branch on waiter_sector_assignment (branch_id, assignment_date);
CREATE INDEX waiter_sector_assignment_waiter on waiter_sector_assignment (waiter_id);
CREATE UNIQUE INDEX waiter_sector_assignment_active on waiter_sector_assignment
    (sector_id, waiter_id, coalesce(assignment_date, '0001-01-01'), coalesce(shift, '')) where is_active;
CREATE INDEX category_tenant on category (tenant_id);
CREATE UNIQUE INDEX category_name_active on category (branch_id, name) where is_active;
CREATE INDEX subcategory_tenant on subcategory (tenant_id);
CREATE UNIQUE INDEX subcategory_name_active on subcategory (category_id, name) where is_active;
CREATE INDEX product_tenant on product (tenant_id);
CREATE INDEX product_category on product (category_id);
CREATE INDEX product_subcategory on product (subcategory_id);
CREATE INDEX branch_product_tenant on branch_product (tenant_id);
CREATE INDEX branch_product_product on branch_product (product_id);
CREATE UNIQUE INDEX allergen_name_active on allergen (tenant_id, name) where is_active;
CREATE INDEX cross_reaction_tenant on cross_reaction (tenant_id);
CREATE INDEX cross_reaction_other on cross_reaction (cross_reacts_with_id);
CREATE UNIQUE INDEX cross_reaction_pair_active on cross_reaction (allergen_id, cross_reacts_with_id) where is_active;
CREATE INDEX product_allergen_tenant on product_allergen (tenant_id);
CREATE INDEX product_allergen_allergen on product_allergen (allergen_id);
CREATE INDEX table_session_tenant on table_session (tenant_id);
CREATE INDEX table_session_branch on table_session (branch_id, status);
CREATE INDEX table_session_table on table_session (table_id);
CREATE INDEX table_session_opener on table_session (opened_by_waiter_id);
CREATE INDEX table_session_waiter on table_session (assigned_waiter_id);
CREATE UNIQUE INDEX table_session_live on table_session (table_id) where status in ('OPEN', 'PAYING');
CREATE INDEX diner_tenant on diner (tenant_id);
CREATE INDEX diner_branch on diner (branch_id);
CREATE INDEX diner_session on diner (session_id);
CREATE INDEX diner_device on diner (tenant_id, device_id);
CREATE UNIQUE INDEX diner_phone on diner (session_id, local_id) where local_id is not null;
CREATE INDEX feedback_tenant on feedback (tenant_id);
CREATE INDEX feedback_branch on feedback (branch_id);
CREATE INDEX round_tenant on round (tenant_id);
CREATE INDEX round_open on round (branch_id, status) where status not in ('SERVED', 'CANCELED');
CREATE INDEX round_waiter on round (submitted_by_waiter_id);
CREATE INDEX round_confirmer on round (confirmed_by_id);
CREATE UNIQUE INDEX round_idempotency on round (session_id, idempotency_key)
    where idempotency_key is not null and status <> 'CANCELED';
CREATE INDEX round_item_tenant on round_item (tenant_id);
CREATE INDEX round_item_product on round_item (product_id);
CREATE INDEX round_item_diner on round_item (diner_id);
CREATE INDEX round_item_voider on round_item (voided_by_id);
CREATE INDEX kitchen_ticket_tenant on kitchen_ticket (tenant_id);
CREATE INDEX kitchen_ticket_open on kitchen_ticket (branch_id) where status <> 'DELIVERED';
CREATE UNIQUE INDEX kitchen_ticket_station on kitchen_ticket (round_id, station);
CREATE INDEX kitchen_ticket_item_tenant on kitchen_ticket_item (tenant_id);
CREATE INDEX kitchen_ticket_item_ticket on kitchen_ticket_item (ticket_id);
CREATE INDEX service_call_tenant on service_call (tenant_id);
CREATE INDEX service_call_live on service_call (branch_id) where status <> 'CLOSED';
CREATE INDEX service_call_table on service_call (table_id);
CREATE INDEX service_call_session on service_call (session_id);
CREATE INDEX service_call_acker on service_call (acked_by_id);
CREATE INDEX service_call_closer on service_call (closed_by_id);
CREATE UNIQUE INDEX service_call_open on service_call (session_id, type) where status = 'OPEN';
CREATE INDEX branch_stream_tenant on branch_stream (tenant_id);
CREATE INDEX idempotency_key_tenant on idempotency_key (tenant_id);
CREATE INDEX idempotency_key_age on idempotency_key (created_at);
CREATE INDEX audit_log_tenant on audit_log (tenant_id, created_at);
CREATE INDEX audit_log_branch on audit_log (branch_id);
CREATE INDEX audit_log_user on audit_log (user_id);
CREATE INDEX round_finished on round (branch_id, ready_at) where ready_at is not null;
CREATE INDEX guest_check_tenant on guest_check (tenant_id);
CREATE INDEX guest_check_branch on guest_check (branch_id, requested_at);
CREATE INDEX charge_tenant on charge (tenant_id);
CREATE INDEX charge_check on charge (check_id, created_at, id);
CREATE INDEX charge_diner on charge (diner_id);
CREATE INDEX check_discount_tenant on check_discount (tenant_id);
CREATE INDEX check_discount_check on check_discount (check_id);
CREATE INDEX check_discount_granter on check_discount (granted_by_id);
CREATE INDEX charge_claim_tenant on charge_claim (tenant_id);
CREATE INDEX charge_claim_check on charge_claim (check_id);
CREATE INDEX charge_claim_diner on charge_claim (diner_id);
CREATE INDEX provider_account_tenant on provider_account (tenant_id);
CREATE INDEX provider_account_branch on provider_account (branch_id);
CREATE UNIQUE INDEX provider_account_one on provider_account (tenant_id, coalesce(branch_id, 0), provider)
    where status <> 'DISABLED';
CREATE INDEX checkout_tenant on checkout (tenant_id);
CREATE INDEX checkout_branch on checkout (branch_id);
CREATE INDEX checkout_check on checkout (check_id);
CREATE INDEX checkout_diner on checkout (diner_id);
CREATE INDEX checkout_due on checkout (sweep_at) where sweep_at is not null;
CREATE INDEX payment_tenant on payment (tenant_id);
CREATE INDEX payment_branch on payment (branch_id, created_at);
CREATE INDEX payment_check on payment (check_id);
CREATE INDEX payment_diner on payment (diner_id);
CREATE INDEX payment_registrar on payment (registered_by_id);
CREATE INDEX payment_checkout on payment (checkout_id);
CREATE INDEX payment_stale on payment (seen_at) where tender = 'MERCADO_PAGO' and status in ('APPROVED', 'IN_MEDIATION');
CREATE INDEX allocation_tenant on allocation (tenant_id);
CREATE INDEX allocation_check on allocation (check_id);
CREATE INDEX allocation_payment on allocation (payment_id);
CREATE INDEX allocation_charge on allocation (charge_id);
CREATE TRIGGER allocation_counts after insert on allocation begin
    select raise(abort, 'the charge is of another check')
    where not exists (select 1 from charge where id = new.charge_id and check_id = new.check_id);
    select raise(abort, 'the payment is of another check')
    where not exists (select 1 from payment where id = new.payment_id and check_id = new.check_id);
    update charge set paid_cents = paid_cents + new.amount_cents where id = new.charge_id;
    update payment set allocated_cents = allocated_cents + new.amount_cents where id = new.payment_id;
    update guest_check set paid_cents = paid_cents + new.amount_cents where id = new.check_id;
end;
CREATE TRIGGER allocation_never_changes before update on allocation begin
    select raise(abort, 'the ledger is append-only');
end;
CREATE TRIGGER allocation_stays before delete on allocation begin
    select raise(abort, 'the ledger is append-only');
end;
CREATE INDEX provider_notice_tenant on provider_notice (tenant_id);
CREATE INDEX provider_notice_account on provider_notice (account_id, received_at);
CREATE INDEX payment_sync_tenant on payment_sync (tenant_id);
CREATE INDEX payment_sync_due on payment_sync (next_at) where status in ('QUEUED', 'RUNNING');
CREATE INDEX payment_sync_dead on payment_sync (tenant_id, updated_at) where status in ('DEAD', 'PARKED');
CREATE INDEX refund_tenant on refund (tenant_id);
CREATE INDEX refund_branch on refund (branch_id, status);
CREATE INDEX refund_payment on refund (payment_id);
CREATE INDEX refund_requester on refund (requested_by_id);
CREATE INDEX refund_due on refund (next_at) where status in ('QUEUED', 'RUNNING');
CREATE UNIQUE INDEX refund_of_provider on refund (payment_id, provider_refund_id) where provider_refund_id is not null;
CREATE UNIQUE INDEX refund_proposed on refund (payment_id) where status = 'PROPOSED';
CREATE INDEX money_incident_branch on money_incident (branch_id, created_at);
CREATE INDEX money_incident_account on money_incident (account_id);
CREATE INDEX money_incident_check on money_incident (check_id);
CREATE INDEX money_incident_payment on money_incident (payment_id);
CREATE INDEX money_incident_resolver on money_incident (resolved_by_id);
CREATE INDEX reconciliation_tenant on reconciliation (tenant_id);
CREATE INDEX reconciliation_account on reconciliation (account_id);
CREATE UNIQUE INDEX audit_log_chain on audit_log (tenant_id, seq);
CREATE INDEX audit_log_entity on audit_log (tenant_id, entity_type, entity_id);
CREATE INDEX deletion_tenant on deletion (tenant_id);
CREATE INDEX deletion_branch on deletion (branch_id);
CREATE INDEX deletion_by on deletion (deleted_by_id);
CREATE UNIQUE INDEX deletion_standing on deletion (entity_type, entity_id) where restored_at is null;
CREATE INDEX branch_deletion on branch (deletion_id);
CREATE INDEX category_deletion on category (deletion_id);
CREATE INDEX category_branch on category (branch_id);
CREATE INDEX subcategory_deletion on subcategory (deletion_id);
CREATE INDEX subcategory_category on subcategory (category_id);
CREATE INDEX product_deletion on product (deletion_id);
CREATE INDEX allergen_deletion on allergen (deletion_id);
CREATE INDEX cross_reaction_deletion on cross_reaction (deletion_id);
CREATE INDEX sector_deletion on sector (deletion_id);
CREATE INDEX dining_table_deletion on dining_table (deletion_id);
CREATE INDEX app_user_deletion on app_user (deletion_id);
CREATE INDEX waiter_sector_assignment_deletion on waiter_sector_assignment (deletion_id);
CREATE INDEX branch_category_exclusion_category on branch_category_exclusion (category_id);
CREATE INDEX branch_category_exclusion_tenant on branch_category_exclusion (tenant_id);
CREATE INDEX branch_subcategory_exclusion_subcategory on branch_subcategory_exclusion (subcategory_id);
CREATE INDEX branch_subcategory_exclusion_tenant on branch_subcategory_exclusion (tenant_id);
CREATE INDEX branch_product_restricted on branch_product (restricted_until) where restricted_until is not null;
CREATE INDEX tip_tenant on tip (tenant_id);
CREATE INDEX tip_branch on tip (branch_id, created_at);
CREATE INDEX tip_waiter on tip (waiter_id);
CREATE INDEX tip_session on tip (session_id);
CREATE INDEX tip_check on tip (check_id);
CREATE INDEX tip_pool_tenant on tip_pool (tenant_id);
CREATE INDEX tip_pool_deletion on tip_pool (deletion_id);
CREATE UNIQUE INDEX tip_pool_name_active on tip_pool (branch_id, name) where is_active;
CREATE INDEX tip_share_tenant on tip_share (tenant_id);
CREATE INDEX tip_share_user on tip_share (user_id);
CREATE INDEX cash_register_tenant on cash_register (tenant_id);
CREATE INDEX cash_session_tenant on cash_session (tenant_id);
CREATE INDEX cash_session_branch on cash_session (branch_id, opened_at);
CREATE INDEX cash_session_register on cash_session (cash_register_id);
CREATE INDEX cash_session_opener on cash_session (opened_by_id);
CREATE INDEX cash_session_closer on cash_session (closed_by_id);
CREATE UNIQUE INDEX cash_session_open on cash_session (branch_id) where status = 'OPEN';
CREATE INDEX cash_movement_tenant on cash_movement (tenant_id);
CREATE INDEX cash_movement_session on cash_movement (cash_session_id, created_at);
CREATE INDEX cash_movement_payment on cash_movement (payment_id);
CREATE INDEX cash_movement_author on cash_movement (created_by_id);
CREATE UNIQUE INDEX payment_of_provider on payment (tenant_id, tender, provider_payment_id)
    where provider_payment_id is not null;
CREATE INDEX payment_counted on payment (branch_id, (coalesce(approved_at, created_at)));
CREATE INDEX round_submitted on round (branch_id, submitted_at);
CREATE INDEX table_session_opened on table_session (branch_id, opened_at);
CREATE INDEX service_call_created on service_call (branch_id, created_at);
CREATE INDEX round_item_voided on round_item (tenant_id, voided_at) where voided_at is not null;
CREATE INDEX guest_check_owing on guest_check (branch_id) where status <> 'PAID';
CREATE INDEX ingredient_group_deletion on ingredient_group (deletion_id);
CREATE INDEX ingredient_group_tenant on ingredient_group (tenant_id);
CREATE UNIQUE INDEX ingredient_group_name_active on ingredient_group (tenant_id, name) where is_active;
CREATE INDEX ingredient_group_id on ingredient (group_id);
CREATE INDEX ingredient_deletion on ingredient (deletion_id);
CREATE INDEX ingredient_tenant on ingredient (tenant_id);
CREATE UNIQUE INDEX ingredient_name_active on ingredient (tenant_id, name) where is_active;
CREATE INDEX sub_ingredient_ingredient on sub_ingredient (ingredient_id);
CREATE INDEX sub_ingredient_deletion on sub_ingredient (deletion_id);
CREATE INDEX sub_ingredient_tenant on sub_ingredient (tenant_id);
CREATE UNIQUE INDEX sub_ingredient_name_active on sub_ingredient (ingredient_id, name) where is_active;
CREATE INDEX customization_deletion on customization (deletion_id);
CREATE INDEX customization_tenant on customization (tenant_id);
CREATE UNIQUE INDEX customization_name_active on customization (tenant_id, name, coalesce(category, ''))
    where is_active;
CREATE INDEX customization_product_product on customization_product (product_id);
CREATE INDEX customization_product_tenant on customization_product (tenant_id);
CREATE INDEX cart_item_tenant on cart_item (tenant_id);
CREATE INDEX cart_item_diner on cart_item (diner_id);
CREATE INDEX cart_item_product on cart_item (product_id);
CREATE INDEX cart_item_unsettled on cart_item (settle_at) where settle_at is not null;
CREATE UNIQUE INDEX cart_item_line on cart_item (session_id, diner_id, product_id, choices);
CREATE INDEX promotion_deletion on promotion (deletion_id);
CREATE INDEX promotion_tenant on promotion (tenant_id);
CREATE INDEX promotion_branch_branch on promotion_branch (branch_id);
CREATE INDEX promotion_branch_tenant on promotion_branch (tenant_id);
CREATE INDEX promotion_item_product on promotion_item (product_id);
CREATE INDEX promotion_item_tenant on promotion_item (tenant_id);
CREATE INDEX round_item_promotion on round_item (promotion_id) where promotion_id is not null;
CREATE INDEX recipe_tenant on recipe (tenant_id);
CREATE INDEX recipe_product on recipe (product_id);
CREATE INDEX recipe_subcategory on recipe (subcategory_id);
CREATE INDEX recipe_deletion on recipe (deletion_id);
CREATE INDEX recipe_author on recipe (created_by_id);
CREATE INDEX recipe_branch on recipe (branch_id);
CREATE UNIQUE INDEX recipe_name_standing on recipe (branch_id, name_key) where deletion_id is null;
CREATE INDEX recipe_allergen_tenant on recipe_allergen (tenant_id);
CREATE INDEX recipe_allergen_allergen on recipe_allergen (allergen_id);
CREATE INDEX product_recipe on product (recipe_id);
