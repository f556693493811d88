//! The frames of a client: counts them where its bytes come in, and ends the reading when they are too many.
//!
//! A message may come in any number of frames, empty ones too, and the WebSocket code tells of whole messages only: a
//! peer that never ends one would be read for ever, and nobody would hear of it.

use crate::inbound::{MOST, RateWindow};
use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll, ready},
    time::Instant,
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The longest head: two bytes, eight of length, four of mask.
const MAX_HEAD: usize = 14;
/// From here on it is no part of a message, but ping, pong or close.
const CONTROL: u8 = 8;

/// What the reader of a [`Counted`] stream is told.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("more frames than a client may send")]
pub(crate) struct TooManyFrames;

impl TooManyFrames {
    /// Whether that is why a stream could not be read.
    pub(crate) fn is(error: &io::Error) -> bool {
        error.get_ref().is_some_and(|inner| inner.is::<Self>())
    }
}

/// A client's stream whose frames are counted as they come in.
#[derive(Debug)]
pub(crate) struct Counted<S> {
    inner: S,
    count: Count,
}

#[derive(Debug)]
enum Count {
    On(Frames),
    /// Too many came; the reader has to hear of it behind the last good byte.
    TooMany,
    /// The reader has heard of it, and what comes now is only thrown away.
    Off,
}

impl<S> Counted<S> {
    pub(crate) fn new(inner: S) -> Self {
        Self { inner, count: Count::On(Frames::default()) }
    }
}

/// Where in the client's frames its bytes are.
#[derive(Debug, Default)]
struct Frames {
    head: [u8; MAX_HEAD],
    /// How much of the head is here.
    have: usize,
    /// How much of the frame's content is still to come.
    content: u64,
    /// Frames of the message that has not ended.
    parts: usize,
    rate: RateWindow,
}

impl Frames {
    /// Follows what came at `now`. The place of the first byte of a frame too many, if there is one.
    fn follow(&mut self, bytes: &[u8], now: Instant) -> Option<usize> {
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            if self.content > 0 {
                let rest = bytes.len() - at;
                let skip = usize::try_from(self.content).map_or(rest, |content| content.min(rest));
                self.content -= skip as u64;
                at += skip;
                continue;
            }
            if self.have == 0 && !self.begin(*byte, now) {
                return Some(at);
            }
            self.head[self.have] = *byte;
            self.have += 1;
            at += 1;
            if let Some(content) = content(&self.head[..self.have]) {
                self.content = content;
                self.have = 0;
            }
        }
        None
    }

    /// Counts a frame by its first byte; false if it is one too many: of this second, or of its message.
    fn begin(&mut self, first: u8, now: Instant) -> bool {
        let is_last = first & 0x80 != 0;
        if first & 0x0f < CONTROL {
            self.parts += 1;
        }
        let admitted = self.parts <= MOST && self.rate.admits(now);
        if first & 0x0f < CONTROL && is_last {
            self.parts = 0;
        }
        admitted
    }
}

/// The length of a frame's content, once its head is whole.
fn content(head: &[u8]) -> Option<u64> {
    let second = *head.get(1)?;
    let mask = if second & 0x80 == 0 { 0 } else { 4 };
    let length = match second & 0x7f {
        126 => head
            .get(2..4)
            .and_then(|bytes| bytes.try_into().ok())
            .map(|bytes| (u64::from(u16::from_be_bytes(bytes)), 2)),
        127 => head.get(2..10).and_then(|bytes| bytes.try_into().ok()).map(|bytes| (u64::from_be_bytes(bytes), 8)),
        short => Some((u64::from(short), 0)),
    };
    let (length, extra) = length?;
    (head.len() == 2 + extra + mask).then_some(length)
}

impl<S: AsyncRead + Unpin> AsyncRead for Counted<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if matches!(this.count, Count::TooMany) {
            this.count = Count::Off;
            return Poll::Ready(Err(io::Error::other(TooManyFrames)));
        }
        let before = buffer.filled().len();
        ready!(Pin::new(&mut this.inner).poll_read(cx, buffer))?;
        let Count::On(frames) = &mut this.count else { return Poll::Ready(Ok(())) };
        let Some(good) = frames.follow(&buffer.filled()[before..], Instant::now()) else { return Poll::Ready(Ok(())) };
        buffer.set_filled(before + good);
        // Nothing read would mean that the client had closed.
        if good > 0 {
            this.count = Count::TooMany;
            return Poll::Ready(Ok(()));
        }
        this.count = Count::Off;
        Poll::Ready(Err(io::Error::other(TooManyFrames)))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Counted<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write_vectored(cx, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    /// A frame as a client sends it, masked with zeros.
    fn frame(first: u8, content: usize) -> Vec<u8> {
        let mut frame = vec![first];
        match content {
            0..126 => frame.push(0x80 | u8::try_from(content).unwrap()),
            126..65_536 => {
                frame.push(0x80 | 126);
                frame.extend(u16::try_from(content).unwrap().to_be_bytes());
            }
            _ => {
                frame.push(0x80 | 127);
                frame.extend((content as u64).to_be_bytes());
            }
        }
        // The content looks like frames, and is none.
        frame.extend([0; 4]);
        frame.resize(frame.len() + content, 0x01);
        frame
    }

    const WHOLE: u8 = 0x81;
    const BEGIN: u8 = 0x01;
    const MORE: u8 = 0x00;
    const END: u8 = 0x80;
    const PING: u8 = 0x89;

    /// At which frame the client is stopped; one a second passes no rate.
    fn stopped(frames: &[Vec<u8>], apart: Duration) -> Option<usize> {
        let (mut count, start) = (Frames::default(), Instant::now());
        let mut at = frames.iter().zip(0..).map(|(frame, n)| count.follow(frame, start + apart * n));
        at.position(|place| place.is_some())
    }

    #[test]
    fn a_message_has_an_end() {
        let fragments = |parts: usize| [vec![frame(BEGIN, 1)], vec![frame(MORE, 0); parts]].concat();
        let slowly = Duration::from_secs(1);
        assert_eq!(stopped(&fragments(1_000), slowly), Some(MOST));
        // Pings between its parts do not begin it anew.
        let mut mixed = fragments(1_000);
        (1..500).for_each(|n| mixed.insert(2 * n, frame(PING, 3)));
        assert!(stopped(&mixed, slowly).is_some());
        // One that ends in time may be followed by the next.
        let ended = [fragments(MOST - 2), vec![frame(END, 300)]].concat();
        assert_eq!(stopped(&[ended.clone(), ended.clone(), ended].concat(), slowly), None);
        assert_eq!(stopped(&vec![frame(WHOLE, 70_000); 100], slowly), None);
    }

    #[test]
    fn the_thirty_first_frame_of_a_second_is_one_too_many_whatever_it_is() {
        for first in [WHOLE, PING, BEGIN] {
            for content in [0, 1, 125, 126, 65_536] {
                assert_eq!(stopped(&vec![frame(first, content); 100], Duration::ZERO), Some(MOST), "{first} {content}");
            }
        }
    }

    #[test]
    fn where_the_bytes_are_cut_does_not_matter() {
        let frames = [0, 5, 125, 126, 300, 65_536].map(|content| frame(WHOLE, content)).concat();
        let bytes = frames.repeat(6);
        let bytes = [bytes, vec![0xff; 50]].concat();
        let now = Instant::now();
        let whole = Frames::default().follow(&bytes, now).unwrap();
        for size in [1, 2, 3, 7, 64, 4_096] {
            let mut count = Frames::default();
            let mut cut =
                bytes.chunks(size).zip(0..).filter_map(|(chunk, n)| Some(count.follow(chunk, now)? + n * size));
            assert_eq!(cut.next(), Some(whole), "{size}");
        }
    }

    #[tokio::test]
    async fn what_came_before_is_read_then_the_reason_then_the_rest() {
        let (mut theirs, ours) = duplex(64 * 1_024);
        let mut ours = Counted::new(ours);
        theirs.write_all(&vec![frame(WHOLE, 10); MOST + 20].concat()).await.unwrap();
        let mut read = vec![0; 8 * 1_024];
        assert_eq!(ours.read(&mut read).await.unwrap(), MOST * 16);
        assert!(TooManyFrames::is(&ours.read(&mut read).await.unwrap_err()));
        theirs.write_all(b"x").await.unwrap();
        assert_eq!(ours.read(&mut read).await.unwrap(), 1);
    }
}
