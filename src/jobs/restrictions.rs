//! Products whose 86 has ended are sold again, to the second.

use super::{Rows, SECOND};
use operations::Error;
use runtime::{Job, Periodic};
use store::Database;

/// Ends every restriction that is over. One that cannot be ended keeps no other one waiting.
pub(super) fn end(db: &Database) -> impl Job + use<> {
    let db = db.clone();
    Periodic::new("menu.end_restrictions", SECOND, move || {
        let db = db.clone();
        async move {
            let (mut rows, mut after) = (Rows::default(), None);
            loop {
                let ended = db.ended_restrictions(after).await?;
                let Some(last) = ended.last() else { return rows.done() };
                after = Some((last.branch_id, last.product_id));
                for restriction in &ended {
                    match operations::menu::end_restriction(&db, restriction).await {
                        // The office took the product or the branch away: there is nobody to tell.
                        Err(Error::Store(store::Error::NotFound(_))) => {}
                        ended => rows.note(ended),
                    }
                }
            }
        }
    })
}
