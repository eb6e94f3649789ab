//! Filter 3: four bytes of Fletcher checksum after the data.

use crate::error::{Error, Result};

/// Words that can be summed before the 32-bit sums must be folded.
const WORDS_PER_FOLD: usize = 360;

fn fold(s: u32) -> u32 {
    (s & 0xffff) + (s >> 16)
}

/// The checksum: 16-bit big-endian words, sums with end-around carry.
fn sum(data: &[u8]) -> u32 {
    let (mut s1, mut s2) = (0u32, 0u32);
    let (words, odd) = data.as_chunks::<2>();
    for block in words.chunks(WORDS_PER_FOLD) {
        for word in block {
            s1 += u32::from(u16::from_be_bytes(*word));
            s2 += s1;
        }
        s1 = fold(s1);
        s2 = fold(s2);
    }
    if let [last] = odd {
        s1 = fold(s1) + (u32::from(*last) << 8);
        s2 = fold(s2) + s1;
        s1 = fold(s1);
        s2 = fold(s2);
    }
    fold(s2) << 16 | fold(s1)
}

/// The data before the checksum, if the checksum is right.
pub(super) fn check(stored: &[u8]) -> Result<&[u8]> {
    let Some((data, sum_bytes)) = stored.split_last_chunk::<4>() else {
        return Err(Error::malformed(format!("fletcher32: a chunk of {} bytes", stored.len())));
    };
    let found = u32::from_le_bytes(*sum_bytes);
    let computed = sum(data);
    // Little-endian libraries before 1.6.3 swapped the bytes of each half.
    let [a, b, c, d] = *sum_bytes;
    if found == computed || u32::from_le_bytes([b, a, d, c]) == computed {
        return Ok(data);
    }
    Err(Error::malformed(format!("fletcher32: checksum {found:#010x} stored, {computed:#010x} computed")))
}

/// Adds the checksum.
pub(super) fn append(mut data: Vec<u8>) -> Vec<u8> {
    let sum = sum(&data);
    data.extend_from_slice(&sum.to_le_bytes());
    data
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_value_in_both_byte_orders() {
        let stored = append(b"abcdefg".to_vec());
        assert_eq!(stored[7..], [0x2d, 0x91, 0x83, 0xe1]);
        assert_eq!(check(&stored).unwrap(), b"abcdefg");
        assert_eq!(check(b"abcdefg\x91\x2d\xe1\x83").unwrap(), b"abcdefg");
        assert!(check(b"abcdefh\x91\x2d\xe1\x83").is_err());
        assert!(check(b"abc").is_err());
        assert_eq!(check(&[0; 4]).unwrap(), b"");
    }

    #[test]
    fn sums_never_become_zero_again() {
        // A non-zero multiple of 65535 stays 0xffff.
        assert_eq!(sum(&[0xff, 0xff]), 0xffff_ffff);
        assert_eq!(sum(&[0xff; 4000]), 0xffff_ffff);
        // The plain definition, folding after every word.
        let data: Vec<u8> = (0..5001u32).map(|i| ((i * 31) >> 2) as u8).collect();
        let (mut s1, mut s2) = (0u32, 0u32);
        for w in data.chunks(2) {
            s1 = fold(s1 + (u32::from(w[0]) << 8 | u32::from(*w.get(1).unwrap_or(&0))));
            s2 = fold(s2 + s1);
        }
        assert_eq!(sum(&data), s2 << 16 | s1);
    }
}
