//! Recipes: written by the kitchen, found by category, handed over, made into products, deleted and restored.

use crate::scene::{Staff, list, number, product, strangers, text};
use harness::{App, StaffClient, Value, both_modes, duel, json, race};

const RECIPES: &str = "/api/recipes";

async fn admin(app: &App) -> StaffClient {
    app.login("admin@demo.com", "admin123").await
}

async fn id(app: &App, table: &str, name: &str) -> i64 {
    app.sql_i64(&format!("select id from {table} where name = '{name}'")).await
}

fn names(rows: &Value) -> Vec<&str> {
    list(rows).iter().map(|row| text(&row["name"])).collect()
}

fn ids(rows: &Value) -> Vec<i64> {
    list(rows).iter().map(|row| number(&row["id"])).collect()
}

/// The fields of both, those of `more` where both have them.
fn with(mut whole: Value, more: &Value) -> Value {
    whole.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    whole
}

/// A recipe in the demo's branch that says next to nothing.
async fn plain(cook: &StaffClient, name: &str) -> Value {
    cook.post(RECIPES, json!({"branch_id": cook.branch_ids[0], "name": name})).await.expect(201)
}

both_modes! {
    async fn a_recipe_is_written_as_the_dashboard_sends_it_and_read_back_whole(app: App) {
        let staff = Staff::of(&app).await;
        let screen = admin(&app).await.socket(&app, "/ws/admin").await;
        let branch = staff.cook.branch_ids[0];
        let (dish, part) = (product(&app, "Entraña").await, id(&app, "subcategory", "Carnes").await);
        let (gluten, soy, salt) = (id(&app, "allergen", "Gluten").await, id(&app, "allergen", "Soja").await, id(&app, "ingredient", "Sal").await);
        let body = json!({
            "branch_id": branch, "product_id": dish, "subcategory_id": part, "name": " Entraña al fuego ", "description": "Entera.",
            "image": "", "cuisine_type": "Argentina", "difficulty": "EASY", "prep_time_minutes": 5, "cook_time_minutes": 12,
            "servings": 2, "calories_per_serving": 640,
            "ingredients": [{"ingredient_id": salt, "name": "Sal", "quantity": "1", "unit": "pizca"}, {"name": "Entraña", "notes": ""}],
            "preparation_steps": [{"step": 1, "instruction": "Sellar", "time_minutes": 6}], "chef_notes": "", "presentation_tips": null,
            "allergen_ids": [soy, gluten, soy], "dietary_tags": ["sin lactosa"], "cost_cents": 7000, "whatever": 1
        });
        let made = staff.cook.lenient().post(RECIPES, body).await.expect(201);
        let said = json!({
            "id": made["id"], "tenant_id": made["tenant_id"], "branch_id": branch, "branch_name": "Sucursal Centro",
            "product_id": dish, "product_name": "Entraña", "subcategory_id": part, "subcategory_name": "Carnes",
            "category_id": id(&app, "category", "Principales").await, "category_name": "Principales", "name": "Entraña al fuego",
            "description": "Entera.", "short_description": null, "image": null, "cuisine_type": "Argentina", "difficulty": "EASY",
            "prep_time_minutes": 5, "cook_time_minutes": 12, "total_time_minutes": 17, "servings": 2, "calories_per_serving": 640,
            "ingredients": [{"ingredient_id": salt, "name": "Sal", "quantity": "1", "unit": "pizca", "notes": null},
                {"ingredient_id": null, "name": "Entraña", "quantity": "", "unit": "", "notes": null}]
        });
        let rest = json!({
            "preparation_steps": [{"step": 1, "instruction": "Sellar", "time_minutes": 6}], "chef_notes": null,
            "presentation_tips": null, "storage_instructions": null, "allergen_ids": [gluten, soy],
            "allergens": [{"id": gluten, "name": "Gluten", "icon": "🌾"}, {"id": soy, "name": "Soja", "icon": "🫘"}],
            "dietary_tags": ["sin lactosa"], "flavors": null, "textures": null, "cooking_methods": null, "uses_oil": false,
            "is_celiac_safe": false, "allergen_notes": null, "modifications": null, "warnings": null, "cost_cents": 7000,
            "suggested_price_cents": null, "yield_quantity": null, "yield_unit": null, "portion_size": null, "risk_level": "low",
            "custom_rag_disclaimer": null, "is_active": true, "is_ingested": false, "last_ingested_at": null,
            "created_at": made["created_at"], "created_by_email": "kitchen@demo.com"
        });
        assert_eq!(made, with(said, &rest));
        let told = screen.wait_for("ENTITY_CREATED").await;
        assert_eq!((&told["entity"]["entity_type"], &told["entity"]["entity_id"]), (&json!("recipe"), &made["id"]));
        let path = format!("{RECIPES}/{}", made["id"]);
        assert_eq!(staff.manager.get(&path).await.expect(200), made);

        // The dashboard's form sends the branch along, and null where a choice is empty.
        let patch = json!({"branch_id": 999_999, "product_id": null, "subcategory_id": null, "cook_time_minutes": null, "name": "ENTRAÑA",
            "modifications": [{"action": "remove", "item": "sal"}], "warnings": ["Muy caliente"], "risk_level": "high",
            "suggested_price_cents": 7000, "flavors": ["Salado"], "uses_oil": true});
        let patched = staff.manager.lenient().patch(&path, patch).await.expect(200);
        assert_eq!((&patched["branch_id"], &patched["product_name"], &patched["category_id"]), (&json!(branch), &Value::Null, &Value::Null));
        assert_eq!((&patched["total_time_minutes"], &patched["ingredients"]), (&json!(5), &made["ingredients"]));
        assert_eq!(patched["modifications"], json!([{"action": "remove", "item": "sal", "allowed": true}]));
        assert_eq!((&patched["allergen_ids"], &patched["created_by_email"]), (&made["allergen_ids"], &json!("kitchen@demo.com")));
        assert_eq!(screen.wait_for("ENTITY_UPDATED").await["entity"]["entity_name"], "ENTRAÑA");
        let cleared = staff.cook.patch(&path, json!({"allergen_ids": null, "ingredients": [], "dietary_tags": null})).await.expect(200);
        assert_eq!((&cleared["allergens"], &cleared["ingredients"], &cleared["dietary_tags"]), (&json!([]), &json!([]), &Value::Null));

        staff.waiter.get(RECIPES).await.expect(403);
        staff.waiter.post(RECIPES, json!({"branch_id": branch, "name": "Mía"})).await.expect(403);
    }

    async fn recipes_are_found_by_category_and_branch_and_in_parts(app: App) {
        let staff = Staff::of(&app).await;
        let [foreign, north] = strangers(&app).await;
        let all = staff.cook.get(RECIPES).await.expect(200);
        let mut seeded = names(&all);
        seeded.sort_unstable();
        assert_eq!(seeded, ["Bife de chorizo", "Empanada de carne", "Ensalada César", "Flan casero", "Milanesa napolitana",
            "Provoleta", "Tiramisú", "Ñoquis con bolognesa"]);
        let flan = list(&all).iter().find(|row| row["name"] == "Flan casero").unwrap();
        assert_eq!((&flan["product_name"], &flan["allergen_ids"].as_array().unwrap().len()), (&json!("Flan casero"), &2));
        assert_eq!(staff.cook.get(&format!("{RECIPES}/categories/list")).await.expect(200), json!(["Entradas", "Postres", "Principales"]));
        let sweet = staff.manager.get(&format!("{RECIPES}?category=Postres")).await.expect(200);
        assert_eq!(names(&sweet), ["Flan casero", "Tiramisú"]);
        assert_eq!(staff.cook.get(&format!("{RECIPES}?category=Nada")).await.expect(200), json!([]));
        let own = staff.cook.get(&format!("{RECIPES}?branch_id={}", staff.cook.branch_ids[0])).await.expect(200);
        assert_eq!(list(&own).len(), 8);
        staff.cook.get(&format!("{RECIPES}?branch_id={}", north.branch)).await.expect(403);
        staff.cook.get(&format!("{RECIPES}?branch_id={}", foreign.branch)).await.expect(404);
        let part = staff.cook.get(&format!("{RECIPES}?limit=3")).await;
        assert!(part.header("link").unwrap().contains("offset=3"));
        assert_eq!(list(&part.expect(200)).len(), 3);

        // An administrator is one in every branch, whatever the token's list says.
        let boss = admin(&app).await;
        let everywhere = boss.get(RECIPES).await.expect(200);
        assert_eq!(list(&everywhere).len(), 9);
        boss.get(&format!("{RECIPES}/{}", north.recipe)).await.expect(200);
        boss.get(&format!("{RECIPES}/{}", foreign.recipe)).await.expect(404);
        assert_eq!(boss.get(&format!("{RECIPES}/{}", flan["id"])).await.expect(200), *flan);
    }

    async fn what_does_not_fit_is_refused_and_named(app: App) {
        let staff = Staff::of(&app).await;
        let [foreign, north] = strangers(&app).await;
        let branch = staff.cook.branch_ids[0];
        let recipe = plain(&staff.cook, "Prueba").await;
        let path = format!("{RECIPES}/{}", recipe["id"]);
        let before = app.sql_i64("select count(*) from audit_log").await;
        for (wrong, field, status) in [
            (json!({"name": "a"}), "name", 422),
            (json!({"name": "a".repeat(201)}), "name", 422),
            (json!({"description": "a".repeat(2001)}), "description", 422),
            (json!({"short_description": "a".repeat(201)}), "short_description", 422),
            (json!({"image": "http://10.0.0.1/a.png"}), "image", 422),
            (json!({"cuisine_type": "a".repeat(101)}), "cuisine_type", 422),
            (json!({"prep_time_minutes": -1}), "prep_time_minutes", 422),
            (json!({"cook_time_minutes": 10_081}), "cook_time_minutes", 422),
            (json!({"servings": 0}), "servings", 422),
            (json!({"calories_per_serving": "many"}), "calories_per_serving", 422),
            (json!({"ingredients": [{"name": "Sal"}, {"name": " "}]}), "ingredients[1].name", 422),
            (json!({"ingredients": vec![json!({"name": "Sal"}); 201]}), "ingredients", 422),
            (json!({"ingredients": [{"name": "Sal", "quantity": "a".repeat(51)}]}), "ingredients[0].quantity", 422),
            (json!({"preparation_steps": [{"step": 0, "instruction": "x"}]}), "preparation_steps[0].step", 422),
            (json!({"modifications": [{"action": "burn", "item": "x"}]}), "modifications[0].action", 422),
            (json!({"dietary_tags": vec!["x"; 51]}), "dietary_tags", 422),
            (json!({"warnings": [7]}), "warnings[0]", 422),
            (json!({"allergen_ids": (0..101).collect::<Vec<_>>()}), "allergen_ids", 422),
            (json!({"risk_level": "huge"}), "risk_level", 422),
            (json!({"cost_cents": -1}), "cost_cents", 422),
            (json!({"cost_cents": 100_000_000_001_i64}), "cost_cents", 422),
            (json!({"cost_cents": 501, "suggested_price_cents": 500}), "cost_cents", 422),
            (json!({"chef_notes": "a\u{0}"}), "chef_notes", 422),
            (json!({"product_id": foreign.product}), "product_id", 400),
            (json!({"subcategory_id": foreign.subcategory}), "subcategory_id", 400),
            (json!({"ingredients": [{"name": "Suyo", "ingredient_id": foreign.ingredient}]}), "no such ingredient", 400),
            (json!({"allergen_ids": [1, foreign.allergen, 999_999]}), &format!("no such allergen: {}, 999999", foreign.allergen), 400),
        ] {
            let whole = with(json!({"branch_id": branch, "name": "Otra"}), &wrong);
            for refused in [staff.cook.post(RECIPES, whole).await.expect(status), staff.cook.patch(&path, wrong).await.expect(status)] {
                assert!(text(&refused["detail"]).contains(field), "{refused} does not name {field}");
            }
        }
        for theirs in [json!({"product_id": north.product}), json!({"subcategory_id": north.subcategory})] {
            staff.cook.patch(&path, theirs).await.expect(403);
        }
        staff.cook.post(RECIPES, json!({"name": "Sin casa"})).await.expect(422);
        staff.cook.patch(&path, json!({"name": null})).await.expect(422);
        assert_eq!(staff.cook.get(&path).await.expect(200), recipe);
        assert_eq!(app.sql_i64("select count(*) from audit_log").await, before);
        assert_eq!(app.sql_i64("select count(*) from recipe where name = 'Otra'").await, 0);
    }

    async fn a_name_is_one_recipe_s_until_that_is_deleted(app: App) {
        let staff = Staff::of(&app).await;
        let branch = staff.cook.branch_ids[0];
        let statuses = race(6, |turn| {
            let cook = staff.cook.clone();
            async move {
                let name = if turn % 2 == 0 { "Ñandú" } else { "ñANDÚ" };
                cook.post(RECIPES, json!({"branch_id": branch, "name": name})).await.status
            }
        }).await;
        assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
        assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 5, "{statuses:?}");
        let other = plain(&staff.cook, "Otra").await;
        let taken = staff.cook.patch(&format!("{RECIPES}/{}", other["id"]), json!({"name": "ÑANDÚ"})).await.expect(409);
        assert_eq!(taken["code"], "name_taken");
        // Its own name in other letters is not another's.
        staff.cook.patch(&format!("{RECIPES}/{}", other["id"]), json!({"name": "OTRA"})).await.expect(200);

        let first = app.sql_i64("select id from recipe where name_key = 'ñandú'").await;
        staff.cook.delete(&format!("{RECIPES}/{first}")).await.expect(204);
        plain(&staff.cook, "Ñandú").await;
        let boss = admin(&app).await;
        assert_eq!(boss.post_empty(&format!("/api/admin/recipes/{first}/restore")).await.expect(409)["code"], "name_taken");

        // The same request twice is one recipe and one answer.
        let keyed = staff.cook.with_header("X-Idempotency-Key", "receta");
        let body = json!({"branch_id": branch, "name": "Una vez"});
        let (one, two) = duel(
            { let (keyed, body) = (keyed.clone(), body.clone()); async move { keyed.post(RECIPES, body).await } },
            { let (keyed, body) = (keyed.clone(), body.clone()); async move { keyed.post(RECIPES, body).await } },
        ).await;
        assert_eq!(one.expect(201), two.expect(201));
        keyed.post(RECIPES, json!({"branch_id": branch, "name": "Otra vez"})).await.expect(409);
        assert_eq!(app.sql_i64("select count(*) from recipe where name in ('Una vez', 'Otra vez')").await, 1);
    }

    async fn a_recipe_is_handed_over_until_it_changes(app: App) {
        let staff = Staff::of(&app).await;
        let path = format!("{RECIPES}/{}", plain(&staff.cook, "Para buscar").await["id"]);
        let marked = staff.cook.post_empty(&format!("{path}/ingest")).await.expect(200);
        assert_eq!(marked["is_ingested"], true);
        assert!(marked["last_ingested_at"].is_string());
        let changed = staff.cook.patch(&path, json!({"chef_notes": "Más sal"})).await.expect(200);
        assert_eq!((&changed["is_ingested"], &changed["last_ingested_at"]), (&json!(false), &marked["last_ingested_at"]));
        staff.cook.post_empty(&format!("{RECIPES}/999999/ingest")).await.expect(404);
        staff.waiter.post_empty(&format!("{path}/ingest")).await.expect(403);
    }

    async fn a_recipe_is_deleted_and_restored_and_links_lose_their_names_only(app: App) {
        let staff = Staff::of(&app).await;
        let boss = admin(&app).await;
        let screen = boss.socket(&app, "/ws/admin").await;
        let flan = id(&app, "recipe", "Flan casero").await;
        let (path, dish) = (format!("{RECIPES}/{flan}"), product(&app, "Flan casero").await);
        let whole = boss.get(&path).await.expect(200);
        let made = format!("/api/admin/products/{dish}");
        assert_eq!((&boss.get(&made).await.expect(200)["recipe_id"], &boss.get(&made).await.expect(200)["recipe_name"]), (&json!(flan), &json!("Flan casero")));
        let preview = boss.get(&format!("/api/admin/recipes/{flan}/cascade-preview")).await.expect(200);
        assert_eq!((&preview["entity_name"], &preview["total_items"]), (&json!("Flan casero"), &json!(0)));

        staff.cook.delete(&path).await.expect(204);
        let gone = screen.wait_for("ENTITY_DELETED").await;
        assert_eq!((&gone["entity"]["entity_type"], &gone["entity"]["entity_id"]), (&json!("recipe"), &json!(flan)));
        boss.get(&path).await.expect(404);
        boss.patch(&path, json!({"name": "Otro"})).await.expect(404);
        boss.delete(&path).await.expect(404);
        boss.post_empty(&format!("{path}/ingest")).await.expect(404);
        assert!(!ids(&boss.get(RECIPES).await.expect(200)).contains(&flan));
        let deleted = boss.get(&format!("{RECIPES}?include_deleted=true")).await.expect(200);
        assert_eq!(list(&deleted).iter().find(|row| row["id"] == flan).unwrap()["is_active"], false);
        let product = boss.get(&made).await.expect(200);
        assert_eq!((&product["recipe_id"], &product["recipe_name"]), (&json!(flan), &Value::Null));
        // A form that sends back what it read does not fail over a recipe that is gone; a new link to it does.
        boss.patch(&made, json!({"recipe_id": flan, "popular": true})).await.expect(200);
        boss.patch(&format!("/api/admin/products/{}", dish + 1), json!({"recipe_id": flan})).await.expect(404);
        staff.manager.post_empty(&format!("/api/admin/recipes/{flan}/restore")).await.expect(403);
        boss.post_empty(&format!("/api/admin/recipes/{flan}/restore")).await.expect(200);
        assert_eq!(boss.get(&path).await.expect(200), whole);

        // What it speaks of goes; it stays.
        let part = number(&whole["subcategory_id"]);
        boss.delete(&format!("/api/admin/subcategories/{part}")).await.expect(204);
        let lonely = boss.get(&path).await.expect(200);
        assert_eq!((&lonely["product_id"], &lonely["product_name"]), (&json!(dish), &Value::Null));
        assert_eq!((&lonely["subcategory_name"], &lonely["category_name"]), (&Value::Null, &Value::Null));
        boss.patch(&path, json!({"product_id": dish, "subcategory_id": part})).await.expect(200);
        boss.post_empty(&format!("/api/admin/subcategories/{part}/restore")).await.expect(200);
        assert_eq!(boss.get(&path).await.expect(200), whole);
        let history = boss.get(&format!("/api/admin/audit-log?entity_type=recipe&entity_id={flan}&limit=50&offset=0")).await.expect(200);
        let actions: Vec<_> = list(&history).iter().map(|row| text(&row["action"])).collect();
        assert_eq!(actions, ["RESTORE", "DELETE"]);
    }

    async fn a_branch_takes_its_recipes_along(app: App) {
        let [_, north] = strangers(&app).await;
        let boss = admin(&app).await;
        app.sql_exec(&format!("update table_session set status = 'CLOSED', closed_at = opened_at where branch_id = {}", north.branch)).await;
        app.sql_exec(&format!("update cash_session set status = 'CLOSED', expected_amount_cents = 0, actual_amount_cents = 0, closed_at = opened_at where branch_id = {}", north.branch)).await;
        let preview = boss.get(&format!("/api/admin/branches/{}/cascade-preview", north.branch)).await.expect(200);
        assert_eq!(preview["counts"]["recipe"], 1);
        boss.delete(&format!("/api/admin/branches/{}", north.branch)).await.expect(204);
        boss.get(&format!("{RECIPES}/{}", north.recipe)).await.expect(404);
        let with = boss.post_empty(&format!("/api/admin/recipes/{}/restore", north.recipe)).await.expect(409);
        assert_eq!(with["code"], "went_with_another");
        boss.post_empty(&format!("/api/admin/branches/{}/restore", north.branch)).await.expect(200);
        boss.get(&format!("{RECIPES}/{}", north.recipe)).await.expect(200);
    }

    async fn a_product_is_made_of_a_recipe_and_contains_what_it_contains(app: App) {
        let staff = Staff::of(&app).await;
        let [foreign, north] = strangers(&app).await;
        let boss = admin(&app).await;
        let screen = boss.socket(&app, "/ws/admin").await;
        let (branch, cook) = (staff.cook.branch_ids[0], &staff.cook);
        let (sweets, cakes, drinks) = (id(&app, "category", "Postres").await, id(&app, "subcategory", "Tortas").await, id(&app, "category", "Bebidas").await);
        let flan = id(&app, "recipe", "Flan casero").await;
        let (derive, made_of) = (format!("{RECIPES}/{flan}/derive-product"), format!("{RECIPES}/{flan}/products"));
        let price = |at: i64| json!([{"branch_id": at, "price_cents": 4200}]);
        let body = json!({"name": "Flan grande", "category_id": sweets, "subcategory_id": cakes, "branch_prices": price(branch)});
        for (wrong, status) in [
            (json!({"subcategory_id": cakes, "category_id": drinks}), 422),
            (json!({"category_id": foreign.category, "subcategory_id": null}), 404),
            (json!({"category_id": north.category, "subcategory_id": null}), 403),
            (json!({"branch_prices": price(foreign.branch)}), 404),
            (json!({"branch_prices": price(north.branch)}), 403),
            (json!({"branch_prices": [{"branch_id": branch, "price_cents": -1}]}), 422),
            (json!({"name": "Flan casero"}), 409),
            (json!({"name": ""}), 422),
        ] {
            cook.post(&derive, with(body.clone(), &wrong)).await.expect(status);
        }
        let derived = cook.post(&derive, body.clone()).await.expect(201);
        assert_eq!(derived, json!({"id": derived["id"], "name": "Flan grande", "recipe_id": flan, "recipe_name": "Flan casero",
            "inherits_from_recipe": true, "category_id": sweets, "subcategory_id": cakes, "message": derived["message"]}));
        assert_eq!(screen.wait_for("ENTITY_CREATED").await["entity"]["entity_name"], "Flan grande");
        cook.post(&derive, body).await.expect(409);
        let path = format!("/api/admin/products/{}", derived["id"]);
        let (eggs, milk, gluten) = (id(&app, "allergen", "Huevos").await, id(&app, "allergen", "Lácteos").await, id(&app, "allergen", "Gluten").await);
        let product = boss.get(&path).await.expect(200);
        assert_eq!((&product["allergen_ids"], &product["inherits_from_recipe"]), (&json!([eggs, milk]), &json!(true)));
        assert_eq!(product["description"], "Flan de huevo al caramelo, con crema o dulce de leche.");
        assert_eq!(app.menu().await.product("Flan grande")["price_cents"], 4200);
        let history = boss.get(&format!("/api/admin/audit-log?entity_type=product&entity_id={}&limit=50&offset=0", derived["id"])).await.expect(200);
        assert_eq!((&history[0]["action"], &history[0]["user_email"]), (&json!("CREATE"), &json!("kitchen@demo.com")));
        let of = cook.get(&made_of).await.expect(200);
        assert_eq!(names(&of), ["Flan casero", "Flan grande"]);
        assert_eq!((&of[0]["inherits_from_recipe"], &of[1]["inherits_from_recipe"]), (&json!(false), &json!(true)));

        // What the recipe contains from now on, the product contains, whatever was said of it; and nothing takes it
        // away.
        boss.patch(&path, json!({"allergens": [{"allergen_id": gluten, "presence_type": "free_from"}]})).await.expect(200);
        cook.patch(&format!("{RECIPES}/{flan}"), json!({"allergen_ids": [eggs, gluten]})).await.expect(200);
        let product = boss.get(&path).await.expect(200);
        assert_eq!(product["allergen_ids"], json!([gluten, eggs, milk]));
        assert_eq!(list(&product["allergens"]).len(), 3);
        let contained = app.menu().await.product("Flan grande")["allergens"]["contains"].clone();
        assert_eq!(list(&contained).len(), 3);
        let product = boss.patch(&path, json!({"allergens": []})).await.expect(200);
        assert_eq!(product["allergen_ids"], json!([gluten, eggs]));
        let free = boss.patch(&path, json!({"recipe_id": null, "allergens": []})).await.expect(200);
        assert_eq!((&free["inherits_from_recipe"], &free["recipe_id"], &free["allergen_ids"]), (&json!(false), &Value::Null, &json!([])));
        boss.patch(&path, json!({"inherits_from_recipe": true})).await.expect(422);
        boss.patch(&path, json!({"recipe_id": foreign.recipe})).await.expect(404);
        staff.manager.patch(&path, json!({"recipe_id": north.recipe})).await.expect(403);
        let again = boss.patch(&path, json!({"recipe_id": flan, "inherits_from_recipe": true})).await.expect(200);
        assert_eq!(again["allergen_ids"], json!([gluten, eggs]));
    }

    async fn an_allergen_that_comes_back_is_in_its_recipes_again(app: App) {
        let staff = Staff::of(&app).await;
        let boss = admin(&app).await;
        let (eggs, gluten) = (id(&app, "allergen", "Huevos").await, id(&app, "allergen", "Gluten").await);
        let path = format!("{RECIPES}/{}", id(&app, "recipe", "Flan casero").await);
        boss.delete(&format!("/api/admin/allergens/{eggs}")).await.expect(204);
        let seen = staff.cook.get(&path).await.expect(200);
        assert_eq!(list(&seen["allergen_ids"]).len(), 1);
        staff.cook.patch(&path, json!({"allergen_ids": [eggs]})).await.expect(400);
        staff.cook.patch(&path, json!({"allergen_ids": [gluten]})).await.expect(200);
        boss.post_empty(&format!("/api/admin/allergens/{eggs}/restore")).await.expect(200);
        assert_eq!(staff.cook.get(&path).await.expect(200)["allergen_ids"], json!([gluten, eggs]));
    }

    async fn a_product_has_words_of_the_business_s_lists(app: App) {
        let [foreign, _] = strangers(&app).await;
        let boss = admin(&app).await;
        app.sql_exec(&format!("insert into catalog_entry (tenant_id, catalog, name) select tenant_id, 'flavor-profiles', 'Suyo' from branch where id = {}", foreign.branch)).await;
        let (fried, salty, soft, theirs) = (id(&app, "catalog_entry", "Frito").await, id(&app, "catalog_entry", "Salado").await,
            id(&app, "catalog_entry", "Suave").await, id(&app, "catalog_entry", "Suyo").await);
        let made = boss.post("/api/admin/products", json!({"name": "Papas", "category_id": id(&app, "category", "Entradas").await,
            "cooking_info": {"cooking_method_ids": [fried, fried], "uses_oil": true},
            "sensory_profile": {"flavor_ids": [salty], "texture_ids": [soft]}})).await.expect(201);
        assert_eq!(made["cooking_info"], json!({"cooking_method_ids": [fried], "methods": [], "uses_oil": true, "prep_time_minutes": null, "cook_time_minutes": null}));
        assert_eq!(made["sensory_profile"], json!({"flavor_ids": [salty], "texture_ids": [soft]}));
        let path = format!("/api/admin/products/{}", made["id"]);
        for (wrong, field) in [
            (json!({"cooking_info": {"cooking_method_ids": [salty]}}), "cooking_info.cooking_method_ids"),
            (json!({"sensory_profile": {"flavor_ids": [theirs]}}), "sensory_profile.flavor_ids"),
            (json!({"sensory_profile": {"texture_ids": [999_999]}}), "sensory_profile.texture_ids"),
        ] {
            let refused = boss.patch(&path, wrong).await.expect(400);
            assert!(text(&refused["detail"]).starts_with(field), "{refused}");
        }
        boss.patch(&path, json!({"sensory_profile": {"flavor_ids": vec![salty; 21]}})).await.expect(422);
        let cleared = boss.patch(&path, json!({"sensory_profile": null})).await.expect(200);
        assert_eq!((&cleared["sensory_profile"], &cleared["cooking_info"]), (&Value::Null, &made["cooking_info"]));
    }
}
