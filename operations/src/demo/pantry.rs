//! What the kitchen works with: groups of ingredients, and the lists of words that recipes choose from.

use crate::Result;
use domain::{TenantId, office::Catalog};
use store::UnitOfWork;

const WORDS: &[(Catalog, &[&str])] = &[
    (Catalog::CookingMethods, &["A la parrilla", "Frito", "Al horno", "A la plancha", "Hervido", "Al vapor"]),
    (Catalog::FlavorProfiles, &["Salado", "Dulce", "Ácido", "Amargo", "Umami", "Picante"]),
    (Catalog::TextureProfiles, &["Crujiente", "Cremoso", "Tierno", "Firme", "Suave"]),
    (Catalog::CuisineTypes, &["Argentina", "Italiana", "Mediterránea", "Internacional"]),
];

const SHELVES: &[(&str, &[&str])] = &[
    ("carnes", &["Bife", "Asado", "Vacío", "Pollo", "Carne picada"]),
    ("verduras", &["Tomate", "Lechuga", "Cebolla", "Papa", "Zanahoria", "Morrón"]),
    ("lácteos", &["Leche", "Crema", "Manteca", "Mozzarella", "Provolone"]),
    ("condimentos", &["Sal", "Pimienta", "Orégano", "Ajo", "Perejil"]),
    ("harinas", &["Harina de trigo", "Pan rallado", "Sémola", "Maicena"]),
    ("bebidas", &["Agua", "Soda", "Vino tinto", "Vino blanco"]),
];

pub(super) async fn stock(uow: &UnitOfWork, tenant: TenantId) -> Result<()> {
    for (catalog, words) in WORDS {
        for word in *words {
            uow.insert_catalog_entry(tenant, *catalog, word).await?;
        }
    }
    for (shelf, ingredients) in SHELVES {
        let group = uow.insert_ingredient_group(tenant, shelf, None, None).await?.id;
        for name in *ingredients {
            uow.insert_ingredient(tenant, Some(group), (name, None), false).await?;
        }
    }
    Ok(())
}
