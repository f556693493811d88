//! From what a file says to what would change: everything is compared before anything is written, and every mistake is
//! found, not the first.

use super::{
    MAX_LINES,
    index::MenuIndex,
    line::{Key, Line, blank, checked, longest, may_lack},
};
use domain::text::Name;
use serde_json::{Map, Value};
use std::collections::{BTreeSet, HashMap};
use wire::menu_file::Kind;

/// One thing as the file wants it.
#[derive(Debug)]
pub(super) struct PlannedRow {
    pub(super) kind: Kind,
    pub(super) key: Key,
    /// 0 where it is new.
    pub(super) id: i64,
    /// Null where it is new.
    pub(super) before: Value,
    pub(super) after: Value,
}

impl PlannedRow {
    pub(super) fn is_new(&self) -> bool {
        self.id == 0
    }

    pub(super) fn changes(&self) -> bool {
        self.before != self.after
    }
}

/// Everything the file wants, in the order of [`Kind`], or everything that is wrong with it.
pub(super) fn plan(index: &MenuIndex, lines: &[Line]) -> Result<Vec<PlannedRow>, Vec<String>> {
    if lines.len() > MAX_LINES {
        return Err(vec![format!("The file has {} lines; at most {MAX_LINES} are taken", lines.len())]);
    }
    let mut problems = Vec::new();
    let mut named: HashMap<(Kind, Key), &str> = HashMap::new();
    let mut keyed = Vec::new();
    for line in lines {
        match key_of(line) {
            Err(problem) => problems.push(format!("{}.{problem}", line.place)),
            Ok(key) => match named.insert((line.kind, key.clone()), &line.place) {
                Some(first) => problems.push(format!(
                    "{}.name: `{}` is named twice, first at {first}",
                    line.place,
                    key[key.len() - 1]
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
            Ok(after) => {
                problems.extend(
                    references.missing(line.kind, &key, &after).map(|problem| format!("{}.{problem}", line.place)),
                );
                let (id, before) = known.map_or((0, Value::Null), |known| (known.id, known.fields.clone()));
                wanted.push(PlannedRow { kind: line.kind, key, id, before, after });
            }
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    wanted.sort_by_key(|it| it.kind);
    Ok(wanted)
}

/// What places the thing; the name as the forms keep it.
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

/// What the line says, over what stands; prices it does not name stay.
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
            // The whole business's.
        } else if !self.index.branches.contains_key(&key[0]) {
            problems.push(format!("branch: no branch has the slug `{}`", key[0]));
        } else if matches!(kind, Kind::Subcategory | Kind::Product) && !self.has(Kind::Category, key[..2].to_vec()) {
            problems.push(format!("category: `{}` has no category `{}`", key[0], key[1]));
        } else if let Some(part) = after["subcategory"].as_str()
            && !self.has(Kind::Subcategory, vec![key[0].clone(), key[1].clone(), part.to_owned()])
        {
            problems.push(format!("subcategory: `{}` has no subcategory `{part}`", key[1]));
        }
        for slug in after["prices"].as_object().into_iter().flat_map(Map::keys) {
            if !self.index.branches.contains_key(slug) {
                problems.push(format!("prices: no branch has the slug `{slug}`"));
            }
        }
        for name in after["allergens"].as_object().into_iter().flat_map(Map::keys) {
            if !self.has(Kind::Allergen, vec![name.clone()]) {
                problems.push(format!("allergens: there is no allergen `{name}`"));
            }
        }
        for place in after["products"].as_array().into_iter().flatten() {
            let of = |part: &str| place[part].as_str().unwrap_or_default();
            let [branch, category, name] = ["branch", "category", "name"].map(of);
            if !self.index.branches.contains_key(branch) {
                problems.push(format!("products: no branch has the slug `{branch}`"));
            } else if !self.has(Kind::Product, [branch, category, name].map(str::to_owned).to_vec()) {
                problems.push(format!("products: `{category}` of `{branch}` has no product `{name}`"));
            }
        }
        problems.into_iter()
    }
}
