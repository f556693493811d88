//! A screen: a WebSocket that writes down every frame, so that a test can ask what was seen and in which order.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use futures_util::stream::{SplitSink, StreamExt};
use futures_util::{SinkExt, Stream};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::sync::{Mutex, watch};
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::Request;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, client_async};

use crate::flood::{address, connect_from};

type Wire = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// How long anything on a socket is waited for unless the test says otherwise.
const PATIENCE: Duration = Duration::from_secs(10);

/// Everything a socket has received so far.
#[derive(Debug, Default)]
struct Seen {
    /// JSON text frames in order, without the pongs.
    events: Vec<Value>,
    pongs: usize,
    /// WebSocket pings of the server's.
    pings: usize,
    /// Text frames that are not JSON, and binary ones.
    strange: Vec<String>,
    /// 1006 when the connection ended without a close frame, 1005 when the frame had no code.
    closed: Option<u16>,
}

/// An open socket with a background reader.
#[derive(Debug)]
pub struct Socket {
    name: String,
    sink: Mutex<SplitSink<Wire, Message>>,
    seen: watch::Receiver<Seen>,
    reader: JoinHandle<()>,
}

impl Socket {
    /// Connects to `<ws_url><path_with_query>`, for example `/ws/diner?table_token=…`.
    ///
    /// # Panics
    /// When the handshake fails; see [`Socket::try_connect`].
    pub async fn connect(ws_url: &str, path_with_query: &str) -> Self {
        let connected = Self::try_connect(ws_url, path_with_query, &[]).await;
        connected.unwrap_or_else(|error| panic!("{path_with_query}: handshake refused: {error}"))
    }

    /// Connects with extra request headers (`Origin`).
    ///
    /// # Errors
    /// What tungstenite says; `Error::Http` carries the response when the server refused the upgrade.
    ///
    /// # Panics
    /// When the URL or a header cannot be written, or the server does not answer in ten seconds.
    pub async fn try_connect(
        ws_url: &str,
        path_with_query: &str,
        headers: &[(&str, &str)],
    ) -> Result<Self, Box<Error>> {
        Self::try_connect_from(IpAddr::V4(Ipv4Addr::LOCALHOST), ws_url, path_with_query, headers).await
    }

    /// [`Socket::try_connect`] from `local`, an address of this machine.
    ///
    /// # Errors
    /// As [`Socket::try_connect`].
    ///
    /// # Panics
    /// As [`Socket::try_connect`].
    pub async fn try_connect_from(
        local: IpAddr,
        ws_url: &str,
        path_with_query: &str,
        headers: &[(&str, &str)],
    ) -> Result<Self, Box<Error>> {
        let mut request: Request = format!("{ws_url}{path_with_query}").into_client_request().map_err(Box::new)?;
        for (name, value) in headers {
            let name = name.parse::<tokio_tungstenite::tungstenite::http::HeaderName>().expect("a header name");
            request.headers_mut().insert(name, value.parse().expect("a header value"));
        }
        let connect = async {
            let stream = connect_from(local, address(ws_url)).await?;
            stream.set_nodelay(true)?;
            client_async(request, MaybeTlsStream::Plain(stream)).await
        };
        let handshake = tokio::time::timeout(PATIENCE, connect).await;
        let (wire, _) = handshake.expect("the gateway answers a handshake in ten seconds").map_err(Box::new)?;
        let (sink, stream) = wire.split();
        let (record, seen) = watch::channel(Seen::default());
        let reader = tokio::spawn(read(stream, record));
        // The token makes the name unreadable and is nobody's business in a log.
        let name = path_with_query.split('?').next().unwrap_or_default().to_owned();
        Ok(Self { name, sink: Mutex::new(sink), seen, reader })
    }

    /// Every JSON frame so far, in order, pongs left out.
    pub fn events(&self) -> Vec<Value> {
        self.seen.borrow().events.clone()
    }

    /// The `type` of every event so far, in order.
    pub fn types(&self) -> Vec<String> {
        types(&self.seen.borrow().events)
    }

    /// Frames that were neither JSON text nor protocol frames.
    pub fn strange_frames(&self) -> Vec<String> {
        self.seen.borrow().strange.clone()
    }

    /// The first event of this type, waited for ten seconds at most.
    ///
    /// # Panics
    /// When none comes, with what came instead.
    pub async fn wait_for(&self, kind: &str) -> Value {
        self.wait_for_within(kind, PATIENCE).await
    }

    /// [`Socket::wait_for`] with a deadline of the test's own.
    ///
    /// # Panics
    /// When none comes, with what came instead.
    pub async fn wait_for_within(&self, kind: &str, patience: Duration) -> Value {
        let found = |events: &[Value]| events.iter().find(|event| event["type"] == kind).cloned();
        self.wait(|seen| found(&seen.events).is_some(), kind, patience).await;
        found(&self.seen.borrow().events).expect("it was there a moment ago, and nothing is ever removed")
    }

    /// Waits until the list of events satisfies `condition`, ten seconds at most, and returns the list.
    ///
    /// # Panics
    /// When it does not come to that, with what came instead.
    pub async fn wait_until(&self, condition: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        self.wait_until_within(condition, PATIENCE).await
    }

    /// [`Socket::wait_until`] with a deadline of the test's own.
    ///
    /// # Panics
    /// When it does not come to that, with what came instead.
    pub async fn wait_until_within(&self, condition: impl Fn(&[Value]) -> bool, patience: Duration) -> Vec<Value> {
        self.wait(|seen| condition(&seen.events), "the condition on its events", patience).await;
        self.events()
    }

    /// Waits until nothing has arrived for `silence`, then returns everything: proof that nothing came twice or late.
    pub async fn quiet(&self, silence: Duration) -> Vec<Value> {
        let mut seen = self.seen.clone();
        seen.mark_unchanged();
        while let Ok(Ok(())) = tokio::time::timeout(silence, seen.changed()).await {}
        self.events()
    }

    /// Sends the clients' ping and waits until the gateway has answered it: what the socket was sent before is here
    /// then.
    ///
    /// # Panics
    /// When none comes in ten seconds.
    pub async fn ping(&self) {
        let before = self.seen.borrow().pongs;
        self.send_raw(Message::text(r#"{"type":"ping"}"#)).await;
        self.wait(|seen| seen.pongs > before, "a pong", PATIENCE).await;
    }

    /// Sends any frame. One that the server has already closed upon is lost, as it would be for a client.
    pub async fn send_raw(&self, message: Message) {
        let _ = self.sink.lock().await.send(message).await;
    }

    /// How many pongs have come.
    pub fn pongs(&self) -> usize {
        self.seen.borrow().pongs
    }

    /// The close code, if the socket is closed: 1006 without a close frame, 1005 for a frame without a code.
    pub fn close_code(&self) -> Option<u16> {
        self.seen.borrow().closed
    }

    /// Waits until the server has closed the socket and returns the code.
    ///
    /// # Panics
    /// When it is still open after `patience`.
    pub async fn wait_closed(&self, patience: Duration) -> u16 {
        self.wait(|seen| seen.closed.is_some(), "the close", patience).await;
        self.close_code().expect("closed a moment ago, and it stays closed")
    }

    /// Closes as a client that leaves.
    pub async fn close(self) {
        let _ = self.sink.lock().await.close().await;
    }

    /// Waits for a WebSocket ping of the server's.
    ///
    /// # Panics
    /// When none comes.
    pub async fn wait_pinged(&self, patience: Duration) {
        self.wait(|seen| seen.pings > 0, "a ping", patience).await;
    }

    async fn wait(&self, condition: impl Fn(&Seen) -> bool, wanted: &str, patience: Duration) {
        let mut seen = self.seen.clone();
        // The reader ends with the connection: nothing more will come, so an error is as final as the deadline.
        let came = tokio::time::timeout(patience, seen.wait_for(|seen| condition(seen))).await;
        if matches!(came, Ok(Ok(_))) {
            return;
        }
        drop(came);
        let seen = self.seen.borrow();
        let events: Vec<String> = seen.events.iter().map(Value::to_string).collect();
        panic!(
            "{}: waited {patience:?} for {wanted}; got {:?}, closed: {:?}, strange: {:?}\n{}",
            self.name,
            types(&seen.events),
            seen.closed,
            seen.strange,
            events.join("\n")
        );
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

fn types(events: &[Value]) -> Vec<String> {
    events.iter().map(|event| event["type"].as_str().unwrap_or("?").to_owned()).collect()
}

async fn read(mut stream: impl Stream<Item = Result<Message, Error>> + Unpin, record: watch::Sender<Seen>) {
    let mut closed = 1006;
    while let Some(Ok(message)) = stream.next().await {
        match message {
            Message::Text(text) => record.send_modify(|seen| match serde_json::from_str::<Value>(&text) {
                Ok(frame) if frame["type"] == "pong" => seen.pongs += 1,
                Ok(frame) => seen.events.push(frame),
                Err(_) => seen.strange.push(text.to_string()),
            }),
            Message::Binary(bytes) => record.send_modify(|seen| seen.strange.push(format!("{bytes:?}"))),
            Message::Close(frame) => closed = frame.map_or(1005, |frame| frame.code.into()),
            Message::Ping(_) => record.send_modify(|seen| seen.pings += 1),
            Message::Pong(_) | Message::Frame(_) => {}
        }
    }
    record.send_modify(|seen| seen.closed = Some(closed));
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;
    use tokio_tungstenite::accept_async;
    use tokio_tungstenite::tungstenite::protocol::CloseFrame;

    use super::*;

    /// A gateway that says each of `frames`, answers one message with a pong and closes with 4001.
    async fn gateway(frames: &'static [&'static str]) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("ws://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let mut wire = accept_async(listener.accept().await.unwrap().0).await.unwrap();
            for frame in frames {
                wire.send(Message::text(*frame)).await.unwrap();
            }
            wire.next().await.unwrap().unwrap();
            wire.send(Message::text(r#"{"type":"pong"}"#)).await.unwrap();
            wire.close(Some(CloseFrame { code: 4001.into(), reason: "expired".into() })).await.unwrap();
            while wire.next().await.is_some() {}
        });
        url
    }

    #[tokio::test]
    async fn frames_are_kept_in_order_pongs_apart_and_the_close_code_is_read() {
        let url = gateway(&[r#"{"type":"A","seq":1}"#, "sectors_updated:1", r#"{"type":"B","seq":2}"#]).await;
        let socket = Socket::connect(&url, "/ws/waiter?token=x").await;
        assert_eq!(socket.wait_for("B").await["seq"], 2);
        assert_eq!(socket.types(), ["A", "B"]);
        assert_eq!(socket.strange_frames(), ["sectors_updated:1"]);
        socket.ping().await;
        assert_eq!(socket.wait_closed(PATIENCE).await, 4001);
        assert_eq!(socket.quiet(Duration::from_millis(10)).await.len(), 2);
    }

    #[tokio::test]
    #[should_panic(expected = "/ws/waiter: waited 50ms for C; got [\"A\"]")]
    async fn a_missed_deadline_lists_what_came() {
        let url = gateway(&[r#"{"type":"A"}"#]).await;
        Socket::connect(&url, "/ws/waiter?token=x").await.wait_for_within("C", Duration::from_millis(50)).await;
    }
}
