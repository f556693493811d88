//! What bad input gets: a clear answer, no change, and the raw notice kept.

use fake_mercadopago::{AmountFormat, DeliverySpec, Fault, Flaw, Outcome, Route, Rule, When};
use harness::{both_modes, json};

use super::house::{Till, preference, provided};

both_modes! {
    /// However the bytes are broken, the answer is one of ours and a notice is kept of each.
    async fn broken_notices_are_kept_and_do_nothing(app: App = provided()) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let payment = till.paid(&party).await;
        let refused = [
            Flaw::Signature(String::new()),
            Flaw::Signature("ts=1,v1=".into()),
            Flaw::Signature("v1=abc".into()),
            Flaw::Signature("ts=1704908010,v1=730c7c717397ef094497d8e4eb68704bf057cde852905bf5d7ae179c53f830cb".into()),
            Flaw::Secret("webhook-secret-of-somebody-else".into()),
            Flaw::NonAsciiV1,
            Flaw::NoSignature,
        ];
        for flaw in refused {
            let kept = till.count("provider_notice").await;
            let answer = till.fake.deliver(payment, &DeliverySpec::webhook().flaw(flaw.clone())).await.unwrap();
            assert_eq!(answer.status, Some(401), "{flaw:?}");
            assert_eq!(till.count("provider_notice").await, kept + 1, "{flaw:?}");
        }
        let harmless =
            [Flaw::Body("not json at all".into()), Flaw::Body("[]".into()), Flaw::Body("{\"data\":null}".into()), Flaw::NoBodyId, Flaw::Get, Flaw::NoRequestId];
        for flaw in harmless {
            let kept = till.count("provider_notice").await;
            let answer = till.fake.deliver(payment, &DeliverySpec::webhook().flaw(flaw.clone())).await.unwrap();
            assert_eq!(answer.status, Some(200), "{flaw:?}");
            assert_eq!(till.count("provider_notice").await, kept + 1, "{flaw:?}");
        }
        let kept = till.count("provider_notice").await;
        let answer = till.fake.deliver(payment, &DeliverySpec::webhook().flaw(Flaw::Huge)).await.unwrap();
        assert_eq!(answer.status, Some(413));
        assert_eq!(till.count("provider_notice").await, kept + 1);
        till.quiet().await;
        till.assert_check(party.check, "PAID", party.total).await;
        assert_eq!(till.count("payment").await, 1);
        till.assert_balanced().await;
    }

    /// The parts of `x-signature` may come in any order; what they sign may not.
    async fn a_reordered_signature_holds(app: App = provided()) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let payment = till.paid(&party).await;
        let mut message = till.fake.message(payment, &DeliverySpec::webhook()).unwrap();
        let signature = message.headers.iter_mut().find(|(name, _)| name == "x-signature").unwrap();
        let text = String::from_utf8(signature.1.clone()).unwrap();
        let (ts, v1) = text.split_once(',').unwrap();
        signature.1 = format!("{v1},{ts}").into_bytes();
        assert_eq!(till.fake.send(&message).await.status, Some(200));
        let other = message.url.replace(&payment.to_string(), "146000000777");
        let moved = fake_mercadopago::Message { url: other, ..message };
        assert_eq!(till.fake.send(&moved).await.status, Some(401), "signed for another id");
        let topics = [fake_mercadopago::Topic::Other("unheard_of".into()), fake_mercadopago::Topic::FraudAlert, fake_mercadopago::Topic::Claim];
        for topic in topics {
            let spec = DeliverySpec { topic, ..DeliverySpec::webhook() };
            assert_eq!(till.fake.deliver(payment, &spec).await.unwrap().status, Some(200));
        }
        till.quiet().await;
        till.assert_balanced().await;
    }

    /// 10, 10.0, 10.50 and 1e3 are the same amounts however they are spelled.
    async fn amounts_are_read_in_every_spelling(app: App = provided()) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let formats = [AmountFormat::Shortest, AmountFormat::OneDecimal, AmountFormat::TwoDecimals, AmountFormat::Scientific];
        for (format, amount) in formats.into_iter().zip([1000, 1000, 1050, 100_000]) {
            till.fake.faults().add(Rule::new(Route::ReadPayment, When::Always, Fault::Amounts(format)));
            let checkout = till.checkout(&party, Some(500)).await;
            let payment = till.pay(&checkout, Some(amount)).await;
            assert_eq!(till.payment(payment, "amount_cents").await, amount, "{format:?}");
            till.fake.faults().clear();
        }
        till.assert_balanced().await;
    }

    /// A word of the future counts as nothing, is kept, and somebody is told; the truth heals it.
    async fn an_unknown_status_counts_as_nothing(app: App = provided()) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let checkout = till.checkout(&party, None).await;
        let unknown = Fault::UnknownStatus { status: "teleported".into(), detail: "who_knows".into() };
        till.fake.faults().add(Rule::new(Route::ReadPayment, When::Always, unknown));
        let payment = till.pay(&checkout, None).await;
        till.assert_check(party.check, "REQUESTED", 0).await;
        assert!(till.stands(payment, "UNKNOWN").await);
        assert_eq!(till.incidents("UNKNOWN_STATUS").await, 1);
        till.fake.faults().clear();
        till.fake.deliver(payment, &DeliverySpec::webhook()).await.unwrap();
        till.quiet().await;
        till.assert_check(party.check, "PAID", party.total).await;
        till.assert_balanced().await;
    }

    /// Strange members, an id as text, a missing or foreign reference.
    async fn odd_answers_are_read_or_set_aside(app: App = provided()) {
        let till = Till::open(app).await;
        let faults = [
            ("INT-01", Fault::ExtraField, true),
            ("INT-02", Fault::IdAsText, true),
            ("INT-03", Fault::Reference(Some(String::new())), false),
            ("INT-04", Fault::Reference(None), false),
            ("INT-05", Fault::Reference(Some("11111111-2222-4333-8444-555555555555".into())), false),
        ];
        for (table, fault, counts) in faults {
            let party = till.party(table).await;
            let checkout = till.checkout(&party, None).await;
            let rule = till.fake.faults().add(Rule::new(Route::ReadPayment, When::Always, fault.clone()));
            let payment = till.pay(&checkout, None).await;
            till.fake.faults().remove(rule);
            let (status, paid) = if counts { ("PAID", party.total) } else { ("REQUESTED", 0) };
            till.assert_check(party.check, status, paid).await;
            assert!(till.stands(payment, "APPROVED").await, "{fault:?}: recorded all the same");
        }
        assert_eq!(till.incidents("ORPHAN").await, 3);
    }

    /// Paying what is paid, or more than is owed, or what is somebody else's.
    async fn what_cannot_be_paid_is_not(app: App = provided()) {
        let till = Till::open(app).await;
        let (party, other) = (till.party("INT-01").await, till.party("INT-02").await);
        let more = preference(&party.phone, party.check, Some(party.total + 1)).await.expect(400);
        assert_eq!(more["remaining_cents"].as_i64(), Some(party.total));
        assert_eq!(till.cash(party.check, party.total + 1).await.expect(400)["remaining_cents"].as_i64(), Some(party.total));
        preference(&party.phone, other.check, None).await.expect(404);
        preference(&party.phone, party.check, Some(0)).await.expect(422);
        let open = till.checkout(&party, None).await;
        till.cash(party.check, party.total).await.expect(200);
        let paid = preference(&party.phone, party.check, None).await;
        assert!(matches!(paid.status, 400 | 409), "{}", paid.text());
        let paid = till.cash(party.check, 100).await;
        assert!(matches!(paid.status, 400 | 409), "{}", paid.text());
        for body in [json!({}), json!({ "payment_id": "abc" }), json!({ "payment_id": "1; drop table payment" })] {
            party.phone.post("/api/billing/mercadopago/verify", body).await.expect(422);
        }
        let url = "/api/billing/mercadopago/verify";
        party.phone.post(url, json!({ "external_reference": "nobody-knows-it" })).await.expect(404);
        // The checkout that was open all the while is paid after the cash: one of the two covers, the other is credit.
        // (The provider's stamps have whole seconds, so within one it may count as the earlier.)
        if till.fake.pay(&open.preference, Outcome::Approve, None).is_ok() {
            till.quiet().await;
            assert_eq!(till.count(&format!("refund where status = 'PROPOSED' and amount_cents = {}", party.total)).await, 1);
        }
        till.assert_check(party.check, "PAID", party.total).await;
        // A party that left, whatever it owes, is sent to no provider any more.
        till.force_close(other.phone.table_id).await.expect(200);
        preference(&other.phone, other.check, None).await.expect(400);
        till.assert_balanced().await;
    }

    /// Pesos of one country are not those of another, and some have no cents.
    async fn currencies_are_kept_apart(app: App = provided()) {
        let till = Till::open(app).await;
        till.app.sql_exec("update branch set currency = 'CLP'").await;
        let party = till.party("INT-01").await;
        let refused = preference(&party.phone, party.check, Some(200)).await.expect(503);
        assert_eq!(refused["code"], "provider_not_configured");
        till.app.sql_exec("update provider_account set currency = 'CLP'").await;
        let refused = preference(&party.phone, party.check, Some(150)).await.expect(400);
        assert_eq!(refused["code"], "amount_not_whole");
        let tip = json!({ "check_id": party.check, "amount_cents": 200, "tip": { "amount_cents": 20 } });
        let refused = party.phone.post("/api/billing/mercadopago/preference", tip).await.expect(400);
        assert_eq!(refused["code"], "amount_not_whole");
        assert_eq!(till.count("checkout").await, 0);
        till.cash(party.check, 150).await.expect(200);
    }

    /// A tip nobody gives is a mistake, not a preference over the whole of the country's money.
    async fn a_tip_has_an_end(app: App = provided()) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        for tip in [i64::MAX, 10_000_000_000_001] {
            let wish = json!({ "check_id": party.check, "amount_cents": 100, "tip": { "amount_cents": tip } });
            party.phone.post("/api/billing/mercadopago/preference", wish).await.expect(422);
        }
        let wish = json!({ "check_id": party.check, "amount_cents": i64::MAX });
        party.phone.post("/api/billing/mercadopago/preference", wish).await.expect(400);
        assert_eq!(till.count("checkout").await, 0);
        let quote = json!({ "plan": { "method": "by_consumption" }, "tips": [{ "tip": { "amount_cents": i64::MAX } }] });
        let quoted = party.phone.post(&format!("/api/billing/check/{}/quote", party.check), quote).await;
        assert!(matches!(quoted.status, 200 | 422), "{}", quoted.text());
    }
}
