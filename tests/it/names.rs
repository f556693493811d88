//! The office finds what it looks for: names stand where people look for them, "ñ" and "Á" included, in whatever
//! database, and a search minds neither case nor accents.

use crate::scene::{list, strangers, text};
use harness::{App, Caller, Mode, Value, both_modes, distributed_only, json};

const SORTED: [&str; 8] = ["agua", "Ámbar", "arroz", "Nachos", "Nuez", "ñandú", "Ñoquis", "Zapallo"];

/// As a language has it in which ñ is an n.
const ELSEWHERE: [&str; 8] = ["agua", "Ámbar", "arroz", "Nachos", "ñandú", "Ñoquis", "Nuez", "Zapallo"];

/// The names in an order in which nobody wants them.
fn mixed() -> [&'static str; 8] {
    ["Ñoquis", "Zapallo", "agua", "Nuez", "Ámbar", "ñandú", "Nachos", "arroz"]
}

async fn names(caller: &Caller, path: &str) -> Vec<String> {
    let rows = caller.get(path).await.expect(200);
    let name = |row: &Value| text(row.get("name").unwrap_or(&row["code"])).to_owned();
    list(&rows).iter().map(name).collect()
}

/// Those of the list that are ours, in its order.
async fn ours(caller: &Caller, path: &str) -> Vec<String> {
    names(caller, path).await.into_iter().filter(|name| SORTED.contains(&name.as_str())).collect()
}

/// Eight of everything that has a name, by those names; then the paths of their lists.
async fn fill(app: &App) -> [&'static str; 15] {
    let now = "(select min(created_at) from tenant)";
    for (place, name) in mixed().iter().enumerate() {
        app.sql_exec(&format!(
            "insert into allergen (tenant_id, name, created_at) select id, '{name}', created_at from tenant;
             insert into ingredient_group (tenant_id, name, created_at) select id, '{name}', created_at from tenant;
             insert into ingredient (tenant_id, name, created_at) select id, '{name}', created_at from tenant;
             insert into sector (tenant_id, branch_id, name, prefix, display_order, created_at)
                 select tenant_id, id, '{name}', 'Y{place}', 7, created_at from branch where slug = 'centro';
             insert into product (tenant_id, category_id, name, created_at)
                 select tenant_id, id, '{name}', {now} from category where name = 'Postres';
             insert into branch_product (tenant_id, branch_id, product_id, price_cents)
                 select tenant_id, (select id from branch where slug = 'centro'), id, 1000 from product where name = '{name}';
             insert into category (tenant_id, branch_id, name, display_order, created_at)
                 select tenant_id, id, '{name}', 7, created_at from branch where slug = 'centro';
             insert into subcategory (tenant_id, category_id, name, display_order, created_at)
                 select tenant_id, id, '{name}', 7, created_at from category where name = 'Postres';
             insert into station (tenant_id, branch_id, code, name, display_order, created_at)
                 select tenant_id, id, 'Y{place}', '{name}', 7, created_at from branch where slug = 'centro';
             insert into recipe (tenant_id, branch_id, name, name_key, created_at)
                 select tenant_id, id, '{name}', '{name}', created_at from branch where slug = 'centro';
             insert into customization (tenant_id, name, extra_cost_cents, display_order, created_at) select id, '{name}', 0, 7, created_at from tenant;
             insert into tip_pool (tenant_id, branch_id, name, waiter_percent, kitchen_percent, other_percent, created_at)
                 select tenant_id, id, '{name}', 100, 0, 0, created_at from branch where slug = 'centro';
             insert into branch (tenant_id, name, slug, timezone, created_at)
                 select id, '{name}', 'y{place}', 'UTC', created_at from tenant;
             insert into branch_stream (branch_id, tenant_id, epoch) select id, tenant_id, 'e' from branch where slug = 'y{place}';
             insert into promotion (tenant_id, name, price_cents, start_date, end_date, start_time, end_time, created_at)
                 select id, '{name}', 1, '2026-01-01', '2026-01-02', '00:00', '23:59', created_at from tenant;
             insert into catalog_entry (tenant_id, catalog, name) select id, 'flavor-profiles', '{name}' from tenant"
        ))
        .await;
    }
    [
        "/api/admin/allergens",
        "/api/admin/ingredients/groups",
        "/api/admin/ingredients",
        "/api/admin/sectors?branch_id=1",
        "/api/admin/products",
        "/api/admin/categories?branch_id=1",
        "/api/admin/subcategories",
        "/api/admin/stations?branch_id=1",
        "/api/recipes",
        "/api/admin/customizations",
        "/api/admin/tip-pools",
        "/api/admin/branches",
        "/api/admin/promotions",
        "/api/admin/catalogs/flavor-profiles",
        "/api/public/branches",
    ]
}

/// The names of the menu's desserts that are ours; its categories and subcategories of one place stand like them.
async fn on_phones(app: &App) -> Vec<String> {
    let menu = app.menu().await;
    let ours = |rows: &Value| -> Vec<String> {
        let names = list(rows).iter().map(|row| text(&row["name"]).to_owned());
        names.filter(|name| SORTED.contains(&name.as_str())).collect()
    };
    let categories = &menu.0["categories"];
    let desserts = list(categories).iter().find(|category| category["name"] == "Postres").unwrap();
    let products = ours(&desserts["products"]);
    assert_eq!(ours(categories), products, "categories");
    assert_eq!(ours(&desserts["subcategories"]), products, "subcategories");
    products
}

both_modes! {
    async fn names_sort_as_people_sort_them(app: App) {
        let lists = fill(&app).await;
        let admin = app.login("admin@demo.com", "admin123").await;
        for path in lists {
            assert_eq!(ours(&admin, path).await, SORTED, "{path}");
        }
        assert_eq!(on_phones(&app).await, SORTED);
        // A part of the list is a part of this order.
        let all = names(&admin, "/api/admin/products").await;
        let mut parts = Vec::new();
        for offset in (0..all.len()).step_by(7) {
            parts.extend(names(&admin, &format!("/api/admin/products?limit=7&offset={offset}")).await);
        }
        assert_eq!(parts, all);
    }

    /// Whoever reads a dish or a recipe finds an allergen where people look for it, and so does whoever leaves out a
    /// part of the menu.
    async fn what_stands_within_a_thing_is_sorted_too(app: App) {
        fill(&app).await;
        app.sql_exec(
            "insert into product_allergen (tenant_id, product_id, allergen_id, presence)
                 select p.tenant_id, p.id, a.id, 'contains' from product p, allergen a where p.name = 'agua' and a.id > 14;
             insert into recipe_allergen (tenant_id, recipe_id, allergen_id)
                 select r.tenant_id, r.id, a.id from recipe r, allergen a where r.name = 'agua' and a.id > 14",
        )
        .await;
        let admin = app.login("admin@demo.com", "admin123").await;
        let called = |rows: &Value, name: &str| -> Vec<String> {
            let names = list(rows).iter().map(|row| text(&row[name]).to_owned());
            names.filter(|name| SORTED.contains(&name.as_str())).collect()
        };
        let found = admin.get("/api/admin/products?search=agua").await.expect(200);
        let product = list(&found).iter().find(|row| row["name"] == "agua").unwrap();
        let one = admin.get(&format!("/api/admin/products/{}", product["id"])).await.expect(200);
        for product in [product, &one] {
            assert_eq!(called(&product["allergens"], "allergen_name"), SORTED);
            let ids: Vec<_> = list(&product["allergens"]).iter().map(|row| row["allergen_id"].clone()).collect();
            assert_eq!(product["allergen_ids"], json!(ids));
        }
        let found = admin.get("/api/recipes?search=agua").await.expect(200);
        let one = admin.get(&format!("/api/recipes/{}", found[0]["id"])).await.expect(200);
        for recipe in [&found[0], &one] {
            assert_eq!(called(&recipe["allergens"], "name"), SORTED);
        }
        let left_out = admin.get("/api/admin/exclusions").await.expect(200);
        assert_eq!(called(&left_out["category_exclusions"], "category_name"), SORTED);
        assert_eq!(called(&left_out["subcategory_exclusions"], "subcategory_name"), SORTED);
    }

    /// A kitchen with many stations, and a house with many pools, is read in parts as every other list.
    async fn stations_and_pools_are_read_in_parts(app: App) {
        fill(&app).await;
        let admin = app.login("admin@demo.com", "admin123").await;
        for path in ["/api/admin/stations", "/api/admin/tip-pools"] {
            let whole = names(&admin, path).await;
            let first = admin.get(&format!("{path}?limit=3&search=a")).await;
            assert_eq!(list(&first.expect(200)).len(), 3);
            assert_eq!(first.header("link"), Some(format!("<{path}?search=a&limit=3&offset=3>; rel=\"next\"").as_str()));
            let mut parts = Vec::new();
            for offset in (0..whole.len()).step_by(3) {
                parts.extend(names(&admin, &format!("{path}?limit=3&offset={offset}")).await);
            }
            assert_eq!(parts, whole, "{path}");
            admin.get(&format!("{path}?limit=0")).await.expect(422);
        }
        assert_eq!(names(&admin, "/api/admin/stations?search=hot_kitchen").await, ["Cocina caliente"], "by its code");
    }

    async fn tables_stand_by_their_numbers(app: App) {
        app.sql_exec("delete from waiter_sector_assignment").await;
        for code in ["Mesa 10", "Mesa 2", "Mesa 1", "mesa 11"] {
            app.sql_exec(&format!(
                "insert into dining_table (tenant_id, branch_id, code, capacity, status, created_at)
                     select tenant_id, id, '{code}', 4, 'FREE', created_at from branch where slug = 'centro'"
            ))
            .await;
        }
        let manager = app.login("manager@demo.com", "manager123").await;
        for path in ["/api/admin/tables", "/api/waiter/tables"] {
            let codes = names(&manager, path).await;
            let ours: Vec<_> = codes.iter().filter(|code| code.to_lowercase().starts_with("mesa")).collect();
            assert_eq!(ours, ["Mesa 1", "Mesa 2", "Mesa 10", "mesa 11"], "{path}");
        }
    }

    async fn the_business_says_which_language_it_speaks(app: App) {
        let lists = fill(&app).await;
        let admin = app.login("admin@demo.com", "admin123").await;
        assert_eq!(admin.get("/api/admin/tenant").await.expect(200)["language"], "es");
        assert_eq!(on_phones(&app).await, SORTED);
        for wrong in [json!("español"), json!("es_AR"), json!(""), json!(null), json!(7)] {
            let detail = admin.patch("/api/admin/tenant", json!({"language": wrong})).await.expect(422)["detail"].clone();
            assert!(text(&detail).contains("language"), "{detail}");
        }
        let manager = app.login("manager@demo.com", "manager123").await;
        manager.patch("/api/admin/tenant", json!({"language": "en"})).await.expect(403);
        let changed = admin.patch("/api/admin/tenant", json!({"language": "pt-BR"})).await.expect(200);
        assert_eq!((&changed["language"], &changed["name"]), (&json!("pt-BR"), &json!("Buen Sabor")));
        for path in lists.iter().filter(|path| !path.starts_with("/api/public/")) {
            assert_eq!(ours(&admin, path).await, ELSEWHERE, "{path}");
        }
        // On the phones at once: the menu has another version.
        assert_eq!(on_phones(&app).await, ELSEWHERE);
        let audited = admin.get("/api/admin/audit-log?entity_type=tenant").await.expect(200).to_string();
        assert!(audited.contains("pt-BR"), "{audited}");
        // The Spanish of Latin America has a number in place of a country.
        for spanish in ["es-AR", "es-419"] {
            admin.patch("/api/admin/tenant", json!({"language": spanish})).await.expect(200);
            assert_eq!(on_phones(&app).await, SORTED, "{spanish}");
        }
    }

    async fn a_search_minds_neither_case_nor_accents(app: App) {
        let lists = fill(&app).await;
        let admin = app.login("admin@demo.com", "admin123").await;
        for path in lists.iter().filter(|path| !path.starts_with("/api/public/")) {
            let sign = if path.contains('?') { '&' } else { '?' };
            for (typed, found) in [("NOQUI", "Ñoquis"), ("%C3%B1o", "Ñoquis"), ("AMBAR", "Ámbar"), ("zapa%20llo", "Zapallo")] {
                assert_eq!(ours(&admin, &format!("{path}{sign}search={typed}")).await, [found], "{path} {typed}");
            }
            for typed in ["%25", "_", "zapa%25llo", "%27", "%5C", "nada"] {
                assert_eq!(ours(&admin, &format!("{path}{sign}search={typed}")).await, [""; 0], "{path} {typed}");
            }
        }
        admin.patch("/api/admin/categories/4", json!({"name": "Añejos 100%"})).await.expect(200);
        for typed in ["anejos", "100%25", "%25", "A%C3%91EJOS"] {
            assert_eq!(names(&admin, &format!("/api/admin/categories?search={typed}")).await, ["Añejos 100%"], "{typed}");
        }
        assert_eq!(names(&admin, "/api/admin/tables?search=ter-01").await, ["TER-01"]);
        app.sql_exec("update app_user set first_name = 'Íñigo', last_name = 'Peña' where email = 'waiter@demo.com'").await;
        let found = admin.get("/api/admin/staff?search=pena%20INIGO").await.expect(200);
        assert_eq!((list(&found).len(), &found[0]["email"]), (1, &json!("waiter@demo.com")));
        assert_eq!(list(&admin.get("/api/admin/staff?search=waiter%40").await.expect(200)).len(), 1);
    }

    async fn a_search_is_read_in_parts_and_bounded(app: App) {
        fill(&app).await;
        let admin = app.login("admin@demo.com", "admin123").await;
        let whole = names(&admin, "/api/admin/products?search=o").await;
        assert!(whole.len() > 3, "{whole:?}");
        let first = admin.get("/api/admin/products?search=o&limit=2").await;
        assert_eq!(first.header("link"), Some("</api/admin/products?search=o&limit=2&offset=2>; rel=\"next\""));
        let second = names(&admin, "/api/admin/products?search=o&limit=2&offset=2").await;
        assert_eq!(second, whole[2..whole.len().min(4)]);
        assert_eq!(names(&admin, "/api/admin/products?search=").await, names(&admin, "/api/admin/products").await);
        assert_eq!(names(&admin, "/api/admin/products?search=%20%20").await.len(), names(&admin, "/api/admin/products").await.len());
        let long = "x".repeat(101);
        for wrong in [long.as_str(), "%00"] {
            admin.get(&format!("/api/admin/products?search={wrong}")).await.expect(422);
        }
        // Nobody finds what is another business's.
        let [theirs, _] = strangers(&app).await;
        app.sql_exec(&format!("update product set name = 'Ñoquis ajenos' where category_id = {}", theirs.category)).await;
        assert_eq!(names(&admin, "/api/admin/products?search=noquis").await, ["Ñoquis", "Ñoquis con bolognesa"]);
    }
}

distributed_only! {
    /// The order is the business's, not that of the locale in which somebody created the database.
    async fn names_sort_the_same_in_any_locale(app: App) {
        assert_eq!(app.mode(), Mode::Distributed);
        let lists = fill(&app).await;
        let admin = app.login("admin@demo.com", "admin123").await;
        for locale in ["C", "es-x-icu", "en-x-icu", "sv-x-icu"] {
            for table in ["category", "subcategory", "station", "allergen", "ingredient_group", "ingredient", "sector", "product", "recipe", "customization", "tip_pool", "branch", "promotion", "catalog_entry"] {
                app.sql_exec(&format!("alter table {table} alter column name type text collate \"{locale}\"")).await;
            }
            // Statements that were prepared before know the columns as they were.
            app.restart_api().await;
            for path in lists {
                assert_eq!(ours(&admin, path).await, SORTED, "{path} in {locale}");
            }
        }
    }
}
