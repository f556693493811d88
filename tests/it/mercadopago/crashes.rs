//! Our process dies after each statement it sends, one by one, and comes back: nothing is lost and nothing doubled.

use fake_mercadopago::{DeliveryFault, DeliveryRule, DeliverySpec, Fault, Outcome, Route, Rule, When};
use harness::{App, DinerPhone, Reply, StaffClient, distributed_only, json};

use super::house::{Checkout, Party, Till, provided, try_post, wish};
use crate::look::{TABLES, events};

/// More statements than any of the operations has.
const MOST: usize = 200;

/// A test plays every third statement, so that it fits into the time it has; three of them play all.
const STRIDE: usize = 3;

/// Runs `operation` again and again, each time with one statement more before the crash, until it gets through with all
/// that follows it in the background; `operation` is what the client does then, and `check` looks at what came of it.
async fn at_every_statement<T: Clone>(
    till: &Till,
    first: usize,
    prepare: impl AsyncFn(&Party, usize) -> T,
    operation: impl AsyncFn(&T),
    check: impl AsyncFn(&Party, &T),
) {
    for statements in (first..MOST).step_by(STRIDE) {
        let party = till.party(TABLES[statements % TABLES.len()]).await;
        let prepared = prepare(&party, statements).await;
        let wire = till.app.wire();
        wire.cut_after(statements);
        tokio::select! {
            () = async { operation(&prepared).await; till.quiet().await } => {}
            () = wire.wait_cut() => {}
        }
        let crashed = wire.is_cut();
        if crashed {
            till.app.kill9_api();
            wire.mend();
            till.app.restart_api().await;
            operation(&prepared).await;
            till.quiet().await;
        } else {
            wire.mend();
        }
        check(&party, &prepared).await;
        till.assert_balanced().await;
        till.force_close(party.phone.table_id).await.expect(200);
        if !crashed {
            eprintln!("got through with {statements} statements");
            return;
        }
    }
    panic!("{MOST} statements were not enough");
}

/// As a phone or a screen does: again, with the same key, until there is an answer.
async fn insist(caller: &harness::Caller, path: &str, body: &harness::Value) -> Option<Reply> {
    let answer = try_post(caller, path, body).await?;
    if answer.status < 500 { Some(answer) } else { try_post(caller, path, body).await }
}

distributed_only! {
    async fn opening_a_checkout_first(app: App = provided().count_round_trips()) { opening_a_checkout(app, 0).await; }
    async fn opening_a_checkout_second(app: App = provided().count_round_trips()) { opening_a_checkout(app, 1).await; }
    async fn opening_a_checkout_third(app: App = provided().count_round_trips()) { opening_a_checkout(app, 2).await; }
    async fn paying_in_cash_first(app: App = provided().count_round_trips()) { paying_in_cash(app, 0).await; }
    async fn paying_in_cash_second(app: App = provided().count_round_trips()) { paying_in_cash(app, 1).await; }
    async fn paying_in_cash_third(app: App = provided().count_round_trips()) { paying_in_cash(app, 2).await; }
    async fn a_notice_and_what_follows_first(app: App = provided().count_round_trips()) { a_notice_and_what_follows(app, 0).await; }
    async fn a_notice_and_what_follows_second(app: App = provided().count_round_trips()) { a_notice_and_what_follows(app, 1).await; }
    async fn a_notice_and_what_follows_third(app: App = provided().count_round_trips()) { a_notice_and_what_follows(app, 2).await; }
    async fn giving_money_back_first(app: App = provided().count_round_trips()) { giving_money_back(app, 0, Answer::Heard).await; }
    async fn giving_money_back_second(app: App = provided().count_round_trips()) { giving_money_back(app, 1, Answer::Heard).await; }
    async fn giving_money_back_third(app: App = provided().count_round_trips()) { giving_money_back(app, 2, Answer::Heard).await; }
    async fn giving_money_back_unheard_first(app: App = provided().count_round_trips()) { giving_money_back(app, 0, Answer::Lost).await; }
    async fn giving_money_back_unheard_second(app: App = provided().count_round_trips()) { giving_money_back(app, 1, Answer::Lost).await; }
    async fn giving_money_back_unheard_third(app: App = provided().count_round_trips()) { giving_money_back(app, 2, Answer::Lost).await; }
}

/// What becomes of the provider's first answer to a refund that it makes.
#[derive(Clone, Copy, PartialEq)]
enum Answer {
    Heard,
    Lost,
}

async fn paying_in_cash(app: App, first: usize) {
    let till = Till::open(app).await;
    let prepare = async |party: &Party, turn: usize| -> (StaffClient, i64) {
        (till.waiter.clone().keyed(&format!("cash-{turn}")), party.check)
    };
    let operation = async |(waiter, check): &(StaffClient, i64)| {
        let body = json!({ "check_id": check, "amount_cents": 500, "received_cents": 1000 });
        insist(waiter, "/api/billing/cash/pay", &body).await;
    };
    at_every_statement(&till, first, prepare, operation, async |_, (_, check)| {
        assert_eq!(till.count(&format!("payment where check_id = {check}")).await, 1);
        till.assert_check(*check, "IN_PAYMENT", 500).await;
    })
    .await;
}

async fn opening_a_checkout(app: App, first: usize) {
    let till = Till::open(app).await;
    let prepare = async |party: &Party, turn: usize| -> (DinerPhone, i64) {
        (DinerPhone::clone(&party.phone).keyed(&format!("m27-{turn}")), party.check)
    };
    let operation = async |(phone, check): &(DinerPhone, i64)| {
        insist(phone, "/api/billing/mercadopago/preference", &wish(*check, None)).await;
    };
    at_every_statement(&till, first, prepare, operation, async |party, (phone, check)| {
        let answer = insist(phone, "/api/billing/mercadopago/preference", &wish(*check, None)).await;
        let checkout = Checkout::of(&answer.expect("it runs again").expect(200));
        assert_eq!(till.count(&format!("checkout where check_id = {check}")).await, 1);
        till.pay(&checkout, None).await;
        till.assert_check(*check, "PAID", party.total).await;
    })
    .await;
}

async fn a_notice_and_what_follows(app: App, first: usize) {
    let till = Till::open(app).await;
    till.fake.faults().add_delivery(DeliveryRule::new(When::Always, DeliveryFault::Drop));
    let prepare = async |party: &Party, _: usize| -> u64 {
        let checkout = till.checkout(party, None).await;
        till.fake.pay(&checkout.preference, Outcome::Approve, None).unwrap()
    };
    let operation = async |payment: &u64| {
        let notice = till.fake.message(*payment, &DeliverySpec::webhook()).unwrap();
        till.fake.send(&notice).await;
    };
    at_every_statement(&till, first, prepare, operation, async |party, payment| {
        assert!(till.stands(*payment, "APPROVED").await);
        till.assert_check(party.check, "PAID", party.total).await;
        for kind in ["PAYMENT_APPROVED", "CHECK_PAID"] {
            let here = format!("session_id = {}", party.phone.session_id);
            assert_eq!(events(&till.app, kind, &here).await, 1, "{kind}");
        }
    })
    .await;
}

async fn giving_money_back(app: App, first: usize, answer: Answer) {
    let till = Till::open(app).await;
    let prepare = async |party: &Party, turn: usize| -> (StaffClient, u64, i64) {
        let payment = till.paid(party).await;
        if answer == Answer::Lost {
            till.fake.faults().add(Rule::new(Route::CreateRefund, When::Times(1), Fault::ResetAfter).payment(payment));
        }
        (till.manager.clone().keyed(&format!("refund-{turn}")), payment, till.payment(payment, "id").await)
    };
    let operation = async |(manager, _, our): &(StaffClient, u64, i64)| {
        let body = json!({ "amount_cents": 150, "reason": "frío" });
        insist(manager, &format!("/api/billing/payments/{our}/refund"), &body).await;
    };
    at_every_statement(&till, first, prepare, operation, async |party, (_, payment, our)| {
        assert_eq!(till.fake.refunds_created(*payment).len(), 1, "payment {payment}");
        assert_eq!(till.count(&format!("refund where payment_id = {our} and status = 'DONE'")).await, 1);
        assert_eq!(till.count(&format!("refund where payment_id = {our}")).await, 1);
        till.assert_check(party.check, "IN_PAYMENT", party.total - 150).await;
    })
    .await;
}
