//! Filters 32001 and 32026: Blosc and Blosc 2, a shuffle and one of several fast compressors, block by block. A chunk of
//! Blosc 2 comes in a frame, and may know its dimensions.

mod array;
mod blosclz;
mod chunk;
mod encode;
mod frame;
mod lz77;
mod snappy;
mod stream;

use super::Local;
use super::codecs::Codec as Filter;
use super::framed::check_ratio;
use super::zstd;
use crate::error::{Error, Result};
use chunk::Header;
use encode::Encoder;
use stream::Codec;

/// The first Blosc.
pub(super) const BLOSC: Filter = Filter { id: 32001, decode, encode, local };
/// Blosc 2.
pub(super) const BLOSC2: Filter = Filter { id: 32026, decode: decode2, encode: encode2, local: local2 };

/// Client data: versions of the plug-in and of the format, element size, chunk bytes, level, shuffle, compressor.
fn value(values: &[u32], i: usize, default: u32) -> u32 {
    values.get(i).copied().unwrap_or(default)
}

/// The encoder that client data asks for.
fn encoder(values: &[u32], extended: bool) -> Result<Encoder> {
    let size = usize::try_from(value(values, 2, 1)).unwrap_or(0);
    // Only Blosc 2 has differences.
    let most = if extended { 3 } else { 2 };
    Ok(Encoder {
        // Large elements are bytes to Blosc.
        size: if (1..=255).contains(&size) { size } else { 1 },
        level: u8::try_from(value(values, 4, 5).min(9)).unwrap_or(9),
        shuffle: u8::try_from(value(values, 5, 1)).ok().filter(|n| *n <= most).unwrap_or(0),
        codec: Codec::of_parameter(value(values, 6, 0))?,
        extended,
    })
}

/// Decodes a chunk of at most `most` bytes.
fn decode(_: &[u32], input: &[u8], most: usize) -> Result<Vec<u8>> {
    let header = Header::decode(input)?;
    if header.plain > most {
        return Err(Error::malformed(format!("blosc: {} bytes where {most} belong", header.plain)));
    }
    if !header.is_extended() {
        // No compressor makes more of a byte than zstd.
        check_ratio(header.plain, input.len(), zstd::MOST_PER_BYTE).map_err(|e| e.within("blosc"))?;
    }
    let mut out = vec![0; header.plain];
    chunk::decode_into(input, &mut out)?;
    Ok(out)
}

/// Encodes a chunk.
fn encode(values: &[u32], input: &[u8]) -> Result<Option<Vec<u8>>> {
    encoder(values, false)?.encode(input).map(Some)
}

/// Decodes a frame of Blosc 2 of at most `most` bytes.
fn decode2(_: &[u32], input: &[u8], most: usize) -> Result<Vec<u8>> {
    frame::decode(input, most)
}

/// Encodes a chunk as a frame of Blosc 2.
fn encode2(values: &[u32], input: &[u8]) -> Result<Option<Vec<u8>>> {
    frame::encode(&encoder(values, true)?, input).map(Some)
}

/// Given are level, shuffle and compressor as the fifth value and on; the ones before them do not count.
fn client_data(versions: [u32; 2], values: &[u32], local: &Local<'_>, shuffles: u32) -> Result<Vec<u32>> {
    let given = [value(values, 4, 5), value(values, 5, 1), value(values, 6, 0)];
    Codec::of_parameter(given[2])?;
    if given[0] > 9 || given[1] > shuffles {
        return Err(Error::argument(format!("blosc with level {} and shuffle {}", given[0], given[1])));
    }
    let size = if local.datatype.size <= 255 { local.datatype.size } else { 1 };
    let chunk = local.chunk_bytes()?;
    Ok([versions[0], versions[1], size, chunk].into_iter().chain(given).collect())
}

fn local(values: &[u32], local: &Local<'_>) -> Result<Vec<u32>> {
    client_data([2, 2], values, local, 2)
}

fn local2(values: &[u32], local: &Local<'_>) -> Result<Vec<u32>> {
    if value(values, 6, 0) == 3 {
        return Err(Error::argument("blosc2 has no compressor 3"));
    }
    client_data([1, 0], values, local, 3)
}

#[cfg(test)]
mod tests;
