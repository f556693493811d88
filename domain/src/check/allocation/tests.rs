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

#[test]
fn without_a_payer_the_oldest_charge_comes_first() {
    let dues = [due(1, 500, Some(1)), due(2, 300, None), due(3, 200, Some(2))];
    let parts = allocate(&dues, &[credit(1, 600, None, &[]), credit(2, 900, None, &[])]);
    assert_eq!(plain(&parts), [(1, 1, 500), (1, 2, 100), (2, 2, 200), (2, 3, 200)]);
}

#[test]
fn a_payer_covers_its_own_then_shared_then_others() {
    let dues = [due(1, 100, Some(1)), due(2, 100, None), due(3, 100, Some(2)), due(4, 100, Some(2))];
    let parts = allocate(&dues, &[credit(1, 350, Some(2), &[])]);
    assert_eq!(plain(&parts), [(1, 3, 100), (1, 4, 100), (1, 2, 100), (1, 1, 50)]);
}

#[test]
fn what_the_payer_said_comes_before_everything() {
    let dues = [due(1, 100, Some(1)), due(2, 100, None), due(3, 100, Some(2))];
    // Half of the shared dish, then its own; an unknown charge and a greedy target do no harm.
    let parts = allocate(&dues, &[credit(1, 120, Some(1), &[(9, 50), (2, 50)]), credit(2, 500, None, &[(2, 400)])]);
    assert_eq!(plain(&parts), [(1, 2, 50), (1, 1, 70), (2, 2, 50), (2, 1, 30), (2, 3, 100)]);
}

#[test]
fn a_refund_takes_back_the_newest_parts_of_that_payment() {
    let dues = [due(1, 500, None), due(2, 300, None)];
    let before = allocate(&dues, &[credit(1, 700, None, &[]), credit(2, 100, None, &[])]);
    assert_eq!(plain(&before), [(1, 1, 500), (1, 2, 200), (2, 2, 100)]);
    let after = adjust(&before, &dues, &[credit(1, 450, None, &[]), credit(2, 100, None, &[])]);
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
    let before = allocate(&dues, &credits);
    assert_eq!(plain(&before), [(1, 1, 500), (2, 2, 300), (2, 3, 100)]);
    dues[0].amount = Cents::ZERO;
    let after = adjust(&before, &dues, &credits);
    assert_eq!(plain(&after), [(2, 2, 300), (2, 3, 100), (1, 3, 300)]);
}

#[test]
fn what_a_payment_covers_already_counts_towards_its_target() {
    // 50 for the first charge, as its payer said, when there was no second one; then 50 more came free.
    let before = [Part { payment: PaymentId(1), charge: ChargeId(1), amount: cents(50) }];
    let dues = [due(1, 100, None), due(2, 100, Some(1))];
    let after = adjust(&before, &dues, &[credit(1, 100, Some(1), &[(1, 50)])]);
    assert_eq!(plain(&after), [(1, 1, 50), (1, 2, 50)]);
}

#[test]
fn a_charge_that_became_cheaper_gives_up_its_newest_part() {
    let before = [(1, 60), (2, 40)].map(|(payment, amount)| Part {
        payment: PaymentId(payment),
        charge: ChargeId(1),
        amount: cents(amount),
    });
    let after = adjust(&before, &[due(1, 70, None)], &[credit(1, 60, None, &[]), credit(2, 40, None, &[])]);
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
        let expected = allocate(&dues, &credits);
        check_invariants(&expected, &dues, &credits, seed);

        let mut arrival: Vec<&Credit> = credits.iter().collect();
        dice.shuffle(&mut arrival);
        let mut ledger = Vec::new();
        for count in 1..=arrival.len() {
            let mut known: Vec<Credit> = arrival[..count].iter().map(|credit| (*credit).clone()).collect();
            known.sort_by_key(|credit| credit.payment);
            let after = allocate(&dues, &known);
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
        let before = allocate(&dues, &credits);
        // Complete and unchanged: nothing to do.
        assert_eq!(adjust(&before, &dues, &credits), before, "seed {seed}");

        let (dues, credits) = (dice.dues(), dice.credits());
        let after = adjust(&before, &dues, &credits);
        check_invariants(&after, &dues, &credits, seed);
        assert_eq!(adjust(&after, &dues, &credits), after, "twice, seed {seed}");
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
