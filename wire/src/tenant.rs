//! The business itself.

use chrono::{DateTime, Utc};
use domain::{
    TenantId,
    language::Language,
    office::{Blank, ImageUrl},
    patch::present,
    text::{Color, Name, Text},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The business as its staff know it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Tenant {
    /// The business.
    pub id: TenantId,
    /// What people call it.
    pub name: String,
    /// What URLs call it.
    pub slug: String,
    /// What it is about.
    #[schema(required)]
    pub description: Option<String>,
    /// Its picture.
    #[schema(required)]
    pub logo: Option<String>,
    /// `#RRGGBB`
    pub theme_color: String,
    /// Its people's language, as `es`, `es-AR` or `pt-BR`: names sort by it.
    pub language: String,
    /// When it was set up.
    pub created_at: DateTime<Utc>,
}

/// What to change. An absent field stays as it is; null clears it where that is possible.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct TenantPatch {
    /// 1 to 100 characters.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Name<100>)]
    pub name: Option<Name<100>>,
    /// At most 2,000 characters.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Text<2000>>)]
    pub description: Option<Blank<Text<2000>>>,
    /// A picture's address; null or an empty text takes it away.
    #[serde(default, deserialize_with = "present")]
    pub logo: Option<ImageUrl>,
    /// `#RRGGBB`
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Color)]
    pub theme_color: Option<Color>,
    /// Its people's language, as `es`, `es-AR` or `pt-BR`; `es` until somebody says another.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Language)]
    pub language: Option<Language>,
}
