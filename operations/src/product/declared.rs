//! What the office declares of a product: its allergens, and how it is made.

use crate::{Error, Result, command::Act, recipe::ensure_known};
use auth::{RoleSet, Staff};
use domain::{
    AllergenId, CatalogEntryId, ProblemCode,
    menu::Presence,
    office::{Catalog, Few, Whole},
};
use serde_json::{Value, json};
use wire::{
    menu::{Cooking, Dietary},
    product::{CookingInfo, DeclaredAllergen, KnownCooking, Sensory, SensoryProfile},
};

/// Most allergens of one product.
const MAX_ALLERGENS: usize = 100;
/// Most ways of cooking one product.
const MAX_METHODS: usize = 20;

/// The product's allergens after a request; `None` where it does not speak of them. The long form wins.
pub(super) fn allergens(
    long: Option<&[DeclaredAllergen]>,
    short: Option<&[AllergenId]>,
) -> Result<Option<Vec<(AllergenId, Presence)>>> {
    let declared: Vec<_> = match (long, short) {
        (Some(long), _) => long.iter().map(|it| (it.allergen_id, it.presence_type)).collect(),
        (None, Some(short)) => {
            let mut ids = short.to_vec();
            ids.sort_unstable();
            ids.dedup();
            ids.into_iter().map(|id| (id, Presence::Contains)).collect()
        }
        (None, None) => return Ok(None),
    };
    if declared.len() > MAX_ALLERGENS {
        return Err(Error::Invalid("allergens: at most 100"));
    }
    let mut ids: Vec<_> = declared.iter().map(|(id, _)| *id).collect();
    ids.sort_unstable();
    if ids.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(Error::Invalid("allergens: each allergen at most once"));
    }
    Ok(Some(declared))
}

/// As the menu reads it.
pub(super) fn dietary(profile: Option<&Dietary>) -> Option<Value> {
    profile.map(|profile| json!(profile))
}

/// As the menu reads it.
pub(crate) fn cooking(info: Option<&CookingInfo>) -> Result<Option<Value>> {
    let Some(info) = info else { return Ok(None) };
    if info.methods.len() > MAX_METHODS {
        return Err(Error::Invalid("cooking_info.methods: at most 20"));
    }
    let shown = Cooking {
        methods: info.methods.iter().map(|method| method.as_str().to_owned()).collect(),
        uses_oil: info.uses_oil,
        prep_time_minutes: info.prep_time_minutes.map(Whole::get),
        cook_time_minutes: info.cook_time_minutes.map(Whole::get),
    };
    Ok(Some(json!(KnownCooking { cooking_method_ids: each_once(&info.cooking_method_ids), shown })))
}

/// As the office reads it.
pub(super) fn sensory(profile: Option<&SensoryProfile>) -> Option<Value> {
    profile.map(|profile| {
        let SensoryProfile { flavor_ids, texture_ids } = profile;
        json!(Sensory { flavor_ids: each_once(flavor_ids), texture_ids: each_once(texture_ids) })
    })
}

/// In the order they were said, each where it came first.
fn each_once(ids: &Few<CatalogEntryId, 20>) -> Vec<CatalogEntryId> {
    let mut once = Vec::new();
    for id in ids.as_slice() {
        if !once.contains(id) {
            once.push(*id);
        }
    }
    once
}

impl<R: RoleSet> Act<'_, Staff<R>> {
    /// That what is declared is in the business's lists of words.
    pub(super) async fn ensure_words(
        &self,
        cooking: Option<&CookingInfo>,
        sensory: Option<&SensoryProfile>,
    ) -> Result<()> {
        let methods = cooking.map(|info| &info.cooking_method_ids);
        let (flavors, textures) = sensory.map(|profile| (&profile.flavor_ids, &profile.texture_ids)).unzip();
        for (catalog, field, ids) in [
            (Catalog::CookingMethods, "cooking_info.cooking_method_ids", methods),
            (Catalog::FlavorProfiles, "sensory_profile.flavor_ids", flavors),
            (Catalog::TextureProfiles, "sensory_profile.texture_ids", textures),
        ] {
            let Some(ids) = ids else { continue };
            let missing = self.uow.unknown_entries(self.by, catalog, ids.as_slice()).await?;
            ensure_known(field, "entry of that list", ProblemCode::UnknownWord, &missing)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn traces(id: i64) -> DeclaredAllergen {
        DeclaredAllergen { allergen_id: AllergenId(id), presence_type: Presence::MayContain }
    }

    #[test]
    fn the_long_form_wins_and_an_empty_one_clears() {
        let of = |long: Option<&[DeclaredAllergen]>, short: Option<&[AllergenId]>| allergens(long, short).unwrap();
        assert_eq!(of(None, None), None);
        assert_eq!(of(Some(&[]), Some(&[AllergenId(1)])), Some(vec![]));
        let (id, may) = (AllergenId(1), Presence::MayContain);
        assert_eq!(of(Some(&[traces(1)]), Some(&[AllergenId(2)])), Some(vec![(id, may)]));
        assert_eq!(of(None, Some(&[id, id])), Some(vec![(id, Presence::Contains)]));
        assert!(allergens(Some(&[traces(1), traces(1)]), None).is_err());
        assert!(allergens(Some(&vec![traces(1); 101]), None).is_err());
    }
}
