//! A party says what it thought of its visit (M20): once, which the session's lock checks and the table's unique
//! constraint backs (I5). The bill may be paid and the session closed by then.

use crate::{
    Error, Result,
    command::{Done, command},
};
use auth::Diner;
use domain::{ProblemCode, text::Text};
use store::{Answer, Attempt, Database};
use wire::diner::Feedback;

/// What a party says.
#[derive(Clone, Debug)]
pub struct Rating {
    /// 1 to 5.
    pub stars: i32,
    /// In its own words.
    pub comment: Option<Text<500>>,
}

/// Keeps the session's feedback.
///
/// # Errors
/// The session has given some.
pub async fn rate(db: &Database, diner: &Diner, rating: &Rating, attempt: &Attempt) -> Result<Answer> {
    command(
        db,
        "diner.rate",
        (diner, attempt),
        |uow| async move { uow.lock_session(diner, diner.session_id()).await },
        |act, session| async move {
            if act.uow.find_feedback(&session).await?.is_some() {
                let detail = "This visit has been rated already".into();
                return Err(Error::Exists { code: ProblemCode::FeedbackExists, detail });
            }
            let row = act.uow.insert_feedback(&session, rating.stars, rating.comment.clone().map(Into::into)).await?;
            let kept = Feedback { id: row.id, rating: row.rating, comment: row.comment, created_at: row.created_at };
            Ok(Done::Changed(kept))
        },
    )
    .await
}
