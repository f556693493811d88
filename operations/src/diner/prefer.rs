//! A diner's taste is kept for the next visit (M17). Under the session's lock, so that of two phones the later one wins
//! whole (I5).

use crate::{
    Error, Result,
    command::{Done, command},
};
use auth::Diner;
use domain::DinerId;
use store::{Answer, Attempt, Database};
use wire::diner::{KeptTaste, Taste};

/// Keeps the taste of the diner of that id, or without one of the diner who joined last.
///
/// # Errors
/// No such diner at the table.
pub async fn prefer(
    db: &Database,
    diner: &Diner,
    who: Option<DinerId>,
    taste: &Taste,
    attempt: &Attempt,
) -> Result<Answer> {
    let kept = serde_json::to_value(taste).map_err(|_| Error::Internal("a taste cannot be written"))?;
    let kept = &kept;
    command(
        db,
        "diner.prefer",
        (diner, attempt),
        |uow| async move { uow.lock_session(diner, diner.session_id()).await },
        |act, session| async move {
            let row = act.uow.find_diner(&session, who).await?.ok_or(Error::NotFound("diner"))?;
            let answer = KeptTaste {
                diner_id: row.id,
                device_id: None,
                implicit_preferences: taste.clone(),
                updated_at: act.uow.now(),
            };
            act.uow.set_diner_preferences(&session, row, kept.clone()).await?;
            Ok(Done::Changed(answer))
        },
    )
    .await
}
