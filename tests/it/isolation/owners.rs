//! Whose a number is: every table counts from a start of its own, far away, so that a number names its row and its
//! owner wherever it turns up.

use harness::{App, Mode};
use std::collections::{BTreeMap, HashMap};

/// Below it are the demo's rows; no amount, quantity or date of these tests comes near it.
const FAR: i64 = 1_000_000_000;
/// How far the tables are apart.
const SPAN: i64 = 1_000_000;

/// Every row that was ever seen, by its id; and the living ones of each business, by table.
pub(super) struct Owners {
    tables: Vec<String>,
    tenants: HashMap<i64, i64>,
    living: BTreeMap<i64, BTreeMap<String, Vec<i64>>>,
}

impl Owners {
    /// Spreads the tables out.
    pub(super) async fn spread(app: &App) -> Self {
        let tables = match app.mode() {
            Mode::Embedded => {
                "select m.name from sqlite_master m join pragma_table_info(m.name) c on c.name = 'tenant_id' \
                 join sqlite_sequence s on s.name = m.name where m.type = 'table' \
                 union select name from sqlite_master where type = 'table' and sql like '%autoincrement%' and sql like '%tenant_id%'"
            }
            Mode::Distributed => {
                "select c.table_name::text from information_schema.columns c join information_schema.columns i \
                 on i.table_name = c.table_name and i.column_name = 'id' and i.is_identity = 'YES' \
                 where c.column_name = 'tenant_id' and c.table_schema = 'public'"
            }
        };
        let mut tables = app.sql_texts(tables).await;
        tables.sort();
        assert!(tables.len() > 40, "the database has more tables than {tables:?}");
        let mut moves = Vec::new();
        for (at, table) in tables.iter().map(String::as_str).chain(["tenant"]).enumerate() {
            let start = FAR + i64::try_from(at).unwrap() * SPAN;
            moves.push(match app.mode() {
                Mode::Embedded => format!(
                    "delete from sqlite_sequence where name = '{table}'; insert into sqlite_sequence (name, seq) values ('{table}', {start})"
                ),
                Mode::Distributed => format!("alter table {table} alter column id restart with {start}"),
            });
        }
        app.sql_exec(&moves.join(";")).await;
        Self { tables, tenants: HashMap::new(), living: BTreeMap::new() }
    }

    /// Looks at the rows that are there now. What was there once is not forgotten.
    pub(super) async fn look(&mut self, app: &App) {
        let select = |table: &String| {
            format!(
                "select '{table} ' || id || ' ' || tenant_id from {table} where id >= {FAR} and tenant_id is not null"
            )
        };
        let rows = app.sql_texts(&self.tables.iter().map(select).collect::<Vec<_>>().join(" union all ")).await;
        self.living.clear();
        for row in rows {
            let mut words = row.split(' ');
            let (table, id, tenant) = (words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
            let (id, tenant) = (id.parse().unwrap(), tenant.parse().unwrap());
            self.tenants.insert(id, tenant);
            self.living.entry(tenant).or_default().entry(table.to_owned()).or_default().push(id);
        }
        for tenant in app.sql_texts(&format!("select cast(id as text) from tenant where id >= {FAR}")).await {
            let id = tenant.parse().unwrap();
            self.tenants.insert(id, id);
        }
    }

    /// The rows of a business.
    pub(super) fn rows(&self, tenant: i64, table: &str) -> &[i64] {
        self.living.get(&tenant).and_then(|tables| tables.get(table)).map_or(&[], Vec::as_slice)
    }

    /// Whether there is such a table.
    pub(super) fn knows(&self, table: &str) -> bool {
        self.tables.iter().any(|known| known == table)
    }

    /// The numbers in a text that are ids of another business.
    pub(super) fn strangers(&self, text: &str, tenant: i64) -> Vec<i64> {
        let numbers = text.split(|letter: char| !letter.is_ascii_digit()).filter(|digits| digits.len() == 10);
        let ids = numbers.filter_map(|digits| digits.parse().ok());
        ids.filter(|id| self.tenants.get(id).is_some_and(|owner| *owner != tenant)).collect()
    }
}
