//! What is to be fetched from providers, as pieces of the queue: one for each thing, so that a hundred notices are one
//! look, and none is lost that arrives while somebody looks (S1, S2).

use super::AccountRow;
use crate::{
    Database,
    error::{Error, Result},
    queue::{Item, Piece, Reason, SYNCS},
    sql::sql,
    unit_of_work::{UnitOfWork, one},
};
use chrono::TimeDelta;
use domain::{
    AccountId, TenantId,
    payment::{ResourceKind, SyncCause},
};
use std::ops::Deref;

/// A look at something of a provider's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncRow {
    /// The account to look through.
    pub account_id: AccountId,
    /// What is to be fetched.
    pub kind: ResourceKind,
    /// The provider's number of it.
    pub resource_id: String,
    /// Why.
    pub cause: SyncCause,
    piece: Piece,
}

impl Deref for SyncRow {
    type Target = Piece;
    fn deref(&self) -> &Piece {
        &self.piece
    }
}

impl TryFrom<Piece> for SyncRow {
    type Error = Error;

    fn try_from(piece: Piece) -> Result<Self> {
        Ok(Self {
            account_id: AccountId(piece.lane),
            kind: ResourceKind::parse(&piece.kind).ok_or(Error::NotFound("kind of work"))?,
            resource_id: piece.subject.clone(),
            cause: SyncCause::parse(&piece.cause).ok_or(Error::NotFound("cause of work"))?,
            piece,
        })
    }
}

/// A notice or a person begins a new row of retries; a mere hint waits for what waits already (S12). What is parked
/// waits for credentials, but for an operator, who wants to see.
const fn reason(cause: SyncCause) -> Reason {
    Reason {
        cause: cause.as_str(),
        rank: cause.rank(),
        hurries: !matches!(cause, SyncCause::Hint),
        unparks: matches!(cause, SyncCause::Operator),
    }
}

const fn item(tenant: TenantId, account: AccountId, kind: ResourceKind, resource: &str) -> Item<'_> {
    Item { tenant, lane: account.get(), kind: kind.as_str(), subject: resource, series: None }
}

impl UnitOfWork {
    /// Asks for something to be fetched; one that is being fetched at this moment will be fetched once more. What comes
    /// through an account that was taken out of use is a person's from the start.
    ///
    /// # Errors
    /// The database failed.
    pub async fn enqueue_sync(
        &self,
        account: &AccountRow,
        kind: ResourceKind,
        resource: &str,
        cause: SyncCause,
    ) -> Result<()> {
        let item = item(account.tenant_id, account.id, kind, resource);
        self.enqueue(&SYNCS, item, reason(cause)).await.map(drop)
    }

    /// Asks for something to be fetched and leases it at once; `None` when a worker has it, who will fetch it once
    /// more.
    ///
    /// # Errors
    /// The database failed.
    pub async fn lease_sync(
        &self,
        account: &AccountRow,
        kind: ResourceKind,
        resource: &str,
        cause: SyncCause,
        lease: TimeDelta,
    ) -> Result<Option<SyncRow>> {
        let item = item(account.tenant_id, account.id, kind, resource);
        let piece = self.enqueue(&SYNCS, item, reason(cause)).await?;
        self.lease_piece(piece.id, lease).await?.map(SyncRow::try_from).transpose()
    }
}

impl Database {
    /// The queue's row about a thing, if there is one.
    ///
    /// # Errors
    /// The database failed.
    pub async fn sync_of(&self, account: &AccountRow, kind: ResourceKind, resource: &str) -> Result<Option<SyncRow>> {
        let sql = sql!(
            tenant,
            "select * from work where tenant_id = $1 and queue = $2 and lane = $3 and kind = $4 and subject = $5"
        );
        let values =
            [account.tenant_id.into(), SYNCS.name.into(), account.id.into(), kind.as_str().into(), resource.into()];
        let piece: Option<Piece> = one(self.reader(), sql, values).await?;
        piece.map(SyncRow::try_from).transpose()
    }
}

#[cfg(test)]
mod tests;
