//! Which station makes what.

use super::station_words::suggested;
use crate::status::text_enum;

text_enum! {
    /// A place in the kitchen that gets tickets of its own.
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
        /// Set by hand only.
        Other = "OTHER",
    }
}

impl Station {
    /// The station that the names of a product's category and subcategory suggest (C13). The subcategory is asked
    /// first, being the more exact of the two: "Principales / Carnes" goes to the grill.
    #[must_use]
    pub fn for_menu_place(category: &str, subcategory: Option<&str>) -> Self {
        subcategory.and_then(suggested).or_else(|| suggested(category)).unwrap_or(Self::HotKitchen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_subcategory_decides_before_the_category() {
        assert_eq!(Station::for_menu_place("Bebidas", Some("Gaseosas")), Station::Bar);
        assert_eq!(Station::for_menu_place("Principales", Some("Carnes")), Station::Grill);
        assert_eq!(Station::for_menu_place("Principales", Some("Ensaladas")), Station::ColdKitchen);
        assert_eq!(Station::for_menu_place("Principales", Some("Pastas")), Station::HotKitchen);
        assert_eq!(Station::for_menu_place("Postres", None), Station::Pastry);
        assert_eq!(Station::for_menu_place("Entradas", Some("Picadas")), Station::HotKitchen);
    }
}
