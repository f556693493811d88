//! The demo restaurant "Buen Sabor" (admin-kitchen.md §6): what a newcomer plays with and the tests stand on.

mod floor;
mod logins;
mod menu;
mod pantry;
mod recipes;
mod words;

pub use logins::published_logins;

use crate::{
    Error, Result,
    command::{Twice, keyless},
};
use domain::{
    Currency, cash::CashWithoutSession, round::RoundConfirmation, session::JoinRule, timezone::DEFAULT_TIME_ZONE,
};
use logins::{COOK, PAPERS, STAFF, hashes, published};
use std::collections::HashMap;
use store::{Database, NewBranch, NewUser};

const SLUG: &str = "buen-sabor";

/// Addresses of pictures by the names of the dishes that they show; a dish without one has none.
pub type DishPictures = HashMap<&'static str, String>;

/// A dish of the demo's menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dish {
    /// The part of the menu.
    pub category: &'static str,
    /// The part of the category.
    pub section: &'static str,
    /// What it is called.
    pub name: &'static str,
    /// The how manieth it is there, from 0.
    pub place: usize,
}

/// The dishes of the demo's menu, in its order.
pub fn dishes() -> impl Iterator<Item = Dish> {
    menu::dishes()
}

/// Whether the demo restaurant is there.
///
/// # Errors
/// The database failed.
pub async fn is_laid(db: &Database) -> Result<bool> {
    Ok(db.has_tenant(SLUG).await?)
}

/// Adds the demo restaurant to a database without a business, with the passwords of the README. Two processes that
/// start together add one; beside anybody else's business it adds nothing, so that a start in the wrong mode leaves a
/// restaurant's own database as it was.
///
/// # Errors
/// The database failed, or another process was adding it at the same moment and failed.
pub async fn seed(db: &Database, pictures: &DishPictures) -> Result<()> {
    if db.has_businesses().await? {
        return Ok(());
    }
    let logins = published();
    let hashes = hashes(&logins).await?;
    let hashes = &hashes;
    let seeded = keyless(db, "demo.seed", Twice::FindsTheFirst, |uow| async move {
        if uow.has_businesses().await? {
            return Ok(());
        }
        let about = Some("Cocina argentina en el corazón de Mendoza");
        let tenant = uow.insert_tenant("Buen Sabor", SLUG, about, "#f97316").await?;
        let branch = uow.insert_branch(tenant, centro()).await?;
        let mut people = Vec::new();
        for (((email, _, first, last, role), hash), (phone, dni, hired)) in STAFF.iter().zip(hashes).zip(PAPERS) {
            let new = NewUser {
                email: (*email).to_owned(),
                password_hash: hash.clone(),
                first_name: Some((*first).to_owned()),
                last_name: Some((*last).to_owned()),
                phone: Some(phone.to_owned()),
                dni: Some(dni.to_owned()),
                hire_date: Some(hired.to_owned()),
            };
            let user = uow.insert_user(tenant, new, &[(branch.id, *role)]).await?;
            people.push((*email, user));
        }
        floor::lay(&uow, &branch, &people).await?;
        pantry::stock(&uow, tenant).await?;
        let menu = menu::write(&uow, &branch, pictures).await?;
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
        currency: Currency::Ars,
        cash_rounding: None,
        cash_without_session: CashWithoutSession::Warn,
        deactivated: false,
    }
}
