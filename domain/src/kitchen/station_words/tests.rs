//! Names of categories as menus have them, and who makes what stands there.

use super::*;

const BAR: &str = "Bebidas, Bebidas sin alcohol, Bebidas con alcohol, Bebidas calientes, Bebidas frías, BEBIDAS, Gaseosas, \
    Aguas y gaseosas, Aguas, Jugos, Jugos naturales, Jugos y licuados, Licuados, Limonadas, Cervezas, Cervezas \
    artesanales, Cerveza tirada, Vinos, Vinos tintos, Vinos blancos y rosados, Carta de vinos, Vino por copa, \
    Espumantes, Champagne, Whiskies, Aperitivos, Digestivos, Vermutería, Copas, Cold brew, Cócteles, Cocteles, Coctelería, Coctelería clásica, Cóctel de autor, Tragos, Tragos \
    de autor, Barra, Barra de tragos, Del bar, Whiskies y licores, Whisky, Gin, Gin Tonic, Fernet, Vermut, Vermú \
    y aperitivos, Happy Hour, Cafetería, Café, Cafés e infusiones, Infusiones, Té, Tés, Mate, Sangrías, \
    Refrescos, Zumos, Sidras, Bodega, After office, Destilados, Ron y tequila, Bebidas alcoólicas, Bebidas sem \
    álcool, Cervejas, Cervejas especiais, Chopp, Vinhos, Carta de vinhos, Refrigerantes, Sucos, Sucos naturais, \
    Coquetéis, Drinks, Drinks sem álcool, Caipirinhas, Cachaças, Cafés, Chás, Água, Adega, Drinks & Cocktails, \
    Soft Drinks, Beverages, Hot Beverages, Cold Drinks, Beers, Craft Beer, Beers on Tap, Draft Beer, Wine, \
    Wines, Red Wine, Wine by the glass, Wine Bar, Cocktails, Signature Cocktails, Mocktails, Spirits, Juices, \
    Fresh Juice, Smoothies, Milkshakes, Coffee, Coffee & Tea, Iced Tea, Teas, Water, Sodas, Lemonade, Bar, The \
    Bar, From the bar";

const COLD: &str = "Ensaladas, ENSALADAS, Ensaladas gourmet, Ensalada de carne, Ensaladas y bowls, Entradas frías, Entrada fría, \
    Platos fríos, Barra de ensaladas, Ceviches, Ceviches y tiraditos, Carpaccios, Sushi, Cóctel de camarones, \
    Poke, Pokes, Tapas frías, Sopas frías, Gazpacho, Tartar de atún, Oyster bar, Saladas, Saladas especiais, Buffet de saladas, Pratos frios, Salads, Salad, Caesar Salads, \
    Grilled chicken salad, Salad bar, Cold starters, Cold Appetizers, Cold cuts, Raw Bar, Sushi & Sashimi, \
    Shrimp cocktail";

const PASTRY: &str = "Postres, POSTRES, Postres caseros, Postres y helados, Helados, Helados artesanales, Tortas, Tortas y tartas, \
    Tartas dulces, Pastelería, Repostería, Algo dulce, Dulces, Flanes y budines, Alfajores, Carta de postres, \
    Sobremesas, Sobremesa, Doces, Sorvetes, Tortas doces, Confeitaria, Bolos e tortas, Desserts, Dessert, Cakes, \
    Cake, Copa helada, Facturas, Medialunas, Panadería, Homemade Cakes, Ice Cream, Ice creams, Pastries, Pies, Brownies, Cookies, Cheesecakes, Sweets";

const GRILL: &str = "Parrilla, Parrillas, Parrillada, A la parrilla, De la parrilla, Carnes, Carnes rojas, Carne, Carnes a la \
    parrilla, Asado, Asados, A las brasas, Barbacoa, Barbacoas, Bifes, Lomos, Churrasco, Chuletas, Achuras, \
    Costillas, Anticuchos, Carnes grelhadas, Grelhados, Churrascos, Churrascaria, Na brasa, Picanha, Assados, \
    Espetinhos, Grill, From the grill, Grilled, Meat, Meats, Steaks, Steakhouse, BBQ, Barbecue, Ribs";

const NOBODYS: &str = "Principales, Platos principales, Entradas, Entradas calientes, Picadas, Pastas, Pastas caseras, Pizzas, \
    Empanadas, Hamburguesas, Sándwiches, Sopas, Guarniciones, Pescados, Pescados y mariscos, Mariscos, Pollo, \
    Milanesas, Minutas, Menú del día, Menú infantil, Tapas, Tacos, Burritos, Arroces, Risottos, Wok, Veggie, \
    Vegetarianos, Sin TACC, Desayunos, Meriendas, Promociones, Combos, Barrigas, Bartolillos, Embarcación, \
    Descarnados, Pavinos, Divino, Bovinos, Ovinos y cerdos, Ajuges, Camarones, Escabeche, Encarnados, Pratos \
    principais, Entradas quentes, Massas, Peixes, Frutos do mar, Lanches, Porções, Feijoada, Sopas e caldos, \
    Acompanhamentos, Petiscos, Tapiocas, Pastéis, Kids, Mains, Main courses, Starters, Appetizers, Soups, \
    Burgers, Sandwiches, Sides, Seafood, Chicken, Kids menu, Breakfast, Brunch, Small plates, Specials, Noodles, \
    Curries, Pancakes, Barley risotto, Teak plates, Gingered carrots, Rondelles, ***, 主食";

#[test]
fn over_two_hundred_names_go_where_they_are_made() {
    let wanted = [
        (Some(Station::Bar), BAR),
        (Some(Station::ColdKitchen), COLD),
        (Some(Station::Pastry), PASTRY),
        (Some(Station::Grill), GRILL),
        (None, NOBODYS),
        (
            Some(Station::HotKitchen),
            "Pastel de carne, Bar de tapas, Empanadas de carne, Tortas fritas, Sin carne, Fish cakes, Meatless",
        ),
    ];
    let known = wanted.iter().filter(|(station, _)| station.is_some()).map(|(_, names)| names.split(", ").count());
    let known: usize = known.sum();
    assert!(known > 200, "{known}");
    assert_eq!(suggested(""), None);
    let mut wrong = Vec::new();
    for (station, names) in wanted {
        let others = names.split(", ").map(|name| (name, suggested(name))).filter(|(_, found)| *found != station);
        wrong.extend(others.map(|(name, found)| format!("{name}: {found:?}, not {station:?}")));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn an_accent_may_be_written_in_two_ways() {
    assert_eq!(suggested("Co\u{301}cteles"), Some(Station::Bar));
    assert_eq!(suggested("CÓCTELES"), Some(Station::Bar));
}
