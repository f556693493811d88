//! A storage that speaks as much of S3 as we do, over real sockets, and lets in only what is signed.

use axum::{
    Router,
    body::Bytes,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::get,
};
use harness::AppOptions;
use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

/// What is kept: the media type and the bytes, by bucket and key.
type Objects = Mutex<BTreeMap<(String, String), (String, Bytes)>>;

#[derive(Clone, Default)]
pub(super) struct FakeStorage(Arc<(Objects, AtomicBool)>);

impl FakeStorage {
    /// Starts one for the test that asks, in a thread of its own: options are made before the test's runtime.
    pub(super) fn options() -> AppOptions {
        let (said, heard) = std::sync::mpsc::channel();
        let storage = Self::default();
        PRESENT.with(|present| present.set(storage.clone())).unwrap_or_else(|_| panic!("one storage a test"));
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
                said.send(listener.local_addr().unwrap()).unwrap();
                let routes = Router::new().route("/{bucket}/{key}", get(read).put(write)).with_state(storage);
                axum::serve(listener, routes).await.unwrap();
            });
        });
        let address = heard.recv().unwrap();
        AppOptions::default()
            .env("COMANDA_S3_BUCKET", "menu")
            .env("COMANDA_S3_ENDPOINT", &format!("http://{address}"))
            .env("COMANDA_S3_ACCESS_KEY", "kitchen")
            .env("COMANDA_S3_SECRET_KEY", "hush-hush-hush")
    }

    /// The one this test's options started.
    pub(super) fn running() -> Self {
        PRESENT.with(|present| present.get().cloned()).expect("options() was called on this thread")
    }

    /// The media type that an object was written with.
    pub(super) fn kind_of(&self, key: &str) -> Option<String> {
        self.0.0.lock().unwrap().get(&("menu".to_owned(), key.to_owned())).map(|(kind, _)| kind.clone())
    }

    /// From now on everything fails, or nothing.
    pub(super) fn break_down(&self, broken: bool) {
        self.0.1.store(broken, Ordering::SeqCst);
    }

    fn refusal(&self, query: &HashMap<String, String>) -> Option<Response> {
        let of = |name: &str| query.get(name).map_or("", String::as_str);
        let credential = of("X-Amz-Credential");
        let signed = of("X-Amz-Algorithm") == "AWS4-HMAC-SHA256"
            && of("X-Amz-Signature").len() == 64
            && credential.starts_with("kitchen/")
            && credential.ends_with("/us-east-1/s3/aws4_request");
        if self.0.1.load(Ordering::SeqCst) {
            return Some(
                (StatusCode::INTERNAL_SERVER_ERROR, "<Error><Code>InternalError</Code></Error>").into_response(),
            );
        }
        (!signed).then(|| (StatusCode::FORBIDDEN, "<Error><Code>AccessDenied</Code></Error>").into_response())
    }
}

thread_local! {
    /// A test makes its options and plays on one thread.
    static PRESENT: OnceLock<FakeStorage> = const { OnceLock::new() };
}

async fn write(
    State(storage): State<FakeStorage>,
    Path(place): Path<(String, String)>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    if let Some(refusal) = storage.refusal(&query) {
        return refusal;
    }
    let kind = headers["content-type"].to_str().unwrap().to_owned();
    storage.0.0.lock().unwrap().insert(place, (kind, bytes));
    StatusCode::OK.into_response()
}

async fn read(
    State(storage): State<FakeStorage>,
    Path(place): Path<(String, String)>,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    if let Some(refusal) = storage.refusal(&query) {
        return refusal;
    }
    match storage.0.0.lock().unwrap().get(&place) {
        Some((_, bytes)) => bytes.clone().into_response(),
        None => (StatusCode::NOT_FOUND, "<Error><Code>NoSuchKey</Code></Error>").into_response(),
    }
}
