//! A Blosc chunk: a header, where its blocks start, and blocks of one or more compressed streams. Blosc 2 has a longer
//! header with up to six filters, runs of one value, and a new meaning for streams of no length.

use super::stream::Codec;
use crate::error::{Error, Result};
use crate::filter::{bits, shuffle};

/// Bits of the flags.
pub(super) const BYTE_SHUFFLE: u8 = 1;
pub(super) const STORED: u8 = 2;
pub(super) const BIT_SHUFFLE: u8 = 4;
pub(super) const NOT_SPLIT: u8 = 16;
/// Both shuffles: the longer header.
pub(super) const EXTENDED: u8 = BYTE_SHUFFLE | BIT_SHUFFLE;

/// Version of Blosc 1's chunks.
pub(super) const VERSION1: u8 = 2;
/// Version of Blosc 2's chunks.
pub(super) const VERSION2: u8 = 5;

/// What is done to the bytes of a block before they are compressed, by Blosc 2's number.
const SHUFFLE: u8 = 1;
const BITSHUFFLE: u8 = 2;
const DELTA: u8 = 3;
const TRUNCATE: u8 = 4;
const BYTE_DELTA: u8 = 35;
const TRUNCATE_INTEGERS: u8 = 36;

fn broken(what: impl std::fmt::Display) -> Error {
    Error::malformed(format!("blosc: {what}"))
}

fn cut() -> Error {
    broken("the chunk is cut off")
}

fn int(bytes: &[u8], at: usize) -> Result<i32> {
    let word = bytes.get(at..).and_then(|b| b.first_chunk()).ok_or_else(cut)?;
    Ok(i32::from_le_bytes(*word))
}

fn length(bytes: &[u8], at: usize) -> Result<usize> {
    usize::try_from(int(bytes, at)?).map_err(|_| broken("a negative length"))
}

/// What the header says.
pub(super) struct Header {
    pub version: u8,
    pub flags: u8,
    pub size: usize,
    /// Plain bytes.
    pub plain: usize,
    pub block: usize,
    /// Bytes of the chunk.
    pub stored: usize,
    /// Filters with their parameter, in the order in which they were applied.
    pub filters: Vec<(u8, u8)>,
    /// Blosc 2's own flags.
    pub more: u8,
    /// Number of a compressor that Blosc does not bring along.
    pub foreign: u8,
    /// Bytes of this header.
    pub length: usize,
}

impl Header {
    pub fn decode(chunk: &[u8]) -> Result<Self> {
        let [version, _, flags, size, ..] = *chunk.first_chunk::<16>().ok_or_else(cut)?;
        if version > VERSION2 {
            return Err(Error::unsupported(format!("blosc chunk of version {version}")));
        }
        let mut header = Header {
            version,
            flags,
            size: usize::from(size).max(1),
            plain: length(chunk, 4)?,
            block: length(chunk, 8)?,
            stored: length(chunk, 12)?,
            filters: Vec::new(),
            more: 0,
            foreign: 0,
            length: 16,
        };
        if flags & EXTENDED == EXTENDED {
            let rest = chunk.get(16..32).ok_or_else(cut)?;
            header.filters = rest[..6].iter().copied().zip(rest[8..14].iter().copied()).collect();
            header.foreign = rest[6];
            header.more = rest[15];
            header.length = 32;
        } else if flags & BYTE_SHUFFLE != 0 {
            header.filters.push((SHUFFLE, 0));
        } else if flags & BIT_SHUFFLE != 0 {
            header.filters.push((BITSHUFFLE, 0));
        }
        if header.stored > chunk.len() {
            return Err(cut());
        }
        Ok(header)
    }

    /// Whether it is one of Blosc 2.
    pub fn is_extended(&self) -> bool {
        self.length == 32
    }

    fn codec(&self) -> Result<Codec> {
        match self.flags >> 5 {
            6 => Err(Error::unsupported(format!("blosc2 with compressor {}", self.foreign))),
            n => Codec::of_format(n),
        }
    }

    pub fn encode(&self, codec: u8, out: &mut Vec<u8>) -> Result<()> {
        let size = u8::try_from(self.size).unwrap_or(1);
        out.extend_from_slice(&[self.version, 1, self.flags | codec << 5, size]);
        for n in [self.plain, self.block, self.stored] {
            let n = i32::try_from(n).map_err(|_| Error::argument("a chunk of more than 2 GB"))?;
            out.extend_from_slice(&n.to_le_bytes());
        }
        if self.length == 32 {
            let mut rest = [0; 16];
            for (i, (filter, parameter)) in self.filters.iter().rev().enumerate() {
                rest[5 - i] = *filter;
                rest[13 - i] = *parameter;
            }
            out.extend_from_slice(&rest);
        }
        Ok(())
    }
}

/// Fills `out` with not-a-number of `size` bytes.
pub(super) fn fill_nan(size: usize, out: &mut [u8]) -> Result<()> {
    match size {
        4 => out.as_chunks_mut().0.fill(f32::NAN.to_le_bytes()),
        8 => out.as_chunks_mut().0.fill(f64::NAN.to_le_bytes()),
        n => return Err(broken(format!("not-a-number of {n} bytes"))),
    }
    Ok(())
}

/// A chunk of one value for every element: zeros, NaN, or what follows the header.
fn repeated(kind: u8, header: &Header, chunk: &[u8], out: &mut [u8]) -> Result<()> {
    let value = match kind {
        1 | 4 => return Ok(()),
        2 => return fill_nan(header.size, out),
        3 => chunk.get(header.length..header.length + header.size).ok_or_else(cut)?.to_vec(),
        _ => return Err(broken(format!("special value {kind} of {} bytes", header.size))),
    };
    for element in out.chunks_mut(header.size) {
        element.copy_from_slice(&value[..element.len()]);
    }
    Ok(())
}

/// Decodes a chunk of exactly `out.len()` bytes; `out` is zero.
pub(super) fn decode_into(chunk: &[u8], out: &mut [u8]) -> Result<()> {
    let header = Header::decode(chunk)?;
    if header.plain != out.len() {
        return Err(broken(format!("{} bytes where {} belong", header.plain, out.len())));
    }
    if header.more & 0x81 != 0 {
        return Err(Error::unsupported("blosc2 with a dictionary"));
    }
    match header.more >> 4 & 7 {
        0 => {}
        kind => return repeated(kind, &header, chunk, out),
    }
    if header.flags & STORED != 0 {
        let bytes = chunk.get(header.length..).and_then(|b| b.get(..out.len())).ok_or_else(cut)?;
        out.copy_from_slice(bytes);
        return Ok(());
    }
    if header.block == 0 && !out.is_empty() {
        return Err(broken("blocks of no bytes"));
    }
    let codec = header.codec()?;
    let block = header.block.max(1);
    let mut buffers = (Vec::new(), Vec::new());
    for i in 0..out.len().div_ceil(block) {
        let start = length(chunk, header.length + 4 * i)?;
        let stored = chunk.get(start..).ok_or_else(cut)?;
        let (before, rest) = out.split_at_mut(i * block);
        let n = rest.len().min(block);
        let (plain, shuffled) = (&mut buffers.0, &mut buffers.1);
        plain.resize(n, 0);
        decode_streams(&header, codec, stored, n == block, plain)?;
        for (filter, parameter) in header.filters.iter().rev() {
            shuffled.resize(n, 0);
            if undo(&header, *filter, *parameter, before, plain, shuffled)? {
                std::mem::swap(plain, shuffled);
            }
        }
        rest[..n].copy_from_slice(plain);
    }
    Ok(())
}

/// Decompresses the streams of one block, `whole` unless it is the last, shorter one.
fn decode_streams(
    header: &Header,
    codec: Codec,
    mut stored: &[u8],
    whole: bool,
    out: &mut [u8],
) -> Result<()> {
    let split = header.flags & NOT_SPLIT == 0 && whole && out.len().is_multiple_of(header.size);
    let stream = if split { out.len() / header.size } else { out.len() };
    for part in out.chunks_mut(stream.max(1)) {
        let n = int(stored, 0)?;
        stored = &stored[4..];
        if n <= 0 && header.length == 32 {
            // No bytes: zeros. Less: a token follows, and what is missing is the byte they all are.
            let mut byte = 0;
            if n < 0 {
                let (token, rest) = stored.split_first().ok_or_else(cut)?;
                stored = rest;
                byte = u8::try_from(n.unsigned_abs()).map_err(|_| broken("a run of no byte"))?;
                if token & 1 == 0 {
                    return Err(Error::unsupported(format!("blosc2 stream with token {token}")));
                }
            }
            part.fill(byte);
            continue;
        }
        let n = usize::try_from(n).map_err(|_| broken("a negative length"))?;
        let (bytes, rest) = stored.split_at_checked(n).ok_or_else(cut)?;
        stored = rest;
        if n == part.len() {
            part.copy_from_slice(bytes);
        } else {
            codec.decode(bytes, part)?;
        }
    }
    Ok(())
}

/// Undoes one filter: whether `to` has the result now. `before`: what is decoded of the chunk.
fn undo(
    header: &Header,
    filter: u8,
    parameter: u8,
    before: &[u8],
    from: &mut [u8],
    to: &mut [u8],
) -> Result<bool> {
    let size = if parameter == 0 { header.size } else { usize::from(parameter) };
    match filter {
        // What was cut from numbers stays away.
        0 | TRUNCATE | TRUNCATE_INTEGERS => return Ok(false),
        SHUFFLE => shuffle::unshuffle(size, from, to),
        BITSHUFFLE => {
            // Blosc 1 leaves blocks alone that are not groups of eight elements.
            if header.version <= VERSION1 && !(from.len() / header.size).is_multiple_of(8) {
                return Ok(false);
            }
            bits::unshuffle(header.size, from, to);
        }
        DELTA => {
            undo_delta(header.size, before, from);
            return Ok(false);
        }
        BYTE_DELTA => {
            for plane in from.chunks_exact_mut((from.len() / size).max(1)).take(size) {
                plane.iter_mut().fold(0u8, |sum, byte| {
                    *byte = byte.wrapping_add(sum);
                    *byte
                });
            }
            return Ok(false);
        }
        n => return Err(Error::unsupported(format!("blosc2 with filter {n}"))),
    }
    Ok(true)
}

/// Exclusive or with the element before in the first block, with the first block in the others.
fn undo_delta(size: usize, before: &[u8], block: &mut [u8]) {
    // Elements of other sizes are taken as bytes, or as groups of eight.
    let size = match size {
        1 | 2 | 4 | 8 => size,
        n if n % 8 == 0 => 8,
        _ => 1,
    };
    let whole = block.len() / size * size;
    if before.is_empty() {
        for i in size..whole {
            block[i] ^= block[i - size];
        }
    } else {
        for (byte, reference) in block[..whole].iter_mut().zip(before) {
            *byte ^= reference;
        }
    }
}
