//! Deleting with everything below, and restoring.

use domain::office::EntityKind;
use serde::Serialize;
use utoipa::ToSchema;

/// Something that would go too.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Affected {
    /// What kind of thing.
    pub r#type: EntityKind,
    /// Its id.
    pub id: i64,
    /// What people call it.
    #[schema(required)]
    pub name: Option<String>,
}

/// What a deletion would take.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CascadePreview {
    /// What kind of thing is to be deleted.
    pub entity_type: EntityKind,
    /// Its id.
    pub entity_id: i64,
    /// What people call it.
    #[schema(required)]
    pub entity_name: Option<String>,
    /// How many things would go with it.
    pub total_items: usize,
    /// How many of each kind.
    #[schema(value_type = std::collections::BTreeMap<String, usize>)]
    pub counts: serde_json::Value,
    /// All of them, by kind and id.
    pub affected: Vec<Affected>,
    /// Why it would be refused at this moment; null when it would not.
    #[schema(required)]
    pub blocked_by: Option<String>,
}

/// What is back.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Restored {
    /// Always true.
    pub success: bool,
    /// For people.
    pub message: String,
    /// What kind of thing.
    pub entity_type: EntityKind,
    /// Its id.
    pub entity_id: i64,
    /// How many things came back with it.
    pub restored_items: usize,
}
