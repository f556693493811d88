//! Whether a JPEG file is all there. Decoders are kind and paint what is missing grey; a dashboard should hear of it.

/// Walks the markers to the end of the image. What stands in front of the first scan may hold a whole picture of its
/// own (the camera's thumbnail), so looking for an end marker anywhere is not enough; and cameras append things, so
/// looking at the last two bytes is not either.
pub(crate) fn is_whole(file: &[u8]) -> bool {
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
    use super::is_whole;

    const HEAD: [u8; 6] = [0xff, 0xd8, 0xff, 0xe1, 0, 6];
    /// An end marker inside the camera's data.
    const THUMBNAIL: [u8; 4] = [1, 2, 0xff, 0xd9];
    const SCAN: [u8; 11] = [0xff, 0xda, 0, 3, 9, 0x12, 0xff, 0, 0xff, 0xd0, 0x34];

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
