//! How the kitchen makes eight of its dishes (admin-kitchen.md §6).

use super::menu::Served;
use crate::{Error, Result, recipe::empty};
use domain::{Cents, UserId, recipe::name_key};
use serde_json::{Value, json};
use std::collections::HashMap;
use store::{BranchRow, RecipeRow, UnitOfWork};

/// How something on the menu is made.
struct Made {
    /// As the menu calls it.
    dish: &'static str,
    about: &'static str,
    cuisine: &'static str,
    difficulty: &'static str,
    /// Preparing and cooking, in minutes.
    minutes: (i32, i32),
    servings: i32,
    /// What one costs to make, in cents.
    cost: i64,
    /// Name, quantity, unit.
    ingredients: &'static [(&'static str, &'static str, &'static str)],
    steps: &'static [&'static str],
    chef: &'static str,
}

const RECIPES: &[Made] = &[
    Made {
        dish: "Empanada de carne",
        about: "Empanada mendocina de carne cortada a cuchillo, con cebolla y huevo.",
        cuisine: "Argentina",
        difficulty: "MEDIUM",
        minutes: (40, 18),
        servings: 12,
        cost: 450,
        ingredients: &[
            ("Carne cortada a cuchillo", "500", "g"),
            ("Cebolla", "500", "g"),
            ("Tapas de empanada", "12", "unidades"),
            ("Comino y pimentón", "1", "cucharada"),
        ],
        steps: &[
            "Rehogar la cebolla a fuego bajo hasta que esté transparente.",
            "Sumar la carne y los condimentos; retirar en cuanto cambie de color y enfriar.",
            "Rellenar las tapas, cerrar con repulgue y hornear a 220 °C hasta dorar.",
        ],
        chef: "El relleno se arma bien frío: así queda jugoso.",
    },
    Made {
        dish: "Milanesa napolitana",
        about: "Milanesa de nalga gratinada con salsa de tomate, jamón y mozzarella.",
        cuisine: "Argentina",
        difficulty: "EASY",
        minutes: (20, 15),
        servings: 2,
        cost: 4200,
        ingredients: &[
            ("Nalga en bifes", "400", "g"),
            ("Pan rallado", "150", "g"),
            ("Huevo", "2", "unidades"),
            ("Salsa de tomate", "150", "ml"),
            ("Mozzarella", "150", "g"),
        ],
        steps: &[
            "Pasar los bifes por huevo condimentado y pan rallado.",
            "Freír hasta dorar y escurrir.",
            "Cubrir con salsa y mozzarella, y gratinar.",
        ],
        chef: "La mozzarella entra al final, apenas para fundirse.",
    },
    Made {
        dish: "Bife de chorizo",
        about: "Bife ancho de 400 gramos a las brasas.",
        cuisine: "Argentina",
        difficulty: "MEDIUM",
        minutes: (10, 20),
        servings: 1,
        cost: 6800,
        ingredients: &[("Bife de chorizo", "400", "g"), ("Sal gruesa", "", "a gusto")],
        steps: &[
            "Llevar la carne a temperatura ambiente y salar.",
            "Sellar sobre brasas fuertes, primero del lado de la grasa.",
            "Terminar a fuego medio hasta el punto pedido y dejar reposar.",
        ],
        chef: "Se da vuelta una sola vez, sin pinchar.",
    },
    Made {
        dish: "Provoleta",
        about: "Provolone fundido a la plancha con orégano.",
        cuisine: "Argentina",
        difficulty: "EASY",
        minutes: (5, 8),
        servings: 2,
        cost: 1900,
        ingredients: &[("Provolone", "250", "g"), ("Orégano", "1", "cucharadita"), ("Aceite de oliva", "", "un hilo")],
        steps: &[
            "Calentar la provoletera hasta que humee.",
            "Dorar el queso de un lado y darlo vuelta.",
            "Servir en el acto con orégano y aceite.",
        ],
        chef: "El queso, una hora al aire antes: así no se desarma.",
    },
    Made {
        dish: "Ñoquis con bolognesa",
        about: "Ñoquis de papa con salsa de carne de cocción lenta.",
        cuisine: "Italiana",
        difficulty: "MEDIUM",
        minutes: (45, 60),
        servings: 4,
        cost: 2600,
        ingredients: &[
            ("Papa", "1", "kg"),
            ("Harina de trigo", "250", "g"),
            ("Huevo", "1", "unidad"),
            ("Carne picada", "400", "g"),
            ("Tomate", "500", "g"),
        ],
        steps: &[
            "Hervir las papas con piel y pisarlas calientes.",
            "Unir con huevo y harina sin amasar de más, y dar forma.",
            "Cocinar la salsa una hora; hervir los ñoquis hasta que floten y salsear.",
        ],
        chef: "La papa seca pide menos harina.",
    },
    Made {
        dish: "Flan casero",
        about: "Flan de huevo al caramelo, con crema o dulce de leche.",
        cuisine: "Argentina",
        difficulty: "EASY",
        minutes: (15, 60),
        servings: 8,
        cost: 900,
        ingredients: &[("Leche", "1", "l"), ("Huevo", "8", "unidades"), ("Azúcar", "300", "g")],
        steps: &[
            "Hacer un caramelo claro y cubrir la flanera.",
            "Mezclar leche tibia, huevos y azúcar sin espuma, y colar.",
            "Cocinar a baño María a 160 °C y enfriar una noche.",
        ],
        chef: "El agua del baño no debe hervir.",
    },
    Made {
        dish: "Ensalada César",
        about: "Lechuga, croutones, queso en hebras y aderezo César.",
        cuisine: "Internacional",
        difficulty: "EASY",
        minutes: (15, 5),
        servings: 1,
        cost: 2100,
        ingredients: &[
            ("Lechuga", "200", "g"),
            ("Pan en cubos", "50", "g"),
            ("Queso parmesano", "40", "g"),
            ("Yema", "1", "unidad"),
        ],
        steps: &[
            "Tostar el pan con ajo y aceite.",
            "Emulsionar yema, limón, aceite y queso.",
            "Mezclar la lechuga con el aderezo y terminar con pan y queso.",
        ],
        chef: "Se adereza al despachar, no antes.",
    },
    Made {
        dish: "Tiramisú",
        about: "Vainillas en café con crema de mascarpone y cacao.",
        cuisine: "Italiana",
        difficulty: "MEDIUM",
        minutes: (30, 0),
        servings: 8,
        cost: 1500,
        ingredients: &[
            ("Mascarpone", "500", "g"),
            ("Huevo", "4", "unidades"),
            ("Vainillas", "24", "unidades"),
            ("Café fuerte", "300", "ml"),
        ],
        steps: &[
            "Batir las yemas con azúcar e incorporar el mascarpone y las claras.",
            "Alternar vainillas mojadas en café con la crema.",
            "Enfriar seis horas y espolvorear cacao al servir.",
        ],
        chef: "Las vainillas se mojan y salen: un segundo por lado.",
    },
];

impl Made {
    fn lines(&self) -> Value {
        let line =
            |(name, quantity, unit): &(&str, &str, &str)| json!({ "name": name, "quantity": quantity, "unit": unit });
        self.ingredients.iter().map(line).collect()
    }

    fn way(&self) -> Value {
        (1..)
            .zip(self.steps)
            .map(|(step, instruction): (u8, _)| json!({ "step": step, "instruction": instruction }))
            .collect()
    }

    fn row(&self, branch: &BranchRow, cook: Option<UserId>, served: &Served) -> Result<RecipeRow> {
        Ok(RecipeRow {
            product_id: Some(served.product),
            subcategory_id: Some(served.subcategory),
            name: self.dish.to_owned(),
            name_key: name_key(self.dish),
            description: Some(self.about.to_owned()),
            cuisine_type: Some(self.cuisine.to_owned()),
            difficulty: Some(self.difficulty.to_owned()),
            prep_time_minutes: Some(self.minutes.0),
            cook_time_minutes: Some(self.minutes.1),
            servings: Some(self.servings),
            ingredients: Some(self.lines()),
            preparation_steps: Some(self.way()),
            chef_notes: Some(self.chef.to_owned()),
            cost_cents: Some(Cents::new(self.cost)?),
            ..empty(branch.tenant_id, branch.id, cook)
        })
    }
}

pub(super) async fn write(
    uow: &UnitOfWork,
    branch: &BranchRow,
    cook: Option<UserId>,
    menu: &HashMap<&'static str, Served>,
) -> Result<()> {
    for made in RECIPES {
        let served = menu.get(made.dish).ok_or(Error::Internal("a recipe of nothing on the menu"))?;
        let recipe = uow.insert_recipe(made.row(branch, cook, served)?).await?;
        uow.set_recipe_allergens(&recipe, &served.contains).await?;
        uow.make_by(served.product, recipe.id).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::recipe::{PreparationStep, RecipeIngredient};

    #[test]
    fn every_recipe_is_one_that_a_form_could_have_said() {
        assert_eq!(RECIPES.len(), 8);
        for made in RECIPES {
            assert!(serde_json::from_value::<Vec<RecipeIngredient>>(made.lines()).is_ok(), "{}", made.dish);
            assert!(serde_json::from_value::<Vec<PreparationStep>>(made.way()).is_ok(), "{}", made.dish);
        }
    }
}
