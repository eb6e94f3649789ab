//! Filter 32015: one Zstandard frame per chunk, its content size in its header.

use super::Local;
use super::codecs::Codec;
use super::framed::check_ratio;
use crate::error::{Error, Result};
use zstd_rs::{CompressionConfig, Compressor, Decompressor};

pub(super) const CODEC: Codec = Codec { id: 32015, decode, encode, local };

/// Level if none is stored.
pub(super) const DEFAULT_LEVEL: u32 = 3;

/// A block of 128 kB may be a run, stored in 4 bytes.
pub(super) const MOST_PER_BYTE: usize = 1 << 15;

fn broken(e: zstd_rs::Error) -> Error {
    Error::malformed(format!("zstd: {e}"))
}

/// Decodes frames of at most `most` bytes together.
fn decode(_: &[u32], input: &[u8], most: usize) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    let limit = most.min(input.len().saturating_mul(MOST_PER_BYTE));
    Decompressor::new().decompress(input, None, limit, &mut out).map_err(broken)?;
    Ok(out)
}

/// Fills `out` exactly.
pub(super) fn decode_into(input: &[u8], out: &mut [u8]) -> Result<()> {
    check_ratio(out.len(), input.len(), MOST_PER_BYTE)?;
    let bytes = decode(&[], input, out.len())?;
    if bytes.len() != out.len() {
        return Err(Error::malformed(format!("zstd: {} bytes where {} belong", bytes.len(), out.len())));
    }
    out.copy_from_slice(&bytes);
    Ok(())
}

/// Encodes a chunk: `values` has the level, 1 … 22.
fn encode(values: &[u32], input: &[u8]) -> Result<Option<Vec<u8>>> {
    encode_level(values.first().copied().unwrap_or(DEFAULT_LEVEL), input).map(Some)
}

/// Encodes at `level`.
pub(super) fn encode_level(level: u32, input: &[u8]) -> Result<Vec<u8>> {
    let level = i32::try_from(level.clamp(1, 22)).unwrap_or(22);
    let config = CompressionConfig { level, window_log: 27, ..CompressionConfig::DEFAULT };
    let failed = |e: zstd_rs::Error| Error::argument(format!("zstd: {e}"));
    let mut out = Vec::new();
    Compressor::new(config).map_err(failed)?.compress(input, None, &mut out).map_err(failed)?;
    Ok(out)
}

/// The level.
fn local(values: &[u32], _: &Local<'_>) -> Result<Vec<u32>> {
    match values.first().copied().unwrap_or(DEFAULT_LEVEL) {
        level @ 1..=22 => Ok(vec![level]),
        level => Err(Error::argument(format!("zstd level {level}: levels are 1 to 22"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_of_the_reference_library() {
        let frame = [
            0x28, 0xb5, 0x2f, 0xfd, 0x20, 0x1d, 0x65, 0x00, 0x00, 0x30, 0x68, 0x65, 0x6c, 0x6c, 0x6f, 0x20,
            0x01, 0x00, 0xa9, 0x4b, 0x11,
        ];
        assert_eq!(decode(&[], &frame, 29).unwrap(), b"hello hello hello hello hello");
        assert!(decode(&[], &frame, 28).is_err());
    }

    #[test]
    fn every_level_comes_back() {
        let data: Vec<u8> = (0..70_000u32).map(|i| (i.wrapping_mul(i) >> 9) as u8).collect();
        for n in [0, 1, 1000, data.len()] {
            for level in [0, 1, 3, 9, 19, 22, 99] {
                let stored = encode(&[level], &data[..n]).unwrap().unwrap();
                assert_eq!(decode(&[], &stored, n).unwrap(), &data[..n], "{n} {level}");
                // The reference plug-in wants to know the size beforehand: flag bits say that it is there.
                assert_ne!(stored[4] & 0xe0, 0, "{n} {level}");
            }
        }
        let stored = encode(&[], &data).unwrap().unwrap();
        assert!(decode(&[], &stored, data.len() - 1).is_err());
        assert!(decode(&[], &stored[..stored.len() - 1], data.len()).is_err());
    }
}
