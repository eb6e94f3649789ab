//! Filter 32008: blocks of transposed bits, which LZ4 or zstd may compress one by one.

use super::Local;
use super::codecs::Codec;
use super::framed::{self, Head};
use super::{bits, lz4, zstd};
use crate::error::{Error, Result};

pub(super) const CODEC: Codec = Codec { id: 32008, decode, encode, local };

/// Values: versions of the plug-in (2), element size, elements per block, compression, level.
struct Parameters {
    size: usize,
    block: usize,
    packing: Packing,
}

#[derive(Clone, Copy, PartialEq)]
enum Packing {
    None,
    Lz4,
    Zstd(u32),
}

fn broken(what: impl std::fmt::Display) -> Error {
    Error::malformed(format!("bitshuffle: {what}"))
}

fn within(e: Error) -> Error {
    e.within("bitshuffle")
}

/// Elements of a block if none are given: about 8 kB, whole groups of eight, 128 or more.
fn default_block(size: usize) -> usize {
    (8192 / size / 8 * 8).max(128)
}

impl Parameters {
    fn decode(values: &[u32]) -> Result<Self> {
        let value = |i: usize| values.get(i).map_or(0, |v| usize::try_from(*v).unwrap_or(usize::MAX));
        let size = value(2);
        if size == 0 {
            return Err(broken("elements of no bytes"));
        }
        let block = match value(3) {
            0 => default_block(size),
            n if n % 8 == 0 => n,
            n => return Err(broken(format!("blocks of {n} elements"))),
        };
        let packing = match value(4) {
            0 => Packing::None,
            2 => Packing::Lz4,
            3 => Packing::Zstd(values.get(5).copied().unwrap_or(zstd::DEFAULT_LEVEL)),
            n => return Err(Error::unsupported(format!("bitshuffle with compression {n}"))),
        };
        Ok(Parameters { size, block, packing })
    }
}

/// Lengths in bytes of the blocks of `total` bytes: whole ones, then one of as many groups of eight elements as are
/// left. What follows is not transposed.
fn blocks(total: usize, size: usize, block: usize) -> impl Iterator<Item = usize> {
    let group = size.saturating_mul(8);
    let block = block.max(group);
    let last = total % block / group * group;
    std::iter::repeat_n(block, total / block).chain((last > 0).then_some(last))
}

/// Decodes a chunk of at most `most` bytes.
fn decode(values: &[u32], input: &[u8], most: usize) -> Result<Vec<u8>> {
    let p = Parameters::decode(values)?;
    let (head, mut rest) = match p.packing {
        Packing::None if input.len() > most => {
            return Err(broken(format!("{} bytes where {most} belong", input.len())));
        }
        Packing::None => (Head { total: input.len(), block: p.block.saturating_mul(p.size) }, input),
        _ => Head::decode(input, most).map_err(within)?,
    };
    // The head's block size counts, whatever the values say.
    let block = if head.block == 0 { default_block(p.size).saturating_mul(p.size) } else { head.block };
    if block % p.size.saturating_mul(8) != 0 {
        return Err(broken(format!("blocks of {block} bytes")));
    }
    let ratio = match p.packing {
        Packing::None => 1,
        Packing::Lz4 => 255,
        Packing::Zstd(_) => zstd::MOST_PER_BYTE,
    };
    framed::check_ratio(head.total, input.len(), ratio).map_err(within)?;
    let mut out = vec![0; head.total];
    let mut at = 0;
    let mut shuffled = Vec::new();
    for n in blocks(head.total, p.size, block) {
        let part = &mut out[at..at + n];
        at += n;
        let stored = match p.packing {
            Packing::None => {
                let (block, after) =
                    rest.split_at_checked(n).ok_or_else(|| broken("the chunk is cut off"))?;
                rest = after;
                block
            }
            _ => framed::take_sized(&mut rest).map_err(within)?,
        };
        shuffled.resize(n, 0);
        match p.packing {
            Packing::None => shuffled.copy_from_slice(stored),
            Packing::Lz4 => lz4::decode_block(stored, &mut shuffled).map_err(within)?,
            Packing::Zstd(_) => zstd::decode_into(stored, &mut shuffled).map_err(within)?,
        }
        bits::unshuffle(p.size, &shuffled, part);
    }
    let tail = &mut out[at..];
    tail.copy_from_slice(rest.get(..tail.len()).ok_or_else(|| broken("the chunk is cut off"))?);
    Ok(out)
}

/// Encodes a chunk.
fn encode(values: &[u32], input: &[u8]) -> Result<Option<Vec<u8>>> {
    let p = Parameters::decode(values)?;
    let block = p.block.saturating_mul(p.size);
    let mut out = Vec::with_capacity(input.len() / 2 + 32);
    if p.packing != Packing::None {
        Head { total: input.len(), block }.encode(&mut out)?;
    }
    let mut at = 0;
    let mut shuffled = Vec::new();
    for n in blocks(input.len(), p.size, block) {
        shuffled.resize(n, 0);
        bits::shuffle(p.size, &input[at..at + n], &mut shuffled);
        at += n;
        match p.packing {
            Packing::None => out.extend_from_slice(&shuffled),
            Packing::Lz4 => framed::put_sized(&mut out, &lz4::encode_block(&shuffled))?,
            Packing::Zstd(level) => framed::put_sized(&mut out, &zstd::encode_level(level, &shuffled)?)?,
        }
    }
    out.extend_from_slice(&input[at..]);
    Ok(Some(out))
}

/// Given are the block's elements (0: the default), the compression (0 none, 2 LZ4, 3 zstd) and its level.
fn local(values: &[u32], local: &Local<'_>) -> Result<Vec<u32>> {
    // The version of the plug-in that these values are from.
    let mut out = vec![0, 4, local.datatype.size];
    match *values {
        [] => out.extend_from_slice(&[0, 2]),
        [block] => out.extend_from_slice(&[block, 2]),
        [block, 3] => out.extend_from_slice(&[block, 3, zstd::DEFAULT_LEVEL]),
        _ => out.extend_from_slice(values),
    }
    Parameters::decode(&out).map_err(|e| Error::argument(e.what().to_owned()))?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunk_of_the_reference_library() {
        let plain = b"hello hello hello hello hello";
        let none = [
            0x92, 0x24, 0x49, 0x10, 0x04, 0x41, 0x9e, 0xe7, 0x79, 0x5d, 0xd7, 0x75, 0x00, 0x00, 0x00, 0xff,
            0xff, 0xff, 0xdf, 0xf7, 0x7d, 0x00, 0x00, 0x00, 0x68, 0x65, 0x6c, 0x6c, 0x6f,
        ];
        assert_eq!(decode(&[0, 4, 1, 0, 0], &none, 29).unwrap(), plain);
        assert_eq!(encode(&[0, 4, 1, 0, 0], plain).unwrap().unwrap(), none);
        let mut lz4 = vec![0, 0, 0, 0, 0, 0, 0, 29, 0, 0, 0x20, 0, 0, 0, 0, 26, 0xf0, 9];
        lz4.extend_from_slice(&none);
        assert_eq!(decode(&[0, 4, 1, 0, 2], &lz4, 29).unwrap(), plain);
        assert_eq!(encode(&[0, 4, 1, 0, 2], plain).unwrap().unwrap(), lz4);
    }

    #[test]
    fn every_shape_of_blocks_comes_back() {
        let data: Vec<u8> = (0..20_000u32).map(|i| ((i * i) >> 11) as u8).collect();
        for size in [1, 2, 4, 6, 8] {
            for n in [0, 1, 7, 8 * size as usize, 8193, data.len()] {
                for block in [0, 8, 64] {
                    for packing in [0, 2, 3] {
                        let values = [0, 4, size, block, packing, 3];
                        let stored = encode(&values, &data[..n]).unwrap().unwrap();
                        assert_eq!(decode(&values, &stored, n).unwrap(), &data[..n], "{n} {values:?}");
                        assert!(n == 0 || decode(&values, &stored, n - 1).is_err());
                    }
                }
            }
        }
    }

    #[test]
    fn damage_is_noticed() {
        let values = [0, 4, 4, 0, 2];
        let stored = encode(&values, &[7; 5000]).unwrap().unwrap();
        for n in 0..stored.len() {
            assert!(decode(&values, &stored[..n], 5000).is_err(), "{n}");
        }
        for values in [&[0, 4, 0, 0, 2][..], &[], &[0, 4, 4, 4, 2], &[0, 4, 4, 0, 9], &[0, 4, u32::MAX, 0, 2]]
        {
            assert!(decode(values, &stored, 5000).is_err(), "{values:?}");
        }
    }
}
