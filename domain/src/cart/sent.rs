//! Which lines of the shared cart a sent order is made of.
//!
//! A phone sends its own view of the cart, and that view can be old: a line of somebody else may be missing, or a
//! quantity may be lower. So a sent line is matched with the cart's lines by product and choices, then by the name that
//! its note begins with, then by quantity. Only what matches leaves; what a phone did not see stays.
//!
//! The same match tells a repeat: what a round took from the cart a moment ago cannot be taken again (I7). And it tells
//! whose a dish is: the shipped app names its guest in the note alone, the cart's line knows its diner.

use crate::{DinerId, ProductId, menu::Choices, text::Quantity};
use serde::{Deserialize, Serialize};

/// Portions of a dish in the cart of one diner, or taken from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CartPortions {
    /// What.
    pub product_id: ProductId,
    /// What is chosen of it.
    pub choices: Choices,
    /// Whose.
    pub diner_id: DinerId,
    /// How many.
    pub quantity: i32,
}

/// A diner's id and name.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct NamedDiner {
    /// The diner.
    pub id: DinerId,
    /// The name, not unique at the table.
    pub name: String,
}

/// A line of an order, as far as the cart is concerned.
#[derive(Clone, Copy, Debug)]
pub struct SentLine<'a> {
    /// What.
    pub product_id: ProductId,
    /// What is chosen of it.
    pub choices: &'a Choices,
    /// Whose, where the client says so.
    pub diner_id: Option<DinerId>,
    /// The note; the shipped app begins it with the diner's name in brackets.
    pub notes: Option<&'a str>,
    /// How many.
    pub quantity: Quantity,
}

/// What a match came to: how many portions of each sent line were found, and how many of each cart line they use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Match {
    /// By the place of the sent line.
    pub found: Vec<i32>,
    /// By the place of the cart's line.
    pub used: Vec<i32>,
    /// Whose portions were found, by the place of the sent line: how many of which diner's, each diner once.
    pub whose: Vec<Vec<(DinerId, i32)>>,
}

impl Match {
    /// Whose the portions of a sent line are, `ordered` of which become dishes: those of the cart are their diners'.
    /// The rest is `otherwise`'s; where that is nobody and one diner has all that was found, the diner's who made more
    /// of it.
    #[must_use]
    pub fn dishes(&self, line: usize, ordered: i32, otherwise: Option<DinerId>) -> Vec<(Option<DinerId>, i32)> {
        let mut dishes: Vec<(Option<DinerId>, i32)> = Vec::new();
        let mut left = ordered;
        let whose = self.whose.get(line).map_or(&[][..], Vec::as_slice);
        let only = if let [(diner, _)] = whose { Some(*diner) } else { None };
        let found = whose.iter().map(|(diner, portions)| (Some(*diner), *portions));
        for (diner, portions) in found.chain([(otherwise.or(only), ordered)]) {
            let portions = portions.min(left);
            left -= portions;
            match dishes.iter_mut().find(|(known, _)| *known == diner) {
                Some((_, of_diner)) => *of_diner += portions,
                None if portions > 0 => dishes.push((diner, portions)),
                None => {}
            }
        }
        dishes
    }
}

/// The one guest of the table whose a sent line is said to be: by its id, or by the name that its note begins with
/// where only one bears it.
#[must_use]
pub fn guest_of(line: &SentLine<'_>, diners: &[NamedDiner]) -> Option<DinerId> {
    match Owner::of(line, diners) {
        Owner::AmongThese(ids) if ids.len() == 1 => ids.first().copied(),
        Owner::AmongThese(_) | Owner::Unknown => None,
    }
}

/// Whose a sent line is.
enum Owner {
    /// Any diner's.
    Unknown,
    /// One of these: names are not unique.
    AmongThese(Vec<DinerId>),
}

impl Owner {
    fn of(line: &SentLine<'_>, diners: &[NamedDiner]) -> Self {
        if let Some(id) = line.diner_id.filter(|id| diners.iter().any(|diner| diner.id == *id)) {
            return Self::AmongThese(vec![id]);
        }
        let note = line.notes.map(plain).unwrap_or_default();
        let Some(named) = note.strip_prefix('[') else { return Self::Unknown };
        let is_named = |diner: &&NamedDiner| named.strip_prefix(plain(&diner.name).as_str()).is_some_and(closes);
        let ids: Vec<DinerId> = diners.iter().filter(is_named).map(|diner| diner.id).collect();
        if ids.is_empty() { Self::Unknown } else { Self::AmongThese(ids) }
    }

    fn is(&self, diner: DinerId) -> bool {
        match self {
            Self::Unknown => true,
            Self::AmongThese(ids) => ids.contains(&diner),
        }
    }
}

fn closes(rest: &str) -> bool {
    rest.starts_with(']')
}

/// The text in lower case without the HTML escapes that the shipped app writes into notes.
fn plain(text: &str) -> String {
    const ESCAPES: [(&str, &str); 7] = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#x27;", "'"),
        ("&#39;", "'"),
        ("&#x2F;", "/"),
        ("&amp;", "&"),
    ];
    ESCAPES.iter().fold(text.trim().to_owned(), |text, (escape, sign)| text.replace(escape, sign)).to_lowercase()
}

/// Matches what is sent with what there is. `wanted` says how many portions of each sent line still look for theirs.
///
/// Lines whose diner is known come first, and of those the ones whose quantity fits exactly, so that a line without a
/// name takes what nobody named. A line of a known diner never uses another diner's portions.
#[must_use]
pub fn match_lines(sent: &[SentLine<'_>], wanted: &[i32], there: &[CartPortions], diners: &[NamedDiner]) -> Match {
    let owners: Vec<Owner> = sent.iter().map(|line| Owner::of(line, diners)).collect();
    let mut left: Vec<i32> = there.iter().map(|portions| portions.quantity).collect();
    let mut found = vec![0; sent.len()];
    let mut whose: Vec<Vec<(DinerId, i32)>> = vec![Vec::new(); sent.len()];
    for (is_known, is_exact) in [(true, true), (true, false), (false, true), (false, false)] {
        for (at, (line, owner)) in sent.iter().zip(&owners).enumerate() {
            if matches!(owner, Owner::AmongThese(_)) != is_known {
                continue;
            }
            for (portions, left) in there.iter().zip(&mut left) {
                let missing = wanted[at] - found[at];
                let is_same = portions.product_id == line.product_id
                    && portions.choices == *line.choices
                    && owner.is(portions.diner_id);
                if !is_same || (is_exact && *left != missing) {
                    continue;
                }
                let taken = missing.min(*left);
                found[at] += taken;
                *left -= taken;
                note(&mut whose[at], portions.diner_id, taken);
            }
        }
    }
    let used = there.iter().zip(left).map(|(portions, left)| portions.quantity - left).collect();
    Match { found, used, whose }
}

fn note(whose: &mut Vec<(DinerId, i32)>, diner: DinerId, taken: i32) {
    match whose.iter_mut().find(|(known, _)| *known == diner) {
        Some((_, portions)) => *portions += taken,
        None if taken > 0 => whose.push((diner, taken)),
        None => {}
    }
}

#[cfg(test)]
mod tests;
