//! An event with its place, its author and its number.

use super::{
    audience::Audience,
    kind::{Event, EventType},
    word::{Vocabulary, Word},
};
use crate::{
    Role,
    id::{BranchId, EventId, SectorId, SessionId, TableId, TenantId, UserId},
};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use std::sync::Arc;
use utoipa::ToSchema;

/// Where an event happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The business.
    pub tenant_id: TenantId,
    /// The branch whose stream carries it.
    pub branch_id: BranchId,
    /// The table, if it is about one.
    pub table_id: Option<TableId>,
    /// The session, if it is about one.
    pub session_id: Option<SessionId>,
    /// The table's sector, if it has one.
    pub sector_id: Option<SectorId>,
}

impl Place {
    /// A change to the branch itself.
    #[must_use]
    pub const fn branch(tenant_id: TenantId, branch_id: BranchId) -> Self {
        Self { tenant_id, branch_id, table_id: None, session_id: None, sector_id: None }
    }
}

/// In what capacity someone acted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum ActorRole {
    /// A diner.
    Diner,
    /// A waiter.
    Waiter,
    /// The kitchen.
    Kitchen,
    /// A manager.
    Manager,
    /// An administrator.
    Admin,
    /// Comanda itself (timers, provider notices).
    System,
}

impl ActorRole {
    /// The text on the wire and in the log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Diner => "DINER",
            Self::Waiter => "WAITER",
            Self::Kitchen => "KITCHEN",
            Self::Manager => "MANAGER",
            Self::Admin => "ADMIN",
            Self::System => "SYSTEM",
        }
    }

    /// The capacity of that text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "DINER" => Some(Self::Diner),
            "WAITER" => Some(Self::Waiter),
            "KITCHEN" => Some(Self::Kitchen),
            "MANAGER" => Some(Self::Manager),
            "ADMIN" => Some(Self::Admin),
            "SYSTEM" => Some(Self::System),
            _ => None,
        }
    }
}

impl Vocabulary for ActorRole {
    fn text(self) -> &'static str {
        self.as_str()
    }

    fn of(text: &str) -> Option<Self> {
        Self::parse(text)
    }
}

impl From<Role> for ActorRole {
    fn from(role: Role) -> Self {
        match role {
            Role::Admin => Self::Admin,
            Role::Manager => Self::Manager,
            Role::Kitchen => Self::Kitchen,
            Role::Waiter => Self::Waiter,
        }
    }
}

/// Who made it happen. For cart events `user_id` is the diner's id (M6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Actor {
    /// The user's or diner's id; null when a diner acts without one.
    #[schema(required)]
    pub user_id: Option<i64>,
    /// In what capacity.
    pub role: ActorRole,
}

impl Actor {
    /// A diner that did not say who it is.
    pub const DINER: Self = Self { user_id: None, role: ActorRole::Diner };

    /// Comanda itself.
    pub const SYSTEM: Self = Self { user_id: None, role: ActorRole::System };

    /// A member of staff.
    #[must_use]
    pub fn staff(user: UserId, role: Role) -> Self {
        Self { user_id: Some(user.get()), role: role.into() }
    }
}

/// The actor of an event that is read: in what capacity a later version may say in a word of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    /// As of [`Actor`].
    pub user_id: Option<i64>,
    /// As of [`Actor`].
    pub role: Word<ActorRole>,
}

impl From<Actor> for Author {
    fn from(actor: Actor) -> Self {
        Self { user_id: actor.user_id, role: actor.role.into() }
    }
}

/// An event on its way into the log.
#[derive(Clone, Debug)]
pub struct Draft {
    /// What happened.
    pub event: Event,
    /// Where.
    pub place: Place,
    /// By whom.
    pub actor: Actor,
}

/// A point in a branch's stream. Positions of different epochs do not compare: a restore to an older state starts a new
/// epoch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The stream's incarnation.
    pub epoch: Arc<str>,
    /// The number of the last event seen; 0 before the first.
    pub seq: i64,
}

/// A numbered event, as every client receives it (realtime.md §3.1 plus `id`, `epoch`, `seq`).
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Envelope {
    /// Unique for ever, for consumers that de-duplicate across branches.
    pub id: EventId,
    /// The stream's incarnation.
    #[schema(value_type = String)]
    pub epoch: Arc<str>,
    /// Gap-free number within the branch, in commit order.
    pub seq: i64,
    /// What happened.
    #[serde(rename = "type")]
    #[schema(value_type = EventType)]
    pub kind: Word<EventType>,
    /// The business.
    pub tenant_id: TenantId,
    /// The branch.
    pub branch_id: BranchId,
    /// The table, or null.
    #[schema(required)]
    pub table_id: Option<TableId>,
    /// The session, or null.
    #[schema(required)]
    pub session_id: Option<SessionId>,
    /// The sector, or null.
    #[schema(required)]
    pub sector_id: Option<SectorId>,
    /// The payload, exactly as logged.
    #[schema(value_type = Object)]
    pub entity: Box<RawValue>,
    /// Who.
    #[schema(value_type = Actor)]
    pub actor: Author,
    /// When, in UTC with microseconds.
    #[serde(serialize_with = "micros")]
    pub ts: DateTime<Utc>,
    /// Version of this shape.
    pub v: u8,
    /// For whom it is, as it was stored with it; `None` from a version that did not say. It is between processes only:
    /// no client ever reads it.
    #[serde(skip_serializing, default, deserialize_with = "audience")]
    #[schema(ignore)]
    pub audience: Option<Audience>,
}

impl Envelope {
    /// Who hears it: whom it says, whatever its type. What an older version wrote says nothing, but is of a type that
    /// this version knows.
    #[must_use]
    pub fn heard_by(&self) -> Audience {
        self.audience.unwrap_or_else(|| self.kind.audience())
    }
}

/// An audience beside an event on the bus. What is no text cannot be read, which is not the same as not saying.
fn audience<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Audience>, D::Error> {
    let said = Option::<Box<RawValue>>::deserialize(deserializer)?;
    Ok(said.map(|said| Audience::read(&serde_json::from_str::<String>(said.get()).unwrap_or_default())))
}

fn micros<S: Serializer>(ts: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&ts.to_rfc3339_opts(SecondsFormat::Micros, false))
}

/// Where committed events go: the bus, or a test. Best effort by contract (design.md §3): it must not block, and what
/// it loses the gateway reads from the log.
pub trait EventSink: Send + Sync + std::fmt::Debug {
    /// Takes the events of one transaction, in order.
    fn publish(&self, events: Vec<Envelope>);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wire_shape_is_the_contract() {
        let envelope = Envelope {
            id: EventId(9),
            epoch: "e".into(),
            seq: 3,
            kind: EventType::RoundPending.into(),
            tenant_id: TenantId(1),
            branch_id: BranchId(2),
            table_id: Some(TableId(7)),
            session_id: Some(SessionId(31)),
            sector_id: None,
            entity: RawValue::from_string(r#"{"round_id":90,"round_number":1}"#.into()).unwrap(),
            actor: Actor::DINER.into(),
            ts: "2026-01-10T20:00:00.000001Z".parse().unwrap(),
            v: 1,
            audience: Some(EventType::RoundPending.audience()),
        };
        let json = serde_json::to_string(&envelope).unwrap();
        assert_eq!(
            json,
            r#"{"id":9,"epoch":"e","seq":3,"type":"ROUND_PENDING","tenant_id":1,"branch_id":2,"table_id":7,"session_id":31,"sector_id":null,"entity":{"round_id":90,"round_number":1},"actor":{"user_id":null,"role":"DINER"},"ts":"2026-01-10T20:00:00.000001+00:00","v":1}"#
        );
        let back: Envelope = serde_json::from_str(&json).unwrap();
        assert_eq!(serde_json::to_string(&back).unwrap(), json);

        // What a later version writes comes back as it was, and fields that it added are no error.
        let later = json.replace("ROUND_PENDING", "ROUND_PRINTED").replace(r#""DINER""#, r#""PRINTER""#);
        let back: Envelope = serde_json::from_str(&later).unwrap();
        assert_eq!(serde_json::to_string(&back).unwrap(), later);
        assert_eq!((back.kind.known(), back.actor.role.known()), (None, None));
        let more = later.replace(r#""v":1"#, r#""audience":5,"v":2"#).replace(r#""role""#, r#""device":"x","role""#);
        assert_eq!(serde_json::from_str::<Envelope>(&more).unwrap().seq, 3);

        // Whom it is for travels beside it; what cannot be read is the admins', what is not said goes by the type.
        let said = |audience: &str| {
            let text =
                json.replace(r#""v":1"#, &format!(r#""v":1{audience}"#)).replace("ROUND_PENDING", "ROUND_PRINTED");
            serde_json::from_str::<Envelope>(&text).unwrap()
        };
        assert_eq!(said(r#","audience":"Ws S""#).heard_by(), Audience::read("Ws S"));
        for unreadable in [r#","audience":"S H""#, r#","audience":5"#, r#","audience":["S"]"#, r#","audience":{"S":1}"#]
        {
            assert_eq!(said(unreadable).heard_by(), Audience::A, "{unreadable}");
        }
        for silent in ["", r#","audience":null"#] {
            assert_eq!(
                serde_json::from_str::<Envelope>(&json.replace(r#""v":1"#, &format!(r#""v":1{silent}"#)))
                    .unwrap()
                    .heard_by(),
                EventType::RoundPending.audience()
            );
        }
        assert!(!serde_json::to_string(&said(r#","audience":"Ws S""#)).unwrap().contains("audience"));
    }
}
