//! The byte shuffle in 128-bit vectors: the only module with unsafe code, for unaligned loads and stores of
//! 16 bytes whose bounds are checked just before.
//!
//! Plain loops and `inline(always)`: the engine is compiled for size, and iterators over vectors would stay calls.
#![allow(unsafe_code)]

use core::arch::wasm32::{i8x16_shuffle, v128, v128_load, v128_store};

/// Panics unless 16 bytes from `at` are inside `len`.
#[inline(always)]
fn check(len: usize, at: usize) {
    assert!(at <= len && len - at >= 16);
}

/// 16 bytes of `bytes` from `at`.
#[inline(always)]
fn load(bytes: &[u8], at: usize) -> v128 {
    check(bytes.len(), at);
    // SAFETY: 16 bytes from `at` are inside `bytes`, and `v128_load` has no alignment requirement.
    unsafe { v128_load(bytes.as_ptr().add(at).cast()) }
}

#[inline(always)]
fn store(bytes: &mut [u8], at: usize, v: v128) {
    check(bytes.len(), at);
    // SAFETY: 16 bytes from `at` are inside `bytes`, and `v128_store` has no alignment requirement.
    unsafe { v128_store(bytes.as_mut_ptr().add(at).cast(), v) }
}

/// Bytes of `a` and `b` in turn: the first eight of each, then the last eight of each.
#[inline(always)]
fn zip8(a: v128, b: v128) -> [v128; 2] {
    [
        i8x16_shuffle::<0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23>(a, b),
        i8x16_shuffle::<8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31>(a, b),
    ]
}

/// The same with pairs of bytes.
#[inline(always)]
fn zip16(a: v128, b: v128) -> [v128; 2] {
    [
        i8x16_shuffle::<0, 1, 16, 17, 2, 3, 18, 19, 4, 5, 20, 21, 6, 7, 22, 23>(a, b),
        i8x16_shuffle::<8, 9, 24, 25, 10, 11, 26, 27, 12, 13, 28, 29, 14, 15, 30, 31>(a, b),
    ]
}

/// The same with groups of four bytes.
#[inline(always)]
fn zip32(a: v128, b: v128) -> [v128; 2] {
    [
        i8x16_shuffle::<0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23>(a, b),
        i8x16_shuffle::<8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31>(a, b),
    ]
}

/// Even bytes of `a` then of `b`, and odd bytes: undoes [`zip8`].
#[inline(always)]
fn unzip8(a: v128, b: v128) -> [v128; 2] {
    [
        i8x16_shuffle::<0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30>(a, b),
        i8x16_shuffle::<1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31>(a, b),
    ]
}

/// Planes of 16 elements of four bytes.
#[inline(always)]
fn zip4(a: v128, b: v128, c: v128, d: v128) -> [v128; 4] {
    let [ab0, ab1] = zip8(a, b);
    let [cd0, cd1] = zip8(c, d);
    let [e0, e1] = zip16(ab0, cd0);
    let [e2, e3] = zip16(ab1, cd1);
    [e0, e1, e2, e3]
}

/// Undoes the shuffle of as many elements as there are whole vectors of; says how many.
pub(super) fn unshuffle(size: usize, n: usize, planes: &[u8], body: &mut [u8]) -> usize {
    let whole = n / 16 * 16;
    let mut i = 0;
    match size {
        2 => {
            while i < whole {
                let [a, b] = zip8(load(planes, i), load(planes, n + i));
                store(body, i * 2, a);
                store(body, i * 2 + 16, b);
                i += 16;
            }
        }
        4 => {
            while i < whole {
                let [a, b, c, d] = four(planes, n, i);
                store(body, i * 4, a);
                store(body, i * 4 + 16, b);
                store(body, i * 4 + 32, c);
                store(body, i * 4 + 48, d);
                i += 16;
            }
        }
        8 => {
            while i < whole {
                let [l0, l1, l2, l3] = four(planes, n, i);
                let [h0, h1, h2, h3] = four(planes, n, 4 * n + i);
                store_two(body, i * 8, zip32(l0, h0));
                store_two(body, i * 8 + 32, zip32(l1, h1));
                store_two(body, i * 8 + 64, zip32(l2, h2));
                store_two(body, i * 8 + 96, zip32(l3, h3));
                i += 16;
            }
        }
        _ => return 0,
    }
    whole
}

/// Four planes of `n` bytes put together, from `at` of the first.
#[inline(always)]
fn four(planes: &[u8], n: usize, at: usize) -> [v128; 4] {
    zip4(load(planes, at), load(planes, n + at), load(planes, 2 * n + at), load(planes, 3 * n + at))
}

#[inline(always)]
fn store_two(bytes: &mut [u8], at: usize, [a, b]: [v128; 2]) {
    store(bytes, at, a);
    store(bytes, at + 16, b);
}

/// Two vectors from `at`, taken apart.
#[inline(always)]
fn split(bytes: &[u8], at: usize) -> [v128; 2] {
    unzip8(load(bytes, at), load(bytes, at + 16))
}

/// Shuffles as many elements as there are whole vectors of; says how many.
pub(super) fn shuffle(size: usize, n: usize, body: &[u8], planes: &mut [u8]) -> usize {
    let whole = n / 16 * 16;
    let mut i = 0;
    match size {
        2 => {
            while i < whole {
                let [a, b] = split(body, i * 2);
                store(planes, i, a);
                store(planes, n + i, b);
                i += 16;
            }
        }
        4 => {
            while i < whole {
                let [e0, o0] = split(body, i * 4);
                let [e1, o1] = split(body, i * 4 + 32);
                let ([p0, p2], [p1, p3]) = (unzip8(e0, e1), unzip8(o0, o1));
                store(planes, i, p0);
                store(planes, n + i, p1);
                store(planes, 2 * n + i, p2);
                store(planes, 3 * n + i, p3);
                i += 16;
            }
        }
        8 => {
            while i < whole {
                let (a, b) = (split(body, i * 8), split(body, i * 8 + 32));
                let (c, d) = (split(body, i * 8 + 64), split(body, i * 8 + 96));
                // Even bytes (0, 2, 4, 6) and odd ones (1, 3, 5, 7), each split twice more.
                let ([e0, e2], [f0, f2]) = (unzip8(a[0], b[0]), unzip8(c[0], d[0]));
                let ([o0, o2], [q0, q2]) = (unzip8(a[1], b[1]), unzip8(c[1], d[1]));
                let ([p0, p4], [p2, p6]) = (unzip8(e0, f0), unzip8(e2, f2));
                let ([p1, p5], [p3, p7]) = (unzip8(o0, q0), unzip8(o2, q2));
                store(planes, i, p0);
                store(planes, n + i, p1);
                store(planes, 2 * n + i, p2);
                store(planes, 3 * n + i, p3);
                store(planes, 4 * n + i, p4);
                store(planes, 5 * n + i, p5);
                store(planes, 6 * n + i, p6);
                store(planes, 7 * n + i, p7);
                i += 16;
            }
        }
        _ => return 0,
    }
    whole
}
