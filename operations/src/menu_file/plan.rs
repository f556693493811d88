//! Compares a menu file with the menu: the plan of what an import would change.
//!
//! Everything is compared before anything is written. All mistakes are reported, not only the first.

use super::{
    MAX_LINES,
    index::MenuIndex,
    line::{Key, Line, blank, checked, longest, may_lack},
};
use crate::office::ensure_price;
use domain::{Cents, kitchen::StationCode, name::folded, text::Name};
use serde_json::{Map, Value};
use std::collections::{BTreeSet, HashMap};
use wire::menu_file::Kind;

/// A menu entry before and after the import.
#[derive(Debug)]
pub(super) struct PlannedRow {
    pub(super) kind: Kind,
    pub(super) key: Key,
    /// 0 where it is new.
    pub(super) id: i64,
    /// A station's code, or that of the station that its row names now.
    pub(super) code: Option<StationCode>,
    /// Null where it is new.
    pub(super) before: Value,
    pub(super) after: Value,
}

impl PlannedRow {
    pub(super) fn name(&self) -> &str {
        name_of(self.kind, &self.key)
    }

    pub(super) fn is_new(&self) -> bool {
        self.id == 0
    }

    pub(super) fn changes(&self) -> bool {
        self.before != self.after
    }
}

/// Plans every line of the file, in the order of [`Kind`], or returns every mistake in it.
pub(super) fn plan(index: &MenuIndex, lines: &[Line]) -> Result<Vec<PlannedRow>, Vec<String>> {
    if lines.len() > MAX_LINES {
        return Err(vec![format!("The file has {} lines; at most {MAX_LINES} are taken", lines.len())]);
    }
    let mut problems = Vec::new();
    let mut named: HashMap<(Kind, Key), &str> = HashMap::new();
    let mut keyed = Vec::new();
    let products = NamedProducts::of(lines);
    let stations = NamedStations::of(index, lines);
    for line in lines {
        match key_of(line).map(|key| stations.kept(line.kind, products.placed(index, line, key))) {
            Err(problem) => problems.push(format!("{}.{problem}", line.place)),
            Ok(key) => match named.insert((line.kind, key.clone()), &line.place) {
                Some(first) => problems.push(format!(
                    "{}.name: `{}` is named twice, first at {first}",
                    line.place,
                    name_of(line.kind, &key)
                )),
                None => keyed.push((line, key)),
            },
        }
    }
    let names: BTreeSet<(Kind, Key)> = named.into_keys().collect();
    let references = References { index, names: &names };
    let mut last: HashMap<(Kind, Key), i64> = HashMap::new();
    let mut wanted = Vec::with_capacity(keyed.len());
    for (line, key) in keyed {
        let known = index.find(line.kind, &key);
        let beside = key[..key.len() - 1].to_vec();
        let blank = || {
            let place = last.entry((line.kind, beside.clone())).or_insert_with(|| index.last_order(line.kind, &beside));
            *place += 1;
            blank(line.kind, *place)
        };
        let base = known.map_or_else(blank, |known| known.fields.clone());
        let fields = overlaid(base, &line.says);
        match checked(line.kind, fields) {
            Err(problem) => problems.push(format!("{}.{problem}", line.place)),
            Ok(mut after) => {
                references.shorten(&mut after);
                stations.spell(line.kind, &key, &mut after);
                if let Some(known) = known.filter(|_| line.kind == Kind::Station) {
                    after["code"] = known.fields["code"].clone();
                }
                problems.extend(
                    references.missing(line.kind, &key, &after).map(|problem| format!("{}.{problem}", line.place)),
                );
                let (id, before) = known.map_or((0, Value::Null), |known| (known.id, known.fields.clone()));
                let code = known.and_then(|known| known.code.clone());
                wanted.push(PlannedRow { kind: line.kind, key, id, code, before, after });
            }
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    wanted.sort_by_key(|it| it.kind);
    Ok(wanted)
}

fn name_of(kind: Kind, key: &[String]) -> &str {
    &key[kind.keys().len() - 1]
}

/// The products that the file names, by what they share with others of their name: how often, and in which
/// subcategories.
struct NamedProducts(HashMap<Key, Vec<String>>);

impl NamedProducts {
    fn of(lines: &[Line]) -> Self {
        let mut named: HashMap<Key, Vec<String>> = HashMap::new();
        for line in lines.iter().filter(|line| line.kind == Kind::Product) {
            if let Ok(key) = key_of(line) {
                named.entry(key).or_default().push(part_of(line).unwrap_or_default());
            }
        }
        Self(named)
    }

    /// The key with the subcategory of the product that the line means. A file that says another subcategory than the
    /// only product of that name has moves it there.
    fn placed(&self, index: &MenuIndex, line: &Line, mut key: Key) -> Key {
        if line.kind != Kind::Product {
            return key;
        }
        let known = index.products_called(&key);
        let is_alone = self.0.get(&key).is_none_or(|parts| parts.len() == 1);
        let part = match (part_of(line), &known[..]) {
            (Some(part), [(only, _)]) if is_alone && only[3] != part => only[3].clone(),
            (Some(part), _) => part,
            (None, _) => index.usual_product(&key).map_or_else(String::new, |(usual, _)| usual[3].clone()),
        };
        key.push(part);
        key
    }
}

/// The stations that stand or come with the file: one name is one station, whatever its case and accents.
struct NamedStations(HashMap<(String, String), String>);

impl NamedStations {
    fn of(index: &MenuIndex, lines: &[Line]) -> Self {
        let standing = index.things.keys().filter(|(kind, _)| *kind == Kind::Station).map(|(_, key)| key.clone());
        let lines = lines.iter().filter(|line| line.kind == Kind::Station);
        let mut named = HashMap::new();
        for key in standing.chain(lines.filter_map(|line| key_of(line).ok())) {
            if let [branch, name] = &key[..] {
                named.entry((branch.clone(), folded(name))).or_insert_with(|| name.clone());
            }
        }
        Self(named)
    }

    fn spelled(&self, branch: &str, name: &str) -> Option<&String> {
        self.0.get(&(branch.to_owned(), folded(name)))
    }

    /// The key of a station as the one that it means is spelled.
    fn kept(&self, kind: Kind, mut key: Key) -> Key {
        if kind == Kind::Station
            && let Some(name) = self.spelled(&key[0], &key[1])
        {
            key[1].clone_from(name);
        }
        key
    }

    /// The station that something names, spelled like that.
    fn spell(&self, kind: Kind, key: &[String], after: &mut Value) {
        if matches!(kind, Kind::Category | Kind::Product)
            && let Some(name) = after["station"].as_str().and_then(|name| self.spelled(&key[0], name))
        {
            after["station"] = name.as_str().into();
        }
    }
}

/// The subcategory that a line says, empty for none; `None` where it says nothing of it.
fn part_of(line: &Line) -> Option<String> {
    let said = line.says.get("subcategory")?;
    Some(said.as_str().map_or_else(String::new, |part| part.trim().to_owned()))
}

/// Reads the key of a line: what places the entry in the menu. Names are trimmed and checked as the forms do it.
fn key_of(line: &Line) -> Result<Key, String> {
    let text = |name: &str| {
        let said = line.says.get(name).unwrap_or(&Value::Null);
        let is_blank = said.is_null() || said.as_str().is_some_and(|text| text.trim().is_empty());
        if is_blank && may_lack(line.kind, name) {
            return Ok(String::new());
        }
        let text = said.as_str().ok_or_else(|| format!("{name}: must be a text"))?;
        let kept: Name<200> = text.to_owned().try_into().map_err(|refused| format!("{name}: {refused}"))?;
        let longest = longest(line.kind, name);
        if kept.as_str().chars().count() > longest {
            return Err(format!("{name}: must have at most {longest} characters"));
        }
        Ok(String::from(kept))
    };
    line.kind.keys().iter().map(|name| text(name)).collect()
}

/// Overlays the fields that the line names on those of `base`. Prices that it does not name stay.
fn overlaid(mut base: Value, says: &Map<String, Value>) -> Value {
    let Some(fields) = base.as_object_mut() else { return base };
    for (name, value) in says {
        let Some(field) = fields.get_mut(name) else { continue };
        match (name.as_str(), field.as_object_mut(), value) {
            ("prices", Some(prices), Value::Object(named)) => {
                prices.extend(named.iter().map(|(slug, cents)| (slug.clone(), cents.clone())));
            }
            _ => *field = value.clone(),
        }
    }
    base
}

/// Checks the references between lines: what a line names exists already, or comes with the file.
struct References<'a> {
    index: &'a MenuIndex,
    names: &'a BTreeSet<(Kind, Key)>,
}

impl References<'_> {
    fn has(&self, kind: Kind, key: Key) -> bool {
        self.index.find(kind, &key).is_some() || self.names.contains(&(kind, key))
    }

    fn missing(&self, kind: Kind, key: &Key, after: &Value) -> impl Iterator<Item = String> + use<> {
        let mut problems = Vec::new();
        if matches!(kind, Kind::Allergen | Kind::Modifier) {
            // Belongs to the whole business, so there is no branch or category to check.
        } else if !self.index.branches.contains_key(&key[0]) {
            problems.push(format!("branch: no branch has the slug `{}`", key[0]));
        } else if matches!(kind, Kind::Subcategory | Kind::Product) && !self.has(Kind::Category, key[..2].to_vec()) {
            problems.push(format!("category: `{}` has no category `{}`", key[0], key[1]));
        } else if let Some(part) = after["subcategory"].as_str()
            && !self.has(Kind::Subcategory, vec![key[0].clone(), key[1].clone(), part.to_owned()])
        {
            problems.push(format!("subcategory: `{}` has no subcategory `{part}`", key[1]));
        }
        if kind == Kind::Station && after["code"].is_null() && StationCode::of_name(&key[1]).is_none() {
            problems.push("code: must be given, the name has no letter that could make one".into());
        }
        if let Some(station) = after["station"].as_str()
            && !self.has(Kind::Station, vec![key[0].clone(), station.to_owned()])
        {
            problems.push(format!("station: `{}` has no station `{station}`", key[0]));
        }
        for (slug, price) in after["prices"].as_object().into_iter().flatten() {
            let Some(currency) = self.index.currencies.get(slug) else {
                problems.push(format!("prices: no branch has the slug `{slug}`"));
                continue;
            };
            let price = price.as_i64().and_then(|price| Cents::new(price).ok()).unwrap_or_default();
            let bounded = ensure_price(&format!("prices.{slug}"), *currency, price);
            problems.extend(bounded.err().map(|error| error.to_string()));
        }
        for name in after["allergens"].as_object().into_iter().flat_map(Map::keys) {
            if !self.has(Kind::Allergen, vec![name.clone()]) {
                problems.push(format!("allergens: there is no allergen `{name}`"));
            }
        }
        for place in after["products"].as_array().into_iter().flatten() {
            let of = |part: &str| place[part].as_str().unwrap_or_default();
            let [branch, category, name] = ["branch", "category", "name"].map(of);
            let parts = self.parts_of(&[branch, category, name].map(str::to_owned));
            if !self.index.branches.contains_key(branch) {
                problems.push(format!("products: no branch has the slug `{branch}`"));
            } else if parts.is_empty() || place["subcategory"].as_str().is_some_and(|part| !parts.contains(part)) {
                problems.push(format!("products: `{category}` of `{branch}` has no product `{name}`"));
            }
        }
        problems.into_iter()
    }

    /// The subcategories in which there is, or will be, a product of that name.
    fn parts_of(&self, shared: &[String]) -> BTreeSet<&str> {
        let from = (Kind::Product, shared.to_vec());
        let named = self.names.range(from..).map(|(kind, key)| (kind, key));
        let named = named.take_while(|(kind, key)| **kind == Kind::Product && key.starts_with(shared));
        let known = self.index.products_called(shared).into_iter().map(|(key, _)| key[3].as_str());
        named.map(|(_, key)| key[3].as_str()).chain(known).collect()
    }

    /// Leaves out the subcategory of a modifier's product where its name says enough, as the present menu is read.
    fn shorten(&self, after: &mut Value) {
        let places = after.get_mut("products").and_then(Value::as_array_mut);
        for place in places.into_iter().flatten() {
            let of = |part: &str| place[part].as_str().unwrap_or_default().to_owned();
            let is_alone = self.parts_of(&["branch", "category", "name"].map(of)).len() < 2;
            if let Some(place) = place.as_object_mut().filter(|_| is_alone) {
                place.remove("subcategory");
            }
        }
    }
}
