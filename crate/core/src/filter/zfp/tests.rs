//! Streams of the reference plug-in, both ways.

use super::*;

/// 5 x 7 numbers: a sine.
fn sine(i: u32) -> f64 {
    (f64::from(i) / 5.0).sin() * 100.0
}

struct Case {
    values: &'static [u32],
    stored: &'static [u8],
    plain: Vec<u8>,
    /// The largest error.
    error: f64,
}

fn cases() -> Vec<Case> {
    let f32s: Vec<u8> = (0..35).flat_map(|i| (sine(i) as f32).to_le_bytes()).collect();
    let f64s: Vec<u8> = (0..35).flat_map(|i| sine(i).to_le_bytes()).collect();
    let i32s: Vec<u8> = (0..35).flat_map(|i| (sine(i).round_ties_even() as i32).to_le_bytes()).collect();
    let i64s: Vec<u8> =
        (0..35).flat_map(|i| ((sine(i) * 1000.0).round_ties_even() as i64).to_le_bytes()).collect();
    vec![
        // Rate.
        Case {
            values: &[0x10105111, 0x570667a, 0x40000066, 0x5f00000],
            stored: &[
                13, 37, 66, 70, 12, 74, 21, 129, 73, 156, 0, 54, 13, 37, 66, 32, 0, 7, 226, 68, 67, 170, 63,
                21, 11, 121, 74, 76, 208, 32, 129, 40, 160, 129, 34, 152, 11, 45, 81, 136, 2, 152, 64, 32, 0,
                32, 18, 8,
            ],
            plain: f32s.clone(),
            error: 4.736,
        },
        // Precision.
        Case {
            values: &[0x10105111, 0x570667a, 0x40000067, 0x80b00000],
            stored: &[
                13, 40, 17, 50, 98, 80, 170, 8, 76, 226, 4, 176, 81, 41, 75, 223, 232, 140, 172, 1, 37, 66,
                32, 0, 7, 226, 68, 67, 170, 63, 21, 135, 2, 156, 149, 171, 121, 16, 47, 32, 79, 137, 9, 26,
                36, 16, 5, 180, 128, 150, 40, 68, 1, 76, 32, 16, 0, 16, 9, 4, 17,
            ],
            plain: f64s,
            error: 0.418,
        },
        // Accuracy.
        Case {
            values: &[0x10105111, 0x570667a, 0x40000066, 0xcb100000],
            stored: &[
                13, 37, 66, 70, 12, 74, 21, 129, 73, 156, 0, 54, 42, 101, 233, 27, 157, 145, 213, 248, 24,
                57, 121, 162, 55, 148, 8, 129, 0, 28, 136, 19, 13, 169, 254, 84, 28, 10, 112, 86, 174, 230,
                65, 156, 85, 100, 152, 209, 128, 189, 144, 167, 196, 4, 13, 18, 136, 2, 26, 40, 130, 133,
                150, 40, 68, 1, 76, 32, 16, 0, 16, 9, 4, 209, 64, 2, 0,
            ],
            plain: f32s.clone(),
            error: 0.052,
        },
        // Reversible float.
        Case {
            values: &[0x10105111, 0x570667a, 0x40000066, 0x88000000],
            stored: &[
                25, 246, 32, 50, 34, 129, 9, 73, 65, 148, 0, 145, 186, 1, 51, 23, 118, 34, 111, 149, 92, 186,
                59, 59, 23, 56, 44, 172, 215, 139, 92, 51, 207, 55, 87, 61, 108, 4, 210, 176, 72, 62, 97, 49,
                253, 63, 166, 135, 253, 151, 63, 171, 188, 190, 66, 35, 32, 21, 0, 121, 134, 58, 24, 133, 80,
                9, 91, 138, 11, 81, 117, 173, 213, 154, 29, 172, 17, 4, 201, 90, 228, 43, 35, 214, 41, 128,
                167, 250, 189, 149, 99, 254, 170, 254, 90, 215, 135, 55, 31, 131, 151, 215, 218, 178, 220,
                80, 233, 141, 195, 39, 39, 216, 21, 192, 120, 21, 238, 133, 129, 4, 163, 129, 4, 16, 104, 2,
                1, 36, 144, 72, 34, 129, 6, 144, 64, 130, 8, 36, 152, 32, 130, 8, 0, 144, 8, 34, 128, 42,
                212, 1, 2, 8, 128, 129, 2, 26, 0, 2, 136, 38, 136, 40, 128, 0, 2, 130, 8, 34, 128, 6, 26, 32,
                128, 9, 38, 146, 0, 130, 137, 4, 146, 104, 2,
            ],
            plain: f32s,
            error: 0.0,
        },
        // Reversible integer.
        Case {
            values: &[0x10105111, 0x570667a, 0x40000064, 0x88000000],
            stored: &[
                31, 0, 0, 144, 129, 72, 4, 64, 98, 145, 20, 12, 52, 82, 110, 72, 180, 47, 252, 3, 31, 0, 0,
                16, 64, 32, 70, 1, 42, 132, 208, 163, 238, 7, 155, 108, 43, 138, 58, 231, 243, 7, 0, 0, 88,
                24, 128, 51, 250, 0, 0, 0, 1, 2, 8, 128, 129, 2, 26, 72, 34, 9, 0,
            ],
            plain: i32s,
            error: 0.0,
        },
        // Expert integer.
        Case {
            values: &[0x10105111, 0x570667a, 0x40000065, 0xfff00000, 0x40638027, 0x80ca7],
            stored: &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            plain: i64s,
            error: 99957.0,
        },
    ]
}

fn numbers(header: &Header, bytes: &[u8]) -> Vec<f64> {
    match header.kind {
        Kind::I32 => bytes.as_chunks().0.iter().map(|b| i32::from_le_bytes(*b).into()).collect(),
        Kind::I64 => bytes.as_chunks().0.iter().map(|b| i64::from_le_bytes(*b) as f64).collect(),
        Kind::F32 => bytes.as_chunks().0.iter().map(|b| f32::from_le_bytes(*b).into()).collect(),
        Kind::F64 => bytes.as_chunks().0.iter().map(|b| f64::from_le_bytes(*b)).collect(),
    }
}

#[test]
fn streams_of_the_reference_plugin() {
    for case in cases() {
        let header = Header::decode(case.values).unwrap();
        assert_eq!(encode(case.values, &case.plain).unwrap().unwrap(), case.stored, "{header:?}");
        let decoded = decode(case.values, case.stored, case.plain.len()).unwrap();
        for (a, b) in numbers(&header, &decoded).iter().zip(numbers(&header, &case.plain)) {
            assert!((a - b).abs() <= case.error, "{a} {b} {header:?}");
        }
        if header.mode.is_reversible() {
            assert_eq!(decoded, case.plain);
        }
        // From a big-endian machine.
        let swapped: Vec<u32> = case.values.iter().map(|v| v.swap_bytes()).collect();
        let mut big = decode(&swapped, case.stored, case.plain.len()).unwrap();
        swap(header.kind.size(), &mut big);
        assert_eq!(big, decoded);
    }
}

#[test]
fn every_shape_comes_back() {
    for extents in [vec![1], vec![9], vec![4, 4], vec![5, 1], vec![3, 6, 5], vec![5, 2, 4, 3]] {
        let n: usize = extents.iter().product();
        let mode = Mode::asked(&[5], Kind::F64, extents.len()).unwrap();
        let values = Header { kind: Kind::F64, extents, mode, swapped: false }.encode().unwrap();
        let awkward = [f64::NAN, f64::INFINITY, -0.0, 0.0, 5e-324, f64::MAX, 1.0];
        for take in [1, 3, 7] {
            let plain: Vec<u8> = (0..n).flat_map(|i| awkward[7 - take..][i % take].to_le_bytes()).collect();
            let stored = encode(&values, &plain).unwrap().unwrap();
            assert_eq!(decode(&values, &stored, n * 8).unwrap(), plain, "{values:x?} {take}");
        }
    }
}

#[test]
fn damage_is_never_worse_than_an_error() {
    for case in cases() {
        for n in 0..case.stored.len() - 1 {
            assert!(decode(case.values, &case.stored[..n], case.plain.len()).is_err(), "{n}");
        }
        for i in 0..case.stored.len() {
            let mut bad = case.stored.to_vec();
            bad[i] ^= 0xff;
            if let Ok(bytes) = decode(case.values, &bad, case.plain.len()) {
                assert_eq!(bytes.len(), case.plain.len());
            }
        }
        assert!(decode(case.values, case.stored, case.plain.len() - 1).is_err());
        assert!(encode(case.values, &case.plain[1..]).is_err());
    }
    // More elements than the stream has bits for.
    assert!(decode(&[0, 0x0570_667a, 0xffff_fff2, 0x880f_ffff], &[0; 100], usize::MAX).is_err());
}
