//! The rest of what the dashboard sends: promotions, recipes, customizations, ingredients (admin-kitchen.md §2), and
//! what goes in the end.

use super::calls::Call;

/// The useful groups.
pub(super) const USEFUL: &[Call] = &[
    // U1
    (
        "admin",
        "POST",
        "/api/admin/promotions",
        r#"{"name":"Merienda","price_cents":5000,"start_date":"$tomorrow","end_date":"$later","start_time":"17:00","end_time":"19:00","promotion_type_id":"promo-type-1","branch_ids":[$branch],"items":[{"product_id":$product,"quantity":2}],"is_active":true}"#,
        201,
        "Promotion",
        "promotion",
    ),
    (
        "admin",
        "PATCH",
        "/api/admin/promotions/$promotion",
        r#"{"name":"Merienda feliz","price_cents":5500,"branch_ids":[$branch],"items":[{"product_id":$product,"quantity":2}],"promotion_type_id":"promo-type-2"}"#,
        200,
        "Promotion",
        "",
    ),
    ("admin", "GET", "/api/admin/promotions", "", 200, "[Promotion]", ""),
    ("admin", "DELETE", "/api/admin/promotions/$promotion", "", 204, "", ""),
    // U2
    (
        "kitchen",
        "POST",
        "/api/recipes",
        r#"{"branch_id":$branch,"product_id":$product,"subcategory_id":$subcategory,"name":"Tostado de la casa","description":"Con manteca","cuisine_type":"Argentina","difficulty":"EASY","prep_time_minutes":5,"cook_time_minutes":10,"servings":1,"ingredients":[{"name":"Pan","quantity":"2","unit":"rodajas"}],"preparation_steps":[{"step":1,"instruction":"Tostar","time_minutes":5}],"allergen_ids":[$allergen],"dietary_tags":["rápido"],"cost_cents":1200,"image":""}"#,
        201,
        "Recipe",
        "recipe",
    ),
    (
        "kitchen",
        "PATCH",
        "/api/recipes/$recipe",
        r#"{"branch_id":$branch,"product_id":null,"subcategory_id":null,"name":"Tostado clásico","servings":2}"#,
        200,
        "Recipe",
        "",
    ),
    ("kitchen", "POST", "/api/recipes/$recipe/ingest", "", 200, "Recipe", ""),
    ("kitchen", "GET", "/api/recipes/categories/list", "", 200, "[str]", ""),
    ("kitchen", "GET", "/api/recipes", "", 200, "[Recipe]", ""),
    ("kitchen", "DELETE", "/api/recipes/$recipe", "", 204, "", ""),
    // U6
    (
        "manager",
        "POST",
        "/api/admin/customizations",
        r#"{"name":"Sin sal","category":"Quitar","extra_cost_cents":0,"order":1}"#,
        201,
        "Option",
        "option",
    ),
    (
        "manager",
        "PUT",
        "/api/admin/customizations/$option",
        r#"{"name":"Sin nada de sal","extra_cost_cents":100}"#,
        200,
        "Option",
        "",
    ),
    (
        "manager",
        "PUT",
        "/api/admin/customizations/$option/products",
        r#"{"product_ids":[$product]}"#,
        200,
        "Option",
        "",
    ),
    ("manager", "GET", "/api/admin/customizations", "", 200, "[Option]", ""),
    ("manager", "DELETE", "/api/admin/customizations/$option", "", 204, "", ""),
    // U3, U4
    ("admin", "GET", "/api/admin/ingredients/groups", "", 200, "[Group]", ""),
    (
        "admin",
        "POST",
        "/api/admin/ingredients/groups",
        r#"{"name":"Salsas","description":null}"#,
        201,
        "Group",
        "group",
    ),
    (
        "admin",
        "POST",
        "/api/admin/ingredients",
        r#"{"name":"Mayonesa","group_id":$group,"is_processed":true}"#,
        201,
        "Ingredient",
        "ingredient",
    ),
    (
        "admin",
        "PATCH",
        "/api/admin/ingredients/$ingredient",
        r#"{"name":"Mayonesa casera","description":null,"group_id":$group,"is_processed":true,"is_active":true}"#,
        200,
        "Ingredient",
        "",
    ),
    ("admin", "POST", "/api/admin/ingredients/$ingredient/sub", r#"{"name":"Huevo"}"#, 201, "SubIngredient", "part"),
    ("admin", "GET", "/api/admin/ingredients", "", 200, "[Ingredient]", ""),
    ("admin", "DELETE", "/api/admin/ingredients/$ingredient/sub/$part", "", 204, "", ""),
    ("admin", "DELETE", "/api/admin/ingredients/$ingredient", "", 204, "", ""),
    ("admin", "GET", "/api/admin/catalogs/cooking-methods", "", 200, "[CatalogEntry]", ""),
    ("admin", "GET", "/api/admin/catalogs/flavor-profiles", "", 200, "[CatalogEntry]", ""),
    ("admin", "GET", "/api/admin/catalogs/texture-profiles", "", 200, "[CatalogEntry]", ""),
    ("admin", "GET", "/api/admin/catalogs/cuisine-types", "", 200, "[CatalogEntry]", ""),
];

/// Deletions and a restore, which leave nothing to click on.
pub(super) const GOING: &[Call] = &[
    // What goes, children after their parents: the first takes the rest along. C19 brings it back.
    ("admin", "DELETE", "/api/admin/allergens/$allergen", "", 204, "", ""),
    ("admin", "DELETE", "/api/admin/products/$product", "", 204, "", ""),
    ("admin", "POST", "/api/admin/products/$product/restore", "", 200, "Restored", ""),
    ("admin", "DELETE", "/api/admin/subcategories/$subcategory", "", 204, "", ""),
    ("admin", "DELETE", "/api/admin/categories/$category", "", 204, "", ""),
    ("admin", "DELETE", "/api/admin/branches/$north", "", 204, "", ""),
    ("waiter", "POST", "/api/auth/logout", "", 200, "Done", ""),
];
