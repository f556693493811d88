//! Step 4 of the sync by example, then every order of a payment's sights.

use super::*;
use PaymentStatus::{
    Approved, Authorized, Cancelled, ChargedBack, InMediation, InProcess, Pending, Refunded, Rejected, Unknown,
};
use chrono::TimeDelta;
use proptest::prelude::*;

fn cents(n: i64) -> Cents {
    Cents::new(n).unwrap()
}

fn at(second: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(1_780_000_000 + second)
}

fn seen(second: i64, status: PaymentStatus, detail: &str, refunded: i64) -> Observation {
    let (amount, refunded) = (cents(1000), cents(refunded));
    Observation { status, detail: detail.to_owned(), amount, refunded, stamp: Stamp::Provider(at(second)) }
}

fn plain(second: i64, status: PaymentStatus) -> Observation {
    seen(second, status, if status == ChargedBack { "in_process" } else { "" }, 0)
}

/// The rules of a provider that stamps its changes and never revives a payment.
fn judge(known: Option<&Observation>, seen: &Observation) -> Verdict {
    super::judge(known, seen, Failure::Final, None)
}

/// Of one that does neither.
fn fetched(second: i64, status: PaymentStatus, refunded: i64) -> Observation {
    Observation { stamp: Stamp::Fetched(at(second)), ..seen(second, status, "", refunded) }
}

fn judge_fetched(known: &Observation, seen: &Observation, doubted: Option<&Doubted>) -> Verdict {
    super::judge(Some(known), seen, Failure::MayRevive, doubted)
}

/// What is known after the sights arrived in this order.
fn end<'a>(sights: impl IntoIterator<Item = &'a Observation>) -> Option<Observation> {
    let mut known: Option<Observation> = None;
    for sight in sights {
        if judge(known.as_ref(), sight) != Verdict::Ignore {
            known = Some(sight.clone());
        }
    }
    known
}

#[test]
fn what_counts_follows_the_table() {
    let count = |status, detail| credited(status, detail, cents(1000), cents(300)).get();
    for status in PaymentStatus::ALL {
        let expected = if matches!(status, Approved | InMediation) { 700 } else { 0 };
        assert_eq!(count(*status, "accredited"), expected, "{status}");
    }
    assert_eq!(["in_process", "settled", "reimbursed", ""].map(|d| count(ChargedBack, d)), [0, 0, 700, 0]);
    assert_eq!(credited(Approved, "", cents(100), cents(300)), Cents::ZERO);
}

#[test]
fn an_older_or_equal_sight_is_ignored() {
    let known = plain(5, Approved);
    assert_eq!(judge(None, &known), Verdict::Apply);
    assert_eq!(judge(Some(&known), &known), Verdict::Ignore);
    assert_eq!(judge(Some(&known), &plain(4, Refunded)), Verdict::Ignore);
    assert_eq!(judge(Some(&known), &plain(4, Unknown)), Verdict::Ignore);
}

#[test]
fn within_one_second_the_farther_one_wins() {
    let known = plain(5, Approved);
    assert_eq!(judge(Some(&known), &plain(5, Pending)), Verdict::Ignore);
    assert_eq!(judge(Some(&known), &plain(5, Unknown)), Verdict::Ignore);
    assert_eq!(judge(Some(&known), &plain(5, InMediation)), Verdict::Apply);
    assert_eq!(judge(Some(&known), &seen(5, Approved, "partially_refunded", 1)), Verdict::Apply);
    assert_eq!(judge(Some(&seen(5, Approved, "partially_refunded", 1)), &known), Verdict::Ignore);
    assert_eq!(judge(Some(&plain(5, ChargedBack)), &seen(5, ChargedBack, "reimbursed", 0)), Verdict::Apply);
    assert_eq!(judge(Some(&seen(5, ChargedBack, "settled", 0)), &plain(5, ChargedBack)), Verdict::Ignore);
    // Farther, though no path leads there: the rank decides, and somebody looks.
    let flagged = Verdict::ApplyFlagged(Anomaly::IllegalMove { from: Rejected, to: Approved });
    assert_eq!(judge(Some(&plain(5, Rejected)), &plain(5, Approved)), flagged);
}

#[test]
fn within_one_second_a_dispute_can_be_over_again() {
    let disputed = plain(5, InMediation);
    assert_eq!(judge(Some(&disputed), &plain(5, Approved)), Verdict::Apply);
    assert_eq!(judge(Some(&disputed), &seen(5, Approved, "partially_refunded", 100)), Verdict::Apply);
    assert_eq!(judge(Some(&plain(5, InProcess)), &plain(5, Pending)), Verdict::Apply);
    // Less given back, or another amount: that is the past, or a mistake.
    assert_eq!(judge(Some(&seen(5, InMediation, "", 100)), &plain(5, Approved)), Verdict::Ignore);
    assert_eq!(judge(Some(&disputed), &Observation { amount: cents(900), ..plain(5, Approved) }), Verdict::Ignore);
    for (known, past) in
        [(Approved, InProcess), (InMediation, Pending), (Refunded, Approved), (ChargedBack, InMediation)]
    {
        assert_eq!(judge(Some(&plain(5, known)), &plain(5, past)), Verdict::Ignore, "{known} to {past}");
    }
}

#[test]
fn what_is_newer_and_odd_is_applied_and_flagged() {
    let flag = |known: &Observation, seen: &Observation| match judge(Some(known), seen) {
        Verdict::ApplyFlagged(anomaly) => anomaly,
        other => panic!("{other:?}"),
    };
    let approved = seen(1, Approved, "partially_refunded", 200);
    assert_eq!(flag(&approved, &plain(2, Pending)), Anomaly::IllegalMove { from: Approved, to: Pending });
    assert_eq!(flag(&plain(1, Refunded), &plain(2, Approved)), Anomaly::IllegalMove { from: Refunded, to: Approved });
    assert_eq!(flag(&approved, &plain(2, Unknown)), Anomaly::UnknownStatus);
    assert_eq!(judge(None, &plain(2, Unknown)), Verdict::ApplyFlagged(Anomaly::UnknownStatus));
    assert_eq!(flag(&approved, &seen(2, Approved, "", 199)), Anomaly::RefundShrank);
    assert_eq!(flag(&approved, &seen(2, Approved, "", 1001)), Anomaly::RefundTooLarge);
    assert_eq!(
        flag(&approved, &Observation { amount: cents(900), ..seen(2, Approved, "", 200) }),
        Anomaly::AmountChanged
    );
    assert_eq!(flag(&approved, &seen(2, ChargedBack, "lost", 200)), Anomaly::UnknownDetail);
    let settled = seen(1, ChargedBack, "settled", 0);
    assert_eq!(flag(&settled, &seen(2, ChargedBack, "reimbursed", 0)), Anomaly::ChargebackChanged);
    // Leaving the unknown is not odd; neither is anything that may have passed unseen.
    assert_eq!(judge(Some(&plain(1, Unknown)), &plain(2, Approved)), Verdict::Apply);
    assert_eq!(judge(Some(&plain(1, Pending)), &seen(2, Refunded, "refunded", 1000)), Verdict::Apply);
    assert_eq!(judge(Some(&plain(1, ChargedBack)), &seen(2, ChargedBack, "settled", 0)), Verdict::Apply);
}

#[test]
fn the_graph_is_that_of_the_contract() {
    // The steps of payments.md §2.
    let steps = [
        (Pending, vec![InProcess, Authorized, Approved, Rejected, Cancelled]),
        (InProcess, vec![Authorized, Approved, Rejected, Cancelled, Pending]),
        (Authorized, vec![Approved, Cancelled]),
        (Approved, vec![Approved, Refunded, InMediation, ChargedBack]),
        (InMediation, vec![Approved, Refunded, ChargedBack]),
    ];
    // A card that is tried again on the same payment, a slip that is paid after it was called off (payments.md §2).
    let revivals = [
        (Authorized, vec![Rejected]),
        (Rejected, vec![Authorized, Approved, Cancelled]),
        (Cancelled, vec![Authorized, Approved]),
    ];
    let reviving: Vec<_> = steps.iter().chain(&revivals).cloned().collect();
    assert_graph(&steps, Failure::Final);
    assert_graph(&reviving, Failure::MayRevive);
    let error = Refunded.after(Approved, Failure::MayRevive).unwrap_err();
    assert_eq!(error.to_string(), "cannot approve a payment that is REFUNDED");
}

fn assert_graph(steps: &[(PaymentStatus, Vec<PaymentStatus>)], failure: Failure) {
    for from in PaymentStatus::ALL.iter().filter(|status| **status != Unknown) {
        let mut reached = vec![*from];
        let mut next = 0;
        while let Some(here) = reached.get(next).copied() {
            let further = steps.iter().filter(|(from, _)| *from == here).flat_map(|(_, to)| to.iter().copied());
            let new: Vec<_> = further.filter(|to| !reached.contains(to)).collect();
            reached.extend(new);
            next += 1;
        }
        for to in PaymentStatus::ALL {
            assert_eq!(from.after(*to, failure).is_ok(), reached.contains(to), "{from} to {to}, {failure:?}");
        }
    }
}

#[test]
fn a_failed_payment_is_captured_later_under_its_number() {
    let flag = |known, seen| Verdict::ApplyFlagged(Anomaly::IllegalMove { from: known, to: seen });
    for (known, next) in [(Rejected, Authorized), (Rejected, Approved), (Cancelled, Approved), (Authorized, Rejected)] {
        let (before, now) = (plain(1, known), plain(2, next));
        assert_eq!(judge(Some(&before), &now), flag(known, next), "where a failure is final somebody looks");
        assert_eq!(super::judge(Some(&before), &now, Failure::MayRevive, None), Verdict::Apply, "{known} to {next}");
        let (before, now) = (fetched(1, known, 0), fetched(2, next, 0));
        assert_eq!(judge_fetched(&before, &now, None), Verdict::Apply, "{known} to {next}, without stamps");
    }
    assert_eq!(judge(Some(&plain(1, Pending)), &plain(2, Authorized)), Verdict::Apply);
    assert_eq!(judge(Some(&plain(1, Authorized)), &plain(2, Approved)), Verdict::Apply);
}

#[test]
fn without_stamps_only_what_is_said_counts() {
    let approved = fetched(5, Approved, 0);
    assert_eq!(super::judge(None, &approved, Failure::Final, None), Verdict::Apply);
    assert_eq!(judge_fetched(&approved, &fetched(9, Approved, 0), None), Verdict::Ignore, "said again");
    // The instant of fetching says nothing of order: another process's clock may be behind.
    assert_eq!(judge_fetched(&approved, &fetched(1, InMediation, 0), None), Verdict::Apply);
    assert_eq!(judge_fetched(&approved, &fetched(6, Approved, 200), None), Verdict::Apply);
    let shrank = Verdict::ApplyFlagged(Anomaly::RefundShrank);
    assert_eq!(judge_fetched(&fetched(5, Approved, 200), &fetched(6, Approved, 100), None), shrank);
    assert_eq!(judge_fetched(&fetched(5, Refunded, 1000), &fetched(6, Approved, 0), None), shrank, "a failed refund");
}

#[test]
fn without_stamps_a_step_back_is_believed_when_it_stays() {
    let (approved, back) = (fetched(0, Approved, 0), |second| fetched(second, Pending, 0));
    assert_eq!(judge_fetched(&approved, &back(10), None), Verdict::LookAgain);
    let doubted = Doubted { said: back(10).said(), since: at(10) };
    assert_eq!(judge_fetched(&approved, &back(69), Some(&doubted)), Verdict::LookAgain, "not for a minute yet");
    let flagged = Verdict::ApplyFlagged(Anomaly::IllegalMove { from: Approved, to: Pending });
    assert_eq!(judge_fetched(&approved, &back(70), Some(&doubted)), flagged);
    // Another step back is another doubt, and what we knew is no doubt at all.
    assert_eq!(judge_fetched(&approved, &fetched(90, Rejected, 0), Some(&doubted)), Verdict::LookAgain);
    assert_eq!(judge_fetched(&approved, &fetched(90, Approved, 0), Some(&doubted)), Verdict::Ignore);
    // What makes no sense at all is told of at once, as ever.
    let unknown = Verdict::ApplyFlagged(Anomaly::UnknownStatus);
    assert_eq!(judge_fetched(&approved, &fetched(11, Unknown, 0), None), unknown);
}

#[test]
fn the_shipped_clients_know_three_words() {
    let of = |word| PaymentStatus::ALL.iter().copied().filter(|status| status.wire() == word).collect::<Vec<_>>();
    assert_eq!(of("PENDING"), [Pending, InProcess, Authorized, Unknown]);
    assert_eq!(of("APPROVED"), [Approved, InMediation]);
    assert_eq!(of("REJECTED"), [Rejected, Cancelled, Refunded, ChargedBack]);
}

fn any_sighting(second: impl Strategy<Value = i64>) -> impl Strategy<Value = Observation> {
    let detail = prop::sample::select(vec!["", "accredited", "in_process", "settled", "reimbursed"]);
    let status = prop::sample::select(PaymentStatus::ALL.to_vec());
    (second, status, detail, 0..4_i64, 998..1001_i64).prop_map(|(second, status, detail, refunded, amount)| {
        Observation { amount: cents(amount), ..seen(second, status, detail, refunded) }
    })
}

/// Sights, legal or not, and an order in which they arrive, some of them several times.
fn arrivals(seconds: std::ops::Range<i64>) -> impl Strategy<Value = (Vec<Observation>, Vec<usize>)> {
    prop::collection::vec(any_sighting(seconds), 1..8).prop_flat_map(|sights| {
        let count = sights.len();
        let all: Vec<usize> = (0..count).collect();
        let order = (Just(all).prop_shuffle(), prop::collection::vec(0..count, 0..8), any::<prop::sample::Index>());
        (Just(sights), order).prop_map(|(sights, (mut order, again, place))| {
            let place = place.index(order.len() + 1);
            order.splice(place..place, again);
            (sights, order)
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn the_last_state_stays_whatever_the_order((mut sights, order) in arrivals(0..1)) {
        for (second, sight) in sights.iter_mut().enumerate() {
            sight.stamp = Stamp::Provider(at(i64::try_from(second).unwrap()));
        }
        prop_assert_eq!(end(order.iter().map(|index| &sights[*index])), sights.last().cloned());
    }

    /// Stronger than the contract asks: even sights of one instant end the same in every order, where nothing among
    /// them goes to and fro.
    #[test]
    fn equal_instants_do_not_flip((mut sights, order) in arrivals(0..3)) {
        sights.retain(|sight| !matches!(sight.status, InProcess | InMediation));
        let order: Vec<_> = order.into_iter().filter_map(|index| sights.get(index)).chain(&sights).collect();
        let once = end(&sights);
        prop_assert_eq!(end(order), once.clone());
        prop_assert!(sights.iter().all(|sight| judge(once.as_ref(), sight) == Verdict::Ignore));
    }

    /// What does go to and fro within an instant moves no money, so that their order moves none either.
    #[test]
    fn equal_instants_come_to_the_same_money((mut sights, order) in arrivals(0..1)) {
        for sight in &mut sights {
            (sight.amount, sight.refunded) = (cents(1000), cents(0));
        }
        let worth = |known: Option<Observation>| known.map(|known| known.credited());
        prop_assert_eq!(worth(end(order.iter().map(|index| &sights[*index]))), worth(end(&sights)));
    }
}
