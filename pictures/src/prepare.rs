//! From a file that somebody sent to the one that is served.
//!
//! A small file may claim to be huge, so the header is looked at before a pixel is decoded. What the file is, its first
//! bytes say; nobody asks its sender.

use crate::{
    colors,
    encode::encode,
    jpeg,
    name::{Format, Name},
};
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, imageops::FilterType};
use std::io::Cursor;

/// The largest file, in bytes: what a phone's camera makes.
pub const MAX_BYTES: usize = 5 * 1024 * 1024;
/// The most pixels: the larger phones' cameras have 24 megapixels.
pub const MAX_PIXELS: u64 = 25_000_000;
/// The longest side, in pixels: scaling a ribbon would take more memory than the ribbon.
const MAX_LENGTH: u32 = 16_384;
/// Longest side of what is served, in pixels; no screen shows a dish larger.
pub const MAX_SIDE: u32 = 1600;
/// What a decoder may take, in bytes: the largest picture at eight bytes a pixel.
const MAX_ALLOCATION: u64 = 8 * MAX_PIXELS;

/// Why a file is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// It is something else.
    #[error("The file is not a PNG, JPEG or WebP picture")]
    NotAPicture,
    /// It begins as a picture and does not go on as one.
    #[error("The picture is damaged or cut off")]
    Damaged,
    /// It means its numbers otherwise than can be converted.
    #[error("The picture's colours cannot be converted: {0}")]
    Colors(&'static str),
    /// More pixels than [`MAX_PIXELS`], or a side that is too long.
    #[error("The picture has too many pixels: {width} x {height}; at most {} megapixels and {MAX_LENGTH} a side are taken", MAX_PIXELS / 1_000_000)]
    TooManyPixels {
        /// As the file says.
        width: u32,
        /// As the file says.
        height: u32,
    },
}

/// A picture ready to be kept.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// Its name.
    pub name: Name,
    /// The file.
    pub bytes: Vec<u8>,
    /// In pixels, upright.
    pub width: u32,
    /// In pixels, upright.
    pub height: u32,
}

/// Decodes, scales down, converts to sRGB, turns upright as the camera noted, and encodes. Takes up to a second of a
/// core.
///
/// # Errors
/// The file is no picture, damaged, too large to be decoded, or of colours that cannot be converted.
pub fn prepare(file: &[u8]) -> Result<Prepared, Unfit> {
    let image = decode(file, recognised(file)?)?;
    let (width, height) = (image.width(), image.height());
    let (bytes, format): (Vec<u8>, Format) = encode(&image)?;
    Ok(Prepared { name: Name::of(&bytes, format), bytes, width, height })
}

fn recognised(file: &[u8]) -> Result<ImageFormat, Unfit> {
    match image::guess_format(file) {
        Ok(format @ (ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP)) => Ok(format),
        _ => Err(Unfit::NotAPicture),
    }
}

fn decode(file: &[u8], format: ImageFormat) -> Result<DynamicImage, Unfit> {
    // Its numbers are inks, and whether they are upside down depends on who wrote it.
    if format == ImageFormat::Jpeg && jpeg::components(file) == Some(4) {
        return Err(Unfit::Colors("it is for printing (CMYK); save it as RGB"));
    }
    let mut reader = ImageReader::with_format(Cursor::new(file), format);
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MAX_ALLOCATION);
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder().map_err(|_| Unfit::Damaged)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS || width.max(height) > MAX_LENGTH {
        return Err(Unfit::TooManyPixels { width, height });
    }
    if format == ImageFormat::Jpeg && !jpeg::is_whole(file) {
        return Err(Unfit::Damaged);
    }
    let orientation = decoder.orientation().map_err(|_| Unfit::Damaged)?;
    let profile = decoder.icc_profile().ok().flatten();
    let space = colors::named(file, format, profile.as_deref())?;
    // First scaled, then converted and turned: both take a copy, and of the small one only.
    let mut image = scaled(DynamicImage::from_decoder(decoder).map_err(|_| Unfit::Damaged)?);
    if let Some(space) = space {
        image = colors::to_srgb(image, &space)?;
    }
    image.apply_orientation(orientation);
    Ok(image)
}

fn scaled(image: DynamicImage) -> DynamicImage {
    if image.width().max(image.height()) <= MAX_SIDE {
        return image;
    }
    image.resize(MAX_SIDE, MAX_SIDE, FilterType::Lanczos3)
}

#[cfg(test)]
mod tests;
