//! How a closed set of words is declared, and what an illegal transition says.

/// An action that a thing's present state does not allow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot {action} a {noun} that is {from}")]
pub struct IllegalTransition {
    /// What was asked to change (`round`, `service call`, …).
    pub noun: &'static str,
    /// The state it is in, as the wire spells it.
    pub from: &'static str,
    /// What was to be done with it.
    pub action: &'static str,
}

/// An enum whose values are fixed words of the wire.
///
/// The words are matched as bare tokens: a `literal` fragment reaches the derives wrapped, and the OpenAPI document
/// would then list the variants in place of the words.
macro_rules! word_enum {
    ($(#$doc:tt)* $name:ident { $($(#$variant_doc:tt)* $variant:ident = $text:tt,)+ }) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        $(#$doc)*
        pub enum $name {
            $(
                $(#$variant_doc)*
                #[serde(rename = $text)]
                $variant,
            )+
        }

        impl $name {
            /// Every value, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

/// The same, of words that are also in the database. The database's CHECK constraints repeat them; `store` has a test
/// that holds them against [`ALL`](crate::Role::ALL).
macro_rules! text_enum {
    ($(#$doc:tt)* $name:ident { $($(#$variant_doc:tt)* $variant:ident = $text:tt,)+ }) => {
        $crate::status::word_enum! {
            $(#$doc)*
            #[cfg_attr(feature = "orm", derive(sea_orm::EnumIter, sea_orm::DeriveActiveEnum))]
            #[cfg_attr(feature = "orm", sea_orm(rs_type = "String", db_type = "Text"))]
            $name {
                $(
                    $(#$variant_doc)*
                    #[cfg_attr(feature = "orm", sea_orm(string_value = $text))]
                    $variant = $text,
                )+
            }
        }
    };
}

pub(crate) use {text_enum, word_enum};
