//! Which portions leave the cart, whoever's view is sent.

use super::*;
use crate::CustomizationId;
use proptest::prelude::*;

const ANA: i64 = 1;
const BETO: i64 = 2;
const OTHER_ANA: i64 = 3;
const SOUP: i64 = 101;
const PASTA: i64 = 102;
static NONE: Choices = Choices::NONE;

fn diners() -> Vec<NamedDiner> {
    let names = [(ANA, "Ana"), (BETO, "Beto [B] & Co"), (OTHER_ANA, "ANA")];
    names.map(|(id, name)| NamedDiner { id: DinerId(id), name: name.into() }).into()
}

fn there(lines: &[(i64, i64, i32)]) -> Vec<CartPortions> {
    let line = |&(diner, product, quantity): &(i64, i64, i32)| CartPortions {
        product_id: ProductId(product),
        choices: Choices::NONE,
        diner_id: DinerId(diner),
        quantity,
    };
    lines.iter().map(line).collect()
}

fn sent(product: i64, quantity: i64, notes: Option<&str>) -> SentLine<'_> {
    let quantity = Quantity::try_from(quantity).unwrap();
    SentLine { product_id: ProductId(product), choices: &NONE, diner_id: None, notes, quantity }
}

fn used(lines: &[SentLine<'_>], cart: &[(i64, i64, i32)]) -> (Vec<i32>, Vec<i32>) {
    let wanted: Vec<i32> = lines.iter().map(|line| line.quantity.get()).collect();
    let Match { found, used, .. } = match_lines(lines, &wanted, &there(cart), &diners());
    (found, used)
}

#[test]
fn only_what_was_sent_leaves_and_of_two_quantities_the_smaller() {
    let cart = [(ANA, SOUP, 2), (BETO, PASTA, 1)];
    assert_eq!(used(&[sent(SOUP, 2, None)], &cart), (vec![2], vec![2, 0]));
    assert_eq!(used(&[sent(SOUP, 1, None)], &cart), (vec![1], vec![1, 0]));
    assert_eq!(used(&[sent(SOUP, 5, None)], &cart), (vec![2], vec![2, 0]));
    assert_eq!(used(&[sent(103, 1, None)], &cart), (vec![0], vec![0, 0]));
}

#[test]
fn the_name_in_the_note_says_whose_line_it_is() {
    let cart = [(BETO, SOUP, 1), (ANA, SOUP, 1)];
    for note in ["[Ana]", "[ana] sin sal", " [Ana] "] {
        assert_eq!(used(&[sent(SOUP, 1, Some(note))], &cart), (vec![1], vec![0, 1]), "{note}");
    }
    for note in ["[Beto [B] & Co]", "[Beto [B] &amp; Co] sin sal"] {
        assert_eq!(used(&[sent(SOUP, 2, Some(note))], &cart), (vec![1], vec![1, 0]), "{note}");
    }
    // Nobody of that name: what the note says in brackets is no name.
    for note in ["[Anabel]", "[sin sal]", "sin sal [Ana]", "[", "[]", ""] {
        assert_eq!(used(&[sent(SOUP, 1, Some(note))], &cart), (vec![1], vec![1, 0]), "{note}");
    }
}

#[test]
fn a_diner_without_such_a_line_takes_nobody_elses() {
    assert_eq!(used(&[sent(SOUP, 1, Some("[Ana]"))], &[(BETO, SOUP, 1)]), (vec![0], vec![0]));
    let of_beto = SentLine { diner_id: Some(DinerId(BETO)), ..sent(SOUP, 1, Some("[Ana]")) };
    assert_eq!(used(&[of_beto], &[(ANA, SOUP, 1), (BETO, SOUP, 1)]), (vec![1], vec![0, 1]));
    let of_a_stranger = SentLine { diner_id: Some(DinerId(99)), ..sent(SOUP, 1, Some("[Ana]")) };
    assert_eq!(used(&[of_a_stranger], &[(BETO, SOUP, 1), (ANA, SOUP, 1)]), (vec![1], vec![0, 1]));
}

/// Who gets how many of the first sent line as dishes; 0 for nobody.
fn dishes(line: SentLine<'_>, cart: &[(i64, i64, i32)]) -> Vec<(i64, i32)> {
    let quantity = line.quantity.get();
    let found = match_lines(&[line], &[quantity], &there(cart), &diners());
    let dishes = found.dishes(0, quantity, guest_of(&line, &diners()));
    dishes.into_iter().map(|(diner, portions)| (diner.map_or(0, DinerId::get), portions)).collect()
}

#[test]
fn a_dish_is_the_diners_whose_line_it_was() {
    let cart = [(ANA, SOUP, 2), (BETO, SOUP, 1)];
    assert_eq!(dishes(sent(SOUP, 2, Some("[Beto [B] & Co]")), &cart), [(BETO, 2)], "one of them is in no cart");
    assert_eq!(dishes(sent(SOUP, 2, Some("[Ana]")), &cart), [(ANA, 2)], "two are called so, one has it in the cart");
    // Without a name each portion is whose line it is made of, and what nobody put there is nobody's.
    assert_eq!(dishes(sent(SOUP, 3, None), &cart), [(ANA, 2), (BETO, 1)]);
    assert_eq!(dishes(sent(SOUP, 4, None), &cart), [(ANA, 2), (BETO, 1), (0, 1)]);
    assert_eq!(dishes(sent(SOUP, 3, None), &[(BETO, SOUP, 1)]), [(BETO, 3)], "its diner made more of it");
    assert_eq!(dishes(sent(SOUP, 1, None), &[]), [(0, 1)]);
    assert_eq!(dishes(sent(SOUP, 1, Some("[Ana]")), &[]), [(0, 1)], "which of the two nobody knows");
    assert_eq!(dishes(sent(SOUP, 1, Some("[Beto [B] & Co]")), &[]), [(BETO, 1)]);
    // Several lines of one diner's are one dish.
    assert_eq!(dishes(sent(SOUP, 3, None), &[(ANA, SOUP, 1), (BETO, SOUP, 1), (ANA, SOUP, 1)]), [(ANA, 2), (BETO, 1)]);
    let of_beto = SentLine { diner_id: Some(DinerId(BETO)), ..sent(SOUP, 1, Some("[Ana]")) };
    assert_eq!(dishes(of_beto, &cart), [(BETO, 1)]);
}

#[test]
fn of_one_name_the_quantity_decides() {
    let cart = [(ANA, SOUP, 1), (OTHER_ANA, SOUP, 2)];
    assert_eq!(used(&[sent(SOUP, 2, Some("[Ana]"))], &cart), (vec![2], vec![0, 2]));
    let both = [sent(SOUP, 2, Some("[Ana]")), sent(SOUP, 1, Some("[Ana]"))];
    assert_eq!(used(&both, &cart), (vec![2, 1], vec![1, 2]));
    assert_eq!(used(&[sent(SOUP, 3, Some("[Ana]"))], &cart), (vec![3], vec![1, 2]));
}

#[test]
fn who_is_named_comes_before_who_is_not() {
    let cart = [(ANA, SOUP, 1), (BETO, SOUP, 1)];
    let lines = [sent(SOUP, 1, None), sent(SOUP, 1, Some("[Ana]"))];
    assert_eq!(used(&lines, &cart), (vec![1, 1], vec![1, 1]));
}

#[test]
fn another_choice_is_another_line() {
    let cheese = Choices::try_from(vec![CustomizationId(7)]).unwrap();
    let mut cart = there(&[(ANA, SOUP, 1), (BETO, SOUP, 1)]);
    cart[0].choices = cheese.clone();
    assert_eq!(match_lines(&[sent(SOUP, 1, None)], &[1], &cart, &diners()).used, [0, 1]);
    let with_cheese = SentLine { choices: &cheese, ..sent(SOUP, 2, None) };
    assert_eq!(match_lines(&[with_cheese], &[2], &cart, &diners()).used, [1, 0]);
}

proptest! {
    /// Whatever is sent, nothing is used twice and nothing is made up.
    #[test]
    fn portions_are_found_where_they_are(
        cart in prop::collection::vec((1..4_i64, 101..104_i64, 1..6_i32), 0..8),
        lines in prop::collection::vec((101..104_i64, 1..6_i64, 0..4_usize), 0..8),
    ) {
        let notes = [None, Some("[Ana]"), Some("[Beto [B] & Co]"), Some("x")];
        let lines: Vec<_> = lines.into_iter().map(|(product, qty, note)| sent(product, qty, notes[note])).collect();
        let (found, used) = used(&lines, &cart);
        prop_assert_eq!(found.iter().sum::<i32>(), used.iter().sum::<i32>());
        for (found, line) in found.iter().zip(&lines) {
            prop_assert!((0..=line.quantity.get()).contains(found));
        }
        for (used, line) in used.iter().zip(&cart) {
            prop_assert!((0..=line.2).contains(used));
        }
        for product in 101..104 {
            let sent: i32 = lines.iter().filter(|l| l.product_id.0 == product).map(|l| l.quantity.get()).sum();
            let gone: i32 = cart.iter().zip(&used).filter(|(l, _)| l.1 == product).map(|(_, used)| *used).sum();
            prop_assert!(gone <= sent);
        }
    }
}
