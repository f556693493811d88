//! The provider behind its doors: takes a request through the faults to the operation and back.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::call::{Call, Content, Reply};
use crate::clock::Clock;
use crate::distort::{Rendered, render};
use crate::faults::Fault;
use crate::journal::RequestEntry;
use crate::json::Json;
use crate::route::Route;
use crate::search::{self, Blur};
use crate::state::State;
use crate::status::Outcome;
use crate::{chargeback, oauth, order, page, payment, payment_api, preference_api, refund};

/// The longest that "notified before answered" holds an answer back.
const NOTIFY_FIRST: Duration = Duration::from_secs(10);

/// The connection is cut without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection is cut on purpose")]
pub(crate) struct Cut;

#[derive(Debug)]
pub(crate) struct Provider {
    state: Mutex<State>,
    pub(crate) clock: Clock,
    pub(crate) client: reqwest::Client,
}

impl Provider {
    pub(crate) fn new(state: State) -> Self {
        let clock = state.clock.clone();
        // In one build with the provider's client, reqwest has TLS compiled in and asks for cryptography before it is
        // used.
        let _installed_already = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            // Only the address itself can acknowledge; where it points to is not asked.
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .expect("a client without TLS needs nothing of the machine");
        Self { state: Mutex::new(state), clock, client }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        // A test that panicked while looking has changed nothing.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until no notification is due or under way.
    pub(crate) async fn idle(&self) {
        let mut changed = self.clock.subscribe();
        while !self.state().queue.idle(self.clock.now()) {
            // The sender lives in our own clock.
            let _ = changed.changed().await;
        }
    }

    /// Answers a request, or cuts its connection.
    pub(crate) async fn reply(self: &Arc<Self>, mut call: Call) -> Result<Rendered, Cut> {
        let (faults, entry) = self.arrive(&mut call);
        for fault in &faults {
            match fault {
                Fault::Latency { min, .. } => tokio::time::sleep(*min).await,
                Fault::Hang => std::future::pending().await,
                Fault::ResetBefore => return Err(Cut),
                _ => {}
            }
        }
        let refused = faults.iter().find_map(|fault| refusal(self, fault));
        let applied = refused.is_none();
        let mut reply = match refused {
            Some(refusal) => refusal,
            None => self.apply(&call, &faults, entry),
        };
        if applied {
            self.before_answer(&mut reply, &faults).await;
            for fault in &faults {
                match fault {
                    Fault::HangAfter => std::future::pending().await,
                    Fault::ResetAfter => return Err(Cut),
                    Fault::StatusAfter(status) => reply = Reply::error(*status, "internal_error", "internal error"),
                    _ => {}
                }
            }
        }
        let rendered = render(reply, &faults);
        if let Some(entry) = self.state().journal.requests.get_mut(entry) {
            entry.status = Some(rendered.status);
        }
        Ok(rendered)
    }

    /// Finds out who asks, decides what goes wrong, and writes the request down.
    fn arrive(&self, call: &mut Call) -> (Vec<Fault>, usize) {
        let mut state = self.state();
        let seller = call.bearer.as_deref().and_then(|token| state.seller_of(token));
        call.seller = seller.unwrap_or(0);
        let entry = RequestEntry {
            at: state.clock.now(),
            route: call.route,
            method: call.method.clone(),
            path: call.path.clone(),
            query: call.query.clone(),
            seller,
            resource: call.resource.clone(),
            idempotency_key: call.idempotency_key.clone(),
            body: call.text(),
            status: None,
            applied: false,
        };
        state.journal.requests.push(entry);
        (state.rules.strike(call), state.journal.requests.len() - 1)
    }

    fn apply(&self, call: &Call, faults: &[Fault], entry: usize) -> Reply {
        let mut state = self.state();
        if call.route.needs_token() && call.seller == 0 {
            return Reply::unauthorized();
        }
        if call.route.needs_token() && state.over_rate(call.seller) {
            return Reply::too_many(1);
        }
        if let Some(entry) = state.journal.requests.get_mut(entry) {
            entry.applied = true;
        }
        operate(&mut state, call, faults)
    }

    async fn before_answer(&self, reply: &mut Reply, faults: &[Fault]) {
        let pays = faults.iter().find_map(|fault| match fault {
            Fault::PayBeforeAnswer(outcome) => Some(outcome),
            _ => None,
        });
        if let Some(outcome) = pays {
            self.pay_new(reply, outcome);
        }
        if pays.is_some() || faults.contains(&Fault::DeliverBeforeAnswer) {
            // A receiver that waits for this very answer must not deadlock us.
            let _ = tokio::time::timeout(NOTIFY_FIRST, self.idle()).await;
        }
    }

    fn pay_new(&self, reply: &mut Reply, outcome: &Outcome) {
        let Content::Json(body) = &mut reply.content else { return };
        if let Some(Json::Text(id)) = body.get_mut("id") {
            // A preference that excludes the outcome is simply not paid.
            let _ = payment::pay(&mut self.state(), id, outcome, None);
        }
    }
}

/// The answer of a fault that keeps the operation from running.
fn refusal(provider: &Provider, fault: &Fault) -> Option<Reply> {
    Some(match fault {
        Fault::Status(status) => Reply::error(*status, "internal_error", "internal error"),
        Fault::TooMany { retry_after } => Reply::too_many(*retry_after),
        Fault::Unauthorized => Reply::unauthorized(),
        Fault::Forbidden => Reply::forbidden(),
        Fault::InvalidGrant => oauth::invalid_grant(),
        Fault::NotFoundFirst(_) => payment_api::not_found(&mut provider.state()),
        Fault::ContradictoryRefund => {
            Reply::cause(400, "bad_request", 2084, "The payment is not in a state that allows refunds", "")
        }
        _ => return None,
    })
}

fn blur(state: &State, faults: &[Fault]) -> Blur {
    let mut blur = Blur { lag: state.options.quirks.search_lag, missing: 0 };
    for fault in faults {
        match fault {
            Fault::SearchLag(lag) => blur.lag = *lag,
            Fault::SearchSubset(share) => blur.missing = *share,
            _ => {}
        }
    }
    blur
}

fn operate(state: &mut State, call: &Call, faults: &[Fault]) -> Reply {
    match call.route {
        Route::CreatePreference => preference_api::create(state, call),
        Route::ReadPreference => preference_api::read(state, call),
        Route::UpdatePreference => preference_api::update(state, call),
        Route::SearchPreferences => preference_api::search(state, call),
        Route::ReadPayment => payment_api::read(state, call, faults.contains(&Fault::Stale)),
        Route::UpdatePayment => payment_api::update(state, call),
        Route::SearchPayments => {
            let blur = blur(state, faults);
            search::payments(state, call, blur)
        }
        Route::CreateRefund => refund::create(state, call),
        Route::ListRefunds => refund::list(state, call),
        Route::ReadRefund => refund::read(state, call),
        Route::ReadOrder => order::read(state, call),
        Route::SearchOrders => order::search(state, call),
        Route::ReadChargeback => chargeback::read(state, call),
        Route::Token => oauth::token(state, call),
        Route::Me => oauth::me(state, call),
        Route::Page => page::show(state, call),
        Route::PagePay => page::pay(state, call),
        Route::Unknown => Reply::error(404, "not_found", "resource not found"),
    }
}
