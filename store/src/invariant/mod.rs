//! What must hold of everything that is stored, looked for on a live system: `comanda doctor --deep`, and whoever has
//! restored or moved a database and wants to know that it is whole.
//!
//! * Each invariant is one statement about a page of rows of one business. One statement is one snapshot on either
//!   database, so what commits while it runs is either all in it or not at all, and nobody is locked out.
//! * Rows are read in pages by key, so memory does not grow with the database.
//! * A statement names the rows for which the invariant does not hold, with what the row says and what follows from the
//!   others. A trigger or constraint that keeps the invariant is not believed: it may have been dropped, or the file
//!   written over.
//!
//! Nothing is mended here. Which of the two sides is wrong is for a person to say.

mod drawer;
mod kitchen;
mod ledger;
mod seating;
mod streams;
mod tips;

use crate::{
    Database,
    audit::chain::Verified,
    error::Result,
    sql::{Sql, built_sql},
    unit_of_work::{all, one},
};
use domain::{BranchId, TenantId};
use sea_orm::{FromQueryResult, Value};

/// Rows, or events, of a page.
const PAGE: i64 = 500;
/// Units of progress that one walk over one table of one business counts for.
const WALK: u64 = 100;

/// A rule about the rows of one table.
#[derive(Debug)]
struct Invariant {
    /// What reports call it.
    name: &'static str,
    /// The invariant of docs/invariants.md that it is a part of.
    rule: &'static str,
    /// What is wrong with a row that is found, with `{recorded}` and `{found}` in it.
    says: &'static str,
    /// The rows for which it does not hold: `id, recorded, found`, both texts; $1 the business, $2 and $3 the first and
    /// last id of the page, the first not included.
    faults: &'static Sql,
    /// Whether $4 is the instant.
    knows_time: bool,
}

/// A table, and what must hold of its rows.
struct Walk {
    table: &'static str,
    invariants: &'static [&'static Invariant],
}

/// Every table that is walked by its ids.
static WALKS: [Walk; 11] = [
    Walk { table: "branch", invariants: &[&streams::STARTED, &streams::BEHIND] },
    Walk { table: "dining_table", invariants: &[&seating::ONE_PARTY, &seating::TABLE] },
    Walk { table: "table_session", invariants: &[&seating::BILL] },
    Walk { table: "round", invariants: &[&kitchen::TICKETS, &kitchen::STRAY, &kitchen::EMPTY, &kitchen::STATUS] },
    Walk {
        table: "guest_check",
        invariants: &[
            &ledger::CHECK_TOTAL,
            &ledger::CHECK_PAID,
            &ledger::CHECK_BEYOND,
            &ledger::CHECK_REDUCED,
            &ledger::CHECK_WRITTEN_OFF,
            &ledger::CHECK_STATUS,
            &ledger::CHECK_LINES,
        ],
    },
    Walk {
        table: "charge",
        invariants: &[&ledger::CHARGE_PAID, &ledger::CHARGE_BEYOND, &ledger::CHARGE_GONE, &ledger::CHARGE_CLAIMED],
    },
    Walk { table: "charge_claim", invariants: &[&ledger::CLAIM] },
    Walk {
        table: "payment",
        invariants: &[
            &ledger::PAYMENT_ALLOCATED,
            &ledger::PAYMENT_BEYOND,
            &ledger::PAYMENT_WORTH,
            &ledger::PAYMENT_PARTS,
            &ledger::PAYMENT_REFUNDED,
            &tips::PAYMENT,
            &drawer::PAYMENT,
        ],
    },
    Walk { table: "tip", invariants: &[&tips::SHARES] },
    Walk { table: "cash_session", invariants: &[&drawer::EXPECTED, &drawer::ONE_OPEN] },
    Walk { table: "cash_waiting", invariants: &[&drawer::WAITING] },
];

/// Something for which an invariant does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The invariant's name.
    pub invariant: &'static str,
    /// The invariant of docs/invariants.md that it is a part of.
    pub rule: &'static str,
    /// The business's short name.
    pub business: String,
    /// The table of the row.
    pub table: &'static str,
    /// The row.
    pub id: i64,
    /// What is wrong with it, for people.
    pub what: String,
}

/// What [`Database::check_invariants`] tells on its way.
#[derive(Clone, Debug)]
pub enum Step {
    /// So far it got.
    At {
        /// The business that it looks at.
        business: String,
        /// The table that it looks at.
        table: &'static str,
        /// How many of `of` units are done.
        done: u64,
        /// All of them.
        of: u64,
    },
    /// It found something.
    Found(Finding),
}

/// How much was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Businesses.
    pub businesses: u64,
    /// Rows and events, each counted once however many invariants are about it.
    pub rows: u64,
    /// How many findings there were.
    pub findings: u64,
}

#[derive(FromQueryResult)]
struct Fault {
    id: i64,
    recorded: String,
    found: String,
}

#[derive(FromQueryResult)]
struct Page {
    last: Option<i64>,
    rows: i64,
}

#[derive(FromQueryResult)]
struct End {
    last: Option<i64>,
}

/// The name of every invariant with the rule of docs/invariants.md that it is a part of, in the order of the look.
pub fn invariants() -> impl Iterator<Item = (&'static str, &'static str)> {
    let walked = WALKS.iter().flat_map(|walk| walk.invariants.iter().copied());
    walked.chain([&streams::GAP]).map(|invariant| (invariant.name, invariant.rule)).chain([AUDIT])
}

/// The chain of a business's audit log; [`Database::verify_audit`] walks it.
const AUDIT: (&str, &str) = ("audit-chain", "design.md §7");

/// Selects the rows of which the two sides differ. `rows` selects `id, recorded, found`.
fn differing(rows: &str) -> String {
    format!(
        "select id, cast(recorded as text) as recorded, cast(found as text) as found from ({rows}) compared
        where recorded <> found order by id"
    )
}

impl Invariant {
    fn finding(&self, business: &str, table: &'static str, fault: &Fault) -> Finding {
        let what = self.says.replace("{recorded}", &fault.recorded).replace("{found}", &fault.found);
        let Self { name, rule, .. } = *self;
        Finding { invariant: name, rule, business: business.to_owned(), table, id: fault.id, what }
    }
}

/// A look at everything, on its way.
struct Look<'a> {
    db: &'a Database,
    tell: &'a mut (dyn FnMut(Step) + Send),
    tenant: TenantId,
    business: String,
    done: u64,
    of: u64,
    checked: Checked,
}

impl Database {
    /// Looks at everything that is stored, of every business, and tells what does not hold. The system may be live:
    /// each statement sees one instant, writes nothing and locks nobody out.
    ///
    /// # Errors
    /// The database failed; what was found until then was told.
    pub async fn check_invariants(&self, tell: &mut (dyn FnMut(Step) + Send)) -> Result<Checked> {
        let tenants = self.tenants().await?;
        let walks = WALKS.len() as u64 + 2;
        let of = tenants.len() as u64 * walks * WALK;
        let mut look = Look {
            db: self,
            tell,
            tenant: TenantId(0),
            business: String::new(),
            done: 0,
            of,
            checked: Checked::default(),
        };
        for (at, (tenant, slug)) in tenants.into_iter().enumerate() {
            look.tenant = tenant;
            look.business = slug;
            look.done = at as u64 * walks * WALK;
            for walk in &WALKS {
                look.walk(walk).await?;
            }
            look.streams().await?;
            look.audit_chain().await?;
            look.checked.businesses += 1;
        }
        Ok(look.checked)
    }
}

impl Look<'_> {
    async fn all<T: FromQueryResult>(&self, sql: &'static Sql, values: Vec<Value>) -> Result<Vec<T>> {
        all(self.db.reader(), sql, values).await
    }

    fn found(&mut self, finding: Finding) {
        self.checked.findings += 1;
        (self.tell)(Step::Found(finding));
    }

    /// Tells how far it is: `part` of `whole` rows of this table.
    fn at(&mut self, table: &'static str, part: i64, whole: i64) {
        let share = |part: i64| u64::try_from(part.max(0)).unwrap_or_default();
        let within = share(part).saturating_mul(WALK).checked_div(share(whole)).unwrap_or(WALK).min(WALK);
        let step = Step::At { business: self.business.clone(), table, done: self.done + within, of: self.of };
        (self.tell)(step);
    }

    fn done_with(&mut self, table: &'static str) {
        self.at(table, 1, 1);
        self.done += WALK;
    }

    /// Goes over the business's rows of a table as far as they are there when it begins.
    async fn walk(&mut self, walk: &Walk) -> Result<()> {
        let table = walk.table;
        let end = built_sql!(
            tenant,
            table: &str = walk.table,
            in WALKS.iter().map(|walk| walk.table),
            format!("select max(id) as last from {table} where tenant_id = $1")
        );
        let page = built_sql!(
            tenant,
            table: &str = walk.table,
            in WALKS.iter().map(|walk| walk.table),
            format!(
                "select max(id) as last, count(*) as rows from
                (select id from {table} where tenant_id = $1 and id > $2 and id <= $3 order by id limit {PAGE}) page"
            )
        );
        let end: Option<End> = one(self.db.reader(), &end, [self.tenant.into()]).await?;
        let end = end.and_then(|end| end.last).unwrap_or_default();
        let mut after = 0;
        while after < end {
            let values = [self.tenant.into(), after.into(), end.into()];
            let found: Option<Page> = one(self.db.reader(), &page, values).await?;
            let Some(Page { last: Some(last), rows }) = found else { break };
            for invariant in walk.invariants {
                let mut values = vec![self.tenant.into(), after.into(), last.into()];
                if invariant.knows_time {
                    values.push(self.db.clock().now().into());
                }
                for fault in self.all::<Fault>(invariant.faults, values).await? {
                    self.found(invariant.finding(&self.business, table, &fault));
                }
            }
            self.checked.rows += u64::try_from(rows).unwrap_or_default();
            after = last;
            self.at(table, after, end);
        }
        self.done_with(table);
        Ok(())
    }

    /// Goes over the events of the business's branches.
    async fn streams(&mut self) -> Result<()> {
        #[derive(FromQueryResult)]
        struct Stream {
            branch_id: BranchId,
            seq: i64,
        }
        let streams: Vec<Stream> = self.all(streams::STREAMS, vec![self.tenant.into()]).await?;
        let count = i64::try_from(streams.len()).unwrap_or(i64::MAX);
        for (at, Stream { branch_id, seq: head }) in (0..).zip(streams) {
            let mut after = 0;
            while after < head {
                let values = vec![branch_id.into(), after.into(), head.into(), PAGE.into()];
                let page: Option<Page> = self.all(streams::PAGE_OF, values).await?.pop();
                let Some(Page { last: Some(last), rows }) = page else { break };
                let values = vec![branch_id.into(), after.into(), last.into()];
                for fault in self.all::<Fault>(streams::GAP.faults, values).await? {
                    self.found(streams::GAP.finding(&self.business, "event", &fault));
                }
                self.checked.rows += u64::try_from(rows).unwrap_or_default();
                after = last;
            }
            self.at("event", at + 1, count);
        }
        self.done_with("event");
        Ok(())
    }

    async fn audit_chain(&mut self) -> Result<()> {
        let (id, what) = match self.db.verify_audit(self.tenant).await? {
            Verified::Intact(head) => {
                self.checked.rows += u64::try_from(head.seq).unwrap_or_default();
                self.done_with("audit_log");
                return Ok(());
            }
            Verified::Broken { seq, why } => (seq, format!("row {seq} of the audit log is {why}")),
            Verified::Unnumbered { rows } => (0, format!("{rows} rows of the audit log have no number")),
        };
        let business = self.business.clone();
        self.found(Finding { invariant: AUDIT.0, rule: AUDIT.1, business, table: "audit_log", id, what });
        self.done_with("audit_log");
        Ok(())
    }
}
