//! What surrounds every route, from the outside in: request id, trace, security headers, CORS, panic guard, 500s that
//! say nothing but their id, content type, body limit.
//!
//! CORS stands outside of everything that can fail, so that a browser can read a 500 (diner-waiter.md §1.6).

use crate::{
    extract::{IGNORED_FIELDS, name_ignored_fields},
    header::{DEVICE, IDEMPOTENCY_KEYS, PREFER, media_type},
    routes::{image, menu_file},
    shown_path::shown_path,
    state::AppState,
};
use auth::TABLE_TOKEN;
use axum::{
    Router,
    extract::{DefaultBodyLimit, MatchedPath, Request, State},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
};
use domain::ProblemCode;
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use runtime::Problem;
use std::{
    any::Any,
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};
use tower::ServiceBuilder;
use tower_http::{
    catch_panic::CatchPanicLayer,
    cors::{AllowOrigin, CorsLayer},
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, RequestId, SetRequestIdLayer},
    trace::TraceLayer,
};

/// No body of JSON is longer, in bytes: an order of 200 lines with notes is about 150 KiB.
const MAX_BODY: usize = 256 * 1024;
/// The clients give up after 30 s (diner-waiter.md §1.2); an answer later than that is for nobody.
const TIMEOUT: Duration = Duration::from_secs(30);
/// What the sending of a file may take: five megabytes at the pace of a bad network. That the sender keeps a pace at
/// all, the serve loop sees to.
const FILE_TIMEOUT: Duration = Duration::from_secs(5 * 60);

/// Tells a request in the logs of everybody it passed.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Twice a UUID and more.
const MAX_REQUEST_ID: usize = 128;

/// The methods of each path.
pub(crate) type Methods = Arc<HashMap<String, Vec<Method>>>;

/// Wraps the routes, which have `methods`.
pub(crate) fn wrap(router: Router<AppState>, state: &AppState, methods: Methods) -> Router<AppState> {
    router.layer(
        ServiceBuilder::new()
            .layer(from_fn(plain_request_id))
            .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
            .layer(TraceLayer::new_for_http().make_span_with(span).on_request(()).on_failure(()))
            .layer(PropagateRequestIdLayer::x_request_id())
            .layer(from_fn_with_state(state.settings.is_production(), security_headers))
            .layer(cors(state))
            .layer(from_fn(discreet))
            .layer(CatchPanicLayer::custom(panicked))
            .layer(from_fn(timely))
            .layer(from_fn_with_state(methods, content_type))
            .layer(from_fn(name_ignored_fields))
            .layer(DefaultBodyLimit::max(MAX_BODY)),
    )
}

/// Drops a request id that is none: it is written into every line of the log, and a caller chooses it.
async fn plain_request_id(mut request: Request, next: Next) -> Response {
    let plain = |id: &HeaderValue| {
        let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(byte);
        (1..=MAX_REQUEST_ID).contains(&id.len()) && id.as_bytes().iter().all(allowed)
    };
    if request.headers().get(REQUEST_ID).is_some_and(|id| !plain(id)) {
        request.headers_mut().remove(REQUEST_ID);
    }
    next.run(request).await
}

/// Counts and times a request under the route that took it, not under its path: paths hold ids.
pub(crate) async fn measure(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("unmatched", |path| path.as_str()).to_owned();
    let method = method_label(request.method());
    let start = Instant::now();
    let response = next.run(request).await;
    let labels = [("method", method.to_owned()), ("route", route), ("status", response.status().as_u16().to_string())];
    metrics::counter!("http_requests_total", &labels).increment(1);
    metrics::histogram!("http_request_seconds", &labels).record(start.elapsed());
    response
}

/// The nine methods there are. HTTP lets a caller invent others, and each name of a series is memory for good.
fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        Method::CONNECT => "CONNECT",
        Method::TRACE => "TRACE",
        _ => "other",
    }
}

/// Answers 503 where a request takes longer than anybody waits for it.
async fn timely(request: Request, next: Next) -> Response {
    let patience = if file_types(&request).is_empty() { TIMEOUT } else { FILE_TIMEOUT };
    match tokio::time::timeout(patience, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::unavailable("The request took too long").retry_after(1).into_response(),
    }
}

// Without the query: sockets and catch-up carry tokens there. Some paths carry one, too.
fn span<B>(request: &http::Request<B>) -> tracing::Span {
    let id = request.extensions().get::<RequestId>().and_then(|id| id.header_value().to_str().ok()).unwrap_or_default();
    tracing::info_span!("request", method = %request.method(), path = shown_path(request), request_id = id)
}

fn cors(state: &AppState) -> CorsLayer {
    let origins = state.settings.origins.clone();
    let age = if state.settings.is_production() { 600 } else { 0 };
    let custom = [TABLE_TOKEN, REQUEST_ID, HeaderName::from_static("x-requested-with"), DEVICE];
    let standard =
        [header::AUTHORIZATION, header::CONTENT_TYPE, header::ACCEPT, header::ACCEPT_LANGUAGE, header::CACHE_CONTROL];
    let conditional = [header::IF_NONE_MATCH, PREFER];
    let headers = standard.into_iter().chain(conditional).chain(custom).chain(IDEMPOTENCY_KEYS);
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(move |origin, _| {
            origin.to_str().is_ok_and(|origin| origins.allows(origin))
        }))
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS])
        .allow_headers(headers.collect::<Vec<_>>())
        .expose_headers([IGNORED_FIELDS, REQUEST_ID, header::ETAG, header::RETRY_AFTER])
        .max_age(Duration::from_secs(age))
}

async fn security_headers(State(production): State<bool>, request: Request, next: Next) -> Response {
    let docs = request.uri().path().starts_with("/docs");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    // A page of ours brings the policy that lets its own style through; the OpenAPI browser has styles of its own.
    let policy = HeaderValue::from_static(if docs {
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"
    } else {
        "default-src 'self'"
    });
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(policy);
    let fixed = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "strict-origin-when-cross-origin"),
        (HeaderName::from_static("permissions-policy"), "geolocation=(), microphone=(), camera=()"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if production {
        let value = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, value);
    }
    response
}

/// A 500 tells its request id, by which the log is found, and nothing else (design.md §8).
async fn discreet(request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().cloned();
    let response = next.run(request).await;
    if response.status() != StatusCode::INTERNAL_SERVER_ERROR {
        return response;
    }
    let id = id.and_then(|id| id.header_value().to_str().map(str::to_owned).ok()).unwrap_or_default();
    Problem::internal().with("request_id", id).into_response()
}

fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    tracing::error!(panic = text.unwrap_or("unknown"), "a handler panicked");
    Problem::internal().into_response()
}

/// As what a path takes files: pictures and menus have one each, and no other takes any.
fn file_types(request: &Request) -> &'static [&'static str] {
    match request.extensions().get::<MatchedPath>().map(MatchedPath::as_str) {
        Some(image::UPLOAD) => &image::SENT_AS,
        Some(menu_file::IMPORT) => &menu_file::SENT_AS,
        _ => &[],
    }
}

/// POST, PUT and PATCH carry JSON (or a form); absent or empty is fine, bodyless calls send none
/// (diner-waiter.md §1.7). Files have a path of their own, and say what they are.
async fn content_type(State(methods): State<Methods>, request: Request, next: Next) -> Response {
    let writes = matches!(*request.method(), Method::POST | Method::PUT | Method::PATCH);
    if !writes || !is_there(&methods, &request) {
        return next.run(request).await;
    }
    let (kind, files) = (media_type(request.headers()), file_types(&request));
    let is_taken = match kind.as_str() {
        "" | "application/json" | "application/x-www-form-urlencoded" if files.is_empty() => true,
        kind => files.contains(&kind),
    };
    if is_taken {
        return next.run(request).await;
    }
    let detail = format!("Content-Type must be {}", accepted(files));
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, ProblemCode::UnsupportedMediaType, detail).into_response()
}

/// Whether the path has that method: what is not there is 404 or 405, however it is sent. A path that the document does
/// not name is asked as it comes.
fn is_there(methods: &Methods, request: &Request) -> bool {
    let path = request.extensions().get::<MatchedPath>();
    path.is_some_and(|path| methods.get(path.as_str()).is_none_or(|known| known.contains(request.method())))
}

/// What a path takes, for people: the types of its files, or JSON where it takes no files.
fn accepted(files: &[&str]) -> String {
    match files {
        [] => "application/json".to_owned(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}
