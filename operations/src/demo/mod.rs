//! The demo restaurant "Buen Sabor" (admin-kitchen.md §6): what a newcomer plays with and the tests stand on.

mod floor;
mod menu;
mod pantry;
mod recipes;

use crate::{
    Error, Result,
    command::{Twice, keyless},
};
use domain::{Role, round::RoundConfirmation, session::JoinRule, timezone::DEFAULT_TIME_ZONE};
use store::{Database, NewBranch, NewUser};

const SLUG: &str = "buen-sabor";

/// Who wrote the recipes.
const COOK: &str = "kitchen@demo.com";

/// Login, password, given name, family name, role.
const STAFF: &[(&str, &str, &str, &str, Role)] = &[
    ("admin@demo.com", "admin123", "Admin", "Usuario", Role::Admin),
    ("manager@demo.com", "manager123", "María", "García", Role::Manager),
    ("kitchen@demo.com", "kitchen123", "Chef", "Rodríguez", Role::Kitchen),
    ("waiter@demo.com", "waiter123", "Carlos", "López", Role::Waiter),
    ("ana@demo.com", "ana123", "Ana", "Martínez", Role::Waiter),
    ("alberto.cortez@demo.com", "waiter123", "Alberto", "Cortez", Role::Waiter),
];

/// Adds the demo restaurant where it is missing. Two processes that start together add one.
///
/// # Errors
/// The database failed, or another process was adding it at the same moment and failed.
pub async fn seed(db: &Database) -> Result<()> {
    if db.has_tenant(SLUG).await? {
        return Ok(());
    }
    let hashes = hashes().await?;
    let hashes = &hashes;
    let seeded = keyless(db, "demo.seed", Twice::FindsTheFirst, |uow| async move {
        let about = Some("Cocina argentina en el corazón de Mendoza");
        let tenant = uow.insert_tenant("Buen Sabor", SLUG, about, "#f97316").await?;
        let branch = uow.insert_branch(tenant, centro()).await?;
        let mut people = Vec::new();
        for ((email, _, first, last, role), hash) in STAFF.iter().zip(hashes) {
            let new = NewUser {
                email: (*email).to_owned(),
                password_hash: hash.clone(),
                first_name: Some((*first).to_owned()),
                last_name: Some((*last).to_owned()),
            };
            let user = uow.insert_user(tenant, new, &[(branch.id, *role)]).await?;
            people.push((*email, user));
        }
        floor::lay(&uow, &branch, &people).await?;
        pantry::stock(&uow, tenant).await?;
        let menu = menu::write(&uow, &branch).await?;
        let cook = people.iter().find(|(email, _)| *email == COOK).map(|(_, user)| *user);
        recipes::write(&uow, &branch, cook, &menu).await
    })
    .await;
    match seeded {
        // Another process was faster: its restaurant is as good as ours.
        Err(Error::Store(store::Error::Taken(_))) => Ok(()),
        other => other,
    }
}

fn centro() -> NewBranch {
    NewBranch {
        name: "Sucursal Centro".into(),
        slug: "centro".into(),
        address: Some("Av. San Martín 1234, Mendoza".into()),
        phone: Some("+54 261 123-4567".into()),
        timezone: DEFAULT_TIME_ZONE.into(),
        opening_time: Some("09:00".into()),
        closing_time: Some("23:00".into()),
        round_confirmation: RoundConfirmation::None,
        join_rule: JoinRule::Open,
        deactivated: false,
    }
}

async fn hashes() -> Result<Vec<String>> {
    let mut hashes = Vec::new();
    for (_, password, ..) in STAFF {
        let hash = auth::password::hash_async((*password).into()).await;
        hashes.push(hash.map_err(|_| Error::Internal("a password could not be hashed"))?);
    }
    Ok(hashes)
}
