//! Fractal heap (08-heaps-trees): objects of dense groups and attributes, and shared messages.

use crate::bytes::{Addr, Ctx, Reader, Writer, bytes_for, lookup3};
use crate::error::{Context, Error, Result};
use crate::format::message::FilterPipeline;
use crate::format::{Encode, Libver, fit};

/// Flag: direct blocks carry a checksum.
const CHECKSUMMED: u8 = 0x02;

/// Filters of a heap, and what its root needs because of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filtering {
    /// Stored bytes of the root block, if it is a direct one.
    pub root_size: u64,
    /// Filters skipped for that block.
    pub root_mask: u32,
    /// The pipeline.
    pub pipeline: FilterPipeline,
    /// Its encoded bytes, as they stand in the header.
    pub encoded: Vec<u8>,
}

/// The heap's header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FractalHeap {
    /// Bytes of a heap id: 7 for links, 8 for attributes and messages.
    pub id_len: u16,
    /// Bit 0 ids of huge objects wrapped, bit 1 direct blocks are checksummed.
    pub flags: u8,
    /// Largest object in blocks; larger ones are huge.
    pub max_managed: u32,
    /// Last id given to a huge object.
    pub next_huge_id: u64,
    /// v2 B-tree of huge objects.
    pub huge_btree: Option<Addr>,
    /// Free bytes in managed blocks.
    pub free: u64,
    /// Free-space manager.
    pub free_manager: Option<Addr>,
    /// Heap offsets covered.
    pub managed_space: u64,
    /// Bytes of the direct blocks there are.
    pub allocated_space: u64,
    /// Heap offset of the next new block.
    pub iterator: u64,
    /// Managed objects.
    pub managed_objects: u64,
    /// Bytes of huge objects.
    pub huge_bytes: u64,
    /// Huge objects.
    pub huge_objects: u64,
    /// Bytes of tiny objects.
    pub tiny_bytes: u64,
    /// Tiny objects.
    pub tiny_objects: u64,
    /// How blocks grow.
    pub table: DoublingTable,
    /// Root block, direct or indirect.
    pub root: Option<Addr>,
    /// Rows of the root block; 0 = it is a direct block.
    pub root_rows: u16,
    /// Filters, where there are some.
    pub filtering: Option<Filtering>,
}

/// How blocks grow: two rows of the starting size, then each row twice the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DoublingTable {
    /// Blocks in a row.
    pub width: u16,
    /// Bytes of a block in rows 0 and 1.
    pub start: u64,
    /// Largest direct block.
    pub max_direct: u64,
    /// Bits of a heap offset.
    pub max_bits: u16,
    /// Rows a new root indirect block has.
    pub start_rows: u16,
}

/// One step down from an indirect block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Position among the block's entries.
    pub entry: usize,
    /// Heap offset of the child.
    pub offset: u64,
    /// Bytes of the child, or that it covers.
    pub size: u64,
    /// Rows of the child; `None` = it is a direct block.
    pub rows: Option<u16>,
}

fn log2(n: u64) -> u32 {
    n.checked_ilog2().unwrap_or(0)
}

impl DoublingTable {
    /// Sizes that shifts can work with.
    fn check(self) -> Result<Self> {
        let powers = self.start.is_power_of_two() && self.max_direct.is_power_of_two();
        let width = self.width.is_power_of_two();
        if !powers || !width || self.start > self.max_direct || self.max_direct > 1 << 32 {
            return Err(Error::malformed(format!("doubling table {self:?}")));
        }
        if self.max_bits > 64 || u32::from(self.max_bits) < log2(self.max_direct) {
            return Err(Error::malformed(format!("heap offsets of {} bits", self.max_bits)));
        }
        Ok(self)
    }

    /// Bytes of a heap offset.
    pub fn offset_width(&self) -> usize {
        usize::from(self.max_bits).div_ceil(8)
    }

    /// Rows whose blocks are direct.
    pub fn direct_rows(&self) -> u64 {
        u64::from(log2(self.max_direct).saturating_sub(log2(self.start)).saturating_add(2))
    }

    /// Bytes of each block of a row; `None` beyond 64 bits.
    pub fn row_size(&self, row: u64) -> Option<u64> {
        let doubled = u32::try_from(row.saturating_sub(1)).ok()?;
        let size = self.start.checked_shl(doubled)?;
        (size.checked_shr(doubled)? == self.start).then_some(size)
    }

    /// Bytes covered by the first row.
    fn first_row(&self) -> u64 {
        self.start.saturating_mul(self.width.into())
    }

    /// Rows of an indirect block that covers `size` bytes.
    fn rows_covering(&self, size: u64) -> u16 {
        let rows = log2(size).saturating_sub(log2(self.first_row())).saturating_add(1);
        u16::try_from(rows).unwrap_or(u16::MAX)
    }

    /// Which entry of an indirect block, which starts at heap offset `block` and has `rows` rows, holds heap
    /// offset `offset`.
    pub fn step(&self, block: u64, rows: u16, offset: u64) -> Result<Step> {
        let outside = || Error::malformed(format!("heap offset {offset:#x} outside its block"));
        let inside = offset.checked_sub(block).ok_or_else(outside)?;
        let row = match inside < self.first_row() {
            true => 0,
            false => u64::from(log2(inside).saturating_sub(log2(self.first_row())).saturating_add(1)),
        };
        let size = self.row_size(row).ok_or_else(outside)?;
        let row_start = if row == 0 { 0 } else { self.first_row() << row.saturating_sub(1).min(63) };
        let column = inside.saturating_sub(row_start).checked_div(size).ok_or_else(outside)?;
        if row >= u64::from(rows) || column >= u64::from(self.width) {
            return Err(outside());
        }
        let entry = row.saturating_mul(self.width.into()).saturating_add(column);
        let start = column.saturating_mul(size).saturating_add(row_start);
        Ok(Step {
            entry: usize::try_from(entry).map_err(|_| outside())?,
            offset: block.checked_add(start).ok_or_else(outside)?,
            size,
            rows: (row >= self.direct_rows()).then(|| self.rows_covering(size)),
        })
    }
}

impl FractalHeap {
    /// Bytes of the header without filter information.
    pub fn stored_size(ctx: Ctx) -> usize {
        ctx.l().saturating_mul(12).saturating_add(ctx.o().saturating_mul(3)).saturating_add(26)
    }

    /// Bytes of the header that begins here, filter information included: from its first 9 bytes.
    pub fn whole_size(prefix: &mut Reader) -> Result<usize> {
        prefix.expect(b"FRHP", "fractal heap")?;
        prefix.skip(3)?;
        let plain = Self::stored_size(prefix.ctx());
        Ok(match usize::from(prefix.u16()?) {
            0 => plain,
            filters => plain.saturating_add(filters).saturating_add(prefix.ctx().l()).saturating_add(4),
        })
    }

    /// Decodes the header and verifies its checksum.
    pub fn decode(r: &mut Reader) -> Result<Self> {
        decode(r).within("fractal heap")
    }

    /// Whether direct blocks carry a checksum.
    pub fn checksummed(&self) -> bool {
        self.flags & CHECKSUMMED != 0
    }

    /// Bytes of a managed object's length in its id.
    fn length_width(&self) -> usize {
        let by_block = log2(self.table.max_direct).div_ceil(8);
        usize::try_from(by_block).unwrap_or(8).min(bytes_for(self.max_managed.into()).into()).max(1)
    }

    /// Bytes before the objects in a direct block.
    pub fn direct_overhead(&self, ctx: Ctx) -> usize {
        let fixed = if self.checksummed() { 9 } else { 5 };
        ctx.o().saturating_add(self.table.offset_width()).saturating_add(fixed)
    }
}

fn decode(r: &mut Reader) -> Result<FractalHeap> {
    let start = r.address();
    r.expect(b"FRHP", "fractal heap")?;
    match r.u8()? {
        0 => {}
        v => return Err(Error::unsupported(format!("fractal heap version {v}")).at(start)),
    }
    let id_len = r.u16()?;
    let filter_len = r.u16()?;
    let mut heap = FractalHeap {
        id_len,
        flags: r.u8()?,
        max_managed: r.u32()?,
        next_huge_id: r.len()?,
        huge_btree: r.addr()?,
        free: r.len()?,
        free_manager: r.addr()?,
        managed_space: r.len()?,
        allocated_space: r.len()?,
        iterator: r.len()?,
        managed_objects: r.len()?,
        huge_bytes: r.len()?,
        huge_objects: r.len()?,
        tiny_bytes: r.len()?,
        tiny_objects: r.len()?,
        table: DoublingTable {
            width: r.u16()?,
            start: r.len()?,
            // 65536 is what everybody writes. It does not fit into two bytes.
            max_direct: match r.len()? {
                0 if r.ctx().len_width == 2 => 65536,
                n => n,
            },
            max_bits: r.u16()?,
            start_rows: r.u16()?,
        },
        root: r.addr()?,
        root_rows: r.u16()?,
        filtering: None,
    };
    if filter_len > 0 {
        let (root_size, root_mask) = (r.len()?, r.u32()?);
        let mut message = r.sub(filter_len.into())?;
        let pipeline = FilterPipeline::decode(&mut message.clone())?;
        heap.filtering = Some(Filtering { root_size, root_mask, pipeline, encoded: message.rest().to_vec() });
    }
    r.checksum()?;
    heap.table.check().at(start)?;
    if id_len < 2 {
        return Err(Error::malformed(format!("heap ids of {id_len} bytes")).at(start));
    }
    Ok(heap)
}

impl Encode for FractalHeap {
    fn encode(&self, out: &mut Writer, _: Libver) -> Result<()> {
        let mut w = Writer::new(out.ctx());
        let filters: u16 = match &self.filtering {
            Some(f) => fit(f.encoded.len(), "the filter pipeline")?,
            None => 0,
        };
        w.bytes(b"FRHP").u8(0).u16(self.id_len).u16(filters).u8(self.flags).u32(self.max_managed);
        w.length(self.next_huge_id).addr(self.huge_btree).length(self.free).addr(self.free_manager);
        w.length(self.managed_space).length(self.allocated_space).length(self.iterator);
        w.length(self.managed_objects).length(self.huge_bytes).length(self.huge_objects);
        w.length(self.tiny_bytes).length(self.tiny_objects);
        let t = &self.table;
        w.u16(t.width).length(t.start).length(t.max_direct).u16(t.max_bits).u16(t.start_rows);
        w.addr(self.root).u16(self.root_rows);
        if let Some(f) = &self.filtering {
            w.length(f.root_size).u32(f.root_mask).bytes(&f.encoded);
        }
        w.checksum();
        out.bytes(w.as_bytes());
        Ok(())
    }
}

/// A heap id, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeapId {
    /// In a direct block.
    Managed {
        /// Heap offset, block headers counted.
        offset: u64,
        /// Bytes.
        length: u64,
    },
    /// In a place of its own, found by this key.
    Huge(u64),
    /// In a place of its own.
    HugeAt {
        /// Where.
        address: Addr,
        /// Stored bytes.
        length: u64,
        /// Filters skipped and unfiltered bytes, in filtered heaps.
        filtered: Option<(u32, u64)>,
    },
    /// In the id itself.
    Tiny(Vec<u8>),
}

impl FractalHeap {
    /// Takes an id apart. `r` holds exactly one.
    pub fn decode_id(&self, r: &mut Reader) -> Result<HeapId> {
        self.id(r).within("fractal heap id")
    }

    fn id(&self, r: &mut Reader) -> Result<HeapId> {
        let at = r.address();
        let ctx = r.ctx();
        let first = r.u8()?;
        if first & 0xc0 != 0 {
            return Err(Error::unsupported(format!("heap id version {}", first >> 6)).at(at));
        }
        match first >> 4 & 3 {
            0 => Ok(HeapId::Managed {
                offset: r.uint(self.table.offset_width())?,
                length: r.uint(self.length_width())?,
            }),
            1 if self.huge_direct(ctx) => Ok(HeapId::HugeAt {
                address: r.defined_addr("huge object")?,
                length: r.len()?,
                filtered: if self.filtering.is_some() { Some((r.u32()?, r.len()?)) } else { None },
            }),
            1 => Ok(HeapId::Huge(r.uint(usize::from(self.id_len).saturating_sub(1).min(8))?)),
            2 => {
                let low = usize::from(first & 0x0f);
                // Ids of 18 bytes and more have room for longer tiny objects, and a second length byte.
                let length = match self.id_len {
                    18.. => low << 8 | usize::from(r.u8()?),
                    _ => low,
                };
                Ok(HeapId::Tiny(r.bytes(length.saturating_add(1))?.to_vec()))
            }
            kind => Err(Error::malformed(format!("heap id of type {kind}")).at(at)),
        }
    }

    /// Whether ids are long enough to hold the place of a huge object.
    fn huge_direct(&self, ctx: Ctx) -> bool {
        let plain = ctx.o().saturating_add(ctx.l()).saturating_add(1);
        let filtered = if self.filtering.is_some() { ctx.l().saturating_add(4) } else { 0 };
        usize::from(self.id_len) >= plain.saturating_add(filtered)
    }

    /// The id of a managed object.
    pub fn encode_managed_id(&self, offset: u64, length: u64) -> Vec<u8> {
        let mut w = Writer::new(Ctx::WIDE);
        w.u8(0).uint(offset, self.table.offset_width()).uint(length, self.length_width());
        w.pad_to(self.id_len.into());
        w.into_bytes()
    }
}

/// An entry of an indirect block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// The child; `None` = not allocated.
    pub address: Option<Addr>,
    /// Stored bytes and filters skipped, of direct blocks in filtered heaps.
    pub filtered: Option<(u64, u32)>,
}

/// An indirect block: pointers to others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndirectBlock {
    /// The heap it belongs to.
    pub heap: Addr,
    /// Heap offset where it starts.
    pub offset: u64,
    /// Row by row.
    pub entries: Vec<Entry>,
}

impl IndirectBlock {
    /// Bytes of an indirect block of `rows` rows.
    pub fn stored_size(heap: &FractalHeap, rows: u16, ctx: Ctx) -> u64 {
        let width = u64::from(heap.table.width);
        let o = u64::from(ctx.addr_width);
        let direct = u64::from(rows).min(heap.table.direct_rows());
        let extra = match heap.filtering {
            Some(_) => {
                direct.saturating_mul(width).saturating_mul(u64::from(ctx.len_width).saturating_add(4))
            }
            None => 0,
        };
        let pointers = u64::from(rows).saturating_mul(width).saturating_mul(o);
        let fixed = o.saturating_add(heap.table.offset_width() as u64).saturating_add(9);
        fixed.saturating_add(pointers).saturating_add(extra)
    }

    /// Decodes a block of `rows` rows and verifies its checksum.
    pub fn decode(r: &mut Reader, heap: &FractalHeap, rows: u16) -> Result<Self> {
        let block = |r: &mut Reader| {
            let at = r.address();
            r.expect(b"FHIB", "indirect block")?;
            version_zero(r)?;
            let owner = r.defined_addr("fractal heap")?;
            let offset = r.uint(heap.table.offset_width())?;
            let count = u64::from(rows).saturating_mul(heap.table.width.into());
            let direct = heap.table.direct_rows().saturating_mul(heap.table.width.into());
            if count.saturating_mul(r.ctx().addr_width.into()) > r.remaining() as u64 {
                return Err(Error::malformed(format!("indirect block of {rows} rows is cut off")).at(at));
            }
            let mut entries = Vec::new();
            for i in 0..count {
                let address = r.addr()?;
                let with_filter = heap.filtering.is_some() && i < direct;
                let filtered = if with_filter { Some((r.len()?, r.u32()?)) } else { None };
                entries.push(Entry { address, filtered });
            }
            r.checksum()?;
            Ok(IndirectBlock { heap: owner, offset, entries })
        };
        block(r).within("fractal heap indirect block")
    }

    /// Writes the block with its checksum.
    pub fn encode(&self, heap: &FractalHeap, out: &mut Writer) {
        let mut w = Writer::new(out.ctx());
        w.bytes(b"FHIB").u8(0).addr(Some(self.heap)).uint(self.offset, heap.table.offset_width());
        for entry in &self.entries {
            w.addr(entry.address);
            if let Some((size, mask)) = entry.filtered {
                w.length(size).u32(mask);
            }
        }
        w.checksum();
        out.bytes(w.as_bytes());
    }
}

fn version_zero(r: &mut Reader) -> Result<()> {
    let at = r.address();
    match r.u8()? {
        0 => Ok(()),
        v => Err(Error::unsupported(format!("fractal heap block version {v}")).at(at)),
    }
}

/// Checks a direct block, unfiltered and whole: signature, place and checksum. `block` starts at absolute
/// address `origin` and at heap offset `offset`.
pub fn check_direct(block: &[u8], origin: u64, ctx: Ctx, heap: &FractalHeap, offset: u64) -> Result<()> {
    let check = || {
        let mut r = Reader::new(block, origin, ctx);
        r.expect(b"FHDB", "direct block")?;
        version_zero(&mut r)?;
        r.defined_addr("fractal heap")?;
        if r.uint(heap.table.offset_width())? != offset {
            return Err(r.fault("direct block of another place in the heap"));
        }
        if !heap.checksummed() {
            return Ok(());
        }
        let at = r.address();
        let field = r.position();
        let stored = r.u32()?;
        let mut image = block.to_vec();
        for byte in image.iter_mut().skip(field).take(4) {
            *byte = 0;
        }
        if lookup3(&image, 0) != stored {
            return Err(Error::malformed("bad checksum").at(at));
        }
        Ok(())
    };
    check().within("fractal heap direct block")
}

/// A direct block of `size` bytes: `objects` start behind its header.
pub fn encode_direct(
    heap: &FractalHeap,
    owner: Addr,
    offset: u64,
    objects: &[u8],
    size: usize,
    out: &mut Writer,
) -> Result<()> {
    let ctx = out.ctx();
    let overhead = heap.direct_overhead(ctx);
    if overhead.saturating_add(objects.len()) > size {
        return Err(Error::argument(format!("{} bytes of objects in a block of {size}", objects.len())));
    }
    let block = |checksum: Option<u32>| {
        let mut w = Writer::new(ctx);
        w.bytes(b"FHDB").u8(0).addr(Some(owner)).uint(offset, heap.table.offset_width());
        if let Some(checksum) = checksum {
            w.u32(checksum);
        }
        w.bytes(objects).pad_to(size);
        w.into_bytes()
    };
    let image = match heap.checksummed() {
        true => block(Some(lookup3(&block(Some(0)), 0))),
        false => block(None),
    };
    out.bytes(&image);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::message::testing::{decoded, round_trip};

    /// The parameters that the reference library uses for links.
    fn links() -> FractalHeap {
        FractalHeap {
            id_len: 7,
            flags: CHECKSUMMED,
            max_managed: 4096,
            next_huge_id: 0,
            huge_btree: None,
            free: 490,
            free_manager: None,
            managed_space: 512,
            allocated_space: 512,
            iterator: 512,
            managed_objects: 1,
            huge_bytes: 0,
            huge_objects: 0,
            tiny_bytes: 0,
            tiny_objects: 0,
            table: DoublingTable { width: 4, start: 512, max_direct: 65536, max_bits: 32, start_rows: 1 },
            root: Some(Addr(1000)),
            root_rows: 0,
            filtering: None,
        }
    }

    #[test]
    fn header() {
        round_trip(&links(), FractalHeap::decode, Ctx::WIDE, Libver::V18);
        let size = links().size(Ctx::WIDE, Libver::V18).unwrap();
        assert_eq!((size, FractalHeap::stored_size(Ctx::WIDE)), (146, 146));
        let encoded = vec![2, 1, 1, 0, 0, 0, 1, 0, 6, 0, 0, 0];
        let pipeline = decoded(&encoded, FilterPipeline::decode).unwrap();
        let filtering = Some(Filtering { root_size: 99, root_mask: 1, pipeline, encoded });
        let filtered = FractalHeap { filtering, ..links() };
        round_trip(&filtered, FractalHeap::decode, Ctx { addr_width: 4, len_width: 4 }, Libver::V18);
        let mut w = Writer::new(Ctx::WIDE);
        filtered.encode(&mut w, Libver::V18).unwrap();
        let whole = FractalHeap::whole_size(&mut Reader::new(w.as_bytes(), 0, Ctx::WIDE)).unwrap();
        assert_eq!(whole, w.len());
        round_trip(&links(), FractalHeap::decode, Ctx { addr_width: 2, len_width: 2 }, Libver::V18);
        let mut broken = links();
        broken.table.start = 500;
        let mut w = Writer::new(Ctx::WIDE);
        broken.encode(&mut w, Libver::V18).unwrap();
        assert!(decoded(w.as_bytes(), FractalHeap::decode).is_err());
    }

    #[test]
    fn rows_double() {
        let t = links().table;
        let step = |rows, offset| t.step(0, rows, offset).map(|s| (s.entry, s.offset, s.size, s.rows));
        assert_eq!(step(1, 21).unwrap(), (0, 0, 512, None));
        assert_eq!(step(1, 2047).unwrap(), (3, 1536, 512, None));
        assert_eq!(step(2, 2048).unwrap(), (4, 2048, 512, None));
        assert_eq!(step(3, 4096).unwrap(), (8, 4096, 1024, None));
        assert_eq!(step(3, 8191).unwrap(), (11, 7168, 1024, None));
        assert!(step(3, 8192).is_err());
        // Rows 0 to 8 are direct; row 9 covers 131072 bytes each, by blocks of 7 rows.
        assert_eq!(t.direct_rows(), 9);
        assert_eq!(step(10, 2048 << 8).unwrap(), (36, 524_288, 131_072, Some(7)));
        let inner = t.step(524_288, 7, 524_288 + 131_071).unwrap();
        assert_eq!((inner.entry, inner.size, inner.rows), (27, 16_384, None));
        assert!(t.step(524_288, 7, 5).is_err());
    }

    #[test]
    fn ids() {
        let heap = links();
        let id = |heap: &FractalHeap, bytes: &[u8]| decoded(bytes, |r| heap.decode_id(r));
        let managed = HeapId::Managed { offset: 0x1234, length: 40 };
        assert_eq!(id(&heap, &heap.encode_managed_id(0x1234, 40)).unwrap(), managed);
        assert_eq!(id(&heap, &[0x10, 3, 0, 0, 0, 0, 0]).unwrap(), HeapId::Huge(3));
        let tiny = id(&heap, &[0x25, 1, 0, 1, 0x67, 0xf6, 0]).unwrap();
        assert_eq!(tiny, HeapId::Tiny(vec![1, 0, 1, 0x67, 0xf6, 0]));
        assert!(id(&heap, &[0x40, 0, 0, 0, 0, 0, 0]).is_err());
        assert!(id(&heap, &[0x30, 0, 0, 0, 0, 0, 0]).is_err());
        let wide = FractalHeap { id_len: 18, ..links() };
        let mut bytes = vec![0x10];
        bytes.extend([7, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0]);
        let expected = HeapId::HugeAt { address: Addr(7), length: 9, filtered: None };
        assert_eq!(id(&wide, &bytes).unwrap(), expected);
        assert_eq!(id(&wide, &[0x20, 1, 5, 6]).unwrap(), HeapId::Tiny(vec![5, 6]));
    }

    #[test]
    fn blocks() {
        let heap = links();
        let mut w = Writer::new(Ctx::WIDE);
        encode_direct(&heap, Addr(5), 512, b"object", 512, &mut w).unwrap();
        assert_eq!(w.len(), 512);
        check_direct(w.as_bytes(), 0, Ctx::WIDE, &heap, 512).unwrap();
        assert!(check_direct(w.as_bytes(), 0, Ctx::WIDE, &heap, 1024).is_err());
        let mut flipped = w.as_bytes().to_vec();
        flipped[300] ^= 1;
        assert!(check_direct(&flipped, 0, Ctx::WIDE, &heap, 512).is_err());
        let entries = (0..8u64).map(|i| Entry { address: (i < 3).then_some(Addr(i)), filtered: None });
        let block = IndirectBlock { heap: Addr(5), offset: 0, entries: entries.collect() };
        let mut w = Writer::new(Ctx::WIDE);
        block.encode(&heap, &mut w);
        assert_eq!(w.len() as u64, IndirectBlock::stored_size(&heap, 2, Ctx::WIDE));
        assert_eq!(decoded(w.as_bytes(), |r| IndirectBlock::decode(r, &heap, 2)).unwrap(), block);
        assert!(decoded(w.as_bytes(), |r| IndirectBlock::decode(r, &heap, 3)).is_err());
    }
}
