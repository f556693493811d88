//! Whoever cannot bear one allergen may not bear another: a pair, in one direction.

use crate::{
    Error, Result,
    command::Done,
    office::{OfficeEntity, change},
};
use auth::{Management, Staff};
use domain::{CrossReactionId, ProblemCode, menu::Probability, office::EntityKind};
use store::{Answer, Attempt, Database};
use wire::allergen::{CrossReaction, CrossReactionPatch, NewCrossReaction};

fn entity(pair: &CrossReaction) -> OfficeEntity {
    let name = format!("{} → {}", pair.allergen_name, pair.cross_reacts_with_name);
    OfficeEntity::new(EntityKind::CrossReaction, pair.id.get(), name, None)
}

/// Adds a pair.
///
/// # Errors
/// One of the allergens does not exist; both are the same; the pair is known.
pub async fn create(
    db: &Database,
    staff: &Staff<Management>,
    new: &NewCrossReaction,
    attempt: &Attempt,
) -> Result<Answer> {
    if new.allergen_id == new.cross_reacts_with_id {
        return Err(Error::Invalid("cross_reacts_with_id: must be another allergen"));
    }
    let created = change(db, "cross_reaction.create", (staff, attempt), Done::Made, |act| async move {
        let from = act.uow.allergen(staff, new.allergen_id).await?;
        let to = act.uow.allergen(staff, new.cross_reacts_with_id).await?;
        let probability = new.probability.unwrap_or(Probability::Medium);
        let notes = new.notes.clone().map(Into::into);
        let id = act.uow.insert_cross_reaction(&from, &to, probability, notes).await?;
        let pair = act.uow.cross_reaction(staff, id).await?;
        act.created(&entity(&pair), &pair).await?;
        Ok(pair)
    })
    .await;
    match created {
        Err(Error::Store(store::Error::Taken(_))) => Err(Error::Exists {
            code: ProblemCode::AlreadyExists,
            detail: "This cross-reaction is known already".into(),
        }),
        other => other,
    }
}

/// Changes a pair.
///
/// # Errors
/// No such pair.
pub async fn update(
    db: &Database,
    staff: &Staff<Management>,
    id: CrossReactionId,
    patch: &CrossReactionPatch,
    attempt: &Attempt,
) -> Result<Answer> {
    change(db, "cross_reaction.update", (staff, attempt), Done::Changed, |act| async move {
        let before = act.uow.cross_reaction(staff, id).await?;
        let after = CrossReaction {
            probability: patch.probability.unwrap_or(before.probability),
            notes: patch.notes.clone().map(String::from).or(before.notes.clone()),
            ..before.clone()
        };
        act.uow.set_cross_reaction(&before, after.probability, after.notes.clone()).await?;
        act.updated(&entity(&after), &before, &after).await?;
        Ok(after)
    })
    .await
}
