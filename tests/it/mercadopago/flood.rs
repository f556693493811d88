//! What strangers can make us store: notices that nobody signed, signed ones that somebody sends again, made-up ids.
//! The answers stay what the provider needs; the disk does not fill.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use fake_mercadopago::{DeliverySpec, Fault, Message, Outcome, Route, Rule, When};
use harness::reqwest::Method;
use harness::{App, Caller, both_modes, distributed_only, json, race};

use super::house::{Till, provided};

/// Notices a day and account of which something is kept although they prove nothing.
const UNPROVEN_A_DAY: i64 = 200;
/// Made-up ids a day and account that are looked at in `hint` mode.
const HINTS_A_DAY: i64 = 2_000;
/// Most that one of them takes: body, query, headers, and what is around them.
const ROW: i64 = 4_096;
const WITHOUT_A_TOKEN: &str = "/api/billing/mercadopago/webhook";

/// What all notices of strangers take, in bytes.
async fn stored(app: &App) -> i64 {
    let texts = [
        "body",
        "query",
        "cast(headers as text)",
        "method",
        "identity",
        "digest",
        "coalesce(reason, '')",
        "coalesce(topic, '')",
        "coalesce(resource_id, '')",
    ];
    let sum = texts.map(|text| format!("length({text})")).join(" + ");
    app.sql_i64(&format!("select coalesce(sum({sum}), 0) from provider_notice where verdict <> 'VERIFIED'")).await
}

/// Sends `count` notices of 64 KiB, each another, from several at once, and tells how they were answered.
async fn flood(app: &App, path: &str, count: usize) -> Vec<u16> {
    let (caller, path) = (app.anonymous(), Arc::new(path.to_owned()));
    let answers = race(8, move |sender| {
        let (caller, path): (Caller, _) = ((*caller).clone(), path.clone());
        async move {
            let mut answers = Vec::new();
            for number in (sender..count).step_by(8) {
                let body = format!("{{\"data\":{{\"id\":\"{number}\"}},\"pad\":\"{:>1$}\"}}", number, 65_480);
                let path = format!("{path}?data.id={number}&type=payment&pad={}", "q".repeat(2_000));
                let caller = caller.with_header("x-signature", &format!("ts=1,v1={}", "f".repeat(3_000)));
                answers.push(caller.send(Method::POST, &path, "application/json", body).await.status);
            }
            answers
        }
    });
    answers.await.concat()
}

/// The path of the account's own address.
fn path_of(till: &Till, payment: u64) -> String {
    let url = till.notice_url(payment);
    url[url.find("/api/").expect("a path of ours")..].to_owned()
}

both_modes! {
    /// 3,000 unsigned notices of 64 KiB, to both addresses and with the limits on: some hundred are kept, a KiB of
    /// each.
    async fn a_flood_of_unsigned_notices_fills_no_disk(app: App = provided().rate_limits()) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let payment = till.paid(&party).await;
        let signed = till.notices("VERIFIED").await;
        let path = path_of(&till, payment);
        let mut answers = flood(&till.app, WITHOUT_A_TOKEN, 1_500).await;
        // A good one among them is taken, and pays.
        let other = till.party("INT-02").await;
        till.paid(&other).await;
        till.assert_check(other.check, "PAID", other.total).await;
        answers.extend(flood(&till.app, &path, 1_500).await);
        assert_eq!(answers.len(), 3_000);
        assert!(answers.iter().all(|status| *status == 401), "always the answer that each of them needs");

        let kept = till.count("provider_notice where verdict <> 'VERIFIED'").await;
        assert_eq!(kept, UNPROVEN_A_DAY);
        let bytes = stored(&till.app).await;
        assert!(bytes <= UNPROVEN_A_DAY * ROW, "{bytes} bytes");
        let whole = "provider_notice where verdict = 'INVALID' and size > 65000 and length(digest) = 64 and length(body) = 1024
            and length(query) = 512 and length(cast(headers as text)) between 200 and 1400";
        assert_eq!(till.count(whole).await, UNPROVEN_A_DAY);
        assert!(till.notices("VERIFIED").await > signed);
        assert_eq!(till.count("work where queue = 'payment.sync' and subject = '1'").await, 0, "nothing of it is looked at");

        // An operator sees how many there were, also after a restart.
        till.app.stop_api();
        let counted = "select (select sum(dropped) from notice_day) + (select sum(times) from provider_notice where verdict <> 'VERIFIED')";
        assert_eq!(till.app.sql_i64(counted).await, 3_000);
        till.app.restart_api().await;
        assert!(flood(&till.app, &path, 8).await.iter().all(|status| *status == 401));
        assert_eq!(till.count("provider_notice where verdict <> 'VERIFIED'").await, UNPROVEN_A_DAY, "nor by a restart");
        let third = till.party("INT-03").await;
        till.paid(&third).await;
        till.assert_balanced().await;
    }

    /// The same notice is kept once, however often it is sent and whatever is changed of what nobody signed.
    async fn the_same_notice_is_kept_once(app: App = provided()) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let payment = till.paid(&party).await;
        let caller = till.app.anonymous();
        for _ in 0..20 {
            caller.post(WITHOUT_A_TOKEN, json!({"the": "same"})).await.expect(401);
        }
        assert_eq!(till.count("provider_notice where verdict = 'UNSIGNED'").await, 1);

        let before = till.notices("VERIFIED").await;
        let captured = till.fake.message(payment, &DeliverySpec::webhook()).unwrap();
        let (fake, copies) = (till.fake.clone(), 300);
        let answers = race(6, move |sender| {
            let (fake, captured) = (fake.clone(), captured.clone());
            async move {
                let mut answers = Vec::new();
                for number in 0..copies / 6 {
                    let mut headers = captured.headers.clone();
                    headers.push(("user-agent".to_owned(), format!("{sender}-{number}").into_bytes()));
                    let signature = headers.iter_mut().find(|(name, _)| name == "x-signature").unwrap();
                    signature.1.extend(format!(" , v2={sender}{number}").into_bytes());
                    let url = format!("{}&more={sender}-{number}", captured.url);
                    let body = format!("{{\"made\":\"up\",\"number\":\"{sender}-{number}\",\"pad\":\"{}\"}}", "x".repeat(20_000));
                    answers.push(fake.send(&Message { url, headers, body, ..captured.clone() }).await.status);
                }
                answers
            }
        });
        assert!(answers.await.concat().iter().all(|status| *status == Some(200)));
        till.quiet().await;
        assert_eq!(till.notices("VERIFIED").await, before + 1);
        assert_eq!(till.count(&format!("provider_notice where times = {copies} and length(body) <= 4096 and size > 20000")).await, 1);
        till.assert_check(party.check, "PAID", party.total).await;
        // Counted in the end, though nothing was written for each.
        till.app.stop_api();
        assert_eq!(till.app.sql_i64("select times from provider_notice where verdict = 'UNSIGNED'").await, 20);
        till.app.restart_api().await;
        till.assert_balanced().await;
    }

    /// Where unsigned notices are believed enough to look, made-up ids fill no queue, and a real one still leads to its
    /// money.
    async fn made_up_ids_fill_no_queue(app: App = provided().env("MERCADOPAGO_WEBHOOK_MODE", "hint")) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let checkout = till.checkout(&party, None).await;
        let payment = till.fake.pay(&checkout.preference, Outcome::InProcess, None).unwrap();
        till.quiet().await;
        let path = path_of(&till, payment);
        // Nobody works meanwhile: what is queued can be counted.
        till.app.sql_exec("update provider_account set status = 'BROKEN'").await;
        let (caller, sent) = (till.app.anonymous(), 2_400);
        let answers = race(8, move |sender| {
            let (caller, path): (Caller, _) = ((*caller).clone(), path.clone());
            async move {
                for number in (sender..sent).step_by(8) {
                    caller.post(&format!("{path}?data.id=9{number:07}&type=payment"), json!({})).await.expect(200);
                }
            }
        });
        answers.await;
        assert_eq!(till.count("work where queue = 'payment.sync' and subject like '9_______'").await, HINTS_A_DAY);
        assert_eq!(till.count("provider_notice where verdict <> 'VERIFIED'").await, UNPROVEN_A_DAY);
        till.app.sql_exec("delete from work where queue = 'payment.sync' and subject like '9_______'; update provider_account set status = 'ACTIVE'").await;
        // What is known is looked at on anybody's word, also when the day has had its share.
        till.advance(payment, fake_mercadopago::Move::Approve).await;
        till.assert_check(party.check, "PAID", party.total).await;
        till.assert_balanced().await;
    }
}

both_modes! {
    /// Anybody with a table token can come back with made-up numbers, each a question to a slow provider. A notice that
    /// the provider signed is looked at meanwhile, and pays.
    async fn made_up_returns_keep_no_signed_notice_waiting(app: App = provided()) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let checkout = till.checkout(&party, None).await;
        let slow = Fault::Latency { min: Duration::from_millis(700), max: Duration::from_millis(700) };
        till.fake.faults().add(Rule::new(Route::ReadPayment, When::Always, slow));
        let (over, asked) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let strangers: Vec<_> = (0..24)
            .map(|sender| {
                let (phone, over, asked) = (party.phone.clone(), over.clone(), asked.clone());
                tokio::spawn(async move {
                    for number in (sender..).step_by(24).take_while(|_| !over.load(Ordering::Relaxed)) {
                        let made_up = json!({"payment_id": format!("9{number:07}"), "status": "approved"});
                        let reply = phone.lenient().post("/api/billing/mercadopago/verify", made_up).await;
                        assert!(matches!(reply.status, 404 | 503), "{}", reply.text());
                        asked.fetch_add(1, Ordering::Relaxed);
                    }
                })
            })
            .collect();
        while asked.load(Ordering::Relaxed) < 200 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        // What failed is queued to be asked for again, all of it due: more than can be asked in a minute.
        let due = "update work set status = 'QUEUED', next_at = created_at, attempts = 0 where queue = 'payment.sync' and subject like '9_______' and status <> 'RUNNING'";
        till.app.sql_exec(due).await;
        till.fake.pay(&checkout.preference, Outcome::Approve, None).unwrap();
        till.until(&format!("select count(*) from guest_check where id = {} and status = 'PAID'", party.check), 1).await;
        assert!(strangers.iter().all(|stranger| !stranger.is_finished()), "the flood goes on");
        over.store(true, Ordering::Relaxed);
        for stranger in strangers {
            stranger.await.unwrap();
        }
        till.fake.faults().clear();
        assert_eq!(till.count("payment").await, 1);
    }

    /// The address of an account's notices is its secret: whoever reads the log must not be able to write to it.
    async fn the_secret_of_an_address_is_in_no_log(app: App = provided().rate_limits().env("COMANDA_LOG", "debug")) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let payment = till.paid(&party).await;
        let path = path_of(&till, payment);
        let secret = path.rsplit('/').next().unwrap().to_owned();
        assert_eq!(secret.len(), 32);
        let caller = till.app.anonymous();
        // So many that it is said in the log that there are too many; and what leads nowhere.
        assert!(flood(&till.app, &path, 260).await.iter().all(|status| *status == 401));
        for wrong in [format!("{path}/"), format!("{path}%20"), format!("{path}/more"), path.replace("webhook", "webhok")] {
            let reply = caller.post(&wrong, json!({})).await;
            assert!((400..500).contains(&reply.status), "{wrong}: {}", reply.text());
        }
        caller.put(&path, json!({})).await.expect(405);
        caller.get(&format!("{path}?data.id=1")).await.expect(401);
        till.app.sql_exec("alter table provider_notice rename to lost").await;
        caller.post(&path, json!({"another": "one"})).await;
        till.app.sql_exec("alter table lost rename to provider_notice").await;
        let log = till.app.whole_logs();
        assert!(log.contains("webhook/…") && log.contains("so many unproven notices"), "{}", till.app.logs());
        let lines: Vec<_> = log.lines().filter(|line| line.contains(&secret)).collect();
        assert!(lines.is_empty(), "{lines:#?}");
    }
}

distributed_only! {
    /// Several processes have one bound, and nothing is kept of what is for nobody.
    async fn all_processes_together_keep_a_days_share(app: App = provided().api_processes(2)) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let payment = till.paid(&party).await;
        let path = path_of(&till, payment);
        let anonymous = till.app.anonymous();
        let doors: Vec<Caller> = (0..2).map(|index| anonymous.at(&till.app.api_url_at(index))).collect();
        let doors = Arc::new(doors);
        let strangers = race(6, move |sender| {
            let (doors, path) = (doors.clone(), path.clone());
            async move {
                for number in 0..60 {
                    let body = json!({"sender": sender, "number": number});
                    doors[number % 2].post(&path, body).await.expect(401);
                    let nobody = format!("{WITHOUT_A_TOKEN}/{}", "a".repeat(32));
                    doors[number % 2].post(&nobody, json!({})).await.expect(404);
                    doors[number % 2].post(&format!("{WITHOUT_A_TOKEN}/..%2f{number}"), json!({})).await.expect(404);
                }
            }
        });
        strangers.await;
        assert_eq!(till.count("provider_notice where verdict <> 'VERIFIED'").await, UNPROVEN_A_DAY);
        till.app.stop_api();
        assert_eq!(till.app.sql_i64("select sum(dropped) from notice_day").await, 360 - UNPROVEN_A_DAY);
    }
}
