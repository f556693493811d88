//! Notices: messages of the gateway itself to a client, beside the events.
//!
//! The shipped clients skip types they do not know (realtime.md §3.7), so notices are safe to send. Only a client that
//! asked gets [`position`].

use domain::{BranchId, event::Position};
use serde::Serialize;
use tokio_tungstenite::tungstenite::Utf8Bytes;

/// The answer to a ping, byte for byte what the clients compare with.
pub(crate) const PONG: Utf8Bytes = Utf8Bytes::from_static(r#"{"type":"pong"}"#);

#[derive(Serialize)]
struct Notice<'a> {
    r#type: &'static str,
    branch_id: BranchId,
    epoch: &'a str,
    seq: i64,
}

fn notice(r#type: &'static str, branch_id: BranchId, position: &Position) -> Utf8Bytes {
    let notice = Notice { r#type, branch_id, epoch: &position.epoch, seq: position.seq };
    serde_json::to_string(&notice).expect("a struct of texts and numbers serializes").into()
}

/// "What you know of this branch cannot be completed from the log: read it again; you will hear all that comes after
/// this position."
pub(crate) fn resync(branch: BranchId, position: &Position) -> Utf8Bytes {
    notice("RESYNC", branch, position)
}

/// "You have heard everything up to here and will hear all that comes after."
pub(crate) fn position(branch: BranchId, position: &Position) -> Utf8Bytes {
    notice("POSITION", branch, position)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wire_shape_is_documented() {
        let at = Position { epoch: "e1".into(), seq: 7 };
        assert_eq!(resync(BranchId(2), &at).as_str(), r#"{"type":"RESYNC","branch_id":2,"epoch":"e1","seq":7}"#);
        assert_eq!(position(BranchId(2), &at).as_str(), r#"{"type":"POSITION","branch_id":2,"epoch":"e1","seq":7}"#);
    }
}
