//! Examples from payments.md §5, then a seeded loop over random checks: the seed is in the assertion's message.

use super::*;
use crate::check::dice::Dice;

fn cents(n: i64) -> Cents {
    Cents::new(n).unwrap()
}

fn due(charge: i64, amount: i64, diner: Option<i64>) -> Due {
    Due { charge: ChargeId(charge), amount: cents(amount), diner: diner.map(DinerId) }
}

fn credit(payment: i64, net: i64, payer: Option<i64>, targets: &[(i64, i64)]) -> Credit {
    let targets = targets.iter().map(|(charge, most)| (ChargeId(*charge), cents(*most))).collect();
    Credit { payment: PaymentId(payment), net: cents(net), payer: payer.map(DinerId), targets }
}

fn plain(parts: &[Part]) -> Vec<(i64, i64, i64)> {
    parts.iter().map(|part| (part.payment.get(), part.charge.get(), part.amount.get())).collect()
}

/// So much of each payment is that guest's to have back (0: nobody's by name).
fn keeps(of: &[(i64, i64, i64)]) -> Kept {
    let mut kept = Kept::new();
    for (payment, guest, amount) in of {
        let guest = (*guest > 0).then_some(DinerId(*guest));
        kept.entry(PaymentId(*payment)).or_default().insert(guest, cents(*amount));
    }
    kept
}

/// What of a payment is to go back, to whomever.
fn own(kept: &Kept, payment: PaymentId) -> i64 {
    kept.get(&payment).into_iter().flatten().map(|(_, cents)| cents.get()).sum()
}

fn lost(charge: i64, amount: i64, before: &[i64]) -> Lost {
    let before = before.iter().copied().map(PaymentId).collect();
    Lost { charge: ChargeId(charge), amount: cents(amount), before }
}

#[test]
fn what_was_struck_is_its_payers_to_have_back() {
    // The dish of the first was struck after it was paid; the second still owes.
    let dues = [due(1, 0, Some(1)), due(2, 500, Some(2)), due(3, 80, Some(1))];
    let credits = [credit(1, 300, Some(1), &[])];
    let kept = kept(&dues, &[lost(1, 300, &[1])], &credits);
    assert_eq!(kept, keeps(&[(1, 1, 300)]));
    // The payer's own dishes take of it first.
    let parts = allocate(&dues, &credits, &kept);
    assert_eq!(plain(&parts), [(1, 3, 80)]);
    assert_eq!(adjust(&parts, &dues, &credits, &kept), parts);
    let parts = allocate(&dues, &credits, &Kept::new());
    assert_eq!(plain(&parts), [(1, 3, 80), (1, 2, 220)]);
}

#[test]
fn only_what_had_covered_the_dish_goes_back() {
    let dues = [due(1, 0, Some(1)), due(2, 400, Some(2))];
    let struck = [lost(1, 300, &[1])];
    let of = |credit: Credit| {
        let credits = [credit];
        let kept = kept(&dues, &struck, &credits);
        (credits.iter().map(|credit| own(&kept, credit.payment)).sum::<i64>(), plain(&allocate(&dues, &credits, &kept)))
    };
    // It was for the second's dish, by name; nothing of the first's own was paid.
    assert_eq!(of(credit(1, 400, Some(1), &[(2, 400)])), (0, vec![(1, 2, 400)]));
    // For the own dish, and a treat for the second.
    assert_eq!(of(credit(1, 450, Some(1), &[])), (300, vec![(1, 2, 150)]));
    // The second had treated the first: the money is the second's, whose own dish it covers now.
    assert_eq!(of(credit(1, 300, Some(2), &[(1, 300)])), (300, vec![(1, 2, 300)]));
    // Nobody said who paid: it is that guest's whose dish it had covered, whether that was said or not.
    assert_eq!(of(credit(1, 300, None, &[(1, 300)])), (300, vec![]));
    assert_eq!(of(credit(1, 300, None, &[])), (300, vec![]));
    assert_eq!(of(credit(1, 450, None, &[])), (300, vec![(1, 2, 150)]));
    // It came afterwards.
    assert_eq!(of(credit(2, 300, Some(1), &[])), (0, vec![(2, 2, 300)]));
    // A part of the line was struck: what stands is covered first.
    let dues = [due(1, 200, Some(1)), due(2, 400, Some(2))];
    let kept_of = |net| kept(&dues, &[lost(1, 200, &[1])], &[credit(1, net, Some(1), &[])]);
    assert_eq!(kept_of(200), Kept::new());
    assert_eq!(kept_of(350), keeps(&[(1, 1, 150)]));
}

/// The four cases of decisions/040: who paid is known or not, the dish is a guest's or the table's. In none of them
/// does money for a dish that was struck pay for another guest's.
#[test]
fn money_of_a_struck_dish_lies_on_no_other_guests() {
    // What is to go back to whom, and what the payment covers of a dish of the second and one of the first.
    let of = |payer: Option<i64>, diner: Option<i64>, targets: &[(i64, i64)]| {
        let dues = [due(1, 0, diner), due(2, 400, Some(2)), due(3, 80, Some(1))];
        let credits = [credit(1, 300, payer, targets)];
        let kept = kept(&dues, &[lost(1, 300, &[1])], &credits);
        let parts = allocate(&dues, &credits, &kept);
        assert_eq!(adjust(&parts, &dues, &credits, &kept), parts, "{payer:?} {diner:?}");
        (kept, plain(&parts))
    };
    let by_name = [(1, 300)];
    // A guest's money for its own dish; for a dish of the table, which its own dishes come before.
    assert_eq!(of(Some(1), Some(1), &[]), (keeps(&[(1, 1, 300)]), vec![(1, 3, 80)]));
    assert_eq!(of(Some(1), Some(1), &by_name), (keeps(&[(1, 1, 300)]), vec![(1, 3, 80)]));
    assert_eq!(of(Some(1), None, &[]), (keeps(&[(1, 1, 220)]), vec![(1, 3, 80)]));
    assert_eq!(of(Some(1), None, &by_name), (keeps(&[(1, 1, 300)]), vec![(1, 3, 80)]));
    // Nobody's money on a guest's dish is that guest's.
    assert_eq!(of(None, Some(1), &[]), (keeps(&[(1, 1, 300)]), vec![(1, 3, 80)]));
    assert_eq!(of(None, Some(1), &by_name), (keeps(&[(1, 1, 300)]), vec![(1, 3, 80)]));
    // Nobody's money on nobody's dish moves on, unless somebody said what it is for: then it waits for a person.
    assert_eq!(of(None, None, &[]), (Kept::new(), vec![(1, 2, 300)]));
    assert_eq!(of(None, None, &by_name), (keeps(&[(1, 0, 300)]), vec![]));
}

#[test]
fn money_without_a_payer_goes_back_to_each_guest_apart() {
    // 700 in cash had covered a dish of each; both are struck, and each has another one.
    let dues = [due(1, 0, Some(1)), due(2, 0, Some(2)), due(3, 500, Some(2)), due(4, 500, Some(1))];
    let credits = [credit(1, 700, None, &[])];
    let kept = kept(&dues, &[lost(1, 300, &[1]), lost(2, 400, &[1])], &credits);
    assert_eq!(kept, keeps(&[(1, 1, 300), (1, 2, 400)]));
    assert_eq!(plain(&allocate(&dues, &credits, &kept)), [(1, 3, 400), (1, 4, 300)]);
}

#[test]
fn without_a_payer_the_oldest_charge_comes_first() {
    let dues = [due(1, 500, Some(1)), due(2, 300, None), due(3, 200, Some(2))];
    let parts = allocate(&dues, &[credit(1, 600, None, &[]), credit(2, 900, None, &[])], &Kept::new());
    assert_eq!(plain(&parts), [(1, 1, 500), (1, 2, 100), (2, 2, 200), (2, 3, 200)]);
}

#[test]
fn a_payer_covers_its_own_then_shared_then_others() {
    let dues = [due(1, 100, Some(1)), due(2, 100, None), due(3, 100, Some(2)), due(4, 100, Some(2))];
    let parts = allocate(&dues, &[credit(1, 350, Some(2), &[])], &Kept::new());
    assert_eq!(plain(&parts), [(1, 3, 100), (1, 4, 100), (1, 2, 100), (1, 1, 50)]);
}

#[test]
fn what_the_payer_said_comes_before_everything() {
    let dues = [due(1, 100, Some(1)), due(2, 100, None), due(3, 100, Some(2))];
    // Half of the shared dish, then its own; an unknown charge and a greedy target do no harm.
    let parts = allocate(
        &dues,
        &[credit(1, 120, Some(1), &[(9, 50), (2, 50)]), credit(2, 500, None, &[(2, 400)])],
        &Kept::new(),
    );
    assert_eq!(plain(&parts), [(1, 2, 50), (1, 1, 70), (2, 2, 50), (2, 1, 30), (2, 3, 100)]);
}

#[test]
fn a_refund_takes_back_the_newest_parts_of_that_payment() {
    let dues = [due(1, 500, None), due(2, 300, None)];
    let before = allocate(&dues, &[credit(1, 700, None, &[]), credit(2, 100, None, &[])], &Kept::new());
    assert_eq!(plain(&before), [(1, 1, 500), (1, 2, 200), (2, 2, 100)]);
    let after = adjust(&before, &dues, &[credit(1, 450, None, &[]), credit(2, 100, None, &[])], &Kept::new());
    assert_eq!(plain(&after), [(1, 1, 450), (2, 2, 100)]);
    assert_eq!(
        difference(&before, &after),
        [
            Entry { payment: PaymentId(1), charge: ChargeId(2), cents: -200 },
            Entry { payment: PaymentId(1), charge: ChargeId(1), cents: -50 },
        ]
    );
}

#[test]
fn a_void_frees_money_for_the_next_open_charge() {
    let mut dues = [due(1, 500, None), due(2, 300, None), due(3, 400, None)];
    let credits = [credit(1, 500, None, &[]), credit(2, 400, None, &[])];
    let before = allocate(&dues, &credits, &Kept::new());
    assert_eq!(plain(&before), [(1, 1, 500), (2, 2, 300), (2, 3, 100)]);
    dues[0].amount = Cents::ZERO;
    let after = adjust(&before, &dues, &credits, &Kept::new());
    assert_eq!(plain(&after), [(2, 2, 300), (2, 3, 100), (1, 3, 300)]);
}

#[test]
fn what_a_payment_covers_already_counts_towards_its_target() {
    // 50 for the first charge, as its payer said, when there was no second one; then 50 more came free.
    let before = [Part { payment: PaymentId(1), charge: ChargeId(1), amount: cents(50) }];
    let dues = [due(1, 100, None), due(2, 100, Some(1))];
    let after = adjust(&before, &dues, &[credit(1, 100, Some(1), &[(1, 50)])], &Kept::new());
    assert_eq!(plain(&after), [(1, 1, 50), (1, 2, 50)]);
}

#[test]
fn a_charge_that_became_cheaper_gives_up_its_newest_part() {
    let before = [(1, 60), (2, 40)].map(|(payment, amount)| Part {
        payment: PaymentId(payment),
        charge: ChargeId(1),
        amount: cents(amount),
    });
    let after =
        adjust(&before, &[due(1, 70, None)], &[credit(1, 60, None, &[]), credit(2, 40, None, &[])], &Kept::new());
    assert_eq!(plain(&after), [(1, 1, 60), (2, 1, 10)]);
}

impl Dice {
    fn diner(&mut self) -> Option<i64> {
        match self.below(4) {
            0 => None,
            diner => Some(diner),
        }
    }

    fn dues(&mut self) -> Vec<Due> {
        (0..self.below(6)).map(|id| due(id, self.below(500), self.diner())).collect()
    }

    fn credits(&mut self) -> Vec<Credit> {
        let one = |dice: &mut Self, id| {
            let targets: Vec<_> = (0..dice.below(3)).map(|_| (dice.below(7), dice.below(400))).collect();
            credit(id, dice.below(900), dice.diner(), &targets)
        };
        (0..self.below(5)).map(|id| one(self, id)).collect()
    }
}

fn entry(part: &Part) -> Entry {
    Entry { payment: part.payment, charge: part.charge, cents: part.amount.get() }
}

/// I8, and no money idle while something is owed.
fn check_invariants(parts: &[Part], dues: &[Due], credits: &[Credit], seed: u64) {
    let sum =
        |of: &dyn Fn(&Part) -> bool| parts.iter().filter(|part| of(part)).map(|part| part.amount.get()).sum::<i64>();
    for due in dues {
        assert!(sum(&|part| part.charge == due.charge) <= due.amount.get(), "charge, seed {seed}");
    }
    for credit in credits {
        assert!(sum(&|part| part.payment == credit.payment) <= credit.net.get(), "payment, seed {seed}");
    }
    assert!(parts.iter().all(|part| part.amount > Cents::ZERO), "empty part, seed {seed}");
    let owed: i64 = dues.iter().map(|due| due.amount.get()).sum();
    let money: i64 = credits.iter().map(|credit| credit.net.get()).sum();
    assert_eq!(sum(&|_| true), owed.min(money), "idle money, seed {seed}");
}

/// Appends the rows one by one as the database would, holding every sum within its bounds after each.
fn append(before: &[Part], entries: &[Entry], dues: &[Due], credits: &[Credit], seed: u64) -> Vec<Part> {
    let mut rows: Vec<Entry> = before.iter().map(entry).collect();
    let turn = entries.iter().position(|entry| entry.cents > 0).unwrap_or(entries.len());
    assert!(entries[turn..].iter().all(|entry| entry.cents > 0), "order, seed {seed}");
    for (index, entry) in entries.iter().enumerate() {
        assert_ne!(entry.cents, 0, "seed {seed}");
        rows.push(*entry);
        let of_charge: i64 = rows.iter().filter(|row| row.charge == entry.charge).map(|row| row.cents).sum();
        let of_payment: i64 = rows.iter().filter(|row| row.payment == entry.payment).map(|row| row.cents).sum();
        assert!(of_charge >= 0 && of_payment >= 0, "below zero, seed {seed}");
        if index >= turn {
            let amount = dues.iter().find(|due| due.charge == entry.charge).unwrap().amount.get();
            let net = credits.iter().find(|credit| credit.payment == entry.payment).unwrap().net.get();
            assert!(of_charge <= amount && of_payment <= net, "above the limit, seed {seed}");
        }
    }
    apply(rows)
}

fn sorted(parts: &[Part]) -> Vec<(i64, i64, i64)> {
    let mut plain = plain(parts);
    plain.sort_unstable();
    plain
}

/// 100 000 checks: payments arrive in any order, the ledger takes in only differences, and ends equal to one allocation
/// of all of them in their order.
#[test]
fn the_order_of_arrival_does_not_show() {
    for seed in 0..100_000 {
        let mut dice = Dice(seed);
        let (dues, credits) = (dice.dues(), dice.credits());
        let expected = allocate(&dues, &credits, &Kept::new());
        check_invariants(&expected, &dues, &credits, seed);

        let mut arrival: Vec<&Credit> = credits.iter().collect();
        dice.shuffle(&mut arrival);
        let mut ledger = Vec::new();
        for count in 1..=arrival.len() {
            let mut known: Vec<Credit> = arrival[..count].iter().map(|credit| (*credit).clone()).collect();
            known.sort_by_key(|credit| credit.payment);
            let after = allocate(&dues, &known, &Kept::new());
            let entries = difference(&ledger, &after);
            ledger = append(&ledger, &entries, &dues, &known, seed);
            assert_eq!(sorted(&ledger), sorted(&after), "difference, seed {seed}");
        }
        assert_eq!(sorted(&ledger), sorted(&expected), "arrival, seed {seed}");
        assert_eq!(difference(&ledger, &expected), [], "seed {seed}");
    }
}

/// 100 000 closed checks whose charges and payments change: only what no longer fits is taken back.
#[test]
fn an_adjustment_keeps_what_fits() {
    for seed in 0..100_000 {
        let mut dice = Dice(seed);
        let (dues, credits) = (dice.dues(), dice.credits());
        let before = allocate(&dues, &credits, &Kept::new());
        // Complete and unchanged: nothing to do.
        assert_eq!(adjust(&before, &dues, &credits, &Kept::new()), before, "seed {seed}");

        let (dues, credits) = (dice.dues(), dice.credits());
        let after = adjust(&before, &dues, &credits, &Kept::new());
        check_invariants(&after, &dues, &credits, seed);
        assert_eq!(adjust(&after, &dues, &credits, &Kept::new()), after, "twice, seed {seed}");
        let ledger = append(&before, &difference(&before, &after), &dues, &credits, seed);
        assert_eq!(sorted(&ledger), sorted(&after), "difference, seed {seed}");

        // A part shrinks only when its payment or its charge was over its limit.
        let sum = |of: &dyn Fn(&Part) -> bool| {
            before.iter().filter(|part| of(part)).map(|part| part.amount.get()).sum::<i64>()
        };
        for entry in difference(&before, &after).iter().filter(|entry| entry.cents < 0) {
            let amount = dues.iter().find(|due| due.charge == entry.charge).map_or(0, |due| due.amount.get());
            let net = credits.iter().find(|c| c.payment == entry.payment).map_or(0, |credit| credit.net.get());
            let over =
                sum(&|part| part.charge == entry.charge) > amount || sum(&|part| part.payment == entry.payment) > net;
            assert!(over, "taken back without need, seed {seed}");
        }
    }
}

/// 100 000 checks of which a dish is struck, or a part of it, whoever's it is and whoever paid: every dish of the other
/// guests stays as covered as it was, what is to go back lies on nobody else's dish, the sums hold, and twice is once.
#[test]
fn a_void_takes_nothing_from_the_others() {
    for seed in 0..100_000 {
        let mut dice = Dice(seed);
        let (mut dues, credits) = (dice.dues(), dice.credits());
        let before = allocate(&dues, &credits, &Kept::new());
        let all: Vec<i64> = credits.iter().map(|credit| credit.payment.get()).collect();
        let Some(place) = usize::try_from(dice.below(6)).ok().filter(|place| *place < dues.len()) else { continue };
        let due = &mut dues[place];
        let entirely = dice.below(2) == 0;
        let off = if entirely { due.amount } else { cents(dice.below(due.amount.get() + 1)) };
        let (struck, guest) = (due.charge, due.diner);
        due.amount = due.amount.saturating_sub(off);

        let kept = kept(&dues, &[lost(struck.get(), off.get(), &all)], &credits);
        for credit in &credits {
            let had = before.iter().find(|part| (part.payment, part.charge) == (credit.payment, struck));
            let (own, had) = (own(&kept, credit.payment), had.map_or(0, |part| part.amount.get()));
            assert!(own <= had, "more than it gave, seed {seed}");
            let named = credit.payer.is_some() || guest.is_some();
            assert!(!entirely || !named || own == had, "not all that it gave, seed {seed}");
        }
        for after in [allocate(&dues, &credits, &kept), adjust(&before, &dues, &credits, &kept)] {
            let on = |parts: &[Part], charge| {
                parts.iter().filter(|part| part.charge == charge).map(|part| part.amount.get()).sum::<i64>()
            };
            for due in &dues {
                assert!(on(&after, due.charge) <= due.amount.get(), "charge, seed {seed}");
                let stays = due.diner == guest || on(&after, due.charge) >= on(&before, due.charge);
                assert!(stays, "another's dish is owed again, seed {seed}");
            }
            for credit in &credits {
                let is_theirs = |part: &&Part, whose: Option<DinerId>| {
                    let due = dues.iter().find(|due| due.charge == part.charge).unwrap();
                    part.payment == credit.payment && due.diner.is_some() && due.diner == whose
                };
                for (whose, back) in kept.get(&credit.payment).into_iter().flatten() {
                    let mine = after.iter().filter(|part| part.payment == credit.payment);
                    let others =
                        mine.filter(|part| !is_theirs(part, *whose)).map(|part| part.amount.get()).sum::<i64>();
                    assert!(others <= credit.net.get() - back.get(), "it lies on another's dish, seed {seed}");
                }
            }
            // Where the struck dish was all that its guest had, nothing else is covered than before.
            let alone = dues.iter().all(|due| due.charge == struck || due.diner.is_none() || due.diner != guest);
            let strangers = credits.iter().all(|credit| credit.payer.is_none());
            if alone && strangers && guest.is_some() && entirely {
                let covered = |parts: &[Part]| dues.iter().map(|due| on(parts, due.charge)).collect::<Vec<_>>();
                let mut expected = covered(&before);
                expected[place] = 0;
                assert_eq!(covered(&after), expected, "it moved on, seed {seed}");
            }
            assert_eq!(adjust(&after, &dues, &credits, &kept), after, "twice, seed {seed}");
            append(&before, &difference(&before, &after), &dues, &credits, seed);
        }
    }
}
