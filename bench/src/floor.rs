//! A town of restaurants to measure in: 20 branches, so that one branch's event counter is not what is measured, with
//! 100 occupied tables each.

use harness::{App, Value};

const BRANCHES: usize = 20;
const TABLES: usize = 100;

/// The occupied tables.
pub(crate) struct Floor {
    /// `host:port` of the API.
    pub(crate) address: String,
    /// A table token for each session.
    pub(crate) tokens: Vec<String>,
    /// The sessions' ids run from here …
    pub(crate) first: i64,
    /// … to here.
    pub(crate) last: i64,
}

impl Floor {
    pub(crate) async fn lay(app: &App) -> Self {
        app.sql_exec(&format!(
            "insert into branch (tenant_id, name, slug, timezone, created_at)
                 select 1, 'Bench ' || n, 'bench-' || n, 'UTC', now() from generate_series(1, {BRANCHES}) n;
             insert into branch_stream (branch_id, tenant_id, epoch) select id, 1, 'bench' from branch where slug like 'bench-%';
             insert into branch_product (tenant_id, branch_id, product_id, price_cents)
                 select 1, b.id, p.product_id, p.price_cents from branch b, branch_product p
                 where b.slug like 'bench-%' and p.branch_id = 1;
             insert into dining_table (tenant_id, branch_id, code, created_at)
                 select 1, b.id, 'B-' || n, now() from branch b, generate_series(1, {TABLES}) n where b.slug like 'bench-%'
                 order by n, b.id;"
        ))
        .await;
        let anonymous = app.anonymous();
        let first_table = app.sql_i64("select min(id) from dining_table where code like 'B-%'").await;
        let mut floor =
            Self { address: app.api_url().replace("http://", ""), tokens: Vec::new(), first: i64::MAX, last: 0 };
        for table in (first_table..).take(BRANCHES * TABLES) {
            let session: Value = anonymous.post_empty(&format!("/api/tables/{table}/session")).await.expect(200);
            let id = session["session_id"].as_i64().expect("a session id");
            floor.first = floor.first.min(id);
            floor.last = floor.last.max(id);
            floor.tokens.push(session["table_token"].as_str().expect("a token").to_owned());
        }
        floor.analyze(app).await;
        floor
    }

    /// Plans made on empty tables would be measured otherwise.
    pub(crate) async fn analyze(&self, app: &App) {
        app.sql_exec("analyze").await;
    }

    pub(crate) fn sessions(&self) -> usize {
        self.tokens.len()
    }

    pub(crate) fn branches(&self) -> usize {
        BRANCHES
    }
}
