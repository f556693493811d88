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
