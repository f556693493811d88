//! Names of the Redis channels, as consumers outside of Comanda know them (realtime.md §4.1).
//!
//! `branch:{id}:admin` carries every event of the branch, in order, and is the only one our gateway listens to. The
//! others repeat each event for whom it is meant, so that a kitchen printer need not know the audiences.

use domain::{
    BranchId,
    event::{Envelope, Waiters},
};

/// The channel that carries every event of a branch.
pub(super) fn everything(branch: BranchId) -> String {
    format!("branch:{branch}:admin")
}

/// One channel of each kind, of a branch that is none: what a right is asked for with.
pub(super) fn of_each_kind() -> Vec<String> {
    ["branch:0:admin", "branch:0:waiters", "branch:0:kitchen", "sector:0:waiters", "session:0"].map(Into::into).into()
}

/// Every channel an event goes to, the one that carries everything first.
pub(super) fn of(envelope: &Envelope) -> Vec<String> {
    let audience = envelope.heard_by();
    let branch = envelope.branch_id;
    let mut channels = vec![everything(branch)];
    match (audience.waiters, envelope.sector_id) {
        (Waiters::No, _) => {}
        (Waiters::OfSector, Some(sector)) => channels.push(format!("sector:{sector}:waiters")),
        (Waiters::All, _) | (Waiters::OfSector, None) => channels.push(format!("branch:{branch}:waiters")),
    }
    if audience.kitchen {
        channels.push(format!("branch:{branch}:kitchen"));
    }
    if let (true, Some(session)) = (audience.session, envelope.session_id) {
        channels.push(format!("session:{session}"));
    }
    channels
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        EventId, SectorId, SessionId, TenantId,
        event::{Actor, Audience, EventType},
    };

    fn envelope(kind: EventType, sector: Option<i64>) -> Envelope {
        Envelope {
            id: EventId(1),
            epoch: "e".into(),
            seq: 1,
            kind: kind.into(),
            tenant_id: TenantId(1),
            branch_id: BranchId(2),
            table_id: None,
            session_id: Some(SessionId(31)),
            sector_id: sector.map(SectorId),
            entity: serde_json::value::RawValue::from_string("{}".into()).unwrap(),
            actor: Actor::DINER.into(),
            ts: "2026-01-10T20:00:00Z".parse().unwrap(),
            v: 1,
            audience: None,
        }
    }

    #[test]
    fn an_event_goes_where_it_says_whatever_its_type() {
        let kind = domain::event::Word::read("ROUND_PRINTED");
        let said = Envelope { kind, audience: Some(Audience::read("W K")), ..envelope(EventType::RoundReady, Some(5)) };
        assert_eq!(of(&said), ["branch:2:admin", "branch:2:waiters", "branch:2:kitchen"]);
        assert_eq!(of(&Envelope { audience: None, ..said }), ["branch:2:admin"]);
    }

    #[test]
    fn rights_are_asked_for_each_kind_of_channel() {
        let kind = |channel: &str| channel.replace(|c: char| c.is_ascii_digit(), "");
        let asked: Vec<_> = of_each_kind().iter().map(|channel| kind(channel)).collect();
        for event in EventType::ALL {
            for sector in [None, Some(5)] {
                for channel in of(&envelope(*event, sector)) {
                    assert!(asked.contains(&kind(&channel)), "{channel}");
                }
            }
        }
    }

    #[test]
    fn each_event_goes_to_everything_and_to_its_audience() {
        let admin = "branch:2:admin";
        let session = "session:31";
        for (kind, sector, expected) in [
            (EventType::RoundPending, Some(5), vec![admin, "branch:2:waiters", session]),
            (EventType::RoundReady, Some(5), vec![admin, "sector:5:waiters", "branch:2:kitchen", session]),
            (EventType::RoundReady, None, vec![admin, "branch:2:waiters", "branch:2:kitchen", session]),
            (EventType::TicketReady, Some(5), vec![admin, "sector:5:waiters", "branch:2:kitchen"]),
            (EventType::CartItemAdded, Some(5), vec![admin, session]),
            (EventType::EntityUpdated, None, vec![admin]),
        ] {
            assert_eq!(of(&envelope(kind, sector)), expected, "{}", kind.as_str());
        }
    }
}
