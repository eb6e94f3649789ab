//! Extensible array chunk index: `EAHD` and where it puts entries; its blocks are in `blocks`.

mod blocks;

pub use blocks::{DataBlock, IndexBlock, SuperBlock};

use super::{Entry, EntryShape};
use crate::bytes::{Addr, Ctx, Reader, Writer};
use crate::error::{Error, Result};

/// The array's header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Width of entries.
    pub shape: EntryShape,
    /// Bits of the largest index.
    pub max_bits: u8,
    /// Entries in the index block.
    pub index_elements: u8,
    /// Least entries of a data block; a power of two.
    pub min_elements: u8,
    /// Least data-block pointers of a super block; a power of two.
    pub min_pointers: u8,
    /// log2 of the entries of a page.
    pub page_bits: u8,
    /// Super blocks and their bytes, data blocks and their bytes, entries set, entries there are room for.
    pub statistics: [u64; 6],
    /// The index block; `None` until the first chunk is stored.
    pub index_block: Option<Addr>,
}

/// Where an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the index block.
    Index {
        /// Entry there.
        slot: usize,
    },
    /// In a data block that the index block points to.
    Direct {
        /// Pointer in the index block.
        pointer: usize,
        /// Super block (which is not on disk) the data block belongs to.
        level: u32,
        /// Entry in the data block.
        slot: u64,
    },
    /// In a data block that a super block points to.
    Super {
        /// Super-block pointer in the index block.
        pointer: usize,
        /// Which super block.
        level: u32,
        /// Data block of the super block.
        block: u64,
        /// Entry in the data block.
        slot: u64,
    },
}

impl Header {
    /// Bytes of a header.
    pub fn size(ctx: Ctx) -> usize {
        ctx.o().saturating_add(ctx.l().saturating_mul(6)).saturating_add(16)
    }

    /// Decodes and verifies the checksum.
    pub fn decode(r: &mut Reader<'_>) -> Result<Header> {
        r.expect(b"EAHD", "extensible array header")?;
        let at = r.address();
        match r.u8()? {
            0 => {}
            v => return Err(Error::unsupported(format!("version {v} of an extensible array header")).at(at)),
        }
        let (client, size) = (r.u8()?, r.u8()?);
        let header = Header {
            shape: EntryShape::from_stored(client, size, r)?,
            max_bits: r.u8()?,
            index_elements: r.u8()?,
            min_elements: r.u8()?,
            min_pointers: r.u8()?,
            page_bits: r.u8()?,
            statistics: [r.len()?, r.len()?, r.len()?, r.len()?, r.len()?, r.len()?],
            index_block: r.addr()?,
        };
        r.checksum()?;
        if !header.is_sound() {
            return Err(r.fault("extensible array parameters that make no sense"));
        }
        Ok(header)
    }

    fn is_sound(&self) -> bool {
        self.min_elements.is_power_of_two()
            && self.min_pointers.is_power_of_two()
            && (1..=64).contains(&self.max_bits)
            && u32::from(self.max_bits) >= self.min_elements.ilog2()
            && self.page_bits < 32
            && self.super_blocks() >= self.direct_levels()
    }

    /// Encodes.
    pub fn encode(&self, w: &mut Writer) {
        let entry_size = self.shape.size(w.ctx());
        w.bytes(b"EAHD").u8(0).u8(self.shape.client()).u8(entry_size);
        w.u8(self.max_bits).u8(self.index_elements).u8(self.min_elements).u8(self.min_pointers);
        w.u8(self.page_bits);
        for n in self.statistics {
            w.length(n);
        }
        w.addr(self.index_block).checksum();
    }

    fn super_blocks(&self) -> u32 {
        let least = self.min_elements.checked_ilog2().unwrap_or(0);
        u32::from(self.max_bits).saturating_add(1).saturating_sub(least)
    }

    /// Super blocks that are not on disk: their data blocks hang on the index block.
    pub fn direct_levels(&self) -> u32 {
        self.min_pointers.checked_ilog2().unwrap_or(0).saturating_mul(2)
    }

    /// Data-block pointers in the index block.
    pub fn direct_pointers(&self) -> usize {
        usize::from(self.min_pointers).saturating_sub(1).saturating_mul(2)
    }

    /// Super-block pointers in the index block.
    pub fn super_pointers(&self) -> usize {
        usize::try_from(self.super_blocks().saturating_sub(self.direct_levels())).unwrap_or(0)
    }

    /// Data blocks of super block `level`.
    pub fn blocks_of(&self, level: u32) -> u64 {
        1u64.checked_shl(level / 2).unwrap_or(u64::MAX)
    }

    /// Entries of each data block of super block `level`.
    pub fn elements_of(&self, level: u32) -> u64 {
        let shift = level.saturating_add(1) / 2;
        u64::from(self.min_elements).saturating_mul(1u64.checked_shl(shift).unwrap_or(u64::MAX))
    }

    /// First entry of super block `level`, counted from the end of the index block's.
    pub fn start_of(&self, level: u32) -> u64 {
        // Super blocks 0 … u − 1 together hold d · (2^u − 1) entries.
        let before = 1u64.checked_shl(level).unwrap_or(u64::MAX).saturating_sub(1);
        before.saturating_mul(self.min_elements.into())
    }

    fn blocks_before(&self, level: u32) -> u64 {
        (0..level).fold(0u64, |n, l| n.saturating_add(self.blocks_of(l)))
    }

    /// Where entry `i` is; `None` if the array cannot have it.
    pub fn place(&self, i: u64) -> Option<Place> {
        let Some(rest) = i.checked_sub(self.index_elements.into()) else {
            return Some(Place::Index { slot: usize::try_from(i).ok()? });
        };
        let level = rest.checked_div(self.min_elements.into())?.checked_add(1)?.checked_ilog2()?;
        if level >= self.super_blocks() {
            return None;
        }
        let within = rest.checked_sub(self.start_of(level))?;
        let block = within.checked_div(self.elements_of(level))?;
        let slot = within.checked_rem(self.elements_of(level))?;
        if level < self.direct_levels() {
            let pointer = usize::try_from(self.blocks_before(level).checked_add(block)?).ok()?;
            return Some(Place::Direct { pointer, level, slot });
        }
        let pointer = usize::try_from(level.checked_sub(self.direct_levels())?).ok()?;
        Some(Place::Super { pointer, level, block, slot })
    }

    /// The entries that follow `i` in the same data block (or the index block), `i` included: what a walk that
    /// finds no block may leave out.
    pub fn entries_to_end(&self, place: Place) -> u64 {
        match place {
            Place::Index { slot } => u64::from(self.index_elements).saturating_sub(slot as u64),
            Place::Direct { level, slot, .. } | Place::Super { level, slot, .. } => {
                self.elements_of(level).saturating_sub(slot)
            }
        }
    }

    fn offset_width(&self) -> usize {
        usize::from(self.max_bits.div_ceil(8))
    }

    /// Entries of a page.
    pub fn page_entries(&self) -> u64 {
        1u64.checked_shl(self.page_bits.into()).unwrap_or(u64::MAX)
    }

    /// Pages of each data block of super block `level`; 0 = entries follow directly.
    pub fn pages_of(&self, level: u32) -> u64 {
        let n = self.elements_of(level);
        if n <= self.page_entries() { 0 } else { n.checked_div(self.page_entries()).unwrap_or(0) }
    }

    /// Page of entry `slot` of a paged data block, and its place there.
    pub fn page_of(&self, slot: u64) -> (u64, u64) {
        let n = self.page_entries().max(1);
        (slot.checked_div(n).unwrap_or(0), slot.checked_rem(n).unwrap_or(0))
    }

    fn prefix_size(&self, ctx: Ctx) -> u64 {
        u64::from(ctx.addr_width).saturating_add(6)
    }

    fn entry_bytes(&self, ctx: Ctx, n: u64) -> u64 {
        n.saturating_mul(self.shape.size(ctx).into())
    }

    /// Bytes of the index block.
    pub fn index_block_size(&self, ctx: Ctx) -> u64 {
        let pointers = self.direct_pointers().saturating_add(self.super_pointers()) as u64;
        self.prefix_size(ctx)
            .saturating_add(self.entry_bytes(ctx, self.index_elements.into()))
            .saturating_add(pointers.saturating_mul(ctx.addr_width.into()))
            .saturating_add(4)
    }

    /// Bytes of page bitmaps in super block `level`.
    fn bitmap_size(&self, level: u32) -> u64 {
        self.blocks_of(level).saturating_mul(self.pages_of(level).div_ceil(8))
    }

    /// Bytes of super block `level`.
    pub fn super_block_size(&self, ctx: Ctx, level: u32) -> u64 {
        self.prefix_size(ctx)
            .saturating_add(self.offset_width() as u64)
            .saturating_add(self.bitmap_size(level))
            .saturating_add(self.blocks_of(level).saturating_mul(ctx.addr_width.into()))
            .saturating_add(4)
    }

    /// Bytes of a data block of super block `level`: all of it, or what precedes its pages.
    pub fn data_block_size(&self, ctx: Ctx, level: u32) -> u64 {
        let entries = if self.pages_of(level) == 0 { self.elements_of(level) } else { 0 };
        self.prefix_size(ctx)
            .saturating_add(self.offset_width() as u64)
            .saturating_add(self.entry_bytes(ctx, entries))
            .saturating_add(4)
    }

    /// Bytes of a data block of super block `level` with all of its pages.
    pub fn full_block_size(&self, ctx: Ctx, level: u32) -> u64 {
        match self.pages_of(level).checked_sub(1) {
            None => self.data_block_size(ctx, level),
            Some(last) => {
                let (from, len) = self.page_place(ctx, level, last);
                from.saturating_add(len)
            }
        }
    }

    /// Where the entries of an unpaged data block begin.
    pub fn entries_at(&self, ctx: Ctx) -> usize {
        ctx.o().saturating_add(6).saturating_add(self.offset_width())
    }

    /// Where page `page` of a data block begins, counted from the block's start, and its bytes.
    pub fn page_place(&self, ctx: Ctx, level: u32, page: u64) -> (u64, u64) {
        let size = self.entry_bytes(ctx, self.page_entries()).saturating_add(4);
        (self.data_block_size(ctx, level).saturating_add(page.saturating_mul(size)), size)
    }

    /// Decodes one page.
    pub fn decode_page(&self, r: &mut Reader<'_>) -> Result<Vec<Entry>> {
        let n = usize::try_from(self.page_entries()).map_err(|_| r.fault("page beyond memory"))?;
        let entries = self.shape.decode_many(r, n)?;
        r.checksum()?;
        Ok(entries)
    }

    /// Encodes one page.
    pub fn encode_page(&self, w: &mut Writer, entries: &[Entry]) {
        for entry in entries {
            self.shape.encode(entry, w);
        }
        w.checksum();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header() -> Header {
        Header {
            shape: EntryShape::Plain,
            max_bits: 32,
            index_elements: 4,
            min_elements: 16,
            min_pointers: 4,
            page_bits: 10,
            statistics: [0, 0, 1, 150, 5, 20],
            index_block: Some(Addr(500)),
        }
    }

    #[test]
    fn headers() {
        let mut w = Writer::new(Ctx::WIDE);
        header().encode(&mut w);
        let bytes = w.into_bytes();
        assert_eq!(bytes.len(), Header::size(Ctx::WIDE));
        assert_eq!(Header::decode(&mut Reader::new(&bytes, 0, Ctx::WIDE)).unwrap(), header());
        let mut w = Writer::new(Ctx::WIDE);
        Header { min_elements: 3, ..header() }.encode(&mut w);
        assert!(Header::decode(&mut Reader::new(w.as_bytes(), 0, Ctx::WIDE)).is_err());
    }

    #[test]
    fn defaults_make_the_usual_shape() {
        let h = header();
        assert_eq!((h.direct_pointers(), h.super_pointers()), (6, 25));
        assert_eq!([h.blocks_of(0), h.blocks_of(1), h.blocks_of(2), h.blocks_of(5)], [1, 1, 2, 4]);
        assert_eq!(
            [h.elements_of(0), h.elements_of(1), h.elements_of(2), h.elements_of(4)],
            [16, 32, 32, 64]
        );
        assert_eq!([h.start_of(0), h.start_of(1), h.start_of(2), h.start_of(4)], [0, 16, 48, 240]);
    }

    #[test]
    fn every_entry_has_its_own_place() {
        let h = header();
        let mut last = None;
        let mut seen = std::collections::HashSet::new();
        for i in 0..5000 {
            let place = h.place(i).unwrap();
            let key = match place {
                Place::Index { slot } => (0, 0, slot as u64),
                Place::Direct { pointer, slot, .. } => (1, pointer as u64, slot),
                Place::Super { pointer, block, slot, .. } => (2 + pointer, block, slot),
            };
            assert!(seen.insert(key));
            assert!(Some(key) > last);
            assert!(h.entries_to_end(place) > 0);
            last = Some(key);
        }
        assert_eq!(h.place(3), Some(Place::Index { slot: 3 }));
        assert_eq!(h.place(4), Some(Place::Direct { pointer: 0, level: 0, slot: 0 }));
        assert_eq!(h.place(4 + 48), Some(Place::Direct { pointer: 2, level: 2, slot: 0 }));
        assert_eq!(h.place(4 + 240), Some(Place::Super { pointer: 0, level: 4, block: 0, slot: 0 }));
        assert_eq!(h.place(u64::MAX), None);
    }
}
