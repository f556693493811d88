//! Opens a business in one transaction, in the operator's name.

use super::Opening;
use crate::{
    Error, Result,
    command::{Act, Twice, keyless},
    staff::hashed,
    table::Linked,
};
use auth::Operator;
use domain::{BranchId, ProblemCode, Role, TenantId, cash::CashWithoutSession, round::RoundConfirmation, staff::Post};
use rand::{RngCore, TryRngCore, rngs::OsRng};
use serde_json::{Value, json};
use store::{BranchRow, Change, Database, NewBranch, NewMember, NewTable, TenantRow, UnitOfWork, view::tenant_of};
use url::Url;

/// The colour of a business until the office chooses one.
const COLOUR: &str = "#f97316";

/// Letters and digits that nobody mistakes for one another.
const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// A one-time code for whoever opens the first business on the web: sixteen letters and digits, 80 bits of chance.
#[must_use]
pub fn made_up_code() -> String {
    let mut random = [0_u8; 16];
    OsRng.unwrap_err().fill_bytes(&mut random);
    let letters: Vec<char> = random.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect();
    letters.chunks(4).map(|part| part.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// On what database a business may open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Where {
    /// On any, beside others.
    Anywhere,
    /// On one without a business: what whoever comes first on the web may do.
    OnEmpty,
}

/// A business that has opened.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The business.
    pub tenant: TenantId,
    /// Its first branch.
    pub branch: BranchId,
    /// Its tables and what their QR codes say.
    pub tables: Vec<Linked>,
    /// How many entries its menu has.
    pub menu: usize,
}

/// Opens the business: all of it, or nothing. `base` is where diners open the diner app.
///
/// # Errors
/// A business or an open branch has that short name, somebody has that login; the menu file does not fit; there is a
/// business where there must be none.
pub async fn open(db: &Database, opening: &Opening, place: Where, base: &Url) -> Result<Opened> {
    let hash = &hashed(&opening.administrator.password).await?;
    keyless(db, "opening.open", Twice::GoodOnce, |uow| async move {
        uow.lock_openings().await?;
        if place == Where::OnEmpty && uow.has_businesses().await? {
            return Err(taken("There is a business on this server already; further ones open with `comanda init`"));
        }
        let row = open_business(&uow, opening).await?;
        let operator = Operator::on(row.id);
        let act = Act::of_worker(&uow, &operator);
        act.audit(Change {
            action: "CREATE",
            entity_type: "tenant",
            entity_id: row.id.get(),
            branch: None,
            before: Value::Null,
            after: json!(tenant_of(row.clone())),
        });
        let branch = act.open_first_branch(opening).await?;
        act.hire_administrator(opening, hash, branch.id).await?;
        act.lay_floor(opening, &branch).await?;
        let menu = match opening.menu.as_slice() {
            [] => 0,
            lines => act.import_menu(lines).await?.created.len(),
        };
        let tables = act.link_tables(branch.id, base).await?;
        Ok(Opened { tenant: row.id, branch: branch.id, tables, menu })
    })
    .await
}

async fn open_business(uow: &UnitOfWork, opening: &Opening) -> Result<TenantRow> {
    let business = &opening.business;
    let (name, slug) = (business.name.as_str(), business.slug.as_str());
    let tenant = match uow.insert_tenant(name, slug, None, COLOUR).await {
        Err(store::Error::Taken(_)) => {
            return Err(taken(&format!(
                "slug: there is a business `{slug}` already, and nothing was changed; give this one another short name"
            )));
        }
        other => other?,
    };
    let before = uow.tenant(&Operator::on(tenant)).await?;
    let language = business.language.as_str().to_owned();
    Ok(uow.set_tenant(&before, TenantRow { language, ..before.clone() }).await?)
}

fn taken(detail: &str) -> Error {
    Error::Conflict { code: ProblemCode::AlreadyExists, detail: detail.to_owned() }
}

impl Act<'_, Operator> {
    async fn open_first_branch(&self, opening: &Opening) -> Result<BranchRow> {
        let branch = opening.branch.clone();
        let new = NewBranch {
            name: branch.name.into(),
            slug: branch.slug.into(),
            address: branch.address.map(Into::into),
            phone: None,
            timezone: branch.time_zone.into(),
            opening_time: None,
            closing_time: None,
            round_confirmation: RoundConfirmation::None,
            join_rule: branch.join,
            currency: branch.currency,
            cash_rounding: None,
            cash_without_session: CashWithoutSession::Warn,
            deactivated: false,
        };
        match self.open_branch(new).await {
            Err(Error::Store(store::Error::Taken(_))) => Err(taken(&format!(
                "branch-slug: an open branch is called `{}` already, and nothing was changed; give this one another \
                 short name",
                opening.branch.slug.as_str()
            ))),
            other => other,
        }
    }

    async fn hire_administrator(&self, opening: &Opening, hash: &str, branch: BranchId) -> Result<()> {
        let person = opening.administrator.clone();
        let new = NewMember {
            email: person.email.into(),
            password_hash: hash.to_owned(),
            first_name: person.first_name.map(Into::into),
            last_name: person.last_name.map(Into::into),
            phone: None,
            dni: None,
            hire_date: None,
            deactivated: false,
        };
        match self.hire(new, &[Post { branch_id: branch, role: Role::Admin }]).await {
            Err(Error::Store(store::Error::Taken(_))) => Err(taken(&format!(
                "email: somebody has the login {} already, and nothing was changed; a login is one person's in one \
                 business",
                opening.administrator.email.as_str()
            ))),
            other => other.map(drop),
        }
    }

    async fn lay_floor(&self, opening: &Opening, branch: &BranchRow) -> Result<()> {
        let mut rows = Vec::with_capacity(opening.floor.tables());
        for part in opening.floor.parts() {
            let sector = self.add_sector(Some(branch.id), part.name.clone(), part.prefix.clone()).await?;
            rows.extend(part.tables.iter().map(|(code, capacity)| NewTable {
                code: code.clone(),
                capacity: *capacity,
                sector: Some(sector.id),
                deactivated: false,
            }));
        }
        if !rows.is_empty() {
            self.lay(branch, rows).await?;
        }
        Ok(())
    }
}
