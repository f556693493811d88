//! A look at the database now and then, whether or not somebody asks for a health report: what is wrong with it is
//! said in the log, again and again, until it is right.

use runtime::{Job, JobError, Ran};
use std::time::Duration;
use store::{Database, Soundness};

/// A deleted or replaced database file is noticed at the next request, and without requests after this long.
const EVERY: Duration = Duration::from_secs(10);

/// The look.
pub(super) struct Inspection {
    db: Database,
    was_usable: bool,
}

impl Inspection {
    pub(super) fn new(db: &Database) -> Self {
        Self { db: db.clone(), was_usable: true }
    }
}

#[async_trait::async_trait]
impl Job for Inspection {
    fn name(&self) -> &'static str {
        "database.inspect"
    }

    fn every(&self) -> Duration {
        EVERY
    }

    async fn run(&mut self) -> Result<Ran, JobError> {
        let found = self.db.inspect().await;
        let is_usable = !matches!(found, Soundness::Unusable(_));
        match found {
            Soundness::Unusable(why) => {
                tracing::error!(why, "THE DATABASE CANNOT STORE ANYTHING: every order is refused");
            }
            Soundness::Endangered(why) => tracing::warn!(why, "somebody should look at the database"),
            Soundness::Sound => {}
        }
        if is_usable && !self.was_usable {
            tracing::info!("the database stores again");
        }
        self.was_usable = is_usable;
        Ok(Ran::Done)
    }
}
