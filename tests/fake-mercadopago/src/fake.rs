//! The handle a test or the demonstration holds: everything that can be done to the provider from outside HTTP.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use tokio::task::JoinHandle;

use crate::clock::Clock;
use crate::delivery::DeliverySpec;
use crate::error::FakeError;
use crate::fault_book::Faults;
use crate::journal::Journal;
use crate::message::{self, Answer, Message};
use crate::options::{Options, Quirks};
use crate::oracle::Oracle;
use crate::provider::Provider;
use crate::seller::Seller;
use crate::state::State;
use crate::status::{Move, Outcome};
use crate::{dispatch, hand, oauth, payment, refund, server};

/// A running fake. Copies are handles to the same one; it stops when the last is dropped.
#[derive(Debug, Clone)]
pub struct FakeMercadoPago {
    provider: Arc<Provider>,
    tasks: Arc<Tasks>,
    address: SocketAddr,
}

/// The tasks that are the running fake; dropped, they end.
#[derive(Debug)]
struct Tasks {
    door: Mutex<Option<JoinHandle<std::convert::Infallible>>>,
    dispatcher: JoinHandle<()>,
}

impl Tasks {
    fn take_door(&self) -> Option<JoinHandle<std::convert::Infallible>> {
        self.door.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Drop for Tasks {
    fn drop(&mut self) {
        self.dispatcher.abort();
        if let Some(door) = self.take_door() {
            door.abort();
        }
    }
}

impl FakeMercadoPago {
    /// Listens and begins to serve on the current runtime.
    ///
    /// # Errors
    /// [`FakeError::Listen`] when the address is taken.
    pub async fn start(options: Options) -> Result<Self, FakeError> {
        Self::selling(options, []).await
    }

    /// The same with sellers who are there before anybody can ask: to a restaurant that runs already, a provider that
    /// does not know its token is a refusal.
    ///
    /// # Errors
    /// [`FakeError::Listen`] when the address is taken.
    pub async fn selling(options: Options, sellers: impl IntoIterator<Item = Seller>) -> Result<Self, FakeError> {
        let listener = server::open(options.address).await?;
        let address = listener.local_addr()?;
        let clock = Clock::new(options.pace);
        let provider = Arc::new(Provider::new(State::new(options, clock, format!("http://{address}"))));
        for seller in sellers {
            oauth::add_seller(&mut provider.state(), seller);
        }
        let door = tokio::spawn(server::serve(Arc::clone(&provider), listener));
        let dispatcher = tokio::spawn(dispatch::run(Arc::clone(&provider)));
        let tasks = Arc::new(Tasks { door: Mutex::new(Some(door)), dispatcher });
        Ok(Self { provider, tasks, address })
    }

    /// `http://127.0.0.1:<port>`: what the restaurant takes for `https://api.mercadopago.com`.
    #[must_use]
    pub fn base_url(&self) -> String {
        self.provider.state().base_url().to_owned()
    }

    /// Stops serving and sending for good; what was written down can still be read.
    pub async fn stop(&self) {
        self.tasks.dispatcher.abort();
        self.stop_listening().await;
        self.provider.state().queue.halt();
        self.provider.clock.ring();
    }

    /// The provider goes down: connections are cut, new ones refused, nothing more is sent. Its data stays.
    pub async fn stop_listening(&self) {
        self.provider.state().queue.paused = true;
        if let Some(door) = self.tasks.take_door() {
            door.abort();
            // Only when the task has ended is the port free.
            let _ = door.await;
        }
        self.provider.clock.ring();
    }

    /// It comes back at the same address, and sends what has become due.
    ///
    /// # Errors
    /// [`FakeError::Listen`] when somebody else took the port meanwhile.
    pub async fn listen_again(&self) -> Result<(), FakeError> {
        let listener = server::open(self.address).await?;
        let door = tokio::spawn(server::serve(Arc::clone(&self.provider), listener));
        let former = self.tasks.door.lock().unwrap_or_else(PoisonError::into_inner).replace(door);
        if let Some(former) = former {
            former.abort();
        }
        self.provider.state().queue.paused = false;
        self.provider.clock.ring();
        Ok(())
    }

    /// Opens a seller's account, or gives a known one (same collector) new data.
    pub fn add_seller(&self, seller: Seller) {
        oauth::add_seller(&mut self.provider.state(), seller);
    }

    /// The account as it is now, tokens rotated by refreshes included.
    #[must_use]
    pub fn seller(&self, collector_id: u64) -> Option<Seller> {
        self.provider.state().sellers.get(&collector_id).cloned()
    }

    /// The seller withdraws the application's rights: its tokens are void.
    ///
    /// # Errors
    /// [`FakeError::UnknownSeller`].
    pub fn revoke(&self, collector_id: u64) -> Result<(), FakeError> {
        oauth::revoke(&mut self.provider.state(), collector_id)
    }

    /// The seller authorises the application: the code for `grant_type=authorization_code`.
    ///
    /// # Errors
    /// [`FakeError::UnknownSeller`].
    pub fn authorize(&self, collector_id: u64) -> Result<String, FakeError> {
        oauth::authorize(&mut self.provider.state(), collector_id)
    }

    /// The rules of what goes wrong.
    #[must_use]
    pub fn faults(&self) -> Faults {
        Faults::new(Arc::clone(&self.provider))
    }

    /// Changes the answers to the open questions while running.
    pub fn set_quirks(&self, change: impl FnOnce(&mut Quirks)) {
        change(&mut self.provider.state().options.quirks);
    }

    /// A guest pays `amount` hundredths of a preference, all of it if not given. Callable any number of times.
    ///
    /// # Errors
    /// Unknown or closed preference, excluded outcome, an amount that is not positive.
    pub fn pay(&self, preference_id: &str, outcome: Outcome, amount: Option<i64>) -> Result<u64, FakeError> {
        payment::pay(&mut self.provider.state(), preference_id, &outcome, amount)
    }

    /// Moves a payment on.
    ///
    /// # Errors
    /// Unknown payment, a move its state does not allow, a refund above what is left.
    pub fn advance(&self, payment: u64, step: Move) -> Result<(), FakeError> {
        payment::advance(&mut self.provider.state(), payment, &step, false)
    }

    /// Moves a payment on though its state does not allow it: an anomaly of the provider.
    ///
    /// # Errors
    /// Unknown payment, a refund above what is left.
    pub fn force(&self, payment: u64, step: Move) -> Result<(), FakeError> {
        payment::advance(&mut self.provider.state(), payment, &step, true)
    }

    /// Ends a refund that is in process (`Quirks::slow_refunds`).
    ///
    /// # Errors
    /// [`FakeError::UnknownRefund`] when it is not open.
    pub fn settle_refund(&self, refund: u64, approved: bool) -> Result<(), FakeError> {
        refund::settle(&mut self.provider.state(), refund, approved)
    }

    /// The preferences of one external reference, oldest first.
    #[must_use]
    pub fn preferences_of(&self, external_reference: &str) -> Vec<String> {
        let state = self.provider.state();
        let mut found: Vec<_> = state
            .preferences
            .values()
            .filter(|preference| preference.terms.external_reference.as_deref() == Some(external_reference))
            .collect();
        found.sort_by(|one, other| (one.created, &one.id).cmp(&(other.created, &other.id)));
        found.into_iter().map(|preference| preference.id.clone()).collect()
    }

    /// Refunds of a payment that were asked for over the API and not refused, with their amounts, oldest first.
    #[must_use]
    pub fn refunds_created(&self, payment: u64) -> Vec<(u64, i64)> {
        let state = self.provider.state();
        let made = state.refunds.values().filter(|refund| refund.payment == payment && refund.by_api && refund.shown());
        made.map(|refund| (refund.id, refund.amount)).collect()
    }

    /// Waits until no notification is due or under way; retries of the future stay scheduled.
    pub async fn deliveries_idle(&self) {
        self.provider.idle().await;
    }

    /// When what waits is due: retries, delayed and held-back notifications.
    #[must_use]
    pub fn scheduled(&self) -> Vec<DateTime<Utc>> {
        self.provider.state().queue.schedule()
    }

    /// Lets notifications go that are held back to be overtaken or shuffled.
    pub fn release_held(&self) {
        let mut state = self.provider.state();
        let now = state.clock.now();
        state.queue.release_held(now);
        state.clock.ring();
    }

    /// Forgets every notification that waits, retries too: lost for good.
    pub fn forget_deliveries(&self) {
        self.provider.state().queue.clear();
        self.provider.clock.ring();
    }

    /// The fake's clock.
    #[must_use]
    pub fn clock(&self) -> Clock {
        self.provider.clock.clone()
    }

    /// Sends one notification about a payment to its own address (or where a flaw says) and returns the answer.
    ///
    /// # Errors
    /// Unknown payment, or one without an address.
    pub async fn deliver(&self, payment: u64, spec: &DeliverySpec) -> Result<Answer, FakeError> {
        hand::deliver(&self.provider, payment, spec).await
    }

    /// The bytes of that notification, for a test that sends them itself.
    ///
    /// # Errors
    /// Unknown payment, or one without an address.
    pub fn message(&self, payment: u64, spec: &DeliverySpec) -> Result<Message, FakeError> {
        hand::message(&mut self.provider.state(), payment, spec).map(|(_, message)| message)
    }

    /// The bytes of a notification about any id to any address, signed with the seller's secret: "Simulate".
    ///
    /// # Errors
    /// [`FakeError::UnknownSeller`].
    pub fn message_to(
        &self,
        seller: u64,
        resource: &str,
        url: &str,
        spec: &DeliverySpec,
    ) -> Result<Message, FakeError> {
        let mut state = self.provider.state();
        if !state.sellers.contains_key(&seller) {
            return Err(FakeError::UnknownSeller(seller));
        }
        let delivery = hand::compose(&mut state, seller, resource, url, spec);
        Ok(message::build(&mut state, &delivery))
    }

    /// Sends such bytes as the provider would; nothing is written down or repeated.
    pub async fn send(&self, message: &Message) -> Answer {
        let limit = self.provider.state().options.ack_timeout;
        message::send(&self.provider.client, &self.provider.clock, message, limit).await
    }

    /// What was asked and sent so far.
    #[must_use]
    pub fn journal(&self) -> Journal {
        self.provider.state().journal.clone()
    }

    /// The true worth of every payment.
    #[must_use]
    pub fn oracle(&self) -> Oracle {
        Oracle::of(&self.provider.state())
    }
}
