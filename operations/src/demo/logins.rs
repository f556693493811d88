//! The demo's people: their logins, the passwords that the README publishes, and who of them still has the published
//! one.

use crate::{Error, Result};
use domain::{Role, text::Email};
use store::Database;

/// Who wrote the recipes.
pub(super) const COOK: &str = "kitchen@demo.com";

/// Login, published password, given name, family name, role.
pub(super) const STAFF: &[(&str, &str, &str, &str, Role)] = &[
    ("admin@demo.com", "admin123", "Admin", "Usuario", Role::Admin),
    ("manager@demo.com", "manager123", "María", "García", Role::Manager),
    ("kitchen@demo.com", "kitchen123", "Chef", "Rodríguez", Role::Kitchen),
    ("waiter@demo.com", "waiter123", "Carlos", "López", Role::Waiter),
    ("ana@demo.com", "ana123", "Ana", "Martínez", Role::Waiter),
    ("alberto.cortez@demo.com", "waiter123", "Alberto", "Cortez", Role::Waiter),
];

/// What the office keeps of each of [`STAFF`], in their order: telephone, identity card, first day of work. Nobody has
/// these: telephone numbers with 555 are for stories, and there are no cards of eight digits above 90 million.
pub(super) const PAPERS: [(&str, &str, &str); 6] = [
    ("+54 261 555-0101", "90123401", "2019-03-01"),
    ("+54 261 555-0102", "90123402", "2020-08-17"),
    ("+54 261 555-0103", "90123403", "2021-02-01"),
    ("+54 261 555-0104", "90123404", "2022-11-14"),
    ("+54 261 555-0105", "90123405", "2023-06-05"),
    ("+54 261 555-0106", "90123406", "2024-12-02"),
];

/// A login with its password in clear.
#[derive(Clone)]
pub(super) struct Login {
    /// What is typed as the e-mail address.
    pub(super) email: &'static str,
    /// The password.
    pub(super) password: String,
}

/// The demo's people with the passwords of the README, in the order of [`STAFF`].
pub(super) fn published() -> Vec<Login> {
    STAFF.iter().map(|(email, password, ..)| Login { email, password: (*password).to_owned() }).collect()
}

/// The hash of each login's password.
pub(super) async fn hashes(logins: &[Login]) -> Result<Vec<String>> {
    let mut hashes = Vec::new();
    for login in logins {
        let hash = auth::password::hash_async(login.password.clone().into()).await;
        hashes.push(hash.map_err(|_| Error::Internal("a password could not be hashed"))?);
    }
    Ok(hashes)
}

/// The demo's logins that let anybody in: active, in whichever business, with the published password.
///
/// # Errors
/// The database failed.
pub async fn published_logins(db: &Database) -> Result<Vec<&'static str>> {
    let mut open = Vec::new();
    for Login { email, password } in published() {
        let login =
            Email::try_from(email.to_owned()).map_err(|_| Error::Internal("a login of the demo is no address"))?;
        let Some(stored) = db.find_password(&login).await? else { continue };
        let right = auth::password::verify_async(password.into(), Some(stored.password_hash)).await;
        if right.map_err(|_| Error::Internal("a password could not be checked"))? {
            open.push(email);
        }
    }
    Ok(open)
}
