//! The work of the queue of what is to be fetched: each piece is a look at something of a provider's.

use super::{providers::Providers, sync::sync};
use crate::{Result, work::Work};
use chrono::TimeDelta;
use std::time::Duration;
use store::{Database, Piece, Queue, SYNCS, SyncRow};

/// The work of the queue of looks.
#[derive(Clone, Debug)]
pub struct Syncs(pub Providers);

#[async_trait::async_trait]
impl Work for Syncs {
    fn queue(&self) -> &'static Queue {
        &SYNCS
    }

    fn lease(&self) -> TimeDelta {
        self.0.lease()
    }

    fn pause(&self) -> Duration {
        self.0.settings().retry_base
    }

    async fn carry_out(&self, db: &Database, piece: &Piece) -> Result<()> {
        sync(db, &self.0, &SyncRow::try_from(piece.clone())?).await.map(drop)
    }
}
