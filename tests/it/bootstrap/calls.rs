//! What the dashboard sends: one row a call of contract §2 that some page makes ([L]) or that is wired ([W]), in an order
//! in which a person might click.

/// Who it is sent by, method, path, body as the client writes it, status, type of the answer (empty: no body; `html`), and
/// the name under which the answer's id is kept. `$name` is an id that was kept; `$today` and the like are days.
///
/// Undefined fields are dropped by the client, emptied ones are explicit nulls, and some forms carry fields of their own.
pub(super) type Call = (&'static str, &'static str, &'static str, &'static str, u16, &'static str, &'static str);

pub(super) const CALLS: &[Call] = &[
    // C1
    ("admin", "POST", "/api/auth/refresh", "", 200, "Refreshed", ""),
    ("admin", "GET", "/api/auth/me", "", 200, "User", ""),
    ("waiter", "POST", "/api/auth/2fa/setup", "", 200, "TwoFactor", ""),
    // C2
    ("admin", "GET", "/api/admin/tenant", "", 200, "Tenant", ""),
    ("admin", "PATCH", "/api/admin/tenant", r##"{"name":"Buen Sabor","description":null,"theme_color":"#112233","banner":"x"}"##, 200, "Tenant", ""),
    // C3
    ("admin", "POST", "/api/admin/branches", r#"{"name":"Sucursal Norte","slug":"sucursal-norte","address":"Calle 1","phone":"2614444444","opening_time":"09:00","closing_time":"23:00","is_active":true,"email":"x@y.com"}"#, 201, "Branch", "north"),
    ("admin", "PATCH", "/api/admin/branches/$north", r#"{"name":"Sucursal Sur","address":null,"opening_time":"10:00","closing_time":"22:00","is_active":true,"order":3}"#, 200, "Branch", ""),
    ("admin", "GET", "/api/admin/branches", "", 200, "[Branch]", ""),
    // C4, C5
    ("admin", "POST", "/api/admin/categories", r#"{"branch_id":$branch,"name":"Desayunos","icon":"☕","order":9,"is_active":true}"#, 201, "Category", "category"),
    ("admin", "PATCH", "/api/admin/categories/$category", r#"{"name":"Meriendas","icon":null,"image":"https://img.example.com/a.png","order":8,"is_active":true,"branch_id":$branch}"#, 200, "Category", ""),
    ("admin", "GET", "/api/admin/categories", "", 200, "[Category]", ""),
    ("admin", "POST", "/api/admin/subcategories", r#"{"category_id":$category,"name":"Tostadas","image":"","order":1,"is_active":true}"#, 201, "Subcategory", "subcategory"),
    ("admin", "PATCH", "/api/admin/subcategories/$subcategory", r#"{"name":"Tostados","image":null,"category_id":$category}"#, 200, "Subcategory", ""),
    ("admin", "GET", "/api/admin/subcategories", "", 200, "[Subcategory]", ""),
    // C7 before C6: products name allergens.
    ("admin", "POST", "/api/admin/allergens", r#"{"name":"Ajo","icon":"🧄","description":"En salsas","is_mandatory":false,"severity":"mild"}"#, 201, "Allergen", "allergen"),
    ("admin", "PATCH", "/api/admin/allergens/$allergen", r#"{"description":null,"severity":"moderate","is_active":true}"#, 200, "Allergen", ""),
    ("admin", "POST", "/api/admin/allergens", r#"{"name":"Cebolla"}"#, 201, "Allergen", "onion"),
    ("admin", "POST", "/api/admin/allergens/cross-reactions", r#"{"allergen_id":$allergen,"cross_reacts_with_id":$onion,"probability":"low"}"#, 201, "CrossReaction", "reaction"),
    ("admin", "PATCH", "/api/admin/allergens/cross-reactions/$reaction", r#"{"probability":"high","notes":null}"#, 200, "CrossReaction", ""),
    ("admin", "GET", "/api/admin/allergens/cross-reactions", "", 200, "[CrossReaction]", ""),
    ("admin", "GET", "/api/admin/allergens", "", 200, "[Allergen]", ""),
    // C6
    ("admin", "POST", "/api/admin/products", r#"{"name":"Tostado mixto","description":"Jamón y queso","category_id":$category,"subcategory_id":$subcategory,"featured":true,"popular":false,"badge":"Nuevo","allergens":[{"allergen_id":$allergen,"presence_type":"may_contain","risk_level":"low"}],"is_active":true,"branch_prices":[{"branch_id":$branch,"price_cents":4500,"is_available":true}],"use_branch_prices":true}"#, 201, "Product", "product"),
    ("admin", "PATCH", "/api/admin/products/$product", r#"{"description":null,"badge":null,"allergen_ids":[$allergen],"branch_prices":[{"branch_id":$branch,"price_cents":4600}]}"#, 200, "Product", ""),
    ("admin", "GET", "/api/admin/products", "", 200, "[Product]", ""),
    // C8
    ("admin", "POST", "/api/admin/sectors", r#"{"branch_id":$branch,"name":"Patio","prefix":" pat "}"#, 201, "Sector", "sector"),
    ("admin", "POST", "/api/admin/sectors", r#"{"branch_id":null,"name":"Vereda","prefix":"VER"}"#, 201, "Sector", "everywhere"),
    ("admin", "GET", "/api/admin/sectors?branch_id=$branch", "", 200, "[Sector]", ""),
    // C9
    ("admin", "POST", "/api/admin/tables/batch", r#"{"branch_id":$branch,"tables":[{"sector_id":$sector,"capacity":4,"count":2},{"sector_id":$sector,"capacity":2,"count":1}]}"#, 201, "Batch", ""),
    ("admin", "POST", "/api/admin/tables", r#"{"branch_id":$branch,"code":"Mesa 99","capacity":4,"sector":"Patio","is_active":true,"number":99}"#, 201, "Table", "table"),
    ("admin", "PATCH", "/api/admin/tables/$table", r#"{"code":"Mesa 98","capacity":6,"sector":"Patio","status":"FREE","is_active":true,"branch_id":$branch}"#, 200, "Table", ""),
    ("admin", "GET", "/api/admin/tables/$table", "", 200, "Table", ""),
    ("admin", "GET", "/api/admin/tables/$table/qr-url", "", 200, "Qr", ""),
    ("admin", "GET", "/api/admin/tables/$busy", "", 200, "Table", ""),
    ("manager", "GET", "/api/waiter/tables/$busy/session", "", 200, "TableSession", ""),
    ("admin", "GET", "/api/admin/tables", "", 200, "[Table]", ""),
    ("admin", "DELETE", "/api/admin/tables/$table", "", 204, "", ""),
    // C10
    ("admin", "POST", "/api/admin/staff", r#"{"email":"nueva@demo.com","password":"tempPassword123","first_name":"Nueva","last_name":"Persona","phone":"2614444444","dni":"30111222","hire_date":"2026-01-15","is_active":true,"branch_roles":[{"branch_id":$branch,"role":"WAITER"}],"role_id":"r1"}"#, 201, "Staff", "member"),
    ("admin", "PATCH", "/api/admin/staff/$member", r#"{"email":"nueva@demo.com","first_name":"Otra","last_name":null,"phone":null,"dni":null,"hire_date":null,"is_active":true,"password":"","branch_roles":[{"branch_id":$branch,"role":"WAITER"}]}"#, 200, "Staff", ""),
    ("admin", "GET", "/api/admin/staff", "", 200, "[Staff]", ""),
    // C11
    ("manager", "GET", "/api/admin/assignments?branch_id=$branch&assignment_date=$today", "", 200, "Overview", ""),
    ("manager", "DELETE", "/api/admin/assignments-bulk?branch_id=$branch&assignment_date=$today&shift=MORNING", "", 200, "Cleared", ""),
    ("manager", "POST", "/api/admin/assignments/bulk", r#"{"branch_id":$branch,"assignment_date":"$today","shift":"MORNING","assignments":[{"sector_id":$sector,"waiter_ids":[$member]}]}"#, 200, "BulkResult", "assignments.0"),
    ("manager", "GET", "/api/admin/assignments?branch_id=$branch&assignment_date=$today&shift=MORNING", "", 200, "Overview", ""),
    ("manager", "POST", "/api/admin/assignments/copy?branch_id=$branch&from_date=$today&to_date=$tomorrow&shift=MORNING", "", 200, "BulkResult", ""),
    ("manager", "DELETE", "/api/admin/assignments/$assignments", "", 200, "Removed", ""),
    ("admin", "DELETE", "/api/admin/sectors/$sector", "", 204, "", ""),
    ("admin", "DELETE", "/api/admin/sectors/$everywhere", "", 204, "", ""),
    ("admin", "DELETE", "/api/admin/staff/$member", "", 204, "", ""),
    // C12, with §4: the cook starts, the office may say ready, whoever stands there serves.
    ("kitchen", "GET", "/api/kitchen/rounds", "", 200, "[Round]", ""),
    ("kitchen", "PATCH", "/api/waiter/rounds/items/$item/void", r#"{"reason":"Sin stock"}"#, 200, "Voided", ""),
    ("kitchen", "POST", "/api/kitchen/rounds/$round/status", r#"{"status":"IN_KITCHEN"}"#, 200, "Round", ""),
    ("admin", "POST", "/api/kitchen/rounds/$round/status", r#"{"status":"READY"}"#, 200, "Round", ""),
    ("kitchen", "GET", "/api/kitchen/rounds", "", 200, "[Round]", ""),
    // C14, C15
    ("kitchen", "GET", "/api/admin/receipts/kitchen-ticket/$round", "", 200, "html", ""),
    ("admin", "GET", "/api/admin/receipts/daily-report/$branch", "", 200, "html", ""),
    ("admin", "GET", "/api/admin/orders/stats?branch_id=$branch", "", 200, "Stats", ""),
    ("admin", "GET", "/api/admin/orders?branch_id=$branch&status_filter=READY", "", 200, "[Order]", ""),
    ("admin", "GET", "/api/admin/orders", "", 200, "[Order]", ""),
    ("admin", "POST", "/api/kitchen/rounds/$round/status", r#"{"status":"SERVED"}"#, 200, "Round", ""),
    // C16
    ("manager", "GET", "/api/admin/reports/summary?branch_id=$branch&days=30", "", 200, "Summary", ""),
    ("manager", "GET", "/api/admin/reports/daily-sales?branch_id=$branch&days=7", "", 200, "[Day]", ""),
    ("manager", "GET", "/api/admin/reports/top-products?branch_id=$branch&days=14&limit=10", "", 200, "[TopProduct]", ""),
    ("manager", "GET", "/api/admin/reports/orders-by-hour?branch_id=$branch&days=90", "", 200, "[Hour]", ""),
    ("manager", "GET", "/api/admin/reports/waiter-performance?branch_id=$branch&days=30", "", 200, "[Performance]", ""),
    // C17
    ("manager", "GET", "/api/admin/audit-log?limit=50&offset=0", "", 200, "[Audit]", ""),
    ("admin", "GET", "/api/admin/audit-log?entity_type=product&action=UPDATE&limit=50&offset=0", "", 200, "[Audit]", ""),
    // C18: kept, taken away, and set again.
    ("admin", "GET", "/api/admin/exclusions", "", 200, "Exclusions", ""),
    ("admin", "PUT", "/api/admin/exclusions/categories/$category", r#"{"excluded_branch_ids":[$north]}"#, 200, "CategoryExclusion", ""),
    ("admin", "PUT", "/api/admin/exclusions/categories/$category", r#"{"excluded_branch_ids":[$north]}"#, 200, "CategoryExclusion", ""),
    ("admin", "PUT", "/api/admin/exclusions/subcategories/$subcategory", r#"{"excluded_branch_ids":[]}"#, 200, "SubcategoryExclusion", ""),
    // U1
    ("admin", "POST", "/api/admin/promotions", r#"{"name":"Merienda","price_cents":5000,"start_date":"$tomorrow","end_date":"$later","start_time":"17:00","end_time":"19:00","promotion_type_id":"promo-type-1","branch_ids":[$branch],"items":[{"product_id":$product,"quantity":2}],"is_active":true}"#, 201, "Promotion", "promotion"),
    ("admin", "PATCH", "/api/admin/promotions/$promotion", r#"{"name":"Merienda feliz","price_cents":5500,"branch_ids":[$branch],"items":[{"product_id":$product,"quantity":2}],"promotion_type_id":"promo-type-2"}"#, 200, "Promotion", ""),
    ("admin", "GET", "/api/admin/promotions", "", 200, "[Promotion]", ""),
    ("admin", "DELETE", "/api/admin/promotions/$promotion", "", 204, "", ""),
    // U2
    ("kitchen", "POST", "/api/recipes", r#"{"branch_id":$branch,"product_id":$product,"subcategory_id":$subcategory,"name":"Tostado de la casa","description":"Con manteca","cuisine_type":"Argentina","difficulty":"EASY","prep_time_minutes":5,"cook_time_minutes":10,"servings":1,"ingredients":[{"name":"Pan","quantity":"2","unit":"rodajas"}],"preparation_steps":[{"step":1,"instruction":"Tostar","time_minutes":5}],"allergen_ids":[$allergen],"dietary_tags":["rápido"],"cost_cents":1200,"image":""}"#, 201, "Recipe", "recipe"),
    ("kitchen", "PATCH", "/api/recipes/$recipe", r#"{"branch_id":$branch,"product_id":null,"subcategory_id":null,"name":"Tostado clásico","servings":2}"#, 200, "Recipe", ""),
    ("kitchen", "POST", "/api/recipes/$recipe/ingest", "", 200, "Recipe", ""),
    ("kitchen", "GET", "/api/recipes/categories/list", "", 200, "[str]", ""),
    ("kitchen", "GET", "/api/recipes", "", 200, "[Recipe]", ""),
    ("kitchen", "DELETE", "/api/recipes/$recipe", "", 204, "", ""),
    // U6
    ("manager", "POST", "/api/admin/customizations", r#"{"name":"Sin sal","category":"Quitar","extra_cost_cents":0,"order":1}"#, 201, "Option", "option"),
    ("manager", "PUT", "/api/admin/customizations/$option", r#"{"name":"Sin nada de sal","extra_cost_cents":100}"#, 200, "Option", ""),
    ("manager", "PUT", "/api/admin/customizations/$option/products", r#"{"product_ids":[$product]}"#, 200, "Option", ""),
    ("manager", "GET", "/api/admin/customizations", "", 200, "[Option]", ""),
    ("manager", "DELETE", "/api/admin/customizations/$option", "", 204, "", ""),
    // U3, U4
    ("admin", "GET", "/api/admin/ingredients/groups", "", 200, "[Group]", ""),
    ("admin", "POST", "/api/admin/ingredients/groups", r#"{"name":"Salsas","description":null}"#, 201, "Group", "group"),
    ("admin", "POST", "/api/admin/ingredients", r#"{"name":"Mayonesa","group_id":$group,"is_processed":true}"#, 201, "Ingredient", "ingredient"),
    ("admin", "PATCH", "/api/admin/ingredients/$ingredient", r#"{"name":"Mayonesa casera","description":null,"group_id":$group,"is_processed":true,"is_active":true}"#, 200, "Ingredient", ""),
    ("admin", "POST", "/api/admin/ingredients/$ingredient/sub", r#"{"name":"Huevo"}"#, 201, "SubIngredient", "part"),
    ("admin", "GET", "/api/admin/ingredients", "", 200, "[Ingredient]", ""),
    ("admin", "DELETE", "/api/admin/ingredients/$ingredient/sub/$part", "", 204, "", ""),
    ("admin", "DELETE", "/api/admin/ingredients/$ingredient", "", 204, "", ""),
    ("admin", "GET", "/api/admin/catalogs/cooking-methods", "", 200, "[CatalogEntry]", ""),
    ("admin", "GET", "/api/admin/catalogs/flavor-profiles", "", 200, "[CatalogEntry]", ""),
    ("admin", "GET", "/api/admin/catalogs/texture-profiles", "", 200, "[CatalogEntry]", ""),
    ("admin", "GET", "/api/admin/catalogs/cuisine-types", "", 200, "[CatalogEntry]", ""),
    // What goes, children after their parents: the first takes the rest along. C19 brings it back.
    ("admin", "DELETE", "/api/admin/allergens/$allergen", "", 204, "", ""),
    ("admin", "DELETE", "/api/admin/products/$product", "", 204, "", ""),
    ("admin", "POST", "/api/admin/products/$product/restore", "", 200, "Restored", ""),
    ("admin", "DELETE", "/api/admin/subcategories/$subcategory", "", 204, "", ""),
    ("admin", "DELETE", "/api/admin/categories/$category", "", 204, "", ""),
    ("admin", "DELETE", "/api/admin/branches/$north", "", 204, "", ""),
    ("waiter", "POST", "/api/auth/logout", "", 200, "Done", ""),
];

/// What the layout asks for as it appears, all at once; who is refused.
pub(super) const BOOTSTRAP: &[(&str, &str, &[&str])] = &[
    ("/api/admin/tenant", "Tenant", &[]),
    ("/api/admin/branches", "[Branch]", &[]),
    ("/api/admin/categories", "[Category]", &[]),
    ("/api/admin/subcategories", "[Subcategory]", &[]),
    ("/api/admin/products", "[Product]", &[]),
    ("/api/admin/tables", "[Table]", &[]),
    ("/api/admin/staff", "[Staff]", &["kitchen", "waiter"]),
    ("/api/admin/allergens", "[Allergen]", &[]),
    ("/api/admin/promotions", "[Promotion]", &[]),
];

/// What is written here already and passed over until the document has it.
pub(super) const COMING: [&str; 3] = ["/api/admin/promotions", "/api/recipes", "/api/admin/customizations"];
