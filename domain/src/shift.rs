//! Parts of the working day.

use crate::status::text_enum;

text_enum! {
    /// A part of the working day. An assignment without one is for the whole day.
    Shift {
        /// Until after lunch.
        Morning = "MORNING",
        /// Between lunch and dinner.
        Afternoon = "AFTERNOON",
        /// Dinner.
        Night = "NIGHT",
    }
}
