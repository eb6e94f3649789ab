//! Fixed array chunk index: `FAHD`, `FADB` and its pages.

use super::{Entry, EntryShape, bit, block_start, set_bit};
use crate::bytes::{Addr, Ctx, Reader, Writer};
use crate::error::{Error, Result};

/// The array's header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Width of entries.
    pub shape: EntryShape,
    /// log2 of the entries of a page.
    pub page_bits: u8,
    /// Entries: the product of the maximum chunk counts.
    pub entries: u64,
    /// The data block; `None` until the first chunk is stored.
    pub block: Option<Addr>,
}

impl Header {
    /// Bytes of a header.
    pub fn size(ctx: Ctx) -> usize {
        ctx.o().saturating_add(ctx.l()).saturating_add(12)
    }

    /// Decodes and verifies the checksum.
    pub fn decode(r: &mut Reader<'_>) -> Result<Header> {
        r.expect(b"FAHD", "fixed array header")?;
        let at = r.address();
        match r.u8()? {
            0 => {}
            v => return Err(Error::unsupported(format!("version {v} of a fixed array header")).at(at)),
        }
        let (client, size) = (r.u8()?, r.u8()?);
        let shape = EntryShape::from_stored(client, size, r)?;
        let (page_bits, entries, block) = (r.u8()?, r.len()?, r.addr()?);
        r.checksum()?;
        if page_bits >= 32 {
            return Err(r.fault(format!("fixed array with pages of 2^{page_bits} entries")));
        }
        Ok(Header { shape, page_bits, entries, block })
    }

    /// Encodes.
    pub fn encode(&self, w: &mut Writer) {
        let entry_size = self.shape.size(w.ctx());
        w.bytes(b"FAHD").u8(0).u8(self.shape.client()).u8(entry_size);
        w.u8(self.page_bits).length(self.entries).addr(self.block).checksum();
    }

    fn page_entries(&self) -> u64 {
        1u64.checked_shl(self.page_bits.into()).unwrap_or(u64::MAX)
    }

    /// Pages of the data block; 0 = its entries follow directly.
    pub fn pages(&self) -> u64 {
        if self.entries <= self.page_entries() { 0 } else { self.entries.div_ceil(self.page_entries()) }
    }

    /// Page of entry `i` and its place in that page.
    pub fn page_of(&self, i: u64) -> (u64, u64) {
        match self.page_entries() {
            0 => (0, i),
            n => (i.checked_div(n).unwrap_or(0), i.checked_rem(n).unwrap_or(0)),
        }
    }

    /// Entries of page `page`.
    pub fn entries_of(&self, page: u64) -> u64 {
        self.entries.saturating_sub(page.saturating_mul(self.page_entries())).min(self.page_entries())
    }

    /// Bytes of `n` entries and their checksum.
    fn entry_bytes(&self, ctx: Ctx, n: u64) -> u64 {
        n.saturating_mul(self.shape.size(ctx).into()).saturating_add(4)
    }

    /// Bytes of the data block before its pages, or of all of an unpaged one.
    pub fn block_size(&self, ctx: Ctx) -> u64 {
        let prefix = u64::from(ctx.addr_width).saturating_add(6);
        match self.pages() {
            0 => prefix.saturating_add(self.entry_bytes(ctx, self.entries)),
            pages => prefix.saturating_add(pages.div_ceil(8)).saturating_add(4),
        }
    }

    /// Bytes of the data block with all of its pages.
    pub fn full_size(&self, ctx: Ctx) -> u64 {
        match self.pages().checked_sub(1) {
            None => self.block_size(ctx),
            Some(last) => {
                let (from, len) = self.page_place(ctx, last);
                from.saturating_add(len)
            }
        }
    }

    /// Where the entries of an unpaged data block begin.
    pub fn entries_at(ctx: Ctx) -> usize {
        ctx.o().saturating_add(6)
    }

    /// Where page `page` begins, counted from the start of the data block, and its bytes.
    pub fn page_place(&self, ctx: Ctx, page: u64) -> (u64, u64) {
        let full = self.entry_bytes(ctx, self.page_entries());
        let from = self.block_size(ctx).saturating_add(page.saturating_mul(full));
        (from, self.entry_bytes(ctx, self.entries_of(page)))
    }

    /// Decodes one page.
    pub fn decode_page(&self, r: &mut Reader<'_>, page: u64) -> Result<Vec<Entry>> {
        let n = usize::try_from(self.entries_of(page)).map_err(|_| r.fault("page beyond memory"))?;
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

/// A data block: its entries, or which of its pages have been written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// All entries.
    Entries(Vec<Entry>),
    /// Pages follow; a bit per page, most significant first, says which are in use.
    Paged(Vec<u8>),
}

impl Block {
    /// Whether page `page` has been written.
    pub fn has_page(&self, page: u64) -> bool {
        match self {
            Block::Entries(_) => page == 0,
            Block::Paged(bitmap) => bit(bitmap, page),
        }
    }

    /// Notes that page `page` has been written.
    pub fn set_page(&mut self, page: u64) {
        if let Block::Paged(bitmap) = self {
            set_bit(bitmap, page);
        }
    }

    /// Decodes the `Header::block_size` bytes of a block and verifies their checksum.
    pub fn decode(r: &mut Reader<'_>, header: &Header) -> Result<Block> {
        r.expect(b"FADB", "fixed array data block")?;
        block_start(r, header.shape, "fixed array data block")?;
        r.addr()?;
        let block = match header.pages() {
            0 => {
                let n = usize::try_from(header.entries).map_err(|_| r.fault("block beyond memory"))?;
                Block::Entries(header.shape.decode_many(r, n)?)
            }
            pages => {
                let n = usize::try_from(pages.div_ceil(8)).map_err(|_| r.fault("bitmap beyond memory"))?;
                Block::Paged(r.bytes(n)?.to_vec())
            }
        };
        r.checksum()?;
        Ok(block)
    }

    /// Encodes; pages are encoded on their own.
    pub fn encode(&self, w: &mut Writer, header: &Header, header_address: Addr) {
        w.bytes(b"FADB").u8(0).u8(header.shape.client()).addr(Some(header_address));
        match self {
            Block::Entries(entries) => {
                for entry in entries {
                    header.shape.encode(entry, w);
                }
            }
            Block::Paged(bitmap) => {
                w.bytes(bitmap);
            }
        }
        w.checksum();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(entries: u64) -> Header {
        Header { shape: EntryShape::Filtered(2), page_bits: 2, entries, block: Some(Addr(99)) }
    }

    fn entry(i: u64) -> Entry {
        Entry { address: Some(Addr(i * 100)), size: i, mask: 0 }
    }

    #[test]
    fn headers() {
        let mut w = Writer::new(Ctx::WIDE);
        header(9).encode(&mut w);
        let mut bytes = w.into_bytes();
        assert_eq!(bytes.len(), Header::size(Ctx::WIDE));
        assert_eq!(Header::decode(&mut Reader::new(&bytes, 0, Ctx::WIDE)).unwrap(), header(9));
        bytes[9] ^= 1;
        assert!(Header::decode(&mut Reader::new(&bytes, 0, Ctx::WIDE)).is_err());
    }

    #[test]
    fn unpaged_blocks() {
        let (header, ctx) = (header(4), Ctx::WIDE);
        assert_eq!(header.pages(), 0);
        let block = Block::Entries((0..4).map(entry).collect());
        let mut w = Writer::new(ctx);
        block.encode(&mut w, &header, Addr(5));
        assert_eq!(w.len() as u64, header.block_size(ctx));
        assert_eq!(Block::decode(&mut Reader::new(w.as_bytes(), 0, ctx), &header).unwrap(), block);
        assert!(Block::decode(&mut Reader::new(&w.as_bytes()[..30], 0, ctx), &header).is_err());
        assert!(block.has_page(0) && !block.has_page(1));
    }

    #[test]
    fn paged_blocks() {
        let (header, ctx) = (header(9), Ctx::WIDE);
        assert_eq!((header.pages(), header.entries_of(0), header.entries_of(2)), (3, 4, 1));
        assert_eq!(header.page_of(6), (1, 2));
        let block = Block::Paged(vec![0b1010_0000]);
        let mut w = Writer::new(ctx);
        block.encode(&mut w, &header, Addr(5));
        assert_eq!(w.len() as u64, header.block_size(ctx));
        assert_eq!(Block::decode(&mut Reader::new(w.as_bytes(), 0, ctx), &header).unwrap(), block);
        assert!(block.has_page(0) && !block.has_page(1) && block.has_page(2));
        let (from, len) = header.page_place(ctx, 2);
        assert_eq!((from - header.block_size(ctx), len), (2 * (4 * 14 + 4), 14 + 4));
        assert_eq!(header.full_size(ctx), from + len);
        let mut w = Writer::new(ctx);
        header.encode_page(&mut w, &[entry(8)]);
        assert_eq!(w.len() as u64, len);
        assert_eq!(header.decode_page(&mut Reader::new(w.as_bytes(), 0, ctx), 2).unwrap(), [entry(8)]);
    }
}
