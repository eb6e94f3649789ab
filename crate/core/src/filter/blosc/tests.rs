//! Chunks that the reference plug-ins made, and what they reject.

use super::*;

/// 240 numbers of two bytes, i / 5.
const BLOSCLZ: &[u8] = &[
    2, 1, 1, 2, 224, 1, 0, 0, 224, 1, 0, 0, 24, 1, 0, 0, 20, 0, 0, 0, 240, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1,
    1, 1, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 4, 4, 4, 4, 4, 5, 5, 5, 5, 5, 6, 6, 6, 6, 6, 7, 7, 7, 7, 7, 8, 8, 8,
    8, 8, 9, 9, 9, 9, 9, 10, 10, 10, 10, 10, 11, 11, 11, 11, 11, 12, 12, 12, 12, 12, 13, 13, 13, 13, 13, 14,
    14, 14, 14, 14, 15, 15, 15, 15, 15, 16, 16, 16, 16, 16, 17, 17, 17, 17, 17, 18, 18, 18, 18, 18, 19, 19,
    19, 19, 19, 20, 20, 20, 20, 20, 21, 21, 21, 21, 21, 22, 22, 22, 22, 22, 23, 23, 23, 23, 23, 24, 24, 24,
    24, 24, 25, 25, 25, 25, 25, 26, 26, 26, 26, 26, 27, 27, 27, 27, 27, 28, 28, 28, 28, 28, 29, 29, 29, 29,
    29, 30, 30, 30, 30, 30, 31, 31, 31, 31, 31, 32, 32, 32, 32, 32, 33, 33, 33, 33, 33, 34, 34, 34, 34, 34,
    35, 35, 35, 35, 35, 36, 36, 36, 36, 36, 37, 37, 37, 37, 37, 38, 38, 38, 38, 38, 39, 39, 39, 39, 39, 40,
    40, 40, 40, 40, 41, 41, 41, 41, 41, 42, 42, 42, 42, 42, 43, 43, 43, 43, 43, 44, 44, 44, 44, 44, 45, 45,
    45, 45, 45, 46, 46, 46, 46, 46, 47, 47, 47, 47, 47, 12, 0, 0, 0, 35, 0, 0, 0, 0, 224, 224, 3, 2, 0, 0, 0,
];
/// 240 numbers of two bytes, i / 5.
const LZ4_BITS: &[u8] = &[
    2, 1, 36, 2, 224, 1, 0, 0, 224, 1, 0, 0, 104, 0, 0, 0, 20, 0, 0, 0, 65, 0, 0, 0, 95, 224, 131, 15, 62,
    248, 5, 0, 6, 95, 0, 252, 15, 192, 255, 5, 0, 7, 63, 0, 240, 255, 5, 0, 9, 111, 0, 0, 0, 255, 255, 255,
    10, 0, 8, 1, 2, 0, 21, 255, 1, 0, 1, 15, 0, 15, 2, 0, 6, 5, 39, 0, 2, 80, 0, 15, 2, 0, 31, 80, 0, 0, 0,
    0, 0, 11, 0, 0, 0, 31, 0, 1, 0, 215, 80, 0, 0, 0, 0, 0,
];
/// 40 x 30 bytes, i % 50.
const ARRAY: &[u8] = &[
    158, 168, 98, 50, 102, 114, 97, 109, 101, 0, 210, 0, 0, 0, 165, 207, 0, 0, 0, 0, 0, 0, 1, 93, 164, 18, 0,
    85, 3, 211, 0, 0, 0, 0, 0, 0, 4, 176, 211, 0, 0, 0, 0, 0, 0, 0, 109, 210, 0, 0, 0, 1, 210, 0, 0, 4, 176,
    210, 0, 0, 4, 176, 209, 0, 0, 209, 0, 1, 194, 216, 6, 0, 0, 0, 0, 0, 1, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    147, 205, 0, 17, 222, 0, 1, 164, 98, 50, 110, 100, 210, 0, 0, 0, 107, 220, 0, 1, 198, 0, 0, 0, 53, 151,
    0, 2, 146, 211, 0, 0, 0, 0, 0, 0, 0, 40, 211, 0, 0, 0, 0, 0, 0, 0, 30, 146, 210, 0, 0, 0, 40, 210, 0, 0,
    0, 30, 146, 210, 0, 0, 0, 40, 210, 0, 0, 0, 30, 0, 219, 0, 0, 0, 3, 124, 86, 49, 5, 1, 133, 1, 176, 4, 0,
    0, 176, 4, 0, 0, 109, 0, 0, 0, 0, 0, 0, 0, 0, 1, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 36, 0, 0, 0, 69, 0, 0, 0,
    40, 181, 47, 253, 96, 176, 3, 221, 1, 0, 36, 3, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
    17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42,
    43, 44, 45, 46, 47, 48, 49, 1, 0, 178, 71, 253, 21, 20, 5, 1, 7, 8, 8, 0, 0, 0, 8, 0, 0, 0, 40, 0, 0, 0,
    0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 148, 1, 147, 205, 0, 6, 222, 0,
    0, 220, 0, 0, 206, 0, 0, 0, 35, 216, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
];

fn ramp() -> Vec<u8> {
    (0..240u16).flat_map(|i| (i / 5).to_le_bytes()).collect()
}

fn bytes() -> Vec<u8> {
    (0..1200u32).map(|i| (i % 50) as u8).collect()
}

#[test]
fn chunks_of_the_reference_plugins() {
    assert_eq!(decode(&[], BLOSCLZ, 480).unwrap(), ramp());
    assert_eq!(decode(&[], LZ4_BITS, 480).unwrap(), ramp());
    assert_eq!(decode2(&[], ARRAY, 1200).unwrap(), bytes());
}

#[test]
fn everything_comes_back() {
    let data: Vec<u8> = (0..200_000u32).map(|i| (i.wrapping_mul(i) >> 12) as u8).collect();
    for size in [1, 2, 3, 4, 8, 20, 300] {
        for n in [0, 1, 127, 1000, 8 * 1001, data.len()] {
            for (level, shuffle, compressor) in
                [(0, 1, 0), (1, 0, 0), (5, 1, 1), (9, 2, 3), (5, 2, 4), (1, 1, 5), (5, 3, 1)]
            {
                let values = [0, 0, size, 0, level, shuffle, compressor];
                let what = format!("{n} {values:?}");
                let stored = encode(&values, &data[..n]).unwrap().unwrap();
                assert!(stored.len() <= n + 16, "{what}");
                assert_eq!(decode(&values, &stored, n).unwrap(), &data[..n], "{what}");
                let stored = encode2(&values, &data[..n]).unwrap().unwrap();
                assert_eq!(decode2(&values, &stored, n).unwrap(), &data[..n], "{what}");
                assert!(n == 0 || decode2(&values, &stored, n - 1).is_err(), "{what}");
            }
        }
    }
}

#[test]
fn damage_is_never_worse_than_an_error() {
    type Decode = fn(&[u32], &[u8], usize) -> Result<Vec<u8>>;
    for (decode, good, most) in
        [(decode as Decode, BLOSCLZ, 480), (decode, LZ4_BITS, 480), (decode2, ARRAY, 1200)]
    {
        // Nobody needs a frame's trailer.
        let last = if most == 480 { good.len() } else { good.len() - 100 };
        for n in 0..last {
            assert!(decode(&[], &good[..n], most).is_err(), "{n}");
        }
        for i in 0..good.len() {
            for flip in [1, 0x10, 0x80, 0xff] {
                let mut bad = good.to_vec();
                bad[i] ^= flip;
                if let Ok(bytes) = decode(&[], &bad, most) {
                    assert!(bytes.len() <= most);
                }
            }
        }
    }
}

#[test]
fn runs_of_one_value_need_no_bytes() {
    // A header for eight numbers of eight bytes, but for its last byte.
    let mut head = vec![5, 1, 7, 8, 64, 0, 0, 0, 64, 0, 0, 0, 32, 0, 0, 0];
    head.extend_from_slice(&[0; 15]);
    let of = |kind: u8, more: &[u8]| {
        let mut chunk = [&head[..], &[kind << 4], more].concat();
        chunk[12] = u8::try_from(chunk.len()).unwrap();
        let mut out = vec![0; 64];
        chunk::decode_into(&chunk, &mut out).map(|()| out)
    };
    assert_eq!(of(1, &[]).unwrap(), [0; 64]);
    assert_eq!(of(2, &[]).unwrap(), f64::NAN.to_le_bytes().repeat(8));
    assert_eq!(of(3, b"abcdefgh").unwrap(), b"abcdefgh".repeat(8));
    assert!(of(3, b"abc").is_err() && of(7, &[]).is_err());
}
