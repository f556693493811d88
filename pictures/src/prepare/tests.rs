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
    let numbered = |numbers: [u8; 4], png: Vec<u8>| with_chunk(&png, b"cICP", &numbers);
    let plain = file(&image, ImageFormat::Png);
    near(middle(&numbered([12, 13, 0, 1], plain.clone())), [215, 93, 31]);
    near(middle(&numbered([1, 13, 0, 1], plain.clone())), [200, 100, 50]);
    let display_p3 = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    near(middle(&numbered([1, 13, 0, 1], profiled(&image, ImageFormat::Png, display_p3))), [200, 100, 50]);
    // Nobody knows: as if nothing were said.
    near(middle(&numbered([2, 2, 0, 1], plain.clone())), [200, 100, 50]);
    // What cannot be converted would come out as another picture: brightness beyond white, a limited range.
    for (wrong, word) in [
        ([0, 0, 0, 1], "nobody knows"),
        ([2, 13, 0, 1], "nobody knows"),
        ([255, 255, 0, 1], "nobody knows"),
        ([9, 16, 0, 1], "HDR"),
        ([9, 18, 0, 1], "HDR"),
        ([12, 13, 0, 0], "full range"),
    ] {
        let refused = prepare(&numbered(wrong, plain.clone())).unwrap_err();
        assert!(refused.to_string().contains(word), "{wrong:?}: {refused}");
    }
    // A range of 2 is neither, and a PNG has no matrix; png 0.18 takes the file for a damaged one before anybody asks
    // for its colours.
    for wrong in [[12, 13, 0, 2], [12, 13, 1, 1]] {
        assert!(matches!(prepare(&numbered(wrong, plain.clone())), Err(Unfit::Damaged)), "{wrong:?}");
    }
    let short = prepare(&with_chunk(&plain, b"cICP", &[1, 13, 0])).unwrap_err();
    assert!(matches!(short, Unfit::Colors(_)), "{short}");
}

/// The PNG with one more chunk behind its header.
fn with_chunk(png: &[u8], name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let chunk = [&name[..], data].concat();
    let length = u32::try_from(data.len()).unwrap().to_be_bytes();
    let (head, rest) = png.split_at(8 + 25);
    [head, &length, &chunk, &crc(&chunk).to_be_bytes(), rest].concat()
}

fn words(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_be_bytes()).collect()
}

/// Adobe RGB (1998) as a PNG without a profile writes it.
const ADOBE_PRIMARIES: [u32; 8] = [31_270, 32_900, 64_000, 33_000, 21_000, 71_000, 15_000, 6_000];

/// A PNG of an older program names its colours by a curve and primaries.
#[test]
fn a_png_s_curve_and_primaries_are_converted_too() {
    let image: DynamicImage = RgbImage::from_pixel(32, 32, Rgb([200, 100, 50])).into();
    let plain = file(&image, ImageFormat::Png);
    let gamma = |number: u32, png: &[u8]| with_chunk(png, b"gAMA", &words(&[number]));
    let primaries = |numbers: [u32; 8], png: &[u8]| with_chunk(png, b"cHRM", &words(&numbers));
    // Half the light is not half the number: (100/255) as light is 168 in sRGB.
    near(middle(&gamma(100_000, &plain)), [229, 168, 122]);
    // A power of 1.8, as the first Macintoshes had.
    near(middle(&gamma(55_556, &plain)), [210, 119, 65]);
    near(middle(&primaries(ADOBE_PRIMARIES, &gamma(45_455, &plain))), [225, 100, 46]);
    // sRGB by other words, and what counts before them.
    let [srgb_gamma, srgb] = [45_455, 45_454].map(|number| gamma(number, &plain));
    for same in
        [&srgb_gamma, &srgb, &primaries([31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6_000], &plain)]
    {
        near(middle(same), [200, 100, 50]);
    }
    near(middle(&with_chunk(&gamma(100_000, &plain), b"sRGB", &[0])), [200, 100, 50]);
    near(middle(&with_chunk(&gamma(100_000, &plain), b"cICP", &[1, 13, 0, 1])), [200, 100, 50]);
    let display_p3 = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    near(middle(&gamma(100_000, &profiled(&image, ImageFormat::Png, display_p3))), [215, 93, 31]);
    near(middle(&gamma(0, &plain)), [200, 100, 50]);
    // Grey and transparency, too.
    let gray: DynamicImage = image::GrayImage::from_pixel(32, 32, image::Luma([100])).into();
    near(middle(&gamma(100_000, &file(&gray, ImageFormat::Png))), [168, 168, 168]);
    let clear: DynamicImage = RgbaImage::from_pixel(32, 32, Rgba([100, 100, 100, 128])).into();
    let served = prepare(&gamma(100_000, &file(&clear, ImageFormat::Png))).unwrap();
    assert_eq!(image::load_from_memory(&served.bytes).unwrap().to_rgba8().get_pixel(4, 4).0[3], 128);
    for wrong in [
        gamma(1, &plain),
        gamma(u32::MAX, &plain),
        primaries([0; 8], &plain),
        primaries([31_270, 32_900, 64_000, 33_000, 64_000, 33_000, 64_000, 33_000], &plain),
        primaries([u32::MAX; 8], &plain),
    ] {
        let refused = prepare(&wrong).unwrap_err();
        assert!(matches!(refused, Unfit::Colors(_)), "{refused}");
    }
}

/// The JPEG says that each pixel has four numbers; a decoder would make something of the first three.
#[test]
fn what_is_for_printing_is_refused_by_name() {
    let mut cmyk = file(&flag(32, 32), ImageFormat::Jpeg);
    let frame = cmyk.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    // One more component: its number, its sampling, its table.
    cmyk[frame + 2..frame + 4].copy_from_slice(&20_u16.to_be_bytes());
    cmyk[frame + 9] = 4;
    cmyk.splice(frame + 19..frame + 19, [4, 0x11, 1]);
    let refused = prepare(&cmyk).unwrap_err().to_string();
    assert!(refused.contains("CMYK"), "{refused}");
}

/// A profile for grey on a coloured picture, or for inks: what its numbers mean nobody knows.
#[test]
fn a_profile_for_other_data_is_refused_by_name() {
    let coloured: DynamicImage = RgbImage::from_pixel(8, 8, Rgb([200, 100, 50])).into();
    let grey_profile = moxcms::ColorProfile::new_gray_with_gamma(2.2).encode().unwrap();
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
        let refused = prepare(&profiled(&coloured, format, grey_profile.clone())).unwrap_err().to_string();
        assert!(refused.contains("another kind of data"), "{format:?}: {refused}");
    }
    // A profile for colours on grey is right: grey is a colour.
    let gray: DynamicImage = image::GrayImage::from_pixel(8, 8, image::Luma([128])).into();
    let display_p3 = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    for format in [ImageFormat::Jpeg, ImageFormat::Png] {
        near(middle(&profiled(&gray, format, display_p3.clone())), [128, 128, 128]);
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
