//! Filter 2: all first bytes of the elements, then all second bytes, and so on.
//!
//! Element sizes 2, 4 and 8 go through 64-bit words (or 128-bit vectors in wasm); other sizes byte by byte, in
//! tiles that stay in the cache.

use crate::format::message::Filter;

/// Size of the elements that were shuffled: stored with the filter.
pub(super) fn element_size(filter: &Filter) -> usize {
    filter.values.first().map_or(1, |n| usize::try_from(*n).unwrap_or(usize::MAX))
}

/// Elements that `bytes` hold; bytes after the last whole element stay where they are.
fn elements(size: usize, bytes: usize) -> usize {
    bytes.checked_div(size).unwrap_or(0)
}

/// Whether shuffling changes anything.
fn is_noop(size: usize, bytes: usize) -> bool {
    size <= 1 || elements(size, bytes) <= 1
}

/// Undoes the shuffle of `input` into `out`, which has the same length.
pub(super) fn unshuffle(size: usize, input: &[u8], out: &mut [u8]) {
    if is_noop(size, input.len()) {
        out.copy_from_slice(input);
        return;
    }
    let n = elements(size, input.len());
    let (planes, tail) = input.split_at(n * size);
    let (body, out_tail) = out.split_at_mut(n * size);
    out_tail.copy_from_slice(tail);
    let done = wide::unshuffle(size, n, planes, body);
    unshuffle_from(done, size, n, planes, body);
}

/// Shuffles `input` into `out`, which has the same length.
pub(super) fn shuffle(size: usize, input: &[u8], out: &mut [u8]) {
    if is_noop(size, input.len()) {
        out.copy_from_slice(input);
        return;
    }
    let n = elements(size, input.len());
    let (body, tail) = input.split_at(n * size);
    let (planes, out_tail) = out.split_at_mut(n * size);
    out_tail.copy_from_slice(tail);
    let done = wide::shuffle(size, n, body, planes);
    shuffle_from(done, size, n, body, planes);
}

/// Elements per tile: their planes' cache lines stay in the cache while the tile is transposed.
const TILE: usize = 64;

fn unshuffle_from(first: usize, size: usize, n: usize, planes: &[u8], body: &mut [u8]) {
    for start in (first..n).step_by(TILE) {
        let end = (start + TILE).min(n);
        let tile = &mut body[start * size..end * size];
        for (j, plane) in planes.chunks_exact(n).enumerate() {
            for (to, from) in tile[j..].iter_mut().step_by(size).zip(&plane[start..end]) {
                *to = *from;
            }
        }
    }
}

fn shuffle_from(first: usize, size: usize, n: usize, body: &[u8], planes: &mut [u8]) {
    for start in (first..n).step_by(TILE) {
        let end = (start + TILE).min(n);
        let tile = &body[start * size..end * size];
        for (j, plane) in planes.chunks_exact_mut(n).enumerate() {
            for (to, from) in plane[start..end].iter_mut().zip(tile[j..].iter().step_by(size)) {
                *to = *from;
            }
        }
    }
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
use super::shuffle_simd as wide;
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
use words as wide;

/// Transposes in 64-bit words. Each function returns how many elements it has done.
#[cfg(any(test, not(all(target_arch = "wasm32", target_feature = "simd128"))))]
mod words {
    /// Bytes 0 … 3 of `x` at every second byte.
    fn spread_bytes(x: u64) -> u64 {
        let x = x & 0xffff_ffff;
        let x = (x | x << 16) & 0x0000_ffff_0000_ffff;
        (x | x << 8) & 0x00ff_00ff_00ff_00ff
    }

    /// Bytes 0 … 3 of `x` as two pairs, each at every second pair of bytes.
    fn spread_pairs(x: u64) -> u64 {
        let x = x & 0xffff_ffff;
        (x | x << 16) & 0x0000_ffff_0000_ffff
    }

    /// The inverse: every second byte of `x` in the low half.
    fn gather_bytes(x: u64) -> u64 {
        let x = x & 0x00ff_00ff_00ff_00ff;
        let x = (x | x >> 8) & 0x0000_ffff_0000_ffff;
        (x | x >> 16) & 0xffff_ffff
    }

    /// Transposes the 8 x 8 bytes of `m`.
    #[inline(always)]
    fn transpose(m: &mut [u64; 8]) {
        swap(m, [(0, 1), (2, 3), (4, 5), (6, 7)], 8, 0x00ff_00ff_00ff_00ff);
        swap(m, [(0, 2), (1, 3), (4, 6), (5, 7)], 16, 0x0000_ffff_0000_ffff);
        swap(m, [(0, 4), (1, 5), (2, 6), (3, 7)], 32, 0x0000_0000_ffff_ffff);
    }

    /// Exchanges the high parts of the first rows with the low parts of the second ones.
    #[inline(always)]
    fn swap(m: &mut [u64; 8], pairs: [(usize, usize); 4], shift: u32, mask: u64) {
        for (i, j) in pairs {
            let t = (m[i] >> shift ^ m[j]) & mask;
            m[j] ^= t;
            m[i] ^= t << shift;
        }
    }

    fn words(plane: &[u8]) -> impl Iterator<Item = u64> {
        plane.as_chunks::<8>().0.iter().map(|w| u64::from_le_bytes(*w))
    }

    pub(super) fn unshuffle(size: usize, n: usize, planes: &[u8], body: &mut [u8]) -> usize {
        match size {
            2 => {
                let (p0, p1) = planes.split_at(n);
                for (out, (a, b)) in body.as_chunks_mut::<16>().0.iter_mut().zip(words(p0).zip(words(p1))) {
                    let low = spread_bytes(a) | spread_bytes(b) << 8;
                    let high = spread_bytes(a >> 32) | spread_bytes(b >> 32) << 8;
                    out[..8].copy_from_slice(&low.to_le_bytes());
                    out[8..].copy_from_slice(&high.to_le_bytes());
                }
            }
            4 => {
                let mut p = planes.chunks_exact(n).map(words);
                let (Some(a), Some(b), Some(c), Some(d)) = (p.next(), p.next(), p.next(), p.next()) else {
                    return 0;
                };
                let out = body.as_chunks_mut::<32>().0.iter_mut();
                for (out, ((a, b), (c, d))) in out.zip(a.zip(b).zip(c.zip(d))) {
                    for (half, to) in out.as_chunks_mut::<16>().0.iter_mut().enumerate() {
                        let shift = 32 * half;
                        // Four elements: pairs of bytes first, then pairs of pairs.
                        let low = spread_bytes(a >> shift) | spread_bytes(b >> shift) << 8;
                        let high = spread_bytes(c >> shift) | spread_bytes(d >> shift) << 8;
                        let first = spread_pairs(low) | spread_pairs(high) << 16;
                        let second = spread_pairs(low >> 32) | spread_pairs(high >> 32) << 16;
                        to[..8].copy_from_slice(&first.to_le_bytes());
                        to[8..].copy_from_slice(&second.to_le_bytes());
                    }
                }
            }
            8 => {
                for (i, out) in body.as_chunks_mut::<64>().0.iter_mut().enumerate() {
                    let mut m = [0u64; 8];
                    for (row, plane) in m.iter_mut().zip(planes.chunks_exact(n)) {
                        *row = plane.as_chunks::<8>().0.get(i).map_or(0, |w| u64::from_le_bytes(*w));
                    }
                    transpose(&mut m);
                    for (to, element) in out.as_chunks_mut::<8>().0.iter_mut().zip(m) {
                        *to = element.to_le_bytes();
                    }
                }
            }
            _ => return 0,
        }
        n / 8 * 8
    }

    pub(super) fn shuffle(size: usize, n: usize, body: &[u8], planes: &mut [u8]) -> usize {
        match size {
            2 => {
                let (p0, p1) = planes.split_at_mut(n);
                let out = p0.as_chunks_mut::<8>().0.iter_mut().zip(p1.as_chunks_mut::<8>().0);
                for (block, (a, b)) in body.as_chunks::<16>().0.iter().zip(out) {
                    let (low, high) = block.split_at(8);
                    let (low, high) = (word(low), word(high));
                    *a = (gather_bytes(low) | gather_bytes(high) << 32).to_le_bytes();
                    *b = (gather_bytes(low >> 8) | gather_bytes(high >> 8) << 32).to_le_bytes();
                }
            }
            4 | 8 => {
                for (i, block) in body.chunks_exact(size * 8).enumerate() {
                    let mut m = [0u64; 8];
                    for (row, element) in m.iter_mut().zip(block.chunks_exact(size)) {
                        *row = word(element);
                    }
                    transpose(&mut m);
                    for (plane, row) in planes.chunks_exact_mut(n).zip(m) {
                        if let Some(to) = plane.as_chunks_mut::<8>().0.get_mut(i) {
                            *to = row.to_le_bytes();
                        }
                    }
                }
            }
            _ => return 0,
        }
        n / 8 * 8
    }

    /// Up to 8 bytes as a number.
    fn word(bytes: &[u8]) -> u64 {
        match bytes.len() {
            4 => bytes.first_chunk().map_or(0, |b| u32::from_le_bytes(*b).into()),
            _ => bytes.first_chunk().map_or(0, |b| u64::from_le_bytes(*b)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn naive(size: usize, input: &[u8]) -> Vec<u8> {
        let n = input.len() / size;
        let mut out: Vec<u8> =
            (0..size).flat_map(|j| (0..n).map(move |i| (i, j))).map(|(i, j)| input[i * size + j]).collect();
        out.extend_from_slice(&input[n * size..]);
        out
    }

    #[test]
    fn agrees_with_the_definition_both_ways() {
        for size in [1, 2, 3, 4, 5, 7, 8, 12, 16, 24, 200] {
            for n in [0, 1, 2, 7, 8, 9, 16, 31, 32, 33, 100, 1001] {
                for odd in [0, 1, 3] {
                    let input: Vec<u8> = (0..n * size + odd).map(|i| (i * 7 + (i >> 8)) as u8).collect();
                    let mut shuffled = vec![0; input.len()];
                    shuffle(size, &input, &mut shuffled);
                    if n > 1 && odd < size {
                        assert_eq!(shuffled, naive(size, &input), "{size} {n} {odd}");
                    }
                    let mut back = vec![0; input.len()];
                    unshuffle(size, &shuffled, &mut back);
                    assert_eq!(back, input, "{size} {n} {odd}");
                }
            }
        }
    }

    #[test]
    fn odd_sizes_are_harmless() {
        let input = [1, 2, 3];
        for size in [0, 3, 4, usize::MAX] {
            let mut out = [0; 3];
            unshuffle(size, &input, &mut out);
            assert_eq!(out, input);
        }
    }
}
