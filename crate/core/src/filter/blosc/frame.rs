//! Blosc 2's contiguous frame: a header, chunks, a chunk with their offsets, and a trailer. The header may say that the
//! chunks are those of an array of several dimensions, cut in blocks ([`super::array`]).

use super::array::Shape;
use super::chunk;
use super::encode::Encoder;
use crate::error::{Error, Result};

/// What fields of the header start with, in msgpack: their types never change, so that every field has its place.
const MAGIC: &[u8] = b"\x9e\xa8b2frame\0\xd2";
/// Bytes of a header without metalayers.
const HEADER: usize = 97;
/// The trailer without metalayers.
const TRAILER: [u8; 35] = [
    0x94, 1, 0x93, 0xcd, 0, 6, 0xde, 0, 0, 0xdc, 0, 0, 0xce, 0, 0, 0, 35, 0xd8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0,
];

fn broken(what: impl std::fmt::Display) -> Error {
    Error::malformed(format!("blosc2: {what}"))
}

fn cut() -> Error {
    broken("the frame is cut off")
}

/// A big-endian number of four bytes.
pub(super) fn u32_at(frame: &[u8], at: usize) -> Result<usize> {
    let word = frame.get(at..).and_then(|b| b.first_chunk()).ok_or_else(cut)?;
    usize::try_from(u32::from_be_bytes(*word)).map_err(|_| cut())
}

/// A big-endian number of eight bytes.
pub(super) fn u64_at(frame: &[u8], at: usize) -> Result<usize> {
    let word = frame.get(at..).and_then(|b| b.first_chunk()).ok_or_else(cut)?;
    usize::try_from(u64::from_be_bytes(*word)).map_err(|_| broken("a length beyond memory"))
}

/// The header's fields that matter.
struct Header {
    length: usize,
    plain: usize,
    stored: usize,
    size: usize,
    chunk: usize,
}

impl Header {
    fn decode(frame: &[u8]) -> Result<Self> {
        if !frame.starts_with(MAGIC) {
            return Err(broken("no frame"));
        }
        let kind = frame.get(26).copied().ok_or_else(cut)?;
        if kind & 15 != 0 {
            return Err(Error::unsupported("blosc2 frame in several files"));
        }
        Ok(Header {
            length: u32_at(frame, 11)?,
            plain: u64_at(frame, 30)?,
            stored: u64_at(frame, 39)?,
            size: u32_at(frame, 48)?.max(1),
            chunk: u32_at(frame, 58)?,
        })
    }

    /// The content of a metalayer.
    fn metalayer<'a>(&self, frame: &'a [u8], name: &[u8]) -> Result<Option<&'a [u8]>> {
        // Array of three: a size, a map from names to offsets, the contents.
        let header = frame.get(..self.length).ok_or_else(cut)?;
        let Some([0x93, 0xcd, _, _, 0xde, high, low]) = header.get(87..94) else {
            return Ok(None);
        };
        let mut rest = &header[94..];
        for _ in 0..u16::from_be_bytes([*high, *low]) {
            let (&kind, after) = rest.split_first().ok_or_else(cut)?;
            if kind & 0xe0 != 0xa0 {
                return Err(broken("a metalayer without a name"));
            }
            let (key, after) = after.split_at_checked(usize::from(kind & 31)).ok_or_else(cut)?;
            let at = u32_at(after, 1)?;
            rest = after.get(5..).ok_or_else(cut)?;
            if key == name {
                let length = u32_at(header, at.saturating_add(1))?;
                return Ok(Some(header.get(at + 5..).and_then(|b| b.get(..length)).ok_or_else(cut)?));
            }
        }
        Ok(None)
    }
}

/// Bytes of one chunk: what a special offset stands for, or the chunk it leads to.
fn decode_chunk(frame: &[u8], header: &Header, offset: u64, out: &mut [u8]) -> Result<()> {
    out.fill(0);
    if offset >> 63 == 1 {
        return match offset >> 56 & 7 {
            0 | 1 | 4 => Ok(()),
            2 => chunk::fill_nan(header.size, out),
            n => Err(broken(format!("a chunk of special value {n}"))),
        };
    }
    let at = usize::try_from(offset).ok().and_then(|at| at.checked_add(header.length));
    let stored = at.and_then(|at| frame.get(at..)).ok_or_else(cut)?;
    chunk::decode_into(stored, out)
}

/// Decodes a frame of at most `most` bytes.
pub(super) fn decode(frame: &[u8], most: usize) -> Result<Vec<u8>> {
    let header = Header::decode(frame)?;
    let shape = match header.metalayer(frame, b"b2nd")? {
        Some(content) => Some(Shape::decode(content)?),
        None => header.metalayer(frame, b"caterva")?.map(Shape::decode).transpose()?,
    };
    let (plain, chunks) = match &shape {
        Some(shape) => (shape.bytes(header.size)?, shape.chunks()?),
        None if header.plain == 0 => (0, 0),
        None if header.chunk == 0 => return Err(Error::unsupported("blosc2 frame with chunks of any size")),
        None => (header.plain, header.plain.div_ceil(header.chunk)),
    };
    // Chunks of less than eight bytes are nobody's.
    if plain > most || chunks > most / 8 + 1 {
        return Err(broken(format!("{plain} bytes in {chunks} chunks where {most} belong")));
    }
    let at = header.length.checked_add(header.stored);
    let index = at.and_then(|at| frame.get(at..)).ok_or_else(cut)?;
    let mut offsets = vec![0; chunks * 8];
    if chunks > 0 {
        chunk::decode_into(index, &mut offsets).map_err(|e| e.within("offsets of chunks"))?;
    }
    let mut out = vec![0; plain];
    let mut buffer = Vec::new();
    for (i, offset) in offsets.as_chunks::<8>().0.iter().enumerate() {
        let offset = u64::from_le_bytes(*offset);
        match &shape {
            Some(shape) => {
                buffer.resize(shape.padded(header.size, most)?, 0);
                decode_chunk(frame, &header, offset, &mut buffer)?;
                shape.place(header.size, i, &buffer, &mut out);
            }
            None => {
                let start = i * header.chunk;
                let end = plain.min(start + header.chunk);
                decode_chunk(frame, &header, offset, &mut out[start..end])?;
            }
        }
    }
    Ok(out)
}

/// A frame of one chunk.
pub(super) fn encode(encoder: &Encoder, input: &[u8]) -> Result<Vec<u8>> {
    let stored = encoder.encode(input)?;
    let number = |n: usize| u32::try_from(n).map_err(|_| Error::argument("a chunk of more than 4 GB"));
    // The index is a chunk as well: one offset, zero, stored as it is.
    let offsets = Encoder { size: 8, level: 0, ..*encoder }.encode(&[0; 8])?;
    let length = HEADER + stored.len() + offsets.len() + TRAILER.len();
    let mut out = Vec::with_capacity(length);
    out.extend_from_slice(MAGIC);
    out.extend_from_slice(&number(HEADER)?.to_be_bytes());
    out.push(0xcf);
    out.extend_from_slice(&(length as u64).to_be_bytes());
    // Version 2 with offsets of 64 bits; in one piece; compressor and level; how it was split.
    out.extend_from_slice(&[0xa4, 0x12, 0, encoder.codec.format() | encoder.level << 4, 3]);
    for n in [input.len(), stored.len()] {
        out.push(0xd3);
        out.extend_from_slice(&(n as u64).to_be_bytes());
    }
    for n in [encoder.size, encoder.block(input.len()), input.len()] {
        out.push(0xd2);
        out.extend_from_slice(&number(n)?.to_be_bytes());
    }
    // Threads, no metalayers of variable length, the filters and their parameters.
    out.extend_from_slice(&[0xd1, 0, 1, 0xd1, 0, 1, 0xc2, 0xd8, 6, 0, 0, 0, 0, 0, encoder.shuffle]);
    out.extend_from_slice(&[0; 10]);
    out.extend_from_slice(&[0x93, 0xcd, 0, 7, 0xde, 0, 0, 0xdc, 0, 0]);
    out.extend_from_slice(&stored);
    out.extend_from_slice(&offsets);
    out.extend_from_slice(&TRAILER);
    Ok(out)
}
