//! Local heap: the names of one old-style group, or of external files.

use crate::bytes::{Addr, Ctx, Reader, Writer};
use crate::error::{Context, Error, Result};
use crate::format::{Encode, Libver, length};

/// What the free-list head says where there is no free block.
pub const NO_FREE_BLOCK: u64 = 1;

/// The header; the names are in the data segment it points at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalHeap {
    /// Bytes of the data segment, a multiple of 8.
    pub data_size: u64,
    /// Offset of the first free block in the segment, or [`NO_FREE_BLOCK`].
    pub free_list: u64,
    /// The data segment.
    pub data: Addr,
}

impl LocalHeap {
    /// Bytes of the header.
    pub fn stored_size(ctx: Ctx) -> usize {
        ctx.l().saturating_mul(2).saturating_add(ctx.o()).saturating_add(8)
    }

    /// Decodes the header.
    pub fn decode(r: &mut Reader) -> Result<Self> {
        decode(r).within("local heap")
    }
}

fn decode(r: &mut Reader) -> Result<LocalHeap> {
    r.expect(b"HEAP", "local heap")?;
    let at = r.address();
    match r.u8()? {
        0 => r.skip(3)?,
        v => return Err(Error::unsupported(format!("local heap version {v}")).at(at)),
    }
    Ok(LocalHeap { data_size: r.len()?, free_list: r.len()?, data: r.defined_addr("local heap's data")? })
}

impl Encode for LocalHeap {
    fn encode(&self, w: &mut Writer, _: Libver) -> Result<()> {
        w.bytes(b"HEAP").zeros(4).length(self.data_size).length(self.free_list).addr(Some(self.data));
        Ok(())
    }
}

/// The text at `offset` of a data segment that is at absolute address `origin`.
pub fn text(segment: &[u8], offset: u64, origin: u64, ctx: Ctx) -> Result<&[u8]> {
    let at = origin.saturating_add(offset);
    let rest = length(offset).ok().and_then(|n| segment.get(n..));
    let rest = rest.ok_or_else(|| Error::malformed("name outside the local heap").at(at))?;
    Reader::new(rest, at, ctx).c_str().within("local heap")
}

/// Builds a data segment: texts at multiples of 8, the empty one first.
#[derive(Clone, Debug)]
pub struct Segment {
    bytes: Vec<u8>,
}

impl Default for Segment {
    fn default() -> Self {
        Segment { bytes: vec![0; 8] }
    }
}

impl Segment {
    /// Adds a text and returns its offset.
    pub fn push(&mut self, text: &[u8]) -> Result<u64> {
        if text.contains(&0) {
            return Err(Error::argument("a name holds NUL"));
        }
        let offset = self.bytes.len() as u64;
        self.bytes.extend_from_slice(text);
        self.bytes.push(0);
        self.bytes.resize(self.bytes.len().next_multiple_of(8), 0);
        Ok(offset)
    }

    /// The segment at a size of at least `least` bytes, and the head of its free list: what is left over is
    /// one free block, if it can hold one.
    pub fn finish(mut self, least: u64, ctx: Ctx) -> Result<(Vec<u8>, u64)> {
        let used = self.bytes.len();
        let total = length(least)?.max(used).next_multiple_of(8);
        let room = total.saturating_sub(used);
        let smallest = ctx.l().saturating_mul(2).next_multiple_of(8);
        if room < smallest {
            self.bytes.resize(total, 0);
            return Ok((self.bytes, NO_FREE_BLOCK));
        }
        let mut block = Writer::new(ctx);
        block.length(NO_FREE_BLOCK).length(room as u64).pad_to(room);
        self.bytes.extend_from_slice(block.as_bytes());
        Ok((self.bytes, used as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::message::testing::{decoded, round_trip};

    #[test]
    fn header() {
        let heap = LocalHeap { data_size: 88, free_list: 16, data: Addr(712) };
        round_trip(&heap, LocalHeap::decode, Ctx::WIDE, Libver::Earliest);
        assert_eq!(heap.size(Ctx::WIDE, Libver::Earliest).unwrap(), LocalHeap::stored_size(Ctx::WIDE));
        round_trip(&heap, LocalHeap::decode, Ctx { addr_width: 2, len_width: 4 }, Libver::Earliest);
        assert!(decoded(b"HEAQ\0\0\0\0", LocalHeap::decode).is_err());
        assert!(decoded(b"HEAP\x01\0\0\0", LocalHeap::decode).is_err());
    }

    #[test]
    fn segment_is_read_back() {
        let mut segment = Segment::default();
        let a = segment.push(b"a").unwrap();
        let long = segment.push(b"a longer name").unwrap();
        assert_eq!((a, long), (8, 16));
        assert!(segment.push(b"\0").is_err());
        let (bytes, free) = segment.finish(88, Ctx::WIDE).unwrap();
        assert_eq!((bytes.len(), free), (88, 32));
        assert_eq!(bytes[32..48], [1, 0, 0, 0, 0, 0, 0, 0, 56, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(text(&bytes, long, 0, Ctx::WIDE).unwrap(), b"a longer name");
        assert_eq!(text(&bytes, 0, 0, Ctx::WIDE).unwrap(), b"");
        assert!(text(&bytes, 89, 0, Ctx::WIDE).is_err());
        assert!(text(b"no end", 0, 0, Ctx::WIDE).is_err());
        let (bytes, free) = Segment::default().finish(0, Ctx::WIDE).unwrap();
        assert_eq!((bytes.len(), free), (8, NO_FREE_BLOCK));
    }
}
