//! `comanda tenant` and `comanda branch`: the businesses of this server and their branches, for its operator.

use crate::{
    console::{Failure, print},
    opening::{Init, write_qr_codes},
    process::Process,
};
use auth::Operator;
use clap::Subcommand;
use domain::{Currency, office::Blank, session::JoinRule, text::Refused};
use operations::{Error, table, tenant};
use std::path::PathBuf;
use wire::branch::NewBranch;

/// What to do with businesses.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Tenant {
    /// Opens a further business, as `comanda init` does.
    Add(Box<Init>),
    /// One line each: short name, name, branches, people, and since when it is suspended.
    List,
    /// Closes a business until `resume`: nobody of it signs in, no guest sits down, nothing is lost.
    Suspend {
        /// Its short name.
        slug: String,
    },
    /// Lets a suspended business go on.
    Resume {
        /// Its short name.
        slug: String,
    },
}

/// What to do with branches.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Branch {
    /// Opens a further branch of a business.
    Add(Box<AddBranch>),
    /// One line each: short name, name, time zone, currency, how phones join, and whether it is closed.
    List {
        /// The business; needed where there are several.
        #[arg(long, value_name = "SLUG")]
        business: Option<String>,
    },
    /// Writes a page with the QR codes of a branch's tables, to be printed.
    Qr {
        /// The branch's short name.
        slug: String,
        /// The business; needed where there are several.
        #[arg(long, value_name = "SLUG")]
        business: Option<String>,
        /// Where the page goes; `qr-codes-<branch>.html` here when not said.
        #[arg(long, value_name = "FILE")]
        qr_codes: Option<PathBuf>,
    },
}

/// A branch to be.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct AddBranch {
    /// The business; needed where there are several.
    #[arg(long, value_name = "SLUG")]
    business: Option<String>,
    /// What guests call it.
    #[arg(long, value_name = "NAME")]
    name: String,
    /// What links and QR codes call it; made from the name when not said.
    #[arg(long, value_name = "SLUG")]
    slug: Option<String>,
    /// Its time zone, as America/Argentina/Mendoza.
    #[arg(long, value_name = "ZONE")]
    time_zone: String,
    /// What its prices are in; as in the business's first branch when not said.
    #[arg(long, value_name = "CURRENCY")]
    currency: Option<String>,
    /// Street and town.
    #[arg(long, value_name = "ADDRESS")]
    address: Option<String>,
    /// How phones join a table: qr_secret or open; qr_secret when not said.
    #[arg(long, value_name = "RULE", default_value = "qr_secret")]
    join: String,
}

/// The operator on the business of that short name, or on the only one.
pub(crate) async fn operator_on(process: &Process, slug: Option<&str>) -> Result<Operator, Failure> {
    let known = process.db.businesses().await?;
    let slugs = || known.iter().map(|one| one.slug.as_str()).collect::<Vec<_>>().join(", ");
    match (slug, known.as_slice()) {
        (_, []) => Err("there is no business on this server yet: `comanda init` opens one".into()),
        (None, [only]) => Ok(Operator::on(only.id)),
        (None, _) => Err(format!("there are several businesses; say which with --business: {}", slugs()).into()),
        (Some(slug), _) => match known.iter().find(|one| one.slug == slug) {
            Some(found) => Ok(Operator::on(found.id)),
            None => Err(format!("there is no business `{slug}`; there is: {}", slugs()).into()),
        },
    }
}

/// `comanda tenant`
pub(crate) async fn tenant(process: &Process, what: Tenant) -> Result<(), Failure> {
    match what {
        Tenant::Add(init) => init.prepare()?.run(process).await,
        Tenant::List => process.db.businesses().await?.iter().try_for_each(|one| {
            let state = match one.suspended_at {
                Some(since) => format!("suspended since {}", since.format("%Y-%m-%d %H:%M UTC")),
                None => "open".to_owned(),
            };
            let (slug, name, branches, people) = (&one.slug, &one.name, one.branches, one.people);
            print(&format!("{slug:<24} {name:<24} branches {branches:>3}  people {people:>3}  {state}"))
        }),
        Tenant::Suspend { slug } => {
            let operator = operator_on(process, Some(&slug)).await?;
            match tenant::suspend(&process.db, &operator).await {
                Err(Error::Conflict { detail, .. }) => Err(format!(
                    "{slug} was not suspended: {detail}. Let them finish, or have staff close what is open"
                )
                .into()),
                other => {
                    other?;
                    print(&format!("{slug} is suspended; `comanda tenant resume {slug}` lets it go on."))
                }
            }
        }
        Tenant::Resume { slug } => {
            let operator = operator_on(process, Some(&slug)).await?;
            tenant::resume(&process.db, &operator).await?;
            print(&format!("{slug} goes on."))
        }
    }
}

/// `comanda branch`
pub(crate) async fn branch(process: &Process, what: Branch) -> Result<(), Failure> {
    let db = &process.db;
    match what {
        Branch::Add(add) => {
            let operator = operator_on(process, add.business.as_deref()).await?;
            let new = add.checked()?;
            let branch = match operations::branch::add(db, &operator, &new).await {
                Err(Error::Conflict { .. }) => {
                    return Err("--slug: an open branch has this short name already, and nothing was changed; \
                        give this one another"
                        .into());
                }
                other => other?,
            };
            print(&format!("{} is open. Its tables and its menu are the dashboard's to lay.", branch.slug))
        }
        Branch::List { business } => {
            let operator = operator_on(process, business.as_deref()).await?;
            db.branches_of_scope(&operator).await?.iter().try_for_each(|row| {
                let (slug, name, zone, currency) = (&row.slug, &row.name, &row.timezone, row.currency);
                let state = if row.is_active { "open" } else { "closed" };
                print(&format!("{slug:<24} {name:<24} {zone}  {currency}  joined by {}  {state}", row.join_rule))
            })
        }
        Branch::Qr { slug, business, qr_codes } => {
            let operator = operator_on(process, business.as_deref()).await?;
            let rows = db.branches_of_scope(&operator).await?;
            // A closed branch keeps its short name only until somebody else takes it.
            let row = rows.iter().find(|row| row.slug == slug && row.is_active);
            let row = row.or_else(|| rows.iter().find(|row| row.slug == slug));
            let row = row.ok_or_else(|| format!("there is no branch `{slug}`; `comanda branch list` shows them"))?;
            let base = &process.settings.diner_url;
            let tables = table::links(db, &operator, row.id, base).await?;
            match write_qr_codes(qr_codes, (&row.name, &row.slug), &tables)? {
                Some(file) => {
                    let count = tables.len();
                    print(&format!("{count} QR codes are in {}; they lead to {base}.", file.display()))
                }
                None => print(&format!("{slug} has no table yet.")),
            }
        }
    }
}

/// A value that a flag names, or what is wrong with it.
fn value<T: TryFrom<String, Error = Refused>>(flag: &str, text: &str, wrong: &mut Vec<String>) -> Option<T> {
    let read = T::try_from(text.trim().to_owned());
    read.map_err(|why| wrong.push(format!("--{flag} is `{text}`: {why}"))).ok()
}

/// One of a few words that a flag names.
fn word<T: Copy>(
    flag: &str,
    text: &str,
    (all, name): (&[T], fn(T) -> &'static str),
    wrong: &mut Vec<String>,
) -> Option<T> {
    let found = all.iter().copied().find(|known| name(*known).eq_ignore_ascii_case(text.trim()));
    if found.is_none() {
        let words: Vec<_> = all.iter().map(|known| name(*known)).collect();
        wrong.push(format!("--{flag} is `{text}`: must be one of {}", words.join(", ")));
    }
    found
}

impl AddBranch {
    fn checked(&self) -> Result<NewBranch, Failure> {
        let mut wrong = Vec::new();
        let name = value("name", &self.name, &mut wrong);
        let slug = self.slug.as_deref().and_then(|text| value("slug", text, &mut wrong));
        let zone = value("time-zone", &self.time_zone, &mut wrong);
        let address = self.address.as_deref().and_then(|text| value("address", text, &mut wrong));
        let currencies: (&[Currency], fn(Currency) -> &'static str) = (Currency::ALL, Currency::as_str);
        let currency = self.currency.as_deref().and_then(|text| word("currency", text, currencies, &mut wrong));
        let rules: (&[JoinRule], fn(JoinRule) -> &'static str) = (JoinRule::ALL, JoinRule::as_str);
        let join = word("join", &self.join, rules, &mut wrong);
        let (Some(name), true) = (name, wrong.is_empty()) else {
            return Err(format!("nothing was changed. {}", wrong.join("\n  - ")).into());
        };
        Ok(NewBranch {
            name,
            slug: Blank::of(slug),
            address: Blank::of(address),
            phone: Blank::default(),
            timezone: Blank::of(zone),
            opening_time: Blank::default(),
            closing_time: Blank::default(),
            round_confirmation: None,
            join,
            currency,
            cash_rounding: None,
            cash_without_session: None,
            is_active: None,
        })
    }
}
