//! The floor of a new branch as an operator writes it in one line: `INT 1-20, TER 1-8 x6, Barra: BAR 1-4 x2`.

use super::{TableCode, code::numbered};
use crate::{
    sector::Prefix,
    text::{Name, Refused},
};
use std::collections::BTreeSet;

/// Most tables of one line: no dining room has more.
const MOST: usize = 500;
/// Seats of a table where the line says none.
const SEATS: i32 = 4;
/// The highest number of a table.
const LAST: u32 = 999;
/// The most seats of a table.
const MOST_SEATS: i32 = 50;

/// A part of the floor with its tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What the sector is called.
    pub name: String,
    /// What the codes of its tables begin with.
    pub prefix: String,
    /// Each table's code and seats.
    pub tables: Vec<(String, i32)>,
}

/// The parts of the floor, in the order in which they were written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FloorPlan(Vec<Part>);

impl FloorPlan {
    /// The parts.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.0
    }

    /// How many tables there are.
    #[must_use]
    pub fn tables(&self) -> usize {
        self.0.iter().map(|part| part.tables.len()).sum()
    }

    /// Adds what one piece of the line says; pieces of one prefix are one part.
    fn add(&mut self, said: &str) -> Result<(), Refused> {
        let (name, rest) = match said.split_once(':') {
            Some((name, rest)) => (Some(Name::<100>::try_from(name.to_owned())?), rest),
            None => (None, said),
        };
        let mut words = rest.split_whitespace();
        let prefix = words.next().ok_or_else(|| about(said, "names no prefix, as `INT` in `INT 1-20`"))?;
        let prefix = Prefix::try_from(prefix.to_owned()).map_err(|why| about(said, &format!("its prefix {why}")))?;
        let numbers = words.next().ok_or_else(|| about(said, "says no numbers, as `1-20` in `INT 1-20`"))?;
        let (first, last) = range(numbers).ok_or_else(|| about(said, RANGE))?;
        let seats = words.next().map_or(Some(SEATS), seats);
        let seats = seats.ok_or_else(|| about(said, "its seats must be from x1 to x50, as `x6`"))?;
        if words.next().is_some() {
            return Err(about(said, "says more than a prefix, numbers and seats; put a comma between two sectors"));
        }
        let codes: Vec<_> = (first..=last).map(|number| (numbered(prefix.as_str(), number), seats)).collect();
        match self.0.iter_mut().find(|part| part.prefix == prefix.as_str()) {
            Some(part) => part.tables.extend(codes),
            None => {
                let name = name.map_or_else(|| prefix.as_str().to_owned(), Into::into);
                self.0.push(Part { name, prefix: prefix.into(), tables: codes });
            }
        }
        Ok(())
    }
}

const RANGE: &str = "its numbers must be one number or two with a hyphen, the lower first, from 1 to 999, as `1-20`";

/// A refusal that quotes the piece of the line which is wrong.
fn about(said: &str, why: &str) -> Refused {
    Refused::new(&format!("`{}`: {why}", said.trim()))
}

fn range(text: &str) -> Option<(u32, u32)> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (first.parse().ok()?, last.parse().ok()?);
    (1 <= first && first <= last && last <= LAST).then_some((first, last))
}

fn seats(text: &str) -> Option<i32> {
    text.strip_prefix('x')?.parse().ok().filter(|seats| (1..=MOST_SEATS).contains(seats))
}

impl TryFrom<String> for FloorPlan {
    type Error = Refused;
    fn try_from(text: String) -> Result<Self, Refused> {
        let mut plan = Self::default();
        for said in text.split([',', ';', '\n']).filter(|said| !said.trim().is_empty()) {
            plan.add(said)?;
            if plan.tables() > MOST {
                return Err(Refused::new("must be at most 500 tables in all"));
            }
        }
        let mut seen = BTreeSet::new();
        for (code, _) in plan.0.iter().flat_map(|part| &part.tables) {
            if !seen.insert(code) {
                return Err(Refused::new(&format!("names table {code} twice")));
            }
            TableCode::try_from(code.clone())?;
        }
        Ok(plan)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(text: &str) -> Result<FloorPlan, String> {
        FloorPlan::try_from(text.to_owned()).map_err(|refused| refused.to_string())
    }

    #[test]
    fn a_line_lays_the_floor() {
        let plan = plan("INT 1-3, ter 1-2 x6; Barra: BAR 7 x2,, INT 10").unwrap();
        let [inside, terrace, bar] = plan.parts() else { panic!("{plan:?}") };
        assert_eq!((inside.name.as_str(), inside.prefix.as_str()), ("INT", "INT"));
        let codes: Vec<&str> = inside.tables.iter().map(|(code, _)| code.as_str()).collect();
        assert_eq!(codes, ["INT-01", "INT-02", "INT-03", "INT-10"]);
        assert_eq!(terrace.tables, [("TER-01".to_owned(), 6), ("TER-02".to_owned(), 6)]);
        assert_eq!((bar.name.as_str(), &bar.tables[..]), ("Barra", &[("BAR-07".to_owned(), 2)][..]));
        assert_eq!(plan.tables(), 7);
    }

    #[test]
    fn no_line_is_no_table() {
        assert!(plan("").unwrap().parts().is_empty() && plan(" , ").unwrap().parts().is_empty());
    }

    #[test]
    fn what_is_wrong_is_quoted() {
        for (wrong, said) in [
            ("INT", "`INT`: says no numbers"),
            ("INT 20-1", "`INT 20-1`: its numbers"),
            ("INT 0-3", "from 1 to 999"),
            ("INT 1-1000", "from 1 to 999"),
            ("INT 1-x", "its numbers"),
            ("INT 1-3 6", "its seats"),
            ("INT 1-3 x0", "its seats"),
            ("I 1-3", "its prefix must be two to four letters"),
            ("INT 1-3 TER 1-2", "its seats"),
            ("INT 1-3 x4 TER", "put a comma"),
            ("INT 1-5, INT 5-8", "names table INT-05 twice"),
            ("AA 1-400, BB 1-101", "at most 500 tables"),
            (": INT 1", "must not be empty"),
        ] {
            let refused = plan(wrong).unwrap_err();
            assert!(refused.contains(said), "{wrong}: {refused}");
        }
    }
}
