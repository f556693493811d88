//! How pictures are written: photographs as JPEG, what is transparent somewhere as PNG. Both are understood by every
//! phone, and the same pixels always give the same bytes, on which the names rest.

use crate::{Format, Unfit};
use image::{
    DynamicImage, ExtendedColorType, ImageEncoder,
    codecs::{
        jpeg::JpegEncoder,
        png::{CompressionType, FilterType, PngEncoder},
    },
};

/// Nobody sees the difference to more, and it halves the file.
const QUALITY: u8 = 85;

/// The file, and what it is.
pub(crate) fn encode(image: &DynamicImage) -> Result<(Vec<u8>, Format), Unfit> {
    let (width, height) = (image.width(), image.height());
    let mut bytes = Vec::new();
    if is_transparent(image) {
        let encoder = PngEncoder::new_with_quality(&mut bytes, CompressionType::Best, FilterType::Adaptive);
        encoder.write_image(&image.to_rgba8(), width, height, ExtendedColorType::Rgba8).map_err(|_| Unfit::Damaged)?;
        return Ok((bytes, Format::Png));
    }
    let encoder = JpegEncoder::new_with_quality(&mut bytes, QUALITY);
    encoder.write_image(&image.to_rgb8(), width, height, ExtendedColorType::Rgb8).map_err(|_| Unfit::Damaged)?;
    Ok((bytes, Format::Jpeg))
}

/// Many files have a channel for transparency and nothing in it.
fn is_transparent(image: &DynamicImage) -> bool {
    image.color().has_alpha() && image.to_rgba8().pixels().any(|pixel| pixel.0[3] < u8::MAX)
}
