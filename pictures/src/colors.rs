//! Colours: what a file means by its numbers. What is served has no profile, and every browser takes that for sRGB; so
//! what was meant otherwise (phones take photographs in Display P3) is converted before the profile is dropped.

use image::{DynamicImage, GrayAlphaImage, GrayImage, ImageFormat, RgbImage, RgbaImage};
use moxcms::{
    CicpColorPrimaries, CicpProfile, ColorProfile, DataColorSpace, Layout, MatrixCoefficients, TransferCharacteristics,
    TransformOptions,
};

/// What stands in front of a PNG's first chunk.
const PNG_SIGNATURE: usize = 8;

/// The colour space that a file names: by its profile, or by the four numbers of a PNG, which go first. `None` where
/// it names none, or one that nobody can read: then it is taken for sRGB, as before.
pub(crate) fn named(file: &[u8], format: ImageFormat, icc: Option<&[u8]>) -> Option<ColorProfile> {
    let numbers = if format == ImageFormat::Png { numbers(file) } else { None };
    numbers.and_then(by_numbers).or_else(|| ColorProfile::new_from_slice(icc?).ok())
}

/// The picture in sRGB.
pub(crate) fn to_srgb(image: DynamicImage, from: &ColorProfile) -> DynamicImage {
    let (width, height, clear) = (image.width(), image.height(), image.color().has_alpha());
    let (pixels, layout) = match (from.color_space, clear) {
        (DataColorSpace::Rgb, false) => (image.to_rgb8().into_raw(), Layout::Rgb),
        (DataColorSpace::Rgb, true) => (image.to_rgba8().into_raw(), Layout::Rgba),
        (DataColorSpace::Gray, false) if !image.color().has_color() => (image.to_luma8().into_raw(), Layout::Gray),
        (DataColorSpace::Gray, true) if !image.color().has_color() => {
            (image.to_luma_alpha8().into_raw(), Layout::GrayAlpha)
        }
        // A printer's profile: the decoder has made RGB of it already.
        _ => return image,
    };
    converted(&pixels, layout, from).and_then(|pixels| whole(pixels, layout, width, height)).unwrap_or(image)
}

fn converted(pixels: &[u8], layout: Layout, from: &ColorProfile) -> Option<Vec<u8>> {
    let gray = matches!(layout, Layout::Gray | Layout::GrayAlpha);
    // What browsers take a picture for that is gray and names nothing.
    let srgb = if gray { srgb_gray() } else { ColorProfile::new_srgb() };
    let transform = from.create_transform_8bit(layout, &srgb, layout, TransformOptions::default()).ok()?;
    let mut converted = vec![0; pixels.len()];
    transform.transform(pixels, &mut converted).ok()?;
    Some(converted)
}

fn whole(pixels: Vec<u8>, layout: Layout, width: u32, height: u32) -> Option<DynamicImage> {
    match layout {
        Layout::Rgb => RgbImage::from_raw(width, height, pixels).map(Into::into),
        Layout::Rgba => RgbaImage::from_raw(width, height, pixels).map(Into::into),
        Layout::Gray => GrayImage::from_raw(width, height, pixels).map(Into::into),
        Layout::GrayAlpha => GrayAlphaImage::from_raw(width, height, pixels).map(Into::into),
        _ => None,
    }
}

/// Gray with the curve of sRGB.
fn srgb_gray() -> ColorProfile {
    let mut gray = ColorProfile::new_gray_with_gamma(2.2);
    gray.gray_trc = ColorProfile::new_srgb().green_trc;
    gray
}

/// The chunk `cICP` of a PNG: primaries, curve, matrix, range. It stands in front of the pixels.
fn numbers(file: &[u8]) -> Option<[u8; 4]> {
    let mut rest = file.get(PNG_SIGNATURE..)?;
    loop {
        let (length, tail) = rest.split_first_chunk::<4>()?;
        let (name, tail) = tail.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        match name {
            b"cICP" => return tail.get(..length)?.try_into().ok(),
            b"IDAT" | b"IEND" => return None,
            // Behind each chunk is a checksum.
            _ => rest = tail.get(length..)?.get(4..)?,
        }
    }
}

/// Brightness beyond a screen's white (HDR) is not converted: it would come out dark.
fn by_numbers([primaries, curve, _, range]: [u8; 4]) -> Option<ColorProfile> {
    let named = CicpProfile {
        color_primaries: CicpColorPrimaries::try_from(primaries).ok()?,
        transfer_characteristics: TransferCharacteristics::try_from(curve).ok()?,
        matrix_coefficients: MatrixCoefficients::Identity,
        full_range: range == 1,
    };
    let bright =
        matches!(named.transfer_characteristics, TransferCharacteristics::Smpte2084 | TransferCharacteristics::Hlg);
    if bright || !named.full_range {
        return None;
    }
    let profile = ColorProfile::new_from_cicp(named);
    // What it returns does not say whether the numbers were understood; the profile does.
    (profile.cicp.is_some() && profile.red_trc.is_some()).then_some(profile)
}
