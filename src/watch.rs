//! A look at the database now and then, whether or not somebody asks for a health report: what is wrong with it is
//! said in the log, again and again, until it is right.

use crate::{
    housekeeping::{every, goes_on},
    process::Process,
};
use std::time::Duration;
use store::Soundness;

/// A deleted or replaced database file is noticed at the next request, and without requests after this long.
const EVERY: Duration = Duration::from_secs(10);

/// Starts the looks.
pub(crate) fn start(process: &Process) {
    let (db, shutdown) = (process.db.clone(), process.shutdown.clone());
    process.shutdown.spawn(async move {
        let mut looks = every(EVERY);
        let mut was_sound = true;
        while goes_on(&shutdown, &mut looks).await {
            match db.inspect().await {
                Soundness::Unusable(why) => {
                    tracing::error!(why, "THE DATABASE CANNOT STORE ANYTHING: every order is refused");
                    was_sound = false;
                }
                Soundness::Endangered(why) => tracing::warn!(why, "somebody should look at the database"),
                Soundness::Sound if !was_sound => {
                    tracing::info!("the database stores again");
                    was_sound = true;
                }
                Soundness::Sound => {}
            }
        }
    });
}
