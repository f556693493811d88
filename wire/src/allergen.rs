//! Allergens and their cross reactions, in the office and on the phones.

use domain::{
    AllergenId, CrossReactionId, Patch, TenantId,
    menu::{Probability, Severity},
    patch::present,
    text::{Name, Text},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An allergen as the office knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Allergen {
    /// The allergen.
    pub id: AllergenId,
    /// The business.
    pub tenant_id: TenantId,
    /// Its name, unique in the business.
    pub name: String,
    /// An emoji.
    #[schema(required)]
    pub icon: Option<String>,
    /// What it is found in.
    #[schema(required)]
    pub description: Option<String>,
    /// Whether the law asks for its declaration.
    pub is_mandatory: bool,
    /// How bad a reaction can be.
    pub severity: Severity,
    /// False once switched off or deleted.
    pub is_active: bool,
    /// What else its sufferers may react to; null where nothing is known.
    #[schema(required)]
    pub cross_reactions: Option<Vec<KnownReaction>>,
}

/// Another allergen that sufferers of this one may react to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct KnownReaction {
    /// The pair.
    pub id: CrossReactionId,
    /// The other.
    pub cross_reacts_with_id: AllergenId,
    /// Its name.
    pub cross_reacts_with_name: String,
    /// How likely.
    pub probability: Probability,
    /// What to know.
    #[schema(required)]
    pub notes: Option<String>,
}

/// A pair of allergens, from the first to the second only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[cfg_attr(feature = "orm", derive(sea_orm::FromQueryResult))]
pub struct CrossReaction {
    /// The pair.
    pub id: CrossReactionId,
    /// The business.
    pub tenant_id: TenantId,
    /// Who suffers from this.
    pub allergen_id: AllergenId,
    /// Its name.
    pub allergen_name: String,
    /// May react to this, too.
    pub cross_reacts_with_id: AllergenId,
    /// Its name.
    pub cross_reacts_with_name: String,
    /// How likely.
    pub probability: Probability,
    /// What to know.
    #[schema(required)]
    pub notes: Option<String>,
    /// False once deleted.
    pub is_active: bool,
}

/// An allergen with what else its sufferers may react to.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AllergenEntry {
    /// The allergen.
    pub id: AllergenId,
    /// Its name.
    pub name: String,
    /// An emoji.
    pub icon: Option<String>,
    /// What it is found in.
    pub description: Option<String>,
    /// Whether the law asks for its declaration.
    pub is_mandatory: bool,
    /// How bad a reaction can be.
    pub severity: Severity,
    /// What else its sufferers may react to.
    pub cross_reactions: Vec<CrossReactionEntry>,
}

/// Another allergen that sufferers of this one may react to.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CrossReactionEntry {
    /// The pair.
    pub id: CrossReactionId,
    /// The other allergen.
    pub cross_reacts_with_id: AllergenId,
    /// Its name.
    pub cross_reacts_with_name: String,
    /// How likely.
    pub probability: Probability,
    /// What to know.
    pub notes: Option<String>,
}

/// A pair to be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct NewCrossReaction {
    /// Who suffers from this.
    pub allergen_id: AllergenId,
    /// May react to this, too.
    pub cross_reacts_with_id: AllergenId,
    /// How likely; medium when not said.
    #[serde(default)]
    pub probability: Option<Probability>,
    /// What to know, at most 500 characters.
    #[serde(default)]
    pub notes: Option<Text<500>>,
}

/// What to change. An absent field stays as it is; null clears the notes.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct CrossReactionPatch {
    /// How likely.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Probability)]
    pub probability: Option<Probability>,
    /// What to know, at most 500 characters.
    #[serde(default)]
    #[schema(value_type = Option<Text<500>>)]
    pub notes: Patch<Text<500>>,
}

/// An allergen to be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct NewAllergen {
    /// 1 to 100 characters, unique in the business.
    pub name: Name<100>,
    /// An emoji, at most 50 characters.
    #[serde(default)]
    pub icon: Option<Text<50>>,
    /// What it is found in, at most 500 characters.
    #[serde(default)]
    pub description: Option<Text<500>>,
    /// Whether the law asks for its declaration.
    #[serde(default)]
    pub is_mandatory: Option<bool>,
    /// How bad a reaction can be; moderate when not said.
    #[serde(default)]
    pub severity: Option<Severity>,
    /// False keeps it out of the filters for now.
    #[serde(default)]
    pub is_active: Option<bool>,
}

/// What to change. An absent field stays as it is; null clears it where that is possible.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct AllergenPatch {
    /// 1 to 100 characters, unique in the business.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Name<100>)]
    pub name: Option<Name<100>>,
    /// An emoji, at most 50 characters.
    #[serde(default)]
    #[schema(value_type = Option<Text<50>>)]
    pub icon: Patch<Text<50>>,
    /// What it is found in, at most 500 characters.
    #[serde(default)]
    #[schema(value_type = Option<Text<500>>)]
    pub description: Patch<Text<500>>,
    /// Whether the law asks for its declaration.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = bool)]
    pub is_mandatory: Option<bool>,
    /// How bad a reaction can be.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Severity)]
    pub severity: Option<Severity>,
    /// False takes it out of filters and declarations, true puts it back.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = bool)]
    pub is_active: Option<bool>,
}
