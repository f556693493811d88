//! The queue as payments use it: whose word counts, which credentials are judged, and refunds in turn.

use super::*;
use crate::{
    Facts, NewAccount, RefundStep, Sealed, Worth,
    queue::{
        Outcome, REFUNDS, Share,
        tests::{House, LEASE},
    },
};
use domain::{
    Cents, Clock, Currency,
    payment::{AccountStatus, PaymentStatus, Provider, RefundKind, RefundStatus, SignatureMode},
    work::WorkStatus,
};
use sea_orm::ConnectionTrait;

const ALL: [Share; 1] = [Share { ranks: 0..=i16::MAX, leaves: 0, crowded: 0 }];

async fn house() -> (House, AccountRow) {
    let house = House::new().await;
    let account = house.run(async |uow| {
        let new = NewAccount {
            tenant: TenantId(1),
            branch: None,
            provider: Provider::literal("PAYU"),
            external_id: None,
            currency: Currency::Ars,
            webhook_token: "t".to_owned(),
            webhook_mode: SignatureMode::Strict,
            token_expires_at: None,
        };
        Ok(AccountRow::clone(&*uow.insert_account(new).await?))
    });
    let account = account.await.unwrap();
    (house, account)
}

async fn ask(house: &House, account: &AccountRow, cause: SyncCause) {
    let asked = house.run(async |uow| uow.enqueue_sync(account, ResourceKind::Payment, "146000000001", cause).await);
    asked.await.unwrap();
}

async fn lease(house: &House) -> Vec<SyncRow> {
    let leased = house.run(async |uow| uow.lease_work(&SYNCS, 16, &ALL, LEASE).await).await.unwrap();
    leased.into_iter().map(|piece| SyncRow::try_from(piece).unwrap()).collect()
}

/// What is merely claimed and unknown to the provider is dropped in the end; what the provider told us of must not
/// become that because a browser or a stranger asks for it too (S26).
#[tokio::test]
async fn a_claim_does_not_weaken_the_providers_word() {
    let (house, account) = house().await;
    for cause in [SyncCause::Hint, SyncCause::Return, SyncCause::Webhook, SyncCause::Return, SyncCause::Hint] {
        ask(&house, &account, cause).await;
    }
    let finish = async |job: &SyncRow| house.run(async |uow| uow.finish_work(job, Outcome::Done).await).await.unwrap();
    let job = lease(&house).await.remove(0);
    assert_eq!(job.cause, SyncCause::Webhook);
    ask(&house, &account, SyncCause::Return).await;
    finish(&job).await;
    let job = lease(&house).await.remove(0);
    assert_eq!(job.cause, SyncCause::Webhook);
    finish(&job).await;
    // A new reason for something that is done is what it is.
    ask(&house, &account, SyncCause::Return).await;
    assert_eq!(lease(&house).await.remove(0).cause, SyncCause::Return);
}

/// A worker that met a refusal with the former credentials says nothing of those that came meanwhile (S27).
#[tokio::test]
async fn a_refusal_judges_the_credentials_it_met() {
    let (house, account) = house().await;
    let sealed = &Sealed { text: "new".to_owned(), external_id: None, token_expires_at: None };
    let refused = house.run(async |uow| {
        let locked = uow.lock_payment_account(account.id).await?;
        uow.set_credentials(&locked, sealed).await?;
        let by_the_former = uow.set_account_status(&account, AccountStatus::Broken).await?;
        let now = uow.account_now(account.id).await?;
        let twice = [
            uow.set_account_status(&now, AccountStatus::Broken).await?,
            uow.set_account_status(&now, AccountStatus::Broken).await?,
        ];
        Ok((by_the_former, now.status, twice))
    });
    assert_eq!(refused.await.unwrap(), (false, AccountStatus::Active, [true, false]));
}

/// Parked work waits for credentials; that of an account that is out of use is taken from whoever has it.
#[tokio::test]
async fn work_follows_its_account() {
    let (house, account) = house().await;
    ask(&house, &account, SyncCause::Webhook).await;
    let job = lease(&house).await.remove(0);
    house.run(async |uow| uow.finish_work(&job, Outcome::Parked("401")).await).await.unwrap();
    ask(&house, &account, SyncCause::Webhook).await;
    assert!(lease(&house).await.is_empty());
    let sealed = &Sealed { text: "new".to_owned(), external_id: None, token_expires_at: None };
    let renewed = house.run(async |uow| {
        let locked = uow.lock_payment_account(account.id).await?;
        uow.set_credentials(&locked, sealed).await
    });
    renewed.await.unwrap();
    let job = lease(&house).await.remove(0);
    let removed = house.run(async |uow| {
        let locked = uow.lock_payment_account(account.id).await?;
        uow.disable_account(&locked).await?;
        uow.drop_work(&locked).await
    });
    removed.await.unwrap();
    let finished = house.run(async |uow| uow.finish_work(&job, Outcome::Done).await).await;
    assert!(matches!(finished, Err(Error::LeaseLost)), "{finished:?}");
    ask(&house, &account, SyncCause::Operator).await;
    let dead = house.db.sync_of(&account, ResourceKind::Payment, "146000000001").await.unwrap().unwrap();
    assert_eq!(dead.status, WorkStatus::Dead);
}

/// Two refunds of one payment at once could not be told apart in the provider's list, so they go in turn (S11).
#[tokio::test]
async fn refunds_of_one_payment_go_in_turn() {
    let (house, account) = house().await;
    let branch = "insert into branch (tenant_id, name, slug, timezone, round_confirmation, is_active, created_at)
        select id, 'Uno', 'uno', 'UTC', 'none', true, '2026-01-01 00:00:00+00:00' from tenant";
    house.db.reader().execute_unprepared(branch).await.unwrap();
    let made = house.run(async |uow| {
        let facts = Facts {
            provider_payment_id: "1".to_owned(),
            detail: String::new(),
            currency: "ARS".to_owned(),
            method: None,
            updated_at: uow.now(),
            approved_at: None,
            snapshot: String::new(),
        };
        let (amount, nothing) = (Cents::new(1_000)?, Cents::ZERO);
        let worth = Worth { status: PaymentStatus::Approved, amount, refunded: nothing, net: amount, tip: nothing };
        let payment = uow.insert_provided_payment(&account, None, &facts, worth).await?;
        let mut made = Vec::new();
        for _ in 0..3 {
            let kind = RefundKind::Request;
            made.push(uow.insert_refund(&payment, kind, RefundStatus::Queued, Cents::new(300)?, "", None).await?.id);
        }
        Ok(made)
    });
    let made = made.await.unwrap();
    let lease = async || {
        let leased = house.run(async |uow| {
            let mut taken = Vec::new();
            for piece in uow.lease_work(&REFUNDS, 8, &ALL, LEASE).await? {
                let refund = uow.take_refund(&piece, LEASE).await?.expect("it is to be asked for");
                taken.push((piece, refund));
            }
            Ok(taken)
        });
        leased.await.unwrap()
    };
    let step = async |(piece, refund): &(Piece, crate::RefundRow), status| {
        let step = RefundStep {
            status,
            provider_refund_id: Some(format!("r{}", refund.id)),
            attempts: 0,
            next_at: house.clock.now() + chrono::TimeDelta::minutes(1),
            error: None,
        };
        let stepped = house.run(async |uow| {
            uow.step_refund(refund, &step).await?;
            uow.finish_work(piece, step.outcome()).await
        });
        stepped.await
    };
    let ids = |taken: &[(Piece, crate::RefundRow)]| taken.iter().map(|(_, refund)| refund.id).collect::<Vec<_>>();
    let first = lease().await;
    assert_eq!(ids(&first), made[..1]);
    assert!(lease().await.is_empty(), "the second waits for the first");
    step(&first[0], RefundStatus::Done).await.unwrap();
    assert!(matches!(step(&first[0], RefundStatus::Failed).await, Err(Error::LeaseLost)), "done is done");
    let second = lease().await;
    assert_eq!(ids(&second), made[1..2]);
    // The provider has taken it and not decided: it is known by its number, and the third need not wait.
    step(&second[0], RefundStatus::Pending).await.unwrap();
    assert_eq!(ids(&lease().await), made[2..]);
}
