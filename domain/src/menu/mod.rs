//! The menu's closed vocabularies.

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
