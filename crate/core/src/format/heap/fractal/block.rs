//! Blocks of a fractal heap: indirect ones point at others, direct ones hold objects.

use super::header::FractalHeap;
use crate::bytes::{Addr, Ctx, Reader, Writer, lookup3};
use crate::error::{Context, Error, Result};

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

/// Puts the checksum of what a direct block holds now into it, if it has one.
pub fn seal_direct(heap: &FractalHeap, ctx: Ctx, block: &mut [u8]) {
    let field = heap.direct_overhead(ctx).saturating_sub(4);
    if !heap.checksummed() {
        return;
    }
    if let Some(field) = block.get_mut(field..field.saturating_add(4)) {
        field.fill(0);
    }
    let checksum = lookup3(block, 0);
    if let Some(field) = block.get_mut(field..field.saturating_add(4)) {
        field.copy_from_slice(&checksum.to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::super::header::testing::links;
    use super::*;
    use crate::format::message::testing::decoded;

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
        seal_direct(&heap, Ctx::WIDE, &mut flipped);
        check_direct(&flipped, 0, Ctx::WIDE, &heap, 512).unwrap();
        let entries = (0..8u64).map(|i| Entry { address: (i < 3).then_some(Addr(i)), filtered: None });
        let block = IndirectBlock { heap: Addr(5), offset: 0, entries: entries.collect() };
        let mut w = Writer::new(Ctx::WIDE);
        block.encode(&heap, &mut w);
        assert_eq!(w.len() as u64, IndirectBlock::stored_size(&heap, 2, Ctx::WIDE));
        assert_eq!(decoded(w.as_bytes(), |r| IndirectBlock::decode(r, &heap, 2)).unwrap(), block);
        assert!(decoded(w.as_bytes(), |r| IndirectBlock::decode(r, &heap, 3)).is_err());
    }
}
