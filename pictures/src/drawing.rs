//! Pictures that a program draws, point by point.

#![expect(clippy::float_arithmetic, reason = "places in a picture; no money is in it")]

use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};

/// A PNG file of what `colour_at` says of each point: the middle is 0, 0, the upper edge at -1, and right of it is as
/// far as the picture is wide. Four points make a pixel, so that edges are smooth.
pub fn drawn(width: u32, height: u32, colour_at: impl Fn(f32, f32) -> [u8; 3]) -> Vec<u8> {
    #[expect(clippy::cast_precision_loss, reason = "no picture has 2^23 pixels a side")]
    let (wide, high) = (width as f32, height as f32);
    let mut pixels = Vec::new();
    for row in 0..height {
        for column in 0..width {
            let mut sums = [0_u16; 3];
            for (right, down) in [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)] {
                #[expect(clippy::cast_precision_loss, reason = "no picture has 2^23 pixels a side")]
                let (x, y) = (column as f32 + right, row as f32 + down);
                let colour = colour_at((x - wide / 2.0) / (high / 2.0), (y - high / 2.0) / (high / 2.0));
                for (sum, part) in sums.iter_mut().zip(colour) {
                    *sum += u16::from(part);
                }
            }
            pixels.extend(sums.map(|sum| u8::try_from(sum / 4).unwrap_or(u8::MAX)));
        }
    }
    let mut file = Vec::new();
    // Writing to memory does not fail, and the size is that of the pixels.
    let written = PngEncoder::new(&mut file).write_image(&pixels, width, height, ExtendedColorType::Rgb8);
    debug_assert!(written.is_ok(), "{written:?}");
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawing_is_a_picture_that_can_be_kept() {
        let half = drawn(40, 20, |x, _| if x < 0.0 { [255, 0, 0] } else { [0, 0, 255] });
        let prepared = crate::prepare(&half).unwrap();
        assert_eq!((prepared.width, prepared.height), (40, 20));
        let seen = image::load_from_memory(&half).unwrap().to_rgb8();
        assert_eq!((seen.get_pixel(0, 0).0, seen.get_pixel(39, 19).0), ([255, 0, 0], [0, 0, 255]));
    }
}
