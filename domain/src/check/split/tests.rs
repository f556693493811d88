//! Splits by example, then a seeded loop over a million bills: the seed is in the assertion's message.

use super::*;
use crate::check::dice::Dice;

fn cents(n: i64) -> Cents {
    Cents::new(n).unwrap()
}

fn line(charge: i64, amount: i64, paid: i64, diner: i64) -> BillLine {
    let diner = (diner > 0).then_some(DinerId(diner));
    BillLine { charge: ChargeId(charge), amount: cents(amount), paid: cents(paid), diner }
}

fn bill(lines: &[BillLine], diners: &[(i64, i64)]) -> Bill {
    let diners = diners.iter().map(|(diner, paid)| BillDiner { diner: DinerId(*diner), paid: cents(*paid) });
    Bill { lines: lines.to_vec(), diners: diners.collect(), written_off: Cents::ZERO, unit: Unit::CENT }
}

fn plan(json: &str) -> SplitPlan {
    serde_json::from_str(json).unwrap()
}

/// Who (0 for a seat) owes what, and what nobody took.
fn owed(bill: &Bill, json: &str) -> (Vec<(i64, i64)>, i64) {
    let quote = quote(bill, &plan(json), &[]).unwrap();
    let owes = |share: &Share| (share.diner_id.map_or(0, DinerId::get), share.owes_cents.get());
    (quote.shares.iter().map(owes).collect(), quote.unassigned_cents.get())
}

fn refused(bill: &Bill, json: &str) -> String {
    quote(bill, &plan(json), &[]).unwrap_err().to_string()
}

#[test]
fn equal_parts_go_to_diners_by_id_and_then_to_seats() {
    let two = bill(&[line(1, 1000, 0, 1)], &[(2, 0), (1, 0)]);
    assert_eq!(owed(&two, r#"{"method":"equal","ways":3}"#), (vec![(1, 334), (2, 333), (0, 333)], 0));
    assert_eq!(owed(&two, r#"{"method":"equal","ways":1}"#), (vec![(1, 1000), (2, 0)], 0));
    // Whoever paid keeps its part when there are more phones than parts.
    let paid = bill(&[line(1, 1000, 400, 0)], &[(1, 0), (2, 0), (3, 400)]);
    assert_eq!(owed(&paid, r#"{"method":"equal","ways":2}"#), (vec![(1, 500), (2, 0), (3, 100)], 0));
    // Cash without a name fills the seats.
    let seats = bill(&[line(1, 1000, 334, 0)], &[]);
    assert_eq!(owed(&seats, r#"{"method":"equal","ways":3}"#), (vec![(0, 0), (0, 333), (0, 333)], 0));
}

#[test]
fn a_currency_without_cents_is_divided_in_whole_units() {
    let pesos = Bill { unit: Unit::of(crate::Currency::Clp), ..bill(&[line(1, 100_000, 0, 1)], &[(1, 0), (2, 0)]) };
    let equal = r#"{"method":"equal","ways":3}"#;
    assert_eq!(owed(&pesos, equal), (vec![(1, 33_400), (2, 33_300), (0, 33_300)], 0));
    let third = r#"{"method":"by_item","items":[{"diner_id":2,"charge_id":1,"num":1,"den":3}]}"#;
    assert_eq!(owed(&pesos, third), (vec![(1, 0), (2, 33_300)], 66_700));
    let odd = r#"{"method":"custom","amounts":[{"diner_id":2,"amount_cents":150}]}"#;
    assert!(refused(&pesos, odd).contains("amounts: amount_cents must be a multiple of 100"));
    let tip = |tip| TipShare { diner_id: Some(DinerId(1)), tip };
    let of = |json| serde_json::from_str::<Tip>(json).unwrap();
    let quoted = quote(&pesos, &plan(equal), &[tip(of(r#"{"percent":10}"#))]).unwrap();
    assert_eq!((quoted.shares[0].tip_cents, quoted.shares[0].pay_cents), (cents(3_300), cents(36_700)));
    let odd = quote(&pesos, &plan(equal), &[tip(of(r#"{"amount_cents":50}"#))]).unwrap_err();
    assert_eq!(odd, SplitError::Unpayable("tips", 100));
    // A bill with prices of before the currency was set is divided to the cent.
    let old = Bill { unit: Unit::of(crate::Currency::Clp), ..bill(&[line(1, 100_050, 0, 1)], &[(1, 0)]) };
    assert_eq!(owed(&old, r#"{"method":"equal","ways":2}"#), (vec![(1, 50_025), (0, 50_025)], 0));
}

#[test]
fn by_consumption_divides_what_is_shared() {
    let table = bill(&[line(1, 700, 0, 1), line(2, 500, 0, 2), line(3, 101, 0, 0)], &[(1, 0), (2, 0)]);
    assert_eq!(owed(&table, r#"{"method":"by_consumption"}"#), (vec![(1, 751), (2, 550)], 0));
    let guests = bill(&[line(1, 700, 0, 0), line(2, 500, 0, 0)], &[]);
    assert_eq!(owed(&guests, r#"{"method":"by_consumption"}"#), (vec![(0, 1200)], 0));
}

#[test]
fn items_and_fractions_of_items() {
    let table = bill(&[line(1, 999, 0, 1), line(2, 600, 0, 2), line(3, 300, 0, 0)], &[(1, 0), (2, 0), (3, 0)]);
    let halves = r#"{"method":"by_item","items":[
        {"diner_id":2,"charge_id":1,"num":1,"den":2},{"diner_id":1,"charge_id":1,"num":1,"den":2},{"diner_id":3,"charge_id":2}]}"#;
    assert_eq!(owed(&table, halves), (vec![(1, 500), (2, 499), (3, 600)], 300));
    let quote = quote(&table, &plan(halves), &[]).unwrap();
    assert_eq!(quote.shares[1].items, [SharePart { charge_id: ChargeId(1), amount_cents: cents(499) }]);
    let third = r#"{"method":"by_item","items":[{"diner_id":1,"charge_id":3,"num":1,"den":3}]}"#;
    assert_eq!(owed(&table, third), (vec![(1, 100), (2, 0), (3, 0)], 1799));
}

#[test]
fn custom_amounts_and_a_mix() {
    let table = bill(&[line(1, 900, 0, 1), line(2, 600, 0, 0)], &[(1, 0), (2, 0)]);
    let custom = r#"{"method":"custom","amounts":[{"diner_id":2,"amount_cents":400}]}"#;
    assert_eq!(owed(&table, custom), (vec![(1, 0), (2, 400)], 1100));
    let mixed = |rest| {
        format!(r#"{{"method":"mixed","items":[{{"diner_id":2,"charge_id":1,"num":1,"den":3}}],"rest":"{rest}"}}"#)
    };
    assert_eq!(owed(&table, &mixed("by_consumption")), (vec![(1, 900), (2, 600)], 0));
    assert_eq!(owed(&table, &mixed("equal")), (vec![(1, 600), (2, 900)], 0));
}

#[test]
fn what_was_written_off_is_asked_of_nobody() {
    let plans = [
        r#"{"method":"equal","ways":3}"#,
        r#"{"method":"by_consumption"}"#,
        r#"{"method":"by_item","items":[{"diner_id":2,"charge_id":1,"num":1,"den":3}]}"#,
        r#"{"method":"custom","amounts":[{"diner_id":2,"amount_cents":400}]}"#,
        r#"{"method":"mixed","items":[{"diner_id":2,"charge_id":1}],"rest":"equal"}"#,
    ];
    for written_off in [0, 1, 300, 999, 1200, 5000] {
        let table = bill(&[line(1, 900, 300, 1), line(2, 600, 0, 2)], &[(1, 300), (2, 0)]);
        let table = Bill { written_off: cents(written_off), ..table };
        for json in plans {
            let quote = quote(&table, &plan(json), &[]).unwrap();
            let given_up = written_off.min(1200);
            assert_eq!((quote.written_off_cents, quote.remaining_cents), (cents(given_up), cents(1200 - given_up)));
            let (owes, unassigned) = owed(&table, json);
            assert_eq!(owes.iter().map(|(_, owes)| owes).sum::<i64>() + unassigned, 1200 - given_up, "{json}");
        }
    }
    // By consumption 600 and 600 are owed; of 400 given up each has a part by what it comes to.
    let table = bill(&[line(1, 900, 300, 1), line(2, 600, 0, 2)], &[(1, 300), (2, 0)]);
    let table = Bill { written_off: cents(400), ..table };
    assert_eq!(owed(&table, r#"{"method":"by_consumption"}"#), (vec![(1, 360), (2, 440)], 0));
}

#[test]
fn balances_are_lowered_by_what_was_written_off() {
    let left = |parts: &[(i64, i64)], written_off, unit| {
        let parts: Vec<_> = parts.iter().map(|(costs, paid)| (cents(*costs), cents(*paid))).collect();
        left_of(&parts, cents(written_off), unit).into_iter().map(Cents::get).collect::<Vec<_>>()
    };
    let peso = Unit::of(crate::Currency::Clp);
    assert_eq!(left(&[(900, 300), (600, 0)], 0, Unit::CENT), [600, 600]);
    assert_eq!(left(&[(900, 300), (600, 0)], 400, Unit::CENT), [360, 440]);
    // Paying what one owes changes nobody else's.
    assert_eq!(left(&[(900, 660), (600, 0)], 400, Unit::CENT), [0, 440]);
    assert_eq!(left(&[(900, 300), (600, 440)], 400, Unit::CENT), [360, 0]);
    assert_eq!(left(&[(900, 300), (600, 0)], 1200, Unit::CENT), [0, 0]);
    assert_eq!(left(&[(900, 300), (600, 0)], 9000, Unit::CENT), [0, 0]);
    assert_eq!(left(&[(100_000, 0), (100_000, 0), (100_000, 0)], 100_000, peso), [66_700, 66_700, 66_600]);
}

/// Every plan after a dish was struck, or a part of it, before and after money came: what is asked for is what is owed,
/// nobody is asked for the struck dish, and whoever names it pays nothing for it.
#[test]
fn every_plan_holds_after_a_void() {
    let all = |lines: &[BillLine], diners: &[(i64, i64)], total: i64| {
        let table = bill(lines, diners);
        let left = total - lines.iter().map(|line| line.paid.get()).sum::<i64>();
        for json in [
            r#"{"method":"equal","ways":2}"#,
            r#"{"method":"by_consumption"}"#,
            r#"{"method":"by_item","items":[{"diner_id":1,"charge_id":1},{"diner_id":2,"charge_id":2}]}"#,
            r#"{"method":"by_item","items":[{"diner_id":1,"charge_id":1,"num":1,"den":2},{"diner_id":2,"charge_id":1,"num":1,"den":2}]}"#,
            r#"{"method":"custom","amounts":[{"diner_id":1,"amount_cents":100},{"diner_id":2,"amount_cents":50}]}"#,
            r#"{"method":"mixed","items":[{"diner_id":2,"charge_id":1}],"rest":"by_consumption"}"#,
            r#"{"method":"mixed","items":[{"diner_id":2,"charge_id":1,"num":1,"den":3}],"rest":"equal"}"#,
        ] {
            let quote = quote(&table, &plan(json), &[]).unwrap();
            assert_eq!((quote.total_cents.get(), quote.remaining_cents.get()), (total, left), "{json}");
            let owes: i64 = quote.shares.iter().map(|share| share.owes_cents.get()).sum();
            assert_eq!(owes + quote.unassigned_cents.get(), left, "{json}");
            let costs = |part: &SharePart| lines.iter().find(|line| line.charge == part.charge_id).unwrap().amount;
            for part in quote.shares.iter().flat_map(|share| &share.items) {
                assert!(part.amount_cents <= costs(part), "{json}");
            }
        }
    };
    let guests = [(1, 0), (2, 0)];
    // The first's dish is struck; a part of it; it was paid and the money went back; the second had paid its own.
    all(&[line(1, 0, 0, 1), line(2, 700, 0, 2), line(3, 101, 0, 0)], &guests, 801);
    all(&[line(1, 450, 0, 1), line(2, 700, 0, 2), line(3, 101, 0, 0)], &guests, 1251);
    all(&[line(1, 450, 450, 1), line(2, 700, 0, 2)], &[(1, 450), (2, 0)], 1150);
    all(&[line(1, 0, 0, 1), line(2, 700, 700, 2), line(3, 101, 0, 0)], &[(1, 0), (2, 700)], 801);
    let struck = bill(&[line(1, 0, 0, 1), line(2, 700, 0, 2)], &guests);
    let by_item = r#"{"method":"by_item","items":[{"diner_id":1,"charge_id":1},{"diner_id":2,"charge_id":2}]}"#;
    assert_eq!(owed(&struck, by_item), (vec![(1, 0), (2, 700)], 0));
    let mixed = r#"{"method":"mixed","items":[{"diner_id":1,"charge_id":1}],"rest":"equal"}"#;
    assert_eq!(owed(&struck, mixed), (vec![(1, 350), (2, 350)], 0));
    // Amounts that were said before the dish was struck may be more than the bill now: that is refused by name.
    let custom =
        r#"{"method":"custom","amounts":[{"diner_id":1,"amount_cents":600},{"diner_id":2,"amount_cents":400}]}"#;
    assert!(refused(&struck, custom).contains("more than the bill"));
}

#[test]
fn a_tip_is_on_what_is_owed_now() {
    let table = bill(&[line(1, 1000, 500, 0)], &[(1, 500), (2, 0), (3, 0)]);
    let tip = |diner: Option<i64>, tip| TipShare { diner_id: diner.map(DinerId), tip };
    let ten = serde_json::from_str(r#"{"percent":10}"#).unwrap();
    let tips = [tip(None, ten), tip(Some(3), Tip::Amount(cents(50)))];
    let custom = r#"{"method":"custom","amounts":[
        {"diner_id":1,"amount_cents":500},{"diner_id":2,"amount_cents":305},{"diner_id":3,"amount_cents":195}]}"#;
    let quote = quote(&table, &plan(custom), &tips).unwrap();
    let pay: Vec<_> = quote.shares.iter().map(|share| (share.tip_cents.get(), share.pay_cents.get())).collect();
    assert_eq!(pay, [(0, 0), (31, 336), (50, 245)]);
    let twice = super::quote(&table, &plan(custom), &[tip(None, ten), tip(None, ten)]);
    assert_eq!(twice, Err(SplitError::TipTwice));
    assert_eq!(super::quote(&table, &plan(custom), &[tip(Some(9), ten)]), Err(SplitError::UnknownDiner(DinerId(9))));
}

#[test]
fn nonsense_is_refused_by_name() {
    let table = bill(&[line(1, 900, 0, 1)], &[(1, 0), (2, 0)]);
    assert_eq!(refused(&table, r#"{"method":"equal","ways":0}"#), "ways must be from 1 to 100");
    assert_eq!(refused(&table, r#"{"method":"equal","ways":101}"#), "ways must be from 1 to 100");
    let item = |diner: i64, charge: i64, num: u32, den: u32| {
        format!(r#"{{"diner_id":{diner},"charge_id":{charge},"num":{num},"den":{den}}}"#)
    };
    let by_item = |items: &[String]| format!(r#"{{"method":"by_item","items":[{}]}}"#, items.join(","));
    for (num, den) in [(1, 0), (0, 1), (3, 2), (1, 41)] {
        assert!(refused(&table, &by_item(&[item(1, 1, num, den)])).contains("num and den"), "{num}/{den}");
    }
    let more = by_item(&[item(1, 1, 2, 3), item(2, 1, 1, 2)]);
    assert_eq!(refused(&table, &more), "items: the fractions of charge_id 1 add up to more than 1");
    let twice = by_item(&[item(1, 1, 1, 3), item(1, 1, 1, 3)]);
    assert_eq!(refused(&table, &twice), "items: diner_id 1 names charge_id 1 twice");
    assert_eq!(refused(&table, &by_item(&[item(9, 1, 1, 1)])), "diner_id 9 is not at this table");
    assert_eq!(refused(&table, &by_item(&[item(1, 9, 1, 1)])), "charge_id 9 is not on this check");
    let custom = |a: i64, b: i64, sum: i64| {
        format!(
            r#"{{"method":"custom","amounts":[{{"diner_id":{a},"amount_cents":{sum}}},{{"diner_id":{b},"amount_cents":1}}]}}"#
        )
    };
    assert_eq!(refused(&table, &custom(1, 1, 1)), "amounts: diner_id 1 appears twice");
    assert!(refused(&table, &custom(1, 2, 900)).contains("more than the bill"));
    assert!(refused(&table, &custom(1, 2, i64::MAX)).contains("more than the bill"));
    assert!(serde_json::from_str::<SplitPlan>(&custom(1, 2, -1)).is_err());
    assert!(serde_json::from_str::<SplitPlan>(r#"{"method":"by_magic"}"#).is_err());
}

#[test]
fn what_another_method_reads_is_told_whatever_it_is() {
    let sent = |json: &str| serde_json::from_str::<SentPlan>(json);
    for (json, unread) in [
        (r#"{"ways":"two","method":"by_consumption"}"#, &["ways"][..]),
        (r#"{"method":"equal","ways":2,"items":7,"amounts":[{"why":1}],"rest":"x"}"#, &["items", "amounts", "rest"]),
        // What no method knows, the reader of the whole body hears of.
        (r#"{"method":"by_consumption","rest":null,"hours":7}"#, &[]),
        (r#"{"items":[{"diner_id":1,"charge_id":1,"why":1}],"ways":{},"method":"by_item"}"#, &["ways", "items[0].why"]),
    ] {
        assert_eq!(sent(json).unwrap().unread, unread, "{json}");
    }
    let refused = |json: &str| sent(json).unwrap_err().to_string();
    for (json, place) in [
        ("{}", ".method: is missing"),
        (r#"{"method":"by_magic"}"#, ".method: "),
        (r#"{"method":"equal"}"#, ".ways: is missing"),
        (r#"{"ways":"two","method":"equal"}"#, ".ways: "),
        (r#"{"ways":2,"ways":3,"method":"equal"}"#, ".ways: is said twice"),
        (r#"{"items":[{"diner_id":1,"charge_id":1,"num":-1}],"method":"by_item"}"#, ".items[0].num: "),
        (r#"{"items":[],"rest":"others","method":"mixed"}"#, ".rest: "),
    ] {
        assert!(refused(json).starts_with(place), "{json}: {}", refused(json));
    }
    let many =
        format!(r#"{{"method":"custom","amounts":[{}]}}"#, vec![r#"{"diner_id":1,"amount_cents":1}"#; 1001].join(","));
    assert!(refused(&many).starts_with(".amounts: must have at most 1000 entries"), "{}", refused(&many));
}

#[test]
fn a_bill_that_does_not_add_up_is_not_divided() {
    let equal = r#"{"method":"equal","ways":2}"#;
    for wrong in [
        bill(&[line(1, 100, 101, 0)], &[]),
        bill(&[line(1, 100, 50, 0)], &[(1, 51)]),
        bill(&[line(1, 100, 0, 0), line(1, 100, 0, 0)], &[]),
        bill(&[line(1, 100, 0, 0)], &[(1, 0), (1, 0)]),
        bill(&[line(1, i64::MAX, 0, 0), line(2, 1, 0, 0)], &[]),
    ] {
        assert_eq!(refused(&wrong, equal), "the check does not add up");
    }
    assert_eq!(owed(&bill(&[], &[]), equal), (vec![(0, 0), (0, 0)], 0));
}

impl Dice {
    /// A small bill, paid in part by diners and by nobody in particular, often beyond their shares.
    fn bill(&mut self) -> Bill {
        let cap = [4, 60, 3000][self.index(3)];
        let diners = self.below(5);
        let mut bill = Bill {
            lines: (1..=self.below(5)).map(|id| line(id, self.below(cap), 0, self.below(diners + 1))).collect(),
            diners: (1..=diners).map(|diner| BillDiner { diner: DinerId(diner), paid: Cents::ZERO }).collect(),
            written_off: Cents::ZERO,
            unit: Unit::CENT,
        };
        for _ in 0..self.below(4) {
            let payer = self.below(diners + 1);
            let amount = self.below(cap);
            pay(&mut bill, (payer > 0).then_some(DinerId(payer)), cents(amount));
        }
        bill
    }

    fn items(&mut self, bill: &Bill) -> Vec<ItemShare> {
        let mut items = Vec::new();
        for line in &bill.lines {
            let den = 1 + self.below(4);
            let mut left = den;
            for BillDiner { diner, .. } in &bill.diners {
                let num = self.below(left + 1);
                left -= num;
                let (num, den) = (u32::try_from(num).unwrap(), u32::try_from(den).unwrap());
                if num > 0 {
                    items.push(ItemShare { diner_id: *diner, charge_id: line.charge, num, den });
                }
            }
        }
        items
    }

    fn plan(&mut self, bill: &Bill) -> SplitPlan {
        match self.below(6) {
            0 => SplitPlan::Equal { ways: u32::try_from(1 + self.below(6)).unwrap() },
            1 => SplitPlan::ByConsumption,
            2 => SplitPlan::ByItem { items: self.items(bill) },
            3 => SplitPlan::Mixed { items: self.items(bill), rest: Rest::Equal },
            4 => SplitPlan::Mixed { items: self.items(bill), rest: Rest::ByConsumption },
            _ => {
                let mut left = bill.lines.iter().map(|line| line.amount.get()).sum::<i64>();
                let one = |BillDiner { diner, .. }: &BillDiner| {
                    let amount = self.below(left + 1);
                    left -= amount;
                    CustomShare { diner_id: *diner, amount_cents: cents(amount) }
                };
                SplitPlan::Custom { amounts: bill.diners.iter().map(one).collect() }
            }
        }
    }

    /// The same, listed in another order.
    fn relist(&mut self, bill: &Bill, plan: &SplitPlan) -> (Bill, SplitPlan) {
        let (mut bill, mut plan) = (bill.clone(), plan.clone());
        self.shuffle(&mut bill.lines);
        self.shuffle(&mut bill.diners);
        match &mut plan {
            SplitPlan::ByItem { items } | SplitPlan::Mixed { items, .. } => self.shuffle(items),
            SplitPlan::Custom { amounts } => self.shuffle(amounts),
            SplitPlan::Equal { .. } | SplitPlan::ByConsumption => {}
        }
        (bill, plan)
    }
}

/// Covers open lines in their order, as an allocation would; what finds no open line counts for nobody.
fn pay(bill: &mut Bill, payer: Option<DinerId>, amount: Cents) {
    let mut left = amount;
    for line in &mut bill.lines {
        let part = left.min(line.amount.saturating_sub(line.paid));
        line.paid = line.paid.saturating_add(part);
        left = left.saturating_sub(part);
    }
    if let Some(diner) = bill.diners.iter_mut().find(|diner| Some(diner.diner) == payer) {
        diner.paid = diner.paid.saturating_add(amount.saturating_sub(left));
    }
}

fn check_sums(quote: &Quote, plan: &SplitPlan, seed: u64) {
    let sum = |of: fn(&Share) -> Cents| quote.shares.iter().map(|share| of(share).get()).sum::<i64>();
    let owed = sum(|share| share.owes_cents) + quote.unassigned_cents.get();
    assert_eq!(owed, quote.remaining_cents.get(), "owed, seed {seed}");
    assert_eq!(quote.total_cents.get() - quote.paid_cents.get(), owed, "remaining, seed {seed}");
    let covered = sum(|share| share.share_cents);
    match plan {
        SplitPlan::Equal { .. } | SplitPlan::ByConsumption | SplitPlan::Mixed { .. } => {
            assert_eq!(covered, quote.total_cents.get(), "shares, seed {seed}");
            assert_eq!(quote.unassigned_cents, Cents::ZERO, "unassigned, seed {seed}");
        }
        SplitPlan::ByItem { .. } | SplitPlan::Custom { .. } => {
            assert!(covered <= quote.total_cents.get(), "seed {seed}")
        }
    }
    for share in &quote.shares {
        assert!(share.owes_cents <= share.share_cents.saturating_sub(share.paid_cents), "too much, seed {seed}");
        let items: i64 = share.items.iter().map(|item| item.amount_cents.get()).sum();
        match plan {
            SplitPlan::ByConsumption
            | SplitPlan::ByItem { .. }
            | SplitPlan::Mixed { rest: Rest::ByConsumption, .. } => {
                assert_eq!(items, share.share_cents.get(), "items, seed {seed}");
            }
            SplitPlan::Mixed { rest: Rest::Equal, .. } => assert!(items <= share.share_cents.get(), "seed {seed}"),
            SplitPlan::Equal { .. } | SplitPlan::Custom { .. } => assert_eq!(items, 0, "seed {seed}"),
        }
    }
}

/// The diners pay what they owe, one after the other; asking again changes nobody's sum but the payer's, to nothing.
fn pay_in_turn(dice: &mut Dice, mut bill: Bill, plan: &SplitPlan, mut last: Quote, seed: u64) {
    let mut turn: Vec<usize> = (0..bill.diners.len()).collect();
    dice.shuffle(&mut turn);
    for index in turn {
        let owed = last.shares[index].owes_cents;
        if owed == Cents::ZERO {
            continue;
        }
        pay(&mut bill, last.shares[index].diner_id, owed);
        let next = quote(&bill, plan, &[]).unwrap();
        for (place, (before, after)) in last.shares.iter().zip(&next.shares).enumerate() {
            let expected = if place == index { Cents::ZERO } else { before.owes_cents };
            assert_eq!(after.owes_cents, expected, "part {place} after {index} paid, seed {seed}");
        }
        assert_eq!(next.unassigned_cents, last.unassigned_cents, "seed {seed}");
        last = next;
    }
}

fn go_over(seeds: std::ops::Range<u64>) {
    for seed in seeds {
        let mut dice = Dice(seed);
        let bill = dice.bill();
        let plan = dice.plan(&bill);
        let told = quote(&bill, &plan, &[]).unwrap();
        check_sums(&told, &plan, seed);
        let (other_bill, other_plan) = dice.relist(&bill, &plan);
        assert_eq!(quote(&other_bill, &other_plan, &[]).as_ref(), Ok(&told), "order, seed {seed}");
        pay_in_turn(&mut dice, bill, &plan, told, seed);
    }
}

// Two tests, so that two cores share the work.

#[test]
fn quotes_add_up_in_any_order_and_after_any_payment() {
    go_over(0..500_000);
}

#[test]
fn quotes_add_up_in_any_order_and_after_any_payment_too() {
    go_over(500_000..1_000_000);
}
