//! Blocks of an extensible array: `EAIB`, `EASB`, `EADB`.

use super::super::{Entry, bit, block_start, set_bit};
use super::Header;
use crate::bytes::{Addr, Reader, Writer};
use crate::error::{Error, Result};

/// The index block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexBlock {
    /// First entries of the array.
    pub entries: Vec<Entry>,
    /// Data blocks of the first super blocks.
    pub data_blocks: Vec<Option<Addr>>,
    /// The other super blocks.
    pub super_blocks: Vec<Option<Addr>>,
}

impl IndexBlock {
    /// Decodes and verifies the checksum.
    pub fn decode(r: &mut Reader<'_>, header: &Header) -> Result<IndexBlock> {
        r.expect(b"EAIB", "extensible array index block")?;
        block_start(r, header.shape, "extensible array index block")?;
        r.addr()?;
        let block = IndexBlock {
            entries: header.shape.decode_many(r, header.index_elements.into())?,
            data_blocks: addresses(r, header.direct_pointers())?,
            super_blocks: addresses(r, header.super_pointers())?,
        };
        r.checksum()?;
        Ok(block)
    }

    /// Encodes.
    pub fn encode(&self, w: &mut Writer, header: &Header, header_address: Addr) {
        w.bytes(b"EAIB").u8(0).u8(header.shape.client()).addr(Some(header_address));
        for entry in &self.entries {
            header.shape.encode(entry, w);
        }
        for address in self.data_blocks.iter().chain(&self.super_blocks) {
            w.addr(*address);
        }
        w.checksum();
    }
}

fn addresses(r: &mut Reader<'_>, n: usize) -> Result<Vec<Option<Addr>>> {
    if n.saturating_mul(r.ctx().o()) > r.remaining() {
        return Err(r.fault(format!("{n} block addresses do not fit")));
    }
    (0..n).map(|_| r.addr()).collect()
}

/// A super block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuperBlock {
    /// First entry, counted from the end of the index block's.
    pub offset: u64,
    /// Which pages of its data blocks are in use; empty if they are not paged.
    pub bitmap: Vec<u8>,
    /// Its data blocks.
    pub data_blocks: Vec<Option<Addr>>,
}

impl SuperBlock {
    /// Whether the `number`th page of all its data blocks together has been written.
    pub fn has_page(&self, number: u64) -> bool {
        bit(&self.bitmap, number)
    }

    /// Super block `level` without data blocks.
    pub fn new(header: &Header, level: u32) -> Result<SuperBlock> {
        let memory = |n: u64| {
            usize::try_from(n).map_err(|_| Error::limit("extensible array super block beyond memory"))
        };
        Ok(SuperBlock {
            offset: header.start_of(level),
            bitmap: vec![0; memory(header.bitmap_size(level))?],
            data_blocks: vec![None; memory(header.blocks_of(level))?],
        })
    }

    /// Notes that the `number`th page of all its data blocks together has been written.
    pub fn set_page(&mut self, number: u64) {
        set_bit(&mut self.bitmap, number);
    }

    /// Decodes super block `level` and verifies the checksum.
    pub fn decode(r: &mut Reader<'_>, header: &Header, level: u32) -> Result<SuperBlock> {
        let too_large = |_| Error::limit("extensible array super block beyond memory");
        r.expect(b"EASB", "extensible array super block")?;
        block_start(r, header.shape, "extensible array super block")?;
        r.addr()?;
        let offset = r.uint(header.offset_width())?;
        let bitmap = r.bytes(usize::try_from(header.bitmap_size(level)).map_err(too_large)?)?.to_vec();
        let n = usize::try_from(header.blocks_of(level)).map_err(too_large)?;
        let data_blocks = addresses(r, n)?;
        r.checksum()?;
        Ok(SuperBlock { offset, bitmap, data_blocks })
    }

    /// Encodes.
    pub fn encode(&self, w: &mut Writer, header: &Header, header_address: Addr) {
        w.bytes(b"EASB").u8(0).u8(header.shape.client()).addr(Some(header_address));
        w.uint(self.offset, header.offset_width()).bytes(&self.bitmap);
        for address in &self.data_blocks {
            w.addr(*address);
        }
        w.checksum();
    }
}

/// A data block; without entries if it is paged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataBlock {
    /// As stored: see 07-chunks for what the library stores here.
    pub offset: u64,
    /// All entries, or none if pages follow.
    pub entries: Vec<Entry>,
}

impl DataBlock {
    /// Decodes a data block of super block `level` and verifies the checksum.
    pub fn decode(r: &mut Reader<'_>, header: &Header, level: u32) -> Result<DataBlock> {
        r.expect(b"EADB", "extensible array data block")?;
        block_start(r, header.shape, "extensible array data block")?;
        r.addr()?;
        let offset = r.uint(header.offset_width())?;
        let n = if header.pages_of(level) == 0 { header.elements_of(level) } else { 0 };
        let n = usize::try_from(n).map_err(|_| r.fault("data block beyond memory"))?;
        let entries = header.shape.decode_many(r, n)?;
        r.checksum()?;
        Ok(DataBlock { offset, entries })
    }

    /// Encodes.
    pub fn encode(&self, w: &mut Writer, header: &Header, header_address: Addr) {
        w.bytes(b"EADB").u8(0).u8(header.shape.client()).addr(Some(header_address));
        w.uint(self.offset, header.offset_width());
        for entry in &self.entries {
            header.shape.encode(entry, w);
        }
        w.checksum();
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::EntryShape;
    use super::*;
    use crate::bytes::Ctx;

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
    fn blocks() {
        let (h, ctx) = (header(), Ctx::WIDE);
        let e = |i| Entry { address: Some(Addr(i)), size: 0, mask: 0 };
        let index = IndexBlock {
            entries: (0..4).map(e).collect(),
            data_blocks: vec![Some(Addr(1)), None, None, None, None, None],
            super_blocks: vec![None; 25],
        };
        let mut w = Writer::new(ctx);
        index.encode(&mut w, &h, Addr(9));
        assert_eq!(w.len() as u64, h.index_block_size(ctx));
        assert_eq!(IndexBlock::decode(&mut Reader::new(w.as_bytes(), 0, ctx), &h).unwrap(), index);
        let data = DataBlock { offset: 48, entries: (0..32).map(e).collect() };
        let mut w = Writer::new(ctx);
        data.encode(&mut w, &h, Addr(9));
        assert_eq!(w.len() as u64, h.data_block_size(ctx, 2));
        let mut bytes = w.into_bytes();
        assert_eq!(DataBlock::decode(&mut Reader::new(&bytes, 0, ctx), &h, 2).unwrap(), data);
        bytes[30] ^= 1;
        assert!(DataBlock::decode(&mut Reader::new(&bytes, 0, ctx), &h, 2).is_err());
    }

    #[test]
    fn paged_blocks() {
        let (h, ctx) = (header(), Ctx::WIDE);
        let level = 13; // 64 data blocks of 2048 entries, 2 pages each
        assert_eq!((h.blocks_of(level), h.pages_of(level)), (64, 2));
        let mut bitmap = vec![0; 64];
        bitmap[0] = 0b0110_0000;
        let block = SuperBlock { offset: h.start_of(level), bitmap, data_blocks: vec![Some(Addr(7)); 64] };
        let mut w = Writer::new(ctx);
        block.encode(&mut w, &h, Addr(9));
        assert_eq!(w.len() as u64, h.super_block_size(ctx, level));
        assert_eq!(SuperBlock::decode(&mut Reader::new(w.as_bytes(), 0, ctx), &h, level).unwrap(), block);
        assert_eq!([0, 1, 2, 3].map(|page| block.has_page(page)), [false, true, true, false]);
        let page: Vec<Entry> =
            (0..1024).map(|i| Entry { address: Some(Addr(i)), size: 0, mask: 0 }).collect();
        let mut w = Writer::new(ctx);
        h.encode_page(&mut w, &page);
        assert_eq!(w.len() as u64, h.page_place(ctx, level, 1).1);
        assert_eq!(h.page_place(ctx, level, 0).0, h.data_block_size(ctx, level));
        assert_eq!(h.decode_page(&mut Reader::new(w.as_bytes(), 0, ctx)).unwrap(), page);
    }
}
