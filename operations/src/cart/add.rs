//! A diner adds to the cart (M6).
//!
//! The quantity is an increment, as the shipped phones mean it (design.md §9). Under the session's lock any number of
//! phones add up exactly, and a repeat with the same key adds nothing (I5, I7).

use super::tell;
use crate::{
    Error, Result,
    command::{Done, command},
    menu::{ensure_orderable, not_a_choice},
};
use auth::Diner;
use domain::{
    DinerId, ProblemCode, ProductId,
    event::Event,
    menu::Choices,
    round::MAX_LINES,
    text::{Quantity, Text},
};
use store::{Answer, Attempt, Database, Locked, Seated, UnitOfWork};

/// What is added.
#[derive(Clone, Debug)]
pub struct NewCartLine {
    /// What.
    pub product_id: ProductId,
    /// What is chosen of it; another choice is another line.
    pub choices: Choices,
    /// How many more.
    pub quantity: Quantity,
    /// Replaces the line's note; `None` leaves it.
    pub notes: Option<Text<500>>,
    /// Whose line it is; without it, the diner's who joined last.
    pub diner_id: Option<DinerId>,
}

/// Adds to the diner's line of the product with these choices, or starts it. The sum is capped at 99.
///
/// # Errors
/// The session takes no orders; the product is not on the menu or is out; no such diner at the table.
pub async fn add(db: &Database, diner: &Diner, new: &NewCartLine, attempt: &Attempt) -> Result<Answer> {
    command(
        db,
        "cart.add",
        (diner, attempt),
        |uow| async move { uow.lock_session(diner, diner.session_id()).await },
        |act, session| async move {
            session.status.ensure_ordering()?;
            ensure_available(&act.uow, &session, new).await?;
            let owner =
                act.uow.find_diner(&session, new.diner_id).await?.ok_or_else(|| not_at_the_table(new.diner_id))?;
            let notes = new.notes.clone().map(String::from);
            let line = match act.uow.find_cart_line_of(&session, owner.id, new.product_id, &new.choices).await? {
                Some(row) => {
                    let quantity = row.quantity.plus_capped(new.quantity);
                    tell::change(&act.uow, &session, &row, quantity, notes.or(row.notes.clone())).await?
                }
                None => {
                    if act.uow.cart_lines(&session).await?.len() >= MAX_LINES {
                        return Err(Error::refused(
                            ProblemCode::CartFull,
                            format!("The cart holds {MAX_LINES} lines already"),
                        ));
                    }
                    let what = (new.product_id, &new.choices);
                    let row = act.uow.insert_cart_line(&session, owner.id, what, new.quantity, notes).await?;
                    act.uow.raise_cart_version(&session).await?;
                    let line = tell::line(&act.uow.cart_lines(&session).await?, row.id)?;
                    act.uow.note_told(&session, std::slice::from_ref(&line)).await?;
                    act.uow.emit(session.place(), tell::as_diner(&line), Event::CartItemAdded(line.clone()));
                    line
                }
            };
            Ok(Done::Changed(line))
        },
    )
    .await
}

async fn ensure_available(uow: &UnitOfWork, session: &Locked<Seated>, new: &NewCartLine) -> Result<()> {
    let offering = uow.find_offering(session, &[new.product_id], new.choices.ids()).await?;
    let product = offering.product(new.product_id).ok_or(Error::NotFound("product"))?;
    offering.chosen(new.product_id, &new.choices).map_err(|id| not_a_choice(product, id))?;
    // A cart reserves nothing; a phone that asks for more than there is hears of it now rather than when it sends.
    ensure_orderable(product, new.quantity.get())
}

fn not_at_the_table(diner: Option<DinerId>) -> Error {
    match diner {
        Some(id) => Error::refused(ProblemCode::UnknownDiner, format!("Diner {id} is not at this table")),
        None => Error::refused(ProblemCode::NoDiner, "Nobody has joined this table yet"),
    }
}
