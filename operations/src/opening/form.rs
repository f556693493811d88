//! The form that opens a business: what was typed, and all that is wrong with it at once.

use super::Field;
use crate::menu_file::Line;
use domain::{
    Currency,
    branch::{Slug, ZoneName},
    language::Language,
    session::JoinRule,
    staff::Password,
    table::FloorPlan,
    text::{Email, Name, Refused, Text},
};
use secrecy::{ExposeSecret, SecretString};
use std::{collections::BTreeMap, fmt::Display};

/// What was typed so far. An empty text says nothing.
#[derive(Clone, Debug, Default)]
pub struct Form {
    said: BTreeMap<Field, String>,
    password: SecretString,
    /// The lines of the menu file; none without one.
    pub menu: Vec<Line>,
}

/// A field that does not fit: which, what was said, and what it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// Which.
    pub field: Field,
    /// What was said, a secret masked; `None` for nothing.
    pub value: Option<String>,
    /// What it must be.
    pub why: String,
}

impl Misfit {
    /// The sentence for people who know the field by `name`.
    #[must_use]
    pub fn sentence(&self, name: &str) -> String {
        match &self.value {
            Some(value) => format!("{name} is `{value}`: {}", self.why),
            None => format!("{name} is missing: {}", self.why),
        }
    }
}

/// A business to be.
#[derive(Clone, Debug)]
pub struct Business {
    /// What people call it.
    pub name: Name<100>,
    /// What the operator's commands call it.
    pub slug: Slug,
    /// How its people sort names.
    pub language: Language,
}

/// Its first branch.
#[derive(Clone, Debug)]
pub struct FirstBranch {
    /// What guests call it.
    pub name: Name<100>,
    /// What links call it.
    pub slug: Slug,
    /// Whose midnight ends its day.
    pub time_zone: ZoneName,
    /// What its prices are in.
    pub currency: Currency,
    /// Street and town.
    pub address: Option<Text<200>>,
    /// How phones join a table.
    pub join: JoinRule,
}

/// Its first administrator.
#[derive(Clone, Debug)]
pub struct Administrator {
    /// The login.
    pub email: Email,
    /// Given name.
    pub first_name: Option<Name<100>>,
    /// Family name.
    pub last_name: Option<Name<100>>,
    /// The password.
    pub password: Password,
}

/// All that opens a business, each value known to fit.
#[derive(Clone, Debug)]
pub struct Opening {
    /// The business.
    pub business: Business,
    /// Its first branch.
    pub branch: FirstBranch,
    /// Its first administrator.
    pub administrator: Administrator,
    /// Its tables.
    pub floor: FloorPlan,
    /// The lines of its menu file.
    pub menu: Vec<Line>,
}

impl Form {
    /// Says what a field is; an empty text takes it back. A password is kept as it was typed: a space is a character.
    pub fn say(&mut self, field: Field, text: &str) {
        let trimmed = text.trim();
        if field == Field::Password {
            self.password = text.to_owned().into();
        } else if trimmed.is_empty() {
            self.said.remove(&field);
        } else {
            self.said.insert(field, trimmed.to_owned());
        }
    }

    /// What a field is, as it was said or as it follows from others; empty for nothing.
    #[must_use]
    pub fn value(&self, field: Field) -> String {
        self.said.get(&field).cloned().or_else(|| self.usual(field)).unwrap_or_default()
    }

    /// Whether the field was said.
    #[must_use]
    pub fn says(&self, field: Field) -> bool {
        if field == Field::Password {
            return !self.password.expose_secret().is_empty();
        }
        self.said.contains_key(&field)
    }

    /// What counts where nothing is said.
    fn usual(&self, field: Field) -> Option<String> {
        let slug_of = |name| Slug::of_name(&self.value(name)).map(String::from);
        match field {
            Field::Slug => slug_of(Field::Business),
            Field::BranchSlug => slug_of(Field::Branch),
            Field::Language => Some(Language::DEFAULT.to_owned()),
            Field::Join => Some(JoinRule::QrSecret.as_str().to_owned()),
            _ => None,
        }
    }

    /// What is wrong with one field; `None` for nothing.
    #[must_use]
    pub fn misfit(&self, field: Field) -> Option<Misfit> {
        self.filled().err()?.into_iter().find(|misfit| misfit.field == field)
    }

    /// The whole form, checked.
    ///
    /// # Errors
    /// Everything that is wrong with it, in the order of the fields.
    pub fn filled(&self) -> Result<Opening, Vec<Misfit>> {
        let mut reader = Reader { form: self, misfits: Vec::new() };
        let business = reader.business();
        let branch = reader.branch();
        let administrator = reader.administrator();
        let floor = FloorPlan::try_from(self.value(Field::Tables));
        let floor = floor.map_err(|why| reader.refuse(Field::Tables, &why)).ok();
        let mut misfits = reader.misfits;
        misfits.sort_by_key(|misfit| misfit.field);
        match (business, branch, administrator, floor) {
            (Some(business), Some(branch), Some(administrator), Some(floor)) if misfits.is_empty() => {
                Ok(Opening { business, branch, administrator, floor, menu: self.menu.clone() })
            }
            _ => Err(misfits),
        }
    }
}

/// Reads a form to its end, whatever is wrong with it.
struct Reader<'a> {
    form: &'a Form,
    misfits: Vec<Misfit>,
}

impl Reader<'_> {
    fn business(&mut self) -> Option<Business> {
        let (name, slug) = (self.needed(Field::Business), self.needed(Field::Slug));
        let language = self.needed(Field::Language);
        Some(Business { name: name?, slug: slug?, language: language? })
    }

    fn branch(&mut self) -> Option<FirstBranch> {
        let (name, slug) = (self.needed(Field::Branch), self.needed(Field::BranchSlug));
        let time_zone = self.needed(Field::TimeZone);
        let currency = self.word(Field::Currency, Currency::ALL, Currency::as_str);
        let (address, join) = (self.free(Field::Address), self.word(Field::Join, JoinRule::ALL, JoinRule::as_str));
        Some(FirstBranch {
            name: name?,
            slug: slug?,
            time_zone: time_zone?,
            currency: currency?,
            address: address?,
            join: join?,
        })
    }

    fn administrator(&mut self) -> Option<Administrator> {
        let email = self.needed(Field::Email);
        let (first_name, last_name) = (self.free(Field::FirstName), self.free(Field::LastName));
        let password = self.password();
        Some(Administrator { email: email?, first_name: first_name?, last_name: last_name?, password: password? })
    }

    fn password(&mut self) -> Option<Password> {
        let typed = self.form.password.expose_secret();
        if typed.is_empty() {
            self.lack(Field::Password);
            return None;
        }
        Password::try_from(typed.to_owned()).map_err(|why| self.refuse(Field::Password, &why)).ok()
    }

    /// The value of a field that must be there. A short name that nothing can be made of is asked for by its name.
    fn needed<T: TryFrom<String, Error = Refused>>(&mut self, field: Field) -> Option<T> {
        let text = self.form.value(field);
        if text.is_empty() {
            let name = match field {
                Field::Slug => Some(Field::Business),
                Field::BranchSlug => Some(Field::Branch),
                _ => None,
            };
            // Where the name is missing too, that is what is to be said.
            if name.is_none_or(|name| !self.form.value(name).is_empty()) {
                self.lack(field);
            }
            return None;
        }
        T::try_from(text).map_err(|why| self.refuse(field, &why)).ok()
    }

    /// The value of a field that may be left empty.
    fn free<T: TryFrom<String, Error = Refused>>(&mut self, field: Field) -> Option<Option<T>> {
        let text = self.form.value(field);
        if text.is_empty() {
            return Some(None);
        }
        T::try_from(text).map_err(|why| self.refuse(field, &why)).ok().map(Some)
    }

    /// The value of a field that is one of a few words.
    fn word<T: Copy>(&mut self, field: Field, all: &[T], word: fn(T) -> &'static str) -> Option<T> {
        let text = self.form.value(field);
        if text.is_empty() {
            self.lack(field);
            return None;
        }
        let found = all.iter().copied().find(|known| word(*known).eq_ignore_ascii_case(&text));
        if found.is_none() {
            let words: Vec<_> = all.iter().map(|known| word(*known)).collect();
            self.refuse(field, &format!("must be one of {}", words.join(", ")));
        }
        found
    }

    fn refuse(&mut self, field: Field, why: &impl Display) {
        let value = if field == Field::Password { "…".to_owned() } else { self.form.value(field) };
        self.misfits.push(Misfit { field, value: Some(value), why: why.to_string() });
    }

    fn lack(&mut self, field: Field) {
        let why = match field {
            Field::Password => "8 to 128 characters".to_owned(),
            _ => format!("{}, such as `{}`", field.label(), field.example()),
        };
        self.misfits.push(Misfit { field, value: None, why });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(said: &[(Field, &str)]) -> Form {
        let usual = [
            (Field::Business, "Ñandú & Hijos"),
            (Field::Branch, "Centro"),
            (Field::TimeZone, "America/Montevideo"),
            (Field::Currency, "uyu"),
            (Field::Email, " Ana@Example.com"),
            (Field::Password, "long enough"),
        ];
        let mut form = Form::default();
        usual.iter().chain(said).for_each(|(field, text)| form.say(*field, text));
        form
    }

    #[test]
    fn what_is_not_said_follows_from_what_is() {
        let opening = form(&[]).filled().unwrap();
        assert_eq!(opening.business.slug.as_str(), "nandu-hijos");
        assert_eq!((opening.branch.slug.as_str(), opening.branch.join), ("centro", JoinRule::QrSecret));
        assert_eq!((opening.branch.currency, opening.administrator.email.as_str()), (Currency::Uyu, "ana@example.com"));
        assert!(opening.floor.parts().is_empty() && opening.branch.address.is_none());
    }

    #[test]
    fn an_empty_form_lacks_what_it_must_have_and_no_more() {
        let lacking: Vec<_> = Form::default().filled().unwrap_err().into_iter().map(|misfit| misfit.field).collect();
        let needed: Vec<_> = Field::ALL.iter().copied().filter(|field| field.is_needed()).collect();
        assert_eq!(lacking, needed);
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once_with_the_value_and_what_it_must_be() {
        let wrong = [
            (Field::Slug, "Ñandú"),
            (Field::Language, "Spanish"),
            (Field::BranchSlug, "a b"),
            (Field::TimeZone, "Mendoza"),
            (Field::Currency, "Peso"),
            (Field::Join, "anybody"),
            (Field::Email, "ana"),
            (Field::Tables, "INT"),
            (Field::Password, "short"),
        ];
        let misfits = form(&wrong).filled().unwrap_err();
        let fields: Vec<_> = misfits.iter().map(|misfit| misfit.field).collect();
        assert_eq!(fields, wrong.map(|(field, _)| field));
        for (misfit, (_, value)) in misfits.iter().zip(wrong) {
            let said = misfit.sentence("--flag");
            if misfit.field == Field::Password {
                assert!(said.contains("`…`") && !said.contains("short"), "{said}");
            } else {
                assert!(said.starts_with(&format!("--flag is `{value}`: ")), "{said}");
            }
        }
        assert!(misfits[4].why.contains("ARS, BRL") && misfits[5].why.contains("open, qr_secret"), "{misfits:?}");
    }

    #[test]
    fn a_name_without_letters_asks_for_its_short_name() {
        let misfits = form(&[(Field::Business, "寿司")]).filled().unwrap_err();
        assert_eq!((misfits.len(), misfits[0].field, &misfits[0].value), (1, Field::Slug, &None));
    }

    #[test]
    fn nobody_sees_the_password() {
        let form = form(&[]);
        assert!(!format!("{form:?}{:?}", form.filled().unwrap()).contains("long enough"));
    }
}
