//! Whether a JPEG file is all there, and of what its pixels are made. Decoders are kind and paint what is missing grey;
//! a dashboard should hear of it.

/// Walks the markers to the end of the image. What stands in front of the first scan may hold a whole picture of its
/// own (the camera's thumbnail), so looking for an end marker anywhere is not enough; and cameras append things, so
/// looking at the last two bytes is not either.
pub(crate) fn is_whole(file: &[u8]) -> bool {
    walk(file, |_, _| {})
}

/// How many numbers each pixel has, as the frame says: 1 grey, 3 colours, 4 inks.
pub(crate) fn components(file: &[u8]) -> Option<u8> {
    let mut components = None;
    walk(file, |marker, segment| {
        // Frames of all kinds; among them are the markers of tables.
        if matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc) {
            // Behind precision, height and width.
            components = components.or(segment.get(5).copied());
        }
    });
    components
}

/// Shows each marker with its segment; whether the end of the image was reached.
fn walk(file: &[u8], mut show: impl FnMut(u8, &[u8])) -> bool {
    let mut rest = match file.strip_prefix(&[0xff, 0xd8]) {
        Some(rest) => rest,
        None => return false,
    };
    loop {
        match rest {
            [0xff, 0xd9, ..] => return true,
            // Markers that stand alone, and fill bytes.
            [0xff, 0x01 | 0xd0..=0xd7, tail @ ..] => rest = tail,
            [0xff, 0xff, ..] => rest = &rest[1..],
            [0xff, marker, high, low, ..] => {
                let length = usize::from(u16::from_be_bytes([*high, *low]));
                let Some(tail) = rest.get(2 + length..) else { return false };
                show(*marker, rest.get(4..2 + length).unwrap_or_default());
                rest = if *marker == 0xda { after_scan(tail) } else { tail };
            }
            _ => return false,
        }
    }
}

/// What follows coded data: the next marker that is neither an escaped byte nor a restart.
fn after_scan(data: &[u8]) -> &[u8] {
    let marker = data.windows(2).position(|pair| pair[0] == 0xff && !matches!(pair[1], 0x00 | 0xd0..=0xd7 | 0xff));
    marker.map_or(&[], |at| &data[at..])
}

#[cfg(test)]
mod tests {
    use super::{components, is_whole};

    const HEAD: [u8; 6] = [0xff, 0xd8, 0xff, 0xe1, 0, 6];
    /// An end marker inside the camera's data.
    const THUMBNAIL: [u8; 4] = [1, 2, 0xff, 0xd9];
    const SCAN: [u8; 11] = [0xff, 0xda, 0, 3, 9, 0x12, 0xff, 0, 0xff, 0xd0, 0x34];

    #[test]
    fn the_frame_says_how_many_numbers_a_pixel_has() {
        let frame =
            |marker: u8, numbers: u8| [&HEAD[..], &THUMBNAIL, &[0xff, marker, 0, 8, 8, 0, 1, 0, 1, numbers]].concat();
        assert_eq!(components(&frame(0xc0, 3)), Some(3));
        assert_eq!(components(&frame(0xc2, 4)), Some(4));
        assert_eq!(components(&frame(0xc4, 4)), None, "a table");
        assert_eq!(components(b"\xff\xd8"), None);
    }

    #[test]
    fn the_end_counts_where_it_stands() {
        let cut = [&HEAD[..], &THUMBNAIL, &SCAN].concat();
        assert!(!is_whole(&cut));
        assert!(is_whole(&[&cut[..], &[0xff, 0xd9]].concat()));
        assert!(is_whole(&[&cut[..], &[0xff, 0xff, 0xd9], b"what a camera appends"].concat()));
        let progressive = [&cut[..], &SCAN, &[0xff, 0xd9]].concat();
        assert!(is_whole(&progressive));
        for length in 0..progressive.len() {
            assert!(!is_whole(&progressive[..length]), "{length}");
        }
    }
}
