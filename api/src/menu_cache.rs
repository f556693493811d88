//! The menus that phones read, rendered once per change and process.
//!
//! What a cached menu is good for is decided by the database alone: `branch.menu_version`, which every change of the
//! menu raises in its own transaction, is read on each request (one statement by an index). So no process has to be
//! told of a change, and none can miss it. What changes without anybody's doing, because something opens, closes or is
//! back, the menu itself foretells: from then on it is read again.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use domain::BranchId;
use http::HeaderValue;
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use store::{BranchRow, Database};
use wire::menu::Menu;

/// Reads of a menu that changes under the reader before it is handed out as it is; the next request reads it again.
const TRIES: u32 = 3;

/// A menu as it goes out.
#[derive(Debug)]
pub(crate) struct RenderedMenu {
    /// What it holds.
    pub(crate) menu: Menu,
    /// The same as JSON.
    pub(crate) body: Bytes,
    /// Changes if and only if `body` does.
    pub(crate) etag: HeaderValue,
    version: i64,
    /// By whose clock it is served.
    timezone: String,
}

type Slot = Arc<tokio::sync::Mutex<Option<Arc<RenderedMenu>>>>;

/// One menu for each branch that somebody asked for.
#[derive(Debug, Default)]
pub(crate) struct MenuCache(Mutex<HashMap<BranchId, Slot>>);

impl MenuCache {
    /// The branch's menu as of its version now. When it has changed, one request reads it and the others wait for that.
    pub(crate) async fn get(&self, db: &Database, branch: &BranchRow) -> store::Result<Arc<RenderedMenu>> {
        let slot = self.slot(branch.id);
        let mut slot = slot.lock().await;
        if let Some(menu) = slot.as_ref().filter(|menu| menu.is_of(branch, db.clock().now())) {
            return Ok(menu.clone());
        }
        // While we waited the branch may have moved on, and another request with it.
        let mut branch = fresh(db, branch).await?;
        if let Some(menu) = slot.as_ref().filter(|menu| menu.is_of(&branch, db.clock().now())) {
            return Ok(menu.clone());
        }
        let mut tries = 1;
        loop {
            let menu = Arc::new(RenderedMenu::new(db.menu(&branch).await?, &branch)?);
            let after = fresh(db, &branch).await?;
            // Read in several statements: only if nothing changed in between do they belong together.
            if menu.is_of(&after, db.clock().now()) {
                *slot = Some(menu.clone());
                return Ok(menu);
            }
            if tries == TRIES {
                return Ok(menu);
            }
            tries += 1;
            branch = after;
        }
    }

    fn slot(&self, branch: BranchId) -> Slot {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(branch).or_default().clone()
    }
}

async fn fresh(db: &Database, branch: &BranchRow) -> store::Result<BranchRow> {
    let now = db.find_public_branch(&branch.slug).await?.filter(|now| now.id == branch.id);
    Ok(now.unwrap_or_else(|| branch.clone()))
}

impl RenderedMenu {
    fn new(menu: Menu, branch: &BranchRow) -> store::Result<Self> {
        let body = store::Answer::json(store::Outcome::Changed, &menu)?.body;
        let etag = etag(&body);
        Ok(Self { menu, body, etag, version: branch.menu_version, timezone: branch.timezone.clone() })
    }

    fn is_of(&self, branch: &BranchRow, now: DateTime<Utc>) -> bool {
        self.version == branch.menu_version
            && self.menu.changes_at.is_none_or(|changes| now < changes)
            && self.timezone == branch.timezone
            && self.menu.branch_name == branch.name
            && self.menu.branch_slug == branch.slug
    }
}

/// A strong validator: a digest of the very bytes.
pub(crate) fn etag(body: &[u8]) -> HeaderValue {
    let digest = hex::encode(Sha256::digest(body));
    HeaderValue::from_str(&format!("\"{}\"", &digest[..32])).unwrap_or(HeaderValue::from_static("\"\""))
}
