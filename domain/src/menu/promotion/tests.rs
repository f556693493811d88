use super::*;
use proptest::prelude::*;

const BURGER: ProductId = ProductId(101);
const COLA: ProductId = ProductId(102);

fn cents(amount: i64) -> Cents {
    Cents::new(amount).unwrap()
}

fn promotion(id: i64, price: i64, items: &[(ProductId, i32)]) -> Promotion {
    Promotion { id: PromotionId(id), price: cents(price), items: items.to_vec() }
}

fn wanted(product: ProductId, qty: i32, regular: i64) -> UnpricedLine {
    UnpricedLine { product, qty, regular: cents(regular) }
}

fn parts(lines: &[UnpricedLine], promotions: &[Promotion]) -> Vec<(usize, i32, i64)> {
    price(lines, promotions).iter().map(|part| (part.line, part.qty, part.price.get())).collect()
}

#[test]
fn one_portion_at_its_own_price_lowers_every_portion() {
    let happy = promotion(1, 900, &[(COLA, 1)]);
    assert_eq!(parts(&[wanted(COLA, 3, 1_500)], std::slice::from_ref(&happy)), [(0, 3, 900)]);
    // What is dearer than the menu helps nobody.
    assert_eq!(parts(&[wanted(COLA, 3, 800)], &[happy]), [(0, 3, 800)]);
}

#[test]
fn two_for_one_takes_pairs() {
    let two = promotion(1, 1_500, &[(COLA, 2)]);
    assert_eq!(parts(&[wanted(COLA, 5, 1_500)], std::slice::from_ref(&two)), [(0, 1, 1_500), (0, 4, 750)]);
    // A pair may be of two diners.
    assert_eq!(
        parts(&[wanted(COLA, 1, 1_500), wanted(COLA, 1, 1_500)], std::slice::from_ref(&two)),
        [(0, 1, 750), (1, 1, 750)]
    );
    let odd = promotion(1, 1_501, &[(COLA, 2)]);
    assert_eq!(parts(&[wanted(COLA, 4, 1_500)], &[odd]), [(0, 2, 751), (0, 2, 750)]);
}

#[test]
fn a_combo_is_spread_by_what_its_parts_cost() {
    let combo = promotion(1, 9_000, &[(BURGER, 1), (COLA, 1)]);
    let lines = [wanted(BURGER, 2, 8_500), wanted(COLA, 1, 1_500)];
    assert_eq!(parts(&lines, std::slice::from_ref(&combo)), [(0, 1, 8_500), (0, 1, 7_650), (1, 1, 1_350)]);
    assert_eq!(parts(&lines[..1], &[combo]), [(0, 2, 8_500)]);
}

#[test]
fn the_bundle_that_saves_most_comes_first() {
    let small = promotion(1, 1_400, &[(COLA, 2)]);
    let large = promotion(2, 7_000, &[(BURGER, 1), (COLA, 2)]);
    let lines = [wanted(BURGER, 1, 8_500), wanted(COLA, 2, 1_500)];
    let total: i64 = parts(&lines, &[small, large]).iter().map(|(_, qty, price)| i64::from(*qty) * price).sum();
    assert_eq!(total, 7_000);
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn happy_hour() -> Validity {
    let time = |text: &str| NaiveTime::parse_from_str(text, "%H:%M").unwrap();
    Validity {
        start_date: "2026-01-10".parse().unwrap(),
        end_date: "2026-01-11".parse().unwrap(),
        start_time: time("18:00"),
        end_time: time("19:59"),
    }
}

#[test]
fn it_holds_on_the_branchs_own_clock_to_the_end_of_its_last_minute() {
    let zone = timezone::DEFAULT_TIME_ZONE;
    let holds = |text: &str| happy_hour().holds(at(text), zone);
    assert!(!holds("2026-01-09T21:30:00Z"));
    assert!(!holds("2026-01-10T20:59:59Z"));
    assert!(holds("2026-01-10T21:00:00Z"));
    assert!(holds("2026-01-10T22:59:59Z"));
    assert!(!holds("2026-01-10T23:00:00Z"));
    assert!(holds("2026-01-11T22:00:00Z"));
    assert!(!holds("2026-01-12T22:00:00Z"));
}

#[test]
fn an_hour_that_comes_twice_neither_ends_nor_begins_it_again() {
    let night = Validity {
        start_date: "2026-10-25".parse().unwrap(),
        end_date: "2026-10-25".parse().unwrap(),
        start_time: NaiveTime::from_hms_opt(2, 30, 0).unwrap(),
        end_time: NaiveTime::from_hms_opt(5, 59, 0).unwrap(),
    };
    let zone = "Europe/Madrid";
    // From the first 02:30 (00:30 UTC) on, also while the clock shows 02:15 again.
    let holds = |text: &str| night.holds(at(text), zone);
    assert!(!holds("2026-10-25T00:29:00Z"));
    assert!(holds("2026-10-25T00:30:00Z") && holds("2026-10-25T01:15:00Z") && holds("2026-10-25T04:59:59Z"));
    assert!(!holds("2026-10-25T05:00:00Z"));
    assert_eq!(night.next_change(at("2026-10-25T00:30:00Z"), zone), Some(at("2026-10-25T05:00:00Z")));
}

#[test]
fn a_menu_may_be_kept_until_the_next_change() {
    let next = |text: &str| happy_hour().next_change(at(text), timezone::DEFAULT_TIME_ZONE);
    assert_eq!(next("2026-01-01T12:00:00Z"), Some(at("2026-01-10T21:00:00Z")));
    assert_eq!(next("2026-01-10T21:00:00Z"), Some(at("2026-01-10T23:00:00Z")));
    assert_eq!(next("2026-01-10T23:00:00Z"), Some(at("2026-01-11T21:00:00Z")));
    assert_eq!(next("2026-01-11T23:00:00Z"), None);
}

fn any_lines() -> impl Strategy<Value = Vec<UnpricedLine>> {
    // A product has one price in a branch.
    let line =
        (101_i64..105, 1_i32..12).prop_map(|(product, qty)| wanted(ProductId(product), qty, (product - 100) * 1_111));
    proptest::collection::vec(line, 1..6)
}

fn any_promotions() -> impl Strategy<Value = Vec<Promotion>> {
    let items = proptest::collection::btree_map(101_i64..106, 1_i32..4, 1..4);
    let one = (0_i64..12_000, items).prop_map(|(price, items)| {
        let items: Vec<_> = items.into_iter().map(|(product, qty)| (ProductId(product), qty)).collect();
        promotion(0, price, &items)
    });
    proptest::collection::vec(one, 0..5).prop_map(|mut all| {
        (1..).zip(&mut all).for_each(|(id, promotion)| promotion.id = PromotionId(id));
        all
    })
}

proptest! {
    #[test]
    fn no_portion_is_lost_doubled_or_dearer(lines in any_lines(), promotions in any_promotions()) {
        let parts = price(&lines, &promotions);
        for (at, line) in lines.iter().enumerate() {
            let of_line: Vec<_> = parts.iter().filter(|part| part.line == at).collect();
            prop_assert_eq!(of_line.iter().map(|part| part.qty).sum::<i32>(), line.qty);
            let (shown, _) = lowest(line.product, line.regular, &promotions);
            prop_assert!(of_line.iter().all(|part| part.qty > 0 && part.price <= shown));
        }
        prop_assert!(parts.windows(2).all(|pair| pair[0].line <= pair[1].line));
    }

    #[test]
    fn a_bundle_costs_its_price_to_the_cent(lines in any_lines(), promotions in any_promotions()) {
        let parts = price(&lines, &promotions);
        for bundle in promotions.iter().filter(|promotion| promotion.single().is_none()) {
            let of_it: Vec<_> = parts.iter().filter(|part| part.promotion == Some(bundle.id)).collect();
            let portions: i32 = of_it.iter().map(|part| part.qty).sum();
            let each: i32 = bundle.items.iter().map(|(_, qty)| qty).sum();
            prop_assert_eq!(portions % each, 0);
            let paid: i64 = of_it.iter().map(|part| part.price.get() * i64::from(part.qty)).sum();
            prop_assert_eq!(paid, bundle.price.get() * i64::from(portions / each));
        }
    }
}
