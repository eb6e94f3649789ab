//! Filter 307: one bzip2 stream per chunk.

use super::Local;
use super::codecs::Codec;
use crate::error::{Error, Result};
use bzip2::{Action, Compress, Compression, Decompress, Status};

pub(super) const CODEC: Codec = Codec { id: 307, decode, encode, local };

fn broken(what: impl std::fmt::Display) -> Error {
    Error::malformed(format!("bzip2: {what}"))
}

/// Decodes a stream of at most `most` bytes. Bytes after its end are ignored.
fn decode(_: &[u32], input: &[u8], most: usize) -> Result<Vec<u8>> {
    let mut context = Decompress::new(false);
    let mut out = Vec::with_capacity(input.len().saturating_mul(4).clamp(64, most.max(64)));
    loop {
        let at = usize::try_from(context.total_in()).unwrap_or(usize::MAX);
        let rest = input.get(at..).unwrap_or(&[]);
        let before = (at, out.len());
        let status = context.decompress_vec(rest, &mut out).map_err(broken)?;
        if out.len() > most {
            return Err(broken(format!("more than {most} bytes")));
        }
        if status == Status::StreamEnd {
            return Ok(out);
        }
        let now = usize::try_from(context.total_in()).unwrap_or(usize::MAX);
        if (now, out.len()) == before && out.len() < out.capacity() {
            return Err(broken("the stream is cut off"));
        }
        if out.len() == out.capacity() {
            // One byte more than there may be, to notice that there are more.
            let room = most.saturating_add(1).saturating_sub(out.len());
            out.reserve(out.len().max(64).min(room.max(1)));
        }
    }
}

/// Encodes a chunk: `values` has the block size in units of 100 kB, 1 … 9.
fn encode(values: &[u32], input: &[u8]) -> Result<Option<Vec<u8>>> {
    let failed = |e| Error::argument(format!("bzip2: {e}"));
    let block = values.first().copied().filter(|n| (1..=9).contains(n)).unwrap_or(9);
    let mut context = Compress::new(Compression::new(block), 0);
    let mut out = Vec::with_capacity(input.len() / 2 + 1024);
    loop {
        let at = usize::try_from(context.total_in()).unwrap_or(usize::MAX);
        let rest = input.get(at..).unwrap_or(&[]);
        let status = context.compress_vec(rest, &mut out, Action::Finish).map_err(failed)?;
        if status == Status::StreamEnd {
            return Ok(Some(out));
        }
        out.reserve(out.len().max(1024));
    }
}

/// The block size in units of 100 kB.
fn local(values: &[u32], _: &Local<'_>) -> Result<Vec<u32>> {
    match values.first().copied().unwrap_or(9) {
        block @ 1..=9 => Ok(vec![block]),
        block => Err(Error::argument(format!("bzip2 with blocks of size {block}: sizes are 1 to 9"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_of_the_reference_library() {
        let stored = [
            0x42, 0x5a, 0x68, 0x31, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, 0x89, 0xe4, 0xcb, 0x41, 0x00, 0x00,
            0x04, 0x91, 0x00, 0x40, 0x00, 0x02, 0x44, 0xa0, 0x00, 0x30, 0xcd, 0x00, 0x54, 0x86, 0x94, 0xe8,
            0xcd, 0x3a, 0x2a, 0x3c, 0x5d, 0xc9, 0x14, 0xe1, 0x42, 0x42, 0x27, 0x93, 0x2d, 0x04,
        ];
        assert_eq!(decode(&[], &stored, 29).unwrap(), b"hello hello hello hello hello");
        assert_eq!(encode(&[1], b"hello hello hello hello hello").unwrap().unwrap(), stored);
    }

    #[test]
    fn every_block_size_comes_back() {
        let data: Vec<u8> = (0..150_000u32).map(|i| (i.wrapping_mul(i) >> 9) as u8).collect();
        for n in [0, 1, 1000, data.len()] {
            for block in [0, 1, 9, 10] {
                let stored = encode(&[block], &data[..n]).unwrap().unwrap();
                assert_eq!(decode(&[], &stored, n).unwrap(), &data[..n], "{n} {block}");
                assert!(n == 0 || decode(&[], &stored, n - 1).is_err());
                assert!(decode(&[], &stored[..stored.len() - 1], n).is_err());
            }
        }
        assert!(decode(&[], b"", 10).is_err());
    }
}
