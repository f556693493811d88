//! Fields that will mean something: ignoring one would answer a wish with success and not fulfil it.

use serde::{Deserialize, Deserializer, de::Error};
use serde_json::Value;

/// A field that nothing does yet. Left out, null, false or empty it asks for nothing; anything else is 422.
#[derive(Clone, Copy, Debug, Default)]
pub struct NotYet;

impl<'de> Deserialize<'de> for NotYet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let asks_for_nothing = match Value::deserialize(deserializer)? {
            Value::Null | Value::Bool(false) => true,
            Value::Array(values) => values.is_empty(),
            Value::Object(fields) => fields.is_empty(),
            Value::String(text) => text.is_empty(),
            Value::Bool(true) | Value::Number(_) => false,
        };
        if asks_for_nothing { Ok(Self) } else { Err(D::Error::custom("is not supported yet; leave it out")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_asks_for_nothing_is_no_wish() {
        for nothing in ["null", "false", "[]", "{}", "\"\""] {
            assert!(serde_json::from_str::<NotYet>(nothing).is_ok(), "{nothing}");
        }
        for wish in ["true", "[1]", "{\"a\": 1}", "\"monday\"", "0", "1"] {
            assert!(serde_json::from_str::<NotYet>(wish).is_err(), "{wish}");
        }
    }
}
