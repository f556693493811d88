//! The station that the name of a category or subcategory suggests, in Spanish, Portuguese and English.
//!
//! Names are read by whole words with their accents folded: "Barbacoa" is not for the bar, and "Cócteles" are. A
//! place in the menu that the words do not know has no suggestion.

use super::Station;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Phrases that decide before any single word, asked in this order: a salad bar has no drinks. All without accents.
const PHRASES: &[(Station, &str)] = &[
    (
        Station::ColdKitchen,
        "salad bar, barra de ensaladas, bar de ensaladas, buffet de saladas, entrada fria, entradas frias, plato \
        frio, platos frios, prato frio, pratos frios, cold starter, cold starters, cold appetizer, cold \
        appetizers, cold plate, cold plates, cold cuts, cold dishes, raw bar, oyster bar, tapas frias, tapa fria, \
        sopa fria, sopas frias, tartar de atun, tartar de salmon, coctel de camarones, coctel de \
        langostinos, coctel de camaron, coquetel de camarao, shrimp cocktail, prawn cocktail",
    ),
    (
        Station::Pastry,
        "ice cream, ice creams, dulce de leche, carta de postres, algo dulce, sweet treats, pe de moleque, \
        copa helada, copas heladas",
    ),
    (
        Station::HotKitchen,
        "mac and cheese, carne de soja, pastel de carne, pasteles de carne, empanadas de carne, tarta de carne, \
        tacos de carne, pastel de choclo, pasteles fritos, tartas saladas, tortas saladas, tortas fritas, tortas \
        ahogadas, pot pie, pot pies, shepherd s pie, fish cakes, crab cakes, rice cakes, pancakes salados, plant \
        based meat, meatless, sin carne, sem carne, salsa de vino, bar de tapas, tapas bar",
    ),
    (
        Station::Bar,
        "happy hour, soft drinks, soft drink, gin tonic, sin alcohol, con alcohol, sem alcool, com alcool, bar de \
        vinos, wine bar, del bar, do bar, al bar, from the bar, nuestro bar, after office, carta de vinos, carta \
        de vinhos, iced tea, iced coffee, cold brew",
    ),
];

/// Single words, asked in this order: an "Ensalada de carne" is a salad.
const WORDS: &[(Station, &str)] = &[
    (
        Station::ColdKitchen,
        "ensalada, salada, salad, ceviche, carpaccio, sushi, sashimi, tiradito, poke, gazpacho, salmorejo",
    ),
    (
        Station::Pastry,
        "postre, sobremesa, dessert, torta, tarta, cake, cupcake, helado, sorvete, gelato, pasteleria, \
        confeitaria, pastry, dulce, doce, sweets, brownie, cheesecake, flan, pudim, budin, alfajor, cookie, \
        galleta, macaron, tiramisu, mousse, sundae, pie, reposteria, pastries, cookies, candy, factura, medialuna, panaderia, \
        panificacion, bakery, padaria, croissant",
    ),
    (
        Station::Bar,
        "bebida, drink, beverage, bar, barra, cocktail, coctel, coctele, coquetel, coqueteis, cocteleria, \
        coctelera, coqueteleria, trago, cerveza, cerveja, beer, chopp, chope, vino, vinho, wine, gaseosa, \
        refrigerante, soda, refresco, jugo, suco, zumo, juice, licuado, smoothie, batido, limonada, lemonade, \
        agua, water, whisky, whiskey, whiskies, aperitivo, digestivo, vermuteria, copa, barista, gin, ron, rum, vodka, tequila, mezcal, fernet, vermut, vermouth, vermu, \
        espumante, champagne, champana, prosecco, cava, licor, licores, liquor, spirit, destilado, cafe, \
        cafeteria, coffee, cafezinho, espresso, te, cha, tea, infusion, infusiones, infusao, infusoe, infusoes, \
        mate, cachaca, caipirinha, sangria, mojito, pisco, sake, sidra, cider, kombucha, mocktail, shot, \
        milkshake, frappe, capuchino, cappuccino, chocolatada, bodega, adega, malbec, ipa, tap, draft, draught, \
        bartender",
    ),
    (
        Station::Grill,
        "parrilla, parrillada, grill, grilled, grelhado, grelha, carne, meat, steak, asado, assado, churrasco, \
        churrasqueira, churrascaria, brasa, barbacoa, barbecue, bbq, bife, costilla, ribs, picanha, asador, \
        anticucho, chuleta, lomo, entrana, steakhouse, espeto, espetinho, smoker, achura, chorizo",
    ),
];

/// The station that a name suggests.
pub(super) fn suggested(name: &str) -> Option<Station> {
    let words = words_of(name);
    let text = format!(" {} ", words.join(" "));
    let says = |phrase: &str| text.contains(&format!(" {phrase} "));
    let has = |word: &str| words.iter().any(|said| is_form_of(said, word));
    let by_phrase = PHRASES.iter().find(|(_, phrases)| phrases.split(", ").any(says));
    let by_word = || WORDS.iter().find(|(_, known)| known.split(", ").any(has));
    by_phrase.or_else(by_word).map(|(station, _)| *station)
}

/// The name's words in lower case without accents.
fn words_of(name: &str) -> Vec<String> {
    let folded: String = name.nfd().filter(|letter| !is_combining_mark(*letter)).collect::<String>().to_lowercase();
    folded.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Whether what is said is the word or its plural.
fn is_form_of(said: &str, word: &str) -> bool {
    said == word || said.strip_prefix(word).is_some_and(|ending| ending == "s" || ending == "es")
}

#[cfg(test)]
mod tests;
