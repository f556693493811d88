//! Everything at once, on PostgreSQL, at two API processes.

use std::sync::Arc;
use std::time::Duration;

use fake_mercadopago::{DeliveryFault, DeliveryRule, DeliverySpec, Outcome, When};
use harness::{distributed_only, json, race};

use super::house::{Checkout, Till, preference, provided};
use crate::look::events;

distributed_only! {
    /// S1 as a storm: half of the copies to each process.
    async fn a_hundred_copies_of_one_notice(app: App = provided().api_processes(2)) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let checkout = till.checkout(&party, None).await;
        till.fake.faults().add_delivery(DeliveryRule::new(When::Always, DeliveryFault::Drop));
        let payment = till.fake.pay(&checkout.preference, Outcome::Approve, None).unwrap();
        till.quiet().await;
        let message = till.fake.message(payment, &DeliverySpec::webhook()).unwrap();
        let copies: Vec<_> = (0..2)
            .map(|index| {
                let path = message.url.find("/api/").expect("a path of ours");
                fake_mercadopago::Message { url: till.app.api_url_at(index) + &message.url[path..], ..message.clone() }
            })
            .collect();
        let (fake, copies) = (till.fake.clone(), Arc::new(copies));
        let answers = race(100, move |index| {
            let (fake, copies) = (fake.clone(), copies.clone());
            async move { fake.send(&copies[index % 2]).await.status }
        })
        .await;
        assert!(answers.iter().all(|status| *status == Some(200)), "{answers:?}");
        till.quiet().await;
        assert_eq!(till.app.sql_i64("select sum(times) from provider_notice").await, 100, "each is counted");
        assert_eq!(till.count("provider_notice").await, 1, "and what is the same is kept once");
        assert_eq!(till.count("payment").await, 1);
        assert_eq!(till.count("allocation").await, 3, "one for each charge");
        assert_eq!(events(&till.app, "PAYMENT_APPROVED", "true").await, 1);
        assert_eq!(events(&till.app, "CHECK_PAID", "true").await, 1);
        till.assert_check(party.check, "PAID", party.total).await;
        till.assert_balanced().await;
    }

    /// Notice, browser and sweep want to write down the same payment.
    async fn a_notice_races_a_return_races_the_sweep(app: App = provided().api_processes(2)) {
        let till = Arc::new(Till::open(app).await);
        for table in ["INT-01", "INT-02", "INT-03"] {
            let party = till.party(table).await;
            let checkout = till.checkout(&party, None).await;
            let lost = till.fake.faults().add_delivery(DeliveryRule::new(When::Always, DeliveryFault::Drop));
            let payment = till.fake.pay(&checkout.preference, Outcome::Approve, None).unwrap();
            till.fake.faults().remove(lost);
            let returned = json!({ "payment_id": payment.to_string(), "external_reference": checkout.reference });
            let (shared, phone) = (till.clone(), party.phone.clone());
            race(9, move |index| {
                let (till, phone, returned) = (shared.clone(), phone.clone(), returned.clone());
                async move {
                    match index % 3 {
                        0 => drop(till.fake.deliver(payment, &DeliverySpec::webhook()).await),
                        1 => drop(phone.at(&till.app.api_url_at(index / 3 % 2)).post("/api/billing/mercadopago/verify", returned).await.expect(200)),
                        _ if index == 2 => till.sweep().await,
                        _ => till.fake.deliveries_idle().await,
                    }
                }
            })
            .await;
            till.quiet().await;
            till.assert_check(party.check, "PAID", party.total).await;
        }
        assert_eq!(till.count("payment").await, 3);
        assert_eq!(events(&till.app, "PAYMENT_APPROVED", "true").await, 3);
        assert_eq!(events(&till.app, "CHECK_PAID", "true").await, 3);
        till.assert_balanced().await;
    }

    /// Eight phones, each its own part, each its own checkout and payment.
    async fn eight_diners_pay_one_check(app: App = provided().api_processes(2)) {
        let till = Arc::new(Till::open(app).await);
        let party = till.party("INT-01").await;
        let mut phones = Vec::new();
        for _ in 0..8 {
            phones.push(till.app.scan("INT-01").await);
        }
        let (share, check, total) = (party.total / 8, party.check, party.total);
        let (shared, phones) = (till.clone(), Arc::new(phones));
        let paid = race(8, move |index| {
            let (till, phones) = (shared.clone(), phones.clone());
            async move {
                let amount = if index == 7 { total - 7 * share } else { share };
                let body = json!({ "check_id": check, "amount_cents": amount, "diner_id": phones[index].diner_id });
                let answer = phones[index].post("/api/billing/mercadopago/preference", body).await.expect(200);
                let checkout = Checkout::of(&answer);
                till.fake.pay(&checkout.preference, Outcome::Approve, None).unwrap()
            }
        })
        .await;
        till.quiet().await;
        till.assert_check(check, "PAID", total).await;
        assert_eq!(till.count("payment").await, 8);
        for payment in paid {
            assert_eq!(till.payment(payment, "net_cents - allocated_cents").await, 0);
        }
        assert_eq!(events(&till.app, "PAYMENT_APPROVED", "true").await, 8);
        assert_eq!(events(&till.app, "CHECK_PAID", "true").await, 1);
        till.assert_balanced().await;
    }

    /// A waiter takes the check back while another takes cash and a phone pays: the money counts, whoever was first,
    /// and the check comes to the same when it is asked for again.
    async fn withdrawing_races_paying(app: App = provided().api_processes(2)) {
        let till = Arc::new(Till::open(app).await);
        for table in ["INT-01", "INT-02", "INT-03", "INT-04"] {
            let party = till.party(table).await;
            let checkout = till.checkout(&party, Some(400)).await;
            let (check, session, shared) = (party.check, party.phone.session_id, till.clone());
            let statuses = race(3, move |index| {
                let (till, checkout) = (shared.clone(), checkout.clone());
                async move {
                    match index {
                        0 => till.waiter.post_empty(&format!("/api/waiter/sessions/{session}/check/withdraw")).await.status,
                        1 => till.cash(check, 300).await.status,
                        _ => {
                            till.fake.pay(&checkout.preference, Outcome::Approve, None).unwrap();
                            200
                        }
                    }
                }
            })
            .await;
            till.quiet().await;
            assert_eq!(statuses[0], 200);
            let paid = 400 + if statuses[1] == 200 { 300 } else { 0 };
            assert!(matches!(statuses[1], 200 | 400), "{statuses:?}");
            till.assert_check(check, "OPEN", paid).await;
            party.phone.post("/api/billing/check/request", json!({})).await.expect(200);
            till.assert_check(check, "IN_PAYMENT", paid).await;
        }
        till.assert_balanced().await;
    }

    /// Cash and phone want the last cent at the same moment.
    async fn cash_races_the_phone(app: App = provided().api_processes(2)) {
        let till = Arc::new(Till::open(app).await);
        for table in ["INT-01", "INT-02", "INT-03", "INT-04"] {
            let party = till.party(table).await;
            let checkout = till.checkout(&party, None).await;
            let (check, total, shared) = (party.check, party.total, till.clone());
            race(2, move |index| {
                let (till, checkout) = (shared.clone(), checkout.clone());
                async move {
                    if index == 0 {
                        till.fake.pay(&checkout.preference, Outcome::Approve, None).unwrap();
                        tokio::time::sleep(Duration::from_millis(5)).await;
                    } else {
                        till.cash(check, total).await;
                    }
                }
            })
            .await;
            till.quiet().await;
            till.assert_check(check, "PAID", total).await;
            let again = preference(&party.phone, check, None).await;
            assert!(matches!(again.status, 400 | 409), "{}", again.text());
        }
        assert_eq!(events(&till.app, "CHECK_PAID", "true").await, 4);
        till.assert_balanced().await;
    }
}
