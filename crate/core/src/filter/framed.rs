//! What LZ4 and bitshuffle put around their blocks: the total size, the size of blocks, and each block's stored size,
//! all big-endian.

use crate::error::{Error, Result};

/// The 12 bytes before the blocks.
pub(super) struct Head {
    /// Plain bytes of all blocks.
    pub total: usize,
    /// Plain bytes of each block but the last.
    pub block: usize,
}

fn short() -> Error {
    Error::malformed("the chunk is cut off")
}

impl Head {
    /// Reads the head; a total of more than `most` bytes is refused.
    pub fn decode(input: &[u8], most: usize) -> Result<(Head, &[u8])> {
        let (total, rest) = input.split_first_chunk::<8>().ok_or_else(short)?;
        let (block, rest) = rest.split_first_chunk::<4>().ok_or_else(short)?;
        let total = usize::try_from(u64::from_be_bytes(*total)).unwrap_or(usize::MAX);
        if total > most {
            return Err(Error::malformed(format!("{total} bytes where {most} belong")));
        }
        let block = usize::try_from(u32::from_be_bytes(*block)).unwrap_or(usize::MAX);
        Ok((Head { total, block }, rest))
    }

    /// Appends the head.
    pub fn encode(&self, out: &mut Vec<u8>) -> Result<()> {
        out.extend_from_slice(&(self.total as u64).to_be_bytes());
        put_u32(out, self.block)
    }
}

fn put_u32(out: &mut Vec<u8>, n: usize) -> Result<()> {
    let n = u32::try_from(n).map_err(|_| Error::argument("a chunk of more than 4 GB"))?;
    out.extend_from_slice(&n.to_be_bytes());
    Ok(())
}

/// Takes one block with its stored size from `rest`.
pub(super) fn take_sized<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8]> {
    let (size, after) = rest.split_first_chunk::<4>().ok_or_else(short)?;
    let size = usize::try_from(u32::from_be_bytes(*size)).unwrap_or(usize::MAX);
    let block = after.get(..size).ok_or_else(short)?;
    *rest = &after[size..];
    Ok(block)
}

/// Appends one block with its stored size.
pub(super) fn put_sized(out: &mut Vec<u8>, block: &[u8]) -> Result<()> {
    put_u32(out, block.len())?;
    out.extend_from_slice(block);
    Ok(())
}

/// Refuses sizes that `stored` bytes cannot decode to, before anything is allocated.
pub(super) fn check_ratio(size: usize, stored: usize, ratio: usize) -> Result<()> {
    if size > stored.saturating_mul(ratio) {
        return Err(Error::malformed(format!("{stored} stored bytes cannot make {size}")));
    }
    Ok(())
}
