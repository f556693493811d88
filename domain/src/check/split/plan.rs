//! What the people at the table say about who pays what, and why it may make no sense.

use crate::{Cents, ChargeId, DinerId, check::fraction::NoFraction, money::Unit, office::Few, payment::tip::Tip};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeOwned, Error, IgnoredAny, MapAccess, Visitor},
};
use serde_json::Value;
use std::{
    collections::{BTreeMap, btree_map::Entry},
    fmt,
};

/// The most parts an equal split may have.
pub const MAX_WAYS: u32 = 100;

/// How a bill is divided. Every amount is of the whole bill, paid parts included, so that the same plan holds before,
/// between and after payments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(tag = "method", rename_all = "snake_case")]
pub enum SplitPlan {
    /// So many parts that differ by the smallest payable amount at most. The diners take them, those who paid first,
    /// then by id; parts beyond the diners are nobody's by name.
    Equal {
        /// From 1 to 100.
        #[schema(minimum = 1, maximum = 100)]
        ways: u32,
    },
    /// Each pays what it ordered, and an equal part of each shared item.
    ByConsumption,
    /// Each pays the items, or fractions of items, it names; the rest is nobody's yet.
    ByItem {
        /// Who pays what; one line per diner and item, at most 5000.
        #[schema(max_items = 5000)]
        items: Vec<ItemShare>,
    },
    /// Each pays what it says; the rest is nobody's yet.
    Custom {
        /// Who pays how much; one line per diner, at most 1000.
        #[schema(max_items = 1000)]
        amounts: Vec<CustomShare>,
    },
    /// Some items as named, the rest of the bill by a rule.
    Mixed {
        /// Who pays what; one line per diner and item, at most 5000.
        #[schema(max_items = 5000)]
        items: Vec<ItemShare>,
        /// How the rest is divided.
        rest: Rest,
    },
}

/// A plan as it is sent, and which of its fields its method does not read.
///
/// `ways` beside `"method": "by_item"` changes nothing, whatever it is, and whoever sends it believes that it does: it
/// is told, as of a field that no method knows. (A tagged enum's fields serde keeps to itself.)
#[derive(Clone, Debug)]
pub struct SentPlan {
    /// The plan.
    pub plan: SplitPlan,
    /// Fields that only other methods read, in the order of the document; then those within what this one reads that
    /// nobody knows, by their places.
    pub unread: Vec<String>,
}

/// The fields that some method reads, in the order of the document.
const FIELDS: [&str; 4] = ["ways", "items", "amounts", "rest"];

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Method {
    Equal,
    ByConsumption,
    ByItem,
    Custom,
    Mixed,
}

/// The object as it came: which of its fields mean something, only its method says.
struct Sent {
    fields: BTreeMap<String, Value>,
    unread: Vec<String>,
}

impl<'de> Deserialize<'de> for Sent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Sent;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with a method")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Sent, A::Error> {
                let mut fields = BTreeMap::new();
                while let Some(name) = map.next_key::<String>()? {
                    if name != "method" && !FIELDS.contains(&name.as_str()) {
                        // No method knows it: whoever reads the whole body hears of it.
                        map.next_value::<IgnoredAny>()?;
                        continue;
                    }
                    match fields.entry(name) {
                        Entry::Vacant(place) => {
                            place.insert(map.next_value()?);
                        }
                        Entry::Occupied(known) => {
                            return Err(A::Error::custom(format!(".{}: is said twice", known.key())));
                        }
                    }
                }
                Ok(Sent { fields, unread: Vec::new() })
            }
        }
        deserializer.deserialize_map(Fields)
    }
}

impl Sent {
    /// A field that the method reads. What is in it and nobody reads is noted; an error says where within the plan it
    /// is, with a dot in front.
    fn take<T: DeserializeOwned, E: Error>(&mut self, name: &'static str) -> Result<T, E> {
        let value = self.fields.remove(name).filter(|value| !value.is_null());
        let value = value.ok_or_else(|| E::custom(format!(".{name}: is missing")))?;
        let mut unread = Vec::new();
        let mut note = |path: serde_ignored::Path<'_>| unread.push(below(name, &path));
        let naming = serde_ignored::Deserializer::new(value, &mut note);
        let read = serde_path_to_error::deserialize(naming).map_err(|error| {
            let within = match error.path().to_string() {
                root if root == "." => String::new(),
                index if index.starts_with('[') => index,
                key => format!(".{key}"),
            };
            E::custom(format!(".{name}{within}: {}", error.into_inner()))
        })?;
        self.unread.extend(unread);
        Ok(read)
    }

    fn plan<E: Error>(&mut self) -> Result<SplitPlan, E> {
        let items = |sent: &mut Self| sent.take::<Few<ItemShare, 5000>, E>("items").map(Into::into);
        Ok(match self.take::<Method, E>("method")? {
            Method::Equal => SplitPlan::Equal { ways: self.take("ways")? },
            Method::ByConsumption => SplitPlan::ByConsumption,
            Method::ByItem => SplitPlan::ByItem { items: items(self)? },
            Method::Custom => SplitPlan::Custom { amounts: self.take::<Few<CustomShare, 1000>, E>("amounts")?.into() },
            Method::Mixed => SplitPlan::Mixed { items: items(self)?, rest: self.take("rest")? },
        })
    }
}

/// The place of a field within that one, as problems name places: `items[0].why`.
fn below(name: &str, path: &serde_ignored::Path<'_>) -> String {
    use serde_ignored::Path;
    match path {
        Path::Root => name.to_owned(),
        Path::Seq { parent, index } => format!("{}[{index}]", below(name, parent)),
        Path::Map { parent, key } => format!("{}.{key}", below(name, parent)),
        Path::Some { parent } | Path::NewtypeStruct { parent } | Path::NewtypeVariant { parent } => below(name, parent),
    }
}

impl<'de> Deserialize<'de> for SentPlan {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut sent = Sent::deserialize(deserializer)?;
        let plan = sent.plan()?;
        let Sent { mut fields, unread: within } = sent;
        // Null says nothing.
        let known = FIELDS.into_iter().filter(|name| fields.remove(*name).is_some_and(|value| !value.is_null()));
        let mut unread: Vec<String> = known.map(str::to_owned).collect();
        unread.extend(within);
        Ok(Self { plan, unread })
    }
}

impl<'de> Deserialize<'de> for SplitPlan {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(SentPlan::deserialize(deserializer)?.plan)
    }
}

impl SplitPlan {
    /// The plan with its amounts counted in units.
    ///
    /// # Errors
    /// [`SplitError::Unpayable`] when one of them is no whole number of units.
    pub(super) fn counted(&self, unit: Unit) -> Result<Self, SplitError> {
        let Self::Custom { amounts } = self else { return Ok(self.clone()) };
        let one = |share: &CustomShare| -> Result<CustomShare, SplitError> {
            Ok(CustomShare { amount_cents: whole("amounts", unit, share.amount_cents)?, ..*share })
        };
        Ok(Self::Custom { amounts: amounts.iter().map(one).collect::<Result<_, _>>()? })
    }
}

fn whole(field: &'static str, unit: Unit, amount: Cents) -> Result<Cents, SplitError> {
    if unit.pays(amount) { Ok(unit.count(amount)) } else { Err(SplitError::Unpayable(field, unit.cents())) }
}

/// How a mixed split divides what nobody named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Rest {
    /// Equally among the diners.
    Equal,
    /// To whoever ordered it, shared items equally among the diners.
    ByConsumption,
}

/// A diner pays an item, or `num` out of `den` equal parts of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ItemShare {
    /// Who pays.
    pub diner_id: DinerId,
    /// The item.
    pub charge_id: ChargeId,
    /// How many parts; 1 when absent.
    #[serde(default = "one")]
    #[schema(minimum = 1, maximum = 40)]
    pub num: u32,
    /// How many parts make the item, 40 at most; 1 when absent.
    #[serde(default = "one")]
    #[schema(minimum = 1, maximum = 40)]
    pub den: u32,
}

const fn one() -> u32 {
    1
}

/// A diner pays so much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CustomShare {
    /// Who pays.
    pub diner_id: DinerId,
    /// How much of the bill, what it has paid included.
    pub amount_cents: Cents,
}

/// A tip on top of what is owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
// The office's parts of a tip are `TipShare` in the document already; so with other names below `as`.
#[schema(as = SplitTip)]
pub struct TipShare {
    /// Whose; absent for every part that still owes something and has no tip of its own.
    #[serde(default)]
    pub diner_id: Option<DinerId>,
    /// A percentage of what is owed now, or an amount.
    pub tip: Tip,
}

impl TipShare {
    /// The tip with its amount counted in units.
    ///
    /// # Errors
    /// [`SplitError::Unpayable`] when it is no whole number of units.
    pub(super) fn counted(&self, unit: Unit) -> Result<Self, SplitError> {
        let tip = match self.tip {
            Tip::Amount(amount) => Tip::Amount(whole("tips", unit, amount)?),
            percent @ Tip::Percent(_) => percent,
        };
        Ok(Self { tip, ..*self })
    }
}

/// Why a split makes no sense. The messages name the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SplitError {
    /// No parts, or too many.
    #[error("ways must be from 1 to {MAX_WAYS}")]
    Ways,
    /// Not a part of an item.
    #[error("items: {0}")]
    Fraction(#[from] NoFraction),
    /// More than the whole item.
    #[error("items: the fractions of charge_id {0} add up to more than 1")]
    MoreThanTheItem(ChargeId),
    /// More than the whole bill.
    #[error("amounts: amount_cents add up to more than the bill")]
    MoreThanTheBill,
    /// The currency has no such fraction.
    #[error("{0}: amount_cents must be a multiple of {1}, the smallest amount of the currency that can be paid")]
    Unpayable(&'static str, i64),
    /// One diner has two lines for the same item.
    #[error("items: diner_id {0} names charge_id {1} twice")]
    ItemTwice(DinerId, ChargeId),
    /// One diner has two amounts.
    #[error("amounts: diner_id {0} appears twice")]
    AmountTwice(DinerId),
    /// One diner has two tips, or there are two for all.
    #[error("tips: the same diner_id appears twice")]
    TipTwice,
    /// A tip that does not fit.
    #[error("tips: the tip is too large")]
    TipTooLarge,
    /// The bill has no such diner.
    #[error("diner_id {0} is not at this table")]
    UnknownDiner(DinerId),
    /// The bill has no such item.
    #[error("charge_id {0} is not on this check")]
    UnknownCharge(ChargeId),
    /// The bill itself does not add up: a charge is paid beyond its amount, diners paid more than the charges received,
    /// an id is there twice, or a sum does not fit.
    #[error("the check does not add up")]
    Bill,
}
