//! From what an operation refused to what HTTP says: one place, so that a refusal has one status (design.md §8,
//! diner-waiter.md §6.3). Internal detail is logged here, once, and goes no further.

use axum::response::{IntoResponse, Response};
use domain::{Cents, IllegalTransition, ProblemCode, check::claim::ClaimRefused, money::MoneyError};
use http::StatusCode;
use operations::Error;
use runtime::Problem;

/// The error of every handler.
#[derive(Debug)]
pub(crate) struct ApiError(pub(crate) Problem);

/// The result of every handler.
pub(crate) type ApiResult<T> = Result<T, ApiError>;

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        self.0.into_response()
    }
}

impl From<Problem> for ApiError {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl From<store::Error> for ApiError {
    fn from(error: store::Error) -> Self {
        Error::from(error).into()
    }
}

impl From<MoneyError> for ApiError {
    fn from(error: MoneyError) -> Self {
        Error::from(error).into()
    }
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        Self(match error {
            Error::Store(error) => of_store(error),
            Error::Illegal(illegal) => of_state(StatusCode::BAD_REQUEST, &illegal),
            Error::IllegalConflict(illegal) => of_state(StatusCode::CONFLICT, &illegal),
            Error::Refused { code, detail } => Problem::bad_request(code, detail),
            Error::TooMuch { remaining } => Problem::bad_request(ProblemCode::MoreThanOwed, error.to_string())
                .with("remaining_cents", remaining.get()),
            Error::Dearer { total, .. } => {
                Problem::conflict(ProblemCode::PriceRose, error.to_string()).with("total_cents", total.get())
            }
            Error::Unavailable { code, detail, retry_after } => {
                Problem::new(StatusCode::SERVICE_UNAVAILABLE, code, detail).retry_after(retry_after)
            }
            Error::Upstream(detail) => Problem::new(StatusCode::BAD_GATEWAY, ProblemCode::ProviderRefused, detail),
            Error::TooMuchBack { left } => {
                Problem::bad_request(ProblemCode::MoreThanLeft, error.to_string()).with("remaining_cents", left.get())
            }
            Error::ItemClaimed { charge, why } => Problem::conflict(ProblemCode::ItemClaimed, error.to_string())
                .with("charge_id", charge.get())
                .with("free_cents", free(why).get()),
            Error::Conflict { code, detail } => Problem::conflict(code, detail),
            Error::Invalid(detail) => Problem::unprocessable(detail),
            Error::Unfit(detail) => Problem::unprocessable(detail),
            Error::NotFound(noun) => Problem::not_found(format!("{noun} not found")),
            Error::Forbidden(detail) => Problem::forbidden(detail),
            Error::Denied { code, detail } => Problem::new(StatusCode::FORBIDDEN, code, detail),
            Error::Unauthorized(detail) => Problem::unauthorized(detail),
            Error::Internal(what) => {
                tracing::error!(what, "a bug");
                Problem::internal()
            }
        })
    }
}

fn free(refused: ClaimRefused) -> Cents {
    match refused {
        ClaimRefused::Paid => Cents::ZERO,
        ClaimRefused::Taken { free } => free,
    }
}

fn of_state(status: StatusCode, illegal: &IllegalTransition) -> Problem {
    Problem::new(status, ProblemCode::IllegalTransition, illegal.to_string()).with("current_status", illegal.from)
}

fn of_store(error: store::Error) -> Problem {
    use store::Error as E;
    match error {
        E::NotFound(noun) => Problem::not_found(format!("{noun} not found")),
        E::Forbidden(noun) => Problem::forbidden(format!("No access to this {noun}")),
        E::Removed => auth::removed(),
        E::LeaseLost => Problem::unavailable("Please try again").retry_after(1),
        E::Illegal(illegal) => of_state(StatusCode::BAD_REQUEST, &illegal),
        E::KeyReused => {
            Problem::conflict(ProblemCode::IdempotencyKeyReused, "The idempotency key was used for another request")
        }
        E::TooManyKeys => Problem::too_many_requests(3_600),
        E::Taken(constraint) => {
            tracing::info!(constraint, "a unique constraint refused a write");
            Problem::conflict(ProblemCode::AlreadyExists, "It exists already")
        }
        E::Money(error) => Problem::bad_request(ProblemCode::AmountOutOfRange, error.to_string()),
        E::Busy | E::Moved => Problem::unavailable("Busy, please try again").retry_after(1),
        E::Unavailable(error) => {
            tracing::error!(%error, "the database is unavailable");
            Problem::unavailable("Please try again in a moment").retry_after(2)
        }
        E::Database(error) => {
            tracing::error!(%error, "a statement failed");
            Problem::internal()
        }
    }
}
