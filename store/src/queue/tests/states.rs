//! Every state of a piece met by every reason and by every outcome, and leases that are lost or held.

use super::*;

/// The table of decisions/037: what a reason makes of a piece that stands somewhere. `(from, reason, to, cause,
/// fresh)`; what is fresh is due now, without failures behind it.
#[tokio::test]
async fn what_a_reason_makes_of_each_state() {
    use WorkStatus::{Dead, Done, Parked, Queued, Running};
    let table = [
        (Queued, PLAIN, Queued, "PLAIN", true),
        (Queued, MEAN, Queued, "PLAIN", true),
        (Queued, PATIENT, Queued, "PLAIN", false),
        (Queued, OPERATOR, Queued, "OPERATOR", true),
        (Running, PLAIN, Running, "PLAIN", false),
        (Running, MEAN, Running, "PLAIN", false),
        (Running, PATIENT, Running, "PLAIN", false),
        (Running, OPERATOR, Running, "OPERATOR", false),
        (Done, PLAIN, Queued, "PLAIN", true),
        (Done, MEAN, Queued, "MEAN", true),
        (Done, PATIENT, Queued, "PATIENT", true),
        (Done, OPERATOR, Queued, "OPERATOR", true),
        (Dead, PLAIN, Queued, "PLAIN", true),
        (Dead, MEAN, Queued, "PLAIN", true),
        (Dead, PATIENT, Queued, "PLAIN", true),
        (Dead, OPERATOR, Queued, "OPERATOR", true),
        (Parked, PLAIN, Parked, "PLAIN", true),
        (Parked, MEAN, Parked, "PLAIN", true),
        (Parked, PATIENT, Parked, "PLAIN", true),
        (Parked, OPERATOR, Queued, "OPERATOR", true),
    ];
    let house = House::new().await;
    for (from, reason, to, cause, fresh) in table {
        let before = house.standing(from).await;
        let after = house.ask(before.lane, &before.subject, reason).await;
        let what = format!("{from} and {}", reason.cause);
        assert_eq!((after.status, after.cause.as_str()), (to, cause), "{what}");
        let expected = if fresh { (0, house.clock.now()) } else { (before.attempts, before.next_at) };
        assert_eq!((after.attempts, after.next_at), expected, "{what}");
        assert_eq!(after.dirty, from == Running, "{what}");
        assert_eq!((after.fence, after.id, after.lease_until), (before.fence, before.id, before.lease_until), "{what}");
    }
}

/// `(dirty, outcome, to, attempts, due)`: a reason that came meanwhile outweighs success and giving up, and begins a
/// new row of tries.
#[tokio::test]
async fn what_becomes_of_work() {
    use WorkStatus::{Dead, Done, Parked, Queued};
    let house = House::new().await;
    let (now, later) = (house.clock.now(), house.in_a_minute());
    let table = [
        (false, Outcome::Done, Done, 0, now),
        (true, Outcome::Done, Queued, 0, now),
        (false, house.again(7), Queued, 7, later),
        (true, house.again(7), Queued, 0, later),
        (false, Outcome::Parked("p"), Parked, 1, now),
        (true, Outcome::Parked("p"), Parked, 0, now),
        (false, Outcome::Dead("d"), Dead, 1, now),
        (true, Outcome::Dead("d"), Queued, 0, now),
        (false, Outcome::Dropped("d"), Done, 1, now),
        (true, Outcome::Dropped("d"), Queued, 0, now),
    ];
    for (number, (dirty, outcome, to, attempts, due)) in table.into_iter().enumerate() {
        let subject = number.to_string();
        let id = house.ask(7, &subject, PLAIN).await.id;
        let piece = house.run(async |uow| uow.lease_piece(id, LEASE).await).await.unwrap().unwrap();
        if dirty {
            house.ask(7, &subject, PLAIN).await;
        }
        assert!(house.finish(&piece, outcome).await);
        let after = house.find(&subject).await;
        let what = format!("{dirty} {outcome:?}");
        assert_eq!((after.status, after.attempts, after.next_at), (to, attempts, due), "{what}");
        assert_eq!((after.dirty, after.lease_until, after.fence), (false, None, 1), "{what}");
        assert!(!house.finish(&piece, outcome).await, "once is enough: {what}");
    }
}

/// Nothing stays of a transaction whose worker has lost the lease.
#[tokio::test]
async fn a_worker_that_lost_its_lease_writes_nothing() {
    let house = House::new().await;
    house.ask(1, "a", PLAIN).await;
    let slow = house.lease_one().await;
    assert!(house.lease().await.is_empty(), "leased twice at once");
    house.clock.go(LEASE + TimeDelta::seconds(1));
    let quick = house.lease_one().await;
    assert_eq!((slow.id, slow.fence + 1), (quick.id, quick.fence));
    for outcome in [Outcome::Done, house.again(1), Outcome::Dead("x")] {
        let written = house.run(async |uow| {
            let item = Item { tenant: TenantId(1), lane: 1, kind: "", subject: "b", series: None };
            uow.enqueue(&WORK, item, PLAIN).await?;
            uow.finish_work(&slow, outcome).await
        });
        assert!(matches!(written.await, Err(Error::LeaseLost)), "{outcome:?}");
    }
    assert!(matches!(house.run(async |uow| uow.hold_work(&slow, LEASE).await).await, Err(Error::LeaseLost)));
    assert!(house.finish(&quick, Outcome::Done).await);
    assert!(!house.finish(&quick, Outcome::Done).await, "done is done");
    assert!(house.lease().await.is_empty(), "nothing of what the slow one wrote is there");
}

/// Who says that it takes longer keeps its lease.
#[tokio::test]
async fn a_lease_that_is_held_lasts() {
    let house = House::new().await;
    house.ask(1, "a", PLAIN).await;
    let piece = house.lease_one().await;
    for _ in 0..5 {
        house.clock.go(LEASE - TimeDelta::seconds(1));
        house.run(async |uow| uow.hold_work(&piece, LEASE).await).await.unwrap();
        assert!(house.lease().await.is_empty());
    }
    assert!(house.finish(&piece, Outcome::Done).await);
}

#[tokio::test]
async fn a_reason_that_comes_meanwhile_is_not_lost() {
    let house = House::new().await;
    for _ in 0..3 {
        house.ask(1, "a", PLAIN).await;
    }
    let piece = house.lease_one().await;
    house.ask(1, "a", PLAIN).await;
    assert!(house.finish(&piece, Outcome::Done).await);
    let again = house.lease_one().await;
    assert!(house.finish(&again, Outcome::Done).await);
    assert!(house.lease().await.is_empty());
}
