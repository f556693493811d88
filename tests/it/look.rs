//! What the tests of the floor look up past the program, and the second branch and second business they need.

use harness::App;

/// The demo's tables: a race is run once at each, every time with nobody there before.
pub(crate) const TABLES: [&str; 10] =
    ["INT-01", "INT-02", "INT-03", "INT-04", "INT-05", "TER-01", "TER-02", "TER-03", "BAR-01", "BAR-02"];

/// The id of a table of branch `centro`.
pub(crate) async fn table(app: &App, code: &str) -> i64 {
    let sql = "select t.id from dining_table t join branch b on b.id = t.branch_id where b.slug = 'centro' and t.code";
    app.sql_i64(&format!("{sql} = '{code}'")).await
}

/// The id of branch `centro`.
pub(crate) async fn centro(app: &App) -> i64 {
    app.sql_i64("select id from branch where slug = 'centro'").await
}

/// The id of a product that can be ordered.
pub(crate) async fn product(app: &App) -> i64 {
    app.sql_i64("select min(product_id) from branch_product where is_available").await
}

/// How many events of that type the log has, with `condition` on the rows.
pub(crate) async fn events(app: &App, kind: &str, condition: &str) -> i64 {
    app.sql_i64(&format!("select count(*) from event where type = '{kind}' and {condition}")).await
}

/// How many audit rows there are of that thing.
pub(crate) async fn audited(app: &App, entity_type: &str, id: i64) -> i64 {
    let sql = "select count(*) from audit_log where user_id is not null and entity_type";
    app.sql_i64(&format!("{sql} = '{entity_type}' and entity_id = {id}")).await
}

/// How many live sessions a table has.
pub(crate) async fn live_sessions(app: &App, table: i64) -> i64 {
    app.sql_i64(&format!("select count(*) from table_session where status <> 'CLOSED' and table_id = {table}")).await
}

/// Whether the table's status says what its live session says.
pub(crate) async fn is_consistent(app: &App, table: i64) -> bool {
    let sql = "select count(*) from dining_table t left join table_session s
        on s.table_id = t.id and s.status <> 'CLOSED'
        where (s.id is null and t.status = 'FREE' or s.id is not null and t.status = 'ACTIVE') and t.id";
    app.sql_i64(&format!("{sql} = {table}")).await == 1
}

/// A table of a second branch of the demo business, and one of another business: 404 and 403 are told apart there.
pub(crate) struct Elsewhere {
    /// The second branch.
    pub(crate) branch: i64,
    /// Its table.
    pub(crate) table: i64,
    /// Its live session.
    pub(crate) session: i64,
    /// The open call of that session.
    pub(crate) call: i64,
    /// A table of the other business.
    pub(crate) foreign_table: i64,
    /// Its live session.
    pub(crate) foreign_session: i64,
    /// The open call of that session.
    pub(crate) foreign_call: i64,
}

/// Adds both.
pub(crate) async fn elsewhere(app: &App) -> Elsewhere {
    let tenant = app.sql_i64("select id from tenant where slug = 'buen-sabor'").await;
    app.sql_exec(
        "insert into tenant (id, name, slug, created_at) values (9002, 'Otro', 'otro', '2026-01-01 00:00:00+00:00')",
    )
    .await;
    let places = [(tenant, 9001), (9002, 9002)];
    for (tenant, id) in places {
        app.sql_exec(&format!(
            "insert into branch (id, tenant_id, name, slug, timezone, created_at)
                 values ({id}, {tenant}, 'Norte', 'norte-{id}', 'UTC', '2026-01-01 00:00:00+00:00');
             insert into branch_stream (branch_id, tenant_id, epoch, seq) values ({id}, {tenant}, 'e', 0);
             insert into dining_table (id, tenant_id, branch_id, code, status, created_at)
                 values ({id}, {tenant}, {id}, 'NOR-01', 'ACTIVE', '2026-01-01 00:00:00+00:00');
             insert into table_session (id, tenant_id, branch_id, table_id, status, opened_by, opened_at)
                 values ({id}, {tenant}, {id}, {id}, 'OPEN', 'DINER', '2026-01-01 00:00:00+00:00');
             insert into service_call (id, tenant_id, branch_id, table_id, session_id, type, status, created_at)
                 values ({id}, {tenant}, {id}, {id}, {id}, 'OTHER', 'OPEN', '2026-01-01 00:00:00+00:00');"
        ))
        .await;
    }
    Elsewhere {
        branch: 9001,
        table: 9001,
        session: 9001,
        call: 9001,
        foreign_table: 9002,
        foreign_session: 9002,
        foreign_call: 9002,
    }
}
