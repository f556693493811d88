//! Messages from clients: reads them, and limits how many frames a socket may send.

use serde::Deserialize;
use std::{
    borrow::Cow,
    collections::VecDeque,
    time::{Duration, Instant},
};

/// The most frames that one socket may send within [`WINDOW`], and the most of one message.
pub(crate) const MOST: usize = 30;
/// The length of the window. It slides, so that no burst of twice [`MOST`] fits around a full second.
const WINDOW: Duration = Duration::from_secs(1);

/// A client's message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Inbound {
    /// Wants a pong.
    Ping,
    /// A waiter wants the sectors of today.
    RefreshSectors,
    /// A message that this version does not know; a later client may send more.
    Other,
}

impl Inbound {
    /// Reads a text frame. A ping is whatever JSON object says so, with or without spaces and further fields.
    pub(crate) fn parse(text: &str) -> Self {
        #[derive(Deserialize)]
        struct Typed<'a> {
            #[serde(borrow)]
            r#type: Cow<'a, str>,
        }
        match text.trim() {
            "ping" => Self::Ping,
            "refresh_sectors" => Self::RefreshSectors,
            json => match serde_json::from_str::<Typed<'_>>(json) {
                Ok(message) if message.r#type == "ping" => Self::Ping,
                _ => Self::Other,
            },
        }
    }
}

/// Counts the frames of one socket in a sliding window.
#[derive(Debug, Default)]
pub(crate) struct RateWindow(VecDeque<Instant>);

impl RateWindow {
    /// Counts a frame at `now`; false if it is one too many.
    pub(crate) fn admits(&mut self, now: Instant) -> bool {
        while self.0.front().is_some_and(|earliest| now.duration_since(*earliest) >= WINDOW) {
            self.0.pop_front();
        }
        self.0.push_back(now);
        self.0.len() <= MOST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ping_is_a_ping_however_it_is_spelled() {
        for text in [
            "ping",
            " ping\n",
            r#"{"type":"ping"}"#,
            r#"{ "type" : "ping" }"#,
            r#"{"ts":1767225600.5,"type":"ping","v":{"a":[1]}}"#,
            r#"{"type":"pin\u0067"}"#,
        ] {
            assert_eq!(Inbound::parse(text), Inbound::Ping, "{text}");
        }
        for text in
            ["", "PING", "pingping", r#""ping""#, r#"{"type":"pong"}"#, r#"{"type":1}"#, "[", r#"["type","ping"]"#]
        {
            assert_eq!(Inbound::parse(text), Inbound::Other, "{text}");
        }
        assert_eq!(Inbound::parse("refresh_sectors"), Inbound::RefreshSectors);
    }

    #[test]
    fn the_thirty_first_frame_of_any_second_is_one_too_many() {
        let start = Instant::now();
        let mut window = RateWindow::default();
        let at = |millis| start + Duration::from_millis(millis);
        assert!((0..30).all(|n| window.admits(at(n * 33))));
        assert!(!window.admits(at(999)));

        let mut window = RateWindow::default();
        assert!((0..30).all(|n| window.admits(at(500 + n))));
        // A fixed window would have begun anew here.
        assert!(!window.admits(at(1_100)));

        let mut window = RateWindow::default();
        assert!((0..300).all(|n| window.admits(at(n * 34))));
        assert!(window.0.len() <= 30);
    }
}
