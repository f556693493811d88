//! The AsyncAPI document: which sockets there are, what is said on them and who hears it, from the event types
//! themselves. What is written here by hand is only what has no type: the paths, their queries and the close codes.

use domain::event::{Audience, Envelope, EventType, Waiters};
use serde_json::{Map, Value, json};
use utoipa::{PartialSchema, ToSchema};

/// What clients may say, and what the gateway says beside the events.
const NOTICES: [(&str, &str); 3] = [
    ("pong", "The answer to a ping, at once."),
    (
        "RESYNC",
        "What you know of this branch cannot be completed from the log: read it again. All events after `seq` follow.",
    ),
    (
        "POSITION",
        "You have heard everything up to `seq` and will hear all that comes after. Said to those who ask by `hello` or `after`.",
    ),
];

/// The gateway's AsyncAPI 3 document.
#[must_use]
pub fn document() -> Value {
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Comanda gateway",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Every event of a branch, once and in order, to whom it concerns. `seq` is gap-free within a \
                branch; a client that was away connects with `after=<seq>&epoch=<epoch>` and gets what it missed first, \
                or RESYNC when that is not kept any more. Types that are not listed here are of a later version, and reach \
                admins as they are. Over HTTP: GET /ws/catchup and GET /ws/catchup/session.",
        },
        "defaultContentType": "application/json",
        "servers": { "gateway": { "host": "127.0.0.1:8001", "protocol": "ws" } },
        "channels": channels(),
        "operations": operations(),
        "components": { "messages": messages(), "schemas": schemas() },
    })
}

const ENDPOINTS: [(&str, &str, &str); 4] = [
    (
        "waiter",
        "token",
        "For waiters. What a socket hears follows from the roles of the token's user, not from the path.",
    ),
    ("kitchen", "token", "For kitchen displays. What a socket hears follows from the user's roles, not from the path."),
    ("admin", "token", "For the office. What a socket hears follows from the user's roles, not from the path."),
    ("diner", "table_token", "For the phones of a table."),
];

fn channels() -> Value {
    let channel = |(name, token, description): (&str, &str, &str)| {
        let said = said_on(name).chain(heard_on(name));
        let messages: Map<_, _> = said.map(|message| (message.to_owned(), reference("messages", message))).collect();
        let channel = json!({
            "address": format!("/ws/{name}"),
            "description": format!("{description} {CLOSE_CODES}"),
            "messages": messages,
            "bindings": { "ws": { "method": "GET", "bindingVersion": "0.1.0", "query": query(token) } },
        });
        (name.to_owned(), channel)
    };
    Value::Object(ENDPOINTS.into_iter().map(channel).collect())
}

const CLOSE_CODES: &str = "Close codes: 4001 token missing, expired or revoked; 4003 origin or role; 4029 too many sockets, or \
    more than 30 frames in a second or in one message (after these three, coming back does not help); 1000 silent for 90 s; 1003 binary frame; 1009 message over 64 KiB; \
    1012 restart; 1013 slow reader or no capacity: come back and resume.";

fn query(token: &str) -> Value {
    let mut properties = json!({
        "after": { "type": "integer", "minimum": 0, "description": "The last `seq` seen: everything after it comes first." },
        "epoch": { "type": "string", "description": "The epoch of that `seq`." },
        "branch_id": { "type": "integer", "description": "The branch of that `seq`; needed by users of several branches." },
        "hello": { "type": "string", "enum": ["1", "true"], "description": "Asks for POSITION on connect." },
    });
    properties[token] = json!({ "type": "string", "description": "Who connects." });
    json!({ "type": "object", "required": [token], "properties": properties })
}

/// AsyncAPI's actions are the gateway's: it sends events and receives pings.
fn operations() -> Value {
    let of = |(endpoint, ..): (&str, &str, &str)| {
        let channel = json!({ "$ref": format!("#/channels/{endpoint}") });
        let list = |names: &mut dyn Iterator<Item = &'static str>| -> Vec<_> {
            names.map(|name| json!({ "$ref": format!("#/channels/{endpoint}/messages/{name}") })).collect()
        };
        [
            (
                format!("tell_{endpoint}"),
                json!({ "action": "send", "channel": channel, "messages": list(&mut heard_on(endpoint)) }),
            ),
            (
                format!("heed_{endpoint}"),
                json!({ "action": "receive", "channel": channel, "messages": list(&mut said_on(endpoint)) }),
            ),
        ]
    };
    Value::Object(ENDPOINTS.into_iter().flat_map(of).collect())
}

fn said_on(endpoint: &str) -> impl Iterator<Item = &'static str> + use<> {
    let sectors = (endpoint != "diner").then_some("refresh_sectors");
    ["ping"].into_iter().chain(sectors)
}

fn heard_on(endpoint: &str) -> impl Iterator<Item = &'static str> + use<> {
    let diner = endpoint == "diner";
    let hears = move |audience: Audience| {
        let staff = audience.admins || audience.kitchen || audience.waiters != Waiters::No;
        if diner { audience.session || audience.diners } else { staff }
    };
    let events = EventType::ALL.iter().filter(move |kind| hears(kind.audience())).map(|kind| kind.as_str());
    let sectors = (!diner).then_some("sectors_updated");
    events.chain(NOTICES.into_iter().map(|(name, _)| name)).chain(sectors)
}

fn messages() -> Value {
    let mut messages: Map<_, _> = EventType::ALL.iter().map(|kind| (kind.as_str().to_owned(), event(*kind))).collect();
    for (name, summary) in NOTICES {
        let schema = if name == "pong" { json!({ "$ref": "#/components/schemas/Pong" }) } else { notice(name) };
        messages.insert(name.into(), json!({ "name": name, "summary": summary, "payload": schema }));
    }
    let text =
        |name: &str, summary: &str, schema: Value| json!({ "name": name, "summary": summary, "payload": schema });
    let ping = json!({ "type": "object", "required": ["type"], "properties": { "type": { "const": "ping" } } });
    messages.insert("ping".into(), text("ping", "Every 30 s, so that the socket counts as alive.", ping));
    let refresh = text(
        "refresh_sectors",
        "Plain text. Asks which sectors are the waiter's today.",
        json!({ "const": "refresh_sectors" }),
    );
    messages.insert("refresh_sectors".into(), refresh);
    let updated = json!({ "type": "string", "pattern": "^sectors_updated:[0-9,]*$" });
    messages.insert(
        "sectors_updated".into(),
        text("sectors_updated", "Plain text, the answer to `refresh_sectors`.", updated),
    );
    Value::Object(messages)
}

fn event(kind: EventType) -> Value {
    let payload = reference("schemas", &kind.payload().name);
    let narrowed = json!({ "properties": { "type": { "const": kind.as_str() }, "entity": payload } });
    json!({
        "name": kind.as_str(),
        "summary": kind.meaning(),
        "description": format!("Heard by {}.", in_words(kind.audience())),
        "payload": { "allOf": [reference("schemas", "Envelope"), narrowed] },
    })
}

fn notice(name: &str) -> Value {
    json!({ "allOf": [reference("schemas", "Notice"), { "properties": { "type": { "const": name } } }] })
}

/// An audience as a client's author would say it.
fn in_words(audience: Audience) -> String {
    let Audience { admins, waiters, kitchen, session, diners } = audience;
    let parts = [
        (admins, "the branch's admins and managers"),
        (waiters == Waiters::All, "all its waiters"),
        (
            waiters == Waiters::OfSector,
            "the waiters assigned to the table's sector today (all of them if it has none or nobody is)",
        ),
        (kitchen, "its kitchen"),
        (session, "the diners of that session"),
        (diners, "every diner of the branch"),
    ];
    parts.into_iter().filter(|(hears, _)| *hears).map(|(_, who)| who).collect::<Vec<_>>().join(", ")
}

fn schemas() -> Value {
    let mut all = vec![(Envelope::name().into_owned(), Envelope::schema())];
    Envelope::schemas(&mut all);
    all.extend(EventType::ALL.iter().flat_map(|kind| kind.payload().schemas));
    let mut schemas: Map<_, _> = all.into_iter().map(|(name, schema)| (name, json!(schema))).collect();
    let notice = json!({
        "type": "object",
        "required": ["type", "branch_id", "epoch", "seq"],
        "properties": {
            "type": { "type": "string" },
            "branch_id": reference("schemas", "BranchId"),
            "epoch": { "type": "string" },
            "seq": { "type": "integer", "format": "int64" },
        },
    });
    schemas.insert("Notice".into(), notice);
    let pong = json!({ "type": "object", "required": ["type"], "properties": { "type": { "const": "pong" } } });
    schemas.insert("Pong".into(), pong);
    Value::Object(schemas)
}

fn reference(kind: &str, name: &str) -> Value {
    json!({ "$ref": format!("#/components/{kind}/{name}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The committed document is what reviewers see of a change to the contract.
    #[test]
    fn the_committed_document_is_this_one() {
        let committed = include_str!("../asyncapi.json");
        let written = serde_json::to_string_pretty(&document()).unwrap();
        assert!(
            committed.trim_end() == written,
            "ws-gateway/asyncapi.json is not what the code says. If the change is meant: cargo run -- asyncapi > ws-gateway/asyncapi.json"
        );
    }

    #[test]
    fn every_reference_leads_somewhere() {
        fn check(document: &Value, value: &Value) {
            if let Some(path) = value["$ref"].as_str() {
                let pointer = path.strip_prefix('#').unwrap();
                assert!(document.pointer(pointer).is_some(), "{path}");
            }
            match value {
                Value::Object(fields) => fields.values().for_each(|field| check(document, field)),
                Value::Array(items) => items.iter().for_each(|item| check(document, item)),
                _ => {}
            }
        }
        check(&document(), &document());
    }

    #[test]
    fn every_event_says_who_hears_it_and_reaches_somebodys_channel() {
        let document = document();
        for kind in EventType::ALL {
            let message = &document["components"]["messages"][kind.as_str()];
            assert!(message["description"].as_str().unwrap().len() > "Heard by .".len(), "{message}");
            assert!(!message["summary"].as_str().unwrap().is_empty());
            let on = |endpoint: &str| document["channels"][endpoint]["messages"].get(kind.as_str()).is_some();
            assert!(on("admin") || on("diner"), "{}", kind.as_str());
        }
        assert!(document["channels"]["diner"]["messages"].get("ENTITY_UPDATED").is_none());
        assert!(document["channels"]["admin"]["messages"].get("CART_CLEARED").is_none());
    }
}
