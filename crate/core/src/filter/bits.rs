//! The transposition of bits that bitshuffle and Blosc share: bit 0 of byte 0 of all elements, bit 1 of byte 0, …

use super::shuffle;

/// Transposes the 8 x 8 bits of `x`: bit j of byte i becomes bit i of byte j.
fn transpose(x: u64) -> u64 {
    let swap = |x: u64, shift: u32, mask: u64| {
        let t = (x ^ x >> shift) & mask;
        x ^ t ^ t << shift
    };
    let x = swap(x, 7, 0x00aa_00aa_00aa_00aa);
    let x = swap(x, 14, 0x0000_cccc_0000_cccc);
    swap(x, 28, 0x0000_0000_f0f0_f0f0)
}

/// Bytes of `len` that are transposed: whole groups of eight elements.
fn whole(size: usize, len: usize) -> usize {
    size.checked_mul(8).filter(|group| *group > 0).map_or(0, |group| len / group * group)
}

/// Bit-shuffles `input` into `out`, which has the same length. Bytes after the last eight elements stay.
pub(super) fn shuffle(size: usize, input: &[u8], out: &mut [u8]) {
    let (body, tail) = input.split_at(whole(size, input.len()));
    let (rows, out_tail) = out.split_at_mut(body.len());
    out_tail.copy_from_slice(tail);
    let n = body.len().checked_div(size).unwrap_or(0);
    if n == 0 {
        return;
    }
    let mut planes = vec![0; body.len()];
    shuffle::shuffle(size, body, &mut planes);
    let width = n / 8;
    for (plane, rows) in planes.chunks_exact(n).zip(rows.chunks_exact_mut(n)) {
        for (k, eight) in plane.as_chunks::<8>().0.iter().enumerate() {
            let bits = transpose(u64::from_le_bytes(*eight)).to_le_bytes();
            for (row, byte) in rows.chunks_exact_mut(width).zip(bits) {
                row[k] = byte;
            }
        }
    }
}

/// Undoes [`shuffle`].
pub(super) fn unshuffle(size: usize, input: &[u8], out: &mut [u8]) {
    let (rows, tail) = input.split_at(whole(size, input.len()));
    let (body, out_tail) = out.split_at_mut(rows.len());
    out_tail.copy_from_slice(tail);
    let n = rows.len().checked_div(size).unwrap_or(0);
    if n == 0 {
        return;
    }
    let mut planes = vec![0; rows.len()];
    let width = n / 8;
    for (rows, plane) in rows.chunks_exact(n).zip(planes.chunks_exact_mut(n)) {
        for (k, eight) in plane.as_chunks_mut::<8>().0.iter_mut().enumerate() {
            let mut bits = [0; 8];
            for (byte, row) in bits.iter_mut().zip(rows.chunks_exact(width)) {
                *byte = row[k];
            }
            *eight = transpose(u64::from_le_bytes(bits)).to_le_bytes();
        }
    }
    shuffle::unshuffle(size, &planes, body);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_definition_both_ways() {
        for size in [1, 2, 3, 4, 8, 16] {
            for n in [0, 1, 7, 8, 9, 64, 104] {
                let input: Vec<u8> = (0..n * size + size / 2).map(|i| (i * 7 + (i >> 4)) as u8).collect();
                let mut shuffled = vec![0; input.len()];
                shuffle(size, &input, &mut shuffled);
                let n = n / 8 * 8;
                let mut expected = vec![0u8; n * size];
                for bit in 0..n * size * 8 {
                    let (row, element) = (bit / n.max(1), bit % n.max(1));
                    let value = input[element * size + row / 8] >> (row % 8) & 1;
                    expected[bit / 8] |= value << (bit % 8);
                }
                expected.extend_from_slice(&input[n * size..]);
                assert_eq!(shuffled, expected, "{size} {n}");
                let mut back = vec![0; input.len()];
                unshuffle(size, &shuffled, &mut back);
                assert_eq!(back, input, "{size} {n}");
            }
        }
        let mut out = [0; 3];
        for size in [0, usize::MAX] {
            unshuffle(size, &[1, 2, 3], &mut out);
            assert_eq!(out, [1, 2, 3]);
        }
    }
}
