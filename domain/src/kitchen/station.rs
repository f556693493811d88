//! Which station makes what. Stations are rows of a branch; here are the ones that a new branch begins with, and who
//! makes a dish of which nobody has said.

use super::station_words::suggested;
use crate::{
    status::word_enum,
    text::{Refused, text_access},
};
use serde::{Deserialize, Serialize};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

word_enum! {
    /// A station that every new branch has.
    Station {
        /// Drinks.
        Bar = "BAR",
        /// Everything without a better place.
        HotKitchen = "HOT_KITCHEN",
        /// Salads and cold starters.
        ColdKitchen = "COLD_KITCHEN",
        /// Meat over fire.
        Grill = "GRILL",
        /// Desserts.
        Pastry = "PASTRY",
        /// Whatever the office sends there.
        Other = "OTHER",
    }
}

impl Station {
    /// What a new branch calls it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bar => "Barra",
            Self::HotKitchen => "Cocina caliente",
            Self::ColdKitchen => "Cocina fría",
            Self::Grill => "Parrilla",
            Self::Pastry => "Postres",
            Self::Other => "Otro",
        }
    }

    /// The station that the names of a product's category and subcategory suggest (C13). The subcategory is asked
    /// first, being the more exact of the two: "Principales / Carnes" goes to the grill.
    #[must_use]
    pub fn for_menu_place(category: &str, subcategory: Option<&str>) -> Self {
        subcategory.and_then(suggested).or_else(|| suggested(category)).unwrap_or(Self::HotKitchen)
    }
}

/// Most characters of a code.
const LONGEST: usize = 30;

/// A station's code, as tickets have it: 1 to 30 of `A-Z`, digits and `_`, beginning with a letter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "orm", derive(sea_orm::DeriveValueType))]
#[serde(try_from = "String", into = "String")]
pub struct StationCode(String);

text_access! {
    [] StationCode, { .pattern(Some(r"^\s*[A-Za-z][A-Za-z0-9_]{0,29}\s*$")) };
}

impl StationCode {
    /// The code that a name makes: "Horno de pizza" is `HORNO_DE_PIZZA`. `None` where no letter of it can be used.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        let folded: String = name.nfd().filter(|letter| !is_combining_mark(*letter)).collect();
        let words = folded.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        let code = words.collect::<Vec<_>>().join("_");
        let code = code.trim_start_matches(|first: char| !first.is_ascii_alphabetic());
        let code: String = code.chars().take(LONGEST).collect();
        Self::try_from(code.trim_end_matches('_').to_owned()).ok()
    }

    /// The code, and then the same with the numbers from 2 on behind it: `BAR`, `BAR_2`, `BAR_3`.
    pub fn numbered(&self) -> impl Iterator<Item = Self> + '_ {
        let with = |number: u32| {
            let tail = format!("_{number}");
            // A code is ASCII.
            Self(format!("{}{tail}", &self.0[..self.0.len().min(LONGEST - tail.len())]))
        };
        std::iter::once(self.clone()).chain((2..).map(with))
    }
}

impl TryFrom<String> for StationCode {
    type Error = Refused;
    fn try_from(text: String) -> Result<Self, Refused> {
        let text = text.trim().to_ascii_uppercase();
        let is_known = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
        let begins = text.starts_with(|first: char| first.is_ascii_uppercase());
        if begins && text.len() <= LONGEST && text.bytes().all(is_known) {
            return Ok(Self(text));
        }
        Err(Refused::new("must be 1 to 30 of A-Z, digits and _, beginning with a letter"))
    }
}

impl From<Station> for StationCode {
    fn from(station: Station) -> Self {
        Self(station.as_str().to_owned())
    }
}

/// What decides who makes a dish.
#[derive(Clone, Copy, Debug)]
pub struct Dish<'a> {
    /// What the office said of the product.
    pub of_product: Option<&'a StationCode>,
    /// What it said of its category.
    pub of_category: Option<&'a StationCode>,
    /// The category's name.
    pub category: &'a str,
    /// The subcategory's name.
    pub subcategory: Option<&'a str>,
}

impl Dish<'_> {
    /// The station that makes it, of those that the branch has, in their order. What the office said counts where the
    /// branch has such a station; else the names of its place in the menu suggest one, and else it is the first.
    #[must_use]
    pub fn made_at(self, stations: &[StationCode]) -> StationCode {
        let said = [self.of_product, self.of_category].into_iter().flatten().find(|code| stations.contains(code));
        if let Some(code) = said {
            return code.clone();
        }
        let suggested = StationCode::from(Station::for_menu_place(self.category, self.subcategory));
        match stations.first() {
            Some(first) if !stations.contains(&suggested) => first.clone(),
            _ => suggested,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> StationCode {
        StationCode::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn the_subcategory_decides_before_the_category() {
        assert_eq!(Station::for_menu_place("Bebidas", Some("Gaseosas")), Station::Bar);
        assert_eq!(Station::for_menu_place("Principales", Some("Carnes")), Station::Grill);
        assert_eq!(Station::for_menu_place("Principales", Some("Ensaladas")), Station::ColdKitchen);
        assert_eq!(Station::for_menu_place("Principales", Some("Pastas")), Station::HotKitchen);
        assert_eq!(Station::for_menu_place("Postres", None), Station::Pastry);
        assert_eq!(Station::for_menu_place("Entradas", Some("Picadas")), Station::HotKitchen);
    }

    #[test]
    fn a_code_is_plain() {
        assert_eq!(code(" horno_2 ").as_str(), "HORNO_2");
        for wrong in ["", "2", "_A", "Á", "A B", "A-B", &"A".repeat(31)] {
            assert!(StationCode::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
        let of = |name: &str| StationCode::of_name(name).map(String::from);
        assert_eq!(of("Horno de pizza").as_deref(), Some("HORNO_DE_PIZZA"));
        assert_eq!(of("2ª Barra · Terraza").as_deref(), Some("BARRA_TERRAZA"));
        assert_eq!(of("Ñoquis").as_deref(), Some("NOQUIS"));
        assert_eq!(of("主食"), None);
        let bars: Vec<String> = code("BAR").numbered().take(3).map(String::from).collect();
        assert_eq!(bars, ["BAR", "BAR_2", "BAR_3"]);
        let long = code(&"A".repeat(30));
        assert_eq!(long.numbered().nth(1).map(String::from), Some(format!("{}_2", "A".repeat(28))));
        assert_eq!(of(&"Cocina ".repeat(9)).map(|code| code.len()), Some(30));
        for station in Station::ALL {
            assert_eq!(StationCode::from(*station), code(station.as_str()));
        }
    }

    #[test]
    fn what_the_office_said_counts_before_any_word() {
        let (oven, bar, gone) = (code("OVEN"), code("BAR"), code("GONE"));
        let stations = [oven.clone(), bar.clone()];
        let dish = Dish { of_product: None, of_category: None, category: "Bebidas", subcategory: None };
        assert_eq!(dish.made_at(&stations), bar);
        assert_eq!(Dish { of_category: Some(&oven), ..dish }.made_at(&stations), oven);
        assert_eq!(Dish { of_category: Some(&oven), of_product: Some(&bar), ..dish }.made_at(&stations), bar);
        assert_eq!(Dish { of_category: Some(&oven), of_product: Some(&gone), ..dish }.made_at(&stations), oven);
        assert_eq!(Dish { category: "Pastas", ..dish }.made_at(&stations), oven, "no hot kitchen here: the first");
        assert_eq!(dish.made_at(&[]), bar, "a branch without any");
    }
}
