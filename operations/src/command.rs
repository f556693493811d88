//! The frame of every command, so that none can leave a step out: lock, first answer of a repeated key, decide and
//! write, settle the checks that owe differently, give portions back, keep the answer.
//!
//! An operation says two things: what it locks, and what it decides under that lock. The rest is here and nowhere else
//! (I4, I5, I7). Audit rows, events and the transaction's end are the store's ([`store::Database::transaction`]).

use crate::{Error, Result, menu::portions};
use auth::{Author, Scope};
use domain::{
    ProductId,
    event::{CartCleared, Event, Place},
};
use serde::Serialize;
use std::sync::{Arc, Mutex, PoisonError};
use store::{Answer, Attempt, Change, Database, Locked, Outcome, Seated, UnitOfWork};

/// What a command came to, with what its caller is told.
#[derive(Clone, Debug)]
pub(crate) enum Done<T> {
    /// Something new exists.
    Made(T),
    /// Something is different now, or is as it was asked to be.
    Changed(T),
    /// It is written down that it shall be done; a worker does it.
    Accepted(T),
    /// It is done, and there is nothing to tell.
    Nothing,
}

/// A command under way: its transaction, who gives it, and which delivery of it this is.
#[derive(Debug)]
pub(crate) struct Act<'a, C> {
    pub(crate) uow: UnitOfWork,
    pub(crate) by: &'a C,
    pub(crate) attempt: &'a Attempt,
    freed: Arc<Mutex<Vec<Freed>>>,
}

/// Nobody delivers what a worker does by itself.
static NO_ATTEMPT: Attempt = Attempt { key: None, fingerprint: String::new(), ip: None, user_agent: None };

/// Portions that nobody will make, of a party's branch.
type Freed = (Locked<Seated>, Vec<(ProductId, i32)>);

impl<C> Clone for Act<'_, C> {
    fn clone(&self) -> Self {
        let (uow, freed) = (self.uow.clone(), Arc::clone(&self.freed));
        Self { uow, by: self.by, attempt: self.attempt, freed }
    }
}

impl<'a, C: Scope> Act<'a, C> {
    /// The context of a change without a key, which a worker or an operator makes.
    pub(crate) fn of_worker(uow: &UnitOfWork, by: &'a C) -> Self {
        Self::new(uow.clone(), by, &NO_ATTEMPT)
    }

    /// The context of a change without a key that somebody asked for in `attempt`.
    pub(crate) fn new(uow: UnitOfWork, by: &'a C, attempt: &'a Attempt) -> Self {
        Self { uow, by, attempt, freed: Arc::default() }
    }

    /// Tells `place` of `event`, in the caller's name.
    pub(crate) fn emit(&self, place: Place, event: Event) {
        self.uow.emit(place, self.by.actor(place.branch_id), event);
    }

    /// Tells every phone of the table that the cart is empty. A round empties the cart whatever was sent (M11).
    pub(crate) fn emit_cart_cleared(&self, session: &Locked<Seated>) {
        self.emit(session.place(), Event::CartCleared(CartCleared { cleared: true }));
    }

    /// Has the branch sell these portions again. The frame does it after all else, for their menu rows are locked after
    /// session and check (decisions/010).
    pub(crate) fn give_back(&self, session: &Locked<Seated>, portions: Vec<(ProductId, i32)>) {
        self.freed.lock().unwrap_or_else(PoisonError::into_inner).push((session.clone(), portions));
    }

    /// Tells of products that ran out or are back.
    pub(crate) async fn tell_turned(&self, session: &Locked<Seated>, turned: portions::Turned) -> Result<()> {
        turned.tell(&self.uow, session, self.by.actor(session.branch_id)).await
    }

    /// Settles the check of every session whose debt the command's writes changed and that it has not settled itself.
    async fn settle(&self) -> Result<()> {
        for owing in self.uow.unsettled() {
            let session = self.uow.lock_session(self.by, owing.session).await?;
            self.settle_session(&session, owing.cause).await?;
        }
        Ok(())
    }

    async fn sell_again(&self) -> Result<()> {
        let freed = std::mem::take(&mut *self.freed.lock().unwrap_or_else(PoisonError::into_inner));
        for (session, portions) in freed {
            let turned = portions::give_back(&self.uow, &session, &portions).await?;
            self.tell_turned(&session, turned).await?;
        }
        Ok(())
    }
}

impl<C: Author> Act<'_, C> {
    /// Notes `change` in the audit log, in the caller's name.
    pub(crate) fn audit(&self, change: Change) {
        self.uow.audit(self.by, self.attempt, change);
    }
}

/// Runs a command: `lock` locks what it is about, `decide` judges and writes under that lock.
///
/// A repeat of a command whose object is gone, perhaps by this very command, is answered as the first time.
///
/// # Errors
/// What `lock` or `decide` refuse; the key was used for another request.
pub(crate) async fn command<'a, C, K, T, E, L, LFut, D, DFut>(
    db: &Database,
    name: &'static str,
    (by, attempt): (&'a C, &'a Attempt),
    lock: L,
    decide: D,
) -> Result<Answer>
where
    C: Scope,
    T: Serialize,
    E: Into<Error>,
    L: Fn(UnitOfWork) -> LFut,
    LFut: Future<Output = Result<K, E>>,
    D: Fn(Act<'a, C>, K) -> DFut,
    DFut: Future<Output = Result<Done<T>>>,
{
    let (lock, decide) = (&lock, &decide);
    #[expect(clippy::disallowed_methods, reason = "this is the frame of commands")]
    let answered: Result<(Answer, bool)> = db
        .transaction(name, |uow| async move {
            match under_lock(&uow, (by, attempt), lock, decide).await? {
                Begun::Before(first) => Ok((first, true)),
                Begun::Now(done) => Ok((keep(&uow, by, attempt, &done)?, false)),
            }
        })
        .await;
    let (answer, is_repeat) = answered?;
    count(name, is_repeat);
    Ok(answer)
}

/// Counts a command that was answered, once, whatever tries its transaction took: many repeats mean that answers do not
/// reach the phones.
fn count(name: &'static str, is_repeat: bool) {
    let answer = if is_repeat { "again" } else { "new" };
    metrics::counter!("commands_total", "command" => name, "answer" => answer).increment(1);
}

/// What the first step of a command came to that goes on outside of any transaction.
#[derive(Debug)]
pub(crate) enum Begun<T> {
    /// This very command was answered earlier.
    Before(Answer),
    /// It is to go on with this.
    Now(T),
}

/// Runs the first step of a command that speaks with a provider between two transactions (I6): what is to be done is
/// committed with the claim of its key, and a [`command`] that locks nothing keeps the answer at the end.
///
/// # Errors
/// What `lock` or `decide` refuse; the key was used for another request.
pub(crate) async fn begin<'a, C, K, T, E, L, LFut, D, DFut>(
    db: &Database,
    name: &'static str,
    (by, attempt): (&'a C, &'a Attempt),
    lock: L,
    decide: D,
) -> Result<Begun<T>>
where
    C: Scope,
    E: Into<Error>,
    L: Fn(UnitOfWork) -> LFut,
    LFut: Future<Output = Result<K, E>>,
    D: Fn(Act<'a, C>, K) -> DFut,
    DFut: Future<Output = Result<T>>,
{
    let (lock, decide) = (&lock, &decide);
    #[expect(clippy::disallowed_methods, reason = "this is the frame of commands")]
    let begun: Result<Begun<T>> =
        db.transaction(name, |uow| async move { under_lock(&uow, (by, attempt), lock, decide).await }).await;
    // What goes on is counted by the command at its end.
    if matches!(begun, Ok(Begun::Before(_))) {
        count(name, true);
    }
    begun
}

/// The frame itself, but for the answer.
async fn under_lock<'a, C, K, T, E, L, LFut, D, DFut>(
    uow: &UnitOfWork,
    (by, attempt): (&'a C, &'a Attempt),
    lock: &L,
    decide: &D,
) -> Result<Begun<T>>
where
    C: Scope,
    E: Into<Error>,
    L: Fn(UnitOfWork) -> LFut,
    LFut: Future<Output = Result<K, E>>,
    D: Fn(Act<'a, C>, K) -> DFut,
    DFut: Future<Output = Result<T>>,
{
    uow.claim_key(by, attempt);
    let locked = match lock(uow.clone()).await.map_err(Into::into) {
        Err(gone) if gone.is_not_found() => {
            // The key that this claims is let go again by the rollback that the error causes.
            return uow.first_answer().await?.map(Begun::Before).ok_or(gone);
        }
        locked => locked?,
    };
    if let Some(first) = uow.first_answer().await? {
        return Ok(Begun::Before(first));
    }
    let act = Act::new(uow.clone(), by, attempt);
    let decided = decide(act.clone(), locked).await?;
    act.settle().await?;
    act.sell_again().await?;
    Ok(Begun::Now(decided))
}

/// Why a change without a key may be delivered twice (I7). One that can name no reason is a [`command`].
#[derive(Clone, Copy, Debug)]
pub(crate) enum Twice {
    /// It finds what the first delivery left and adds nothing.
    FindsTheFirst,
    /// It holds a lease, a version or a secret that is good once; the second is refused.
    GoodOnce,
    /// Each delivery is meant to begin something of its own, as signing in does.
    MeansAnother,
}

/// Runs a change that carries no key: a phone joins, somebody signs in, a worker does a piece of its work. Checks that
/// owe differently are settled by `body` itself, or the commit is refused.
///
/// # Errors
/// What `body` refuses.
pub(crate) async fn keyless<T, F, Fut>(db: &Database, name: &'static str, _twice: Twice, body: F) -> Result<T>
where
    F: Fn(UnitOfWork) -> Fut,
    Fut: Future<Output = Result<T>>,
{
    #[expect(clippy::disallowed_methods, reason = "this is the frame of changes without a key")]
    db.transaction(name, body).await
}

/// What this command was answered earlier, if it was; for one that speaks with the world before it locks anything (I6).
/// Claims nothing: what is refused later leaves its key free.
///
/// # Errors
/// The key was used for another request.
pub(crate) async fn answered(db: &Database, by: &impl Scope, attempt: &Attempt) -> Result<Option<Answer>> {
    #[expect(clippy::disallowed_methods, reason = "this is the frame of commands")]
    let known = db
        .transaction("command.answered", |uow| async move {
            // The claim that a look makes goes with the rollback.
            uow.claim_key(by, attempt);
            uow.first_answer().await?.ok_or(Error::NotFound("answer"))
        })
        .await;
    match known {
        Ok(first) => Ok(Some(first)),
        Err(Error::NotFound(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

fn keep<T: Serialize>(uow: &UnitOfWork, by: &impl Scope, attempt: &Attempt, done: &Done<T>) -> Result<Answer> {
    let answer = match done {
        Done::Made(told) => Answer::json(Outcome::Made, told)?,
        Done::Changed(told) => Answer::json(Outcome::Changed, told)?,
        Done::Accepted(told) => Answer::json(Outcome::Accepted, told)?,
        Done::Nothing => Answer::empty(),
    };
    uow.keep_answer(by, attempt, &answer);
    Ok(answer)
}
