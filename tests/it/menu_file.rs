//! A menu as a file: out, in, into another business; whatever is wrong with it is told at once and nothing has changed.

use crate::scene::{Staff, list, number, strangers, text};
use harness::{App, AppOptions, Reply, StaffClient, Value, both_modes, distributed_only, json, race, reqwest::Method};

const EXPORT: &str = "/api/admin/menu/export";
const IMPORT: &str = "/api/admin/menu/import";
const DRY: &str = "/api/admin/menu/import?dry_run=true";

async fn admin(app: &App) -> StaffClient {
    app.login("admin@demo.com", "admin123").await
}

async fn send_csv(admin: &StaffClient, path: &str, file: impl Into<String>) -> Reply {
    admin.send(Method::POST, path, "text/csv; charset=utf-8", file.into()).await
}

/// What an import must leave alone when it fails: the menu's version, audit rows, events, things.
async fn state(app: &App) -> [i64; 6] {
    let count = async |sql: &str| app.sql_i64(sql).await;
    [
        count("select count(*) from customization_product").await,
        count("select sum(menu_version) from branch").await,
        count("select count(*) from audit_log").await,
        count("select count(*) from event").await,
        count("select count(*) from product").await,
        count("select count(*) from category").await,
    ]
}

fn dish(name: &str, cents: i64) -> Value {
    json!({"branch": "centro", "category": "Tragos", "name": name, "subcategory": "Clásicos", "prices": {"centro": cents},
        "allergens": {"Gluten": "may_contain", "Kiwi": "contains"}, "description": "-5% \"frío\",\ncon hielo"})
}

fn drinks(dishes: Vec<Value>) -> Value {
    json!({"version": 1, "allergens": [{"name": "Kiwi", "severity": "severe"}],
        "categories": [{"branch": "centro", "name": "Tragos", "icon": "🍸"}],
        "subcategories": [{"branch": "centro", "category": "Tragos", "name": "Clásicos"}], "products": dishes})
}

/// Of the category `Salsas`, for the demo's lemonade and whatever else.
fn sauce(name: &str, cents: i64, products: &[[&str; 2]]) -> Value {
    let place = |[category, name]: &[&str; 2]| json!({"branch": "centro", "category": category, "name": name});
    json!({"category": "Salsas", "name": name, "extra_cost_cents": cents, "products": products.iter().map(place).collect::<Vec<_>>()})
}

const LEMONADE: [&str; 2] = ["Bebidas", "Limonada"];

both_modes! {
    /// A branch may sell what stands in another's category: its guests, too, must see the change at once.
    async fn every_branch_that_sells_of_a_category_reads_its_menu_again(app: App) {
        let (admin, lemonade) = (admin(&app).await, crate::scene::product(&app, "Limonada").await);
        let new = json!({"name": "Sucursal Sur", "slug": "sur"});
        let south = number(&admin.post("/api/admin/branches", new).await.expect(201)["id"]);
        let prices = json!([{"branch_id": admin.branch_ids[0], "price_cents": 1800}, {"branch_id": south, "price_cents": 1900}]);
        admin.patch(&format!("/api/admin/products/{lemonade}"), json!({"branch_prices": prices})).await.expect(200);
        let shown = async || app.anonymous().get("/api/public/menu/sur").await.expect(200).to_string().contains("Limonada");
        assert!(shown().await);
        let version = format!("select menu_version from branch where id = {south}");
        let before = app.sql_i64(&version).await;
        let off = json!({"version": 1, "categories": [{"branch": "centro", "name": "Bebidas", "is_active": false}]});
        admin.post(IMPORT, off).await.expect(200);
        assert!(!shown().await);
        assert_eq!(app.sql_i64(&version).await, before + 1);
    }

    /// A name that stands twice means the thing that is on, throughout the file that switches it off.
    async fn what_a_file_switches_off_is_what_it_prices(app: App) {
        let admin = admin(&app).await;
        let first = crate::scene::product(&app, "Limonada").await;
        let category = app.sql_i64(&format!("select category_id from product where id = {first}")).await;
        let twin = json!({"name": "Limonada", "category_id": category, "branch_prices": [{"branch_id": admin.branch_ids[0], "price_cents": 700}]});
        let twin = number(&admin.post("/api/admin/products", twin).await.expect(201)["id"]);
        let line = json!({"branch": "centro", "category": "Bebidas", "name": "Limonada", "is_active": false, "prices": {"centro": 2100}});
        admin.post(IMPORT, json!({"version": 1, "products": [line]})).await.expect(200);
        let price = async |id: i64| app.sql_i64(&format!("select price_cents from branch_product where product_id = {id}")).await;
        assert_eq!((price(first).await, price(twin).await), (2100, 700));
    }

    /// Two subcategories of a category may have a dish of one name each: a file keeps them apart, and their modifiers.
    async fn two_dishes_of_one_name_stay_two(app: App) {
        let admin = admin(&app).await;
        let dish = |part: Value, cents: i64| json!({"branch": "centro", "category": "Tragos", "name": "Spritz", "subcategory": part, "prices": {"centro": cents}});
        let part = |name: &str| json!({"branch": "centro", "category": "Tragos", "name": name});
        let place = |part: &str| json!({"branch": "centro", "category": "Tragos", "name": "Spritz", "subcategory": part});
        let modifier = json!({"name": "Doble", "extra_cost_cents": 500, "products": [place("Grandes")]});
        let menu = json!({"version": 1, "categories": [{"branch": "centro", "name": "Tragos"}], "subcategories": [part("Chicos"), part("Grandes")],
            "products": [dish(json!("Chicos"), 1000), dish(json!("Grandes"), 2000), dish(json!(null), 1500)], "modifiers": [modifier]});
        let diff = admin.post(IMPORT, menu.clone()).await.expect(200);
        assert_eq!(list(&diff["created"]).iter().filter(|it| it["name"] == "Spritz").count(), 3, "{diff}");
        let prices = async || app.sql_texts("select cast(bp.price_cents as text) from branch_product bp join product p on p.id = bp.product_id where p.name = 'Spritz' order by bp.price_cents").await;
        assert_eq!(prices().await, ["1000", "1500", "2000"]);
        let doubled = "select bp.price_cents from customization_product cp join branch_product bp on bp.product_id = cp.product_id";
        assert_eq!(app.sql_i64(doubled).await, 2000);
        let file = admin.get(EXPORT).await.expect(200);
        let exported = list(&file["products"]).iter().filter(|it| it["name"] == "Spritz").count();
        assert_eq!(exported, 3);
        let before = state(&app).await;
        for file in [file, menu] {
            let again = admin.post(IMPORT, file).await.expect(200);
            assert_eq!((&again["created"], &again["changed"]), (&json!([]), &json!([])), "{again}");
        }
        let table = admin.get(&format!("{EXPORT}?format=csv")).await.text();
        let again = send_csv(&admin, IMPORT, table).await.expect(200);
        assert_eq!((&again["created"], &again["changed"]), (&json!([]), &json!([])), "{again}");
        assert_eq!(state(&app).await, before);
        // Each is reached by where it stands.
        admin.post(IMPORT, json!({"version": 1, "products": [dish(json!("Grandes"), 2500), dish(json!(null), 1600)]})).await.expect(200);
        assert_eq!(prices().await, ["1000", "1600", "2500"]);
        assert_eq!(app.sql_i64("select count(*) from product where name = 'Spritz'").await, 3);
    }

    /// The only dish of its name is moved by a file that says another subcategory, as before.
    async fn a_file_moves_a_dish(app: App) {
        let admin = admin(&app).await;
        let id = crate::scene::product(&app, "Limonada").await;
        let part = json!({"branch": "centro", "category": "Bebidas", "name": "De la casa"});
        let line = json!({"branch": "centro", "category": "Bebidas", "name": "Limonada", "subcategory": "De la casa"});
        let diff = admin.post(IMPORT, json!({"version": 1, "subcategories": [part], "products": [line]})).await.expect(200);
        assert_eq!(list(&diff["changed"]).len(), 1, "{diff}");
        let there = format!("select count(*) from product p join subcategory s on s.id = p.subcategory_id where p.id = {id} and s.name = 'De la casa'");
        assert_eq!(app.sql_i64(&there).await, 1);
        assert_eq!(app.sql_i64("select count(*) from product where name = 'Limonada'").await, 1);
    }

    /// A menu that moves to another kitchen takes along who makes what: stations are known by their names.
    async fn a_file_says_who_makes_what(app: App) {
        let admin = admin(&app).await;
        let (lemonade, branch) = (crate::scene::product(&app, "Limonada").await, admin.branch_ids[0]);
        let station = async |what: &str, id: i64| app.sql_texts(&format!("select coalesce(station, '-') from {what} where id = {id}")).await.remove(0);
        let drinks = app.sql_i64(&format!("select category_id from product where id = {lemonade}")).await;
        let oven = json!({"branch_id": branch, "name": "Hórno de pan", "code": "OVEN"});
        admin.post("/api/admin/stations", oven).await.expect(201);
        admin.patch(&format!("/api/admin/products/{lemonade}"), json!({"station": "OVEN"})).await.expect(200);
        admin.patch(&format!("/api/admin/categories/{drinks}"), json!({"station": "BAR"})).await.expect(200);
        let file = admin.get(EXPORT).await.expect(200);
        let line = |kind: &str, name: &str| list(&file[kind]).iter().find(|it| it["name"] == name).unwrap().clone();
        assert_eq!(line("stations", "Hórno de pan"), json!({"branch": "centro", "name": "Hórno de pan", "code": "OVEN", "order": 7}));
        assert_eq!(line("products", "Limonada")["station"], "Hórno de pan");
        assert_eq!(line("categories", "Bebidas")["station"], "Barra");
        assert_eq!(line("categories", "Postres")["station"], Value::Null);
        let before = state(&app).await;
        for again in [file.clone(), {
            // As it was before files had stations.
            let mut older = file.clone();
            older.as_object_mut().unwrap().remove("stations");
            for kind in ["categories", "products"] {
                for it in older[kind].as_array_mut().unwrap() {
                    it.as_object_mut().unwrap().remove("station");
                }
            }
            older
        }] {
            let diff = admin.post(IMPORT, again).await.expect(200);
            assert_eq!((&diff["created"], &diff["changed"]), (&json!([]), &json!([])), "{diff}");
        }
        let table = admin.get(&format!("{EXPORT}?format=csv")).await.text();
        let diff = send_csv(&admin, IMPORT, table).await.expect(200);
        assert_eq!((&diff["created"], &diff["changed"]), (&json!([]), &json!([])), "{diff}");
        assert_eq!(state(&app).await, before);

        // By another spelling of the name, in the same file that makes it; a code that is taken gets a number.
        let new = json!({"version": 1,
            "stations": [{"branch": "centro", "name": "Bar"}, {"branch": "centro", "name": "HORNO DE PAN", "order": 2}],
            "categories": [{"branch": "centro", "name": "Bebidas", "station": "bár"}],
            "products": [{"branch": "centro", "category": "Bebidas", "name": "Limonada", "station": null}]});
        let told = admin.post(DRY, new.clone()).await.expect(200);
        assert_eq!(told["created"], json!([{"kind": "station", "branch": "centro", "category": null, "name": "Bar"}]));
        let done = admin.post(IMPORT, new).await.expect(200);
        assert_eq!((&done["created"], &done["changed"]), (&told["created"], &told["changed"]));
        assert_eq!((station("category", drinks).await, station("product", lemonade).await), ("BAR_2".into(), "-".into()));
        assert_eq!(app.sql_texts("select cast(display_order as text) from station where code = 'OVEN'").await, ["2"]);
        // What else changes of a thing leaves its station.
        let renamed = json!({"version": 1, "categories": [{"branch": "centro", "name": "Bebidas", "icon": "🍸"}]});
        admin.post(IMPORT, renamed).await.expect(200);
        assert_eq!(station("category", drinks).await, "BAR_2");
        app.sql_exec(&format!("update product set station = 'GONE' where id = {lemonade}")).await;
        let popular = json!({"branch": "centro", "category": "Bebidas", "name": "Limonada", "popular": true});
        admin.post(IMPORT, json!({"version": 1, "products": [popular]})).await.expect(200);
        assert_eq!(station("product", lemonade).await, "GONE");

        let wrong = json!({"version": 1,
            "stations": [{"branch": "centro", "name": "主食"}, {"branch": "centro", "name": "Wok"}, {"branch": "centro", "name": "WOK"},
                {"branch": "nada", "name": "X"}, {"branch": "centro", "name": "Y", "code": "1"}],
            "categories": [{"branch": "centro", "name": "Bebidas", "station": "Nada"}]});
        let detail = admin.post(IMPORT, wrong).await.expect(422)["detail"].clone();
        for part in [
            "stations[0].code: must be given",
            "stations[2].name: `Wok` is named twice, first at stations[1]",
            "stations[3].branch: no branch has the slug `nada`",
            "stations[4].code: ",
            "categories[0].station: `centro` has no station `Nada`",
        ] {
            assert!(text(&detail).contains(part), "{part} is missing in {detail}");
        }
    }

    async fn what_goes_out_comes_back_and_changes_nothing(app: App) {
        let admin = admin(&app).await;
        let mut negroni = drinks(vec![dish("=Negroni", 3000), dish("'Fernet'", 2500)]);
        let plain = json!({"name": "=Sin hielo"});
        negroni["modifiers"] = json!([sauce("Menta", 200, &[["Tragos", "=Negroni"], LEMONADE, LEMONADE]), plain]);
        admin.post(IMPORT, negroni).await.expect(200);
        let before = state(&app).await;
        let file = admin.get(EXPORT).await.expect(200);
        assert_eq!(list(&file["products"]).len(), 39);
        let things = ["allergens", "stations", "categories", "subcategories", "products", "modifiers"].map(|kind| list(&file[kind]).len());
        assert_eq!(file["modifiers"], json!([
            {"category": null, "name": "=Sin hielo", "extra_cost_cents": 0, "order": 1, "products": []},
            {"category": "Salsas", "name": "Menta", "extra_cost_cents": 200, "order": 1, "products": [
                {"branch": "centro", "category": "Bebidas", "name": "Limonada"},
                {"branch": "centro", "category": "Tragos", "name": "=Negroni"}]},
        ]));
        let diff = admin.post(IMPORT, file.clone()).await.expect(200);
        let nothing = json!({"dry_run": false, "created": [], "changed": [], "unchanged": things.iter().sum::<usize>()});
        assert_eq!(diff, nothing);

        let table = admin.get(&format!("{EXPORT}?format=csv")).await;
        assert_eq!(table.header("content-disposition"), Some("attachment; filename=\"menu.csv\""));
        assert!(table.text().contains(",'=Negroni,") && table.text().contains("''Fernet'"), "{}", table.text());
        assert_eq!(send_csv(&admin, IMPORT, table.text()).await.expect(200), nothing);
        assert_eq!(send_csv(&admin, IMPORT, format!("\u{feff}{}", table.text())).await.expect(200), nothing);
        assert_eq!(admin.get(EXPORT).await.expect(200), file);
        assert_eq!(state(&app).await, before, "a file that says what is leaves no trace");
    }

    async fn another_business_reads_the_file_and_has_the_same_menu(app: App) {
        let [foreign, _] = strangers(&app).await;
        app.sql_exec(&format!(
            "insert into app_user (tenant_id, email, password_hash, created_at)
                 select b.tenant_id, 'jefa@otro.com', u.password_hash, u.created_at from branch b, app_user u
                 where b.id = {branch} and u.email = 'admin@demo.com';
             insert into user_branch_role (tenant_id, user_id, branch_id, role)
                 select u.tenant_id, u.id, {branch}, 'ADMIN' from app_user u where u.email = 'jefa@otro.com';
             delete from cross_reaction; delete from customization where id = {sauce}; delete from branch_product where branch_id = {branch}; delete from product where id = {product};
             delete from subcategory where id = {part}; delete from category where id = {category}; delete from station where branch_id = {branch}; delete from allergen where tenant_id =
                 (select tenant_id from branch where id = {branch})",
            branch = foreign.branch, sauce = foreign.customization, product = foreign.product, part = foreign.subcategory, category = foreign.category
        )).await;
        let ours = admin(&app).await;
        // What only Norte has is not taken along.
        ours.delete(&format!("/api/admin/categories/{}", app.sql_i64("select id from category where name = 'Suya' and branch_id in (select id from branch where slug = 'norte')").await)).await.expect(204);
        ours.post(IMPORT, json!({"version": 1, "modifiers": [sauce("Menta", 200, &[LEMONADE])]})).await.expect(200);
        let file = ours.get(EXPORT).await.expect(200);
        let theirs = app.login("jefa@otro.com", "admin123").await;
        let refused = theirs.post(IMPORT, file.clone()).await.expect(422);
        assert!(text(&refused["detail"]).contains("no branch has the slug `centro`"), "{refused}");
        let before = admin(&app).await.get(EXPORT).await.expect(200);
        let mut moved: Value = serde_json(&file.to_string().replace("\"centro\"", "\"ajena\""));
        // Nor are Norte's stations.
        moved["stations"].as_array_mut().expect("stations").retain(|station| station["branch"] == "ajena");
        let diff = theirs.post(IMPORT, moved.clone()).await.expect(200);
        assert_eq!((list(&diff["changed"]).len(), number(&diff["unchanged"])), (0, 0));
        assert_eq!(theirs.get(EXPORT).await.expect(200), moved);
        assert_eq!(ours.get(EXPORT).await.expect(200), before, "ours is as it was");
        let menu = app.anonymous().get("/api/public/menu/ajena").await.expect(200);
        assert_eq!(list(&menu["categories"]).len(), 4);
        assert!(menu.to_string().contains("\"Menta\""), "{menu}");
    }

    async fn what_a_modifier_does_not_say_stays(app: App) {
        let admin = admin(&app).await;
        let mut file = drinks(vec![dish("Negroni", 3000)]);
        file["modifiers"] = json!([sauce("Menta", 200, &[["Tragos", "Negroni"], LEMONADE])]);
        let told = admin.post(IMPORT, file).await.expect(200);
        assert_eq!(told["created"][4], json!({"kind": "modifier", "branch": null, "category": "Salsas", "name": "Menta"}));
        let shown = async |dish: &str| app.menu().await.product(dish)["customizations"].clone();
        assert_eq!(shown("Negroni").await[0]["extra_cost_cents"], 200);
        let links = state(&app).await[0];

        let dearer = "kind,category,name,extra_cost_cents\nmodifier,Salsas,Menta,300\n";
        let expected = json!([{"kind": "modifier", "branch": null, "category": "Salsas", "name": "Menta",
            "before": {"extra_cost_cents": 200}, "after": {"extra_cost_cents": 300}}]);
        let dry = send_csv(&admin, DRY, dearer).await.expect(200);
        assert_eq!((&dry["changed"], shown("Limonada").await[0]["extra_cost_cents"].clone()), (&expected, json!(200)));
        assert_eq!(send_csv(&admin, IMPORT, dearer).await.expect(200)["changed"], expected);
        assert_eq!(shown("Limonada").await[0]["extra_cost_cents"], 300);
        assert_eq!(state(&app).await[0], links, "products that are not said stay");

        // Said, they are all there is.
        let fewer = json!({"version": 1, "modifiers": [sauce("Menta", 300, &[LEMONADE])]});
        assert_eq!(list(&admin.post(IMPORT, fewer).await.expect(200)["changed"]).len(), 1);
        assert_eq!((shown("Negroni").await, list(&shown("Limonada").await).len()), (json!([]), 1));

        let before = state(&app).await;
        let long = "x".repeat(51);
        let file = json!({"version": 1, "modifiers": [
            sauce("A", 100_000_000_001_i64, &[]), sauce("B", 1, &[LEMONADE, ["Bebidas", "Nada"]]), {"category": long, "name": "C"},
            {"name": "D", "products": [{"branch": "ajena", "category": "Bebidas", "name": "Limonada"}]},
            {"name": "E"}, {"category": " ", "name": "E"}]});
        let detail = admin.post(IMPORT, file).await.expect(422)["detail"].clone();
        for part in [
            "modifiers[0].extra_cost_cents: must be from 0 to 100000000000 cents",
            "modifiers[1].products: `Bebidas` of `centro` has no product `Nada`",
            "modifiers[2].category: must have at most 50 characters",
            "modifiers[3].products: no branch has the slug `ajena`",
            "modifiers[5].name: `E` is named twice, first at modifiers[4]",
        ] {
            assert!(text(&detail).contains(part), "{part} is missing in {detail}");
        }
        let table = "kind,category,name,products\nmodifier,,F,\nmodifier,,G,\"[{\"\"branch\"\":\"\"centro\"\",\"\"category\"\":\"\"Bebidas\"\",\"\"name\"\":\"\"Nada\"\"}]\"\n";
        let detail = send_csv(&admin, IMPORT, table).await.expect(422)["detail"].clone();
        assert_eq!(detail, "line 3.products: `Bebidas` of `centro` has no product `Nada`");
        assert_eq!(state(&app).await, before);
    }

    async fn a_dry_run_tells_what_the_import_does(app: App) {
        let admin = admin(&app).await;
        let before = state(&app).await;
        let mut file = drinks(vec![dish("Negroni", 3000)]);
        file["products"].as_array_mut().unwrap().push(json!({"branch": "centro", "category": "Bebidas", "name": "Limonada", "prices": {"centro": 1900}, "popular": true}));
        let told = admin.post(DRY, file.clone()).await.expect(200);
        assert_eq!(state(&app).await, before);
        assert_eq!(told["created"], json!([
            {"kind": "allergen", "branch": null, "category": null, "name": "Kiwi"},
            {"kind": "category", "branch": "centro", "category": null, "name": "Tragos"},
            {"kind": "subcategory", "branch": "centro", "category": "Tragos", "name": "Clásicos"},
            {"kind": "product", "branch": "centro", "category": "Tragos", "name": "Negroni"},
        ]));
        assert_eq!(told["changed"], json!([{"kind": "product", "branch": "centro", "category": "Bebidas", "name": "Limonada",
            "before": {"prices": {"centro": 1800}, "popular": false}, "after": {"prices": {"centro": 1900}, "popular": true}}]));

        let screen = admin.socket(&app, "/ws/admin").await;
        // A dish that is out stays out, whatever it costs.
        app.sql_exec("update branch_product set is_available = false where product_id in (select id from product where name = 'Limonada')").await;
        let keyed = admin.clone().keyed("menu-1");
        let done = keyed.post(IMPORT, file.clone()).await;
        assert_eq!((done.expect(200)["created"].clone(), done.json()["dry_run"].clone()), (told["created"].clone(), json!(false)));
        assert_eq!(keyed.post(IMPORT, file.clone()).await.bytes, done.bytes, "the first answer again");
        keyed.post(IMPORT, drinks(vec![])).await.expect(409);
        assert_eq!(screen.wait_for("ENTITY_CREATED").await["entity"]["entity_type"], "allergen");
        let menu = app.menu().await;
        assert_eq!((menu.price_cents("Negroni"), menu.price_cents("Limonada")), (3000, 1900));
        assert_eq!(menu.product("Limonada")["is_available"], false);
        assert_eq!(menu.product("Negroni")["allergens"]["contains"][0]["name"], "Kiwi");
        assert_eq!(app.sql_i64("select count(*) from audit_log where action = 'IMPORT'").await, 1);
        let again = admin.post(IMPORT, file).await.expect(200);
        assert_eq!((list(&again["created"]).len(), number(&again["unchanged"])), (0, 5));
        crate::scene::assert_gap_free(&app).await;
    }

    async fn everything_that_is_wrong_is_told_and_nothing_is_done(app: App) {
        let [_, _] = strangers(&app).await;
        let admin = admin(&app).await;
        let before = state(&app).await;
        let mut file = drinks(vec![
            dish("Negroni", 3000),
            dish(" Negroni ", 10),
            json!({"branch": "centro", "category": "Tragos", "name": "Caro", "prices": {"centro": 100_000_000_001_i64}}),
            json!({"branch": "ajena", "category": "Suya", "name": "Robado"}),
            json!({"branch": "centro", "category": "Tragos", "name": "Suyo", "allergens": {"Suyo": "contains"}, "prices": {"ajena": 1}}),
            json!({"branch": "centro", "category": "Tragos", "name": "Foto", "image": "http://127.0.0.1/x"}),
            json!({"branch": "centro", "category": "Tragos"}),
        ]);
        // The very last line of a good file.
        file["products"].as_array_mut().unwrap().push(json!({"branch": "centro", "category": "Nada", "name": "Último"}));
        let detail = admin.post(IMPORT, file.clone()).await.expect(422)["detail"].clone();
        for part in [
            "products[1].name: `Negroni` is named twice, first at products[0]",
            "products[2].prices.centro: must be from 0 to 100000000000 cents",
            "products[3].branch: no branch has the slug `ajena`",
            "products[4].prices: no branch has the slug `ajena`",
            "products[4].allergens: there is no allergen `Suyo`",
            "products[5].image: must be on a public host",
            "products[6].name: must be a text",
            "products[7].category: `centro` has no category `Nada`",
        ] {
            assert!(text(&detail).contains(part), "{part} is missing in {detail}");
        }
        assert_eq!(admin.post(DRY, file).await.expect(422)["detail"], detail);
        let table = "kind,branch,category,name,prices,order\ncategory,centro,,Tragos,,1\nproduct,centro,Tragos,X,12,\ndish,,,,,\nproduct,centro,Tragos,Y,,many\n";
        let detail = send_csv(&admin, IMPORT, table).await.expect(422)["detail"].clone();
        for part in ["line 3: prices", "line 4: kind", "line 5: order"] {
            assert!(text(&detail).contains(part), "{part} is missing in {detail}");
        }
        for wrong in ["", "{}", "[]", "null", r#"{"version":2}"#, r#"{"version":1,"products":[1]}"#, "kind,name"] {
            admin.send(Method::POST, IMPORT, "application/json", wrong).await.expect(422);
        }
        send_csv(&admin, IMPORT, "x".repeat((2 << 20) + 1)).await.expect(413);
        let error = admin.send(Method::POST, IMPORT, "text/html", "x").await.expect(415);
        assert_eq!(error["detail"], "Content-Type must be application/json or text/csv");
        assert_eq!(state(&app).await, before);
        let staff = Staff::of(&app).await;
        for caller in [&staff.manager, &staff.waiter] {
            caller.post(IMPORT, json!({"version": 1})).await.expect(403);
            caller.get(EXPORT).await.expect(403);
        }
    }

    async fn of_several_imports_at_once_one_creates(app: App) {
        let admin = admin(&app).await;
        let replies = race(4, |_| {
            let admin = admin.clone();
            async move { admin.post(IMPORT, drinks(vec![dish("Negroni", 3000)])).await.expect(200) }
        }).await;
        assert_eq!(replies.iter().filter(|diff| list(&diff["created"]).len() == 4).count(), 1);
        assert_eq!(replies.iter().filter(|diff| number(&diff["unchanged"]) == 4).count(), 3);
        assert_eq!(app.sql_i64("select count(*) from product where name = 'Negroni'").await, 1);
    }

    async fn five_thousand_products_come_in_one_go(app: App) {
        let admin = admin(&app).await;
        let dishes = (0..5_000).map(|n| json!({"branch": "centro", "category": "Tragos", "name": format!("Trago {n}"),
            "prices": {"centro": 1000 + n}, "allergens": {"Gluten": "contains"}}));
        let file = drinks(dishes.collect());
        assert_eq!(list(&admin.post(IMPORT, file).await.expect(200)["created"]).len(), 5_003);
        assert_eq!(app.menu().await.price_cents("Trago 4999"), 5_999);
        assert!(app.sql_i64("select count(*) from event").await < 10, "screens are told once a kind, not once a line");
    }
}

distributed_only! {
    async fn a_crash_in_the_middle_leaves_nothing_and_the_same_key_finishes(app: App = AppOptions::default().count_round_trips()) {
        let admin = admin(&app).await.keyed("menu-1");
        let before = state(&app).await;
        let mut file = drinks(vec![dish("Negroni", 3000)]);
        file["modifiers"] = json!([sauce("Menta", 200, &[["Tragos", "Negroni"]])]);
        // Around the writes of categories, of products, of modifiers and of the audit row.
        for statements in [18, 28, 46, 62] {
            let wire = app.wire();
            wire.cut_after(statements);
            tokio::select! {
                _ = admin.try_send(Method::POST, IMPORT, "application/json", file.to_string()) => {}
                () = wire.wait_cut() => {}
            }
            assert!(wire.is_cut(), "the import took less than {statements} statements");
            app.kill9_api();
            app.wire().mend();
            app.restart_api().await;
            assert_eq!(state(&app).await, before, "cut after {statements} statements");
        }
        assert_eq!(list(&admin.post(IMPORT, file).await.expect(200)["created"]).len(), 5);
    }
}

fn serde_json(text: &str) -> Value {
    text.parse().unwrap()
}
