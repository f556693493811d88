//! What is asked of whoever opens a business: one list for the command line, its prompts and the form of `/setup`.

/// Declares the fields with their words, so that none can be without one.
macro_rules! fields {
    ($($(#[$doc:meta])* $field:ident = $word:literal, $label:literal, $example:literal, $must:literal;)+) => {
        /// A field of the form.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Field {
            $($(#[$doc])* $field,)+
        }

        impl Field {
            /// Every field, in the order in which they are asked.
            pub const ALL: &'static [Self] = &[$(Self::$field),+];

            /// The name of the flag and of the form's input.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$field => $word,)+
                }
            }

            /// What people read.
            #[must_use]
            pub const fn label(self) -> &'static str {
                match self {
                    $(Self::$field => $label,)+
                }
            }

            /// A value that would do.
            #[must_use]
            pub const fn example(self) -> &'static str {
                match self {
                    $(Self::$field => $example,)+
                }
            }

            /// Whether it must be said.
            #[must_use]
            pub const fn is_needed(self) -> bool {
                match self {
                    $(Self::$field => $must,)+
                }
            }
        }
    };
}

fields! {
    /// What people call the business.
    Business = "business", "Name of the business", "Buen Provecho", true;
    /// What the operator's commands call it; made from the name.
    Slug = "slug", "Short name of the business, for commands", "buen-provecho", false;
    /// How its people sort names.
    Language = "language", "Language of its people", "es-AR", false;
    /// What guests call the first branch.
    Branch = "branch", "Name of the first branch", "Centro", true;
    /// What links and QR codes call it; made from the name.
    BranchSlug = "branch-slug", "Short name of the branch, for links and QR codes", "centro", false;
    /// Whose midnight ends its day.
    TimeZone = "time-zone", "Time zone of the branch", "America/Argentina/Mendoza", true;
    /// What its prices are in.
    Currency = "currency", "Currency of the branch", "ARS", true;
    /// Street and town.
    Address = "address", "Address of the branch", "San Martín 123, Mendoza", false;
    /// How phones join a table.
    Join = "join", "How phones join a table: qr_secret (only who scans the code on the table; recommended) or open",
        "qr_secret", false;
    /// The login of the first administrator.
    Email = "email", "E-mail address of the first administrator, their login", "ana@example.com", true;
    /// Given name.
    FirstName = "first-name", "Their given name", "Ana", false;
    /// Family name.
    LastName = "last-name", "Their family name", "Gómez", false;
    /// The floor.
    Tables = "tables", "Tables, as `INT 1-20, TER 1-8 x6` (a sector's prefix, numbers, seats)", "INT 1-20, TER 1-8",
        false;
    /// The password of the first administrator. It is typed, read from a file or made up; no flag takes it.
    Password = "password", "Password of the first administrator", "at least 8 characters", true;
}
