//! Names as people sort and seek them: the same whatever database they are kept in.
//!
//! A database sorts by bytes or by the locale that it was created with. People sort by their language (CLDR): accents
//! and case decide only between names that are otherwise the same, ñ is a letter of its own in Spanish, and "Mesa 2"
//! comes before "Mesa 10". Whoever types into a search field minds neither case nor accents.

use crate::language::Language;
use icu_collator::{
    Collator, CollatorBorrowed, CollatorPreferences, options::CollatorOptions, preferences::CollationNumericOrdering,
};
use icu_locale_core::Locale;
use std::cmp::Ordering;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// The order of names in a language.
pub struct NameOrder(Option<CollatorBorrowed<'static>>);

impl std::fmt::Debug for NameOrder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NameOrder")
    }
}

impl NameOrder {
    /// The order of that language; of no particular one where the language is not known.
    #[must_use]
    pub fn of(language: &str) -> Self {
        let locale = Locale::try_from_str(language).unwrap_or(Locale::UNKNOWN);
        let mut wanted = CollatorPreferences::from(&locale);
        wanted.numeric_ordering = Some(CollationNumericOrdering::True);
        // The data are compiled in: there is an order for every language.
        Self(Collator::try_new(wanted, CollatorOptions::default()).ok())
    }

    /// Which of two names comes first. Different names are the same to it only where people see no difference.
    #[must_use]
    pub fn compare(&self, one: &str, other: &str) -> Ordering {
        self.0.as_ref().map_or_else(|| one.cmp(other), |order| order.compare(one, other))
    }

    /// Sorts rows by name. Rows of one name stay as they are.
    pub fn sort<T>(&self, rows: &mut [T], name: impl Fn(&T) -> &str) {
        rows.sort_by(|one, other| self.compare(name(one), name(other)));
    }

    /// Sorts rows by the places that somebody gave them, and those of one place by name.
    pub fn sort_placed<T, P: Ord>(&self, rows: &mut [T], place: impl Fn(&T) -> P, name: impl Fn(&T) -> &str) {
        rows.sort_by(|one, other| place(one).cmp(&place(other)).then_with(|| self.compare(name(one), name(other))));
    }
}

impl Default for NameOrder {
    fn default() -> Self {
        Self::of(Language::DEFAULT)
    }
}

/// What somebody typed to find names: words that must all be in them, whatever their case and accents. Nothing typed
/// finds everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search(Vec<String>);

impl Search {
    /// What was typed. No sign in it has a meaning of its own.
    #[must_use]
    pub fn of(typed: &str) -> Self {
        Self(folded(typed).split_whitespace().map(str::to_owned).collect())
    }

    /// Whether each word is in one of the texts.
    #[must_use]
    pub fn finds(&self, texts: &[&str]) -> bool {
        if self.0.is_empty() {
            return true;
        }
        let texts: Vec<String> = texts.iter().map(|text| folded(text)).collect();
        self.0.iter().all(|word| texts.iter().any(|text| text.contains(word.as_str())))
    }
}

/// The text without case and accents.
#[must_use]
pub fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text.nfkd().filter(|letter| !is_combining_mark(*letter)).flat_map(char::to_lowercase) {
        match letter {
            // What Unicode takes for letters of their own, and people for others with something added.
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            'đ' | 'ð' => folded.push('d'),
            'ı' => folded.push('i'),
            'ς' => folded.push('σ'),
            letter => folded.push(letter),
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(language: &str, names: &str) -> String {
        let mut names: Vec<&str> = names.split(", ").collect();
        // From the wrong end, so that nothing is in place by chance.
        names.sort_unstable_by(|one, other| other.cmp(one));
        NameOrder::of(language).sort(&mut names, |name| name);
        names.join(", ")
    }

    #[test]
    fn names_sort_as_the_language_does() {
        let spanish = "agua, Ámbar, arroz, Nachos, Nuez, ñandú, Ñoquis, Zapallo";
        for language in ["es", "es-AR", "es-419", "gl"] {
            assert_eq!(sorted(language, spanish), spanish, "{language}");
        }
        // Where ñ is an n with a sign on it, it stands among them.
        for language in ["en", "pt-BR", "it", "zz"] {
            assert_eq!(
                sorted(language, spanish),
                "agua, Ámbar, arroz, Nachos, ñandú, Ñoquis, Nuez, Zapallo",
                "{language}"
            );
        }
        assert_eq!(sorted("sv", "zebra, åka, ära, öl"), "zebra, åka, ära, öl");
        assert_eq!(sorted("de", "zebra, åka, ära, öl"), "åka, ära, öl, zebra");
    }

    #[test]
    fn numbers_in_names_count() {
        let tables = "Mesa 1, Mesa 2, Mesa 10, Mesa 11, Mesa 100";
        assert_eq!(sorted("es", tables), tables);
        let codes = "BAR-02, BAR-10, INT-1, INT-01, INT-2, INT-010";
        let places: Vec<_> = sorted("es", codes).split(", ").map(|code| code.replace("INT-0", "INT-")).collect();
        assert_eq!(places, ["BAR-02", "BAR-10", "INT-1", "INT-1", "INT-2", "INT-10"]);
    }

    #[test]
    fn accents_and_case_decide_last() {
        assert_eq!(sorted("es", "cafe, café, Café, cafeteria, cafetería"), "cafe, café, Café, cafeteria, cafetería");
        // Composed or not, it is one name.
        assert_eq!(NameOrder::default().compare("Caf\u{e9}", "Cafe\u{301}"), Ordering::Equal);
    }

    #[test]
    fn a_place_counts_before_a_name() {
        let mut rows = [(2, "agua"), (1, "Zapallo"), (1, "Ámbar"), (0, "ñandú"), (1, "arroz")];
        NameOrder::default().sort_placed(&mut rows, |row| row.0, |row| row.1);
        assert_eq!(rows, [(0, "ñandú"), (1, "Ámbar"), (1, "arroz"), (1, "Zapallo"), (2, "agua")]);
    }

    #[test]
    fn a_search_minds_neither_case_nor_accents() {
        let finds = |typed: &str, name: &str| Search::of(typed).finds(&[name]);
        for (typed, name) in [
            ("", "Flan"),
            ("  ", "Flan"),
            ("ÑOQ", "ñoquis"),
            ("noqui", "Ñoquis"),
            ("ñoqui", "Noquis"),
            ("cafe\u{301}", "CAFÉ con leche"),
            ("leche cafe", "Café con leche"),
            ("STRASSE", "Straße"),
            ("smorre", "Smørrebrød"),
            ("100%", "Jugo 100% natural"),
            ("_", "a_b"),
            (r"\", r"a\b"),
        ] {
            assert!(finds(typed, name), "{typed:?} in {name:?}");
        }
        for (typed, name) in [("%", "Flan"), ("_", "Flan"), ("f%n", "Flan"), ("flan mixto", "Flan"), ("*", "Flan")] {
            assert!(!finds(typed, name), "{typed:?} not in {name:?}");
        }
        assert!(Search::of("ana gómez").finds(&["Ana", "Gomez", "waiter@demo.com"]));
        assert!(!Search::of("ana gómez").finds(&["Ana", "Ruiz"]));
    }
}
