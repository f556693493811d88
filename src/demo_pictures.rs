//! Pictures of the demo's dishes, drawn when the demo is laid: a newcomer sees a menu as guests will, and no photograph
//! has to be shipped. The same dish always gets the same picture.

#![expect(clippy::float_arithmetic, reason = "places in a picture; no money is in it")]

use operations::demo::{self, DishPictures};
use pictures::{Pictures, drawn};
use store::Database;

/// In pixels.
const WIDTH: u32 = 320;
/// In pixels.
const HEIGHT: u32 = 240;

/// Draws and keeps a picture of each dish where the demo is still to be laid; their addresses by the dishes' names.
/// Where they cannot be kept, the menu has none.
///
/// # Errors
/// The database failed.
pub(crate) async fn paint(db: &Database, pictures: &Pictures) -> operations::Result<DishPictures> {
    let mut painted = DishPictures::new();
    if db.has_businesses().await? {
        return Ok(painted);
    }
    for dish in demo::dishes() {
        let file = tokio::task::spawn_blocking(move || drawn(WIDTH, HEIGHT, |x, y| Scene::of(dish).at(x, y))).await;
        let Ok(file) = file else { continue };
        match pictures.take_in(file).await {
            Ok(kept) => drop(painted.insert(dish.name, format!("/api/public/images/{}", kept.name))),
            Err(error) => {
                tracing::warn!(%error, "the demo's dishes have no pictures");
                break;
            }
        }
    }
    Ok(painted)
}

/// Red, green and blue.
type Colour = [u8; 3];

/// What of a dish is drawn.
#[derive(Clone, Copy)]
struct Scene {
    table: Colour,
    thing: Thing,
    /// The dish's own colour.
    own: Colour,
    /// Which of its section it is.
    place: u8,
}

#[derive(Clone, Copy)]
enum Thing {
    Tumbler,
    Mug,
    Wineglass,
    Pastry,
    Board,
    Steak,
    Pasta,
    Salad,
    IceCream,
    Cake,
}

const WHITE: Colour = [250, 248, 244];
const SHADE: Colour = [222, 216, 206];

impl Scene {
    fn of(dish: demo::Dish) -> Self {
        let table = match dish.category {
            "Bebidas" => [38, 84, 124],
            "Entradas" => [150, 90, 42],
            "Principales" => [74, 55, 44],
            _ => [146, 70, 104],
        };
        let (thing, shades): (Thing, &[Colour]) = match dish.section {
            "Gaseosas" => (Thing::Tumbler, &[[58, 28, 20], [214, 238, 216], [250, 140, 30], [205, 232, 246]]),
            "Jugos" => (Thing::Tumbler, &[[255, 168, 30], [244, 236, 130]]),
            "Cervezas" => (Thing::Mug, &[[240, 190, 60], [196, 112, 36]]),
            "Vinos" => (Thing::Wineglass, &[[104, 16, 44], [240, 226, 150]]),
            "Empanadas" => (Thing::Pastry, &[[214, 152, 80], [226, 178, 104], [220, 164, 96], [196, 160, 84]]),
            "Picadas" => (Thing::Board, &[[186, 60, 52], [244, 208, 100], [240, 190, 92]]),
            "Carnes" => (
                Thing::Steak,
                &[
                    [112, 52, 36],
                    [128, 62, 40],
                    [98, 46, 34],
                    [120, 66, 44],
                    [206, 150, 86],
                    [204, 140, 66],
                    [210, 156, 80],
                ],
            ),
            "Pastas" => (Thing::Pasta, &[[236, 190, 120], [196, 60, 40], [244, 222, 160], [208, 74, 44]]),
            "Ensaladas" => (Thing::Salad, &[[126, 168, 70], [96, 150, 64], [206, 52, 44]]),
            "Helados" => (Thing::IceCream, &[[250, 228, 180], [240, 160, 176]]),
            _ => (Thing::Cake, &[[232, 176, 80], [190, 140, 96], [80, 46, 32], [222, 184, 120]]),
        };
        let own = shades.get(dish.place % shades.len().max(1)).copied().unwrap_or(WHITE);
        Self { table, thing, own, place: u8::try_from(dish.place).unwrap_or(0) }
    }

    /// The colour at a point; the picture's middle is 0, 0 and its upper edge at -1.
    fn at(self, x: f32, y: f32) -> Colour {
        let cloth = mixed(self.table, [16, 14, 14], 0.35 * (x * x + y * y).min(1.0));
        let under = match self.thing {
            Thing::Tumbler | Thing::Mug | Thing::Wineglass => cloth,
            Thing::Board => {
                let grain = if (y * 14.0 + (x * 3.0).sin()).sin() > 0.55 { [170, 116, 66] } else { [190, 134, 80] };
                if x.abs() < 1.0 && y.abs() < 0.66 { grain } else { cloth }
            }
            _ if round(x, y, 0.80) => {
                if round(x, y, 0.62) {
                    WHITE
                } else {
                    SHADE
                }
            }
            _ => cloth,
        };
        match self.thing {
            Thing::Tumbler => self.tumbler(x, y),
            Thing::Mug => self.mug(x, y),
            Thing::Wineglass => self.wineglass(x, y),
            Thing::Pastry => self.pastry(x, y),
            Thing::Board => self.board(x, y),
            Thing::Steak => self.steak(x, y),
            Thing::Pasta => self.pasta(x, y),
            Thing::Salad => self.salad(x, y),
            Thing::IceCream => self.ice_cream(x, y),
            Thing::Cake => self.cake(x, y),
        }
        .unwrap_or(under)
    }

    fn tumbler(self, x: f32, y: f32) -> Option<Colour> {
        let half = 0.36 - 0.10 * y;
        let straw = (x - 0.22 + 0.25 * y).abs() < 0.025 && (-0.95..-0.2).contains(&y);
        if y.abs() > 0.75 || x.abs() > half {
            return straw.then_some([230, 70, 70]);
        }
        let bubble = round((x * 9.0).fract() - 0.5, (y * 7.0 + x).fract() - 0.5, 0.16);
        Some(match () {
            () if x.abs() > half - 0.03 || y > 0.70 => [226, 236, 242],
            () if y < -0.45 && straw => [230, 70, 70],
            () if y < -0.45 => mixed(WHITE, self.table, 0.55),
            () if bubble => mixed(self.own, WHITE, 0.35),
            () => self.own,
        })
    }

    fn mug(self, x: f32, y: f32) -> Option<Colour> {
        let handle = round(x - 0.48, y, 0.30) && !round(x - 0.48, y, 0.20) && x > 0.42;
        if handle {
            return Some([226, 236, 242]);
        }
        let foam = round(x + 0.25, y + 0.58, 0.20) || round(x, y + 0.64, 0.22) || round(x - 0.25, y + 0.58, 0.20);
        if foam || (x.abs() < 0.42 && (-0.58..-0.40).contains(&y)) {
            return Some(WHITE);
        }
        let shine = (x + 0.26).abs() < 0.05;
        (x.abs() < 0.45 && (-0.58..0.75).contains(&y))
            .then(|| if shine { mixed(self.own, WHITE, 0.4) } else { self.own })
    }

    fn wineglass(self, x: f32, y: f32) -> Option<Colour> {
        let (bowl, stem) = (round(x, (y + 0.30) * 0.85, 0.42), x.abs() < 0.03 && (0.1..0.75).contains(&y));
        let foot = round(x, (y - 0.78) * 5.0, 0.30);
        if stem || foot {
            return Some([226, 236, 242]);
        }
        (bowl && y > -0.72).then(|| if y > -0.35 { self.own } else { mixed(WHITE, self.table, 0.5) })
    }

    fn pastry(self, x: f32, y: f32) -> Option<Colour> {
        let half_moon = round(x, y - 0.22, 0.52) && y < 0.26;
        let edge = half_moon && !round(x, y - 0.22, 0.43);
        let crimp = (y.atan2(x) * 22.0).sin() > 0.2;
        let dark = mixed(self.own, [110, 60, 24], 0.35);
        half_moon.then_some(if edge && crimp { dark } else { self.own })
    }

    fn board(self, x: f32, y: f32) -> Option<Colour> {
        let (column, row) = ((x * 2.6).floor(), (y * 2.6).floor());
        if x.abs() > 0.92 || y.abs() > 0.58 {
            return None;
        }
        let (left, top) = ((x * 2.6).fract().abs() - 0.5, (y * 2.6).fract().abs() - 0.5);
        let is_even = ((column + row) as i32 + i32::from(self.place)).rem_euclid(2) == 0;
        if is_even {
            round(left, top, 0.36).then(|| if round(left - 0.1, top, 0.08) { WHITE } else { self.own })
        } else {
            (left.abs() < 0.28 && top.abs() < 0.28).then_some([246, 216, 122])
        }
    }

    fn steak(self, x: f32, y: f32) -> Option<Colour> {
        let garnish = round(x - 0.42, y - 0.36, 0.10) || round(x - 0.30, y - 0.42, 0.08);
        let slant = 0.1 + 0.05 * f32::from(self.place);
        let piece = round(x + 0.05, (y + 0.02) * 1.45 + x * slant, 0.50);
        let marks = ((x + y) * 16.0).sin() > 0.80;
        match (garnish, piece) {
            (true, _) => Some([86, 140, 60]),
            (_, true) if marks => Some(mixed(self.own, [24, 14, 10], 0.55)),
            (_, true) => Some(self.own),
            _ => None,
        }
    }

    fn pasta(self, x: f32, y: f32) -> Option<Colour> {
        let far = x.hypot(y);
        let strand = (far * 34.0 + (y.atan2(x) * (3.0 + f32::from(self.place))).sin() * 2.0).sin() > 0.0;
        let basil = round(x - 0.08, (y + 0.05) * 1.8, 0.10);
        match far {
            _ if basil => Some([70, 130, 50]),
            _ if far < 0.26 => Some(self.own),
            _ if far < 0.52 => Some(if strand { [242, 210, 130] } else { [226, 184, 100] }),
            _ => None,
        }
    }

    fn salad(self, x: f32, y: f32) -> Option<Colour> {
        if !round(x, y, 0.56) {
            return None;
        }
        let cell = |step: f32| ((x * step + y * 1.7).sin() * (y * step - x * 2.3).cos(), step);
        let (red, white) = (cell(11.0).0 > 0.55, cell(15.0).0 > 0.70);
        let leaf = (x * 9.0 + (y * 7.0).sin() * 1.5).sin() > 0.0;
        Some(match (red, white) {
            (true, _) => [212, 58, 46],
            (_, true) => WHITE,
            _ if leaf => self.own,
            _ => mixed(self.own, [30, 80, 30], 0.35),
        })
    }

    fn ice_cream(self, x: f32, y: f32) -> Option<Colour> {
        let cone = y > -0.05 && x.abs() < 0.30 - 0.40 * (y + 0.05);
        let waffle = ((x + y) * 26.0).sin() > 0.75 || ((x - y) * 26.0).sin() > 0.75;
        match () {
            () if round(x, y + 0.42, 0.08) => Some([200, 30, 50]),
            () if round(x + 0.16, y + 0.16, 0.24) => Some(self.own),
            () if round(x - 0.16, y + 0.18, 0.24) => Some([122, 76, 52]),
            () if cone => Some(if waffle { [186, 128, 66] } else { [220, 166, 96] }),
            () => None,
        }
    }

    fn cake(self, x: f32, y: f32) -> Option<Colour> {
        let slice = x.abs() < 0.46 && y < 0.34 && y > -0.24 + (x + 0.46) * 0.12;
        let layer = ((y + 0.24) * 11.0).sin() > 0.5;
        let top = slice && y < -0.10 + (x + 0.46) * 0.12;
        match () {
            () if round(x + 0.12, y + 0.30, 0.09) => Some([206, 36, 52]),
            () if top => Some(mixed(self.own, WHITE, 0.55)),
            () if slice && layer => Some(mixed(self.own, WHITE, 0.35)),
            () if slice => Some(self.own),
            () => None,
        }
    }
}

fn round(x: f32, y: f32, radius: f32) -> bool {
    x.hypot(y) < radius
}

/// `one` with `part` of `other` in it.
fn mixed(one: Colour, other: Colour, part: f32) -> Colour {
    std::array::from_fn(|at| {
        let (from, to) = (f32::from(one[at]), f32::from(other[at]));
        (from + (to - from) * part.clamp(0.0, 1.0)).round() as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn each_dish_has_a_picture_of_its_own_and_always_the_same() {
        let (mut seen, mut all) = (HashSet::new(), 0);
        for dish in demo::dishes() {
            let picture = || drawn(80, 60, |x, y| Scene::of(dish).at(x, y));
            assert_eq!(picture(), picture(), "{}", dish.name);
            assert!(seen.insert(picture()), "{} looks like another dish", dish.name);
            all += 1;
        }
        assert_eq!(all, 37);
    }
}
