//! The header of a fractal heap.

use super::table::DoublingTable;
use crate::bytes::{Addr, Ctx, Reader, Writer};
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

#[cfg(test)]
pub(super) mod testing {
    use super::*;

    /// The parameters that the reference library uses for links.
    pub fn links() -> FractalHeap {
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
}

#[cfg(test)]
mod tests {
    use super::testing::links;
    use super::*;
    use crate::format::message::testing::{decoded, round_trip};

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
}
