//! Lists that are bounded where they enter: a form has some lines, never a million.

use crate::text::Refused;
use serde::{Deserialize, Deserializer, Serialize};

/// At most `MAX` values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<T>", bound(deserialize = "T: Deserialize<'de>"))]
pub struct Few<T, const MAX: usize>(Vec<T>);

impl<T, const MAX: usize> Default for Few<T, MAX> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T, const MAX: usize> Few<T, MAX> {
    /// The values.
    #[must_use]
    pub fn as_slice(&self) -> &[T] {
        &self.0
    }
}

impl<T, const MAX: usize> From<Few<T, MAX>> for Vec<T> {
    fn from(few: Few<T, MAX>) -> Self {
        few.0
    }
}

impl<T, const MAX: usize> TryFrom<Vec<T>> for Few<T, MAX> {
    type Error = Refused;
    fn try_from(values: Vec<T>) -> Result<Self, Refused> {
        if values.len() > MAX {
            return Err(Refused::new(&format!("must have at most {MAX} entries")));
        }
        Ok(Self(values))
    }
}

/// Reads a list of at most `MAX` values, where the code behind it wants a plain one.
///
/// # Errors
/// It is none, or has more.
pub fn few<'de, D: Deserializer<'de>, T: Deserialize<'de>, const MAX: usize>(list: D) -> Result<Vec<T>, D::Error> {
    Few::<T, MAX>::deserialize(list).map(|few| few.0)
}

/// The same where null says that there is none.
///
/// # Errors
/// As [`few`].
pub fn few_or_none<'de, D: Deserializer<'de>, T: Deserialize<'de>, const MAX: usize>(
    list: D,
) -> Result<Option<Vec<T>>, D::Error> {
    Option::<Few<T, MAX>>::deserialize(list).map(|few| few.map(|few| few.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Name;

    #[test]
    fn a_list_is_bounded_and_so_is_each_of_its_values() {
        let few = |json: &str| serde_json::from_str::<Few<Name<3>, 2>>(json);
        assert_eq!(few(r#"["a","b"]"#).unwrap().as_slice().len(), 2);
        assert!(few(r#"["a","b","c"]"#).unwrap_err().to_string().contains("at most 2 entries"));
        assert!(few(r#"["abcd"]"#).unwrap_err().to_string().contains("at most 3 characters"));
        assert!(few("null").is_err());
        assert!(Few::<i32, 1>::default().as_slice().is_empty());
    }
}
