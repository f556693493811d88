//! The closed lists that recipes and products choose from.

use crate::status::text_enum;

text_enum! {
    /// A list of words, as its path names it (U4).
    Catalog {
        /// How something is cooked.
        CookingMethods = "cooking-methods",
        /// How it tastes.
        FlavorProfiles = "flavor-profiles",
        /// How it feels.
        TextureProfiles = "texture-profiles",
        /// Where it comes from.
        CuisineTypes = "cuisine-types",
    }
}
