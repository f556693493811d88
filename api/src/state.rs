//! What every handler can reach.

use crate::{held_back::HeldBack, menu_cache::MenuCache, setup::SetupDoor, turned_away::TurnedAway};
use auth::Authenticator;
use axum::extract::FromRef;
use operations::payment::Providers;
use pictures::Pictures;
use runtime::{Bus, Jobs, RateLimits, Settings, telemetry::MetricsHandle};
use std::sync::Arc;
use store::Database;

/// The shared state of the API. Cheap to clone.
#[derive(Clone, Debug)]
pub struct AppState(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    parts: Parts,
    menus: MenuCache,
    turned_away: TurnedAway,
    held_back: HeldBack,
}

/// What the state is made of.
#[derive(Debug)]
pub struct Parts {
    /// The database.
    pub db: Database,
    /// Turns tokens into principals.
    pub authenticator: Arc<Authenticator>,
    /// For its health; events reach it through `db`.
    pub bus: Bus,
    /// How often who may do what.
    pub limits: RateLimits,
    /// The payment providers.
    pub providers: Providers,
    /// Uploaded pictures.
    pub pictures: Pictures,
    /// The configuration.
    pub settings: Settings,
    /// What `/metrics` prints.
    pub metrics: MetricsHandle,
    /// For the health report: the background work of this process.
    pub jobs: Jobs,
    /// The way in to `/setup`, where nobody has opened a business yet.
    pub setup: Option<SetupDoor>,
}

impl AppState {
    /// Makes the state.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(Shared {
            parts,
            menus: MenuCache::default(),
            turned_away: TurnedAway::default(),
            held_back: HeldBack::default(),
        }))
    }

    /// The menus this process has rendered.
    pub(crate) fn menus(&self) -> &MenuCache {
        &self.0.menus
    }

    /// The phones that this process has refused as removed from their table.
    pub(crate) fn turned_away(&self) -> &TurnedAway {
        &self.0.turned_away
    }

    /// Who waits for an answer that they have had already.
    pub(crate) fn held_back(&self) -> &HeldBack {
        &self.0.held_back
    }
}

impl std::ops::Deref for AppState {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0.parts
    }
}

impl FromRef<AppState> for Arc<Authenticator> {
    fn from_ref(state: &AppState) -> Self {
        Self::clone(&state.authenticator)
    }
}
