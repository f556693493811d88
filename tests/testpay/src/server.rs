//! The side that a test plays: it holds every payment, moves it on, and notifies when told to.

use crate::{SIGNATURE, SIGNED_AT, notice::sign, wire};
use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    routing::{get, post},
};
use domain::{Clock, SystemClock};
use secrecy::{ExposeSecret, SecretString};
use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Testpay with one seller. It stops when its last handle is dropped.
#[derive(Clone, Debug)]
pub struct Testpay {
    state: Arc<Mutex<Book>>,
    secret: SecretString,
    address: SocketAddr,
}

/// A notice.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The address that was given with the payment's checkout.
    pub url: String,
    /// What signs it, and when.
    pub headers: [(&'static str, String); 2],
    /// What is signed.
    pub body: String,
}

/// What it knows.
#[derive(Debug, Default)]
struct Book {
    checkouts: Vec<wire::Order>,
    payments: Vec<wire::Payment>,
    refunds: Vec<(String, wire::Refund)>,
    /// So many answers to writes are lost: the thing happens, and the answer is a 500.
    lost: usize,
}

impl Book {
    fn is_lost(&mut self) -> bool {
        let is_lost = self.lost > 0;
        self.lost = self.lost.saturating_sub(1);
        is_lost
    }
}

/// Who sells.
const SELLER: &str = "seller-1";

impl Testpay {
    /// Starts it at `address`.
    ///
    /// # Errors
    /// The address is taken.
    pub async fn start(address: SocketAddr, secret: &str) -> std::io::Result<Self> {
        let listener = tokio::net::TcpListener::bind(address).await?;
        let testpay = Self { state: Arc::default(), secret: secret.into(), address: listener.local_addr()? };
        let router = Router::new()
            .route("/me", get(me))
            .route("/checkouts", post(open))
            .route("/payments", get(payments))
            .route("/payments/{id}", get(payment))
            .route("/payments/{id}/refunds", get(refunds).post(refund))
            .with_state(testpay.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(testpay)
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The answers to the next so many writes are lost.
    pub fn lose(&self, answers: usize) {
        self.book().lost = answers;
    }

    /// How many checkouts were opened.
    #[must_use]
    pub fn checkouts(&self) -> usize {
        self.book().checkouts.len()
    }

    /// How many refunds were made.
    #[must_use]
    pub fn refunds(&self) -> usize {
        self.book().refunds.len()
    }

    /// A payer begins to pay a checkout: a payment that stands at `status`.
    #[must_use]
    pub fn pay(&self, checkout: &str, status: &str) -> Option<String> {
        let mut book = self.book();
        let order = checkout.strip_prefix("checkout").and_then(|number| number.parse::<usize>().ok())?;
        let order = book.checkouts.get(order)?.clone();
        let id = format!("pay{}", book.payments.len());
        book.payments.push(wire::Payment {
            id: id.clone(),
            reference: order.reference,
            seller: SELLER.to_owned(),
            amount_cents: order.amount_cents,
            refunded_cents: 0,
            currency: order.currency,
            status: status.to_owned(),
        });
        Some(id)
    }

    /// Moves a payment on, or back.
    pub fn set(&self, payment: &str, status: &str) {
        for known in self.book().payments.iter_mut().filter(|known| known.id == payment) {
            status.clone_into(&mut known.status);
        }
    }

    /// A notice about a payment.
    #[must_use]
    pub fn notice(&self, payment: &str) -> Option<Sent> {
        let book = self.book();
        let known = book.payments.iter().find(|known| known.id == payment)?;
        let order = book.checkouts.iter().find(|order| order.reference == known.reference)?;
        let body = serde_json::json!({ "payment": payment }).to_string();
        let now = SystemClock.now().timestamp();
        let signature = hex::encode(sign(&self.secret, now, body.as_bytes()));
        Some(Sent { url: order.notify.clone()?, headers: [(SIGNATURE, signature), (SIGNED_AT, now.to_string())], body })
    }

    fn admit(&self, headers: &HeaderMap) -> Result<(), StatusCode> {
        let bearer = format!("Bearer {}", self.secret.expose_secret());
        let said = headers.get("authorization").and_then(|value| value.to_str().ok());
        if said == Some(bearer.as_str()) { Ok(()) } else { Err(StatusCode::UNAUTHORIZED) }
    }
}

type Answer<T> = Result<Json<T>, StatusCode>;

async fn me(State(testpay): State<Testpay>, headers: HeaderMap) -> Answer<wire::Me> {
    testpay.admit(&headers)?;
    Ok(Json(wire::Me { seller: SELLER.to_owned() }))
}

async fn open(
    State(testpay): State<Testpay>,
    headers: HeaderMap,
    Json(order): Json<wire::Order>,
) -> Answer<wire::Opened> {
    testpay.admit(&headers)?;
    let mut book = testpay.book();
    let known = book.checkouts.iter().position(|known| known.key == order.key);
    if known.is_some_and(|known| book.checkouts[known] != order) {
        return Err(StatusCode::UNPROCESSABLE_ENTITY);
    }
    let number = known.unwrap_or(book.checkouts.len());
    if known.is_none() {
        book.checkouts.push(order);
    }
    if book.is_lost() {
        return Err(StatusCode::INTERNAL_SERVER_ERROR);
    }
    let url = format!("http://{}/checkout/{number}", testpay.address);
    Ok(Json(wire::Opened { id: format!("checkout{number}"), url }))
}

async fn payments(State(testpay): State<Testpay>, headers: HeaderMap) -> Answer<Vec<wire::Payment>> {
    testpay.admit(&headers)?;
    Ok(Json(testpay.book().payments.clone()))
}

async fn payment(State(testpay): State<Testpay>, headers: HeaderMap, Path(id): Path<String>) -> Answer<wire::Payment> {
    testpay.admit(&headers)?;
    let book = testpay.book();
    book.payments.iter().find(|known| known.id == id).cloned().map(Json).ok_or(StatusCode::NOT_FOUND)
}

async fn refunds(
    State(testpay): State<Testpay>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Answer<Vec<wire::Refund>> {
    testpay.admit(&headers)?;
    let book = testpay.book();
    Ok(Json(book.refunds.iter().filter(|(payment, _)| *payment == id).map(|(_, refund)| refund.clone()).collect()))
}

async fn refund(
    State(testpay): State<Testpay>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Json(order): Json<wire::RefundOrder>,
) -> Answer<wire::Refund> {
    testpay.admit(&headers)?;
    let mut book = testpay.book();
    let known = book.refunds.iter().find(|(_, known)| known.key == order.key).map(|(_, known)| known.clone());
    if let Some(known) = known {
        return Ok(Json(known));
    }
    let number = book.refunds.len();
    let payment = book.payments.iter_mut().find(|known| known.id == id).ok_or(StatusCode::NOT_FOUND)?;
    let left = payment.amount_cents - payment.refunded_cents;
    let amount_cents = order.amount_cents.unwrap_or(left);
    if payment.status != "paid" || amount_cents <= 0 || amount_cents > left {
        return Err(StatusCode::UNPROCESSABLE_ENTITY);
    }
    payment.refunded_cents += amount_cents;
    if payment.refunded_cents == payment.amount_cents {
        "returned".clone_into(&mut payment.status);
    }
    let made = wire::Refund { id: format!("refund{number}"), key: order.key, amount_cents };
    book.refunds.push((id, made.clone()));
    if book.is_lost() {
        return Err(StatusCode::INTERNAL_SERVER_ERROR);
    }
    Ok(Json(made))
}
