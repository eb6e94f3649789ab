//! The byte shuffle in 128-bit vectors: the only module with unsafe code, for unaligned loads and stores of
//! 16 bytes whose bounds the slices they come from have checked.
#![allow(unsafe_code)]

use core::arch::wasm32::{i8x16_shuffle, v128, v128_load, v128_store};

/// 16 bytes of `bytes` from `at`.
fn load(bytes: &[u8], at: usize) -> v128 {
    let block = &bytes[at..at + 16];
    // SAFETY: `block` is 16 readable bytes, and `v128_load` has no alignment requirement.
    unsafe { v128_load(block.as_ptr().cast()) }
}

fn store(bytes: &mut [u8], at: usize, v: v128) {
    let block = &mut bytes[at..at + 16];
    // SAFETY: `block` is 16 writable bytes, and `v128_store` has no alignment requirement.
    unsafe { v128_store(block.as_mut_ptr().cast(), v) }
}

/// Bytes of `a` and `b` in turn: the first eight of each, then the last eight of each.
fn zip8(a: v128, b: v128) -> [v128; 2] {
    [
        i8x16_shuffle::<0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23>(a, b),
        i8x16_shuffle::<8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31>(a, b),
    ]
}

/// The same with pairs of bytes.
fn zip16(a: v128, b: v128) -> [v128; 2] {
    [
        i8x16_shuffle::<0, 1, 16, 17, 2, 3, 18, 19, 4, 5, 20, 21, 6, 7, 22, 23>(a, b),
        i8x16_shuffle::<8, 9, 24, 25, 10, 11, 26, 27, 12, 13, 28, 29, 14, 15, 30, 31>(a, b),
    ]
}

/// The same with groups of four bytes.
fn zip32(a: v128, b: v128) -> [v128; 2] {
    [
        i8x16_shuffle::<0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23>(a, b),
        i8x16_shuffle::<8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31>(a, b),
    ]
}

/// Even bytes of `a` then of `b`, and odd bytes: undoes [`zip8`].
fn unzip8(a: v128, b: v128) -> [v128; 2] {
    [
        i8x16_shuffle::<0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30>(a, b),
        i8x16_shuffle::<1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31>(a, b),
    ]
}

/// Planes of 16 elements of four bytes.
fn zip4(a: v128, b: v128, c: v128, d: v128) -> [v128; 4] {
    let [ab0, ab1] = zip8(a, b);
    let [cd0, cd1] = zip8(c, d);
    let [e0, e1] = zip16(ab0, cd0);
    let [e2, e3] = zip16(ab1, cd1);
    [e0, e1, e2, e3]
}

/// Undoes the shuffle of as many elements as there are whole vectors of; says how many.
pub(super) fn unshuffle(size: usize, n: usize, planes: &[u8], body: &mut [u8]) -> usize {
    if !matches!(size, 2 | 4 | 8) {
        return 0;
    }
    let whole = n / 16 * 16;
    for i in (0..whole).step_by(16) {
        let p = |j: usize| load(planes, j * n + i);
        let at = i * size;
        match size {
            2 => {
                for (k, v) in zip8(p(0), p(1)).into_iter().enumerate() {
                    store(body, at + 16 * k, v);
                }
            }
            4 => {
                for (k, v) in zip4(p(0), p(1), p(2), p(3)).into_iter().enumerate() {
                    store(body, at + 16 * k, v);
                }
            }
            _ => {
                let low = zip4(p(0), p(1), p(2), p(3));
                let high = zip4(p(4), p(5), p(6), p(7));
                for (k, (l, h)) in low.into_iter().zip(high).enumerate() {
                    let [a, b] = zip32(l, h);
                    store(body, at + 32 * k, a);
                    store(body, at + 32 * k + 16, b);
                }
            }
        }
    }
    whole
}

/// Shuffles as many elements as there are whole vectors of; says how many.
pub(super) fn shuffle(size: usize, n: usize, body: &[u8], planes: &mut [u8]) -> usize {
    if !matches!(size, 2 | 4 | 8) {
        return 0;
    }
    let whole = n / 16 * 16;
    for i in (0..whole).step_by(16) {
        let v = |k: usize| load(body, i * size + 16 * k);
        match size {
            2 => {
                for (j, plane) in unzip8(v(0), v(1)).into_iter().enumerate() {
                    store(planes, j * n + i, plane);
                }
            }
            4 => {
                let [e0, o0] = unzip8(v(0), v(1));
                let [e1, o1] = unzip8(v(2), v(3));
                let ([p0, p2], [p1, p3]) = (unzip8(e0, e1), unzip8(o0, o1));
                for (j, plane) in [p0, p1, p2, p3].into_iter().enumerate() {
                    store(planes, j * n + i, plane);
                }
            }
            _ => {
                let pairs = [0, 2, 4, 6].map(|k| unzip8(v(k), v(k + 1)));
                let [a, b, c, d] = pairs;
                // Even bytes (0, 2, 4, 6) and odd ones (1, 3, 5, 7), each split twice more.
                let ([e0, e2], [f0, f2]) = (unzip8(a[0], b[0]), unzip8(c[0], d[0]));
                let ([o0, o2], [q0, q2]) = (unzip8(a[1], b[1]), unzip8(c[1], d[1]));
                let ([p0, p4], [p2, p6]) = (unzip8(e0, f0), unzip8(e2, f2));
                let ([p1, p5], [p3, p7]) = (unzip8(o0, q0), unzip8(o2, q2));
                for (j, plane) in [p0, p1, p2, p3, p4, p5, p6, p7].into_iter().enumerate() {
                    store(planes, j * n + i, plane);
                }
            }
        }
    }
    whole
}
