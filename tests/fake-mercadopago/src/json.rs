//! JSON bodies that keep the order of their fields and the spelling of their amounts, and that a fault can bend.

use std::fmt::Write as _;

use crate::amount::{self, AmountFormat};

/// A JSON value on its way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Json {
    Null,
    /// Valid JSON text, copied as it is: numbers, booleans, what a client sent.
    Raw(String),
    Text(String),
    /// Hundredths; spelled when written.
    Amount(i64),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    /// The text, amounts spelled as `format` says.
    pub(crate) fn render(&self, format: AmountFormat) -> String {
        let mut text = String::new();
        self.write(format, &mut text);
        text
    }

    fn write(&self, format: AmountFormat, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Raw(raw) => out.push_str(raw),
            Self::Text(text) => quote(text, out),
            Self::Amount(cents) => out.push_str(&amount::write(*cents, format)),
            Self::List(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    item.write(format, out);
                }
                out.push(']');
            }
            Self::Object(fields) => {
                out.push('{');
                for (index, (name, value)) in fields.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    quote(name, out);
                    out.push(':');
                    value.write(format, out);
                }
                out.push('}');
            }
        }
    }

    /// The member at a dotted path (`collector.id`).
    pub(crate) fn get_mut(&mut self, path: &str) -> Option<&mut Self> {
        let Self::Object(fields) = self else { return None };
        let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
        let value = &mut fields.iter_mut().find(|(field, _)| field == name)?.1;
        match rest {
            Some(rest) => value.get_mut(rest),
            None => Some(value),
        }
    }

    /// Gives the member at `path` another value, where there is one.
    pub(crate) fn replace(&mut self, path: &str, value: impl Into<Self>) {
        if let Some(place) = self.get_mut(path) {
            *place = value.into();
        }
    }

    /// Adds a member to an object.
    pub(crate) fn push(&mut self, name: &str, value: impl Into<Self>) {
        if let Self::Object(fields) = self {
            fields.push((name.to_owned(), value.into()));
        }
    }

    /// Removes the member at a dotted path.
    pub(crate) fn remove(&mut self, path: &str) {
        let (parent, name) = match path.rsplit_once('.') {
            Some((parent, name)) => (self.get_mut(parent), name),
            None => (Some(self), path),
        };
        if let Some(Self::Object(fields)) = parent {
            fields.retain(|(field, _)| field != name);
        }
    }
}

fn quote(text: &str, out: &mut String) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            control if control < ' ' => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(control));
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

/// An object with its fields in this order.
pub(crate) fn object<const N: usize>(fields: [(&str, Json); N]) -> Json {
    Json::Object(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Json {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl<T: Into<Json>> From<Option<T>> for Json {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl From<Vec<Json>> for Json {
    fn from(items: Vec<Json>) -> Self {
        Self::List(items)
    }
}

macro_rules! raw {
    ($($kind:ty),*) => {$(
        impl From<$kind> for Json {
            fn from(value: $kind) -> Self {
                Self::Raw(value.to_string())
            }
        }
    )*};
}
raw!(bool, u16, u32, u64, usize);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_valid_json_and_can_be_bent() {
        let mut body = object([
            ("text", "a\"b\\c\nñ".into()),
            ("collector", object([("id", 7_u64.into())])),
            ("amount", Json::Amount(1050)),
        ]);
        body.replace("collector.id", "8");
        body.remove("text");
        body.push("extra", true);
        assert_eq!(body.render(AmountFormat::TwoDecimals), r#"{"collector":{"id":"8"},"amount":10.50,"extra":true}"#);
        let quoted = object([("text", "a\"b\\c\nñ".into())]).render(AmountFormat::Shortest);
        let read: serde_json::Value = serde_json::from_str(&quoted).expect("valid JSON");
        assert_eq!(read["text"], "a\"b\\c\nñ");
    }
}
