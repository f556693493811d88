//! Order, repeats, gaps, a log that fails, an epoch that ends: what each socket hears of it.

use super::*;
use crate::{
    hub::{BranchRoles, Listener},
    testing::{BRANCH, FakeLog, StillClock, event, later, office, roster, unreadable},
};
use domain::{SessionId, event::Audience};
use runtime::config::SocketLimits;
use serde_json::Value;
use tokio::sync::mpsc::Receiver;
use tokio_tungstenite::tungstenite::Utf8Bytes;

struct House {
    log: Arc<FakeLog>,
    registry: Arc<ConnectionRegistry>,
    feed: Feed,
}

async fn house() -> House {
    let log = Arc::new(FakeLog::default());
    log.state().roster = roster(&[(5, 2)]);
    let registry = ConnectionRegistry::new(SocketLimits { total: 10, per_user: 10, per_table: 10 });
    let feed = Feed::open(BRANCH, log.clone(), registry.clone(), Arc::new(StillClock)).await.unwrap();
    House { log, registry, feed }
}

impl House {
    /// Logs an event, as the API does before it publishes.
    fn log(&self, seq: i64) -> Published {
        self.log_event(event(seq, EventType::RoundReady))
    }

    fn log_event(&self, event: Envelope) -> Published {
        let envelope = Envelope { epoch: self.log.state().epoch.into(), ..event };
        self.log.state().events.push(Logged::Event(envelope.clone()));
        Published::new(envelope).unwrap()
    }

    async fn publish(&mut self, seq: i64) {
        let published = self.log(seq);
        self.feed.hear(&published).await;
    }

    async fn join(&mut self, listener: Listener, resume: Option<Resume>) -> (Joined, Receiver<Utf8Bytes>) {
        let (wire, queue) = Wire::new();
        (self.feed.join(Member { wire, listener, resume }).await, queue)
    }

    async fn admin(&mut self) -> Receiver<Utf8Bytes> {
        self.join(ADMIN, None).await.1
    }
}

const ADMIN: Listener =
    Listener::Staff { user: UserId(1), roles: BranchRoles { admin: true, waiter: false, kitchen: false } };

fn after(after: i64) -> Option<Resume> {
    Some(Resume { after: Some(after), epoch: None })
}

/// The numbers of what was queued; a RESYNC counts as its negative number.
fn heard(queue: &mut Receiver<Utf8Bytes>) -> Vec<i64> {
    std::iter::from_fn(|| queue.try_recv().ok())
        .map(|text| {
            let json: Value = serde_json::from_str(&text).unwrap();
            let seq = json["seq"].as_i64().unwrap();
            if json["type"] == "RESYNC" { -seq } else { seq }
        })
        .collect()
}

#[tokio::test]
async fn repeats_and_reordering_change_nothing() {
    let mut house = house().await;
    let mut admin = house.admin().await;
    let events: Vec<_> = (1..=6).map(|seq| house.log(seq)).collect();
    for seq in [1, 1, 3, 2, 3, 6, 4, 5, 1, 6] {
        house.feed.hear(&events[seq - 1]).await;
    }
    assert_eq!(heard(&mut admin), [1, 2, 3, 4, 5, 6]);
}

#[tokio::test]
async fn what_the_bus_lost_comes_from_the_log_in_pages() {
    let mut house = house().await;
    let mut admin = house.admin().await;
    for seq in 1..=10 {
        house.log(seq);
    }
    house.feed.compare(&Position { epoch: "e1".into(), seq: 10 }).await;
    assert_eq!(heard(&mut admin), (1..=10).collect::<Vec<_>>());
    assert_eq!(house.log.state().reads, 4);
    house.feed.compare(&Position { epoch: "e1".into(), seq: 9 }).await;
    house.publish(11).await;
    assert_eq!(heard(&mut admin), [11]);
}

#[tokio::test]
async fn nothing_overtakes_a_gap_while_the_log_is_down() {
    let mut house = house().await;
    let mut admin = house.admin().await;
    house.publish(1).await;
    house.log(2);
    house.log.state().down = true;
    house.publish(3).await;
    house.publish(4).await;
    house.feed.tick().await;
    // Even the missing number itself, late: what is behind it is owed first-come.
    assert_eq!(heard(&mut admin), [1]);
    house.log.state().down = false;
    house.feed.tick().await;
    assert_eq!(heard(&mut admin), [2, 3, 4]);
    house.publish(5).await;
    assert_eq!(heard(&mut admin), [5]);
}

#[tokio::test]
async fn a_new_epoch_tells_everybody_to_read_again() {
    let mut house = house().await;
    let mut admin = house.admin().await;
    let mut diner = house.join(Listener::Diner { session: SessionId(99), phone: None }, None).await.1;
    for seq in 1..=5 {
        house.publish(seq).await;
    }
    heard(&mut admin);
    let old = event(6, EventType::RoundReady);
    {
        let mut state = house.log.state();
        state.events.truncate(2);
        state.epoch = "e2";
    }
    // Its first event is not yet heard, but its head is below ours.
    house.feed.compare(&Position { epoch: "e2".into(), seq: 2 }).await;
    assert_eq!((heard(&mut admin), heard(&mut diner)), (vec![-2], vec![-2]));
    // A straggler of the old stream is not an event of the new one.
    house.feed.hear(&Published::new(old).unwrap()).await;
    house.publish(3).await;
    assert_eq!(heard(&mut admin), [3]);
    // And nobody resumes across the two.
    let resume = Some(Resume { after: Some(3), epoch: Some("e1".into()) });
    assert!(matches!(house.join(ADMIN, resume).await.0.handover, Handover::Resync));
}

#[tokio::test]
async fn a_log_put_back_without_a_new_epoch_is_noticed() {
    let mut house = house().await;
    let mut admin = house.admin().await;
    for seq in 1..=5 {
        house.publish(seq).await;
    }
    assert_eq!(heard(&mut admin).len(), 5);
    house.log.state().events.truncate(3);
    for _ in 0..REGRESSIONS {
        assert!(heard(&mut admin).is_empty());
        house.feed.compare(&Position { epoch: "e1".into(), seq: 3 }).await;
    }
    assert_eq!(heard(&mut admin), [-3]);
    house.publish(4).await;
    assert_eq!(heard(&mut admin), [4]);
    // Whoever was away is told as well, although the number that they have seen exists again.
    let resume = Some(Resume { after: Some(4), epoch: Some("e1".into()) });
    assert!(matches!(house.join(ADMIN, resume).await.0.handover, Handover::Resync));
}

#[tokio::test]
async fn of_several_gateways_one_begins_the_new_epoch() {
    let mut one = house().await;
    let mut two = Feed::open(BRANCH, one.log.clone(), one.registry.clone(), Arc::new(StillClock)).await.unwrap();
    let (wire, mut second) = Wire::new();
    two.join(Member { wire, listener: ADMIN, resume: None }).await;
    let mut first = one.admin().await;
    for seq in 1..=5 {
        let event = one.log(seq);
        one.feed.hear(&event).await;
        two.hear(&event).await;
    }
    one.log.state().events.truncate(3);
    for feed in [&mut one.feed, &mut two] {
        for _ in 0..REGRESSIONS {
            feed.compare(&Position { epoch: "e1".into(), seq: 3 }).await;
        }
    }
    for heard in [heard(&mut first), heard(&mut second)] {
        assert_eq!(heard, [1, 2, 3, 4, 5, -3]);
    }
    assert_eq!(one.log.state().epochs_begun, 1);
    assert_eq!(one.feed.position, two.position);
}

/// A gateway that reads on a standby, or behind a balancer that sends its reads to one.
#[tokio::test]
async fn a_standby_that_is_behind_begins_no_epoch() {
    let mut house = house().await;
    let mut admin = house.admin().await;
    for seq in 1..=5 {
        house.publish(seq).await;
    }
    house.log.state().behind = 2;
    for _ in 0..3 * REGRESSIONS {
        house.feed.compare(&Position { epoch: "e1".into(), seq: 3 }).await;
    }
    // It also may not answer at all.
    house.log.state().down = true;
    for _ in 0..REGRESSIONS {
        house.feed.compare(&Position { epoch: "e1".into(), seq: 3 }).await;
    }
    {
        let mut state = house.log.state();
        (state.down, state.behind) = (false, 0);
    }
    house.feed.tick().await;
    house.publish(6).await;
    assert_eq!(heard(&mut admin), [1, 2, 3, 4, 5, 6]);
    let state = house.log.state();
    assert_eq!((state.epoch, state.epochs_begun), ("e1", 0));
}

/// On a busy branch every head is older than the last event by the time it is looked at.
#[tokio::test]
async fn late_heads_and_stragglers_make_nobody_read_again() {
    let mut house = house().await;
    let mut admin = house.admin().await;
    for seq in 1..=5 {
        house.publish(seq).await;
    }
    // Committed, and still on its way to us.
    house.log(6);
    for _ in 0..=REGRESSIONS {
        house.feed.compare(&Position { epoch: "e1".into(), seq: 4 }).await;
    }
    assert_eq!(heard(&mut admin), [1, 2, 3, 4, 5, 6]);
    house.log(7);
    let straggler = Envelope { epoch: "e0".into(), ..event(90, EventType::RoundReady) };
    house.feed.hear(&Published::new(straggler).unwrap()).await;
    assert_eq!(heard(&mut admin), [7]);
}

#[tokio::test]
async fn events_that_were_forgotten_before_they_were_read_are_not_passed_over_in_silence() {
    let mut house = house().await;
    let mut admin = house.admin().await;
    house.publish(1).await;
    for seq in 2..=9 {
        house.log(seq);
    }
    house.log.state().events.retain(|event| event.seq() > 4);
    house.feed.compare(&Position { epoch: "e1".into(), seq: 9 }).await;
    assert_eq!(heard(&mut admin), [1, -9]);
}

#[tokio::test]
async fn replay_ends_where_the_queue_begins() {
    let mut house = house().await;
    for seq in 1..=4 {
        house.publish(seq).await;
    }
    let (joined, mut queue) = house.join(ADMIN, after(2)).await;
    let Handover::Frames(frames) = joined.handover else { panic!("{:?}", joined.handover) };
    assert_eq!(frames.iter().map(|frame| frame.event.seq).collect::<Vec<_>>(), [3, 4]);
    assert_eq!(joined.position.seq, 4);
    house.publish(5).await;
    assert_eq!(heard(&mut queue), [5]);
    assert!(matches!(house.join(ADMIN, after(5)).await.0.handover, Handover::Live));
    assert!(matches!(house.join(ADMIN, after(6)).await.0.handover, Handover::Resync));
    let unreadable = Some(Resume { after: None, epoch: None });
    assert!(matches!(house.join(ADMIN, unreadable).await.0.handover, Handover::Resync));
}

#[tokio::test]
async fn what_the_ring_does_not_hold_is_read_from_the_log() {
    let mut house = house().await;
    for seq in 1..=700 {
        house.publish(seq).await;
    }
    assert!(matches!(house.join(ADMIN, after(187)).await.0.handover, Handover::Log(187)));
    assert!(matches!(house.join(ADMIN, after(188)).await.0.handover, Handover::Frames(frames) if frames.len() == 512));
}

#[tokio::test]
async fn a_client_that_heard_more_elsewhere_is_not_told_to_read_again() {
    let mut house = house().await;
    house.publish(1).await;
    house.log(2);
    let (joined, _queue) = house.join(ADMIN, after(2)).await;
    assert!(matches!(joined.handover, Handover::Live));
    assert_eq!(joined.position.seq, 2);
}

#[tokio::test]
async fn the_office_changes_who_hears_what_at_once() {
    let mut house = house().await;
    let wally = Listener::Staff { user: UserId(3), roles: BranchRoles { waiter: true, ..Default::default() } };
    let mut wally = house.join(wally, None).await.1;
    house.publish(1).await;
    assert!(heard(&mut wally).is_empty());
    house.log.state().roster = roster(&[(5, 3)]);
    house.feed.hear(&Published::new(office(2, "sector_assignment", 77)).unwrap()).await;
    house.publish(3).await;
    assert_eq!(heard(&mut wally), [3]);

    let (wire, _queue) = Wire::new();
    let _seat = house.registry.register(crate::registry::Owner::User(UserId(8)), &wire).unwrap();
    house.feed.hear(&Published::new(office(4, "staff", 8)).unwrap()).await;
    assert_eq!(wire.signal().await, crate::wire::Signal::Recheck);

    // A branch that opens or closes concerns everybody who works there; whose it is not is asked in vain.
    let (wire, _queue) = Wire::new();
    house.feed.join(Member { wire: wire.clone(), listener: ADMIN, resume: None }).await;
    house.feed.hear(&Published::new(office(5, "branch", 9)).unwrap()).await;
    assert_eq!(wire.signal().await, crate::wire::Signal::Recheck);
}

/// A gateway that is older than the API that wrote the event.
#[tokio::test]
async fn what_a_later_version_says_is_passed_on_and_delays_nobody() {
    let mut house = house().await;
    let mut admin = house.admin().await;
    let cook = Listener::Staff { user: UserId(4), roles: BranchRoles { kitchen: true, ..Default::default() } };
    let mut cook = house.join(cook, None).await.1;
    let mut diner = house.join(Listener::Diner { session: SessionId(31), phone: None }, None).await.1;
    // By the bus, with a field of its own; then only by the log.
    let text = r#"{"id":1,"epoch":"e1","seq":1,"type":"ROUND_PRINTED","tenant_id":1,"branch_id":2,"table_id":null,"session_id":31,"sector_id":5,"entity":[1, null],"actor":{"user_id":null,"role":"PRINTER"},"ts":"2027-01-15T08:00:00+00:00","new":3,"v":2}"#;
    house.log_event(later(1));
    house.feed.hear(&Published::parse(text.into()).unwrap()).await;
    assert_eq!(admin.try_recv().unwrap().as_str(), text);
    let by_log = house.log_event(later(2));
    house.publish(3).await;
    assert_eq!(admin.try_recv().unwrap().as_bytes(), by_log.json);
    assert_eq!((heard(&mut admin), heard(&mut cook), heard(&mut diner)), (vec![3], vec![3], vec![3]));
    assert_eq!(house.feed.catch_up, CatchUpState::None);
    // Resumed across, from the ring.
    let Handover::Frames(frames) = house.join(ADMIN, after(0)).await.0.handover else { panic!() };
    assert_eq!(frames[0].text.as_str(), text);
    assert_eq!(frames[1].text.as_bytes(), by_log.json);
}

/// A later version says itself whom its events are for: to them they go, live, from memory and from the log.
#[tokio::test]
async fn what_a_later_version_says_reaches_whom_it_is_for() {
    let mut house = house().await;
    let (mut admin, cook) = (house.admin().await, BranchRoles { kitchen: true, ..Default::default() });
    let cook = Listener::Staff { user: UserId(4), roles: cook };
    let table = Listener::Diner { session: SessionId(31), phone: None };
    let (mut kitchen, mut diner) = (house.join(cook, None).await.1, house.join(table, None).await.1);
    let mut stranger = house.join(Listener::Diner { session: SessionId(32), phone: None }, None).await.1;
    let event = Envelope { audience: Some(Audience::read("K S")), ..later(1) };
    let shown = Published::new(event.clone()).unwrap().json;
    // By the bus, as a process elsewhere reads it; then only by the log.
    let published = house.log_event(event.clone());
    house.feed.hear(&Published::parse(published.carried()).unwrap()).await;
    house.log_event(Envelope { seq: 2, ..event });
    house.publish(3).await;
    assert_eq!(kitchen.try_recv().unwrap().as_bytes(), shown);
    assert_eq!(diner.try_recv().unwrap().as_bytes(), shown);
    assert_eq!((heard(&mut kitchen), heard(&mut diner)), (vec![2, 3], vec![2, 3]));
    assert_eq!((heard(&mut admin), heard(&mut stranger)), (vec![3], vec![]));
    let (joined, _) = house.join(cook, after(0)).await;
    let Handover::Frames(frames) = &joined.handover else { panic!() };
    assert_eq!(crate::replay::audible(&joined, frames).len(), 3);
    assert_eq!(frames[0].text.as_bytes(), shown);
}

/// One bad row must not silence a branch for as long as the log keeps it.
#[tokio::test]
async fn what_cannot_be_read_is_passed_over_and_said() {
    let mut house = house().await;
    let mut admin = house.admin().await;
    let mut diner = house.join(Listener::Diner { session: SessionId(31), phone: None }, None).await.1;
    let mut stranger = house.join(Listener::Diner { session: SessionId(32), phone: None }, None).await.1;
    house.publish(1).await;
    house.log.state().events.push(unreadable(2, Some(event(2, EventType::CartCleared))));
    house.publish(3).await;
    assert_eq!((heard(&mut admin), heard(&mut diner), heard(&mut stranger)), (vec![1, 3], vec![1, -2, 3], vec![]));
    // Nobody can say whose it was; and it is the last there is.
    house.log.state().events.push(unreadable(4, None));
    house.feed.compare(&Position { epoch: "e1".into(), seq: 4 }).await;
    assert_eq!((heard(&mut admin), heard(&mut diner), heard(&mut stranger)), (vec![-4], vec![-4], vec![-4]));
    house.publish(5).await;
    house.feed.tick().await;
    assert_eq!((heard(&mut admin), heard(&mut diner)), (vec![5], vec![5]));
    // Whoever resumes across is judged by the log, whoever comes from behind it misses nothing.
    assert!(matches!(house.join(ADMIN, after(3)).await.0.handover, Handover::Log(3)));
    assert!(matches!(house.join(ADMIN, after(4)).await.0.handover, Handover::Frames(frames) if frames.len() == 1));
}

#[tokio::test]
async fn a_slow_socket_delays_nobody() {
    let mut house = house().await;
    let mut admin = house.admin().await;
    let (wire, _stuck) = Wire::new();
    house.feed.join(Member { wire: wire.clone(), listener: ADMIN, resume: None }).await;
    let many = i64::try_from(crate::wire::QUEUE).unwrap() + 50;
    let mut numbers = Vec::new();
    for seq in 1..=many {
        house.publish(seq).await;
        numbers.extend(heard(&mut admin));
    }
    assert_eq!(numbers, (1..=many).collect::<Vec<_>>());
    assert_eq!(wire.closed().await, crate::close_reason::CloseReason::SLOW);
    house.feed.hub.check_invariants();
    assert_eq!(house.feed.hub.everybody().count(), 1);
}

/// On one thread a feed that never pauses would fill the queue before its reader gets a turn.
#[tokio::test]
async fn a_burst_closes_nobody_who_reads() {
    let mut house = house().await;
    house.log.state().page = 500;
    let (wire, mut queue) = Wire::new();
    house.feed.join(Member { wire: wire.clone(), listener: ADMIN, resume: None }).await;
    let many = 4 * crate::wire::QUEUE;
    let reader = tokio::spawn(async move {
        let mut read = 0;
        while read < many && queue.recv().await.is_some() {
            read += 1;
        }
        read
    });
    let last = i64::try_from(many).unwrap();
    for seq in 1..=last {
        house.log(seq);
    }
    house.feed.compare(&Position { epoch: "e1".into(), seq: last }).await;
    assert_eq!(house.feed.hub.everybody().count(), 1, "the socket was closed as slow");
    assert_eq!(reader.await.unwrap(), many);
}

#[tokio::test]
async fn a_removed_phone_hears_that_it_was_and_nothing_after() {
    let mut house = house().await;
    let phone = |phone| Listener::Diner { session: SessionId(31), phone: Some(PhoneId(phone)) };
    let (wire, mut out) = Wire::new();
    let member = Member { wire: Arc::clone(&wire), listener: phone(1), resume: None };
    house.feed.join(member).await;
    let mut stays = house.join(phone(2), None).await.1;
    house.publish(1).await;
    let entity = r#"{"table_code":"INT-01","table_status":"ACTIVE","removed":{"diner_ids":[],"phone_ids":[1]}}"#;
    let entity = serde_json::value::RawValue::from_string(entity.into()).unwrap();
    let removal = Envelope { entity, ..event(2, EventType::TableStatusChanged) };
    house.log.state().events.push(store::Logged::Event(removal.clone()));
    house.feed.hear(&Published::new(removal).unwrap()).await;
    house.publish(3).await;
    assert_eq!(heard(&mut out), [1, 2]);
    assert_eq!(wire.closed().await, CloseReason::UNAUTHORIZED);
    assert_eq!(heard(&mut stays), [1, 2, 3]);
}
