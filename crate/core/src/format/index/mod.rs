//! Chunk indexes that are arrays (07-chunks), and the entries they hold.

pub mod extensible_array;
pub mod fixed_array;

use crate::bytes::{Addr, Ctx, Reader, Writer, bytes_for};
use crate::error::{Error, Result};

/// Where one chunk is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Address of the chunk; `None` = not stored.
    pub address: Option<Addr>,
    /// Bytes stored; not kept for unfiltered chunks, whose size is nominal.
    pub size: u64,
    /// Filters skipped, bit `i` for filter `i`.
    pub mask: u32,
}

impl Entry {
    /// No chunk.
    pub const NONE: Entry = Entry { address: None, size: 0, mask: 0 };
}

/// Width of entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryShape {
    /// Address only.
    Plain,
    /// Address, stored size of this many bytes (1 to 8), filter mask.
    Filtered(u8),
}

impl EntryShape {
    /// What layout messages of `version` use for chunks of `chunk_bytes` unfiltered bytes.
    pub fn for_chunk(filtered: bool, version: u8, chunk_bytes: u64, ctx: Ctx) -> EntryShape {
        if !filtered {
            return EntryShape::Plain;
        }
        if version >= 5 {
            return EntryShape::Filtered(ctx.len_width);
        }
        // min(8, 1 + (log2 + 8) / 8): one byte more than the nominal size needs.
        EntryShape::Filtered(bytes_for(chunk_bytes).saturating_add(1).min(8))
    }

    /// What a header that stores the client id and the entry size means.
    pub fn from_stored(client: u8, size: u8, r: &Reader<'_>) -> Result<EntryShape> {
        let fixed = r.ctx().addr_width.saturating_add(4);
        match (client, size.checked_sub(fixed)) {
            (0, _) if size == r.ctx().addr_width => Ok(EntryShape::Plain),
            (1, Some(width @ 1..=8)) => Ok(EntryShape::Filtered(width)),
            _ => Err(r.fault(format!("chunk index entries of client {client} and {size} bytes"))),
        }
    }

    /// Client id as stored.
    pub fn client(self) -> u8 {
        match self {
            EntryShape::Plain => 0,
            EntryShape::Filtered(_) => 1,
        }
    }

    /// Bytes of an entry.
    pub fn size(self, ctx: Ctx) -> u8 {
        match self {
            EntryShape::Plain => ctx.addr_width,
            EntryShape::Filtered(width) => ctx.addr_width.saturating_add(4).saturating_add(width),
        }
    }

    /// Decodes one entry.
    pub fn decode(self, r: &mut Reader<'_>) -> Result<Entry> {
        let address = r.addr()?;
        match self {
            EntryShape::Plain => Ok(Entry { address, size: 0, mask: 0 }),
            EntryShape::Filtered(width) => Ok(Entry { address, size: r.uint(width.into())?, mask: r.u32()? }),
        }
    }

    /// Decodes `n` entries, which must be there.
    pub fn decode_many(self, r: &mut Reader<'_>, n: usize) -> Result<Vec<Entry>> {
        if n.saturating_mul(self.size(r.ctx()).into()) > r.remaining() {
            return Err(r.fault(format!("{n} chunk index entries do not fit")));
        }
        (0..n).map(|_| self.decode(r)).collect()
    }

    /// Encodes one entry.
    pub fn encode(self, entry: &Entry, w: &mut Writer) {
        w.addr(entry.address);
        if let EntryShape::Filtered(width) = self {
            w.uint(entry.size, width.into()).u32(entry.mask);
        }
    }
}

/// Checks the version byte of one of the arrays' blocks and its client id.
fn block_start(r: &mut Reader<'_>, shape: EntryShape, what: &str) -> Result<()> {
    let at = r.address();
    match r.u8()? {
        0 => {}
        v => return Err(Error::unsupported(format!("version {v} of a {what}")).at(at)),
    }
    match r.u8()? {
        c if c == shape.client() => Ok(()),
        c => Err(Error::malformed(format!("{what} of client {c} in an array of {}", shape.client())).at(at)),
    }
}

/// Whether bit `n` is set, the most significant bit of the first byte being bit 0.
fn bit(bitmap: &[u8], n: u64) -> bool {
    let byte = usize::try_from(n / 8).ok().and_then(|i| bitmap.get(i)).copied().unwrap_or(0);
    byte & (0x80_u8 >> (n % 8)) != 0
}

/// Sets bit `n`; nothing if there is no such bit.
fn set_bit(bitmap: &mut [u8], n: u64) {
    if let Some(byte) = usize::try_from(n / 8).ok().and_then(|i| bitmap.get_mut(i)) {
        *byte |= 0x80_u8 >> (n % 8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn size_widths() {
        let width = |version, bytes| match EntryShape::for_chunk(true, version, bytes, Ctx::WIDE) {
            EntryShape::Filtered(w) => w,
            EntryShape::Plain => 0,
        };
        assert_eq!([width(4, 255), width(4, 256), width(4, 400), width(4, 1 << 16)], [2, 3, 3, 4]);
        assert_eq!([width(4, u64::MAX), width(5, 400)], [8, 8]);
    }

    #[test]
    fn entries() {
        for shape in [EntryShape::Plain, EntryShape::Filtered(3)] {
            for ctx in [Ctx::WIDE, Ctx { addr_width: 4, len_width: 4 }] {
                let entry = match shape {
                    EntryShape::Plain => Entry { address: Some(Addr(77)), size: 0, mask: 0 },
                    EntryShape::Filtered(_) => Entry { address: Some(Addr(77)), size: 70000, mask: 5 },
                };
                let mut w = Writer::new(ctx);
                shape.encode(&entry, &mut w);
                shape.encode(&Entry::NONE, &mut w);
                let mut r = Reader::new(w.as_bytes(), 0, ctx);
                assert_eq!(shape.decode_many(&mut r, 2).unwrap(), [entry, Entry::NONE]);
                assert_eq!(EntryShape::from_stored(shape.client(), shape.size(ctx), &r).unwrap(), shape);
                assert!(shape.decode_many(&mut r, 1).is_err());
            }
        }
    }

    #[test]
    fn bits_count_from_the_top() {
        let map = [0b1000_0001, 0b0100_0000];
        let set: Vec<u64> = (0..20).filter(|n| bit(&map, *n)).collect();
        assert_eq!(set, [0, 7, 9]);
        let mut made = [0; 2];
        [0, 7, 9, 16].into_iter().for_each(|n| set_bit(&mut made, n));
        assert_eq!(made, map);
    }
}
