//! A client's socket that keeps its slot, notes what passes through it, and is not closed in the client's face.
//!
//! A request may be answered before all of its body is here: a wrong token, a file that is too long. A socket that is
//! closed with unread bytes in it is reset by the kernel, and the reset overtakes the answer: the client would see a
//! broken connection instead of its 401. So what it still sends is read for a while first, and thrown away.

use super::{connections::Place, talk::Talk};
use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::Sleep,
};

/// Read at a time of what is thrown away.
const SCRAP: usize = 8 * 1024;

/// The socket. hyper hands it on to the WebSocket code whole, so the slot stays taken until that is done with it.
#[derive(Debug)]
pub(super) struct Stream {
    socket: TcpStream,
    talk: Arc<Talk>,
    _place: Arc<Place>,
    parting: Parting,
}

/// How far the end of a connection is.
#[derive(Debug)]
enum Parting {
    NotYet,
    /// Our last byte is out; what still comes is thrown away.
    Reading {
        until: Pin<Box<Sleep>>,
        left: usize,
    },
    Over,
}

impl Parting {
    /// After our last byte.
    fn begin(talk: &Talk) -> Self {
        talk.lingers()
            .map_or(Self::Over, |(time, left)| Self::Reading { until: Box::pin(tokio::time::sleep(time)), left })
    }

    /// Reads until the client has heard the answer and closed, or had its time and its bytes.
    fn poll(&mut self, socket: &mut TcpStream, cx: &mut Context<'_>) -> Poll<()> {
        let Self::Reading { until, left } = self else { return Poll::Ready(()) };
        let mut scrap = [0; SCRAP];
        while until.as_mut().poll(cx).is_pending() {
            let mut buffer = ReadBuf::new(&mut scrap);
            let read = ready!(Pin::new(&mut *socket).poll_read(cx, &mut buffer));
            let more = buffer.filled().len();
            if read.is_err() || more == 0 || more > *left {
                break;
            }
            *left -= more;
        }
        *self = Self::Over;
        Poll::Ready(())
    }
}

impl Stream {
    pub(super) fn new(socket: TcpStream, talk: Arc<Talk>, place: Arc<Place>) -> Self {
        Self { socket, talk, _place: place, parting: Parting::NotYet }
    }

    /// Writes what the client takes at once; for somebody who is not waited for.
    pub(super) fn last_word(&self, text: &[u8]) {
        let _ = self.socket.try_write(text);
    }

    fn written(&self, written: &Poll<io::Result<usize>>) {
        match written {
            Poll::Ready(Ok(bytes)) => self.talk.answer_moved(*bytes),
            Poll::Ready(Err(_)) => {}
            Poll::Pending => self.talk.answer_stuck(),
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.socket).poll_read(cx, buffer);
        if buffer.filled().len() > before {
            self.talk.heard();
        }
        read
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.socket).poll_write(cx, bytes);
        self.written(&written);
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.socket).poll_write_vectored(cx, parts);
        self.written(&written);
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if matches!(this.parting, Parting::NotYet) {
            ready!(Pin::new(&mut this.socket).poll_shutdown(cx))?;
            this.parting = Parting::begin(&this.talk);
        }
        this.parting.poll(&mut this.socket, cx).map(Ok)
    }
}
