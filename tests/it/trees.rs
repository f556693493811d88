//! Random deletions, restores and switches over random menus end where a simple model says, step by step.
//!
//! `COMANDA_SEED` replays one; each panic names its seed.

use crate::seed::Seed;
use harness::{App, StaffClient, amount, both_modes, json};
use std::collections::BTreeMap;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Category,
    Subcategory,
    Product,
    /// Goes with the last of its products, not with the first.
    Promotion,
}

impl Kind {
    fn plural(self) -> &'static str {
        match self {
            Self::Category => "categories",
            Self::Subcategory => "subcategories",
            Self::Product => "products",
            Self::Promotion => "promotions",
        }
    }

    fn table(self) -> &'static str {
        match self {
            Self::Category => "category",
            Self::Subcategory => "subcategory",
            Self::Product => "product",
            Self::Promotion => "promotion",
        }
    }
}

/// What the model knows of a thing.
#[derive(Clone, Debug)]
struct Thing {
    kind: Kind,
    id: i64,
    name: String,
    parents: Vec<usize>,
    off: bool,
    /// The number of the deletion that has it.
    gone: Option<usize>,
}

#[derive(Default)]
struct Model {
    things: Vec<Thing>,
    /// The thing that each standing deletion began with.
    deletions: BTreeMap<usize, usize>,
    made: usize,
}

impl Model {
    fn is_active(&self, at: usize) -> bool {
        self.things[at].gone.is_none() && !self.things[at].off
    }

    /// A name is one active thing's among its siblings; products and promotions may share theirs.
    fn is_name_free(&self, of: usize, except: &[usize]) -> bool {
        let thing = &self.things[of];
        matches!(thing.kind, Kind::Product | Kind::Promotion)
            || !(0..self.things.len()).any(|other| {
                let it = &self.things[other];
                other != of
                    && !except.contains(&other)
                    && self.is_active(other)
                    && it.kind == thing.kind
                    && it.name == thing.name
                    && it.parents == thing.parents
            })
    }

    fn delete(&mut self, at: usize) -> u16 {
        if self.things[at].gone.is_some() {
            return 404;
        }
        self.made += 1;
        self.deletions.insert(self.made, at);
        self.things[at].gone = Some(self.made);
        // Parents come before their children in the list.
        for child in 0..self.things.len() {
            let parents = &self.things[child].parents;
            let taken = parents.iter().any(|parent| self.things[*parent].gone == Some(self.made));
            let is_held = self.things[child].kind == Kind::Promotion
                && parents.iter().any(|parent| self.things[*parent].gone.is_none());
            if taken && !is_held && self.things[child].gone.is_none() {
                self.things[child].gone = Some(self.made);
            }
        }
        204
    }

    fn restore(&mut self, at: usize) -> u16 {
        let Some(deletion) = self.things[at].gone else { return 404 };
        if self.deletions[&deletion] != at {
            return 409;
        }
        let taken: Vec<usize> =
            (0..self.things.len()).filter(|thing| self.things[*thing].gone == Some(deletion)).collect();
        let stands = |parent: &usize| self.things[*parent].gone.is_none() || taken.contains(parent);
        let has_ground = |thing: &usize| match self.things[*thing].kind {
            Kind::Promotion => self.things[*thing].parents.iter().any(stands),
            _ => self.things[*thing].parents.iter().all(stands),
        };
        if !taken.iter().all(has_ground) {
            return 409;
        }
        if !taken.iter().all(|thing| self.things[*thing].off || self.is_name_free(*thing, &taken)) {
            return 409;
        }
        taken.into_iter().for_each(|thing| self.things[thing].gone = None);
        self.deletions.remove(&deletion);
        200
    }

    fn switch(&mut self, at: usize, off: bool) -> u16 {
        if self.things[at].gone.is_some() {
            return 404;
        }
        if !off && !self.is_name_free(at, &[]) {
            return 409;
        }
        self.things[at].off = off;
        200
    }
}

fn roll(dice: &mut Seed, sides: usize) -> usize {
    usize::try_from(dice.below(sides as u64)).unwrap()
}

/// Makes a thing under others that stand; sometimes under the name of one that was there before.
async fn make(admin: &StaffClient, model: &mut Model, dice: &mut Seed) -> Option<(u16, u16)> {
    let standing = |model: &Model, kind: Kind| -> Vec<usize> {
        (0..model.things.len())
            .filter(|at| model.things[*at].kind == kind && model.things[*at].gone.is_none())
            .collect()
    };
    let (categories, subcategories) = (standing(model, Kind::Category), standing(model, Kind::Subcategory));
    let products = standing(model, Kind::Product);
    let name = format!("T{}", dice.below(40));
    let (kind, parents, body) = match roll(dice, 6) {
        0 => (Kind::Category, vec![], json!({"branch_id": admin.branch_ids[0], "name": name})),
        1 if !categories.is_empty() => {
            let category = categories[roll(dice, categories.len())];
            (Kind::Subcategory, vec![category], json!({"category_id": model.things[category].id, "name": name}))
        }
        2 | 3 if !subcategories.is_empty() => {
            let subcategory = subcategories[roll(dice, subcategories.len())];
            let category = model.things[subcategory].parents[0];
            let price = json!([{"branch_id": admin.branch_ids[0], "price_cents": 100}]);
            let body = json!({"category_id": model.things[category].id, "subcategory_id": model.things[subcategory].id,
                "name": name, "branch_prices": price});
            (Kind::Product, vec![category, subcategory], body)
        }
        4 if !products.is_empty() => {
            let mut parents: Vec<usize> = (0..=roll(dice, 3)).map(|_| products[roll(dice, products.len())]).collect();
            parents.sort_unstable();
            parents.dedup();
            let items: Vec<_> = parents.iter().map(|at| json!({ "product_id": model.things[*at].id })).collect();
            let body = json!({"name": name, "price_cents": 100, "start_date": "2026-01-01", "end_date": "2026-12-31",
                "branch_ids": [admin.branch_ids[0]], "items": items});
            (Kind::Promotion, parents, body)
        }
        _ => return None,
    };
    let reply = admin.post(&format!("/api/admin/{}", kind.plural()), body).await;
    model.things.push(Thing { kind, id: 0, name, parents, off: false, gone: None });
    let at = model.things.len() - 1;
    let expected = if model.is_name_free(at, &[]) { 201 } else { 409 };
    if reply.status == 201 {
        model.things[at].id = reply.json()["id"].as_i64().unwrap();
    } else {
        model.things.pop();
    }
    Some((reply.status, expected))
}

async fn play(app: &App, admin: &StaffClient, seed: u64) {
    let standing = async || app.sql_i64("select count(*) from deletion where restored_at is null").await;
    let before = standing().await;
    let (mut dice, mut model) = (Seed::new(seed), Model::default());
    for step in 0..120 {
        let (status, expected) = if step < 20 || roll(&mut dice, 5) == 0 {
            let Some(made) = make(admin, &mut model, &mut dice).await else { continue };
            made
        } else {
            let at = roll(&mut dice, model.things.len());
            let path = format!("/api/admin/{}/{}", model.things[at].kind.plural(), model.things[at].id);
            match roll(&mut dice, 6) {
                0 | 1 => (admin.delete(&path).await.status, model.delete(at)),
                2..=4 => (admin.post_empty(&format!("{path}/restore")).await.status, model.restore(at)),
                _ => {
                    let off = dice.chance(50);
                    (admin.patch(&path, json!({ "is_active": !off })).await.status, model.switch(at, off))
                }
            }
        };
        assert_eq!(status, expected, "seed {seed}, step {step}");
    }
    for (at, thing) in model.things.iter().enumerate() {
        let state = format!(
            "select case when is_active then 1 else 0 end + case when deletion_id is null then 2 else 0 end from {} where id = {}",
            thing.kind.table(),
            thing.id
        );
        let expected = i64::from(model.is_active(at)) + 2 * i64::from(thing.gone.is_none());
        assert_eq!(app.sql_i64(&state).await, expected, "seed {seed}: {thing:?}");
    }
    assert_eq!(usize::try_from(standing().await - before).unwrap(), model.deletions.len(), "seed {seed}");
    // What another play left must not fight for this one's names.
    for at in 0..model.things.len() {
        if model.things[at].kind == Kind::Category && model.delete(at) == 204 {
            admin.delete(&format!("/api/admin/categories/{}", model.things[at].id)).await.expect(204);
        }
    }
}

both_modes! {
    async fn deletions_and_restores_end_where_the_model_says(app: App) {
        let admin = app.login("admin@demo.com", "admin123").await;
        let first = amount("COMANDA_SEED", 1);
        for seed in first..first + amount("COMANDA_SEEDS", 4) {
            play(&app, &admin, seed).await;
        }
        let (intact, said) = app.try_operate(&["audit", "verify"]);
        assert!(intact, "{said}");
    }
}
