//! The menu: its closed vocabularies, when something is served ([`ServiceHours`]), how much of it is left ([`Supply`]),
//! what diners choose of it ([`Choice`]), and what it costs for a while ([`Promotion`]).

mod choice;
mod hours;
mod promotion;
mod supply;

pub use choice::{Choice, Choices, in_words};
pub use hours::{ServiceHours, Timetable, Window};
pub use promotion::{Priced, Promotion, UnpricedLine, Validity, lowest, price};
pub use supply::{MOST_PORTIONS, Short, Supply, SupplyChange, SupplyRefused};

use crate::status::text_enum;

text_enum! {
    /// How a product relates to an allergen.
    Presence {
        /// It is an ingredient.
        Contains = "contains",
        /// Traces are possible.
        MayContain = "may_contain",
        /// Declared free of it.
        FreeFrom = "free_from",
    }
}

text_enum! {
    /// How bad a reaction can be.
    Severity {
        /// Discomfort.
        Mild = "mild",
        /// Needs attention.
        Moderate = "moderate",
        /// Needs a doctor.
        Severe = "severe",
        /// Can kill.
        LifeThreatening = "life_threatening",
    }
}

text_enum! {
    /// How likely a cross-reaction is.
    Probability {
        /// Common.
        High = "high",
        /// Possible.
        Medium = "medium",
        /// Rare.
        Low = "low",
    }
}

text_enum! {
    /// A diet that a diner keeps.
    Diet {
        /// No meat.
        Vegetarian = "vegetarian",
        /// Nothing from animals.
        Vegan = "vegan",
        /// No gluten.
        GlutenFree = "gluten_free",
        /// No milk.
        DairyFree = "dairy_free",
        /// Not even traces of gluten.
        CeliacSafe = "celiac_safe",
        /// Hardly any carbohydrates.
        Keto = "keto",
        /// Little salt.
        LowSodium = "low_sodium",
    }
}

text_enum! {
    /// How careful the allergen filter is.
    Strictness {
        /// Hides what contains an allergen.
        Strict = "strict",
        /// Hides what may contain it, too.
        VeryStrict = "very_strict",
    }
}
