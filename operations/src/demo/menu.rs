//! Allergens and the menu.

use super::{Dish, DishPictures, words::WORDS};
use crate::Result;
use domain::{AllergenId, Cents, ProductId, SubcategoryId, menu::Severity};
use std::collections::HashMap;
use store::{BranchRow, NewCategory, NewProduct, UnitOfWork};

use Severity::{LifeThreatening, Moderate, Severe};

const ALLERGENS: &[(&str, &str, Severity)] = &[
    ("Gluten", "🌾", Severe),
    ("Crustáceos", "🦐", LifeThreatening),
    ("Huevos", "🥚", Severe),
    ("Pescado", "🐟", Severe),
    ("Maní", "🥜", LifeThreatening),
    ("Soja", "🫘", Moderate),
    ("Lácteos", "🥛", Moderate),
    ("Frutos secos", "🌰", LifeThreatening),
    ("Apio", "🥬", Moderate),
    ("Mostaza", "🟡", Moderate),
    ("Sésamo", "⚪", Severe),
    ("Sulfitos", "🍷", Moderate),
    ("Altramuces", "🌼", Moderate),
    ("Moluscos", "🦪", Severe),
];

/// Name, cents, marks (F featured, P popular), allergens.
type Line = (&'static str, i64, &'static str, &'static [&'static str]);

/// A subcategory's name and what is in it.
type MenuSection = (&'static str, &'static [Line]);

const G: &str = "Gluten";
const H: &str = "Huevos";
const L: &str = "Lácteos";
const N: &str = "Frutos secos";
const S: &str = "Sulfitos";

const MENU: &[(&str, &[MenuSection])] = &[
    (
        "Bebidas",
        &[
            (
                "Gaseosas",
                &[
                    ("Coca-Cola 500ml", 1500, "", &[]),
                    ("Sprite 500ml", 1500, "", &[]),
                    ("Fanta 500ml", 1500, "", &[]),
                    ("Agua mineral 500ml", 1000, "", &[]),
                ],
            ),
            ("Jugos", &[("Jugo de naranja", 2000, "", &[]), ("Limonada", 1800, "", &[])]),
            ("Cervezas", &[("Quilmes 500ml", 2500, "", &[]), ("Patagonia Amber Lager", 3500, "", &[])]),
            ("Vinos", &[("Malbec Reserva", 8500, "", &[S]), ("Torrontés", 7000, "", &[S])]),
        ],
    ),
    (
        "Entradas",
        &[
            (
                "Empanadas",
                &[
                    ("Empanada de carne", 1200, "F", &[G]),
                    ("Empanada de pollo", 1200, "", &[G]),
                    ("Empanada de jamón y queso", 1200, "", &[G, L]),
                    ("Empanada de verdura", 1100, "", &[G, H]),
                ],
            ),
            (
                "Picadas",
                &[
                    ("Picada para 2", 9500, "", &[G, L]),
                    ("Tabla de quesos", 7500, "", &[L]),
                    ("Provoleta", 4500, "F", &[L]),
                ],
            ),
        ],
    ),
    (
        "Principales",
        &[
            (
                "Carnes",
                &[
                    ("Bife de chorizo", 15000, "FP", &[]),
                    ("Asado de tira", 13500, "P", &[]),
                    ("Entraña", 14000, "", &[]),
                    ("Vacío", 12500, "", &[]),
                    ("Pollo a la parrilla", 9500, "", &[]),
                    ("Milanesa napolitana", 11000, "P", &[G, H, L]),
                    ("Milanesa con papas fritas", 10000, "", &[G, H]),
                ],
            ),
            (
                "Pastas",
                &[
                    ("Sorrentinos de jamón y queso", 9500, "", &[G, H, L]),
                    ("Ñoquis con bolognesa", 8500, "", &[G, H]),
                    ("Ravioles de ricota", 9000, "", &[G, H, L]),
                    ("Tallarines con tuco", 7500, "", &[G, H]),
                ],
            ),
            (
                "Ensaladas",
                &[
                    ("Ensalada César", 6500, "", &[G, H, L]),
                    ("Ensalada mixta", 4500, "", &[]),
                    ("Ensalada caprese", 5500, "", &[L]),
                ],
            ),
        ],
    ),
    (
        "Postres",
        &[
            ("Helados", &[("Helado 2 bochas", 3500, "", &[L]), ("Copa helada", 5000, "", &[L, N])]),
            (
                "Tortas",
                &[
                    ("Flan casero", 3800, "F", &[H, L]),
                    ("Tiramisú", 4500, "", &[G, H, L]),
                    ("Brownie con helado", 5000, "", &[G, H, L, N]),
                    ("Panqueques con dulce de leche", 4000, "", &[G, H, L]),
                ],
            ),
        ],
    ),
];

/// A dish on the menu: what recipes are linked to.
pub(super) struct Served {
    pub(super) product: ProductId,
    pub(super) subcategory: SubcategoryId,
    pub(super) contains: Vec<AllergenId>,
}

/// The dishes of the menu, in its order.
pub(super) fn dishes() -> impl Iterator<Item = Dish> {
    MENU.iter().flat_map(|(category, sections)| {
        sections.iter().flat_map(move |(section, lines)| {
            lines.iter().enumerate().map(move |(place, (name, ..))| Dish { category, section, name, place })
        })
    })
}

pub(super) async fn write(
    uow: &UnitOfWork,
    branch: &BranchRow,
    pictures: &DishPictures,
) -> Result<HashMap<&'static str, Served>> {
    let mut menu = HashMap::new();
    let mut allergens: HashMap<&str, AllergenId> = HashMap::new();
    for (name, icon, severity) in ALLERGENS {
        let id = uow.insert_allergen(branch.tenant_id, name, icon, true, *severity).await?;
        allergens.insert(name, id);
    }
    for (order, (category, subcategories)) in (1..).zip(MENU) {
        let first = dishes().find(|dish| dish.category == *category && pictures.contains_key(dish.name));
        let new = NewCategory {
            name: (*category).to_owned(),
            image: first.and_then(|dish| pictures.get(dish.name).cloned()),
            order: Some(order),
            ..NewCategory::default()
        };
        let category = uow.insert_category(branch.tenant_id, branch.id, new).await?.id;
        for (order, (subcategory, dishes)) in (1..).zip(*subcategories) {
            let image = dishes.iter().find_map(|(name, ..)| pictures.get(name).cloned());
            let subcategory = uow.insert_subcategory(branch.tenant_id, category, (subcategory, image), order).await?;
            for (name, price, marks, contains) in *dishes {
                let contains: Vec<_> = contains.iter().filter_map(|name| allergens.get(name).copied()).collect();
                let new = NewProduct {
                    category,
                    subcategory: Some(subcategory),
                    name,
                    description: WORDS.iter().find(|(dish, _)| dish == name).map(|(_, words)| *words),
                    image: pictures.get(name).map(String::as_str),
                    featured: marks.contains('F'),
                    popular: marks.contains('P'),
                    price: Cents::new(*price)?,
                    contains: &contains,
                };
                let product = uow.insert_product(branch, new).await?;
                menu.insert(*name, Served { product, subcategory, contains });
            }
        }
    }
    Ok(menu)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_menu_is_the_documented_one() {
        let dishes: Vec<_> =
            MENU.iter().flat_map(|(_, subs)| subs.iter().flat_map(|(_, dishes)| dishes.iter())).collect();
        assert_eq!(dishes.len(), 37);
        let named: Vec<_> = super::dishes().map(|dish| dish.name).collect();
        assert_eq!(WORDS.iter().map(|(name, _)| *name).collect::<Vec<_>>(), named, "each dish has its words");
        assert_eq!(ALLERGENS.len(), 14);
        for (name, _, _, contains) in dishes {
            assert!(contains.iter().all(|allergen| ALLERGENS.iter().any(|(known, ..)| known == allergen)), "{name}");
        }
    }
}
