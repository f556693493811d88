//! The last word of a burst of cart changes, told to the phones once a second.

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
