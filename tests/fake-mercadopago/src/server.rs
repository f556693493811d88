//! The doors: connections in, answers out, and the door that can be shut and opened again at the same address.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response, header};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::call::Call;
use crate::control;
use crate::distort::Rendered;
use crate::provider::{Cut, Provider};
use crate::route::classify;

/// Opens the door at `address`.
pub(crate) async fn open(address: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(address).await
}

/// Serves until it is aborted; its connections are cut with it.
pub(crate) async fn serve(provider: Arc<Provider>, listener: TcpListener) -> Infallible {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    connections.spawn(connection(Arc::clone(&provider), stream, peer));
                }
                // Out of descriptors, at worst: the next one may be luckier.
                Err(_) => tokio::time::sleep(std::time::Duration::from_millis(10)).await,
            },
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
        }
    }
}

async fn connection(provider: Arc<Provider>, stream: TcpStream, peer: SocketAddr) {
    let service = service_fn(move |request| answer(Arc::clone(&provider), request, peer));
    // An error here is a client that went away or a cut we wanted.
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn answer(
    provider: Arc<Provider>,
    request: Request<Incoming>,
    peer: SocketAddr,
) -> Result<Response<Full<Bytes>>, Cut> {
    let call = read(request).await?;
    let rendered = if call.path.starts_with("/_fake/") {
        control::answer(&provider, call, peer).await
    } else {
        provider.reply(call).await?
    };
    response(rendered)
}

async fn read(request: Request<Incoming>) -> Result<Call, Cut> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| Cut)?.to_bytes();
    let text = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let (route, resource, part) = classify(parts.method.as_str(), parts.uri.path());
    let bearer = text(header::AUTHORIZATION.as_str());
    Ok(Call {
        route,
        resource,
        part,
        method: parts.method.as_str().to_owned(),
        path: parts.uri.path().to_owned(),
        query: url::form_urlencoded::parse(parts.uri.query().unwrap_or("").as_bytes()).into_owned().collect(),
        idempotency_key: text("x-idempotency-key"),
        bearer: bearer.and_then(|value| value.strip_prefix("Bearer ").map(str::to_owned)),
        shows_slow_refunds: text("x-render-in-process-refunds").as_deref() == Some("true"),
        body,
        seller: 0,
    })
}

fn response(rendered: Rendered) -> Result<Response<Full<Bytes>>, Cut> {
    let mut response = Response::builder().status(rendered.status);
    for (name, value) in rendered.headers {
        response = response.header(name, value);
    }
    response.body(Full::new(Bytes::from(rendered.body))).map_err(|_| Cut)
}
