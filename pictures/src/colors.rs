//! Colours: what a file means by its numbers. What is served has no profile, and every browser takes that for sRGB; so
//! what was meant otherwise (phones take photographs in Display P3) is converted before the profile is dropped; what
//! cannot be converted is refused by name, for it would come out as another picture.

#![expect(clippy::float_arithmetic, reason = "places of colours; no money is in it")]

use crate::Unfit;
use image::{DynamicImage, GrayAlphaImage, GrayImage, ImageFormat, RgbImage, RgbaImage};
use moxcms::{
    Chromaticity, CicpColorPrimaries, CicpProfile, ColorPrimaries, ColorProfile, DataColorSpace, Layout,
    MatrixCoefficients, ToneReprCurve, TransferCharacteristics, TransformOptions,
};

/// What stands in front of a PNG's first chunk.
const PNG_SIGNATURE: usize = 8;
/// The curve of a PNG that means sRGB's, in hundred-thousandths: the nearest power to it, as every program writes it.
const SRGB_GAMMA: u32 = 45_455;
/// White, red, green and blue of sRGB as a PNG writes them, in hundred-thousandths.
const SRGB_PRIMARIES: [u32; 8] = [31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6_000];

/// The colour space that a file names. A PNG has four ways to, and the first of these counts: four numbers (`cICP`), a
/// profile (`iCCP`), the word sRGB (`sRGB`), a curve and primaries (`gAMA`, `cHRM`). `None` where it names none, or
/// sRGB, or has a profile that nobody can read: then it is taken for sRGB.
///
/// # Errors
/// It means something that cannot be converted: what would come out is another picture.
pub(crate) fn named(file: &[u8], format: ImageFormat, icc: Option<&[u8]>) -> Result<Option<ColorProfile>, Unfit> {
    let chunks = if format == ImageFormat::Png { Chunks::of(file) } else { Chunks::default() };
    if let Some(numbers) = chunks.numbers
        && let Some(profile) = by_numbers(numbers)?
    {
        return Ok(Some(profile));
    }
    // A PNG with a profile, readable or not, has no other word on its colours.
    if icc.is_some() || chunks.is_srgb {
        return Ok(icc.and_then(|icc| ColorProfile::new_from_slice(icc).ok()));
    }
    by_curve(chunks.gamma, chunks.primaries)
}

/// The picture in sRGB.
///
/// # Errors
/// The profile is for another kind of data than the picture has.
pub(crate) fn to_srgb(image: DynamicImage, from: &ColorProfile) -> Result<DynamicImage, Unfit> {
    let (width, height, clear) = (image.width(), image.height(), image.color().has_alpha());
    let (pixels, layout) = match (from.color_space, clear) {
        (DataColorSpace::Rgb, false) => (image.to_rgb8().into_raw(), Layout::Rgb),
        (DataColorSpace::Rgb, true) => (image.to_rgba8().into_raw(), Layout::Rgba),
        (DataColorSpace::Gray, false) if !image.color().has_color() => (image.to_luma8().into_raw(), Layout::Gray),
        (DataColorSpace::Gray, true) if !image.color().has_color() => {
            (image.to_luma_alpha8().into_raw(), Layout::GrayAlpha)
        }
        _ => return Err(Unfit::Colors("its profile is for another kind of data than it has")),
    };
    // A profile that can be read and not be used is damaged: as one that cannot be read.
    Ok(converted(&pixels, layout, from).and_then(|pixels| whole(pixels, layout, width, height)).unwrap_or(image))
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

/// What the chunks of a PNG say of its colours; they stand in front of the pixels.
#[derive(Default)]
struct Chunks<'a> {
    /// `cICP`: primaries, curve, matrix, range.
    numbers: Option<&'a [u8]>,
    is_srgb: bool,
    /// In hundred-thousandths.
    gamma: Option<u32>,
    /// X and y of white, red, green and blue, in hundred-thousandths.
    primaries: Option<[u32; 8]>,
}

impl<'a> Chunks<'a> {
    fn of(file: &'a [u8]) -> Self {
        let mut chunks = Self::default();
        let mut rest = file.get(PNG_SIGNATURE..).unwrap_or_default();
        while let Some((name, data, tail)) = chunk(rest) {
            match name {
                b"cICP" => chunks.numbers = Some(data),
                b"sRGB" => chunks.is_srgb = true,
                b"gAMA" => chunks.gamma = words::<1>(data).map(|[gamma]| gamma),
                b"cHRM" => chunks.primaries = words(data),
                b"IDAT" | b"IEND" => break,
                _ => {}
            }
            rest = tail;
        }
        chunks
    }
}

/// The first chunk of these: its name, its data, and what follows its checksum.
fn chunk(bytes: &[u8]) -> Option<(&[u8; 4], &[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (name, rest) = rest.split_first_chunk::<4>()?;
    let (data, rest) = rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
    Some((name, data, rest.get(4..)?))
}

/// So many numbers, and nothing behind them.
fn words<const N: usize>(data: &[u8]) -> Option<[u32; N]> {
    let words: Vec<u32> =
        data.chunks_exact(4).filter_map(|word| Some(u32::from_be_bytes(word.try_into().ok()?))).collect();
    words.try_into().ok().filter(|_| data.len() == 4 * N)
}

/// The colour space of four numbers (ITU-T H.273); `None` where they say that nobody knows, which is no word at all.
fn by_numbers(numbers: &[u8]) -> Result<Option<ColorProfile>, Unfit> {
    let unknown = Unfit::Colors("nobody knows the colour space that its chunk cICP names");
    let &[primaries, curve, matrix, range] = numbers else { return Err(unknown) };
    if (primaries, curve) == (2, 2) {
        return Ok(None);
    }
    if matrix != 0 {
        return Err(Unfit::Colors("its chunk cICP names a matrix, and a PNG has none"));
    }
    if range != 1 {
        return Err(Unfit::Colors("its chunk cICP says that its numbers are not of the full range"));
    }
    let named = CicpProfile {
        color_primaries: CicpColorPrimaries::try_from(primaries).map_err(|_| unknown)?,
        transfer_characteristics: TransferCharacteristics::try_from(curve).map_err(|_| unknown)?,
        matrix_coefficients: MatrixCoefficients::Identity,
        full_range: true,
    };
    // It would come out dark.
    if matches!(named.transfer_characteristics, TransferCharacteristics::Smpte2084 | TransferCharacteristics::Hlg) {
        return Err(Unfit::Colors("it is brighter than a screen's white (HDR)"));
    }
    let profile = ColorProfile::new_from_cicp(named);
    // What it returns does not say whether the numbers were understood; the profile does.
    if profile.cicp.is_some() && profile.red_trc.is_some() { Ok(Some(profile)) } else { Err(unknown) }
}

/// The colour space of a curve and primaries; where one of them is not said, it is sRGB's.
fn by_curve(gamma: Option<u32>, primaries: Option<[u32; 8]>) -> Result<Option<ColorProfile>, Unfit> {
    // A curve of 0 is none (PNG, 11.3.2.2).
    let gamma = gamma.filter(|gamma| *gamma != 0 && gamma.abs_diff(SRGB_GAMMA) > 5);
    let near = |said: &[u32; 8]| said.iter().zip(SRGB_PRIMARIES).all(|(said, srgb)| said.abs_diff(srgb) <= 20);
    let primaries = primaries.filter(|said| !near(said));
    if gamma.is_none() && primaries.is_none() {
        return Ok(None);
    }
    let mut profile = ColorProfile::new_srgb();
    if let Some(gamma) = gamma {
        if !(10_000..=1_000_000).contains(&gamma) {
            return Err(Unfit::Colors("its chunk gAMA names a curve that no camera or screen has"));
        }
        let power = 1.0 / part(gamma);
        let curve = ToneReprCurve::Parametric(vec![power, 1.0, 0.0, 0.0, 0.0]);
        profile.red_trc = Some(curve.clone());
        profile.green_trc = Some(curve.clone());
        profile.blue_trc = Some(curve);
        // The numbers of sRGB would count before the curve.
        profile.cicp = None;
    }
    if let Some([wx, wy, rx, ry, gx, gy, bx, by]) = primaries {
        let at = |x: u32, y: u32| Chromaticity::new(part(x), part(y));
        let (white, red, green, blue) = (at(wx, wy), at(rx, ry), at(gx, gy), at(bx, by));
        // Twice the area of the triangle of what it can show.
        let area = (green.x - red.x) * (blue.y - red.y) - (blue.x - red.x) * (green.y - red.y);
        let is_sound = |point: &Chromaticity| point.y > 0.01 && point.x + point.y <= 1.01;
        // Blue of some wide spaces lies on the axis, or below it.
        if area.abs() < 0.01 || !is_sound(&white) || ![&red, &green].into_iter().all(is_sound) || blue.y <= 0.0 {
            return Err(Unfit::Colors("its chunk cHRM names primaries that make no colour space"));
        }
        profile.update_rgb_colorimetry(white.to_xyyb(), ColorPrimaries { red, green, blue });
    }
    Ok(Some(profile))
}

/// A number in hundred-thousandths.
fn part(number: u32) -> f32 {
    number as f32 / 100_000.0
}
