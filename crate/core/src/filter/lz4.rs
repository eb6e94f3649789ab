//! Filter 32004: raw LZ4 blocks, each with its stored size, behind the total size. All numbers are big-endian.

use super::Local;
use super::codecs::Codec;
use super::framed::{self, Head};
use crate::error::{Error, Result};

pub(super) const CODEC: Codec = Codec { id: 32004, decode, encode, local };

/// Bytes of a block if none are asked for.
const DEFAULT_BLOCK: usize = 1 << 30;

/// Undoes one raw LZ4 block into exactly `out`.
pub(super) fn decode_block(input: &[u8], out: &mut [u8]) -> Result<()> {
    match lz4_flex::block::decompress_into(input, out) {
        Ok(n) if n == out.len() => Ok(()),
        Ok(n) => Err(Error::malformed(format!("lz4: {n} bytes where a block has {}", out.len()))),
        Err(e) => Err(Error::malformed(format!("lz4: {e}"))),
    }
}

/// One raw LZ4 block.
pub(super) fn encode_block(input: &[u8]) -> Vec<u8> {
    lz4_flex::block::compress(input)
}

/// Decodes a chunk of at most `most` bytes.
fn decode(_: &[u32], input: &[u8], most: usize) -> Result<Vec<u8>> {
    let (head, mut rest) = Head::decode(input, most).map_err(|e| e.within("lz4"))?;
    // A block cannot be larger than everything.
    let block = head.block.min(head.total);
    // LZ4 makes at most 255 bytes of one.
    framed::check_ratio(head.total, input.len(), 255).map_err(|e| e.within("lz4"))?;
    let mut out = vec![0; head.total];
    if head.total > 0 && block == 0 {
        return Err(Error::malformed("lz4: blocks of no bytes"));
    }
    for part in out.chunks_mut(block.max(1)) {
        let stored = framed::take_sized(&mut rest).map_err(|e| e.within("lz4"))?;
        if stored.len() == part.len() {
            part.copy_from_slice(stored);
        } else {
            decode_block(stored, part)?;
        }
    }
    Ok(out)
}

/// Encodes a chunk: `values` has the block size in bytes, 0 for the default.
fn encode(values: &[u32], input: &[u8]) -> Result<Option<Vec<u8>>> {
    let asked = values.first().map_or(0, |v| usize::try_from(*v).unwrap_or(DEFAULT_BLOCK));
    let block = if asked == 0 { DEFAULT_BLOCK } else { asked.min(DEFAULT_BLOCK) }.min(input.len());
    let mut out = Vec::with_capacity(input.len() / 2 + 32);
    Head { total: input.len(), block }.encode(&mut out)?;
    for part in input.chunks(block.max(1)) {
        let packed = encode_block(part);
        let stored = if packed.len() < part.len() { &packed } else { part };
        framed::put_sized(&mut out, stored)?;
    }
    Ok(Some(out))
}

/// Bytes of a block, 0 for the default.
fn local(values: &[u32], _: &Local<'_>) -> Result<Vec<u32>> {
    Ok(vec![values.first().copied().unwrap_or(0)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_bytes() {
        // 16 bytes in blocks of 8: one packed (a run), one stored.
        let stored = [
            0, 0, 0, 0, 0, 0, 0, 16, 0, 0, 0, 8, 0, 0, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 8, 9, 9, 9, 9,
            9, 9, 9, 9,
        ];
        let plain = [1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 9, 9, 9, 9, 9];
        assert_eq!(decode(&[], &stored, 16).unwrap(), plain);
        assert!(decode(&[], &stored, 15).is_err());
        assert!(decode(&[], &stored[..20], 16).is_err());
        assert_eq!(encode(&[8], &plain).unwrap().unwrap(), stored);
    }

    #[test]
    fn every_block_size_comes_back() {
        let data: Vec<u8> = (0..5000u32).map(|i| ((i * i) >> 7) as u8).collect();
        for n in [0, 1, 5000] {
            for block in [0, 1, 7, 4096, 5000, 6000] {
                let stored = encode(&[block], &data[..n]).unwrap().unwrap();
                assert_eq!(decode(&[], &stored, n).unwrap(), &data[..n], "{n} {block}");
            }
        }
        assert!(decode(&[], &encode(&[], &vec![0; 1 << 16]).unwrap().unwrap(), 1 << 15).is_err());
    }
}
