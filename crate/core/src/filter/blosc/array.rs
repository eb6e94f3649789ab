//! The metalayer that makes a Blosc 2 frame an array: its shape, that of its chunks, and that of their blocks. Blocks
//! lie one after the other, each in C order, and those at the edges of a chunk are as large as the others.

use super::frame::{u32_at, u64_at};
use crate::error::{Error, Result};

/// Dimensions that Blosc 2 may have.
const MOST_DIMENSIONS: usize = 16;

/// The three shapes, one entry a dimension.
#[derive(Debug, PartialEq)]
pub(super) struct Shape {
    shape: Vec<usize>,
    chunk: Vec<usize>,
    block: Vec<usize>,
}

fn broken(what: &'static str) -> Error {
    Error::malformed(what).within("blosc2 array")
}

fn product(extents: impl Iterator<Item = usize>, first: usize) -> Result<usize> {
    extents.into_iter().try_fold(first, usize::checked_mul).ok_or_else(|| broken("a size beyond memory"))
}

/// The coordinates of place `i` in C order.
fn unravel(mut i: usize, extents: impl DoubleEndedIterator<Item = usize>, out: &mut Vec<usize>) {
    out.clear();
    for extent in extents.rev() {
        out.push(i % extent);
        i /= extent;
    }
    out.reverse();
}

impl Shape {
    /// Reads the metalayer: version, rank, and three arrays of 64-bit, 32-bit and 32-bit numbers.
    pub fn decode(content: &[u8]) -> Result<Self> {
        let [_, _, rank, ..] = *content else { return Err(broken("cut off")) };
        let rank = usize::from(rank);
        if rank == 0 || rank > MOST_DIMENSIONS {
            return Err(Error::unsupported(format!("blosc2 array of {rank} dimensions")));
        }
        // Arrays of up to 15 have a one-byte head, longer ones three.
        let head = if rank < 16 { 1 } else { 3 };
        let mut at = 3;
        let mut take = |width: usize| -> Result<Vec<usize>> {
            at += head;
            let numbers: Result<Vec<usize>> = (0..rank)
                .map(|i| {
                    let at = at + i * (width + 1) + 1;
                    if width == 8 { u64_at(content, at) } else { u32_at(content, at) }
                })
                .collect();
            at += rank * (width + 1);
            numbers
        };
        let shape = Shape { shape: take(8)?, chunk: take(4)?, block: take(4)? };
        if shape.shape.iter().chain(&shape.chunk).chain(&shape.block).any(|n| *n == 0) {
            return Err(broken("an extent of zero"));
        }
        if shape.block.iter().zip(&shape.chunk).any(|(block, chunk)| block > chunk) {
            return Err(broken("blocks larger than chunks"));
        }
        Ok(shape)
    }

    /// Bytes of the array.
    pub fn bytes(&self, size: usize) -> Result<usize> {
        product(self.shape.iter().copied(), size)
    }

    fn grid(&self) -> impl DoubleEndedIterator<Item = usize> {
        self.shape.iter().zip(&self.chunk).map(|(n, chunk)| n.div_ceil(*chunk))
    }

    fn blocks(&self) -> impl DoubleEndedIterator<Item = usize> {
        self.chunk.iter().zip(&self.block).map(|(n, block)| n.div_ceil(*block))
    }

    /// How many chunks there are.
    pub fn chunks(&self) -> Result<usize> {
        product(self.grid(), 1)
    }

    /// Bytes of a chunk with the padding of its blocks. An array of `most` bytes has no chunks much larger.
    pub fn padded(&self, size: usize, most: usize) -> Result<usize> {
        let bytes = product(self.blocks().zip(&self.block).map(|(n, block)| n * block), size)?;
        if bytes >> self.shape.len() > most {
            return Err(broken("chunks larger than the array"));
        }
        Ok(bytes)
    }

    /// Copies chunk `i`, as it is stored, to its place in the array.
    pub fn place(&self, size: usize, i: usize, chunk: &[u8], out: &mut [u8]) {
        let rank = self.shape.len();
        let (mut origin, mut block, mut row) = (Vec::new(), Vec::new(), Vec::new());
        unravel(i, self.grid(), &mut origin);
        let width = self.block[rank - 1];
        let rows: usize = self.block[..rank - 1].iter().product();
        for (r, bytes) in chunk.chunks_exact(width * size).enumerate() {
            if r % rows == 0 {
                unravel(r / rows, self.blocks(), &mut block);
            }
            unravel(r % rows, self.block[..rank - 1].iter().copied(), &mut row);
            row.push(0);
            let mut at = 0;
            let mut count = width;
            for d in 0..rank {
                let within = block[d] * self.block[d] + row[d];
                let place = origin[d] * self.chunk[d] + within;
                let room = (self.chunk[d].saturating_sub(within)).min(self.shape[d].saturating_sub(place));
                count = if room == 0 {
                    0
                } else if d == rank - 1 {
                    count.min(room)
                } else {
                    count
                };
                at = at * self.shape[d] + place;
            }
            if count > 0 {
                out[at * size..(at + count) * size].copy_from_slice(&bytes[..count * size]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(width: usize, of: &[u64]) -> Vec<u8> {
        let head = if width == 8 { 0xd3 } else { 0xd2 };
        let mut out = vec![0x90 | of.len() as u8];
        for n in of {
            out.push(head);
            out.extend_from_slice(&n.to_be_bytes()[8 - width..]);
        }
        out
    }

    fn content(shape: &[u64], chunk: &[u64], block: &[u64]) -> Vec<u8> {
        let head = vec![0x97, 0, shape.len() as u8];
        [head, numbers(8, shape), numbers(4, chunk), numbers(4, block)].concat()
    }

    #[test]
    fn blocks_go_to_their_places() {
        let shape = Shape::decode(&content(&[5, 7], &[3, 4], &[2, 3])).unwrap();
        assert_eq!((shape.bytes(2).unwrap(), shape.chunks().unwrap()), (70, 4));
        assert_eq!(shape.padded(2, 70).unwrap(), 4 * 6 * 2);
        let mut out = vec![0xff; 70];
        for i in 0..4 {
            // Each element says where it belongs, as the blocks' order has it.
            let mut chunk = Vec::new();
            for (block, at) in (0..4).flat_map(|b| (0..6).map(move |e| (b, e))) {
                let y = i / 2 * 3 + block / 2 * 2 + at / 3;
                let x = i % 2 * 4 + block % 2 * 3 + at % 3;
                chunk.extend_from_slice(&[y as u8, x as u8]);
            }
            shape.place(2, i, &chunk, &mut out);
        }
        let expected: Vec<u8> = (0..5).flat_map(|y| (0..7).flat_map(move |x| [y, x])).collect();
        assert_eq!(out, expected);
    }

    #[test]
    fn nonsense_is_refused() {
        for bad in [
            content(&[], &[], &[]),
            content(&[0], &[1], &[1]),
            content(&[5], &[3], &[4]),
            content(&[5; 17], &[3; 17], &[1; 17]),
            content(&[5], &[3], &[2])[..12].to_vec(),
        ] {
            assert!(Shape::decode(&bad).is_err(), "{bad:?}");
        }
        let huge =
            Shape::decode(&content(&[u64::from(u32::MAX); 3], &[u64::from(u32::MAX); 3], &[1; 3])).unwrap();
        assert!(huge.bytes(8).is_err());
        assert!(Shape::decode(&content(&[5], &[1 << 30], &[1 << 30])).unwrap().padded(1, 5).is_err());
    }
}
