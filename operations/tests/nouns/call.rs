//! Calls: one open of a kind, taken by one, done once.

use crate::{House, house::number};
use auth::Floor;
use domain::{CallId, call::CallType};
use operations::{Attempt, Error, call};

#[tokio::test]
async fn one_waiter_takes_a_call_and_it_ends_once() {
    let house = House::open().await;
    let diner = house.scan("INT-01").await;
    let (carlos, ana) = (house.staff::<Floor>("waiter").await, house.staff::<Floor>("ana").await);
    let none = Attempt::default();
    let made = call::create(&house.db, &diner, CallType::WaiterCall, &none).await.unwrap();
    let again = call::create(&house.db, &diner, CallType::WaiterCall, &none).await.unwrap();
    let id = CallId(number(&made, "id"));
    assert_eq!(number(&again, "id"), id.get(), "asking again reminds of the call there is");
    call::acknowledge(&house.db, &carlos, id, &none).await.unwrap();
    let second = call::acknowledge(&house.db, &ana, id, &none).await;
    assert!(matches!(second, Err(Error::Illegal(_))), "{second:?}");
    call::resolve(&house.db, &ana, id, &none).await.unwrap();
    assert!(call::resolve(&house.db, &carlos, id, &none).await.is_err());
}
