//! What phones hear of their carts once a second: the last word of a burst of changes, and prices that changed under
//! their lines.

use super::{Rows, SECOND};
use runtime::{Job, Periodic};
use store::Database;

/// Settles every cart that is due. A cart that cannot be settled keeps no other one waiting.
pub(super) fn settle(db: &Database) -> impl Job + use<> {
    let db = db.clone();
    Periodic::new("cart.settle", SECOND, move || {
        let db = db.clone();
        async move {
            let (mut rows, mut after) = (Rows::default(), None);
            loop {
                let due = db.due_carts(after).await?;
                let Some(last) = due.last() else { return rows.done() };
                after = Some(last.session_id);
                for cart in &due {
                    rows.note(operations::cart::settle(&db, cart).await);
                }
            }
        }
    })
}

/// Tells tables of prices that are not what they were told. A branch whose carts cannot be read and a cart that cannot
/// be told keep no other one waiting.
pub(super) fn reprice(db: &Database) -> impl Job + use<> {
    let db = db.clone();
    Periodic::new("cart.reprice", SECOND, move || {
        let db = db.clone();
        async move {
            let (mut rows, mut after) = (Rows::default(), None);
            loop {
                let branches = db.branches_with_carts(after).await?;
                let Some(last) = branches.last() else { return rows.done() };
                after = Some(*last);
                for branch in branches {
                    match db.repriced_carts(branch).await {
                        Ok(carts) => {
                            for cart in &carts {
                                rows.note(operations::cart::reprice(&db, cart).await);
                            }
                        }
                        failed => rows.note(failed),
                    }
                }
            }
        }
    })
}
