//! Second factors that an older version kept as they are.

use super::{MINUTE, Rows};
use operations::{account::seal_second_factor, payment::Providers};
use runtime::{Job, Periodic};
use store::Database;

/// Seals every one. One that cannot be sealed keeps no other one waiting.
pub(super) fn seal(db: &Database, providers: &Providers) -> impl Job + use<> {
    let (db, providers) = (db.clone(), providers.clone());
    Periodic::new("second_factor.seal", MINUTE, move || {
        let (db, providers) = (db.clone(), providers.clone());
        async move {
            let (mut rows, mut after) = (Rows::default(), None);
            loop {
                let plain = db.plain_second_factors(after).await?;
                let Some(last) = plain.last() else { return rows.done() };
                after = Some(*last);
                for user in plain {
                    rows.note(seal_second_factor(&db, providers.vault(), user).await);
                }
            }
        }
    })
}
