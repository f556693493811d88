//! Every format, every way not to be one.

use super::*;
use image::{Rgb, RgbImage, Rgba, RgbaImage};

fn file(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// Left half red, right half blue.
fn flag(width: u32, height: u32) -> DynamicImage {
    RgbImage::from_fn(width, height, |x, _| if x < width / 2 { Rgb([250, 10, 10]) } else { Rgb([10, 10, 250]) }).into()
}

/// The pixel is more of that channel than of any other.
fn is(image: &DynamicImage, at: (u32, u32), channel: usize) -> bool {
    let pixel = image.to_rgb8().get_pixel(at.0, at.1).0;
    pixel[channel] > 200 && pixel.iter().filter(|value| **value > 100).count() == 1
}

/// A JPEG that says it is to be turned, as phones do, with where it was taken.
fn turned(image: &DynamicImage, orientation: u8) -> Vec<u8> {
    let plain = file(image, ImageFormat::Jpeg);
    let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
    exif.extend(b"GPS -34.6037");
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&plain[..2], &[0xff, 0xe1], &length, &exif, &plain[2..]].concat()
}

#[test]
fn each_format_is_taken_and_the_same_pixels_have_the_same_name() {
    let image = flag(64, 32);
    let [png, webp] = [ImageFormat::Png, ImageFormat::WebP].map(|format| prepare(&file(&image, format)).unwrap());
    assert_eq!(png.name, webp.name);
    assert_eq!((png.width, png.height, png.name.format()), (64, 32, Format::Jpeg));
    assert_eq!(prepare(&file(&image, ImageFormat::Png)).unwrap().bytes, png.bytes);
    let jpeg = prepare(&file(&image, ImageFormat::Jpeg)).unwrap();
    assert!(is(&image::load_from_memory(&jpeg.bytes).unwrap(), (2, 2), 0));
}

#[test]
fn transparency_is_kept_where_there_is_some() {
    let clear: DynamicImage = RgbaImage::from_pixel(8, 8, Rgba([1, 2, 3, 128])).into();
    assert_eq!(prepare(&file(&clear, ImageFormat::Png)).unwrap().name.format(), Format::Png);
    let solid: DynamicImage = RgbaImage::from_pixel(8, 8, Rgba([1, 2, 3, 255])).into();
    assert_eq!(prepare(&file(&solid, ImageFormat::WebP)).unwrap().name.format(), Format::Jpeg);
}

#[test]
fn a_camera_s_note_is_followed_and_goes() {
    let sent = turned(&flag(64, 32), 6);
    let upright = prepare(&sent).unwrap();
    assert_eq!((upright.width, upright.height), (32, 64));
    let image = image::load_from_memory(&upright.bytes).unwrap();
    assert!(is(&image, (16, 5), 0) && is(&image, (16, 60), 2), "red is on top after a quarter turn clockwise");
    for word in [&b"Exif"[..], b"GPS"] {
        assert!(sent.windows(word.len()).any(|bytes| bytes == word));
        assert!(!upright.bytes.windows(word.len()).any(|bytes| bytes == word));
    }
}

#[test]
fn a_large_picture_is_made_smaller_and_a_small_one_is_left() {
    let large = prepare(&file(&flag(4000, 1000), ImageFormat::Jpeg)).unwrap();
    assert_eq!((large.width, large.height), (1600, 400));
    let small = prepare(&file(&flag(1, 1), ImageFormat::Png)).unwrap();
    assert_eq!((small.width, small.height), (1, 1));
}

#[test]
fn what_is_no_picture_is_refused() {
    let gif = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\0\0\0!\xf9\x04\0\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";
    for other in [&b""[..], b"x", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<html>", b"%PDF-1.7", gif] {
        assert_eq!(prepare(other).unwrap_err(), Unfit::NotAPicture);
    }
    for start in [&b"\x89PNG\r\n\x1a\n"[..], b"\xff\xd8\xff", b"RIFF\x10\0\0\0WEBPVP8 "] {
        assert_eq!(prepare(&[start, &b"<script>alert(1)</script>"[..]].concat()).unwrap_err(), Unfit::Damaged);
    }
}

#[test]
fn a_cut_file_is_refused_wherever_it_is_cut() {
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
        let whole = file(&flag(300, 200), format);
        for tenths in 1..10 {
            let cut = &whole[..whole.len() * tenths / 10];
            assert!(prepare(cut).is_err(), "{format:?} cut at {tenths}/10");
        }
    }
}

#[test]
fn a_small_file_that_claims_to_be_huge_is_refused_by_its_header() {
    // Width and height of a PNG stand behind the header's tag, the checksum behind them.
    let mut png = file(&flag(8, 8), ImageFormat::Png);
    png[16..24].copy_from_slice(&[0, 1, 0, 0, 0, 1, 0, 0]);
    let checksum = crc(&png[12..29]).to_be_bytes();
    png[29..33].copy_from_slice(&checksum);
    assert_eq!(prepare(&png).unwrap_err(), Unfit::TooManyPixels { width: 65_536, height: 65_536 });
    let mut jpeg = file(&flag(8, 8), ImageFormat::Jpeg);
    let frame = jpeg.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xff, 0xff, 0xff, 0xff]);
    assert_eq!(prepare(&jpeg).unwrap_err(), Unfit::TooManyPixels { width: 65_535, height: 65_535 });
    let mut webp = file(&flag(8, 8), ImageFormat::WebP);
    // Fourteen bits each, less one, behind the lossless signature.
    webp[21..25].copy_from_slice(&[0xfe, 0xbf, 0xff, 0x0f]);
    assert_eq!(prepare(&webp).unwrap_err(), Unfit::TooManyPixels { width: 16_383, height: 16_383 });
}

fn crc(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 })
    };
    !bytes.iter().fold(!0, step)
}

/// The file with that profile in it.
fn profiled(image: &DynamicImage, format: ImageFormat, profile: Vec<u8>) -> Vec<u8> {
    use image::{
        ImageEncoder,
        codecs::{jpeg::JpegEncoder, png::PngEncoder, webp::WebPEncoder},
    };
    let mut bytes = Vec::new();
    match format {
        ImageFormat::Jpeg => {
            let mut encoder = JpegEncoder::new_with_quality(&mut bytes, 100);
            encoder.set_icc_profile(profile).unwrap();
            image.write_with_encoder(encoder).unwrap();
        }
        ImageFormat::Png => {
            let mut encoder = PngEncoder::new(&mut bytes);
            encoder.set_icc_profile(profile).unwrap();
            image.write_with_encoder(encoder).unwrap();
        }
        _ => {
            let mut encoder = WebPEncoder::new_lossless(&mut bytes);
            encoder.set_icc_profile(profile).unwrap();
            image.write_with_encoder(encoder).unwrap();
        }
    }
    bytes
}

/// The colour in the middle of what is served.
fn middle(file: &[u8]) -> [u8; 3] {
    let served = image::load_from_memory(&prepare(file).unwrap().bytes).unwrap().to_rgb8();
    served.get_pixel(served.width() / 2, served.height() / 2).0
}

#[track_caller]
fn near(seen: [u8; 3], meant: [u8; 3]) {
    assert!(seen.iter().zip(meant).all(|(seen, meant)| seen.abs_diff(meant) <= 4), "{seen:?} instead of {meant:?}");
}

/// A phone's photograph of a tomato is as red in the menu as it is in the phone.
#[test]
fn what_a_phone_takes_in_display_p3_is_converted_to_srgb() {
    let display_p3 = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    // The right values by the matrices of both standards.
    for (taken, meant) in
        [([200, 100, 50], [215, 93, 31]), ([60, 180, 90], [0, 183, 78]), ([30, 60, 200], [17, 61, 208])]
    {
        let image: DynamicImage = RgbImage::from_pixel(32, 32, Rgb(taken)).into();
        for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
            let sent = profiled(&image, format, display_p3.clone());
            near(middle(&sent), meant);
            near(middle(&file(&image, format)), taken);
            let served = prepare(&sent).unwrap().bytes;
            assert!(
                !served.windows(11).any(|bytes| bytes == b"ICC_PROFILE"),
                "what is served is sRGB and says nothing"
            );
        }
    }
}

/// The same where a PNG names its colours by four numbers, which go before a profile.
#[test]
fn a_png_s_numbers_are_converted_too() {
    let image: DynamicImage = RgbImage::from_pixel(32, 32, Rgb([200, 100, 50])).into();
    let numbered = |numbers: [u8; 4], png: Vec<u8>| {
        let chunk = [&b"cICP"[..], &numbers].concat();
        // Behind signature and header.
        let (head, rest) = png.split_at(8 + 25);
        [head, &[0, 0, 0, 4], &chunk, &crc(&chunk).to_be_bytes(), rest].concat()
    };
    let plain = file(&image, ImageFormat::Png);
    near(middle(&numbered([12, 13, 0, 1], plain.clone())), [215, 93, 31]);
    near(middle(&numbered([1, 13, 0, 1], plain.clone())), [200, 100, 50]);
    let display_p3 = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    near(middle(&numbered([1, 13, 0, 1], profiled(&image, ImageFormat::Png, display_p3))), [200, 100, 50]);
    // What nobody can read, and brightness beyond white, stay what they were.
    for unknown in [[0, 0, 0, 1], [255, 255, 0, 1], [9, 16, 0, 1], [9, 18, 0, 1], [12, 13, 0, 0]] {
        near(middle(&numbered(unknown, plain.clone())), [200, 100, 50]);
    }
}

/// Transparency and grey go through the conversion as what they are.
#[test]
fn what_is_clear_or_grey_is_converted_as_such() {
    let display_p3 = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    let clear: DynamicImage = RgbaImage::from_pixel(8, 8, Rgba([200, 100, 50, 128])).into();
    let served = prepare(&profiled(&clear, ImageFormat::Png, display_p3)).unwrap();
    let pixel = image::load_from_memory(&served.bytes).unwrap().to_rgba8().get_pixel(4, 4).0;
    near([pixel[0], pixel[1], pixel[2]], [215, 93, 31]);
    assert_eq!((pixel[3], served.name.format()), (128, Format::Png));
    // Grey with a straight curve: half the light is not half the number.
    let straight = moxcms::ColorProfile::new_gray_with_gamma(1.0).encode().unwrap();
    let gray: DynamicImage = image::GrayImage::from_pixel(32, 32, image::Luma([128])).into();
    near(middle(&profiled(&gray, ImageFormat::Png, straight)), [188, 188, 188]);
}

/// A profile is the sender's bytes: whatever is in it, the picture is served or refused, and nothing panics.
#[test]
fn a_damaged_profile_hurts_nobody() {
    let profile = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    let image: DynamicImage = RgbImage::from_pixel(4, 4, Rgb([200, 100, 50])).into();
    for at in 0..profile.len() {
        for value in [0x00, 0x7f, 0xff] {
            let mut damaged = profile.clone();
            damaged[at] = value;
            let prepared = prepare(&profiled(&image, ImageFormat::Png, damaged)).expect("the pixels are all there");
            assert_eq!((prepared.width, prepared.height), (4, 4));
        }
    }
    for length in 0..profile.len() {
        let _ = prepare(&profiled(&image, ImageFormat::WebP, profile[..length].to_vec()));
    }
    near(middle(&profiled(&image, ImageFormat::Png, b"no profile at all".to_vec())), [200, 100, 50]);
}
