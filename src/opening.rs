//! `comanda init` and `comanda tenant add`: a business opens, by flags and variables, or by questions at a terminal.

use crate::{
    console::{Failure, print},
    process::Process,
    terminal::{self, Chosen, HOW, PasswordSource},
};
use operations::{
    Error,
    opening::{Field, Form, Misfit, Opened, Opening, Where, open},
    table::Linked,
};
use secrecy::ExposeSecret;
use std::{collections::BTreeSet, fs, path::PathBuf};

/// What opens a business. At a terminal, what is not said is asked for; elsewhere everything that is missing is told at
/// once. Each flag has a variable, `COMANDA_INIT_` and its name.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct Init {
    /// What people call the business.
    #[arg(long, env = "COMANDA_INIT_BUSINESS", value_name = "NAME")]
    business: Option<String>,
    /// What commands call the business; made from its name when not said.
    #[arg(long, env = "COMANDA_INIT_SLUG", value_name = "SLUG")]
    slug: Option<String>,
    /// Its people's language, as es, es-AR or pt-BR; es when not said.
    #[arg(long, env = "COMANDA_INIT_LANGUAGE", value_name = "LANGUAGE")]
    language: Option<String>,
    /// What guests call the first branch.
    #[arg(long, env = "COMANDA_INIT_BRANCH", value_name = "NAME")]
    branch: Option<String>,
    /// What links and QR codes call the branch; made from its name when not said.
    #[arg(long, env = "COMANDA_INIT_BRANCH_SLUG", value_name = "SLUG")]
    branch_slug: Option<String>,
    /// The branch's time zone, as America/Argentina/Mendoza.
    #[arg(long, env = "COMANDA_INIT_TIME_ZONE", value_name = "ZONE")]
    time_zone: Option<String>,
    /// What the branch's prices are in, as ARS.
    #[arg(long, env = "COMANDA_INIT_CURRENCY", value_name = "CURRENCY")]
    currency: Option<String>,
    /// Street and town.
    #[arg(long, env = "COMANDA_INIT_ADDRESS", value_name = "ADDRESS")]
    address: Option<String>,
    /// How phones join a table: qr_secret, by the code on the table alone, or open; qr_secret when not said.
    #[arg(long, env = "COMANDA_INIT_JOIN", value_name = "RULE")]
    join: Option<String>,
    /// The first administrator's e-mail address, their login.
    #[arg(long, env = "COMANDA_INIT_EMAIL", value_name = "ADDRESS")]
    email: Option<String>,
    /// Their given name.
    #[arg(long, env = "COMANDA_INIT_FIRST_NAME", value_name = "NAME")]
    first_name: Option<String>,
    /// Their family name.
    #[arg(long, env = "COMANDA_INIT_LAST_NAME", value_name = "NAME")]
    last_name: Option<String>,
    /// The tables, as `INT 1-20, TER 1-8 x6`: a sector's prefix, numbers, seats.
    #[arg(long, env = "COMANDA_INIT_TABLES", value_name = "TABLES")]
    tables: Option<String>,
    /// A menu file, JSON or CSV, as the dashboard exports it.
    #[arg(long, env = "COMANDA_INIT_MENU", value_name = "FILE")]
    menu: Option<PathBuf>,
    /// Where the printable QR codes go; `qr-codes-<branch>.html` here when not said.
    #[arg(long, env = "COMANDA_INIT_QR_CODES", value_name = "FILE")]
    qr_codes: Option<PathBuf>,
    #[command(flatten)]
    password: PasswordSource,
    /// Asks nothing, also at a terminal.
    #[arg(long)]
    no_questions: bool,
}

/// What was said so far, read and looked at before anything is started.
pub(crate) struct Prepared {
    form: Form,
    chosen: Option<Chosen>,
    qr_codes: Option<PathBuf>,
    asks: bool,
    /// What was asked and answered, with nothing too.
    answered: BTreeSet<Field>,
}

impl Init {
    /// Reads flags and files. Without a terminal everything must be there and fit.
    pub(crate) fn prepare(self) -> Result<Prepared, Failure> {
        let mut form = Form::default();
        let said = [
            (Field::Business, &self.business),
            (Field::Slug, &self.slug),
            (Field::Language, &self.language),
            (Field::Branch, &self.branch),
            (Field::BranchSlug, &self.branch_slug),
            (Field::TimeZone, &self.time_zone),
            (Field::Currency, &self.currency),
            (Field::Address, &self.address),
            (Field::Join, &self.join),
            (Field::Email, &self.email),
            (Field::FirstName, &self.first_name),
            (Field::LastName, &self.last_name),
            (Field::Tables, &self.tables),
        ];
        for (field, text) in said {
            form.say(field, text.as_deref().unwrap_or_default());
        }
        if let Some(file) = &self.menu {
            let name = file.display();
            let bytes = fs::read(file).map_err(|error| format!("--menu is `{name}`: it cannot be read: {error}"))?;
            form.menu = api::read_menu(&bytes).map_err(|problem| format!("--menu is `{name}`: {problem}"))?;
        }
        let chosen = self.password.said()?;
        if let Some(chosen) = &chosen {
            form.say(Field::Password, chosen.password.expose_secret());
        }
        let asks = terminal::is_there() && !self.no_questions;
        if !asks {
            form.filled().map_err(|misfits| sentences(&misfits))?;
        }
        Ok(Prepared { form, chosen, qr_codes: self.qr_codes, asks, answered: BTreeSet::new() })
    }
}

/// Everything that is wrong, as one message.
fn sentences(misfits: &[Misfit]) -> String {
    let said = misfits.iter().map(|misfit| match misfit.field {
        Field::Password if misfit.value.is_none() => format!("the password is missing: {HOW}"),
        Field::Password => misfit.sentence("the password"),
        field => misfit.sentence(&format!("--{}", field.word())),
    });
    let said: Vec<String> = said.collect();
    match said.as_slice() {
        [one] => format!("nothing was changed. {one}"),
        many => format!("nothing was changed. {} answers do not fit:\n  - {}", many.len(), many.join("\n  - ")),
    }
}

impl Prepared {
    /// Migrates, asks for what is missing, and opens the business.
    pub(crate) async fn run(mut self, process: &Process) -> Result<(), Failure> {
        process.db.migrate().await?;
        let base = &process.settings.diner_url;
        let (opening, opened) = loop {
            let opening = self.opening()?;
            match open(&process.db, &opening, Where::Anywhere, base).await {
                Ok(opened) => break (opening, opened),
                Err(Error::Conflict { detail, .. }) if self.asks && self.takes_back(&detail) => {
                    terminal::say(&format!("{detail}."));
                }
                Err(Error::Unfit(detail)) => {
                    return Err(format!("--menu does not fit, nothing was changed: {detail}").into());
                }
                Err(error) => return Err(error.into()),
            }
        };
        let branch = (opening.branch.name.as_str(), opening.branch.slug.as_str());
        let paper = write_qr_codes(self.qr_codes.take(), branch, &opened.tables);
        self.tell(process, &opening, &opened, &paper)
    }

    /// The whole form. What is missing or does not fit is asked for where somebody can answer.
    fn opening(&mut self) -> Result<Opening, Failure> {
        if self.asks {
            for field in Field::ALL.iter().copied().filter(|field| *field != Field::Password) {
                self.ask(field)?;
            }
            if self.chosen.is_none() || self.form.misfit(Field::Password).is_some() {
                let chosen = PasswordSource::default().choose(Field::Password.label())?;
                self.form.say(Field::Password, chosen.password.expose_secret());
                self.chosen = Some(chosen);
            }
        }
        self.form.filled().map_err(|misfits| sentences(&misfits).into())
    }

    /// Asks for a field until its answer fits. What was said and fits is not asked for.
    fn ask(&mut self, field: Field) -> Result<(), Failure> {
        let mut misfit = self.form.misfit(field).filter(|misfit| misfit.value.is_some());
        while misfit.is_some() || !(self.form.says(field) || self.answered.contains(&field)) {
            if let Some(wrong) = &misfit {
                terminal::say(&format!("{}.", wrong.sentence("This")));
                self.form.say(field, "");
            }
            let usual = self.form.value(field);
            let hint = match (usual.as_str(), field.is_needed()) {
                ("", true) => format!(" (such as {})", field.example()),
                ("", false) => " (may stay empty)".to_owned(),
                (usual, _) => format!(" [{usual}]"),
            };
            let answer = terminal::ask(&format!("{}{hint}", field.label()))?;
            self.form.say(field, &answer);
            misfit = self.form.misfit(field).filter(|misfit| misfit.value.is_some());
            if self.form.misfit(field).is_none() {
                self.answered.insert(field);
            }
        }
        Ok(())
    }

    /// Forgets the answer that a refusal begins with, so that it is asked for again; false where it names none.
    fn takes_back(&mut self, detail: &str) -> bool {
        let word = detail.split(':').next().unwrap_or_default();
        let Some(field) = Field::ALL.iter().copied().find(|field| field.word() == word) else { return false };
        self.form.say(field, "");
        self.answered.remove(&field);
        true
    }

    /// The summary.
    fn tell(
        &self,
        process: &Process,
        opening: &Opening,
        opened: &Opened,
        paper: &Result<Option<PathBuf>, String>,
    ) -> Result<(), Failure> {
        let (business, branch) = (&opening.business, &opening.branch);
        let name = business.name.as_str();
        print(&format!("{name} is open."))?;
        let line = |what: &str, text: &str| print(&format!("  {what:<15}{text}"));
        line("Business", &format!("{}, language {}", business.slug.as_str(), business.language.as_str()))?;
        let (zone, currency, join) = (branch.time_zone.as_str(), branch.currency, branch.join);
        line("Branch", &format!("{}, {zone}, {currency}; phones join by {join}", branch.slug.as_str()))?;
        line("Administrator", opening.administrator.email.as_str())?;
        if let Some(chosen) = self.chosen.as_ref().filter(|chosen| chosen.is_made_up) {
            line("Password", &format!("{} (shown this once)", chosen.password.expose_secret()))?;
        }
        line("Menu", &format!("{} entries", opened.menu))?;
        line("Tables", &opened.tables.len().to_string())?;
        let again = format!("`comanda branch qr {}`", branch.slug.as_str());
        match paper {
            Ok(None) => {}
            Ok(Some(file)) => {
                line("QR codes", &format!("{}, to be printed; {again} makes them again", file.display()))?;
                let base = &process.settings.diner_url;
                line("", &format!("they lead to {base}; where that is wrong, set COMANDA_DINER_URL and run it"))?;
            }
            Err(why) => line("QR codes", &format!("not written, {why}; {again} makes them"))?,
        }
        Ok(())
    }
}

/// Writes the printable page; `None` where there is no table.
pub(crate) fn write_qr_codes(
    file: Option<PathBuf>,
    (name, slug): (&str, &str),
    tables: &[Linked],
) -> Result<Option<PathBuf>, String> {
    if tables.is_empty() {
        return Ok(None);
    }
    let file = file.unwrap_or_else(|| PathBuf::from(format!("qr-codes-{slug}.html")));
    match fs::write(&file, api::qr_sheet(name, tables)) {
        Ok(()) => Ok(Some(file)),
        Err(error) => Err(format!("{} cannot be written: {error}", file.display())),
    }
}
